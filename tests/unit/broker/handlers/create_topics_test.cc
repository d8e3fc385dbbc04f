#include <algorithm>
#include <set>

#include "broker/handlers/create_topics.h"
#include "tests/unit/broker/handlers/broker_fixture.h"

namespace spool::broker::create_topics_test {
namespace {

using Request = protocol::CreateTopicsRequest;
using Response = protocol::CreateTopicsResponse;
using Topic = Request::CreatableTopic;
using Answer = Response::CreatableTopicResult;

Topic topic_of(std::string name, int32_t partitions = 1, int16_t replication_factor = 1) {
  Topic topic;
  topic.name = std::move(name);
  topic.num_partitions = partitions;
  topic.replication_factor = replication_factor;
  return topic;
}

Topic with_config(Topic topic, std::string key, std::optional<std::string> value) {
  topic.configs.push_back({std::move(key), std::move(value), {}});
  return topic;
}

Topic assigned(std::string name,
               std::vector<std::pair<int32_t, std::vector<int32_t>>> assignments) {
  Topic topic = topic_of(std::move(name), -1, -1);
  for (auto& [number, brokers] : assignments)
    topic.assignments.push_back({number, std::move(brokers), {}});
  return topic;
}

Request request_of(std::vector<Topic> topics, bool validate_only = false) {
  Request request;
  request.topics = std::move(topics);
  request.validate_only = validate_only;
  return request;
}

/// "code: message" of the one topic planned on an empty image by broker 1.
std::string verdict(const Topic& topic, const BrokerConfig& config = BrokerConfig()) {
  const auto plans = plan_topics(request_of({topic}), MetadataImage(), config, 1);
  REQUIRE(plans.size() == 1);
  const Answer& answer = plans[0].answer;
  CHECK(plans[0].spec.has_value() == (answer.error_code == 0));
  if (answer.error_code != 0) {
    CHECK(answer.num_partitions == -1);
    CHECK(answer.replication_factor == -1);
    CHECK(answer.topic_id.is_zero());
    CHECK(answer.configs->empty());
  }
  return std::to_string(answer.error_code) + ": " + answer.error_message.value_or("");
}

TEST_CASE("create topics: partition counts of 0 and below -1 are 37") {
  const std::string refusal = "37: Number of partitions was set to an invalid non-positive value.";
  CHECK(verdict(topic_of("t", 0)) == refusal);
  CHECK(verdict(topic_of("t", -2)) == refusal);
}

TEST_CASE("create topics: replication factors of 0, below -1 and above the brokers are 38") {
  const std::string refusal =
      "38: Replication factor must be larger than 0, or -1 to use the default value.";
  CHECK(verdict(topic_of("t", 1, 0)) == refusal);
  CHECK(verdict(topic_of("t", 1, -2)) == refusal);
  CHECK(verdict(topic_of("t", 0, 0)) == refusal);
  CHECK(verdict(topic_of("t", 1, 2)) ==
        "38: Unable to replicate the partition 2 time(s): The target replication factor of 2 "
        "cannot be "
        "reached because only 1 broker(s) are registered or some brokers have all their log "
        "directories cordoned.");
}

TEST_CASE("create topics: -1 takes the broker's defaults") {
  const auto plans = plan_topics(request_of({topic_of("t", -1, -1)}), MetadataImage(),
                                 config_from("num.partitions=4"), 1);
  CHECK(plans[0].answer.num_partitions == 4);
  CHECK(plans[0].answer.replication_factor == 1);
  CHECK(plans[0].spec->partitions_count == 4);
  CHECK(verdict(topic_of("t", 1, -1), config_from("default.replication.factor=3"))
            .starts_with("38: "));
}

TEST_CASE("create topics: names that cannot be are 17, the metadata topic is 42") {
  for (const char* name : {"", ".", "..", " ", "a b", "a/b", "../up", "\xc3\xa9"})
    CHECK_MESSAGE(verdict(topic_of(name)).starts_with("17: Topic name is invalid: "), name);
  CHECK(verdict(topic_of(std::string(250, 'a'))).starts_with("17: "));
  CHECK(verdict(topic_of(std::string(249, 'a'))) == "0: ");
  CHECK(verdict(topic_of("..a")) == "0: ");
  CHECK(verdict(topic_of("__cluster_metadata")) ==
        "42: Creation of internal topic __cluster_metadata is prohibited.");
}

TEST_CASE("create topics: wrong configs are 40, before counts are looked at") {
  CHECK(verdict(with_config(topic_of("t", 0, 0), "nonsense", "1")) ==
        "40: Unknown topic config name: nonsense");
  CHECK(verdict(with_config(topic_of("t"), "retention.ms", "soon")) ==
        "40: Invalid value soon for configuration retention.ms: Not a number of type LONG");
  CHECK(verdict(with_config(topic_of("t"), "retention.ms", std::nullopt)) ==
        "40: Null value not supported for topic configs: retention.ms");
  CHECK(verdict(with_config(topic_of("t"), "segment.bytes", "-5")) ==
        "40: Invalid value -5 for configuration segment.bytes: Value must be at least 1048576");
  CHECK(verdict(with_config(with_config(topic_of("t"), "min.compaction.lag.ms", "10"),
                            "max.compaction.lag.ms", "5")) ==
        "40: conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
  CHECK(verdict(with_config(topic_of("t"), "cleanup.policy", "")) == "0: ");
}

TEST_CASE("create topics: manual assignments") {
  CHECK(verdict(assigned("t", {{0, {1}}, {1, {1}}})) == "0: ");
  CHECK(verdict(assigned("t", {{1, {1}}, {0, {1}}})) == "0: ");
  CHECK(verdict(assigned("t", {{0, {1}}, {2, {1}}})) ==
        "39: partitions should be a consecutive 0-based integer sequence");
  CHECK(verdict(assigned("t", {{1, {1}}})) ==
        "39: partitions should be a consecutive 0-based integer sequence");
  CHECK(verdict(assigned("t", {{-1, {1}}})) ==
        "39: partitions should be a consecutive 0-based integer sequence");
  CHECK(verdict(assigned("t", {{0, {1}}, {0, {1}}})) ==
        "39: Found multiple manual partition assignments for partition 0");
  CHECK(verdict(assigned("t", {{0, {7}}})) ==
        "39: The manual partition assignment includes broker 7, but no such broker is registered.");
  CHECK(verdict(assigned("t", {{0, {}}})) ==
        "39: The manual partition assignment includes an empty replica list.");
  CHECK(verdict(assigned("t", {{0, {1, 1}}})) ==
        "39: The manual partition assignment includes the broker 1 more than once.");
  Topic counted = assigned("t", {{0, {1}}});
  counted.num_partitions = 1;
  CHECK(verdict(counted) ==
        "42: A manual partition assignment was specified, but numPartitions was not set to -1.");
  Topic replicated = assigned("t", {{0, {1}}});
  replicated.replication_factor = 1;
  CHECK(
      verdict(replicated) ==
      "42: A manual partition assignment was specified, but replication factor was not set to -1.");
}

TEST_CASE(
    "create topics: more than 10000 partitions or records in a request are 44 for all of it") {
  CHECK(verdict(topic_of("t", 10'001)) ==
        "44: Excessively large number of partitions per request.");
  // A topic is a record, and so are its partitions and configs.
  const std::string too_large = "44: Unable to perform excessively large batch operation.";
  CHECK(verdict(topic_of("t", 9'999)) == "0: ");
  CHECK(verdict(topic_of("t", 10'000)) == too_large);
  CHECK(verdict(with_config(topic_of("t", 9'998), "retention.ms", "5")) == "0: ");
  CHECK(verdict(with_config(topic_of("t", 9'999), "retention.ms", "5")) == too_large);
  const auto spoilt =
      plan_topics(request_of({topic_of("a", 9'999), topic_of("b"), topic_of("c", 0)}),
                  MetadataImage(), BrokerConfig(), 1);
  for (const auto& plan : spoilt) CHECK(plan.answer.error_code == 44);
  const auto plans = plan_topics(request_of({topic_of("a", 6'000), topic_of("b", 6'000)}),
                                 MetadataImage(), BrokerConfig(), 1);
  CHECK(plans[0].answer.error_code == 44);
  CHECK(plans[1].answer.error_code == 44);
}

TEST_CASE("create topics: a name twice has one entry, 42; the others are made") {
  const auto plans = plan_topics(request_of({topic_of("a"), topic_of("b"), topic_of("a")}),
                                 MetadataImage(), BrokerConfig(), 1);
  REQUIRE(plans.size() == 2);
  CHECK(plans[0].answer.name == "a");
  CHECK(plans[0].answer.error_code == 42);
  CHECK(plans[0].answer.error_message == "Duplicate topic name.");
  CHECK(plans[1].answer.error_code == 0);
  CHECK(plans[1].spec.has_value());
}

TEST_CASE("create topics: the broker makes topics, answers ids, counts and 37 configs") {
  BrokerFixture broker;
  const auto answer = broker.call<Response>(
      request_of({with_config(topic_of("made", 3), "retention.ms", " 12345"), topic_of("bad", 0)}),
      7);
  REQUIRE(answer.topics.size() == 2);
  const Answer& made = answer.topics[0];
  CHECK(made.error_code == 0);
  CHECK(made.error_message == std::nullopt);
  CHECK(!made.topic_id.is_zero());
  CHECK(made.num_partitions == 3);
  CHECK(made.replication_factor == 1);
  REQUIRE(made.configs->size() == 37);
  for (const auto& config : *made.configs) {
    CHECK(config.config_source == (config.name == "retention.ms" ? 1 : 5));
    if (config.name == "retention.ms") CHECK(config.value == " 12345");  // as it was written
  }
  CHECK(answer.topics[1].error_code == 37);
  CHECK(std::filesystem::exists(broker.path + "/__cluster_metadata-0"));

  const auto again = broker.call<Response>(request_of({topic_of("made")}), 7);
  CHECK(again.topics[0].error_code == 36);
  CHECK(again.topics[0].error_message == "Topic 'made' already exists.");
}

TEST_CASE("create topics: validate_only answers as if and changes nothing") {
  BrokerFixture broker;
  for (int i = 0; i < 2; ++i) {
    const auto answer = broker.call<Response>(request_of({topic_of("ghost", 2)}, true), 7);
    CHECK(answer.topics[0].error_code == 0);
    CHECK(!answer.topics[0].topic_id.is_zero());
    CHECK(answer.topics[0].num_partitions == 2);
    CHECK(answer.topics[0].configs->size() == 37);
  }
  broker.call<Response>(request_of({topic_of("there")}), 7);
  CHECK(broker.call<Response>(request_of({topic_of("there")}, true), 7).topics[0].error_code == 36);
}

TEST_CASE("create topics: a name that differs by dot and underscore only is 17") {
  BrokerFixture broker;
  CHECK(broker.call<Response>(request_of({topic_of("coll.a")}), 7).topics[0].error_code == 0);
  const auto answer = broker.call<Response>(request_of({topic_of("coll_a")}), 7);
  CHECK(answer.topics[0].error_code == 17);
  CHECK(answer.topics[0].error_message == "Topic 'coll_a' collides with existing topic: coll.a");
}

TEST_CASE("create topics: every served version answers") {
  BrokerFixture broker;
  for (int16_t version = 2; version <= 7; ++version) {
    const auto answer =
        broker.call<Response>(request_of({topic_of("v" + std::to_string(version))}), version);
    REQUIRE(answer.topics.size() == 1);
    CHECK(answer.topics[0].error_code == 0);
    CHECK(answer.topics[0].topic_id.is_zero() == (version < 7));
    CHECK(answer.topics[0].num_partitions == (version >= 5 ? 1 : -1));
    CHECK(answer.topics[0].replication_factor == (version >= 5 ? 1 : -1));
    CHECK(answer.topics[0].configs->size() == (version >= 5 ? 37 : 0));
  }
}

}  // namespace
}  // namespace spool::broker::create_topics_test
