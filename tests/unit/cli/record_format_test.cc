#include "cli/io/record_format.h"

#include <doctest/doctest.h>

#include "cli/io/escapes.h"

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
  for (const char* text :
       {"%", "%z", "%s %", "\\q", "%k{", "%k{nope}", "%o{base64}", "%h[a", "%h{%t}", "%s{re:a}"}) {
    CAPTURE(text);
    CHECK_FALSE(RecordFormat::parse(text, ""));
  }
}

TEST_CASE("record format: delimited") {
  CHECK(shown(RecordFormat::delimited(std::nullopt, "\n", ""), full_record()) == "value\n");
  CHECK(shown(RecordFormat::delimited(":", ";", ""), full_record()) == "k:value;");
  CHECK(shown(RecordFormat::delimited(":", ";", "~"), record::RecordView()) == "~:~;");
}

TEST_CASE("record format: the place of a mistake is named") {
  CHECK(RecordFormat::parse("ab %q", "").error().text().contains("character 4"));
  CHECK(RecordFormat::parse("%k{hex,nope}", "").error().text().contains("character 8"));
}

TEST_CASE("record format: forms of bytes") {
  record::RecordView record = full_record();
  const auto print = [&](std::string_view format) {
    return shown(*RecordFormat::parse(format, "-"), record);
  };
  record.value = as_bytes(std::string_view("\xff\0\n", 3));
  CHECK(print("%s{hex}") == "ff000a");
  CHECK(print("%v{base64}") == "/wAK");
  CHECK(print("%s{escape}") == "\\xff\\x00\\n");
  CHECK(print("%s{json}") == "{\"b64\":\"/wAK\"}");
  record.value = as_bytes("{\"a\": 1}");
  CHECK(print("%s{embed}") == "{\"a\": 1}");
  record.value = as_bytes("{\"a\": 1");
  CHECK(print("%s{embed}") == "\"{\\\"a\\\": 1\"");
  record.value.reset();
  CHECK(print("%s %s{null=NIL} %s{json} %s{json,null=none}") == "- NIL null none");
}

TEST_CASE("record format: forms of numbers and times") {
  const auto print = [&](std::string_view format) {
    return shown(*RecordFormat::parse(format, ""), full_record());
  };
  CHECK(print("%S{be16}%K{le32}%o{hex}") == std::string("\0\5\1\0\0\0"
                                                        "2a",
                                                        8));
  CHECK(print("%T{iso} %T{s} %y %e %H %i") == "1970-01-01T00:00:01.000Z 1 create -1 2 1");
  CHECK(print("%T{utc:%H:%M:%S, %Y}") == "00:00:01, 1970");
}

TEST_CASE("record format: headers one by one, and one by name") {
  const auto print = [&](std::string_view format) {
    return shown(*RecordFormat::parse(format, "-"), full_record());
  };
  CHECK(print("%h{<%k:%K %s{null=nil}:%S>}") == "<a:1 b:1><n:1 nil:-1>");
  CHECK(print("%h[a] %h[n] %h[missing] %h[a]{hex}") == "b - - 62");
  CHECK(print("%{%}%%") == "{}%");
}
