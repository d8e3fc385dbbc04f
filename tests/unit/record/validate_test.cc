#include "core/record/validate.h"

#include <doctest/doctest.h>

#include "core/record/control.h"
#include "core/record/entry.h"
#include "tests/unit/record/support.h"

using namespace spool;
using namespace spool::record;

namespace {

ValidateOptions options_now() {
  ValidateOptions options;
  options.partition_name = "orders-3";
  options.now_ms = kTime;
  return options;
}

Buffer one_record(const BatchOptions& options = {}, int64_t timestamp_ms = kTime) {
  BatchBuilder builder(options);
  builder.append(timestamp_ms, as_bytes("k"), as_bytes("v"));
  return finished(builder);
}

// A batch of `count` records "v0", "v1", ... without keys.
Buffer many_records(int count, Codec codec = Codec::none) {
  BatchBuilder builder({.codec = codec});
  for (int i = 0; i < count; ++i) builder.append(kTime + i, std::nullopt, as_bytes(concat("v", i)));
  return finished(builder);
}

template <class T>
Buffer patched(Buffer batch, size_t at, T value) {
  store_be(batch.data() + at, value);
  update_crc(batch);
  return batch;
}

std::expected<Validated, ValidateFailure> validate(Buffer& records,
                                                   const ValidateOptions& options = options_now()) {
  return ProduceValidator().validate(records, options);
}

// The code and the message, or "ok"; a refused batch must not have been changed.
std::string outcome(Buffer records, const ValidateOptions& options = options_now()) {
  const Buffer before = records;
  const auto result = validate(records, options);
  if (result) return "ok";
  CHECK(records == before);
  return concat(static_cast<int16_t>(result.error().code), " ", result.error().message);
}

int code_of(Buffer records, const ValidateOptions& options = options_now()) {
  const auto result = validate(records, options);
  return result ? 0 : static_cast<int>(result.error().code);
}

std::string values_of(BytesView batch) {
  RecordReader reader;
  std::string out;
  REQUIRE(reader.for_each(EntryView(batch), [&](const RecordView& record) {
    append_text(out, record.offset_delta, '@', record.timestamp_ms, '=', shown(record.key), ':',
                shown(record.value), ' ');
  }));
  return out;
}

}  // namespace

TEST_CASE("validate: a plain batch passes as it is") {
  Buffer records = one_record();
  const Buffer before = records;
  auto result = validate(records);
  REQUIRE(result);
  CHECK_FALSE(result->reencoded.has_value());
  CHECK(result->in_place.data() == records.data());
  CHECK(result->in_place.size() == before.size());
  CHECK(records == before);
  CHECK(result->records_count == 1);
  CHECK(result->max_timestamp == kTime);
  CHECK(result->log_append_time_ms == -1);
}

TEST_CASE("validate: exactly one batch of magic 2 (checklist 32)") {
  const Buffer batch = one_record();
  CHECK(code_of({}) == 87);
  CHECK(outcome({}) == "87 Produce requests must have at least one record batch per partition");
  Buffer two = batch;
  append(two, batch);
  CHECK(outcome(two) ==
        "87 Produce requests are only allowed to contain exactly one record batch per partition");
  CHECK(outcome(unhex(kLegacyV0)) ==
        "87 Produce requests are only allowed to contain record batches with magic version 2");
  CHECK(code_of(unhex(kLegacyV1)) == 87);
  Buffer magic3 = batch;
  magic3[16] = 3;
  CHECK(outcome(magic3) == "2 unknown magic 3");
  for (size_t size = 0; size < batch.size(); ++size)
    CHECK(code_of(Buffer(batch.begin(), batch.begin() + static_cast<ptrdiff_t>(size))) == 87);
}

TEST_CASE("validate: bytes after the batch shorter than a header are left out (checklist 32)") {
  Buffer records = one_record();
  const size_t size = records.size();
  records.resize(size + 11, 0);
  auto result = validate(records);
  REQUIRE(result);
  CHECK(result->batch().size() == size);
  // From twelve bytes on there is a size field, which must be possible.
  records.resize(size + 12, 0);
  CHECK(code_of(records) == 2);
  store_be<int32_t>(records.data() + size + 8, 14);
  CHECK(code_of(records) == 0);
  records.resize(size + 16, 0xee);
  CHECK(code_of(records) == 0);
  records.resize(size + 17, 0xee);  // magic -18
  CHECK(code_of(records) == 2);
}

TEST_CASE("validate: damaged batches are corrupt (checklist 32)") {
  Buffer flipped = one_record();
  flipped.back() ^= 1;
  CHECK(outcome(flipped) ==
        "2 Record is corrupt (stored crc = 3919285720) in topic partition orders-3.");
  Buffer small = one_record();
  for (const size_t size : {26, 30, 48, 60}) {
    Buffer cut(small.begin(), small.begin() + static_cast<ptrdiff_t>(size));
    store_be<int32_t>(cut.data() + 8, static_cast<int32_t>(size - 12));
    CHECK(code_of(cut) == 2);
  }
}

