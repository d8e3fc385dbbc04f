#include "broker/handlers/delete_topics.h"
#include "core/protocol/messages/create_topics.h"
#include "tests/unit/broker/handlers/broker_fixture.h"

namespace spool::broker::delete_topics_test {
namespace {

using Request = protocol::DeleteTopicsRequest;
using Response = protocol::DeleteTopicsResponse;

Uuid create(BrokerFixture& broker, const std::string& name) {
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = 1;
  topic.replication_factor = 1;
  const auto answer = broker.call<protocol::CreateTopicsResponse>(request, 7);
  REQUIRE(answer.topics[0].error_code == 0);
  return answer.topics[0].topic_id;
}

Request by_state(std::vector<std::pair<std::optional<std::string>, Uuid>> states) {
  Request request;
  for (auto& [name, id] : states) request.topics.push_back({std::move(name), id, {}});
  return request;
}

Request by_name(std::vector<std::string> names) {
  Request request;
  request.topic_names = std::move(names);
  return request;
}

bool exists(BrokerFixture& broker, const std::string& name) {
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = 1;
  topic.replication_factor = 1;
  request.validate_only = true;
  return broker.call<protocol::CreateTopicsResponse>(request, 7).topics[0].error_code == 36;
}

TEST_CASE("delete topics: by name and by id") {
  BrokerFixture broker;
  const Uuid id = create(broker, "by-id");
  const Uuid other = create(broker, "by-name");
  const auto answer = broker.call<Response>(by_state({{std::nullopt, id}, {"by-name", {}}}), 6);
  REQUIRE(answer.responses.size() == 2);
  CHECK(answer.responses[0].error_code == 0);
  CHECK(answer.responses[0].name == "by-id");
  CHECK(answer.responses[0].topic_id == id);
  CHECK(answer.responses[1].error_code == 0);
  CHECK(answer.responses[1].topic_id == other);
  CHECK(!exists(broker, "by-id"));
  CHECK(!exists(broker, "by-name"));
}

TEST_CASE("delete topics: a topic made again has another id") {
  BrokerFixture broker;
  const Uuid first = create(broker, "reborn");
  broker.call<Response>(by_name({"reborn"}), 5);
  CHECK(create(broker, "reborn") != first);
}

TEST_CASE("delete topics: unknown names are 3, also those that cannot be; unknown ids are 100") {
  BrokerFixture broker;
  const auto names = broker.call<Response>(by_name({"nope", "a b", "../up"}), 5);
  for (const auto& entry : names.responses) CHECK(entry.error_code == 3);
  const auto ids = broker.call<Response>(by_state({{std::nullopt, Uuid::from_halves(1, 2)}}), 6);
  CHECK(ids.responses[0].error_code == 100);
  CHECK(ids.responses[0].name == std::nullopt);
}

TEST_CASE("delete topics: name and id together, and neither, are 42") {
  BrokerFixture broker;
  const Uuid id = create(broker, "kept");
  const auto answer =
      broker.call<Response>(by_state({{"kept", id}, {std::nullopt, {}}, {std::nullopt, {}}}), 6);
  REQUIRE(answer.responses.size() == 3);
  for (const auto& entry : answer.responses) CHECK(entry.error_code == 42);
  CHECK(answer.responses[0].error_message == "You may not specify both topic name and topic id.");
  CHECK(answer.responses[1].error_message == "Neither topic name nor id were specified.");
  CHECK(exists(broker, "kept"));
}

TEST_CASE("delete topics: a topic twice, in whatever way, has one entry, 42, and stays") {
  BrokerFixture broker;
  const Uuid id = create(broker, "kept");
  create(broker, "gone");
  const auto names = broker.call<Response>(by_name({"kept", "gone", "kept"}), 5);
  REQUIRE(names.responses.size() == 2);
  CHECK(names.responses[0].name == "kept");
  CHECK(names.responses[0].error_code == 42);
  CHECK(names.responses[0].error_message == "Duplicate topic name.");
  CHECK(names.responses[1].error_code == 0);
  const auto mixed = broker.call<Response>(by_state({{"kept", {}}, {std::nullopt, id}}), 6);
  REQUIRE(mixed.responses.size() == 1);
  CHECK(mixed.responses[0].error_code == 42);
  CHECK(mixed.responses[0].error_message ==
        "The provided topic name maps to an ID that was already supplied.");
  CHECK(mixed.responses[0].name == "kept");
  CHECK(mixed.responses[0].topic_id == id);
  const auto ids = broker.call<Response>(by_state({{std::nullopt, id}, {std::nullopt, id}}), 6);
  REQUIRE(ids.responses.size() == 1);
  CHECK(ids.responses[0].error_code == 42);
  CHECK(ids.responses[0].error_message == "Duplicate topic id.");
  CHECK(ids.responses[0].name == std::nullopt);
  CHECK(ids.responses[0].topic_id == id);
  const auto thrice = broker.call<Response>(by_name({"kept", "kept", "kept"}), 1);
  REQUIRE(thrice.responses.size() == 1);
  CHECK(thrice.responses[0].error_code == 42);
  CHECK(exists(broker, "kept"));
}

TEST_CASE("delete topics: switched off, it is 73 and before version 3 it is 42") {
  BrokerFixture broker("delete.topic.enable=false");
  create(broker, "kept");
  CHECK(broker.call<Response>(by_name({"kept"}), 5).responses[0].error_code == 73);
  CHECK(broker.call<Response>(by_name({"kept"}), 2).responses[0].error_code == 42);
  CHECK(exists(broker, "kept"));
}

}  // namespace
}  // namespace spool::broker::delete_topics_test
