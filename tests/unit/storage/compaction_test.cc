#include <map>
#include <random>
#include <set>
#include <thread>

#include "compaction_fixture.h"

namespace spool::storage {

TEST_CASE("siphash128: the reference implementation's first vectors") {
  // github.com/veorq/SipHash, vectors_sip128: key 00..0f, input 00, 01, 02...
  const HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  CHECK(siphash128(key, {}) == std::array<uint64_t, 2>{0xe6a825ba047f81a3, 0x930255c71472f66d});
  const uint8_t zero[] = {0};
  CHECK(siphash128(key, zero) == std::array<uint64_t, 2>{0x44af996bd8c187da, 0x45fc229b11597634});
}

TEST_CASE("offset_map: remembers the latest offset of a key and refuses more keys than fit") {
  OffsetMap map({1, 2}, 10 * OffsetMap::kSlotBytes, 0.5, 1000);
  CHECK(map.memory_bytes() == 240);
  for (int i = 0; i < 5; ++i) CHECK(map.put(as_bytes(concat("k", i)), Offset(i)));
  CHECK(!map.put(as_bytes("k5"), Offset(5)));
  CHECK(!map.put(as_bytes("k0"), Offset(6)));  // full is full, as in Kafka
  CHECK(map.find(as_bytes("k3")) == Offset(3));
  CHECK(map.find(as_bytes("k5")) == kNoOffset);
  CHECK(map.latest_offset() == Offset(4));
  CHECK(map.keys_count() == 5);
}

TEST_CASE("offset_map: takes only the memory that the expected keys need") {
  OffsetMap map({1, 2}, 128 << 20, 0.9, 7);
  CHECK(map.memory_bytes() == 12 * OffsetMap::kSlotBytes);
  for (int i = 0; i < 7; ++i) CHECK(map.put(as_bytes(concat("k", i)), Offset(i)));
}

TEST_CASE_FIXTURE(CompactionFixture, "compaction: of every key the latest record stays") {
  const auto log = open();
  put(*log, {{"a", "1"}, {"b", "1"}, {"a", "2"}});
  put(*log, {{"b", "2"}, {"c", "1"}});
  REQUIRE(log->roll());
  put(*log, {{"a", "3"}, {{}, "no key"}, {"", "empty key"}});
  REQUIRE(log->roll());
  put(*log, {{"a", "4"}, {"c", "2"}});  // in the active segment: not looked at
  const CleaningReport report = clean(*log);
  CHECK(content_of(*log) == Lines{"3 b=2", "4 c=1", "5 a=3", "7 =empty key", "8 a=4", "9 c=2"});
  CHECK(report.first_dirty == Offset(0));
  CHECK(report.end_offset == Offset(8));
  CHECK(report.segments_before == 2);
  CHECK(report.segments_after == 1);
  CHECK(report.keys_count == 4);
  CHECK(report.counts.records_read == 8);
  CHECK(report.counts.records_kept == 4);
  CHECK(report.counts.records_without_key == 1);
  CHECK(log->segments().size() == 2);
  CHECK(log->size_bytes() ==
        size_of("00000000000000000000.log") + size_of("00000000000000000008.log"));
  CHECK(has("00000000000000000005.log.deleted"));
  CHECK(!has("00000000000000000000.log.swap"));
  REQUIRE(log->close());
  CHECK(content_of(*open_clean()) ==
        Lines{"3 b=2", "4 c=1", "5 a=3", "7 =empty key", "8 a=4", "9 c=2"});
}

TEST_CASE_FIXTURE(CompactionFixture, "compaction: a second round leaves what the first one left") {
  const auto log = open();
  put(*log, {{"a", "1"}, {"b", "1"}});
  REQUIRE(log->roll());
  put(*log, {{"x", "1"}});
  clean(*log);
  const std::string before = content("00000000000000000000.log");
  REQUIRE(log->roll());
  put(*log, {{"y", "1"}});
  clean(*log);
  CHECK(content("00000000000000000000.log").substr(0, before.size()) == before);
  CHECK(content_of(*log) == Lines{"0 a=1", "1 b=1", "2 x=1", "3 y=1"});
  CHECK(*checkpoint == Offset(3));
}

TEST_CASE_FIXTURE(CompactionFixture,
                  "compaction: a batch that loses nothing is copied byte for byte, others keep "
                  "codec, producer and last offset") {
  const auto log = open();
  const Producer producer{.id = 7, .epoch = 0, .sequence = 0};
  put(*log, {{"a", "1"}, {"b", "1"}}, {}, record::Codec::zstd);
  put(*log, {{"c", "1"}, {"a", "2"}, {"c", "2"}}, producer, record::Codec::zstd);
  put(*log, {{"d", "1"}}, {.id = 7, .epoch = 0, .sequence = 3}, record::Codec::lz4);
  const std::string before = content("00000000000000000000.log");
  REQUIRE(log->roll());
  clean(*log);
  const std::string after = content("00000000000000000000.log");
  Buffer window(1 << 16);
  const auto opened = fs.open(this->file("00000000000000000000.log"), OpenMode::read);
  REQUIRE(opened);
  EntryReader reader(**opened, 0, static_cast<int64_t>(after.size()), window);
  auto entry = reader.next();
  REQUIRE((entry && *entry));
  const auto first_bytes = to_buffer(*reader.bytes(**entry));
  const record::BatchView first(first_bytes);
  CHECK(first.codec() == record::Codec::zstd);
  CHECK(first.base_offset() == Offset(0));
  CHECK(first.last_offset() == Offset(1));
  CHECK(first.records_count() == 1);
  entry = reader.next();
  REQUIRE((entry && *entry));
  const auto second_bytes = to_buffer(*reader.bytes(**entry));
  const record::BatchView second(second_bytes);
  CHECK(second.base_offset() == Offset(2));
  CHECK(second.last_offset() == Offset(4));
  CHECK(second.records_count() == 2);
  CHECK(second.producer_id() == ProducerId(7));
  CHECK(second.base_sequence() == 0);
  CHECK(second.last_sequence() == 2);
  const size_t last_bytes = after.size() - static_cast<size_t>((*entry)->end_pos());
  CHECK(after.substr(after.size() - last_bytes) == before.substr(before.size() - last_bytes));
  CHECK(content_of(*log) == Lines{"1 b=1", "3 a=2", "4 c=2", "5 d=1"});
}

TEST_CASE_FIXTURE(CompactionFixture,
                  "compaction: a tombstone gets a delete horizon, and goes after it") {
  const auto log = open();
  put(*log, {{"a", "1"}, {"b", "1"}});
  put(*log, {{"a", std::nullopt}});
  REQUIRE(log->roll());
  put(*log, {{"x", "1"}});
  clean(*log);
  CHECK(content_of(*log) == Lines{"1 b=1", "2 a=null", "3 x=1"});
  const std::string cleaned = content("00000000000000000000.log");
  // 61 and a record of 10: timestamp delta -1000 in two bytes, a one-byte key.
  const record::BatchView tombstone(as_bytes(cleaned).subspan(cleaned.size() - 70, 70));
  CHECK(tombstone.has_delete_horizon());
  CHECK(tombstone.base_timestamp() == 1'700'000'001'000);
  CHECK(tombstone.max_timestamp() == 1'700'000'000'000);

  clock.now_ms += 999;
  REQUIRE(log->roll());
  put(*log, {{"y", "1"}});
  clean(*log);
  CHECK(content_of(*log) == Lines{"1 b=1", "2 a=null", "3 x=1", "4 y=1"});
  clock.now_ms += 1;
  REQUIRE(log->roll());
  put(*log, {{"z", "1"}});
  clean(*log);
  CHECK(content_of(*log) == Lines{"1 b=1", "3 x=1", "4 y=1", "5 z=1"});
}

TEST_CASE_FIXTURE(CompactionFixture,
                  "compaction: the last batch of an active producer stays as an empty one") {
  const auto log = open();
  put(*log, {{"a", "1"}}, {.id = 7, .epoch = 0, .sequence = 0});
  put(*log, {{"b", "1"}, {"c", "1"}}, {.id = 7, .epoch = 0, .sequence = 1});
  put(*log, {{"a", "2"}, {"b", "2"}, {"c", "2"}});
  REQUIRE(log->roll());
  clean(*log);
  CHECK(content_of(*log) == Lines{"[1..2] empty", "3 a=2", "4 b=2", "5 c=2"});
  log->abandon();
  std::filesystem::remove(file("00000000000000000006.snapshot"));
  options.is_clean = false;
  const auto again = open();
  CHECK(append(*again, batch_of({{"b", "1"}, {"c", "1"}}, {.id = 7, .epoch = 0, .sequence = 1}))
            .is_duplicate);
}

TEST_CASE_FIXTURE(CompactionFixture,
                  "compaction: the last batch of the cleaned part stays, empty") {
  const auto log = open();
  put(*log, {{"a", "1"}});
  put(*log, {{{}, "no key"}});
  REQUIRE(log->roll());
  clean(*log);
  CHECK(content_of(*log) == Lines{"0 a=1", "[1..1] empty"});
}

TEST_CASE_FIXTURE(
    CompactionFixture,
    "compaction: aborted records go at once, markers one delete.retention.ms after their data") {
  const auto log = open();
  put(*log, {{"a", "1"}, {"b", "1"}});  // 0, 1
  put(*log, {{"a", "aborted"}},
      {.id = 7, .epoch = 0, .sequence = 0, .is_transactional = true});                      // 2
  put(*log, {{"b", "2"}}, {.id = 8, .epoch = 0, .sequence = 0, .is_transactional = true});  // 3
  marker(*log, 7, false);                                                                   // 4
  marker(*log, 8, true);                                                                    // 5
  put(*log, {{"c", "1"}}, {.id = 7, .epoch = 0, .sequence = 1});                            // 6
  put(*log, {{"d", "1"}}, {.id = 8, .epoch = 0, .sequence = 1});                            // 7
  REQUIRE(log->roll());
  put(*log, {{"x", "1"}});  // 8
  clean(*log);
  CHECK(content_of(*log) ==
        Lines{"0 a=1", "3 b=2", "4 marker", "5 marker", "6 c=1", "7 d=1", "8 x=1"});
  // The aborted batch was still met in this round: its transaction stays in the index.
  CHECK(log->aborted_transactions(Offset(0), Offset(9))->size() == 1);

  REQUIRE(log->roll());
  put(*log, {{"b", "3"}});  // 9
  clean(*log);
  CHECK(content_of(*log) ==
        Lines{"0 a=1", "3 b=2", "4 marker", "5 marker", "6 c=1", "7 d=1", "8 x=1", "9 b=3"});
  // Nothing of it was met this time: the marker has its horizon, the index lets go.
  CHECK(log->aborted_transactions(Offset(0), Offset(9))->empty());
  CHECK(!has("00000000000000000000.txnindex"));

  clock.now_ms += 1000;
  REQUIRE(log->roll());
  put(*log, {{"y", "1"}});  // 10
  clean(*log);              // b=2 goes now; its marker is met for the last time with data before it
  CHECK(content_of(*log) ==
        Lines{"0 a=1", "5 marker", "6 c=1", "7 d=1", "8 x=1", "9 b=3", "10 y=1"});
  clock.now_ms += 1000;
  REQUIRE(log->roll());
  put(*log, {{"z", "1"}});  // 11
  clean(*log);              // the marker of the committed transaction gets its horizon
  clock.now_ms += 1000;
  REQUIRE(log->roll());
  put(*log, {{"z", "2"}});  // 12
  clean(*log);
  CHECK(content_of(*log) ==
        Lines{"0 a=1", "6 c=1", "7 d=1", "8 x=1", "9 b=3", "10 y=1", "11 z=1", "12 z=2"});
}

TEST_CASE_FIXTURE(CompactionFixture,
                  "compaction: an open transaction, the lag and the active segment set its limit") {
  const auto log = open();
  put(*log, {{"a", "1"}});
  REQUIRE(log->roll());
  put(*log, {{"b", "1"}});
  put(*log, {{"a", "2"}}, {.id = 7, .epoch = 0, .sequence = 0, .is_transactional = true});
  REQUIRE(log->roll());
  put(*log, {{"c", "1"}});
  REQUIRE(log->roll());
  auto range = log->cleanable_range(std::nullopt);
  REQUIRE(range);
  CHECK(range->first_dirty == Offset(0));
  CHECK(range->first_uncleanable == Offset(1));  // of the segment with the open transaction
  CHECK(range->cleanable_bytes == size_of("00000000000000000000.log"));
  CHECK(range->clean_bytes == 0);
  CHECK(range->dirty_ratio() == 1.0);
  marker(*log, 7, true);
  range = log->cleanable_range(Offset(1));
  CHECK(range->first_uncleanable == Offset(4));
  CHECK(range->clean_bytes == size_of("00000000000000000000.log"));
  CHECK(!range->is_overdue);

  LogConfig config = options.config;
  config.min_compaction_lag_ms = 1;
  log->configure(config);
  CHECK(log->cleanable_range(Offset(0))->cleanable_bytes == 0);  // written this very moment
  clock.now_ms += 1;
  CHECK(log->cleanable_range(Offset(0))->first_uncleanable == Offset(4));
  config.max_compaction_lag_ms = 1;
  log->configure(config);
  CHECK(!log->cleanable_range(Offset(0))->is_overdue);
  clock.now_ms += 1;
  CHECK(log->cleanable_range(Offset(0))->is_overdue);
  CHECK(log->cleanable_range(Offset(99))->first_dirty == Offset(0));  // a stale checkpoint
}

TEST_CASE_FIXTURE(
    CompactionFixture,
    "compaction: a map that is full ends the round early, the next goes on from there") {
  settings.dedupe_bytes = 3 * OffsetMap::kSlotBytes;
  settings.load_factor = 0.7;  // two keys
  const auto log = open();
  put(*log, {{"a", "1"}, {"b", "1"}, {"c", "1"}, {"a", "2"}});
  REQUIRE(log->roll());
  put(*log, {{"c", "2"}});
  REQUIRE(log->roll());
  CHECK(clean(*log).end_offset == Offset(2));
  CHECK(clean(*log).end_offset == Offset(4));
  CHECK(content_of(*log) == Lines{"1 b=1", "2 c=1", "3 a=2", "4 c=2"});
  CHECK(clean(*log).end_offset == Offset(5));
  CHECK(content_of(*log) == Lines{"1 b=1", "3 a=2", "4 c=2"});
}

TEST_CASE_FIXTURE(CompactionFixture, "compaction: messages of magic 0 become v2 batches") {
  // storage-format 10.1: k=v in magic 0, at offset 0; and the same at offset 1.
  Buffer message = {0,    0,    0, 0, 0, 0, 0, 0, 0,    0, 0, 0x10, 0x1f, 0xec,
                    0xd7, 0x0a, 0, 0, 0, 0, 0, 1, 0x6b, 0, 0, 0,    1,    0x76};
  std::filesystem::create_directories(path());
  Buffer file_bytes = message;
  message[7] = 1;
  spool::append(file_bytes, message);
  write_file("00000000000000000000.log", file_bytes);
  const auto log = open();
  REQUIRE(log->roll());
  put(*log, {{"x", "1"}});
  clean(*log);
  CHECK(content_of(*log) == Lines{"1 k=v", "2 x=1"});
  const std::string cleaned = content("00000000000000000000.log");
  const record::BatchView batch(as_bytes(cleaned).first(cleaned.size()));
  CHECK(batch.magic() == 2);
  CHECK(batch.base_offset() == Offset(1));
  CHECK(batch.max_timestamp() == -1);
  CHECK(batch.leader_epoch() == kNoLeaderEpoch);
  CHECK(batch.timestamp_type() == record::TimestampType::create_time);
}

TEST_CASE_FIXTURE(CompactionFixture, "compaction: a damaged log is left as it is") {
  const auto log = open();
  put(*log, {{"a", "1"}, {"a", "2"}});
  REQUIRE(log->roll());
  std::string bytes = content("00000000000000000000.log");
  bytes[65] ^= 1;
  write_file("00000000000000000000.log", as_bytes(bytes));
  const auto report = try_clean(*log);
  REQUIRE(!report);
  CHECK(report.error().code() == ErrorCode::corrupt_message);
  CHECK(content("00000000000000000000.log") == bytes);
  CHECK(!has("00000000000000000000.log.cleaned"));
}

TEST_CASE_FIXTURE(CompactionFixture,
                  "compaction: retention that took the segments away cancels the swap") {
  const auto log = open();
  put(*log, {{"a", "1"}});
  REQUIRE(log->roll());
  put(*log, {{"a", "2"}});
  REQUIRE(log->roll());
  const auto range = log->cleanable_range(std::nullopt);
  int calls = 0;
  const WithLog with_log = [&](const std::function<Status(Log&)>& change) -> Status {
    constexpr int kSwap = 3;  // after the flush and the look at the segments
    if (++calls == kSwap) {
      TRY(log->advance_log_start(Offset(1)));
      TRY(log->delete_old_segments(log->log_end_offset()));
    }
    return change(*log);
  };
  const auto report = clean_log(
      fs, with_log, *range, clock.now_ms, settings, [](int64_t) { return true; },
      [](int64_t, int64_t) {});
  REQUIRE(!report);
  CHECK(report.error().code() == ErrorCode::cancelled);
  CHECK(!has("00000000000000000000.log.cleaned"));
  CHECK(content_of(*log) == Lines{"1 a=2"});
}

TEST_CASE_FIXTURE(CompactionFixture,
                  "compaction: segments are grouped by bytes, index bytes and offsets") {
  const auto source = [](int64_t base, int64_t next, int64_t size, int64_t index = 0) {
    CompactionSource made;
    made.base_offset = Offset(base);
    made.next_base_offset = Offset(next);
    made.size_bytes = size;
    made.offset_index_bytes = index;
    return made;
  };
  using Groups = std::vector<std::pair<size_t, size_t>>;
  CHECK(group_segments({source(0, 10, 40), source(10, 20, 40), source(20, 30, 40)}, 100, 100) ==
        Groups{{0, 2}, {2, 3}});
  CHECK(group_segments({source(0, 10, 1, 60), source(10, 20, 1, 60)}, 100, 100) ==
        Groups{{0, 1}, {1, 2}});
  CHECK(group_segments({source(0, 10, 1), source(10, 2147483648, 1)}, 100, 100) == Groups{{0, 2}});
  CHECK(group_segments({source(0, 10, 1), source(10, 2147483649, 1)}, 100, 100) ==
        Groups{{0, 1}, {1, 2}});
  CHECK(group_segments({source(0, 10, 1), source(10, 9999999999, 0)}, 100, 100) == Groups{{0, 2}});
  CHECK(group_segments({source(0, 10, 500)}, 100, 100) == Groups{{0, 1}});
}

TEST_CASE_FIXTURE(CompactionFixture, "compaction: files keep the time of their last source") {
  const auto log = open();
  put(*log, {{"a", "1"}, {"a", "2"}});
  REQUIRE(log->roll());
  put(*log, {{"b", "1"}});
  REQUIRE(log->roll());
  REQUIRE(fs.set_modified_ms(file("00000000000000000002.log"), 1'600'000'000'123));
  clean(*log);
  CHECK(fs.info(file("00000000000000000000.log"))->modified_ms == 1'600'000'000'123);
}

// Readers that hold on to what they found, and lookups by offset and time, while rounds replace the
// segments under them.
TEST_CASE_FIXTURE(CompactionFixture, "compaction: readers beside a round see every latest value") {
  options.config.index_interval_bytes = 0;
  const auto log = open();
  for (int round = 0; round < 40; ++round) {
    for (int key = 0; key < 10; ++key)
      put(*log, {{concat("k", key), concat(round)}, {concat("once", round, "-", key), "v"}});
    if (round % 4 == 3) REQUIRE(log->roll());
  }
  std::atomic<bool> is_done = false;
  std::atomic<int> reads = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&, i] {
      std::mt19937_64 random(static_cast<uint64_t>(i));
      while (!is_done || reads < 20) {
        int once = 0;
        for (const std::string& line : content_of(*log))
          once += line.find("once") != std::string::npos;
        CHECK(once == 400);
        const Offset from(static_cast<int64_t>(random() % 800));
        const auto read = log->read(from, Offset(from.value + 20), 1 << 20, true);
        CHECK(read);
        CHECK(log->offset_for_timestamp(1'700'000'000'000));
        ++reads;
      }
    });
  for (int i = 0; i < 20; ++i) {
    checkpoint.reset();
    clean(*log);
  }
  is_done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(log->segments().size() == 2);
}

