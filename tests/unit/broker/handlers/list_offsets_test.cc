#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/delete_records.h"
#include "core/protocol/messages/offset_for_leader_epoch.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::list_offsets_test {
namespace {

using Request = protocol::ListOffsetsRequest;
using Response = protocol::ListOffsetsResponse;
using Answer = Response::ListOffsetsPartitionResponse;

Request request_of(const std::string& topic, int32_t partition, int64_t timestamp) {
  Request request;
  request.replica_id = -1;
  auto& asked = request.topics.emplace_back();
  asked.name = topic;
  auto& part = asked.partitions.emplace_back();
  part.partition_index = partition;
  part.timestamp = timestamp;
  return request;
}

Answer list(BrokerFixture& broker, const Request& request, int16_t version = 11) {
  const auto answer = broker.call<Response>(request, version);
  REQUIRE(answer.topics.size() == 1);
  REQUIRE(answer.topics[0].partitions.size() == 1);
  return answer.topics[0].partitions[0];
}

/// "code offset timestamp epoch"
std::string found(BrokerFixture& broker, const std::string& topic, int64_t timestamp,
                  int16_t version = 11) {
  const Answer answer = list(broker, request_of(topic, 0, timestamp), version);
  return concat(answer.error_code, " ", answer.offset, " ", answer.timestamp, " ",
                answer.leader_epoch);
}

TEST_CASE(
    "list offsets: latest and earliest have no timestamp, and the leader epoch from version 4 on") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(found(broker, "t", -1) == "0 0 -1 0");
  CHECK(found(broker, "t", -2) == "0 0 -1 0");
  for (int i = 0; i < 3; ++i) produce(broker, "t", 0, batch_of("v"));
  for (int16_t version = 1; version <= 11; ++version) {
    CHECK(found(broker, "t", -1, version) == (version >= 4 ? "0 3 -1 0" : "0 3 -1 -1"));
    CHECK(found(broker, "t", -2, version) == (version >= 4 ? "0 0 -1 0" : "0 0 -1 -1"));
  }
  Request committed = request_of("t", 0, -1);
  committed.isolation_level = 1;
  CHECK(list(broker, committed).offset == 3);
}

