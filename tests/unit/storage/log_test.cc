// Appending, reading, rolling, trimming: the log while it is open.

#include "core/storage/log.h"

#include <doctest/doctest.h>

#include "core/storage/index_file.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace spool;
using namespace spool::storage;

namespace {

constexpr int64_t kDay = 86'400'000;

std::vector<std::pair<int64_t, int64_t>> offsets_and_sizes(const Log& log) {
  std::vector<std::pair<int64_t, int64_t>> out;
  for (const SegmentInfo& s : log.segments()) out.emplace_back(s.base_offset.value, s.size_bytes);
  return out;
}

std::vector<int64_t> bases(const Log& log) {
  std::vector<int64_t> out;
  for (const SegmentInfo& s : log.segments()) out.push_back(s.base_offset.value);
  return out;
}

// Fails writes to .log files once told to, having written half of the bytes, as a full disk does.
class FullDisk final : public FileSystem {
 public:
  class FullFile final : public File {
   public:
    FullFile(std::shared_ptr<File> inner, const FullDisk& disk)
        : inner_(std::move(inner)), disk_(disk) {}
    const std::string& path() const override { return inner_->path(); }
    Result<size_t> read_at(int64_t pos, MutableBytes into) const override {
      return inner_->read_at(pos, into);
    }
    Result<int64_t> size() const override { return inner_->size(); }
    int native_fd() const override { return inner_->native_fd(); }
    Status write_at(int64_t pos, BytesView bytes) override {
      if (!disk_.is_full || !path().ends_with(".log")) return inner_->write_at(pos, bytes);
      TRY(inner_->write_at(pos, bytes.first(bytes.size() / 2)));
      return fail(ErrorCode::out_of_space, "disk is full");
    }
    Status truncate(int64_t size) override {
      if (disk_.refuses_truncate) return fail(ErrorCode::io_error, "no truncate");
      return inner_->truncate(size);
    }
    Status sync_data() override {
      if (disk_.refuses_sync) return fail(ErrorCode::io_error, "no sync");
      return inner_->sync_data();
    }
    Result<bool> try_lock() override { return inner_->try_lock(); }

   private:
    std::shared_ptr<File> inner_;
    const FullDisk& disk_;
  };

  Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override {
    TRY_ASSIGN(auto file, inner.open(path, mode));
    return std::make_shared<FullFile>(std::move(file), *this);
  }
  Result<FileInfo> info(const std::string& path) override { return inner.info(path); }
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    return inner.list(path);
  }
  Status rename(const std::string& from, const std::string& to) override {
    return inner.rename(from, to);
  }
  Status remove_file(const std::string& path) override { return inner.remove_file(path); }
  Status make_directory(const std::string& path) override { return inner.make_directory(path); }
  Status remove_directory(const std::string& path) override { return inner.remove_directory(path); }
  Status sync_directory(const std::string& path) override { return inner.sync_directory(path); }

  PosixFileSystem inner;
  bool is_full = false;
  bool refuses_truncate = false;
  bool refuses_sync = false;
};

}  // namespace

TEST_CASE("log: offsets and leader epoch are assigned in the bytes that are stored") {
  LogFixture t;
  auto log = t.open();
  CHECK(t.append(*log, 2, 3).base_offset == Offset(0));
  const AppendResult second = t.append(*log, 3, 3);
  CHECK(second.base_offset == Offset(2));
  CHECK(second.last_offset == Offset(4));
  CHECK(second.log_append_time_ms == -1);
  CHECK(log->log_end_offset() == Offset(5));
  const auto read = log->read(Offset(3), Offset(5), 1 << 20, true);
  REQUIRE(read);
  CHECK(read->first_offset == Offset(2));
  CHECK_FALSE(read->is_from_older_segment);
  Buffer stored(static_cast<size_t>(read->slice.size_bytes));
  REQUIRE(read->slice.file->read_at(read->slice.file_pos, stored));
  const record::BatchView batch(stored);
  CHECK(batch.base_offset() == Offset(2));
  CHECK(batch.leader_epoch() == LeaderEpoch(3));
  CHECK(batch.is_crc_valid());
  CHECK(log->latest_epoch() == LeaderEpoch(3));
}

