#include "core/protocol/messages/create_partitions.h"

#include "core/protocol/messages/metadata.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::create_partitions_test {
namespace {

using Request = protocol::CreatePartitionsRequest;
using Response = protocol::CreatePartitionsResponse;
using Answer = std::pair<int, std::optional<std::string>>;
using Assignments = std::vector<std::vector<int32_t>>;

void add(Request& request, std::string name, int32_t count,
         std::optional<Assignments> assignments = std::nullopt) {
  auto& topic = request.topics.emplace_back();
  topic.name = std::move(name);
  topic.count = count;
  topic.assignments = std::nullopt;
  if (!assignments) return;
  topic.assignments.emplace();
  for (auto& ids : *assignments) topic.assignments->push_back({std::move(ids), {}});
}

Answer grow(BrokerFixture& broker, std::string name, int32_t count,
            std::optional<Assignments> assignments = std::nullopt, bool validate_only = false) {
  Request request;
  request.validate_only = validate_only;
  add(request, std::move(name), count, std::move(assignments));
  const auto answer = broker.call<Response>(request, 3);
  REQUIRE(answer.results.size() == 1);
  return {answer.results[0].error_code, answer.results[0].error_message};
}

size_t partitions_of(BrokerFixture& broker, const std::string& name) {
  protocol::MetadataRequest request;
  request.topics.emplace();
  request.topics->emplace_back().name = name;
  return broker.call<protocol::MetadataResponse>(request, 12).topics[0].partitions.size();
}

TEST_CASE("create partitions: new partitions take records at once, old ones keep theirs") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  CHECK(produce(broker, "t", 1, batch_of("old")).error_code == 0);
  CHECK(produce(broker, "t", 3, batch_of("too early")).error_code == 3);
  CHECK(grow(broker, "t", 4) == Answer{0, std::nullopt});
  CHECK(partitions_of(broker, "t") == 4);
  CHECK(produce(broker, "t", 3, batch_of("new")).error_code == 0);
  CHECK(lines_from(broker, "t", 1) == Lines{"0 null=old"});
  CHECK(lines_from(broker, "t", 3) == Lines{"0 null=new"});
}

TEST_CASE("create partitions: a count that is no increase is 37") {
  BrokerFixture broker;
  create_topic(broker, "t", 3);
  CHECK(grow(broker, "t", 3) == Answer{37, "Topic already has 3 partition(s)."});
  CHECK(grow(broker, "t", 2) ==
        Answer{37, "The topic t currently has 3 partition(s); 2 would not be an increase."});
  CHECK(grow(broker, "t", -1) ==
        Answer{37, "The topic t currently has 3 partition(s); -1 would not be an increase."});
  CHECK(partitions_of(broker, "t") == 3);
}

TEST_CASE("create partitions: unknown topics are 3 without a message") {
  BrokerFixture broker;
  CHECK(grow(broker, "nope", 3) == Answer{3, std::nullopt});
  CHECK(grow(broker, "../up", 3) == Answer{3, std::nullopt});
}

TEST_CASE("create partitions: more than 10000 new ones are 44") {
  BrokerFixture broker;
  create_topic(broker, "t", 4);
  CHECK(grow(broker, "t", 10004, std::nullopt, true) == Answer{0, std::nullopt});
  CHECK(grow(broker, "t", 10005, std::nullopt, true) ==
        Answer{44, "Excessively large number of additional partitions per request."});
}

TEST_CASE(
    "create partitions: the new ones of all topics count together, too many are 44 for each") {
  BrokerFixture broker;
  create_topic(broker, "t");
  create_topic(broker, "u");
  Request request;
  request.validate_only = true;
  add(request, "t", 5'001);
  add(request, "u", 5'001);
  CHECK(broker.call<Response>(request, 3).results[1].error_code == 0);
  add(request, "nope", 20'000);  // does not count
  request.topics[1].count = 5'002;
  const auto answer = broker.call<Response>(request, 3);
  REQUIRE(answer.results.size() == 3);
  for (const auto& topic : answer.results) {
    CHECK(topic.error_code == 44);
    CHECK(topic.error_message == "Excessively large number of additional partitions per request.");
  }
}

TEST_CASE("create partitions: assignments name each new partition's one broker") {
  BrokerFixture broker;
  create_topic(broker, "t", 3);
  CHECK(grow(broker, "t", 5, Assignments{{1}}) ==
        Answer{39,
               "Attempted to add 2 additional partition(s), but only 1 assignment(s) were "
               "specified."});
  CHECK(grow(broker, "t", 4, Assignments{}) ==
        Answer{39,
               "Attempted to add 1 additional partition(s), but only 0 assignment(s) were "
               "specified."});
  CHECK(grow(broker, "t", 4, Assignments{{7}}) ==
        Answer{39,
               "The manual partition assignment includes broker 7, but no such broker is "
               "registered."});
  CHECK(grow(broker, "t", 4, Assignments{{1, 1}}) ==
        Answer{39, "The manual partition assignment includes the broker 1 more than once."});
  CHECK(grow(broker, "t", 4, Assignments{{}}) ==
        Answer{39, "The manual partition assignment includes an empty replica list."});
  CHECK(partitions_of(broker, "t") == 3);
  CHECK(grow(broker, "t", 4, Assignments{{1}}) == Answer{0, std::nullopt});
  CHECK(partitions_of(broker, "t") == 4);
}

TEST_CASE("create partitions: validate_only checks and changes nothing") {
  BrokerFixture broker;
  create_topic(broker, "t", 1);
  CHECK(grow(broker, "t", 2, std::nullopt, true) == Answer{0, std::nullopt});
  CHECK(partitions_of(broker, "t") == 1);
}

TEST_CASE("create partitions: a topic named twice has one entry, 42, in front, and stays") {
  BrokerFixture broker;
  create_topic(broker, "t", 1);
  create_topic(broker, "u", 1);
  Request request;
  add(request, "u", 2);
  add(request, "t", 6);
  add(request, "t", 7);
  const auto answer = broker.call<Response>(request, 0);
  REQUIRE(answer.results.size() == 2);
  CHECK(answer.results[0].name == "t");
  CHECK(answer.results[0].error_code == 42);
  CHECK(answer.results[0].error_message == "Duplicate topic name.");
  CHECK(answer.results[1].name == "u");
  CHECK(answer.results[1].error_code == 0);
  CHECK(partitions_of(broker, "t") == 1);
  CHECK(partitions_of(broker, "u") == 2);
}

}  // namespace
}  // namespace spool::broker::create_partitions_test