namespace {

/// Latest value of every key as a read_committed reader ends up with; null values and their keys
/// left out.
std::map<std::string, std::string> latest_of(const Lines& lines) {
  std::map<std::string, std::string> latest;
  for (const std::string& line : lines) {
    const size_t space = line.find(' '), equals = line.find('=');
    if (equals == std::string::npos) continue;
    const std::string key = line.substr(space + 1, equals - space - 1);
    const std::string value = line.substr(equals + 1);
    if (value == "null")
      latest.erase(key);
    else
      latest[key] = value;
  }
  return latest;
}

}  // namespace

namespace {

/// The simplest thing that could be right: all records of a log, and what compaction may take.
struct Model {
  struct Record {
    int64_t offset;
    std::string key;
    Text value;
    bool is_aborted;
  };
  std::vector<Record> records;

  /// What has to be there after a round up to `end`: later than all of its key, and not aborted.
  /// Tombstones may be gone; nothing else may be there.
  Lines survivors(int64_t end, bool has_tombstones) const {
    std::map<std::string, int64_t> last;
    for (const Record& record : records)
      if (record.offset < end && !record.is_aborted) last[record.key] = record.offset;
    Lines lines;
    for (const Record& record : records) {
      const bool is_kept =
          record.offset >= end || (!record.is_aborted && last.at(record.key) == record.offset &&
                                   (record.value || has_tombstones));
      if (is_kept)
        lines.push_back(concat(record.offset, " ", record.key, "=", record.value.value_or("null")));
    }
    return lines;
  }
};

Lines only_records(Lines lines) {
  std::erase_if(lines, [](const std::string& line) { return line.find('=') == std::string::npos; });
  return lines;
}

}  // namespace