TEST_CASE("validate: header rules (checklist 32)") {
  Buffer moved = one_record();
  set_base_offset(moved, Offset(5));
  CHECK(code_of(moved) == 87);
  CHECK(outcome(patched<int32_t>(one_record(), 57, 2)) ==
        "87 Inconsistent batch offset range [0, 0] and count of records 2");
  CHECK(outcome(patched<int32_t>(one_record(), 57, 0)) ==
        "87 Invalid reported count for record batch: 0");
  CHECK(code_of(patched<int32_t>(one_record(), 57, -1)) == 87);
  CHECK(outcome(patched<int32_t>(one_record(), 23, -1)) ==
        "87 Batch has an invalid offset range: [0, -1]");
  CHECK(code_of(patched<int32_t>(one_record(), 23, 1)) == 87);
  CHECK(code_of(patched<int32_t>(one_record(), 23, 2147483647)) == 87);
  BatchBuilder empty;
  CHECK(code_of(finished(empty)) == 87);
  CHECK(outcome(make_end_txn_marker(Offset(0), LeaderEpoch(0), ProducerId(1), ProducerEpoch(0),
                                    kTime, {})) ==
        "87 Clients are not allowed to write control records");
  CHECK(outcome(one_record({.producer_id = ProducerId(4), .producer_epoch = ProducerEpoch(0)})) ==
        "87 Invalid sequence number -1 in record batch with producerId 4");
  CHECK(outcome(one_record({.producer_id = ProducerId(4),
                            .producer_epoch = ProducerEpoch(0),
                            .base_sequence = 0})) == "ok");
}

TEST_CASE("validate: wrong record lengths (checklist 32)") {
  const Buffer good = one_record();
  for (const uint8_t length : {0x00, 0x01, 0x0e, 0x12, 0x7e}) {
    Buffer bad = good;
    bad[kBatchHeaderBytes] = length;
    update_crc(bad);
    CHECK(code_of(bad) == 87);
  }
  Buffer longer = good;
  longer.push_back(0);
  store_be<int32_t>(longer.data() + 8, static_cast<int32_t>(longer.size() - 12));
  update_crc(longer);
  CHECK(code_of(longer) == 87);
  CHECK(code_of(patched<int32_t>(patched<int32_t>(good, 57, 2), 23, 1)) ==
        87);  // one record, two told
}

TEST_CASE(
    "validate: codecs that do not exist and payloads that do not decompress are unknown errors "
    "(checklist 32)") {
  for (const int16_t codec : {5, 6, 7})
    CHECK(code_of(patched<int16_t>(one_record(), 21, codec)) == -1);
  for (const int16_t codec : {1, 2, 3, 4})
    CHECK(code_of(patched<int16_t>(one_record(), 21, codec)) == -1);
}

TEST_CASE("validate: a compressed batch with wrong records inside is an invalid record") {
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const auto payload =
        compress::compress(codec, compress::kDefaultLevel, unhex("10 00 00 00 02 6b 02 76 00 00"));
    REQUIRE(payload);
    Buffer batch = one_record();
    batch.resize(kBatchHeaderBytes);
    append(batch, *payload);
    store_be<int32_t>(batch.data() + 8, static_cast<int32_t>(batch.size() - 12));
    CHECK(code_of(patched<int16_t>(batch, 21, static_cast<int16_t>(codec))) == 87);
  }
}

TEST_CASE("validate: zstd needs Produce v7 (checklist 32)") {
  ValidateOptions options = options_now();
  options.is_zstd_allowed = false;
  CHECK(code_of(many_records(3, Codec::zstd), options) == 76);
  CHECK(code_of(many_records(3, Codec::lz4), options) == 0);
  CHECK(code_of(many_records(3, Codec::zstd)) == 0);
}

TEST_CASE(
    "validate: unknown attribute bits and the delete horizon are stored as sent (checklist 32)") {
  for (const int bits : {0x40, 0x80, 0x7f00}) {
    Buffer records = patched<int16_t>(one_record(), 21, static_cast<int16_t>(bits));
    const Buffer before = records;
    REQUIRE(validate(records));
    CHECK(records == before);
  }
}

TEST_CASE(
    "validate: offset gaps of an uncompressed batch are stored, of a compressed one closed "
    "(checklist 32)") {
  for (const Codec codec : {Codec::none, Codec::gzip}) {
    BatchBuilder builder({.codec = codec});
    builder.append_at_delta(0, kTime, std::nullopt, as_bytes("a"), {});
    builder.append_at_delta(2, kTime, std::nullopt, as_bytes("b"), {});
    Buffer records = patched<int32_t>(finished(builder), 23, 1);
    auto result = validate(records);
    REQUIRE(result);
    CHECK(result->reencoded.has_value() == (codec == Codec::gzip));
    CHECK(values_of(result->batch()) == (codec == Codec::none
                                             ? "0@1700000000000=null:a 2@1700000000000=null:b "
                                             : "0@1700000000000=null:a 1@1700000000000=null:b "));
  }
}

