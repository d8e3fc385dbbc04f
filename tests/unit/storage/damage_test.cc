// Random damage to every file of a partition: a load ends in a log that can be read and appended
// to, or in an error; never in a crash, a hang or a file that grows.

#include <doctest/doctest.h>

#include <random>

#include "core/storage/log.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace spool;
using namespace spool::storage;

namespace {

void write_partition(LogFixture& t) {
  t.options.config.segment_bytes = 900;
  t.options.config.index_interval_bytes = 100;
  auto log = t.open();
  for (int i = 0; i < 24; ++i) {
    t.append(*log,
             BatchSpec{.count = 1 + i % 3,
                       .producer_id = i % 2,
                       .producer_epoch = 0,
                       .base_sequence = -1,
                       .is_transactional = true,
                       .value_bytes = 30},
             i / 6);
    if (i % 5 == 4) t.append(*log, make_marker(i % 2, 0, i % 2), i / 6, AppendOrigin::coordinator);
  }
  REQUIRE(log->close());
}

// Walks everything a reader can ask for; answers do not matter, ending does.
void use(LogFixture& t, Log& log) {
  const Offset start = log.log_start_offset(), end = log.log_end_offset();
  CHECK(start <= end);
  int steps = 0;
  for (Offset from = start; from < end && ++steps < 1000;) {
    const auto read = log.read(from, end, 400, true);
    if (!read || read->slice.size_bytes == 0) break;
    CHECK(read->slice.file_pos + read->slice.size_bytes <= *read->slice.file->size());
    Buffer window(4096);
    EntryReader reader(*read->slice.file, read->slice.file_pos,
                       read->slice.file_pos + read->slice.size_bytes, window);
    Offset next = from + 1;
    for (auto entry = reader.next(); entry && *entry; entry = reader.next())
      next = std::max(next, (*entry)->last_offset + 1);
    from = next;
  }
  CHECK(steps < 1000);
  (void)log.offset_for_timestamp(0);
  (void)log.offset_for_timestamp(1'700'000'000'001);
  (void)log.max_timestamp();
  (void)log.aborted_transactions(start, end);
  (void)log.end_offset_for_epoch(LeaderEpoch(1));
  (void)t;
}

}  // namespace

TEST_CASE("random: damaged files are recovered or refused, and recovered the same way twice") {
  const unsigned seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937 random(seed);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  LogFixture original;
  write_partition(original);
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& name : original.names()) files.emplace_back(name, original.content(name));
  int opened = 0;
  for (int round = 0; round < 150; ++round) {
    LogFixture t;
    t.options = original.options;
    REQUIRE(t.fs.make_directory(t.path()));
    for (const auto& [name, content] : files) t.write_file(name, as_bytes(content));
    for (size_t n = 1 + below(3); n > 0; --n) {
      const auto& [name, content] = files[below(files.size())];
      std::string damaged = content;
      switch (below(4)) {
        case 0:
          for (size_t k = 1 + below(4); k > 0 && !damaged.empty(); --k)
            damaged[below(damaged.size())] = static_cast<char>(random());
          break;
        case 1:
          damaged.resize(below(damaged.size() + 1));
          break;
        case 2:
          damaged.append(below(200), below(2) ? '\0' : static_cast<char>(random()));
          break;
        default:
          std::filesystem::remove(t.file(name));
          continue;
      }
      t.write_file(name, as_bytes(damaged));
    }
    t.options.is_read_only = true;
    if (auto log = t.try_open()) use(t, **log);
    t.options.is_read_only = false;
    t.options.is_clean = below(2) == 0;
    t.options.recovery_point_checkpoint = Offset(static_cast<int64_t>(below(60)));
    auto log = t.try_open();
    if (!log) continue;
    ++opened;
    use(t, **log);
    const Offset end = (*log)->log_end_offset();
    CHECK(t.append(**log, 1, 9).base_offset == end);
    (*log)->abandon();
    t.options.is_clean = false;
    t.options.recovery_point_checkpoint = Offset(0);
    auto again = t.try_open();
    if (!again) continue;
    use(t, **again);
    const Offset end_again = (*again)->log_end_offset();
    (*again)->abandon();
    auto third = t.open();
    CHECK(third->log_end_offset() == end_again);
    REQUIRE(third->close());
  }
  CHECK(opened > 50);
}
