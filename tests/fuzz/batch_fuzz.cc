// Entries of any magic. The first byte says whether CRCs are put right, so that mutations reach
// what lies behind them. Properties: walking ends; views stay inside; a batch built again from the
// records that were read reads the same.

#include "core/base/crc.h"
#include "core/record/batch_builder.h"
#include "core/record/control.h"
#include "core/record/entry.h"
#include "core/record/record_reader.h"
#include "tests/fuzz/require.h"

using namespace spool;
using namespace spool::record;

namespace {

constexpr size_t kDecompressedMax = 1 << 20;

void check_headers(const RecordView& record) {
  HeaderCursor headers(record);
  int32_t count = 0;
  while (const auto header = headers.next()) {
    REQUIRE(header->key.size() <= record.headers.size());
    ++count;
  }
  REQUIRE(count == record.headers_count);
}

// Reads `entry` again from a batch built of its records.
void check_rebuilt(const EntryView& entry) {
  const BatchView batch = *entry.batch();
  RecordReader reader(kDecompressedMax);
  BatchBuilder builder;
  if (!reader.for_each(entry, [&](const RecordView& record) {
        builder.append_copy(record.offset_delta, record);
      }))
    return;
  compress::Compressor compressor;
  const auto rebuilt = builder.finish(compressor);
  REQUIRE(rebuilt.has_value());
  REQUIRE(BatchView(*rebuilt).is_crc_valid());
  REQUIRE(BatchView(*rebuilt).records_count() == batch.records_count());
  RecordReader again(kDecompressedMax);
  REQUIRE(reader.open(entry).has_value());
  REQUIRE(again.open(EntryView(*rebuilt)).has_value());
  for (;;) {
    const auto a = reader.next();
    const auto b = again.next();
    REQUIRE(a.has_value() && b.has_value() && a->has_value() == b->has_value());
    if (!*a) return;
    REQUIRE((*a)->timestamp_ms == (*b)->timestamp_ms && (*a)->offset_delta == (*b)->offset_delta);
    REQUIRE((*a)->key.has_value() == (*b)->key.has_value() &&
            (*a)->value.has_value() == (*b)->value.has_value());
    REQUIRE((*a)->headers_count == (*b)->headers_count &&
            (*a)->headers.size() == (*b)->headers.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Buffer bytes(data + 1, data + size);
  EntryCursor cursor(bytes);
  RecordReader reader(kDecompressedMax);
  size_t position = 0;
  for (;;) {
    const auto entry = cursor.next();
    if (!entry || !*entry) break;
    REQUIRE(cursor.position() == position + (*entry)->bytes().size());
    position = cursor.position();
    (void)(*entry)->is_valid();
    (void)(*entry)->last_offset();
    (void)reader.for_each(**entry, [](const RecordView& record) {
      check_headers(record);
      (void)control_type(record);
      (void)parse_end_txn_marker(record);
    });
    if ((*entry)->batch()) check_rebuilt(**entry);
  }
  REQUIRE(position <= bytes.size());
  return 0;
}