TEST_CASE(
    "validate: max.message.bytes counts the compressed batch with its header, equal passes "
    "(checklist 33)") {
  ValidateOptions options = options_now();
  options.max_message_bytes = 70;
  CHECK(outcome(one_record(), options) == "ok");
  options.max_message_bytes = 69;
  CHECK(outcome(one_record(), options) ==
        "10 The record batch size in the append to orders-3 is 70 bytes which exceeds the maximum "
        "configured value of "
        "69.");
  Buffer flipped = one_record();
  flipped.back() ^= 1;
  CHECK(code_of(flipped, options) == 10);  // before the CRC
  // Re-encoding may make a batch larger than the limit.
  const Buffer small = many_records(200, Codec::zstd);
  options.max_message_bytes = static_cast<int64_t>(small.size());
  CHECK(code_of(small, options) == 0);
  options.target_codec = Codec::none;
  CHECK(code_of(small, options) == 10);
}

TEST_CASE("validate: max.decompressed.message.bytes bounds what a batch expands to") {
  ValidateOptions options = options_now();
  options.max_decompressed_bytes = 100;
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    CHECK(code_of(many_records(200, codec), options) == 10);
    CHECK(code_of(many_records(5, codec), options) == 0);
  }
}

TEST_CASE("validate: null keys on a compacted topic (checklist 34)") {
  ValidateOptions options = options_now();
  options.is_compacted = true;
  for (const Codec codec : {Codec::none, Codec::lz4}) {
    BatchBuilder builder({.codec = codec});
    builder.append(kTime, as_bytes("k"), as_bytes("v"));
    builder.append(kTime, std::nullopt, as_bytes("v"));
    builder.append(kTime, as_bytes(""), as_bytes("v"));
    builder.append(kTime, std::nullopt, std::nullopt);
    Buffer records = finished(builder);
    const auto result = validate(records, options);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::invalid_record);
    REQUIRE(result.error().record_errors.size() == 2);
    CHECK(result.error().record_errors[0].index == 1);
    CHECK(result.error().record_errors[1].index == 3);
    CHECK(result.error().record_errors[0].message ==
          "Compacted topic cannot accept message without key in topic partition orders-3");
    CHECK(result.error().message.starts_with(
        "One or more records have been rejected due to 2 record errors in total"));
    CHECK(code_of(records) == 0);
  }
}

TEST_CASE("validate: timestamps out of range (checklist 35)") {
  ValidateOptions options = options_now();
  options.timestamp_before_max_ms = 1000;
  options.timestamp_after_max_ms = 500;
  CHECK(code_of(one_record({}, kTime + 500), options) == 0);
  CHECK(code_of(one_record({}, kTime - 1000), options) == 0);
  CHECK(code_of(one_record({}, -1), options) == 0);
  CHECK(code_of(one_record({}, kTime - 1001), options) == 32);
  Buffer records = one_record({}, kTime + 501);
  const auto result = validate(records, options);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::invalid_timestamp);
  CHECK(result.error().message ==
        "One or more records have been rejected due to invalid timestamp");
  REQUIRE(result.error().record_errors.size() == 1);
  CHECK(result.error().record_errors[0].index == 0);
  CHECK(result.error().record_errors[0].message ==
        "Timestamp 1700000000501 of message with offset 0 is out of range. The timestamp should be "
        "within "
        "[1699999999000, 1700000000500]");
  options.timestamp_type = TimestampType::log_append_time;
  CHECK(code_of(records, options) == 0);
}

TEST_CASE("validate: default limits are one hour ahead and any time back (checklist 35)") {
  CHECK(code_of(one_record({}, kTime + 3'600'000)) == 0);
  CHECK(code_of(one_record({}, kTime + 3'600'001)) == 32);
  CHECK(code_of(one_record({}, 0)) == 0);
  CHECK(code_of(one_record({}, std::numeric_limits<int64_t>::max())) == 32);
}