TEST_CASE("log: reading keeps to the bound, the size limit and at least one batch") {
  LogFixture t;
  auto log = t.open();
  for (int i = 0; i < 20; ++i) t.append(*log, BatchSpec{.count = 2, .value_bytes = 100});
  const auto offsets = [&](int64_t from, int64_t bound, int64_t bytes_max,
                           bool at_least_one = true) {
    const auto read = log->read(Offset(from), Offset(bound), bytes_max, at_least_one);
    REQUIRE(read);
    return t.base_offsets(*read);
  };
  CHECK(offsets(0, 40, 1 << 20).size() == 20);
  CHECK(offsets(0, 6, 1 << 20) == std::vector<int64_t>{0, 2, 4});
  CHECK(offsets(1, 4, 1 << 20) == std::vector<int64_t>{0, 2});
  CHECK(offsets(30, 34, 1 << 20) == std::vector<int64_t>{30, 32});
  CHECK(offsets(10, 40, 1) == std::vector<int64_t>{10});
  CHECK(offsets(10, 40, 1, false).empty());
  CHECK(offsets(40, 40, 1 << 20).empty());
  CHECK(offsets(10, 10, 1 << 20).empty());
  CHECK(offsets(5, 5, 1 << 20).empty());
  CHECK(log->read(Offset(41), Offset(41), 1, true).error().code() ==
        ErrorCode::offset_out_of_range);
  CHECK(log->read(Offset(-1), Offset(40), 1, true).error().code() ==
        ErrorCode::offset_out_of_range);
}

TEST_CASE(
    "log: a batch that is not whole or larger than a segment is refused and nothing changes") {
  LogFixture t;
  t.options.config.segment_bytes = 1000;
  auto log = t.open();
  t.append(*log, 1);
  Buffer cut = make_batch({.count = 3});
  cut.pop_back();
  CHECK(t.append_error(*log, cut) == ErrorCode::corrupt_message);
  CHECK(t.append_error(*log, Buffer(10)) == ErrorCode::corrupt_message);
  CHECK(t.append_error(*log, make_batch({.value_bytes = 1000})) ==
        ErrorCode::record_list_too_large);
  CHECK(log->log_end_offset() == Offset(1));
  CHECK(t.append(*log, 1).base_offset == Offset(1));
}

TEST_CASE("log: rolls before a segment would grow beyond segment.bytes") {
  LogFixture t;
  t.options.config.segment_bytes = 300;
  auto log = t.open();
  for (int i = 0; i < 6; ++i) t.append(*log, BatchSpec{.value_bytes = 50});  // 119 bytes each
  CHECK(offsets_and_sizes(*log) ==
        std::vector<std::pair<int64_t, int64_t>>{{0, 238}, {2, 238}, {4, 238}});
  CHECK(t.read_all(*log, Offset(0)) == std::vector<int64_t>{0, 1, 2, 3, 4, 5});
  CHECK(log->read(Offset(1), Offset(6), 1 << 20, true)->is_from_older_segment);
  CHECK(t.has("00000000000000000002.snapshot"));
  CHECK(t.size_of("00000000000000000000.timeindex") == 12);
}

TEST_CASE("log: rolls when the records' time has moved on by segment.ms") {
  LogFixture t;
  t.options.config.segment_ms = 1000;
  auto log = t.open();
  t.append(*log, BatchSpec{.timestamp_ms = 5000});
  t.append(*log, BatchSpec{.timestamp_ms = 6000});
  t.append(*log, BatchSpec{.timestamp_ms = 6001});
  CHECK(bases(*log) == std::vector<int64_t>{0, 2});
}

TEST_CASE("log: without timestamps the segment's age decides, from when it was made") {
  LogFixture t;
  t.options.config.segment_ms = 1000;
  auto log = t.open();
  t.append(*log, BatchSpec{.timestamp_ms = -1});
  t.clock.now_ms += 1001;
  t.append(*log, BatchSpec{.timestamp_ms = -1});
  CHECK(bases(*log) == std::vector<int64_t>{0, 1});
}

TEST_CASE("log: rolls when an index is full") {
  LogFixture t;
  t.options.config.segment_index_bytes =
      80;  // 10 offset entries, 6 time entries of which 5 before a roll
  t.options.config.index_interval_bytes = 0;
  auto log = t.open();
  for (int i = 0; i < 10; ++i) t.append(*log, BatchSpec{.timestamp_ms = 1000 + i});
  CHECK(bases(*log) == std::vector<int64_t>{0, 6});
  CHECK(t.size_of("00000000000000000000.timeindex") == 60);
  CHECK(t.size_of("00000000000000000000.index") == 40);
}

