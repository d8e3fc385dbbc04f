#include "cli/io/record_text.h"

#include <doctest/doctest.h>

using namespace spool;
using namespace spool::cli;

namespace {

/// Two headers, the second null: "a" = "b", "n" = null.
const uint8_t kHeaders[] = {2, 'a', 2, 'b', 2, 'n', 1};

record::RecordView full_record() {
  record::RecordView record;
  record.offset = Offset(42);
  record.timestamp_ms = 1000;
  record.key = as_bytes("k");
  record.value = as_bytes("value");
  record.headers_count = 2;
  record.headers = kHeaders;
  return record;
}

std::string shown(const RecordFormat& format, const record::RecordView& record) {
  std::string out;
  format.append(out, {"t", Partition(3), record, record::TimestampType::create_time});
  return out;
}

std::string json(const record::RecordView& record) {
  std::string out;
  append_json_line(out, {"t", Partition(3), record, record::TimestampType::create_time});
  return out;
}

}  // namespace

TEST_CASE("unescape: kcat's escapes, and nothing else") {
  CHECK(*unescape("a\\n\\t\\r\\\\\\x41\\102\\0z") == std::string("a\n\t\r\\AB\0z", 9));
  CHECK(*unescape("\\x4g") == "\x04g");
  for (const char* text : {"\\", "\\q", "\\x", "\\777", "\\xg"}) {
    CAPTURE(text);
    CHECK_FALSE(unescape(text));
  }
}

TEST_CASE("record format: every token") {
  const auto format = RecordFormat::parse("%t-%p@%o %k(%K)=%s(%S) %T [%h] 100%%\\n", "");
  REQUIRE(format);
  CHECK(shown(*format, full_record()) == "t-3@42 k(1)=value(5) 1000 [a=b,n=NULL] 100%\n");
  const auto framed = RecordFormat::parse("%R%s", "");
  CHECK(shown(*framed, full_record()) == std::string("\0\0\0\5value", 9));
}

TEST_CASE("record format: null, empty and present are three things") {
  const auto format = RecordFormat::parse("%k:%K %s:%S", "NULL");
  record::RecordView record;
  CHECK(shown(*format, record) == "NULL:-1 NULL:-1");
  record.key = record.value = as_bytes("");
  CHECK(shown(*format, record) == ":0 :0");
}

TEST_CASE("record format: what is no token is refused") {
  for (const char* text : {"%", "%z", "%s %", "\\q"}) {
    CAPTURE(text);
    CHECK_FALSE(RecordFormat::parse(text, ""));
  }
}

TEST_CASE("record format: delimited") {
  CHECK(shown(RecordFormat::delimited(std::nullopt, "\n", ""), full_record()) == "value\n");
  CHECK(shown(RecordFormat::delimited(":", ";", ""), full_record()) == "k:value;");
  CHECK(shown(RecordFormat::delimited(":", ";", "~"), record::RecordView()) == "~:~;");
}

TEST_CASE("json line: everything, without loss") {
  CHECK(json(full_record()) ==
        "{\"topic\":\"t\",\"partition\":3,\"offset\":42,\"timestamp\":1000,\"timestamp_type\":"
        "\"create\","
        "\"headers\":[{\"name\":\"a\",\"value\":\"b\"},{\"name\":\"n\",\"value\":null}],"
        "\"key\":\"k\",\"value\":\"value\"}\n");
  record::RecordView record;
  record.value = as_bytes("\xff");
  const std::string line = json(record);
  CHECK(line.ends_with("\"headers\":[],\"key\":null,\"value\":{\"b64\":\"/w==\"}}\n"));
}
