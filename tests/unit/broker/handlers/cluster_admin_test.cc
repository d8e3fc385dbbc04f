/// The APIs whose answers are short on one node.

#include "broker/handlers/update_features.h"
#include "core/protocol/messages/alter_partition_reassignments.h"
#include "core/protocol/messages/alter_replica_log_dirs.h"
#include "core/protocol/messages/describe_producers.h"
#include "core/protocol/messages/describe_quorum.h"
#include "core/protocol/messages/elect_leaders.h"
#include "core/protocol/messages/list_config_resources.h"
#include "core/protocol/messages/list_partition_reassignments.h"
#include "core/protocol/messages/unregister_broker.h"
#include "core/protocol/messages/unregister_controller.h"
#include "tests/unit/broker/handlers/admin_calls.h"

namespace spool::broker::cluster_admin_test {
namespace {

using Answer = std::pair<int, std::optional<std::string>>;

std::vector<std::string> resources(BrokerFixture& broker, std::vector<int8_t> types,
                                   int16_t version = 1) {
  protocol::ListConfigResourcesRequest request;
  request.resource_types = std::move(types);
  const auto answer = broker.call<protocol::ListConfigResourcesResponse>(request, version);
  if (answer.error_code != 0) return {concat("error ", answer.error_code)};
  std::vector<std::string> lines;
  for (const auto& resource : answer.config_resources)
    lines.push_back(concat(static_cast<int>(resource.resource_type), ' ', resource.resource_name));
  return lines;
}

TEST_CASE("list config resources: all types, some, and those that are none") {
  BrokerFixture broker;
  create_topic(broker, "t");
  create_topic(broker, "c");
  REQUIRE(alter(broker, 16, "m", {{"interval.ms", 0, "1000"}}).first == 0);
  REQUIRE(alter(broker, 32, "g", {{"consumer.session.timeout.ms", 0, "50000"}}).first == 0);
  using Lines = std::vector<std::string>;
  CHECK(resources(broker, {}) == Lines{"32 g", "16 m", "8 1", "4 1", "2 c", "2 t"});
  CHECK(resources(broker, {2, 2}) == Lines{"2 c", "2 t"});
  CHECK(resources(broker, {4, 8}) == Lines{"8 1", "4 1"});
  CHECK(resources(broker, {2, 3}) == Lines{"error 35"});
  CHECK(resources(broker, {}, 0) == Lines{"16 m"});
}

TEST_CASE("describe producers: epochs, sequences and unknown partitions") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  REQUIRE(produce(broker, "t", 0, sequenced(7, 3, 0, 5)).error_code == 0);
  protocol::DescribeProducersRequest request;
  request.topics.push_back({"t", {0, 1, 9}, {}});
  request.topics.push_back({"nope", {0}, {}});
  request.topics.push_back({"a b", {0}, {}});
  const auto answer = broker.call<protocol::DescribeProducersResponse>(request, 0);
  const auto& partitions = answer.topics[0].partitions;
  REQUIRE(partitions[0].active_producers.size() == 1);
  const auto& producer = partitions[0].active_producers[0];
  CHECK(producer.producer_id == 7);
  CHECK(producer.producer_epoch == 3);
  CHECK(producer.last_sequence == 4);
  CHECK(producer.last_timestamp == 1'700'000'000'000);
  CHECK(producer.coordinator_epoch == -1);
  CHECK(producer.current_txn_start_offset == -1);
  CHECK(partitions[1].active_producers.empty());
  CHECK(partitions[2].error_code == 3);
  CHECK(partitions[2].error_message == std::nullopt);
  CHECK(answer.topics[1].partitions[0].error_code == 3);
  CHECK(answer.topics[1].partitions[0].error_message ==
        "This server does not host this topic-partition.");
  CHECK(answer.topics[2].partitions[0].error_code == 17);
}

TEST_CASE("alter replica log dirs: to its own directory 0, to another 57, unknown partitions 3") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  protocol::AlterReplicaLogDirsRequest request;
  request.dirs.push_back({"/elsewhere", {{"t", {0, 1}, {}}}, {}});
  request.dirs.push_back({broker.path, {{"t", {0, 9}, {}}, {"nope", {0}, {}}}, {}});
  const auto answer = broker.call<protocol::AlterReplicaLogDirsResponse>(request, 1);
  REQUIRE(answer.results.size() == 2);
  CHECK(answer.results[0].topic_name == "nope");
  CHECK(answer.results[0].partitions[0].error_code == 3);
  REQUIRE(answer.results[1].partitions.size() == 3);
  CHECK(answer.results[1].partitions[0].error_code == 0);
  CHECK(answer.results[1].partitions[1].error_code == 57);
  CHECK(answer.results[1].partitions[2].error_code == 3);
}