TEST_CASE(
    "log: index entries are Kafka's: after more than index.interval.bytes, the batch's last "
    "offset") {
  LogFixture t;
  t.options.config.index_interval_bytes = 200;
  auto log = t.open();
  for (int i = 0; i < 7; ++i)
    t.append(*log, BatchSpec{.count = 2, .timestamp_ms = 1000 + i});  // 97 bytes each
  REQUIRE(log->close());
  const auto index =
      IndexReader<OffsetIndexEntry>::open(t.fs, t.file("00000000000000000000.index"));
  REQUIRE(index);
  const auto entries = index->all();
  CHECK(*entries == std::vector<OffsetIndexEntry>{{7, 3 * 97}, {13, 6 * 97}});
  const auto times =
      IndexReader<TimeIndexEntry>::open(t.fs, t.file("00000000000000000000.timeindex"));
  const auto time_entries = times->all();
  CHECK(*time_entries == std::vector<TimeIndexEntry>{{1003, 7}, {1006, 13}});
}

TEST_CASE("log: timestamps are found across segments, from the log start on") {
  LogFixture t;
  t.options.config.index_interval_bytes = 0;
  t.options.config.segment_bytes = 300;
  auto log = t.open();
  for (const int64_t ts : {100, 300, 200, 500, 400, 600})
    t.append(*log, BatchSpec{.timestamp_ms = ts});
  const auto offset_for = [&](int64_t timestamp) {
    const auto found = log->offset_for_timestamp(timestamp);
    REQUIRE(found);
    return *found ? (*found)->offset.value : -1;
  };
  CHECK(offset_for(0) == 0);
  CHECK(offset_for(101) == 1);
  CHECK(offset_for(301) == 3);
  CHECK(offset_for(600) == 5);
  CHECK(offset_for(601) == -1);
  CHECK((*log->max_timestamp())->offset == Offset(5));
  CHECK((*log->max_timestamp())->timestamp_ms == 600);
  REQUIRE(log->advance_log_start(Offset(2)));
  CHECK(offset_for(0) == 2);
}

TEST_CASE("log: duplicates of the last five batches answer with the original offsets") {
  LogFixture t;
  auto log = t.open();
  const auto batch = [](int32_t sequence, int32_t count = 2, int16_t epoch = 0) {
    return BatchSpec{
        .count = count, .producer_id = 9, .producer_epoch = epoch, .base_sequence = sequence};
  };
  for (int i = 0; i < 6; ++i) t.append(*log, batch(i * 2));
  const AppendResult again = t.append(*log, batch(2));
  CHECK(again.is_duplicate);
  CHECK(again.base_offset == Offset(2));
  CHECK(again.last_offset == Offset(3));
  CHECK(log->log_end_offset() == Offset(12));
  CHECK(t.append_error(*log, make_batch(batch(0))) == ErrorCode::out_of_order_sequence_number);
  CHECK(t.append_error(*log, make_batch(batch(14))) == ErrorCode::out_of_order_sequence_number);
  CHECK(t.append_error(*log, make_batch(batch(5, 2, 1))) ==
        ErrorCode::out_of_order_sequence_number);
  CHECK(t.append(*log, batch(0, 2, 1)).base_offset == Offset(12));
  CHECK(t.append_error(*log, make_batch(batch(12))) == ErrorCode::invalid_producer_epoch);
}

TEST_CASE("log: sequences wrap from 2147483647 to 0, also inside a batch") {
  LogFixture t;
  auto log = t.open();
  t.append(
      *log,
      BatchSpec{.count = 2, .producer_id = 1, .producer_epoch = 0, .base_sequence = 2147483645});
  t.append(
      *log,
      BatchSpec{.count = 3, .producer_id = 1, .producer_epoch = 0, .base_sequence = 2147483647});
  const ProducerEntry* entry = log->producer_state().find(ProducerId(1));
  CHECK(entry->last_sequence() == 1);
  CHECK(entry->last_batch()->first_sequence() == 2147483647);
  t.append(*log, BatchSpec{.producer_id = 1, .producer_epoch = 0, .base_sequence = 2});
}

