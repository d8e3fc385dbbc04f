// fault_runs log|directory|compaction|all COUNT [FIRST_SEED]
//
// Runs of storage over a disk that loses power, tears writes, fails and fills up. Prints each
// finding with its seed; without a first seed a random one is taken and printed; a single run
// prints its steps. Exit code: 0 nothing found, 1 findings, 2 usage.

#include <cstdio>
#include <random>

#include "tests/faults/runs.h"

namespace spool::test {

void arm_fault(FaultFileSystem& fs, RunReport& report, const FaultPlan& plan,
               std::function<void(FaultFileSystem::Call)> on_failure) {
  using Call = FaultFileSystem::Call;
  fs.set_fault([&report, plan, on_failure = std::move(on_failure), count = int64_t{0}](
                   Call call, const std::string& path) mutable {
    const int64_t number = count++;
    if (number < plan.at || number - plan.at >= plan.times) return ErrorCode::none;
    // A disk that is full can be read, and files can be taken away from it.
    const bool needs_room = call == Call::write || call == Call::make;
    if (plan.code == ErrorCode::out_of_space && !needs_room) return ErrorCode::none;
    ++report.failed_calls;
    report.trace(concat("  call ", static_cast<int>(call), " fails: ", path));
    if (on_failure) on_failure(call);
    return plan.code;
  });
}

namespace {

bool is_known(const std::string& what) {
  return what == "log" || what == "directory" || what == "compaction" || what == "all";
}

int run(const std::string& what, int64_t count, uint64_t first_seed) {
  RunReport total;
  int64_t findings = 0;
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(i);
    RunReport report;
    report.is_traced = count == 1;
    const bool is_all = what == "all";
    if (is_all || what == "log") run_log(seed, report);
    if (is_all || what == "directory") run_directory(seed, report);
    if (is_all || what == "compaction") run_compaction(seed, report);
    for (const std::string& text : report.findings)
      std::printf("FOUND seed %llu: %s\n", static_cast<unsigned long long>(seed), text.c_str());
    findings += report.findings.empty() ? 0 : 1;
    total.appends += report.appends;
    total.power_cuts += report.power_cuts;
    total.kills += report.kills;
    total.clean_stops += report.clean_stops;
    total.failed_calls += report.failed_calls;
  }
  std::printf(
      "seeds %lld from %llu: %lld appends, %lld power cuts, %lld kills, %lld clean stops, %lld "
      "failed calls; "
      "seeds with findings %lld\n",
      static_cast<long long>(count), static_cast<unsigned long long>(first_seed),
      static_cast<long long>(total.appends), static_cast<long long>(total.power_cuts),
      static_cast<long long>(total.kills), static_cast<long long>(total.clean_stops),
      static_cast<long long>(total.failed_calls), static_cast<long long>(findings));
  return findings == 0 ? 0 : 1;
}

}  // namespace
}  // namespace spool::test

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const auto count = argc > 2 ? spool::parse_int<int64_t>(argv[2]) : std::nullopt;
  const auto seed = argc > 3 ? spool::parse_int<int64_t>(argv[3])
                             : std::optional<int64_t>(std::random_device{}());
  if (!spool::test::is_known(what) || !count || !seed) {
    std::fputs("usage: fault_runs log|directory|compaction|all COUNT [FIRST_SEED]\n", stderr);
    return 2;
  }
  return spool::test::run(what, *count, static_cast<uint64_t>(*seed));
}
