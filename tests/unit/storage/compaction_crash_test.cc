#include <random>

#include "compaction_fixture.h"
#include "tests/support/fault_file_system.h"

namespace spool::storage {

namespace {

/// A log of four small segments and an empty one, in memory, on a disk that can fail.
struct CrashFixture {
  test::FaultFileSystem fs;
  ManualClock clock;
  ListLogger logger;
  CleanerSettings settings;

  std::unique_ptr<Log> open() {
    LogOpenOptions options;
    options.config.is_compacted = true;
    options.config.is_deleted = false;
    auto log = Log::open(fs, clock, logger, "/data/orders-0", options);
    if (!log) FAIL(log.error().text());
    return std::move(*log);
  }
  std::unique_ptr<Log> open_filled() {
    (void)fs.make_directory("/data");
    (void)fs.sync_directory("/");
    auto log = open();
    const std::vector<std::vector<Pair>> segments = {
        {{"a", "1"}, {"b", "1"}}, {{"a", "2"}, {"b", std::nullopt}}, {{"c", "1"}}, {{"a", "3"}}};
    for (const auto& records : segments) {
      LogFixture::append(*log, batch_of(records));
      REQUIRE(log->roll());
    }
    REQUIRE(log->flush());
    return log;
  }
  Result<CleaningReport> clean(Log& log) {
    TRY_ASSIGN(const auto range, log.cleanable_range(std::nullopt));
    return clean_log(
        fs, [&](const std::function<Status(Log&)>& change) { return change(log); }, range,
        clock.now_ms, settings, [](int64_t) { return true; }, [](int64_t, int64_t) {});
  }
  void check_directory() {
    const auto entries = fs.list("/data/orders-0");
    REQUIRE(entries);
    for (const DirectoryEntry& entry : *entries) {
      CHECK(!entry.name.ends_with(".swap"));
      CHECK(!entry.name.ends_with(".cleaned"));
      CHECK(!entry.name.ends_with(".deleted"));
    }
  }
};

const Lines kBefore = {"0 a=1", "1 b=1", "2 a=2", "3 b=null", "4 c=1", "5 a=3"};
const Lines kAfter = {"3 b=null", "4 c=1", "5 a=3"};

// Fails every call from the given one on, then lets the process or the machine die.
void crash_at(int64_t call, int64_t& calls_of_a_round, std::mt19937_64* power_cut) {
  CAPTURE(call);
  CrashFixture fixture;
  auto log = fixture.open_filled();
  const int64_t first = fixture.fs.call_count();
  int64_t count = 0;
  fixture.fs.set_fault([&](auto, const std::string&) {
    return count++ < call ? ErrorCode::none : ErrorCode::io_error;
  });
  const bool is_done = fixture.clean(*log).has_value();
  CHECK(is_done == (call == INT64_MAX));
  if (is_done) calls_of_a_round = fixture.fs.call_count() - first;
  fixture.fs.set_fault({});
  // Whatever happened, this process goes on reading.
  const Lines read = content_of(*log);
  CHECK((read == kBefore || read == kAfter));
  log->abandon();
  log.reset();
  if (power_cut != nullptr)
    fixture.fs.cut_power(*power_cut);
  else
    fixture.fs.kill_processes();
  {
    const auto again = fixture.open();
    const Lines found = content_of(*again);
    CHECK((found == kBefore || found == kAfter));
    CHECK(again->log_end_offset() == Offset(6));
    fixture.check_directory();
    REQUIRE(fixture.clean(*again));
    CHECK(content_of(*again) == kAfter);
    REQUIRE(again->close());
  }
  CHECK(content_of(*fixture.open()) == kAfter);
}

}  // namespace

TEST_CASE(
    "compaction: a process that dies at any call of a round loses no key and brings none back") {
  int64_t calls_count = 0;
  crash_at(INT64_MAX, calls_count, nullptr);
  CHECK(calls_count > 60);
  for (int64_t call = 0; call < calls_count; ++call) crash_at(call, calls_count, nullptr);
}

TEST_CASE("compaction: neither does a power cut at any call of a round") {
  int64_t calls_count = 0;
  crash_at(INT64_MAX, calls_count, nullptr);
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int64_t call = 0; call < calls_count; ++call) crash_at(call, calls_count, &random);
  }
}

}  // namespace spool::storage