TEST_CASE("log: transactions hold the last stable offset, aborts are listed in marker order") {
  LogFixture t;
  auto log = t.open();
  const auto data = [](int64_t producer, int32_t sequence) {
    return BatchSpec{.producer_id = producer,
                     .producer_epoch = 0,
                     .base_sequence = sequence,
                     .is_transactional = true};
  };
  t.append(*log, data(1, 0));  // 0
  t.append(*log, data(2, 0));  // 1
  CHECK(log->first_unstable_offset() == Offset(0));
  CHECK(t.append_error(*log,
                       make_batch({.producer_id = 1, .producer_epoch = 0, .base_sequence = 1})) ==
        ErrorCode::invalid_txn_state);
  t.append(*log, make_marker(2, 0, false), 0, AppendOrigin::coordinator);  // 2
  CHECK(log->first_unstable_offset() == Offset(0));
  t.append(*log, make_marker(1, 0, false), 0, AppendOrigin::coordinator);  // 3
  CHECK_FALSE(log->first_unstable_offset().has_value());
  t.append(*log, data(1, 1));                                             // 4
  t.append(*log, make_marker(1, 0, true), 0, AppendOrigin::coordinator);  // 5: committed
  const auto aborted = log->aborted_transactions(Offset(0), Offset(6));
  REQUIRE(aborted);
  REQUIRE(aborted->size() == 2);
  CHECK((*aborted)[0].producer_id == ProducerId(2));
  CHECK((*aborted)[0].last_offset == Offset(2));
  CHECK((*aborted)[0].last_stable_offset == Offset(0));
  CHECK((*aborted)[1].producer_id == ProducerId(1));
  CHECK((*aborted)[1].last_stable_offset == Offset(4));
  CHECK(log->aborted_transactions(Offset(3), Offset(6))->size() == 1);
  CHECK(log->aborted_transactions(Offset(4), Offset(6))->empty());
}

TEST_CASE("log: a marker of an older coordinator or producer epoch is fenced") {
  LogFixture t;
  auto log = t.open();
  t.append(*log, make_marker(1, 4, true, 7), 0, AppendOrigin::coordinator);
  CHECK(t.append_error(*log, make_marker(1, 4, true, 6), AppendOrigin::coordinator) ==
        ErrorCode::transaction_coordinator_fenced);
  CHECK(t.append_error(*log, make_marker(1, 3, true, 7), AppendOrigin::coordinator) ==
        ErrorCode::invalid_producer_epoch);
}

TEST_CASE("log: the metadata log's batches keep their offsets and must carry the epoch") {
  LogFixture t;
  auto log = t.open();
  t.append(*log, make_batch({.count = 2, .base_offset = 0, .leader_epoch = 5}), 5,
           AppendOrigin::raft_leader);
  CHECK(t.append_error(*log, make_batch({.base_offset = 1, .leader_epoch = 0}),
                       AppendOrigin::raft_leader) == ErrorCode::invalid_argument);
  CHECK(t.append_error(*log, make_batch({.base_offset = 2, .leader_epoch = 5}),
                       AppendOrigin::raft_leader) == ErrorCode::invalid_argument);
  CHECK(log->log_end_offset() == Offset(2));
}

TEST_CASE("log: bytes that another process appended stop a log that watches its end") {
  LogFixture t;
  t.options.checks_end_before_append = true;
  auto log = t.open();
  t.append(*log, 1);
  t.append_to_file("00000000000000000000.log", make_batch({.base_offset = 1}));
  CHECK(t.append_error(*log, make_batch({})) == ErrorCode::kafka_storage_error);
  CHECK(log->is_offline());
  CHECK(t.logger.has("another process wrote to it"));
}

