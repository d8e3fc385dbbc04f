// A damaged partition's directory: verify says what is wrong, repair plans and builds, and verify
// has nothing to say of what was built. The input is files one after the other: a byte that chooses
// the name, two that are the length, bytes.

#include "core/base/clock.h"
#include "core/base/logger.h"
#include "core/base/text.h"
#include "core/storage/repair_log.h"
#include "core/storage/verify_log.h"
#include "tests/fuzz/require.h"
#include "tests/support/fault_file_system.h"

using namespace spool;
using namespace spool::storage;

namespace {

constexpr std::string_view kNames[] = {
    "00000000000000000000.log",        "00000000000000000000.index",
    "00000000000000000000.timeindex",  "00000000000000000000.txnindex",
    "00000000000000000050.log",        "00000000000000000050.index",
    "00000000000000000050.timeindex",  "00000000000000000050.txnindex",
    "00000000000000000050.snapshot",   "00000000000000000100.snapshot",
    "leader-epoch-checkpoint",         "00000000000000000000.log.swap",
    "00000000000000000000.log.cleaned"};

class StillClock final : public Clock {
 public:
  int64_t wall_ms() const override { return 1'700'000'000'000; }
  Monotonic monotonic() const override { return {}; }
};

class NoLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view) override {}
};

void write_files(FileSystem& fs, BytesView input) {
  while (input.size() >= 3) {
    const std::string_view name = kNames[input[0] % std::size(kNames)];
    const size_t size = std::min<size_t>(load_be<uint16_t>(input.data() + 1), input.size() - 3);
    const auto file = fs.open(concat("/p-0/", name), OpenMode::replace);
    REQUIRE(file.has_value());
    REQUIRE((*file)->write_at(0, input.subspan(3, size)).has_value());
    input = input.subspan(3 + size);
  }
}

std::vector<Finding> verify(FileSystem& fs, const std::string& path) {
  std::atomic<int64_t> progress = 0;
  auto verifier = PartitionVerifier::open(fs, path, {.expects_metadata = false});
  REQUIRE(verifier.has_value());
  std::vector<Finding> findings;
  for (size_t unit = 0; unit < verifier->unit_count(); ++unit)
    for (Finding& finding : verifier->verify_unit(unit, progress))
      findings.push_back(std::move(finding));
  for (Finding& finding : verifier->finish()) findings.push_back(std::move(finding));
  // Of these repair has nothing to offer: nothing is lost by them.
  std::erase_if(findings,
                [](const Finding& f) { return f.severity == Severity::info || f.repair.empty(); });
  return findings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test::FaultFileSystem fs;
  REQUIRE(fs.make_directory("/p-0").has_value());
  write_files(fs, {data, size});
  const auto findings = verify(fs, "/p-0");
  const auto plan = plan_repair(fs, "/p-0", findings, {});
  REQUIRE(plan.has_value());
  if (plan->is_empty()) return 0;
  StillClock clock;
  NoLogger logger;
  const Status built = build_repaired(fs, clock, logger, *plan, "/made", {});
  REQUIRE(built.has_value());
  for (const Finding& finding : verify(fs, "/made"))
    std::fprintf(stderr, "left: %s %s: %s\n", std::string(finding.check).c_str(),
                 finding.path.c_str(), finding.found.c_str());
  REQUIRE(verify(fs, "/made").empty());
  return 0;
}
