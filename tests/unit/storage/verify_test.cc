#include "core/storage/verify_log.h"

#include <algorithm>
#include <filesystem>

#include "core/base/text.h"
#include "core/storage/check_ahead.h"
#include "core/storage/index_file.h"
#include "core/storage/log_scan.h"
#include "core/storage/verify_directory.h"
#include "tests/unit/storage/storage_fixture.h"

namespace spool::storage {

namespace {

std::vector<std::string> verify_once(FileSystem& fs, const std::string& path,
                                     const VerifyOptions& options) {
  std::atomic<int64_t> progress = 0;
  auto verifier = PartitionVerifier::open(fs, path, options);
  REQUIRE(verifier);
  std::vector<Finding> findings;
  for (size_t unit = 0; unit < verifier->unit_count(); ++unit)
    for (Finding& finding : verifier->verify_unit(unit, progress))
      findings.push_back(std::move(finding));
  for (Finding& finding : verifier->finish()) findings.push_back(std::move(finding));
  std::vector<std::string> out;
  for (const Finding& finding : findings)
    if (finding.severity != Severity::info)
      out.push_back(concat(finding.check, ' ',
                           finding.path.substr(finding.path.find_last_of('/') + 1),
                           finding.file_pos ? concat(":", *finding.file_pos) : ""));
  return out;
}

/// "check file:position" of each finding that is no info: of one thread, and of several that check
/// chunks ahead.
std::vector<std::string> verify_partition(FileSystem& fs, const std::string& path,
                                VerifyOptions options = {.expects_metadata = false}) {
  const auto findings = verify_once(fs, path, options);
  options.threads = 3;
  options.chunk_bytes = 150;
  CHECK(verify_once(fs, path, options) == findings);
  return findings;
}

using Names = std::vector<std::string>;

/// Two segments: transactions, an idempotent producer, plain batches; closed in order.
struct VerifyFixture : LogFixture {
  VerifyFixture() {
    options.config.index_interval_bytes = 200;
    auto log = open();
    append(*log, 3, 1);
    Buffer batch = make_batch({.count = 2,
                               .producer_id = 7,
                               .producer_epoch = 0,
                               .base_sequence = 0,
                               .is_transactional = true});
    REQUIRE(log->append(batch, LeaderEpoch(1), AppendOrigin::client));
    Buffer marker = make_marker(7, 0, false);
    REQUIRE(log->append(marker, LeaderEpoch(1), AppendOrigin::coordinator));
    for (int i = 0; i < 8; ++i) append(*log, 3, 1);
    REQUIRE(log->roll());
    for (int i = 0; i < 8; ++i) append(*log, 2, 1);
    REQUIRE(log->close());
  }

