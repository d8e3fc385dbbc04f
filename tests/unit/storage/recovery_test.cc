// Opening a log again: after a close, after a crash, after somebody damaged it, and beside another
// writer.

#include <doctest/doctest.h>

#include <random>

#include "core/storage/log.h"
#include "core/storage/segment.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace spool;
using namespace spool::storage;

namespace {

constexpr std::string_view kFirstLog = "00000000000000000000.log";

BatchSpec from_producer(int32_t sequence, bool is_transactional = false) {
  return {.count = 1,
          .producer_id = 7,
          .producer_epoch = 0,
          .base_sequence = sequence,
          .is_transactional = is_transactional};
}

// Six segments of two batches each (119 bytes a batch), abandoned as by a crash.
void write_segments(LogFixture& t) {
  t.options.config.segment_bytes = 250;
  auto log = t.open();
  for (int i = 0; i < 12; ++i) t.append(*log, BatchSpec{.value_bytes = 50});
  log->abandon();
}

std::vector<int64_t> one_to(int64_t end) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < end; ++i) out.push_back(i);
  return out;
}

}  // namespace

TEST_CASE("recovery: a closed log opens cleanly with everything it had, without reading records") {
  LogFixture t;
  {
    auto log = t.open();
    t.append(*log, from_producer(0, true), 2);
    t.append(*log, from_producer(1, true), 2);
    REQUIRE(log->close());
  }
  CHECK(t.has("00000000000000000002.snapshot"));
  CHECK(t.has("00000000000000000000.index"));
  CHECK(t.content("leader-epoch-checkpoint") == "0\n1\n2 0\n");
  t.options.recovery_point_checkpoint = Offset(2);
  auto log = t.open_clean();
  CHECK(log->log_end_offset() == Offset(2));
  CHECK(log->recovery_point() == Offset(2));
  CHECK(log->first_unstable_offset() == Offset(0));
  CHECK(log->producer_state().find(ProducerId(7))->last_sequence() == 1);
  CHECK(t.append(*log, from_producer(1, true)).is_duplicate);
  CHECK(t.append(*log, from_producer(2, true)).base_offset == Offset(2));
  CHECK(t.logger.lines.empty());
}

TEST_CASE(
    "recovery: a crash loses nothing that was appended, and indexes are as if it had been closed") {
  LogFixture crashed, closed;
  for (LogFixture* t : {&crashed, &closed}) {
    t->options.config.index_interval_bytes = 100;
    auto log = t->open();
    for (int i = 0; i < 10; ++i) t->append(*log, from_producer(i, i > 5), i / 5);
    t->append(*log, make_marker(7, 0, false), 1, AppendOrigin::coordinator);
    if (t == &closed)
      REQUIRE(log->close());
    else
      log->abandon();
  }
  auto log = crashed.open();
  CHECK(log->log_end_offset() == Offset(11));
  CHECK_FALSE(log->first_unstable_offset().has_value());
  CHECK(
      crashed.append(*log, BatchSpec{.producer_id = 8, .producer_epoch = 0, .base_sequence = 0}, 1)
          .base_offset == Offset(11));
  log->abandon();
  for (const char* name : {"00000000000000000000.index", "00000000000000000000.timeindex",
                           "00000000000000000000.txnindex", "00000000000000000011.snapshot",
                           "leader-epoch-checkpoint"})
    CHECK_MESSAGE(crashed.content(name) == closed.content(name), name);
}

TEST_CASE("recovery: running it twice gives the same bytes") {
  LogFixture t;
  write_segments(t);
  t.cut_file("00000000000000000010.log", 7);
  t.open()->abandon();
  std::vector<std::string> first;
  for (const std::string& name : t.names()) first.push_back(name + t.content(name));
  t.open()->abandon();
  std::vector<std::string> second;
  for (const std::string& name : t.names()) second.push_back(name + t.content(name));
  CHECK(first == second);
}

TEST_CASE("recovery: a torn, padded or junk tail is cut back to the last whole batch") {
  LogFixture t;
  {
    auto log = t.open();
    for (int i = 0; i < 5; ++i) t.append(*log, 1);
    log->abandon();
  }
  int64_t expected = 5;
  SUBCASE("zero tail") { t.append_to_file(kFirstLog, Buffer(512)); }
  SUBCASE("junk tail") { t.append_to_file(kFirstLog, Buffer(300, 0xa5)); }
  SUBCASE("first bytes of a batch") {
    t.append_to_file(kFirstLog, BytesView(make_batch({.base_offset = 5})).first(30));
  }
  SUBCASE("last batch cut") {
    t.cut_file(kFirstLog, 3);
    expected = 4;
  }
  for (const bool is_clean : {false, true}) {
    t.options.is_clean = is_clean;
    auto log = t.open();
    CHECK(log->log_end_offset() == Offset(expected));
    CHECK(t.size_of(kFirstLog) == expected * 79);
    CHECK(t.read_all(*log, Offset(0)) == one_to(expected));
    log->abandon();
  }
}

