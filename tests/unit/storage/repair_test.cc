#include "core/storage/repair_log.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "core/record/batch_builder.h"
#include "core/storage/verify_log.h"
#include "tests/unit/storage/storage_fixture.h"

namespace spool::storage {

namespace {

constexpr VerifyOptions kOptions{.expects_metadata = false};
constexpr VerifyOptions kThreadsOptions{
    .expects_metadata = false, .threads = 2, .chunk_bytes = 400};

std::vector<Finding> verify(FileSystem& fs, const std::string& path,
                            const VerifyOptions& options = kOptions) {
  std::atomic<int64_t> progress = 0;
  auto verifier = PartitionVerifier::open(fs, path, options);
  REQUIRE(verifier);
  std::vector<Finding> findings;
  for (size_t unit = 0; unit < verifier->unit_count(); ++unit)
    for (Finding& finding : verifier->verify_unit(unit, progress))
      findings.push_back(std::move(finding));
  for (Finding& finding : verifier->finish()) findings.push_back(std::move(finding));
  std::erase_if(findings, [](const Finding& f) { return f.severity == Severity::info; });
  return findings;
}

/// A batch as it lies in a file.
struct Placed {
  std::string file;
  size_t file_pos = 0;
  std::string bytes;
  int64_t base_offset() const {
    return load_be<int64_t>(reinterpret_cast<const uint8_t*>(bytes.data()));
  }
};

/// Batches of every codec, some idempotent, some of transactions, over three segments.
struct RepairFixture : LogFixture {
  std::map<std::string, std::string> files;
  std::vector<Placed> batches;
  std::string made;

  RepairFixture() : made(scratch.path + "/made") {
    options.config.index_interval_bytes = 300;
    auto log = open();
    compress::Compressor compressor;
    for (int i = 0; i < 60; ++i) {
      record::BatchOptions wanted{.codec = static_cast<compress::Codec>(i % 5)};
      if (i % 3 == 0) {
        wanted.producer_id = ProducerId(7);
        wanted.producer_epoch = ProducerEpoch(0);
        wanted.base_sequence = i / 3 * 4;
      }
      record::BatchBuilder builder(wanted);
      for (int r = 0; r < 4; ++r) {
        const std::string value =
            concat("record ", i, '-', r, std::string(static_cast<size_t>(20 + i % 7 * 15), 'x'));
        builder.append(1'700'000'000'000 + i * 10 + r, as_bytes("key"), as_bytes(value));
      }
      append(*log, *builder.finish(compressor), 3);
      if (i % 10 == 4) {
        append(*log,
               make_batch({.producer_id = 9,
                           .producer_epoch = 0,
                           .base_sequence = i / 10,
                           .is_transactional = true}),
               3);
        append(*log, make_marker(9, 0, i % 20 == 4), 3, AppendOrigin::coordinator);
      }
      if (i % 20 == 19) REQUIRE(log->roll());
    }
    append(*log, 2, 3);
    REQUIRE(log->close());
    remember();
  }

  void remember() {
    for (const std::string& name : names()) {
      files[name] = content(name);
      if (!name.ends_with(".log")) continue;
      const std::string& bytes = files[name];
      for (size_t at = 0; at + 61 <= bytes.size();) {
        const auto size = static_cast<size_t>(
            load_be<int32_t>(reinterpret_cast<const uint8_t*>(bytes.data()) + at + 8) + 12);
        batches.push_back({name, at, bytes.substr(at, size)});
        at += size;
      }
    }
  }

  Result<PartitionRepair> plan() {
    const auto findings = verify(fs, path());
    CHECK(verify(fs, path(), kThreadsOptions) == findings);
    return plan_repair(fs, path(), findings, {});
  }

  Status build(const PartitionRepair& repair) {
    std::filesystem::remove_all(made);
    return build_repaired(fs, clock, logger, repair, made, {});
  }

  /// Batches with records of the directory that was made, by base offset.
  std::map<int64_t, std::string> repaired() {
    std::map<int64_t, std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(made)) {
      if (entry.path().extension() != ".log") continue;
      const std::string bytes = *read_small_file(fs, entry.path().string());
      for (size_t at = 0; at + 61 <= bytes.size();) {
        const auto* batch = reinterpret_cast<const uint8_t*>(bytes.data()) + at;
        const auto size = static_cast<size_t>(load_be<int32_t>(batch + 8) + 12);
        if (load_be<int32_t>(batch + 57) > 0)
          CHECK(out.emplace(load_be<int64_t>(batch), bytes.substr(at, size)).second);
        at += size;
      }
    }
    return out;
  }