TEST_CASE("alter partition reassignments: to itself 0, elsewhere 39, cancelling nothing 85") {
  BrokerFixture broker;
  create_topic(broker, "t", 5);
  protocol::AlterPartitionReassignmentsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  using Replicas = std::optional<std::vector<int32_t>>;
  const std::vector<std::pair<int32_t, Replicas>> wanted = {
      {0, Replicas{{1}}}, {1, Replicas{{2}}},    {2, std::nullopt},    {99, Replicas{{1}}},
      {3, std::vector<int32_t>{}},  {4, Replicas{{1, 1}}}, {0, Replicas{{1, 2}}}};
  for (const auto& [number, replicas] : wanted) topic.partitions.push_back({number, replicas, {}});
  request.topics.push_back({"nope", {{0, Replicas{{1}}, {}}}, {}});
  const auto answer = broker.call<protocol::AlterPartitionReassignmentsResponse>(request, 1);
  CHECK(answer.error_code == 0);
  std::vector<Answer> answers;
  for (const auto& partition : answer.responses[0].partitions)
    answers.emplace_back(partition.error_code, partition.error_message);
  CHECK(answers ==
        std::vector<Answer>{
            {0, std::nullopt},
            {39,
             "The manual partition assignment includes broker 2, but no such broker is "
             "registered."},
            {85, std::nullopt},
            {3, "Unable to find partition t:99."},
            {39, "The manual partition assignment includes an empty replica list."},
            {39, "The manual partition assignment includes the broker 1 more than once."},
            {39,
             "The manual partition assignment includes broker 2, but no such broker is "
             "registered."}});
  CHECK(answer.responses[1].partitions[0].error_message == "Unable to find a topic named nope.");
}

TEST_CASE("list partition reassignments: there are none") {
  BrokerFixture broker;
  protocol::ListPartitionReassignmentsRequest request;
  request.topics.emplace();
  request.topics->push_back({"nope", {0}, {}});
  const auto answer = broker.call<protocol::ListPartitionReassignmentsResponse>(request, 0);
  CHECK(answer.error_code == 0);
  CHECK(answer.error_message == std::nullopt);
  CHECK(answer.topics.empty());
}

TEST_CASE("elect leaders: nothing to do is 84 for what is named, and no entry for the rest") {
  BrokerFixture broker;
  create_topic(broker, "t");
  protocol::ElectLeadersRequest request;
  request.topic_partitions.emplace();
  request.topic_partitions->push_back({"t", {0, 99}, {}});
  request.topic_partitions->push_back({"nope", {0}, {}});
  const auto named = broker.call<protocol::ElectLeadersResponse>(request, 2);
  CHECK(named.error_code == 0);
  const auto& results = named.replica_election_results;
  CHECK(results[0].partition_result[0].error_code == 84);
  CHECK(results[0].partition_result[0].error_message ==
        "Leader election not needed for topic partition.");
  CHECK(results[0].partition_result[1].error_code == 3);
  CHECK(results[0].partition_result[1].error_message == "No such partition as t-99");
  CHECK(results[1].partition_result[0].error_message == "No such topic as nope");
  request.topic_partitions = std::nullopt;
  const auto all = broker.call<protocol::ElectLeadersResponse>(request, 1);
  REQUIRE(all.replica_election_results.size() == 1);
  CHECK(all.replica_election_results[0].partition_result.empty());
  request.election_type = 7;
  CHECK(broker.call<protocol::ElectLeadersResponse>(request, 2).error_code == 42);
  request.topic_partitions.emplace();  // of nothing, no type is wrong
  CHECK(broker.call<protocol::ElectLeadersResponse>(request, 2).error_code == 0);
}

TEST_CASE("describe quorum: this node alone, for the metadata log and nothing else") {
  BrokerFixture broker;
  create_topic(broker, "t");
  protocol::DescribeQuorumRequest request;
  request.topics.push_back({"__cluster_metadata", {{0, {}}}, {}});
  const auto answer = broker.call<protocol::DescribeQuorumResponse>(request, 2);
  const auto& partition = answer.topics[0].partitions[0];
  CHECK(partition.error_code == 0);
  CHECK(partition.leader_id == 1);
  CHECK(partition.leader_epoch == 1);
  REQUIRE(partition.current_voters.size() == 1);
  CHECK(partition.current_voters[0].replica_id == 1);
  CHECK(!partition.current_voters[0].replica_directory_id.is_zero());
  CHECK(partition.current_voters[0].log_end_offset == partition.high_watermark);
  CHECK(partition.high_watermark > 5);
  CHECK(partition.observers.empty());
  REQUIRE(answer.nodes.size() == 1);
  CHECK(answer.nodes[0].node_id == 1);
  CHECK(broker.call<protocol::DescribeQuorumResponse>(request, 0).topics[0].partitions.size() == 1);
  request.topics[0].partitions.push_back({1, {}});
  const auto refused = broker.call<protocol::DescribeQuorumResponse>(request, 1);
  CHECK(refused.error_code == 0);
  for (const auto& entry : refused.topics[0].partitions) CHECK(entry.error_code == 3);
  request.topics[0] = {"t", {{0, {}}}, {}};
  const auto other = broker.call<protocol::DescribeQuorumResponse>(request, 2);
  CHECK(other.error_code == 0);
  CHECK(other.topics[0].partitions[0].error_code == 3);
}