TEST_CASE("compaction: random logs end up as a model says") {
  const uint64_t seed_base = 20261121;
  for (uint64_t seed = seed_base; seed < seed_base + 60; ++seed) {
    CAPTURE(seed);
    CompactionFixture fixture;
    std::mt19937_64 random(seed);
    const auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
    fixture.options.config.index_interval_bytes = static_cast<int32_t>(below(200));
    fixture.options.config.segment_bytes = static_cast<int32_t>(400 + below(4000));
    fixture.options.config.delete_retention_ms = 1000;
    if (below(3) == 0) fixture.settings.dedupe_bytes = (4 + below(20)) * OffsetMap::kSlotBytes;
    auto log = fixture.open();
    Model model;
    std::map<int64_t, std::pair<int32_t, std::vector<size_t>>> open;  // by producer id
    std::map<int64_t, int32_t> sequences;
    bool has_tombstones = true;
    const int64_t steps = 150 + below(150);
    for (int64_t step = 0; step < steps; ++step) {
      const int64_t choice = below(20);
      if (choice < 13) {
        std::vector<Pair> records;
        const int64_t count = 1 + below(4);
        Producer producer;
        const int64_t producer_id = 100 + below(3);
        if (below(3) > 0)
          producer = {producer_id, 0, sequences[producer_id],
                      open.contains(producer_id) || below(2) == 0};
        const int64_t base = log->log_end_offset().value;
        for (int64_t i = 0; i < count; ++i) {
          Pair record{concat("k", below(25)), concat("v", base + i)};
          if (below(6) == 0) record.second.reset();
          records.push_back(record);
          model.records.push_back({base + i, *record.first, record.second, false});
        }
        if (producer.id >= 0) {
          sequences[producer.id] += static_cast<int32_t>(count);
          if (producer.is_transactional)
            for (int64_t i = 0; i < count; ++i)
              open[producer.id].second.push_back(model.records.size() - 1 - static_cast<size_t>(i));
        }
        const auto codec = static_cast<record::Codec>(below(5));
        fixture.put(*log, records, producer, codec);
      } else if (choice < 15 && !open.empty()) {
        const auto ended = open.begin();
        const bool is_commit = below(2) == 0;
        fixture.marker(*log, ended->first, is_commit);
        if (!is_commit)
          for (const size_t at : ended->second.second) model.records[at].is_aborted = true;
        open.erase(ended);
      } else if (choice < 17) {
        REQUIRE(log->roll());
      } else if (choice < 18) {
        if (below(2) == 0)
          REQUIRE(log->close());
        else
          log->abandon();
        fixture.options.is_clean = false;
        log = fixture.open();
      } else if (choice < 19) {
        fixture.clock.now_ms += 600;
      } else {
        fixture.clean(*log);
        // As a read_committed reader has it; which aborted records are still there is up to rounds.
        std::set<int64_t> aborted;
        std::map<std::string, std::string> expected;
        for (const auto& record : model.records) {
          if (record.is_aborted)
            aborted.insert(record.offset);
          else if (record.value)
            expected[record.key] = *record.value;
          else
            expected.erase(record.key);
        }
        Lines lines = content_of(*log);
        std::erase_if(lines, [&](const std::string& line) {
          return line[0] != '[' && aborted.contains(std::stoll(line));
        });
        const auto latest = latest_of(lines);
        CHECK(latest == expected);
      }
    }
    for (auto& [producer_id, rest] : open) fixture.marker(*log, producer_id, true);
    REQUIRE(log->roll());
    // All of it, from the start, until the map has held everything; then again when every horizon
    // has passed.
    for (int pass = 0; pass < 3; ++pass) {
      fixture.checkpoint.reset();
      fixture.settings.dedupe_bytes = 1 << 20;
      fixture.clean(*log);
      fixture.clock.now_ms += 1000;
      has_tombstones = false;
    }
    const int64_t end = fixture.checkpoint->value;
    CHECK(end == log->log_end_offset().value);
    CHECK(only_records(content_of(*log)) == model.survivors(end, has_tombstones));
    REQUIRE(log->close());
    fixture.options.is_clean = true;
    CHECK(only_records(content_of(*fixture.open())) == model.survivors(end, has_tombstones));
  }
}

}  // namespace spool::storage