  /// Repairs and compares with the batches that are still as they were.
  void check_repair() {
    const auto repair = plan();
    REQUIRE(repair);
    if (repair->is_empty()) return;
    std::string plan_text;
    for (const RepairStep& step : repair->steps)
      plan_text += concat('\n', step.action, ' ', step.path, ": ", step.detail);
    INFO("plan: ", plan_text);
    const Status built = build(*repair);
    INFO((built ? std::string() : std::string(built.error().text())));
    REQUIRE(built);
    const auto left = verify(fs, made);
    std::string left_text;
    for (const Finding& finding : left)
      left_text += concat('\n', finding.check, ' ', finding.path, ": ", finding.found);
    INFO("left: ", left_text);
    CHECK(left.empty());
    const auto after = repaired();
    std::multiset<std::string> bodies;
    for (const Placed& batch : batches) {
      bodies.insert(batch.bytes.substr(17));
      if (!has(batch.file)) continue;
      const std::string now = content(batch.file);
      const bool is_whole = now.size() >= batch.file_pos + batch.bytes.size() &&
                            now.compare(batch.file_pos, batch.bytes.size(), batch.bytes) == 0;
      if (!is_whole) continue;
      INFO("whole batch at offset ", batch.base_offset(), " of ", batch.file);
      const auto kept = after.find(batch.base_offset());
      CHECK(kept != after.end());
      if (kept != after.end()) CHECK(kept->second == batch.bytes);
    }
    // Base offset and leader epoch lie outside of every checksum: where a neighbour is gone as
    // well, nobody can know that they were changed.
    for (const auto& [base, bytes] : after) {
      INFO("batch after repair at offset ", base);
      const auto body = bodies.find(bytes.substr(17));
      REQUIRE(body != bodies.end());
      bodies.erase(body);
    }
  }
};

const std::string kFirst = "00000000000000000000.log";

}  // namespace

TEST_CASE("repair: a log that is whole needs none") {
  RepairFixture t;
  const auto plan = t.plan();
  REQUIRE(plan);
  CHECK(plan->is_empty());
}

TEST_CASE("repair: one bad batch is taken out and everything after it stays") {
  RepairFixture t;
  std::string bytes = t.content(kFirst);
  bytes[t.batches[7].file_pos + 80] ^= 1;
  t.write_file(kFirst, as_bytes(bytes));
  const auto plan = t.plan();
  REQUIRE(plan);
  REQUIRE(plan->steps.size() == 2);
  CHECK(plan->steps[0].action == "take-out");
  CHECK(plan->steps[0].lost_from == t.batches[7].base_offset());
  CHECK(plan->steps[1].action == "rebuild-indexes");
  t.check_repair();
  CHECK(t.repaired().size() == t.batches.size() - 1);
  CHECK(t.content(kFirst) == bytes);  // the damaged one is only read
}

TEST_CASE("repair: fields outside of the checksum are put right") {
  RepairFixture t;
  std::string bytes = t.content(kFirst);
  const size_t at = t.batches[5].file_pos;
  SUBCASE("length") { bytes[at + 10] = static_cast<char>(bytes[at + 10] + 3); }
  SUBCASE("magic") { bytes[at + 16] = 3; }
  SUBCASE("base offset, down") { bytes[at + 7] = 1; }
  SUBCASE("base offset, up") { bytes[at + 5] = 7; }
  SUBCASE("leader epoch, down") { bytes[at + 15] = 1; }
  SUBCASE("leader epoch, up") { bytes[at + 12] = 7; }
  t.write_file(kFirst, as_bytes(bytes));
  t.check_repair();
  const auto repaired = t.repaired();
  REQUIRE(repaired.size() == t.batches.size());
  CHECK(repaired.at(t.batches[5].base_offset()) == t.batches[5].bytes);
}