  std::string second() const { return "00000000000000000030"; }
  void flip(const std::string& name, size_t file_pos) {
    std::string bytes = content(name);
    bytes[file_pos] = static_cast<char>(bytes[file_pos] ^ 1);
    write_file(name, as_bytes(bytes));
  }
  Names found() { return verify_partition(fs, path()); }
};

const std::string kFirstSegment = "00000000000000000000";

}  // namespace

TEST_CASE("verify: a log that was closed in order has nothing wrong with it") {
  VerifyFixture t;
  CHECK(std::filesystem::exists(t.file(concat(t.second(), ".log"))));
  CHECK(t.found() == Names{});
}

TEST_CASE("verify: transaction markers are not counted as records") {
  VerifyFixture t;
  std::atomic<int64_t> progress = 0;
  auto verifier = PartitionVerifier::open(t.fs, t.path(), {.expects_metadata = false});
  REQUIRE(verifier);
  for (size_t unit = 0; unit < verifier->unit_count(); ++unit)
    verifier->verify_unit(unit, progress);
  REQUIRE(verifier->segments().size() == 2);
  CHECK(verifier->segments()[0].records_count == 29);  // of 30 offsets
  CHECK(verifier->segments()[1].records_count == 16);
}

TEST_CASE("verify: damage to a batch is named with its position") {
  VerifyFixture t;
  t.flip(kFirstSegment + ".log", 80);
  CHECK(t.found() == Names{"batch-crc " + kFirstSegment + ".log:0"});
}

TEST_CASE("check_ahead: a chunk of whole batches is sound, one with a damaged batch is not") {
  VerifyFixture t;
  const auto positions = [&] {
    const auto file = *t.fs.open(t.file(kFirstSegment + ".log"), OpenMode::read);
    auto scan = LogScan::open(*file, {});
    std::vector<int64_t> all;
    for (auto item = scan->next(); *item; item = scan->next()) all.push_back((*item)->file_pos);
    return all;
  }();
  REQUIRE(positions.size() == 11);
  t.flip(kFirstSegment + ".log", static_cast<size_t>(positions[5]) + 70);
  const auto file = *t.fs.open(t.file(kFirstSegment + ".log"), OpenMode::read);
  CheckAhead ahead(*file, {0, positions[4], positions[7], positions[9]}, true, 2);
  const auto first = ahead.take(0);
  REQUIRE(first != nullptr);
  REQUIRE(first->entries.size() == 4);
  CHECK(first->entries[1].records_count == 2);
  CHECK(first->entries[1].kept_bytes == 61);  // a producer's batch, without its records
  CHECK(first->entries[2].kept_bytes == 78);  // its marker
  CHECK(first->entries[3].kept_bytes == 0);
  CHECK(ahead.take(positions[4]) == nullptr);
  CHECK(ahead.take(positions[6]) == nullptr);  // no chunk begins there
  const auto third = ahead.take(positions[7]);
  REQUIRE(third != nullptr);
  CHECK(third->entries.back().header.end_pos() == positions[9]);
  CHECK(ahead.take(positions[9]) == nullptr);
}

TEST_CASE("verify: indexes that disagree with the log") {
  VerifyFixture t;
  SUBCASE("offset") {
    t.flip(kFirstSegment + ".index", 7);
    CHECK(t.found() == Names{"offset-index-position " + kFirstSegment + ".index:0"});
  }
  SUBCASE("time") {
    t.flip(kFirstSegment + ".timeindex", 7);
    CHECK(t.found().front() == "time-index-timestamp " + kFirstSegment + ".timeindex:0");
  }
  SUBCASE("aborted transaction missing") {
    std::filesystem::remove(t.file(kFirstSegment + ".txnindex"));
    CHECK(t.found() == Names{"transaction-index " + kFirstSegment + ".txnindex"});
  }
  SUBCASE("aborted transaction invented") {
    std::string bytes = t.content(kFirstSegment + ".txnindex");
    TransactionIndexEntry extra{.producer_id = ProducerId(9),
                                .first_offset = Offset(8),
                                .last_offset = Offset(9),
                                .last_stable_offset = Offset(10)};
    Buffer encoded(TransactionIndexEntry::kBytes);
    extra.encode(encoded.data());
    bytes += as_text(encoded);
    t.write_file(kFirstSegment + ".txnindex", as_bytes(bytes));
    CHECK(t.found() == Names{"transaction-index " + kFirstSegment + ".txnindex:34"});
  }
  SUBCASE("missing") {
    std::filesystem::remove(t.file(kFirstSegment + ".index"));
    CHECK(t.found() == Names{"offset-index-missing " + kFirstSegment + ".index"});
  }
  SUBCASE("of no segment") {
    t.write_file("00000000000000000999.index", as_bytes(""));
    CHECK(t.found() == Names{"orphan-index 00000000000000000999.index"});
  }
}

TEST_CASE("verify: a producer snapshot that disagrees with the log") {
  VerifyFixture t;
  SUBCASE("unreadable") {
    t.flip(t.second() + ".snapshot", 20);
    CHECK(t.found() == Names{"snapshot-unreadable " + t.second() + ".snapshot"});
  }
  SUBCASE("another epoch") {
    ProducerStateManager state;
    Buffer marker = make_marker(7, 3, false);
    REQUIRE(state.update(record::BatchView(marker)));
    t.write_file(t.second() + ".snapshot", state.encode_snapshot());
    const auto found = t.found();
    REQUIRE(!found.empty());
    CHECK(found[0] == "producer-snapshot " + t.second() + ".snapshot");
  }
}

TEST_CASE("verify: leader epochs that disagree with the batches") {
  VerifyFixture t;
  SUBCASE("unreadable") {
    t.write_file("leader-epoch-checkpoint", as_bytes("0\n1\nnot numbers\n"));
    CHECK(t.found() == Names{"epoch-unreadable leader-epoch-checkpoint"});
  }
  SUBCASE("another epoch") {
    t.write_file("leader-epoch-checkpoint", as_bytes("0\n1\n5 0\n"));
    CHECK(t.found().front() == "epoch-start leader-epoch-checkpoint");
  }
  SUBCASE("missing") {
    std::filesystem::remove(t.file("leader-epoch-checkpoint"));
    CHECK(t.found() == Names{"epoch-missing leader-epoch-checkpoint"});
  }
}

TEST_CASE("verify: a segment that is gone leaves a hole, unless the log is compacted") {
  VerifyFixture t;
  auto log = t.open();
  REQUIRE(log->roll());
  t.append(*log, 1, 1);
  REQUIRE(log->close());
  for (const char* suffix : {".log", ".index", ".timeindex", ".snapshot"})
    std::filesystem::remove(t.file(t.second() + suffix));
  CHECK(t.found() == Names{"offset-gap " + kFirstSegment + ".log"});
  CHECK(verify_partition(t.fs, t.path(), {.is_compacted = true, .expects_metadata = false}) == Names{});
}

TEST_CASE("verify: sequences of a producer that jump where no offset is missing") {
  LogFixture t;
  auto log = t.open();
  for (const int sequence : {0, 1}) {
    Buffer batch = make_batch({.producer_id = 5, .producer_epoch = 0, .base_sequence = sequence});
    REQUIRE(log->append(batch, LeaderEpoch(0), AppendOrigin::client));
  }
  Buffer batch =
      make_batch({.producer_id = 5, .producer_epoch = 0, .base_sequence = 9, .base_offset = 2});
  REQUIRE(log->append(batch, LeaderEpoch(0), AppendOrigin::replication));
  REQUIRE(log->close());
  const auto found = verify_partition(t.fs, t.path());
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("producer-sequence "));
}

