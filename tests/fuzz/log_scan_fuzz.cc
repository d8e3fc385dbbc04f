// A damaged .log: the scan takes it apart without gaps, every entry it calls whole is, and it ends.
// The first byte chooses bounds of offsets; small files around a log are parsed from the same
// bytes.

#include "core/storage/log_scan.h"

#include "core/record/record_reader.h"
#include "core/storage/checkpoint.h"
#include "core/storage/offset_order.h"
#include "core/storage/producer_state.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/require.h"

using namespace spool;
using namespace spool::storage;

namespace {

void scan(const File& file, const ScanOptions& bounds, int64_t size) {
  auto scan = LogScan::open(file, bounds);
  REQUIRE(scan.has_value());
  record::RecordReader reader(1 << 20);
  int64_t end = 0;
  for (;;) {
    const auto item = scan->next();
    REQUIRE(item.has_value());
    if (!*item) break;
    // Only a whole entry may begin inside of the piece before it.
    REQUIRE((*item)->file_pos == end || ((*item)->is_whole() && (*item)->file_pos < end));
    REQUIRE((*item)->end_pos() > end);
    end = (*item)->end_pos();
    if (!(*item)->is_whole()) continue;
    REQUIRE(is_entry_valid((*item)->header, (*item)->bytes));
    (void)reader.for_each(record::EntryView((*item)->bytes), [](const auto&) {});
  }
  REQUIRE(end == size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const BytesView bytes(data + 1, size - 1);
  const MemoryFile file("/x/00000000000000000000.log", bytes);
  const ScanOptions bounds{.first_offset = Offset(data[0] & 15),
                           .end_offset = data[0] & 16 ? Offset(100) : ScanOptions{}.end_offset};
  scan(file, bounds, static_cast<int64_t>(bytes.size()));
  REQUIRE(decide_order(file, bounds).has_value());
  (void)decode_snapshot(bytes);
  (void)parse_offset_checkpoint(as_text(bytes));
  (void)parse_epoch_checkpoint(as_text(bytes));
  (void)parse_partition_metadata(as_text(bytes));
  (void)parse_meta_properties(as_text(bytes));
  return 0;
}