TEST_CASE("log: a write that failed is undone; where that fails too the log goes offline") {
  LogFixture t;
  FullDisk disk;
  auto opened = Log::open(disk, t.clock, t.logger, t.path(), t.options);
  REQUIRE(opened);
  Log& log = **opened;
  t.append(log, 1);
  const int64_t size = t.size_of("00000000000000000000.log");
  disk.is_full = true;
  CHECK(t.append_error(log, make_batch({})) == ErrorCode::out_of_space);
  CHECK(t.size_of("00000000000000000000.log") == size);
  CHECK_FALSE(log.is_offline());
  disk.is_full = false;
  CHECK(t.append(log, 1).base_offset == Offset(1));
  disk.is_full = disk.refuses_truncate = true;
  CHECK(t.append_error(log, make_batch({})) == ErrorCode::kafka_storage_error);
  CHECK(log.is_offline());
  disk.is_full = disk.refuses_truncate = false;
  CHECK(t.append_error(log, make_batch({})) == ErrorCode::kafka_storage_error);
  CHECK_FALSE(log.close());
  auto again = t.open();
  CHECK(again->log_end_offset() == Offset(2));
}

TEST_CASE("log: flush moves the recovery point; a failed one takes the log offline") {
  LogFixture t;
  FullDisk disk;
  t.options.config.flush_messages = 3;
  auto opened = Log::open(disk, t.clock, t.logger, t.path(), t.options);
  REQUIRE(opened);
  Log& log = **opened;
  t.append(log, 2);
  CHECK(log.recovery_point() == Offset(0));
  CHECK_FALSE(log.is_flush_due());
  t.append(log, 1);
  CHECK(log.is_flush_due());
  REQUIRE(log.flush());
  CHECK(log.recovery_point() == Offset(3));
  CHECK_FALSE(log.is_flush_due());
  t.append(log, 1);
  disk.refuses_sync = true;
  CHECK(log.flush().error().code() == ErrorCode::kafka_storage_error);
  CHECK(log.recovery_point() == Offset(3));
  CHECK(log.is_offline());
}

TEST_CASE("log: retention by size keeps what is needed to stay at retention.bytes") {
  LogFixture t;
  t.options.config.segment_bytes = 250;
  t.options.config.retention_bytes = 500;
  auto log = t.open();
  for (int i = 0; i < 8; ++i) t.append(*log, BatchSpec{.value_bytes = 50});  // 4 segments of 238
  CHECK(*log->delete_old_segments(Offset(2)) == 1);
  CHECK(bases(*log) == std::vector<int64_t>{2, 4, 6});
  CHECK(*log->delete_old_segments(Offset(8)) == 0);  // 714 - 500 is less than a segment
  CHECK(log->log_start_offset() == Offset(2));
  CHECK(log->read(Offset(1), Offset(8), 100, true).error().code() ==
        ErrorCode::offset_out_of_range);
  CHECK(t.has("00000000000000000000.log.deleted"));
  CHECK(*log->delete_due_files() == 0);
  t.clock.now_ms += 60'000;
  CHECK(*log->delete_due_files() == 3);
  CHECK_FALSE(t.has("00000000000000000000.log.deleted"));
}

TEST_CASE("log: waits are not measured by the clock on the wall") {
  LogFixture t;
  t.options.config.flush_ms = 1000;
  t.options.config.segment_ms = kDay;
  t.options.config.file_delete_delay_ms = 5000;
  auto log = t.open();
  t.append(*log, BatchSpec{.timestamp_ms = -1});
  for (const int64_t by_ms : {900 * kDay, -1800 * kDay}) {
    t.clock.jump(by_ms);
    CHECK_FALSE(log->is_flush_due());
    t.append(*log, BatchSpec{.timestamp_ms = -1});
    CHECK(bases(*log) == std::vector<int64_t>{0});  // no segment is older than a day
  }
  t.clock.now_ms += 1000;
  CHECK(log->is_flush_due());
  REQUIRE(log->roll());
  REQUIRE(log->advance_log_start(Offset(3)));
  CHECK(*log->delete_old_segments(Offset(3)) == 1);
  t.clock.jump(-900 * kDay);
  t.clock.now_ms += 4999;
  CHECK(*log->delete_due_files() == 0);
  t.clock.now_ms += 1;
  CHECK(*log->delete_due_files() == 3);
}

