// One writer, readers and a flusher on one log at the same time, as the broker runs it. Worth most
// under the thread sanitizer.

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "core/storage/log.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace spool;
using namespace spool::storage;

TEST_CASE(
    "log: readers and a flusher beside the writer see only whole batches and rising offsets") {
  LogFixture t;
  t.options.config.segment_bytes = 20'000;
  t.options.config.index_interval_bytes = 300;
  auto log = t.open();
  std::atomic<bool> is_done{false};
  std::atomic<int> failures{0};
  const auto read_along = [&] {
    Buffer window(1 << 16);
    Offset from(0);
    while (!is_done || from < log->log_end_offset()) {
      const Offset bound = log->log_end_offset();
      const auto read = log->read(from, bound, 5000, true);
      if (!read) {
        ++failures;
        return;
      }
      if (read->slice.size_bytes == 0) {
        std::this_thread::yield();
        continue;
      }
      EntryReader reader(*read->slice.file, read->slice.file_pos,
                         read->slice.file_pos + read->slice.size_bytes, window);
      for (auto entry = reader.next(); entry && *entry; entry = reader.next()) {
        const auto bytes = reader.bytes(**entry);
        if ((*entry)->base_offset != from || !bytes || !is_entry_valid(**entry, *bytes)) ++failures;
        from = (*entry)->last_offset + 1;
      }
    }
  };
  std::thread reader(read_along);
  std::thread flusher([&] {
    while (!is_done) {
      if (!log->flush()) ++failures;
      (void)log->latest_epoch();
      (void)log->offset_for_timestamp(1'700'000'000'000);
      log->release_files();
    }
  });
  for (int i = 0; i < 2000; ++i)
    t.append(*log, BatchSpec{.count = 2, .timestamp_ms = 1'700'000'000'000 + i, .value_bytes = 30},
             i / 500);
  is_done = true;
  reader.join();
  flusher.join();
  CHECK(failures == 0);
  CHECK(log->log_end_offset() == Offset(4000));
  REQUIRE(log->flush());
  CHECK(log->recovery_point() == Offset(4000));
}