TEST_CASE(
    "recovery: with a clean marker a cut tail is found before the next append goes behind it") {
  LogFixture t;
  {
    auto log = t.open();
    for (int i = 0; i < 5; ++i) t.append(*log, 1);
    REQUIRE(log->close());
  }
  t.cut_file(kFirstLog, 3);
  t.options.recovery_point_checkpoint = Offset(5);
  auto log = t.open_clean();
  CHECK(log->log_end_offset() == Offset(4));
  CHECK(t.append(*log, 1).base_offset == Offset(4));
  CHECK(t.read_all(*log, Offset(0)) == one_to(5));
  CHECK(t.logger.has("tail is damaged"));
}

TEST_CASE("recovery: a damaged batch ends the log there, later segments go") {
  LogFixture t;
  write_segments(t);
  std::string third = t.content("00000000000000000004.log");
  third[119 + 80] ^= 1;
  t.write_file("00000000000000000004.log", as_bytes(third));
  auto log = t.open();
  CHECK(log->log_end_offset() == Offset(5));
  CHECK(t.read_all(*log, Offset(0)) == one_to(5));
  CHECK(t.has("00000000000000000006.log.deleted"));
  CHECK_FALSE(t.has("00000000000000000006.log"));
}

TEST_CASE("recovery: only the segment with the recovery point and those after it are read") {
  LogFixture t;
  write_segments(t);
  std::string first = t.content(kFirstLog);
  first[100] ^= 1;
  t.write_file(kFirstLog, as_bytes(first));
  t.options.recovery_point_checkpoint = Offset(2);
  auto log = t.open();
  CHECK(log->log_end_offset() == Offset(12));
  CHECK(log->recovery_point() == Offset(2));
}

TEST_CASE("recovery: missing indexes are rebuilt, also after a clean shutdown") {
  LogFixture t;
  t.options.config.index_interval_bytes = 0;
  write_segments(t);
  t.open()->abandon();
  const std::string index = t.content("00000000000000000002.index");
  const std::string times = t.content("00000000000000000002.timeindex");
  CHECK(index.size() == 8);
  std::filesystem::remove(t.file("00000000000000000002.index"));
  std::filesystem::remove(t.file("00000000000000000002.timeindex"));
  auto log = t.open_clean();
  CHECK(log->log_end_offset() == Offset(12));
  CHECK(t.content("00000000000000000002.index") == index);
  CHECK(t.content("00000000000000000002.timeindex") == times);
}

TEST_CASE(
    "recovery: producer state survives a damaged or a missing snapshot, clean marker or not") {
  LogFixture t;
  {
    auto log = t.open();
    for (int i = 0; i < 4; ++i) t.append(*log, from_producer(i));
    REQUIRE(log->close());
  }
  SUBCASE("damaged") { t.append_to_file("00000000000000000004.snapshot", Buffer(1)); }
  SUBCASE("missing") { std::filesystem::remove(t.file("00000000000000000004.snapshot")); }
  t.options.recovery_point_checkpoint = Offset(4);
  auto log = t.open_clean();
  REQUIRE(log->producer_state().find(ProducerId(7)) != nullptr);
  CHECK(log->producer_state().find(ProducerId(7))->last_sequence() == 3);
  CHECK(t.append(*log, from_producer(3)).is_duplicate);
}

TEST_CASE("recovery: log start beyond the log end starts an empty log there") {
  LogFixture t;
  write_segments(t);
  t.options.log_start_checkpoint = Offset(50);
  auto log = t.open();
  CHECK(log->log_start_offset() == Offset(50));
  CHECK(log->log_end_offset() == Offset(50));
  CHECK(t.append(*log, 1).base_offset == Offset(50));
}

TEST_CASE("recovery: the log start checkpoint holds, epochs below it are folded into one") {
  LogFixture t;
  {
    auto log = t.open();
    for (int i = 0; i < 6; ++i) t.append(*log, 1, i / 2);
    REQUIRE(log->close());
  }
  t.options.log_start_checkpoint = Offset(3);
  auto log = t.open_clean();
  CHECK(log->log_start_offset() == Offset(3));
  CHECK(t.content("leader-epoch-checkpoint") == "0\n2\n1 3\n2 4\n");
}

