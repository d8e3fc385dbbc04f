// What consume prints, produce reads: the same records, in every form that promises so.

#include <doctest/doctest.h>

#include "cli/io/record_csv.h"
#include "cli/io/record_format.h"
#include "cli/io/record_frames.h"
#include "cli/io/record_json.h"
#include "cli/io/record_lines.h"
#include "cli/io/record_pattern.h"
#include "tests/unit/cli/record_io.h"

using namespace spool;
using namespace spool::cli;
using namespace spool::cli::testing;

namespace {

constexpr size_t kSteps[] = {1, 7, 4096, 1 << 20};
constexpr uint32_t kSeed = 20261121;

std::string frames_of(const std::vector<OwnedRecord>& records) {
  std::string out;
  FrameWriter writer;
  writer.begin(out);
  for (const OwnedRecord& record : records)
    record.show([&](const ShownRecord& shown) { writer.append(out, shown); });
  writer.end(out);
  return out;
}

std::string json_of(const std::vector<OwnedRecord>& records, const RecordJsonOptions& options) {
  std::string out;
  for (const OwnedRecord& record : records)
    record.show([&](const ShownRecord& shown) {
      append_record_json(out, shown, options);
      out += '\n';
    });
  return out;
}

std::string rows_of(const std::vector<OwnedRecord>& records, char separator) {
  const RecordRows rows(separator, *parse_record_columns(""));
  std::string out;
  rows.append_heading(out);
  for (const OwnedRecord& record : records)
    record.show([&](const ShownRecord& shown) { rows.append(out, shown); });
  return out;
}

/// One byte a step is slow for long records: those are left out there.
std::vector<OwnedRecord> records_for(size_t step) {
  auto out = every_kind(kSeed, 300);
  if (step < 100)
    std::erase_if(out, [](const OwnedRecord& record) {
      size_t bytes =
          (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
      for (const auto& [name, value] : record.headers)
        bytes += name.size() + (value ? value->size() : 0);
      return bytes > 1000;
    });
  return out;
}

}  // namespace

TEST_CASE("records to frames and back are the same") {
  for (const size_t step : kSteps) {
    CAPTURE(step);
    const auto records = records_for(step);
    FrameCutter cutter;
    const Reading read = read_all(cutter, frames_of(records), step);
    CHECK(read.problems.empty());
    CHECK(read.records == records);
  }
}

TEST_CASE("records to JSON lines and back are the same, whatever form bytes have") {
  for (const size_t step : kSteps)
    for (const RecordJsonOptions& options :
         {RecordJsonOptions{}, RecordJsonOptions{JsonBytes::base64, false},
          RecordJsonOptions{JsonBytes::hex, false},
          RecordJsonOptions{JsonBytes::automatic, true}}) {
      CAPTURE(step);
      const auto records = records_for(step);
      JsonLineCutter cutter;
      const Reading read = read_all(cutter, json_of(records, options), step);
      CHECK(read.problems.empty());
      CHECK(read.records == records);
    }
}

TEST_CASE("records to rows and back are the same") {
  for (const size_t step : kSteps)
    for (const char separator : {',', '\t'}) {
      CAPTURE(step);
      CAPTURE(separator);
      const auto records = records_for(step);
      RowCutter cutter(separator, {});
      const Reading read = read_all(cutter, rows_of(records, separator), step);
      CHECK(read.problems.empty());
      CHECK(read.records == records);
    }
}

TEST_CASE("records to a sized format and back are the same") {
  constexpr std::string_view kFormat =
      "%t %p %T %K{le16}%K{be32}%k%R%s%H{be16}%h{%K{be32}%k%S{le64}%s}";
  const auto format = RecordFormat::parse(kFormat, "");
  REQUIRE(format);
  for (const size_t step : kSteps) {
    CAPTURE(step);
    const auto records = records_for(step);
    std::string out;
    for (const OwnedRecord& record : records)
      record.show([&](const ShownRecord& shown) { format->append(out, shown); });
    const auto cutter = PatternCutter::make(kFormat, {});
    REQUIRE(cutter);
    const Reading read = read_all(**cutter, out, step);
    CHECK(read.problems.empty());
    CHECK(read.records == records);
  }
}

TEST_CASE("frames: a stream that is cut anywhere is an error") {
  std::vector<OwnedRecord> records = every_kind(kSeed, 8);
  for (OwnedRecord& record : records)
    if (record.value && record.value->size() > 100) record.value = "short";
  for (OwnedRecord& record : records) {
    if (record.key && record.key->size() > 100) record.key = "short";
    record.headers.clear();
  }
  const std::string whole = frames_of(records);
  for (size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    FrameCutter cutter;
    CHECK(read_all(cutter, whole.substr(0, size), 64).problems.size() == 1);
  }
}

TEST_CASE("frames: a changed bit is an error") {
  OwnedRecord record;
  record.key = "key";
  record.value = "value";
  const std::string whole = frames_of({record, record});
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    FrameCutter cutter;
    CHECK_FALSE(read_all(cutter, damaged, 64).problems.empty());
  }
  FrameCutter cutter;
  CHECK_FALSE(read_all(cutter, whole + "x", 64).problems.empty());
}

TEST_CASE("frames: nothing but frames is taken for frames") {
  FrameCutter cutter;
  CHECK(read_all(cutter, "a line\n", 3).problems ==
        std::vector<std::string>{"these are no frames: 'consume --output frames' makes them"});
  FrameCutter empty;
  CHECK_FALSE(empty.finish());
}