protocol::UpdateFeaturesRequest feature(std::string name, int16_t level, int8_t upgrade_type = 1) {
  protocol::UpdateFeaturesRequest request;
  request.feature_updates.push_back({std::move(name), level, false, upgrade_type, {}});
  return request;
}

Answer update(BrokerFixture& broker, const protocol::UpdateFeaturesRequest& request) {
  const auto answer = broker.call<protocol::UpdateFeaturesResponse>(request, 2);
  return {answer.error_code, answer.error_message};
}

TEST_CASE("update features: metadata.version goes up, and never down") {
  BrokerFixture broker;
  CHECK(update(broker, feature("metadata.version", 25)) == Answer{0, std::nullopt});
  CHECK(update(broker, feature("metadata.version", 27)) == Answer{0, std::nullopt});
  CHECK(update(broker, feature("metadata.version", 25, 2)) ==
        Answer{95,
               "The update failed for all features since the following feature had an error: "
               "Unsupported metadata.version downgrade from 27 to 25. Refusing to perform the "
               "requested downgrade because it might delete metadata information."});
  create_topic(broker, "still-works");
}

TEST_CASE("update features: what is refused, and in which words") {
  BrokerFixture broker;
  const auto refusal = [&](const protocol::UpdateFeaturesRequest& request) {
    const Answer answer = update(broker, request);
    CHECK(answer.first == 95);
    constexpr std::string_view kPrefix =
        "The update failed for all features since the following feature had an error: Invalid "
        "update version ";
    REQUIRE(answer.second->starts_with(kPrefix));
    return answer.second->substr(kPrefix.size());
  };
  CHECK(refusal(feature("metadata.version", 34)) ==
        "34 for feature metadata.version. Local controller 1 only supports versions 7-33");
  CHECK(refusal(feature("metadata.version", 24)) ==
        "24 for feature metadata.version. Can't downgrade the version of this feature without "
        "setting the upgrade type to either safe or unsafe downgrade.");
  CHECK(refusal(feature("metadata.version", 33, 2)) ==
        "33 for feature metadata.version. Can't downgrade to a newer version.");
  CHECK(refusal(feature("bogus", 1)) ==
        "1 for feature bogus. Local controller 1 does not support this feature.");
  CHECK(refusal(feature("kraft.version", 0, 2)) ==
        "0 for feature kraft.version. Can't downgrade the version of this feature.");
  CHECK(refusal(feature("kraft.version", -1)) ==
        "-1 for feature kraft.version. A feature version cannot be less than 0.");
  CHECK(refusal(feature("kraft.version", 1, 9)) ==
        "1 for feature kraft.version. The controller does not support the given upgrade type.");
}

TEST_CASE("update features: up to version 1 each feature has a result, NONE when it was made") {
  BrokerFixture broker;
  const auto answer =
      broker.call<protocol::UpdateFeaturesResponse>(feature("metadata.version", 25), 1);
  CHECK(answer.error_code == 0);
  CHECK(answer.error_message == std::nullopt);
  REQUIRE(answer.results.size() == 1);
  CHECK(answer.results[0].feature == "metadata.version");
  CHECK(answer.results[0].error_code == 0);
  CHECK(answer.results[0].error_message == "NONE");
  CHECK(broker.call<protocol::UpdateFeaturesResponse>(feature("bogus", 1), 1).results.empty());
}

TEST_CASE("update features: one that cannot be keeps the others from being made") {
  BrokerFixture broker;
  auto request = feature("metadata.version", 27);
  request.feature_updates.push_back(feature("bogus", 1).feature_updates[0]);
  CHECK(update(broker, request).first == 95);
  CHECK(update(broker, feature("metadata.version", 26)) == Answer{0, std::nullopt});
  auto check = feature("metadata.version", 27);
  check.validate_only = true;
  CHECK(update(broker, check) == Answer{0, std::nullopt});
  CHECK(update(broker, feature("metadata.version", 26, 2)) == Answer{0, std::nullopt});
}

TEST_CASE("unregister broker and controller: only those that are registered, never this node") {
  BrokerFixture broker;
  const auto code = [&](int32_t broker_id) {
    return broker
        .call<protocol::UnregisterBrokerResponse>(
            protocol::UnregisterBrokerRequest{.broker_id = broker_id}, 0)
        .error_code;
  };
  CHECK(code(99) == 102);
  CHECK(code(-1) == 102);
  CHECK(code(1) == 42);
  const auto controller = [&] {
    const auto answer = broker.call<protocol::UnregisterControllerResponse>(
        protocol::UnregisterControllerRequest{.controller_id = 99}, 0);
    return Answer{answer.error_code, answer.error_message};
  };
  CHECK(controller() ==
        Answer{35, "The current MetadataVersion is too old to support controller unregistration."});
  REQUIRE(update(broker, feature("metadata.version", 33)).first == 0);
  CHECK(controller() == Answer{136, "Controller ID 99 is not currently registered."});
}

}  // namespace
}  // namespace spool::broker::cluster_admin_test
