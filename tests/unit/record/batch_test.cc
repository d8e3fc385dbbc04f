#include "core/record/batch.h"

#include <doctest/doctest.h>

#include <random>

#include "core/record/control.h"
#include "core/record/entry.h"
#include "core/record/record_reader.h"
#include "tests/unit/record/support.h"

using namespace spool;
using namespace spool::record;

namespace {

BatchOptions idempotent_options() {
  BatchOptions options;
  options.base_offset = Offset(100);
  options.leader_epoch = LeaderEpoch(3);
  options.producer_id = ProducerId(1000);
  options.producer_epoch = ProducerEpoch(0);
  options.base_sequence = 7;
  return options;
}

// A v2 batch of one record whose encoded body is given.
Buffer batch_with_records(std::string_view records_hex, int32_t count) {
  Buffer batch = unhex(kOneRecord);
  batch.resize(kBatchHeaderBytes);
  append(batch, unhex(records_hex));
  store_be<int32_t>(batch.data() + 8, static_cast<int32_t>(batch.size() - kEntryFrameBytes));
  store_be<int32_t>(batch.data() + 57, count);
  update_crc(batch);
  return batch;
}

std::string read_all(BytesView bytes) {
  const BatchView batch(bytes);
  RecordCursor cursor(batch, batch.payload());
  std::string out;
  for (;;) {
    const auto record = cursor.next();
    if (!record) return out + "!" + std::string(error_name(record.error().code()));
    if (!*record) return out;
    append_text(out, (*record)->offset.value, "=", shown((*record)->key), ":",
                shown((*record)->value), " ");
  }
}

}  // namespace

TEST_CASE("batch: one record, bytewise") {
  BatchBuilder builder({.leader_epoch = LeaderEpoch(0)});
  builder.append(kTime, as_bytes("k"), as_bytes("v"));
  CHECK(hex_of(finished(builder)) == hex_of(unhex(kOneRecord)));
}

TEST_CASE("batch: two idempotent records with a header and nulls, bytewise") {
  BatchBuilder builder(idempotent_options());
  const HeaderView header{as_bytes("h"), as_bytes("x")};
  builder.append(kTime, std::nullopt, as_bytes("a"), std::span(&header, 1));
  builder.append(kTime + 5, as_bytes("k2"), std::nullopt);
  CHECK(hex_of(finished(builder)) == hex_of(unhex(kIdempotent)));
}

TEST_CASE("batch: what compaction leaves of it, bytewise") {
  const Buffer batch = unhex(kIdempotent);
  CHECK(hex_of(make_empty_batch(BatchView(batch))) == hex_of(unhex(kEmptied)));
  CHECK(read_all(unhex(kEmptied)) == "");
}

TEST_CASE("batch: header fields") {
  const Buffer bytes = unhex(kIdempotent);
  const BatchView batch(bytes);
  CHECK(batch.base_offset().value == 100);
  CHECK(batch.last_offset().value == 101);
  CHECK(batch.leader_epoch().value == 3);
  CHECK(batch.magic() == 2);
  CHECK(batch.crc() == 0x58cad62a);
  CHECK(batch.is_crc_valid());
  CHECK(batch.codec() == Codec::none);
  CHECK(batch.timestamp_type() == TimestampType::create_time);
  CHECK_FALSE(batch.is_transactional());
  CHECK_FALSE(batch.is_control());
  CHECK_FALSE(batch.has_delete_horizon());
  CHECK(batch.base_timestamp() == kTime);
  CHECK(batch.max_timestamp() == kTime + 5);
  CHECK(batch.producer_id().value == 1000);
  CHECK(batch.producer_epoch().value == 0);
  CHECK(batch.base_sequence() == 7);
  CHECK(batch.last_sequence() == 8);
  CHECK(batch.records_count() == 2);
  CHECK(batch.size_bytes() == 82);
}

