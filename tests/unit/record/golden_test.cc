#include <doctest/doctest.h>

#include "core/base/crc.h"
#include "core/record/entry.h"
#include "core/record/record_reader.h"
#include "tests/unit/record/support.h"

using namespace spool;
using namespace spool::record;

namespace {

std::string field(const std::optional<BytesView>& bytes) {
  if (!bytes) return "null";
  Buffer crc(4);
  store_be(crc.data(), crc32(*bytes));
  return concat(bytes->size(), ':', hex_of(crc));
}

std::string headers_of(const RecordView& record) {
  std::string all;
  HeaderCursor cursor(record);
  while (const auto header = cursor.next()) {
    append_text(all, header->key.size(), ' ', as_text(header->key));
    if (header->value)
      append_text(all, header->value->size(), ' ', as_text(*header->value));
    else
      all += "-1 ";
  }
  Buffer crc(4);
  store_be(crc.data(), crc32(as_bytes(all)));
  return concat(record.headers_count, ':', hex_of(crc));
}

// The records of a segment in the form of tests/golden/README.md.
std::string read_segment(const Buffer& bytes) {
  RecordReader reader;
  EntryCursor cursor(bytes);
  std::string out;
  for (;;) {
    const auto entry = cursor.next();
    REQUIRE(entry);
    if (!*entry) break;
    CHECK((*entry)->is_valid());
    const auto batch = (*entry)->batch();
    if (batch && batch->is_control()) continue;
    const Status status = reader.for_each(**entry, [&](const RecordView& record) {
      append_text(out, record.offset.value, ' ', record.timestamp_ms, ' ', field(record.key), ' ',
                  field(record.value), ' ', headers_of(record), '\n');
    });
    REQUIRE(status);
  }
  CHECK(cursor.position() == bytes.size());
  return out;
}

}  // namespace

TEST_CASE("golden: segments of Kafka 0.8 to 4.4 read as Kafka reads them") {
  for (const std::string name : {"plain-4.4-codec-none",
                                 "plain-4.4-codec-gzip",
                                 "plain-4.4-codec-snappy",
                                 "plain-4.4-codec-lz4",
                                 "plain-4.4-codec-zstd",
                                 "plain-4.4-append-time",
                                 "plain-4.4-broker-recompressed",
                                 "legacy-0.8-legacy-none",
                                 "legacy-0.8-legacy-gzip",
                                 "legacy-0.8-legacy-snappy",
                                 "legacy-0.10-legacy-none",
                                 "legacy-0.10-legacy-gzip",
                                 "legacy-0.10-legacy-snappy",
                                 "legacy-0.10-legacy-lz4",
                                 "legacy-0.10-legacy-appendtime",
                                 "legacy-0.10-legacy-magic0",
                                 "zk-2.8-fmt-mixed",
                                 "zk-2.8-fmt-m0-lz4",
                                 "zk-2.8-fmt-m0-gzip",
                                 "zk-2.8-fmt-m0-snappy",
                                 "zk-2.8-fmt-m1-lz4",
                                 "zk-2.8-fmt-m1-snappy",
                                 "txn-4.4-payments",
                                 "compact-4.4-compacted"}) {
    CAPTURE(name);
    const Buffer expected = golden(name + ".txt");
    CHECK(expected.size() > 0);
    CHECK(read_segment(golden(name + ".log")) == as_text(expected));
  }
}

TEST_CASE("golden: an uncompressed segment built again from its records has the same bytes") {
  const Buffer bytes = golden("plain-4.4-codec-none.log");
  EntryCursor cursor(bytes);
  RecordReader reader;
  for (;;) {
    const auto entry = cursor.next();
    REQUIRE(entry);
    if (!*entry) break;
    const BatchView batch = *(*entry)->batch();
    BatchOptions options;
    options.base_offset = batch.base_offset();
    options.leader_epoch = batch.leader_epoch();
    options.producer_id = batch.producer_id();
    options.producer_epoch = batch.producer_epoch();
    options.base_sequence = batch.base_sequence();
    BatchBuilder builder(options);
    REQUIRE(reader.for_each(**entry, [&](const RecordView& record) {
      builder.append_copy(record.offset_delta, record);
    }));
    CHECK(finished(builder) == to_buffer(batch.bytes()));
  }
}
