#pragma once

/// Seeded lives and deaths of storage on a disk that fails (tests/support/fault_file_system.h).

#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/logger.h"
#include "core/base/text.h"
#include "tests/support/fault_file_system.h"

namespace spool::test {

/// What a run found, and how much it did.
struct RunReport {
  std::vector<std::string> findings;
  int64_t appends = 0;
  int64_t power_cuts = 0;
  int64_t kills = 0;
  int64_t clean_stops = 0;
  int64_t failed_calls = 0;

  bool is_traced = false;  ///< every step is printed

  void find(std::string text) { findings.push_back(std::move(text)); }
  void trace(std::string_view text) const {
    if (is_traced) std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
  }
};

/// A partition's log: appends of plain, idempotent and transactional producers, rolls, flushes,
/// retention, truncation, moved log starts; between lives a kill, a power cut or an orderly stop.
void run_log(uint64_t seed, RunReport& report);

/// A data directory: identity, checkpoints, clean marker, and the metadata log with its snapshots.
void run_directory(uint64_t seed, RunReport& report);

/// A compacted log: appends of keyed records and tombstones, rolls, flushes, rounds of compaction.
void run_compaction(uint64_t seed, RunReport& report);

/// Random choices of one run.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine(seed) {}
  /// 0 to `bound` - 1.
  int64_t below(int64_t bound) {
    return static_cast<int64_t>(engine() % static_cast<uint64_t>(bound));
  }
  bool percent(int64_t chance) { return below(100) < chance; }

  std::mt19937_64 engine;
};

/// Calls that fail: `times` of them from the one with this number on.
struct FaultPlan {
  int64_t at = 0;
  ErrorCode code = ErrorCode::io_error;  ///< or out_of_space: of calls that need room only
  int64_t times = INT64_MAX;
};

/// Makes calls fail as planned, counted from now on, and reports them.
/// on_failure  called for each one that fails
void arm_fault(FaultFileSystem& fs, RunReport& report, const FaultPlan& plan,
               std::function<void(FaultFileSystem::Call)> on_failure = nullptr);

/// What storage says, among the steps.
class TraceLogger final : public Logger {
 public:
  explicit TraceLogger(const RunReport& report) : report_(report) {}
  void write(LogLevel, std::string_view line) override { report_.trace(concat("    ", line)); }

 private:
  const RunReport& report_;
};

class StandingClock final : public Clock {
 public:
  int64_t wall_ms() const override { return now_ms; }
  Monotonic monotonic() const override { return Monotonic(std::chrono::milliseconds(now_ms)); }
  int64_t now_ms = 1'700'000'000'000;
};

}  // namespace spool::test
