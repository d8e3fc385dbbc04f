#include "core/base/uuid.h"
#include "core/storage/checkpoint.h"
#include "core/storage/open_files.h"
#include "storage_fixture.h"

namespace spool::storage {

namespace {

const Uuid kTopicId = *Uuid::parse("3PvJ0oTxS2mCkXZ0XxUv1Q");

}  // namespace

TEST_CASE_FIXTURE(LogFixture, "log: a partition that nobody wrote to takes no directory") {
  options.topic_id = kTopicId;
  {
    const auto log = open();
    CHECK(log->log_end_offset() == Offset(0));
    CHECK(log->read(Offset(0), Offset(0), 100, true)->slice.size_bytes == 0);
    CHECK(log->offset_for_timestamp(0)->has_value() == false);
    CHECK(log->max_timestamp()->has_value() == false);
    CHECK(log->aborted_transactions(Offset(0), Offset(1))->empty());
    CHECK(log->delete_old_segments(Offset(0)) == 0);
    REQUIRE(log->flush());
    REQUIRE(log->close());
  }
  CHECK(!std::filesystem::exists(path()));
}

TEST_CASE_FIXTURE(LogFixture, "log: the first batch makes the directory, with the topic id in it") {
  options.topic_id = kTopicId;
  const auto log = open();
  CHECK(append(*log, 2).base_offset == Offset(0));
  CHECK(content("partition.metadata") == "version: 0\ntopic_id: 3PvJ0oTxS2mCkXZ0XxUv1Q");
  CHECK(read_all(*log, Offset(0)) == std::vector<int64_t>{0});
  CHECK(append(*log, 1).base_offset == Offset(2));
  REQUIRE(log->close());
  CHECK(open_clean()->log_end_offset() == Offset(3));
  CHECK(names() ==
        std::vector<std::string>{"00000000000000000000.index", "00000000000000000000.log",
                                 "00000000000000000000.timeindex", "00000000000000000003.snapshot",
                                 "leader-epoch-checkpoint", "partition.metadata"});
}

TEST_CASE_FIXTURE(LogFixture, "log: a log start above 0 is remembered by making the directory") {
  options.log_start_checkpoint = Offset(7);
  const auto log = open();
  CHECK(log->log_start_offset() == Offset(7));
  CHECK(append(*log, 1).base_offset == Offset(7));
}

TEST_CASE_FIXTURE(LogFixture, "log: many logs keep no more files open than allowed, and go on") {
  OpenFiles open_files(2);
  options.open_files = &open_files;
  std::vector<std::unique_ptr<Log>> logs;
  for (int i = 0; i < 6; ++i) {
    auto log = Log::open(fs, clock, logger, concat(scratch.path, "/orders-", i), options);
    REQUIRE(log);
    logs.push_back(std::move(*log));
  }
  CHECK(open_files.count() == 0);
  for (int round = 0; round < 3; ++round)
    for (const auto& log : logs) {
      append(*log, 1);
      CHECK(open_files.count() <= 2);
    }
  for (const auto& log : logs) {
    CHECK(read_all(*log, Offset(0)) == std::vector<int64_t>{0, 1, 2});
    CHECK(open_files.count() <= 2);
  }
  const auto read = logs[0]->read(Offset(0), Offset(3), 1 << 20, true);
  REQUIRE(read);
  for (const auto& log : logs) append(*log, 1);
  CHECK(base_offsets(*read) == std::vector<int64_t>{0, 1, 2});  // what a reader holds stays open
  for (const auto& log : logs) REQUIRE(log->close());
  CHECK(open_files.count() == 0);
}

}  // namespace spool::storage
