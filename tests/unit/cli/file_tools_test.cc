#include <doctest/doctest.h>

#include "cli/io/dump_log.h"
#include "cli/io/finding_text.h"
#include "cli/io/internal_records.h"
#include "cli/io/log_summary.h"
#include "cli/io/time_text.h"

namespace spool::cli {

TEST_CASE("time_text: ms, dates and times of day") {
  CHECK(parse_time_ms("1700000000000") == 1700000000000);
  CHECK(parse_time_ms("-1") == -1);
  CHECK(parse_time_ms("2023-11-14") == 1699920000000);
  CHECK(parse_time_ms("2023-11-14T22:13:20Z") == 1700000000000);
  CHECK(parse_time_ms("2023-11-14T22:13") == 1699999980000);
  CHECK(parse_time_ms("2023-11-14 22:13:20.250") == 1700000000250);
  for (const char* bad :
       {"", "2023-13-01", "2023-02-30", "2023-11-14T25:00", "yesterday", "2023-11-14T22:13:20.2"})
    CHECK(!parse_time_ms(bad));
}

TEST_CASE("time_text: the colon that divides a range is none of a time") {
  const auto both = parse_time_range("2023-11-14T22:13:20:2023-11-14T22:13:21");
  REQUIRE(both);
  CHECK(both->from_ms == 1700000000000);
  CHECK(both->until_ms == 1700000001000);
  CHECK(parse_time_range("5:")->from_ms == 5);
  CHECK(!parse_time_range("5:")->until_ms);
  CHECK(parse_time_range(":7")->until_ms == 7);
  CHECK(!parse_time_range("x:y"));
  CHECK(!parse_time_range("5"));
}

TEST_CASE("dump_log: bytes that are no UTF-8 are replaced as Java does") {
  const auto java = [](std::string_view bytes) {
    std::string out;
    append_java_text(out, as_bytes(bytes));
    return out;
  };
  CHECK(java("a\xc3\xbcz") == "a\xc3\xbcz");
  CHECK(java("\xff\xfe") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(java("\xe4\xb8") == "\xef\xbf\xbd");  // cut short: one
  CHECK(java("\xe4\xb8"
             "A") ==
        "\xef\xbf\xbd"
        "A");
  CHECK(java("\xc0\x80") == "\xef\xbf\xbd\xef\xbf\xbd");  // overlong
  CHECK(java("\xed\xa0\x80") == "\xef\xbf\xbd");          // half of a surrogate pair is one
}

TEST_CASE("finding: JSON has every member") {
  std::string out;
  append_finding_json(
      out, {.check = "batch-crc", .path = "a/b.log", .file_pos = 7, .expected = "x", .found = "y"});
  CHECK(out ==
        "{\"file\":\"a/b.log\",\"file_pos\":7,\"offset\":null,\"check\":\"batch-crc\",\"severity\":"
        "\"error\",\"expected\":\"x\",\"found\":\"y\",\"repair\":null}\n");
}

TEST_CASE("internal records: a committed offset, a tombstone, and what is neither") {
  record::RecordView record;
  const std::string key("\x00\x01\x00\x01g\x00\x01t\x00\x00\x00\x00", 12);
  const std::string value(
      "\x00\x03\x00\x00\x00\x00\x00\x00\x00\x2a\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x07",
      24);
  record.key = as_bytes(key);
  record.value = as_bytes(value);
  const auto decoded = decode_internal_record(kOffsetsTopic, record);
  REQUIRE(decoded);
  CHECK(decoded->key->json == "{\"group\":\"g\",\"topic\":\"t\",\"partition\":0}");
  CHECK(decoded->value->name == "OffsetCommitValue");
  CHECK(decoded->value->json ==
        "{\"offset\":42,\"leaderEpoch\":-1,\"metadata\":\"\",\"commitTimestamp\":7}");
  record.value.reset();
  CHECK(!decode_internal_record(kOffsetsTopic, record)->value);
  record.key = as_bytes("\x7f\x7f");
  CHECK(decode_internal_record(kOffsetsTopic, record).error().code() == ErrorCode::unsupported);
  record.key = as_bytes("x");
  CHECK(decode_internal_record(kOffsetsTopic, record).error().code() == ErrorCode::parse_error);
}

TEST_CASE("log_summary: a histogram of times keeps at most its number of bars") {
  TimeHistogram histogram;
  for (int64_t ms = 0; ms < 10'000'000; ms += 1000) histogram.add(ms);
  const auto bars = histogram.bars();
  CHECK(bars.size() <= TimeHistogram::kBuckets);
  int64_t sum = 0;
  for (const auto& bar : bars) sum += bar.count;
  CHECK(sum == 10'000);
}

TEST_CASE("log_summary: the hottest keys come first") {
  HotKeys keys;
  for (int i = 0; i < 10; ++i) keys.add(as_bytes("hot"), 5);
  keys.add(as_bytes("cold"), 5);
  const auto top = keys.top(2);
  REQUIRE(top.size() == 2);
  CHECK(top[0].key == "hot");
  CHECK(top[0].count == 10);
  CHECK(top[0].bytes == 50);
  CHECK(keys.is_exact());
}

}  // namespace spool::cli
