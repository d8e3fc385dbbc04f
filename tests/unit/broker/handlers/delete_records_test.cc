#include "core/protocol/messages/delete_records.h"

#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::delete_records_test {
namespace {

using Request = protocol::DeleteRecordsRequest;
using Response = protocol::DeleteRecordsResponse;
/// Error code and low watermark.
using Answer = std::pair<int, int64_t>;

Answer delete_up_to(BrokerFixture& broker, const std::string& topic, int32_t partition,
                    int64_t offset) {
  Request request;
  request.topics.push_back({topic, {{partition, offset, {}}}, {}});
  const auto answer = broker.call<Response>(request, 2);
  REQUIRE(answer.topics.size() == 1);
  REQUIRE(answer.topics[0].partitions.size() == 1);
  return {answer.topics[0].partitions[0].error_code, answer.topics[0].partitions[0].low_watermark};
}

void produce_three(BrokerFixture& broker, const std::string& topic, int32_t partition = 0) {
  for (const char* value : {"a", "b", "c"})
    REQUIRE(produce(broker, topic, partition, batch_of({Rec{"k", value}})).error_code == 0);
}

TEST_CASE("delete records: what lies below the offset is read no more") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce_three(broker, "t");
  CHECK(delete_up_to(broker, "t", 0, 2) == Answer{0, 2});
  CHECK(lines_from(broker, "t", 0, 2) == Lines{"2 k=c"});
  CHECK(fetch(broker, fetch_request("t", 0, 1)).error_code == 1);
  CHECK(fetch(broker, fetch_request("t", 0, 2)).log_start_offset == 2);
}

TEST_CASE("delete records: -1 means up to the high watermark") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce_three(broker, "t");
  CHECK(delete_up_to(broker, "t", 0, -1) == Answer{0, 3});
  CHECK(produce(broker, "t", 0, batch_of("d")).base_offset == 3);
}

TEST_CASE("delete records: below the start nothing changes, beyond the end and below -1 is 1") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce_three(broker, "t");
  REQUIRE(delete_up_to(broker, "t", 0, 2) == Answer{0, 2});
  CHECK(delete_up_to(broker, "t", 0, 1) == Answer{0, 2});
  CHECK(delete_up_to(broker, "t", 0, 4) == Answer{1, -1});
  CHECK(delete_up_to(broker, "t", 0, -2) == Answer{1, -1});
}

TEST_CASE("delete records: unknown topics and partitions are 3, impossible names too") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(delete_up_to(broker, "nope", 0, 0) == Answer{3, -1});
  CHECK(delete_up_to(broker, "a b", 0, 0) == Answer{3, -1});
  CHECK(delete_up_to(broker, "t", 9, 0) == Answer{3, -1});
  CHECK(delete_up_to(broker, "t", -1, 0) == Answer{3, -1});
}

TEST_CASE("delete records: a topic that is only compacted keeps them (44)") {
  BrokerFixture broker;
  create_topic(broker, "compacted", 1, {{"cleanup.policy", "compact"}});
  create_topic(broker, "both", 1, {{"cleanup.policy", "compact,delete"}});
  produce_three(broker, "compacted");
  produce_three(broker, "both");
  CHECK(delete_up_to(broker, "compacted", 0, 1) == Answer{44, -1});
  CHECK(delete_up_to(broker, "both", 0, 1) == Answer{0, 1});
  create_topic(broker, "neither", 1, {{"cleanup.policy", ""}});
  produce_three(broker, "neither");
  CHECK(delete_up_to(broker, "neither", 0, 1) == Answer{0, 1});
}

TEST_CASE("delete records: the coordinators' topics keep theirs (17)") {
  BrokerFixture broker;
  create_topic(broker, "__consumer_offsets");
  CHECK(delete_up_to(broker, "__consumer_offsets", 0, 0) == Answer{17, -1});
}

TEST_CASE("delete records: a partition named twice is answered once, for the later offset") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  produce_three(broker, "t", 0);
  produce_three(broker, "t", 1);
  Request request;
  request.topics.push_back({"t", {{0, 1, {}}, {0, 2, {}}}, {}});
  request.topics.push_back({"t", {{1, 3, {}}}, {}});
  request.topics.push_back({"empty", {}, {}});
  const auto answer = broker.call<Response>(request, 0);
  REQUIRE(answer.topics.size() == 1);
  REQUIRE(answer.topics[0].partitions.size() == 2);
  CHECK(answer.topics[0].partitions[0].low_watermark == 2);
  CHECK(answer.topics[0].partitions[1].low_watermark == 3);
}

}  // namespace
}  // namespace spool::broker::delete_records_test