TEST_CASE("recovery: offsets that do not fit their segment and damaged epochs are refused") {
  LogFixture t;
  REQUIRE(t.fs.make_directory(t.path()));
  SUBCASE("below the segment's base") {
    t.write_file("00000000000000000100.log", make_batch({.base_offset = 5}));
  }
  SUBCASE("too far above") { t.write_file(kFirstLog, make_batch({.base_offset = 3'000'000'000})); }
  SUBCASE("epoch file after an orderly stop") {
    t.options.is_clean = true;
    t.write_file("leader-epoch-checkpoint", as_bytes("0\n1\nnot one\n"));
  }
  SUBCASE("a name that is no number") { t.write_file("abc.log", {}); }
  const auto log = t.try_open();
  REQUIRE_FALSE(log);
  CHECK(log.error().code() == ErrorCode::parse_error);
}

TEST_CASE("recovery: epochs that a power cut left half written come from the batches") {
  LogFixture t;
  {
    auto log = t.open();
    for (int i = 0; i < 4; ++i) t.append(*log, 1, i / 2);
    REQUIRE(log->close());
  }
  t.options.recovery_point_checkpoint = Offset(4);
  t.write_file("leader-epoch-checkpoint", as_bytes("0\n1\nnot one\n"));
  auto log = t.open();
  CHECK(log->log_end_offset() == Offset(4));
  CHECK(t.content("leader-epoch-checkpoint") == "0\n2\n0 0\n1 2\n");
}

TEST_CASE("recovery: a batch whose offset a power cut took is cut with what follows it") {
  LogFixture t;
  size_t value_bytes = 181;
  size_t third_pos = 504;  // its offset is the end of a sector
  Offset recovery_point(0);
  Offset expected_end(2);
  SUBCASE("above the recovery point") {}
  SUBCASE("below it nothing is given up") {
    recovery_point = Offset(4);
    expected_end = Offset(4);
  }
  SUBCASE("in the midst of a sector it is no power cut's work, and is kept as by Kafka") {
    value_bytes = 190;
    third_pos = 522;
    expected_end = Offset(4);
  }
  {
    auto log = t.open();
    for (int i = 0; i < 4; ++i) t.append(*log, BatchSpec{.value_bytes = value_bytes});
  }
  // No checksum covers the offset.
  Buffer bytes = to_buffer(as_bytes(t.content(kFirstLog)));
  const size_t third = bytes.size() / 2;
  CHECK(third == third_pos);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(third), 8, uint8_t{0});
  t.write_file(kFirstLog, bytes);
  t.options.recovery_point_checkpoint = recovery_point;
  CHECK(t.open()->log_end_offset() == expected_end);
}

TEST_CASE("left-over files: every crash point of a deletion and of a compaction swap") {
  LogFixture t;
  t.options.config.index_interval_bytes = 0;
  {
    auto log = t.open();
    for (int i = 0; i < 4; ++i) t.append(*log, 1);
    REQUIRE(log->roll());
    t.append(*log, 1);
    REQUIRE(log->close());
  }
  // Compaction output for the first segment: its last batch only.
  const Buffer compacted = make_batch({.base_offset = 3});
  std::vector<int64_t> expected;
  SUBCASE("deleted files are removed, snapshots on their way out are not ours") {
    t.write_file("00000000000000000099.log.deleted", compacted);
    t.write_file("00000000000000000099-0000000001.checkpoint.deleted", compacted);
    expected = {0, 1, 2, 3, 4};
  }
  SUBCASE("output still being written: the originals stay") {
    t.write_file("00000000000000000000.log.cleaned", compacted);
    expected = {0, 1, 2, 3, 4};
  }
  SUBCASE("some outputs finished, one not: the originals stay") {
    t.write_file("00000000000000000000.log.cleaned", compacted);
    t.write_file("00000000000000000003.log.swap", compacted);
    expected = {0, 1, 2, 3, 4};
  }
  SUBCASE("output finished, originals still there: the output wins") {
    t.write_file("00000000000000000000.log.swap", compacted);
    expected = {3, 4};
  }
  SUBCASE("originals renamed: the output wins") {
    std::filesystem::rename(t.file(kFirstLog), t.file("00000000000000000000.log.deleted"));
    t.write_file("00000000000000000000.log.swap", compacted);
    expected = {3, 4};
  }
  SUBCASE("output partly renamed") {
    t.write_file(kFirstLog, compacted);
    t.write_file("00000000000000000000.index.swap", {});
    t.write_file("00000000000000000000.timeindex.swap", {});
    expected = {3, 4};
  }
  auto log = t.open_clean();
  CHECK(t.read_all(*log, Offset(0)) == expected);
  for (const std::string& name : t.names())
    CHECK_FALSE(
        (name.ends_with(".swap") || name.ends_with(".cleaned") || name.ends_with("log.deleted")));
}

TEST_CASE(
    "read-only: nothing is written, torn tails are passed over, appends of another process are "
    "seen") {
  LogFixture t;
  auto writer = t.open();
  for (int i = 0; i < 3; ++i) t.append(*writer, from_producer(i, true));
  const auto before = t.names();
  auto reader = t.open_read_only();
  CHECK(t.read_all(*reader, Offset(0)) == one_to(3));
  CHECK(reader->first_unstable_offset() == Offset(0));
  t.append(*writer, make_marker(7, 0, true), 0, AppendOrigin::coordinator);
  t.append(*writer, 1);
  CHECK(reader->log_end_offset() == Offset(3));
  REQUIRE(reader->refresh());
  CHECK(reader->log_end_offset() == Offset(5));
  CHECK_FALSE(reader->first_unstable_offset().has_value());
  CHECK(t.names() == before);
  REQUIRE(writer->roll());
  t.append(*writer, 1);
  REQUIRE(reader->refresh());
  CHECK(t.read_all(*reader, Offset(0)) == one_to(6));
  t.append_to_file("00000000000000000005.log", Buffer(100));
  REQUIRE(reader->refresh());
  CHECK(reader->log_end_offset() == Offset(6));
  CHECK(t.append_error(*reader, make_batch({})) == ErrorCode::read_only);
  REQUIRE(reader->close());
  writer->abandon();
}

TEST_CASE(
    "read-only: a directory without the partition's files is an empty log; a missing one is an "
    "error") {
  LogFixture t;
  t.options.is_read_only = true;
  CHECK(t.try_open().error().code() == ErrorCode::not_found);
  t.options.may_be_missing = true;
  CHECK(t.try_open().value()->log_end_offset() == Offset(0));
  t.options.may_be_missing = false;
  REQUIRE(t.fs.make_directory(t.path()));
  auto log = t.open_read_only();
  CHECK(log->log_end_offset() == Offset(0));
  CHECK(log->read(Offset(0), Offset(0), 100, true)->slice.size_bytes == 0);
  CHECK(t.names().empty());
}

// What the log must hold, kept beside it in plain vectors.
TEST_CASE("random: appends, rolls, truncations, crashes and closes agree with a model") {
  const unsigned seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937 random(seed);
  const auto below = [&](uint32_t n) { return static_cast<int>(random() % n); };
  LogFixture t;
  t.options.config.segment_bytes = 2000;
  t.options.config.index_interval_bytes = 150;
  t.options.producer_expiration_ms = INT64_MAX;  // timestamps are random and long ago
  struct ModelBatch {
    int64_t base, last;
  };
  std::vector<ModelBatch> model;
  int32_t sequence = 0;
  auto log = t.open();
  const auto reopen = [&](bool is_clean) {
    t.options.is_clean = is_clean;
    t.options.recovery_point_checkpoint = is_clean ? log->log_end_offset() : Offset(0);
    t.options.log_start_checkpoint = log->log_start_offset();
    if (is_clean)
      REQUIRE(log->close());
    else
      log->abandon();
    log.reset();
    log = t.open();
  };
  for (int step = 0; step < 400; ++step) {
    const int64_t end = model.empty() ? log->log_end_offset().value : model.back().last + 1;
    const int action = below(40);
    if (action < 30) {
      const int32_t count = 1 + below(4);
      const auto done = t.append(*log,
                                 BatchSpec{.count = count,
                                           .timestamp_ms = 1000 + below(500),
                                           .producer_id = 7,
                                           .producer_epoch = 0,
                                           .base_sequence = sequence,
                                           .value_bytes = static_cast<size_t>(below(200))},
                                 step / 50);
      CHECK(done.base_offset == Offset(end));
      model.push_back({end, done.last_offset.value});
      sequence += count;
    } else if (action < 33) {
      REQUIRE(log->roll());
    } else if (action < 35 && !model.empty()) {
      const int64_t to =
          model.front().base + below(static_cast<uint32_t>(end - model.front().base + 1));
      REQUIRE(log->truncate_to(Offset(to)));
      while (!model.empty() && model.back().last >= to) {
        sequence -= static_cast<int32_t>(model.back().last - model.back().base + 1);
        model.pop_back();
      }
      if (model.empty()) break;
    } else if (action < 37) {
      REQUIRE(log->flush());
    } else {
      reopen(action == 37);
    }
    CHECK(log->log_end_offset() == Offset(model.empty() ? 0 : model.back().last + 1));
    if (model.empty() || step % 10) continue;
    std::vector<int64_t> expected;
    for (const ModelBatch& batch : model) expected.push_back(batch.base);
    REQUIRE(t.read_all(*log, Offset(0)) == expected);
    const ModelBatch& any = model[static_cast<size_t>(below(static_cast<uint32_t>(model.size())))];
    const auto read = log->read(Offset(any.last), log->log_end_offset(), 1, true);
    REQUIRE(read);
    CHECK(read->first_offset == Offset(any.base));
    CHECK(log->producer_state().find(ProducerId(7))->last_sequence() == sequence - 1);
  }
}