TEST_CASE("verify: an empty directory and an empty segment are whole") {
  LogFixture t;
  REQUIRE(t.fs.make_directory(t.path()));
  CHECK(verify_partition(t.fs, t.path()) == Names{});
  t.write_file(kFirstSegment + ".log", as_bytes(""));
  CHECK(verify_partition(t.fs, t.path()) == Names{});
}

TEST_CASE("verify: a segment's name that is no offset") {
  VerifyFixture t;
  t.write_file("backup.log", as_bytes(""));
  CHECK(t.found() == Names{"file-name backup.log"});
}

TEST_CASE("verify: checkpoints beyond the log") {
  ScratchDirectory scratch;
  PosixFileSystem fs;
  const auto file = fs.open(scratch.path + "/replication-offset-checkpoint", OpenMode::create);
  REQUIRE((*file)->write_at(0, as_bytes("0\n2\norders 0 12\norders 1 5\n")));
  REQUIRE(fs.make_directory(scratch.path + "/lost+found"));
  REQUIRE(fs.make_directory(scratch.path + "/orders-0"));
  const auto survey = survey_directory(fs, scratch.path);
  REQUIRE(survey);
  REQUIRE(survey->findings.size() == 1);
  CHECK(survey->findings[0].check == "directory-name");
  const auto found = check_checkpoints(
      *survey, {{"orders-0", {Offset(0), Offset(10)}}, {"orders-1", {Offset(0), Offset(10)}}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].expected == "orders-0: at most 10, the end of the log");
  CHECK(*kind_of_path(fs, scratch.path + "/orders-0") == PathKind::partition);
  CHECK(*kind_of_path(fs, scratch.path) == PathKind::data_directory);
}

}  // namespace spool::storage