TEST_CASE("batch: records with derived offset, timestamp, sequence and headers") {
  const Buffer bytes = unhex(kIdempotent);
  const BatchView batch(bytes);
  RecordCursor cursor(batch, batch.payload());
  const auto first = cursor.next();
  REQUIRE(first);
  REQUIRE(*first);
  CHECK((*first)->offset.value == 100);
  CHECK((*first)->timestamp_ms == kTime);
  CHECK((*first)->sequence == 7);
  CHECK_FALSE((*first)->key.has_value());
  CHECK(shown((*first)->value) == "a");
  CHECK((*first)->headers_count == 1);
  HeaderCursor headers(**first);
  const auto header = headers.next();
  REQUIRE(header);
  CHECK(as_text(header->key) == "h");
  CHECK(shown(header->value) == "x");
  CHECK_FALSE(headers.next().has_value());
  const auto second = cursor.next();
  REQUIRE(second);
  REQUIRE(*second);
  CHECK((*second)->offset.value == 101);
  CHECK((*second)->timestamp_ms == kTime + 5);
  CHECK((*second)->sequence == 8);
  CHECK(shown((*second)->key) == "k2");
  CHECK_FALSE((*second)->value.has_value());
  const auto end = cursor.next();
  REQUIRE(end);
  CHECK_FALSE(end->has_value());
}

TEST_CASE("batch: append time overrides the records' own") {
  BatchBuilder builder({.append_time_ms = kTime + 9});
  builder.append(kTime, std::nullopt, as_bytes("v"));
  const Buffer bytes = finished(builder);
  const BatchView batch(bytes);
  CHECK(batch.timestamp_type() == TimestampType::log_append_time);
  CHECK(batch.max_timestamp() == kTime + 9);
  CHECK(batch.base_timestamp() == kTime);
  RecordCursor cursor(batch, batch.payload());
  CHECK((*cursor.next())->timestamp_ms == kTime + 9);
}

TEST_CASE("batch: a delete horizon keeps record timestamps") {
  BatchBuilder builder({.delete_horizon_ms = kTime + 1000});
  builder.append(kTime, as_bytes("k"), std::nullopt);
  const Buffer bytes = finished(builder);
  const BatchView batch(bytes);
  CHECK(batch.attributes() == 0x40);
  CHECK(batch.base_timestamp() == kTime + 1000);
  CHECK(batch.max_timestamp() == kTime);
  RecordCursor cursor(batch, batch.payload());
  CHECK((*cursor.next())->timestamp_ms == kTime);
}

TEST_CASE("batch: offset gaps and an end behind the last record, as after compaction") {
  BatchBuilder builder({.base_offset = Offset(10)});
  builder.append_at_delta(2, kTime, as_bytes("a"), std::nullopt, {});
  builder.append_at_delta(5, kTime, as_bytes("b"), std::nullopt, {});
  builder.extend_to_delta(9);
  const Buffer bytes = finished(builder);
  CHECK(BatchView(bytes).last_offset().value == 19);
  CHECK(BatchView(bytes).records_count() == 2);
  CHECK(read_all(bytes) == "12=a:null 15=b:null ");
}

TEST_CASE("batch: changes in place") {
  Buffer bytes = unhex(kOneRecord);
  set_base_offset(bytes, Offset(77));
  set_leader_epoch(bytes, LeaderEpoch(5));
  CHECK(BatchView(bytes).is_crc_valid());
  set_producer(bytes, ProducerId(9), ProducerEpoch(2), 40, true);
  const BatchView batch(bytes);
  CHECK(batch.is_crc_valid());
  CHECK(batch.base_offset().value == 77);
  CHECK(batch.leader_epoch().value == 5);
  CHECK(batch.producer_id().value == 9);
  CHECK(batch.producer_epoch().value == 2);
  CHECK(batch.base_sequence() == 40);
  CHECK(batch.is_transactional());
}