TEST_CASE("repair: a copied page whose original is gone goes where its offsets belong") {
  RepairFixture t;
  std::string bytes = t.content(kFirst);
  // Batches 15 to 20 over the place of 3 to 7, and the file cut behind batch 10.
  const size_t from = t.batches[15].file_pos, to = t.batches[3].file_pos;
  const size_t size = t.batches[8].file_pos - to;
  bytes.replace(to, size, bytes.substr(from, size));
  bytes.resize(t.batches[10].file_pos);
  SUBCASE("as it was") {}
  SUBCASE("with a leader epoch that is wrong there") { bytes[to + 15] = 9; }
  t.write_file(kFirst, as_bytes(bytes));
  const auto plan = t.plan();
  REQUIRE(plan);
  int moved = 0;
  for (const RepairStep& step : plan->steps) moved += step.action == "move";
  CHECK(moved == 2);
  t.check_repair();
  const auto repaired = t.repaired();
  for (const size_t kept : {8, 9, 15, 16})
    CHECK(repaired.at(t.batches[kept].base_offset()) == t.batches[kept].bytes);
}

TEST_CASE("repair: a segment that is gone is covered by an empty batch") {
  RepairFixture t;
  std::vector<std::string> logs;
  for (const auto& [name, bytes] : t.files)
    if (name.ends_with(".log")) logs.push_back(name);
  for (const auto& [name, bytes] : t.files)
    if (name.starts_with(logs[1].substr(0, 20))) std::filesystem::remove(t.file(name));
  const auto plan = t.plan();
  REQUIRE(plan);
  REQUIRE(!plan->steps.empty());
  CHECK(plan->steps[0].action == "mark-hole");
  t.check_repair();
}

TEST_CASE(
    "repair: cleaning that was interrupted while it swapped is finished, whatever its indexes "
    "are") {
  RepairFixture t;
  t.write_file(kFirst + ".swap", as_bytes(t.files[kFirst]));
  t.write_file("00000000000000000000.timeindex.swap", {});
  const auto plan = t.plan();
  REQUIRE(plan);
  REQUIRE(plan->steps.size() == 2);
  CHECK(plan->steps[0].action == "finish-cleaning");
  t.check_repair();
  CHECK(t.repaired().size() == t.batches.size());
}

TEST_CASE("repair: random damage loses no whole batch and invents none") {
  const char* const rounds_text = std::getenv("SPOOL_DAMAGE_TRIALS");
  const char* const seed_text = std::getenv("SPOOL_DAMAGE_SEED");
  const int rounds = rounds_text != nullptr ? std::atoi(rounds_text) : 200;
  const unsigned first_seed =
      seed_text != nullptr ? static_cast<unsigned>(std::strtoul(seed_text, nullptr, 10)) : 1;
  MESSAGE("seeds ", first_seed, " and the ", rounds - 1, " after it");
  RepairFixture t;
  for (int round = 0; round < rounds; ++round) {
    const unsigned seed = first_seed + static_cast<unsigned>(round);
    INFO("seed ", seed);
    std::mt19937 random(seed);
    const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
    for (const std::string& name : t.names()) std::filesystem::remove(t.file(name));
    for (const auto& [name, bytes] : t.files) t.write_file(name, as_bytes(bytes));
    for (size_t n = 1 + below(3); n > 0; --n) {
      auto chosen = t.files.begin();
      std::advance(chosen, static_cast<long>(below(t.files.size())));
      if (!t.has(chosen->first)) continue;
      std::string bytes = t.content(chosen->first);
      const size_t page = 1u << (5 + below(8));
      const size_t from = bytes.size() > page ? below(bytes.size() - page) : 0;
      switch (below(5)) {
        case 0:
          for (size_t k = 1 + below(4); k > 0 && !bytes.empty(); --k)
            bytes[below(bytes.size())] ^= static_cast<char>(1u << below(8));
          break;
        case 1:
          bytes.resize(below(bytes.size() + 1));
          break;
        case 2:
          for (size_t i = from; i < std::min(from + page, bytes.size()); ++i) bytes[i] = 0;
          break;
        case 3: {
          const size_t to = bytes.size() > page ? below(bytes.size() - page) : 0;
          const std::string copy = bytes.substr(from, page);
          bytes.replace(to, copy.size(), copy);
          break;
        }
        default:
          std::filesystem::remove(t.file(chosen->first));
          continue;
      }
      t.write_file(chosen->first, as_bytes(bytes));
    }
    t.check_repair();
  }
}

}  // namespace spool::storage
