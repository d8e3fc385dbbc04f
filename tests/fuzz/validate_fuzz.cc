// Bytes 0 and 1 choose the topic's settings, the rest is the records field of a Produce request;
// CRC and base offset are put right. Properties: a refused request is unchanged; an accepted batch
// has a valid CRC, as many records as it says, the maximum timestamp it says, and passes a second
// time without being changed.

#include "core/record/entry.h"
#include "core/record/validate.h"
#include "tests/fuzz/require.h"

using namespace spool;
using namespace spool::record;

namespace {

ValidateOptions options_of(uint8_t first, uint8_t second) {
  ValidateOptions options;
  options.partition_name = "t-0";
  options.now_ms = 1700000000000;
  if (first & 1) options.target_codec = static_cast<Codec>((first >> 1 & 7) % 5);
  if (first & 0x10) options.timestamp_type = TimestampType::log_append_time;
  if (first & 0x20) options.is_compacted = true;
  if (first & 0x40) options.is_zstd_allowed = false;
  if (second & 1) options.timestamp_before_max_ms = 1000;
  if (second & 2) options.timestamp_after_max_ms = std::numeric_limits<int64_t>::max();
  options.max_decompressed_bytes = 1 << 20;
  return options;
}

void put_right(Buffer& records) {
  if (records.size() < kBatchHeaderBytes) return;
  const auto size = load_be<int32_t>(records.data() + 8);
  if (size < kBatchSizeMin || static_cast<size_t>(size) + kEntryFrameBytes > records.size()) return;
  set_base_offset(records, Offset(0));
  records[16] = 2;
  update_crc(records);
}

void check_accepted(Validated& validated, const ValidateOptions& options) {
  const MutableBytes bytes = validated.batch();
  const BatchView batch(bytes);
  REQUIRE(batch.is_crc_valid());
  REQUIRE(batch.size_bytes() == bytes.size());
  REQUIRE(batch.records_count() == validated.records_count);
  REQUIRE(batch.max_timestamp() == validated.max_timestamp);
  REQUIRE(batch.timestamp_type() == options.timestamp_type);
  RecordReader reader(options.max_decompressed_bytes);
  int32_t count = 0;
  REQUIRE(reader.for_each(EntryView(bytes), [&](const RecordView&) { ++count; }).has_value());
  REQUIRE(count == validated.records_count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  ValidateOptions options = options_of(data[0], data[1]);
  Buffer records(data + 2, data + size);
  if (data[1] & 0x80) put_right(records);
  const Buffer before = records;
  ProduceValidator validator;
  auto first = validator.validate(records, options);
  if (!first) {
    REQUIRE(records == before);
    REQUIRE(!first.error().message.empty());
    return 0;
  }
  check_accepted(*first, options);
  // With the bit that a client set, or the topic sets, the records' own timestamps have not been
  // looked at.
  const bool had_append_time = before[22] & 8;
  if (had_append_time || options.timestamp_type == TimestampType::log_append_time) return 0;
  Buffer again = to_buffer(first->batch());
  const Buffer once = again;
  options.is_zstd_allowed = true;  // the topic's codec may be zstd whatever the client's version
  auto second = validator.validate(again, options);
  REQUIRE(second.has_value());
  REQUIRE(again == once && !second->reencoded);
  return 0;
}