TEST_CASE("validate: LogAppendTime stamps type and maximum and leaves the records (checklist 35)") {
  ValidateOptions options = options_now();
  options.timestamp_type = TimestampType::log_append_time;
  options.now_ms = kTime + 777;
  for (const Codec codec : {Codec::none, Codec::zstd}) {
    Buffer records = many_records(3, codec);
    const Buffer before = records;
    auto result = validate(records, options);
    REQUIRE(result);
    CHECK_FALSE(result->reencoded.has_value());
    CHECK(result->max_timestamp == kTime + 777);
    CHECK(result->log_append_time_ms == kTime + 777);
    const BatchView batch(result->batch());
    CHECK(batch.is_crc_valid());
    CHECK(batch.timestamp_type() == TimestampType::log_append_time);
    CHECK(batch.max_timestamp() == kTime + 777);
    CHECK(batch.base_timestamp() == kTime);
    CHECK(hex_of(batch.payload()) == hex_of(BytesView(before).subspan(kBatchHeaderBytes)));
  }
}

TEST_CASE(
    "validate: a client's LogAppendTime bit is cleared on CreateTime topics and refused on others "
    "(checklist 35)") {
  Buffer records = one_record({.append_time_ms = kTime + 3});
  ValidateOptions options = options_now();
  options.timestamp_type = TimestampType::log_append_time;
  CHECK(code_of(records, options) == 32);
  auto result = validate(records);
  REQUIRE(result);
  const BatchView batch(result->batch());
  CHECK(batch.timestamp_type() == TimestampType::create_time);
  CHECK(batch.max_timestamp() == kTime + 3);
  CHECK(batch.is_crc_valid());
  CHECK(code_of(one_record({.append_time_ms = -1})) == 32);
  CHECK(code_of(one_record({.append_time_ms = kTime + 3'600'001})) == 32);
}

TEST_CASE("validate: a wrong maximum is put right in silence (checklist 35)") {
  for (const Codec codec : {Codec::none, Codec::snappy}) {
    Buffer records = patched<int64_t>(many_records(3, codec), 35, 5);
    auto result = validate(records);
    REQUIRE(result);
    CHECK_FALSE(result->reencoded.has_value());
    const BatchView batch(result->batch());
    CHECK(batch.max_timestamp() == kTime + 2);
    CHECK(batch.is_crc_valid());
  }
}

TEST_CASE("validate: the topic's codec re-encodes and keeps what the records say") {
  const HeaderView headers[] = {{as_bytes("h"), std::nullopt}, {as_bytes("h"), as_bytes("x")}};
  for (const Codec from : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd})
    for (const Codec to : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
      CAPTURE(compress::codec_name(from));
      CAPTURE(compress::codec_name(to));
      BatchOptions header{.codec = from};
      header.producer_id = ProducerId(9);
      header.producer_epoch = ProducerEpoch(2);
      header.base_sequence = 40;
      header.is_transactional = true;
      BatchBuilder builder(header);
      builder.append(kTime + 5, as_bytes("k"), std::nullopt, headers);
      builder.append(kTime, std::nullopt, as_bytes("v"));
      builder.append(-1, as_bytes(""), as_bytes(""));
      Buffer records = finished(builder);
      ValidateOptions options = options_now();
      options.target_codec = to;
      auto result = validate(records, options);
      REQUIRE(result);
      CHECK(result->reencoded.has_value() == (from != to));
      CHECK(result->max_timestamp == kTime + 5);
      const BatchView batch(result->batch());
      CHECK(batch.is_crc_valid());
      CHECK(batch.codec() == to);
      CHECK(batch.base_offset().value == 0);
      CHECK(batch.base_timestamp() == kTime + 5);
      CHECK(batch.max_timestamp() == kTime + 5);
      CHECK(batch.producer_id().value == 9);
      CHECK(batch.producer_epoch().value == 2);
      CHECK(batch.base_sequence() == 40);
      CHECK(batch.is_transactional());
      CHECK(values_of(batch.bytes()) == "0@1700000000005=k:null 1@1700000000000=null:v 2@-1=: ");
      RecordReader reader;
      REQUIRE(reader.open(EntryView(batch.bytes())));
      CHECK((*reader.next())->headers_count == 2);
    }
}

TEST_CASE("validate: re-encoding stamps append time and refuses timestamps below -1") {
  ValidateOptions options = options_now();
  options.target_codec = Codec::zstd;
  options.timestamp_type = TimestampType::log_append_time;
  Buffer records = many_records(3);
  auto result = validate(records, options);
  REQUIRE(result);
  CHECK(BatchView(result->batch()).timestamp_type() == TimestampType::log_append_time);
  CHECK(BatchView(result->batch()).max_timestamp() == kTime);
  options.timestamp_type = TimestampType::create_time;
  CHECK(code_of(one_record({}, -2), options) == -1);
  CHECK(code_of(one_record({}, -2)) == 0);
}

TEST_CASE("validate: the codec's level is the topic's") {
  ValidateOptions options = options_now();
  options.target_codec = Codec::gzip;
  options.gzip_level = 1;
  Buffer first = many_records(2000);
  const size_t fast = validate(first, options)->batch().size();
  options.gzip_level = 9;
  CHECK(validate(first, options)->batch().size() < fast);
}