TEST_CASE("batch: a builder goes on after finish, with memory given back to it") {
  BatchBuilder builder;
  builder.append(kTime, std::nullopt, as_bytes("one"));
  Buffer first = finished(builder);
  CHECK(builder.empty());
  builder.append(kTime, std::nullopt, as_bytes("two"));
  CHECK(read_all(finished(builder)) == "0=null:two ");
  const uint8_t* const memory = first.data();
  builder.reset({}, std::move(first));
  builder.append(kTime, std::nullopt, as_bytes("three"));
  const Buffer third = finished(builder);
  CHECK(third.data() == memory);
  CHECK(read_all(third) == "0=null:three ");
}

TEST_CASE("batch: reserve changes no bytes") {
  BatchBuilder builder({.leader_epoch = LeaderEpoch(0)});
  builder.reserve(10);
  builder.reserve(100'000);
  builder.append(kTime, as_bytes("k"), as_bytes("v"));
  const Buffer batch = finished(builder);
  CHECK(hex_of(batch) == hex_of(unhex(kOneRecord)));
  CHECK(batch.capacity() >= 100'000);
}

TEST_CASE("sequence: wraps from 2147483647 to 0") {
  CHECK(advance_sequence(7, 1) == 8);
  CHECK(advance_sequence(2147483647, 1) == 0);
  CHECK(advance_sequence(2147483640, 10) == 2);
  CHECK(advance_sequence(2147483647, 0) == 2147483647);
  CHECK(advance_sequence(2147483647, 2147483647) == 2147483646);
}

TEST_CASE("records: every rule of storage-format 2.2") {
  const std::string good = "10 00 00 00 02 6b 02 76 00";
  CHECK(read_all(batch_with_records(good, 1)) == "0=k:v ");
  CHECK(read_all(batch_with_records("10 ff 00 00 02 6b 02 76 00", 1)) ==
        "0=k:v ");  // attributes are ignored
  CHECK(read_all(batch_with_records("0c 00 00 00 01 01 00", 1)) == "0=null:null ");
  CHECK(read_all(batch_with_records("0c 00 00 00 03 05 00", 1)) ==
        "0=null:null ");  // below -1 is null too
  CHECK(read_all(batch_with_records("0a 00 00 00 01 01", 1)) ==
        "!INVALID_RECORD");  // no header count
  CHECK(read_all(batch_with_records("12 00 00 00 02 6b 02 76 00 00", 1)) ==
        "!INVALID_RECORD");  // too long
  CHECK(read_all(batch_with_records("0e 00 00 00 02 6b 02 76 00", 1)) ==
        "!INVALID_RECORD");  // too short
  CHECK(read_all(batch_with_records("01 00 00 00 02 6b 02 76 00", 1)) ==
        "!INVALID_RECORD");  // length -1
  CHECK(read_all(batch_with_records("fe ff ff ff 0f", 1)) ==
        "!INVALID_RECORD");  // length 2147483647
  CHECK(read_all(batch_with_records("10 00 00 00 7e 6b 02 76 00", 1)) ==
        "!INVALID_RECORD");  // key of 63
  CHECK(read_all(batch_with_records("10 00 00 00 02 6b 02 76 01", 1)) ==
        "!INVALID_RECORD");  // -1 headers
  CHECK(read_all(batch_with_records("10 00 00 00 02 6b 02 76 7e", 1)) ==
        "!INVALID_RECORD");  // 63 headers
  CHECK(read_all(batch_with_records("14 00 00 00 02 6b 02 76 02 01 01", 1)) ==
        "!INVALID_RECORD");  // null header key
  CHECK(read_all(batch_with_records("14 00 00 00 02 6b 02 76 02 00 01", 1)) == "0=k:v ");
  CHECK(read_all(batch_with_records(good + "00", 1)) == "0=k:v !INVALID_RECORD");  // left over
  CHECK(read_all(batch_with_records(good, 2)) == "0=k:v !INVALID_RECORD");         // missing
  CHECK(read_all(batch_with_records(good, -1)) == "!INVALID_RECORD");
  CHECK(read_all(batch_with_records(good, 0)) == "!INVALID_RECORD");
  CHECK(read_all(batch_with_records("16 00 80 80 80 80 80 80 80 80 80 80 00", 1)) ==
        "!INVALID_RECORD");  // varlong
}

TEST_CASE("control: COMMIT marker, bytewise and back") {
  const Buffer bytes =
      make_end_txn_marker(Offset(102), LeaderEpoch(3), ProducerId(1000), ProducerEpoch(0),
                          kTime + 100, {.is_commit = true, .coordinator_epoch = 5});
  CHECK(hex_of(bytes) == hex_of(unhex(kCommit)));
  const BatchView batch(bytes);
  RecordCursor cursor(batch, batch.payload());
  const auto record = cursor.next();
  REQUIRE(record);
  CHECK(*control_type(**record) == ControlType::commit);
  const auto marker = parse_end_txn_marker(**record);
  REQUIRE(marker);
  CHECK(marker->is_commit);
  CHECK(marker->coordinator_epoch == 5);
}

TEST_CASE("control: keys and values that are too short, negative or unknown") {
  const auto type_of = [](std::string_view key_hex) {
    const Buffer key = unhex(key_hex);
    RecordView record;
    record.key = key;
    const auto type = control_type(record);
    if (!type) return std::string(error_name(type.error().code()));
    return *type ? concat(static_cast<int16_t>(**type)) : std::string("unknown");
  };
  CHECK(type_of("0000 0002") == "2");
  CHECK(type_of("0001 0006 ff") == "6");
  CHECK(type_of("0000 0007") == "unknown");
  CHECK(type_of("0000 ffff") == "unknown");
  CHECK(type_of("0000 00") == "INVALID_RECORD");
  CHECK(type_of("ffff 0000") == "INVALID_RECORD");
  const Buffer key = unhex("0000 0000");
  for (const std::string_view value_hex : {"0000 000000", "ffff 00000005", ""}) {
    const Buffer value = unhex(value_hex);
    RecordView record;
    record.key = key;
    record.value = value;
    CHECK(parse_end_txn_marker(record).error().code() == ErrorCode::invalid_record);
  }
}

TEST_CASE("entries: the in-memory walk of storage-format 9.1") {
  Buffer bytes = unhex(kOneRecord);
  append(bytes, unhex(kLegacyV0));
  append(bytes, unhex(kLegacyV1));
  append(bytes, unhex(kIdempotent));
  const size_t whole = bytes.size();
  append(bytes,
         unhex("00 00 00 00 00 00 00 66 00 00 00 42 00 00 00 03"));  // sixteen bytes of a next one
  EntryCursor cursor(bytes);
  std::string magics;
  for (;;) {
    const auto entry = cursor.next();
    REQUIRE(entry);
    if (!*entry) break;
    CHECK((*entry)->is_valid());
    append_text(magics, static_cast<int>((*entry)->magic()), '@', (*entry)->last_offset().value,
                ' ');
  }
  CHECK(magics == "2@0 0@0 1@0 2@101 ");
  CHECK(cursor.position() == whole);
}

TEST_CASE("entries: incomplete is the end, impossible is corrupt") {
  const Buffer batch = unhex(kOneRecord);
  for (size_t size = 0; size < batch.size(); ++size) {
    const auto entry = EntryCursor(BytesView(batch).first(size)).next();
    REQUIRE(entry);
    CHECK_FALSE(entry->has_value());
  }
  const auto code_of = [&](size_t at, uint8_t value) {
    Buffer changed = batch;
    changed[at] = value;
    const auto entry = EntryCursor(changed).next();
    return entry ? ErrorCode::none : entry.error().code();
  };
  CHECK(code_of(16, 3) == ErrorCode::corrupt_message);
  CHECK(code_of(16, 0xff) == ErrorCode::corrupt_message);
  CHECK(code_of(11, 13) == ErrorCode::corrupt_message);
  CHECK(code_of(8, 0x80) == ErrorCode::corrupt_message);
  CHECK(code_of(8, 0x7f) == ErrorCode::none);
  CHECK(EntryCursor(Buffer(64, 0)).next().error().code() == ErrorCode::corrupt_message);
}

TEST_CASE("entries: a v2 entry smaller than its header is there but invalid") {
  Buffer bytes = unhex(kOneRecord);
  bytes.resize(60);
  store_be<int32_t>(bytes.data() + 8, 48);
  const auto entry = EntryCursor(bytes).next();
  REQUIRE(entry);
  REQUIRE(*entry);
  CHECK_FALSE((*entry)->batch().has_value());
  CHECK_FALSE((*entry)->is_valid());
  RecordReader reader;
  CHECK(reader.open(**entry).error().code() == ErrorCode::corrupt_message);
}

TEST_CASE("batch: random records round-trip through every codec") {
  const uint32_t seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  compress::Compressor compressor;
  RecordReader reader;
  const auto bytes_or_null = [&]() -> std::optional<Buffer> {
    if (random() % 5 == 0) return std::nullopt;
    Buffer bytes(random() % 4 == 0 ? random() % 70000 : random() % 200);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() % 7);
    return bytes;
  };
  const auto view = [](const std::optional<Buffer>& bytes) -> std::optional<BytesView> {
    if (!bytes) return std::nullopt;
    return BytesView(*bytes);
  };
  struct Made {
    int64_t timestamp_ms;
    std::optional<Buffer> key, value;
    std::vector<std::pair<Buffer, std::optional<Buffer>>> headers;
  };
  for (int round = 0; round < 40; ++round) {
    BatchOptions options = idempotent_options();
    options.codec = static_cast<Codec>(round % 5);
    BatchBuilder builder(options);
    std::vector<Made> made(1 + random() % 30);
    for (Made& record : made) {
      record.timestamp_ms = kTime + static_cast<int64_t>(random()) - 2'000'000'000;
      record.key = bytes_or_null();
      record.value = bytes_or_null();
      record.headers.resize(random() % 3);
      std::vector<HeaderView> headers;
      for (auto& [key, value] : record.headers) {
        key = bytes_or_null().value_or(Buffer{});
        value = bytes_or_null();
        headers.push_back({key, view(value)});
      }
      builder.append(record.timestamp_ms, view(record.key), view(record.value), headers);
    }
    const auto batch = builder.finish(compressor);
    REQUIRE(batch);
    CHECK(BatchView(*batch).is_crc_valid());
    REQUIRE(reader.open(EntryView(*batch)));
    for (size_t i = 0; i < made.size(); ++i) {
      const auto record = reader.next();
      REQUIRE(record);
      REQUIRE(*record);
      CHECK((*record)->offset.value == 100 + static_cast<int64_t>(i));
      CHECK((*record)->timestamp_ms == made[i].timestamp_ms);
      CHECK((*record)->key.has_value() == made[i].key.has_value());
      CHECK((*record)->value.has_value() == made[i].value.has_value());
      CHECK(shown((*record)->key) == shown(view(made[i].key)));
      CHECK(shown((*record)->value) == shown(view(made[i].value)));
      HeaderCursor headers(**record);
      for (const auto& [key, value] : made[i].headers) {
        const auto header = headers.next();
        REQUIRE(header);
        CHECK(as_text(header->key) == as_text(key));
        CHECK(shown(header->value) == shown(view(value)));
      }
      CHECK_FALSE(headers.next().has_value());
    }
    CHECK_FALSE((*reader.next()).has_value());
  }
}

TEST_CASE(
    "batch: cut at every byte and repaired to look whole, the reader errs and never overruns") {
  BatchBuilder builder;
  for (int i = 0; i < 5; ++i) {
    const HeaderView header{as_bytes("header"), as_bytes("x")};
    builder.append(kTime + i, as_bytes("key"), as_bytes("value"), std::span(&header, 1));
  }
  const Buffer whole = finished(builder);
  for (size_t size = kBatchHeaderBytes; size < whole.size(); ++size) {
    Buffer cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    store_be<int32_t>(cut.data() + 8, static_cast<int32_t>(size - kEntryFrameBytes));
    const std::string read = read_all(cut);
    CHECK(read.substr(read.size() - 15) == "!INVALID_RECORD");
  }
}