TEST_CASE(
    "list offsets: -3 is the record with the largest timestamp, the first of equals; of nothing it "
    "is -1") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(found(broker, "t", -3) == "0 -1 -1 -1");
  produce(broker, "t", 0,
          batch_of({Rec{"a", "0", 1'000}, Rec{"b", "1", 9'000}, Rec{"c", "2", 9'000}}));
  produce(broker, "t", 0, batch_of({Rec{"d", "3", 9'000}, Rec{"e", "4", 500}}));
  CHECK(found(broker, "t", -3) == "0 1 9000 0");
  CHECK(found(broker, "t", -3, 7) == "0 1 9000 0");
  produce(broker, "t", 0, batch_of({Rec{"f", "5", 9'001}}));
  CHECK(found(broker, "t", -3) == "0 5 9001 0");
}

TEST_CASE("list offsets: -4 is the earliest; -5 and -6 are nowhere without tiers, and no error") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce(broker, "t", 0, batch_of("v"));
  CHECK(found(broker, "t", -4) == "0 0 -1 0");
  CHECK(found(broker, "t", -5) == "0 -1 -1 -1");
  CHECK(found(broker, "t", -6) == "0 -1 -1 -1");
}

TEST_CASE("list offsets: a place that the version does not know, or nobody does, is 35") {
  BrokerFixture broker;
  create_topic(broker, "t");
  struct Case {
    int64_t place;
    int16_t since;
  };
  for (const Case& test :
       {Case{-3, 7}, Case{-4, 8}, Case{-5, 9}, Case{-6, 11}, Case{-7, 12}, Case{INT64_MIN, 12}})
    for (int16_t version = 1; version <= 11; ++version)
      CHECK_MESSAGE(list(broker, request_of("t", 0, test.place), version).error_code ==
                        (version >= test.since ? 0 : 35),
                    test.place << " v" << version);
}

TEST_CASE(
    "list offsets: a time is the first record at or after it; after the last it is -1 without an "
    "error") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(found(broker, "t", 0) == "0 -1 -1 -1");
  // Out of order within a batch and between batches, packed and unpacked.
  record::BatchOptions gzip;
  gzip.codec = record::Codec::gzip;
  produce(broker, "t", 0,
          batch_of({Rec{"a", "0", 1'000}, Rec{"b", "1", 5'000}, Rec{"c", "2", 3'000}}));
  produce(broker, "t", 0,
          batch_of({Rec{"d", "3", 2'000}, Rec{"e", "4", 7'000}, Rec{"f", "5", 6'000}}, gzip));
  produce(broker, "t", 0, batch_of({Rec{"g", "6", 4'000}}));
  CHECK(found(broker, "t", 0) == "0 0 1000 0");
  CHECK(found(broker, "t", 1'000) == "0 0 1000 0");
  CHECK(found(broker, "t", 1'001) == "0 1 5000 0");
  CHECK(found(broker, "t", 5'000) == "0 1 5000 0");
  CHECK(found(broker, "t", 5'001) == "0 4 7000 0");
  CHECK(found(broker, "t", 7'000, 1) == "0 4 7000 -1");
  CHECK(found(broker, "t", 7'001) == "0 -1 -1 -1");
  CHECK(found(broker, "t", INT64_MAX) == "0 -1 -1 -1");
}

TEST_CASE("list offsets: times and the largest timestamp are found across segments") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"segment.bytes", "1048576"}});
  const std::string large(400'000, 'x');
  for (int i = 0; i < 8; ++i)
    REQUIRE(
        produce(broker, "t", 0, batch_of({Rec{std::nullopt, large, i == 2 ? 90'000 : i * 1'000}}))
            .error_code == 0);
  CHECK(found(broker, "t", -3) == "0 2 90000 0");
  CHECK(found(broker, "t", 1'000) == "0 1 1000 0");
  CHECK(found(broker, "t", 7'000) == "0 2 90000 0");
  CHECK(found(broker, "t", 90'001) == "0 -1 -1 -1");
}

TEST_CASE("list offsets: a LogAppendTime batch has one time, its first record is found") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"message.timestamp.type", "LogAppendTime"}});
  const Produced produced = produce(broker, "t", 0, batch_of({Rec{"a", "0", 5}, Rec{"b", "1", 9}}));
  CHECK(found(broker, "t", 100) == concat("0 0 ", produced.log_append_time_ms, " 0"));
  CHECK(found(broker, "t", -3) == concat("0 0 ", produced.log_append_time_ms, " 0"));
}

TEST_CASE("list offsets: unknown topics and partitions are 3, a partition twice is one entry, 42") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  CHECK(found(broker, "missing", -1) == "3 -1 -1 -1");
  CHECK(list(broker, request_of("t", 2, -1)).error_code == 3);
  CHECK(list(broker, request_of("t", -1, -1)).error_code == 3);
  Request twice = request_of("t", 0, -1);
  twice.topics[0].partitions.push_back({1, -1, -1, {}});
  twice.topics[0].partitions.push_back({0, -1, -2, {}});
  const auto answer = broker.call<Response>(twice, 11);
  REQUIRE(answer.topics[0].partitions.size() == 2);
  CHECK(answer.topics[0].partitions[0].partition_index == 0);
  CHECK(answer.topics[0].partitions[0].error_code == 42);
  CHECK(answer.topics[0].partitions[1].error_code == 0);
}

TEST_CASE("list offsets: an isolation level that is none is -1 for every partition") {
  BrokerFixture broker;
  create_topic(broker, "t");
  Request request = request_of("t", 0, -1);
  request.isolation_level = 7;
  request.topics[0].partitions.push_back({5, -1, -1, {}});
  const auto answer = broker.call<Response>(request, 11);
  REQUIRE(answer.topics[0].partitions.size() == 2);
  for (const Answer& partition : answer.topics[0].partitions) {
    CHECK(partition.error_code == -1);
    CHECK(partition.offset == -1);
    CHECK(partition.leader_epoch == -1);
  }
}

TEST_CASE("list offsets: a topic named twice is one entry, one without partitions has none") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  Request request = request_of("t", 0, -1);
  request.topics.push_back({"empty", {}, {}});
  request.topics.push_back({"t", {{0, -1, -2, {}}, {1, -1, -2, {}}}, {}});
  const auto answer = broker.call<Response>(request, 11);
  REQUIRE(answer.topics.size() == 1);
  REQUIRE(answer.topics[0].partitions.size() == 2);
  CHECK(answer.topics[0].partitions[0].error_code == 42);
  CHECK(answer.topics[0].partitions[1].error_code == 0);
}

TEST_CASE("list offsets: the earliest is where DeleteRecords put the start") {
  BrokerFixture broker;
  create_topic(broker, "t");
  for (int i = 0; i < 3; ++i) produce(broker, "t", 0, batch_of("v"));
  protocol::DeleteRecordsRequest deletion;
  deletion.topics.push_back({"t", {{0, 2, {}}}, {}});
  broker.call<protocol::DeleteRecordsResponse>(deletion, 2);
  CHECK(found(broker, "t", -2) == "0 2 -1 0");
  CHECK(found(broker, "t", -4) == "0 2 -1 0");
  CHECK(found(broker, "t", -1) == "0 3 -1 0");
}

TEST_CASE("list offsets: an older leader epoch is 74, a newer 75, only -1 is not checked") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce(broker, "t", 0, batch_of("v"));
  broker.restart();
  Request request = request_of("t", 0, -1);
  request.topics[0].partitions[0].current_leader_epoch = 0;
  CHECK(list(broker, request).error_code == 74);
  request.topics[0].partitions[0].current_leader_epoch = 1'000;
  CHECK(list(broker, request).error_code == 75);
  request.topics[0].partitions[0].current_leader_epoch = -2;
  CHECK(list(broker, request).error_code == 74);
  request.topics[0].partitions[0].current_leader_epoch = -1;
  CHECK(list(broker, request).error_code == 0);
}

TEST_CASE(
    "list offsets: after a restart the latest has the new epoch, the earliest the one it was "
    "written in") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce(broker, "t", 0, batch_of("v"));
  broker.restart();
  CHECK(list(broker, request_of("t", 0, -1)).leader_epoch > 0);
  CHECK(list(broker, request_of("t", 0, -2)).leader_epoch == 0);
  CHECK(list(broker, request_of("t", 0, 0)).leader_epoch == 0);
}

// --- OffsetForLeaderEpoch

using EpochRequest = protocol::OffsetForLeaderEpochRequest;
using EpochResponse = protocol::OffsetForLeaderEpochResponse;

/// "code epoch end"
std::string end_of(BrokerFixture& broker, const std::string& topic, int32_t leader_epoch,
                   int32_t current_leader_epoch = -1, int16_t version = 4, int32_t partition = 0) {
  EpochRequest request;
  request.replica_id = version >= 3 ? -1 : -2;
  request.topics.push_back({topic, {{partition, current_leader_epoch, leader_epoch, {}}}, {}});
  const auto answer = broker.call<EpochResponse>(request, version);
  REQUIRE(answer.topics.size() == 1);
  CHECK(answer.topics[0].topic == topic);
  const auto& end = answer.topics[0].partitions[0];
  CHECK(end.partition == partition);
  return concat(end.error_code, " ", end.leader_epoch, " ", end.end_offset);
}

TEST_CASE("offset for leader epoch: the current epoch ends at the log end, also of an empty log") {
  BrokerFixture broker;
  create_topic(broker, "t");
  for (int16_t version = 2; version <= 4; ++version)
    CHECK(end_of(broker, "t", 0, -1, version) == "0 0 0");
  produce(broker, "t", 0, batch_of("v"));
  CHECK(end_of(broker, "t", 0) == "0 0 1");
}

TEST_CASE(
    "offset for leader epoch: an older epoch ends where the next begins; unknown ones are -1 "
    "without an error") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce(broker, "t", 0, batch_of("v"));
  produce(broker, "t", 0, batch_of("w"));
  broker.restart();
  CHECK(end_of(broker, "t", 0) == "0 0 2");
  produce(broker, "t", 0, batch_of("x"));
  CHECK(end_of(broker, "t", 0) == "0 0 2");
  CHECK(end_of(broker, "t", 1'000) == "0 -1 -1");
  CHECK(end_of(broker, "t", -1) == "0 -1 -1");
}

TEST_CASE("offset for leader epoch: 3 for what is not there, 74 and 75 for a wrong current epoch") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(end_of(broker, "missing", 0) == "3 -1 -1");
  CHECK(end_of(broker, "t", 0, -1, 4, 5) == "3 -1 -1");
  CHECK(end_of(broker, "t", 0, 7) == "75 -1 -1");
  broker.restart();
  CHECK(end_of(broker, "t", 0, 0) == "74 -1 -1");
  CHECK(end_of(broker, "t", 0, -2) == "74 -1 -1");
}

}  // namespace
}  // namespace spool::broker::list_offsets_test