TEST_CASE(
    "log: retention by time can take the active segment; a future timestamp keeps all after it") {
  LogFixture t;
  t.options.config.segment_bytes = 250;
  t.options.config.retention_ms = kDay;
  const int64_t now = t.clock.now_ms;
  auto log = t.open();
  for (const int64_t ts :
       {now - 3 * kDay, now - 3 * kDay, now + kDay, now - 3 * kDay, now - 2 * kDay})
    t.append(*log, BatchSpec{.timestamp_ms = ts, .value_bytes = 50});
  CHECK(*log->delete_old_segments(Offset(5)) == 1);
  CHECK(bases(*log) == std::vector<int64_t>{2, 4});
  t.clock.now_ms += 5 * kDay;
  CHECK(*log->delete_old_segments(Offset(5)) == 2);
  CHECK(bases(*log) == std::vector<int64_t>{5});
  CHECK(log->log_start_offset() == Offset(5));
  CHECK(*log->delete_old_segments(Offset(5)) == 0);  // an empty active segment stays
  CHECK(t.append(*log, 1).base_offset == Offset(5));
}

TEST_CASE(
    "log: retention never passes the high watermark, and compacted topics only follow the log "
    "start") {
  LogFixture t;
  t.options.config.segment_bytes = 250;
  t.options.config.retention_ms = kDay;
  auto log = t.open();
  for (int i = 0; i < 6; ++i) t.append(*log, BatchSpec{.value_bytes = 50});
  t.clock.now_ms += 9 * kDay;
  CHECK(*log->delete_old_segments(Offset(3)) == 1);
  LogConfig compacted = log->config();
  compacted.is_deleted = false;
  compacted.is_compacted = true;
  log->configure(compacted);
  CHECK(*log->delete_old_segments(Offset(6)) == 0);
  REQUIRE(log->advance_log_start(Offset(5)));
  CHECK(*log->delete_old_segments(Offset(6)) == 1);
  CHECK(bases(*log) == std::vector<int64_t>{4});
  CHECK(log->log_start_offset() == Offset(5));
}

TEST_CASE(
    "log: truncation removes whole batches, later segments and the epochs and producers beyond") {
  LogFixture t;
  t.options.config.segment_bytes = 400;
  auto log = t.open();
  for (int i = 0; i < 6; ++i)
    t.append(*log,
             BatchSpec{.count = 2,
                       .producer_id = 1,
                       .producer_epoch = 0,
                       .base_sequence = i * 2,
                       .value_bytes = 40},
             i / 2);
  REQUIRE(log->truncate_to(Offset(7)));
  CHECK(log->log_end_offset() == Offset(6));
  CHECK(t.read_all(*log, Offset(0)) == std::vector<int64_t>{0, 2, 4});
  CHECK(log->latest_epoch() == LeaderEpoch(1));
  CHECK(log->producer_state().find(ProducerId(1))->last_sequence() == 5);
  CHECK(t.append(*log, BatchSpec{.producer_id = 1, .producer_epoch = 0, .base_sequence = 6}, 3)
            .base_offset == Offset(6));
  REQUIRE(log->truncate_fully_and_start_at(Offset(100)));
  CHECK(log->log_start_offset() == Offset(100));
  CHECK(log->log_end_offset() == Offset(100));
  CHECK(log->producer_state().is_empty());
  CHECK(t.append(*log, 1).base_offset == Offset(100));
}

TEST_CASE("log: a slice stays readable after its segment was deleted") {
  LogFixture t;
  t.options.config.file_delete_delay_ms = 0;
  auto log = t.open();
  t.append(*log, 3);
  REQUIRE(log->roll());
  const auto read = log->read(Offset(0), Offset(3), 1 << 20, true);
  REQUIRE(read);
  REQUIRE(log->advance_log_start(Offset(3)));
  CHECK(*log->delete_old_segments(Offset(3)) == 1);
  CHECK(*log->delete_due_files() > 0);
  CHECK(t.base_offsets(*read) == std::vector<int64_t>{0});
}

TEST_CASE("log: producers without open transaction expire, others do not") {
  LogFixture t;
  auto log = t.open();
  t.append(
      *log,
      BatchSpec{.timestamp_ms = 1000, .producer_id = 1, .producer_epoch = 0, .base_sequence = 0});
  t.append(*log, BatchSpec{.timestamp_ms = 1000,
                           .producer_id = 2,
                           .producer_epoch = 0,
                           .base_sequence = 0,
                           .is_transactional = true});
  log->expire_producers(1000 + kDay - 1);
  CHECK(log->producer_state().size() == 2);
  log->expire_producers(1000 + kDay);
  CHECK(log->producer_state().size() == 1);
  CHECK(log->producer_state().find(ProducerId(2)) != nullptr);
}
