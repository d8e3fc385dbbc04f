#include <algorithm>
#include <set>

#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/describe_cluster.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/describe_log_dirs.h"
#include "core/protocol/messages/describe_topic_partitions.h"
#include "tests/unit/broker/handlers/broker_fixture.h"

namespace spool::broker::describe_test {
namespace {

void create(BrokerFixture& broker, const std::string& name, int32_t partitions,
            std::vector<std::pair<std::string, std::string>> configs = {}) {
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = 1;
  for (auto& [key, value] : configs) topic.configs.push_back({key, value, {}});
  REQUIRE(broker.call<protocol::CreateTopicsResponse>(request, 7).topics[0].error_code == 0);
}

using Configs = protocol::DescribeConfigsResponse;

struct Asked {
  int8_t type;
  std::string name;
  std::optional<std::vector<std::string>> keys = std::nullopt;
};

Configs describe(BrokerFixture& broker, const Asked& asked, int16_t version = 4,
                 bool synonyms = true, bool docs = false) {
  protocol::DescribeConfigsRequest request;
  request.resources.push_back({asked.type, asked.name, asked.keys, {}});
  request.include_synonyms = synonyms;
  request.include_documentation = version >= 3 && docs;
  return broker.call<Configs>(request, version);
}

const Configs::DescribeConfigsResourceResult& entry(const Configs& answer, std::string_view name) {
  const auto& configs = answer.results[0].configs;
  const auto at = std::ranges::find(configs, name, &Configs::DescribeConfigsResourceResult::name);
  REQUIRE(at != configs.end());
  return *at;
}

TEST_CASE("describe configs: a topic has 37 entries, overrides first") {
  BrokerFixture broker;
  create(broker, "t", 1, {{"retention.ms", "5"}});
  const Configs all = describe(broker, {2, "t"});
  CHECK(all.results[0].error_code == 0);
  CHECK(all.results[0].configs.size() == 37);
  const auto& retention = entry(all, "retention.ms");
  CHECK(retention.value == "5");
  CHECK(retention.config_source == 1);
  CHECK(retention.config_type == 5);
  CHECK(retention.documentation == std::nullopt);
  REQUIRE(retention.synonyms.size() == 1);
  CHECK(retention.synonyms[0].name == "retention.ms");
  CHECK(entry(all, "cleanup.policy").config_source == 5);
  CHECK(entry(all, "cleanup.policy").synonyms[0].name == "log.cleanup.policy");
  CHECK(entry(all, "remote.storage.enable").synonyms.empty());
}

TEST_CASE(
    "describe configs: keys choose, none mean all; synonyms and documentation only when asked") {
  BrokerFixture broker;
  create(broker, "t", 1);
  CHECK(describe(broker, {2, "t", std::vector<std::string>{}}).results[0].configs.size() == 37);
  const Configs one = describe(
      broker, {2, "t", std::vector<std::string>{"segment.bytes", "no.such"}}, 4, false, true);
  REQUIRE(one.results[0].configs.size() == 1);
  CHECK(one.results[0].configs[0].name == "segment.bytes");
  CHECK(one.results[0].configs[0].synonyms.empty());
  CHECK(!one.results[0].configs[0].documentation->empty());
}

TEST_CASE("describe configs: this broker by its id, the cluster's defaults by an empty name") {
  BrokerFixture broker("log.retention.hours=5\nssl.key.password=secret");
  const Configs own = describe(broker, {4, "1"});
  CHECK(own.results[0].configs.size() >= 350);
  const auto& hours = entry(own, "log.retention.hours");
  CHECK(hours.value == "5");
  CHECK(hours.config_source == 4);
  CHECK(hours.read_only);
  CHECK(entry(own, "ssl.key.password").value == std::nullopt);
  CHECK(entry(own, "ssl.key.password").is_sensitive);
  CHECK(!entry(own, "log.retention.ms").read_only);
  CHECK(describe(broker, {4, ""}).results[0].error_code == 0);
}

TEST_CASE("describe configs: refusals") {
  BrokerFixture broker;
  const auto code = [&](int8_t type, std::string name) {
    return describe(broker, {type, std::move(name)}).results[0].error_code;
  };
  CHECK(code(2, "no-such-topic") == 3);
  CHECK(code(2, "a b") == 17);
  CHECK(code(2, "") == 17);
  CHECK(code(4, "7") == 42);
  CHECK(code(4, "x") == 42);
  CHECK(code(8, "1") == 0);
  CHECK(code(8, "7") == 42);
  CHECK(code(8, "x") == 42);
  CHECK(code(8, "") == 42);
  CHECK(code(16, "") == 42);
  CHECK(code(32, "") == 42);
  CHECK(code(99, "x") == 42);
  CHECK(code(0, "x") == 42);
}

TEST_CASE("describe configs: one type that does not exist spoils the request") {
  BrokerFixture broker;
  create(broker, "t", 1);
  protocol::DescribeConfigsRequest request;
  for (const int8_t type : {int8_t{2}, int8_t{3}}) request.resources.push_back({type, "t", {}, {}});
  const auto answer = broker.call<Configs>(request, 4);
  REQUIRE(answer.results.size() == 2);
  for (const auto& result : answer.results) {
    CHECK(result.error_code == 42);
    CHECK(result.error_message->starts_with("This most likely occurs because of a request being"));
    CHECK(result.configs.empty());
  }
}

TEST_CASE("describe configs: loggers and their levels") {
  BrokerFixture broker;
  const Configs all = describe(broker, {8, "1"});
  CHECK(all.results[0].configs.size() == 9);
  const auto& root = entry(all, "root");
  CHECK(root.value == "INFO");
  CHECK(root.config_source == 6);
  CHECK(root.config_type == 0);
  CHECK(!root.read_only);
  CHECK(entry(all, "kafka.server.KafkaApis").value == "INFO");
  CHECK(entry(all, "org.apache.kafka.storage.internals.log.LogCleaner").value == "INFO");
  CHECK(describe(broker, {8, "1", std::vector<std::string>{"root", "nope"}})
            .results[0]
            .configs.size() == 1);
}

TEST_CASE("describe configs: groups and client metrics answer their defaults") {
  BrokerFixture broker;
  CHECK(describe(broker, {32, "g"}).results[0].configs.size() == 21);
  CHECK(describe(broker, {16, "m"}).results[0].configs.size() == 3);
}

TEST_CASE("describe configs: every served version answers") {
  BrokerFixture broker;
  create(broker, "t", 1);
  for (int16_t version = 1; version <= 4; ++version)
    CHECK(describe(broker, {2, "t"}, version).results[0].configs.size() == 37);
}

TEST_CASE("describe cluster: this broker is all there is") {
  BrokerFixture broker;
  protocol::DescribeClusterRequest request;
  for (int16_t version = 0; version <= 2; ++version) {
    const auto answer = broker.call<protocol::DescribeClusterResponse>(request, version);
    CHECK(answer.error_code == 0);
    CHECK(answer.cluster_id.size() == 22);
    CHECK(answer.controller_id == 1);
    REQUIRE(answer.brokers.size() == 1);
    CHECK(answer.brokers[0].broker_id == 1);
    CHECK(answer.cluster_authorized_operations == INT32_MIN);
  }
  request.include_cluster_authorized_operations = true;
  request.include_fenced_brokers = true;
  const auto answer = broker.call<protocol::DescribeClusterResponse>(request, 2);
  CHECK(answer.cluster_authorized_operations == 8096);
  CHECK(answer.brokers.size() == 1);
}

TEST_CASE("describe cluster: controllers asked of a broker are 114, other types 115") {
  BrokerFixture broker;
  protocol::DescribeClusterRequest request;
  request.endpoint_type = 2;
  CHECK(broker.call<protocol::DescribeClusterResponse>(request, 1).error_code == 114);
  request.endpoint_type = 3;
  CHECK(broker.call<protocol::DescribeClusterResponse>(request, 1).error_code == 115);
}

using Partitions = protocol::DescribeTopicPartitionsResponse;

Partitions page(BrokerFixture& broker, std::vector<std::string> names, int32_t limit,
                std::optional<std::pair<std::string, int32_t>> cursor = std::nullopt) {
  protocol::DescribeTopicPartitionsRequest request;
  for (std::string& name : names) request.topics.push_back({std::move(name), {}});
  request.response_partition_limit = limit;
  if (cursor) {
    request.cursor = protocol::DescribeTopicPartitionsRequest::Cursor{};
    request.cursor->topic_name = cursor->first;
    request.cursor->partition_index = cursor->second;
  }
  return broker.call<Partitions>(request, 0);
}

/// "name:first-last" of each topic, then the cursor.
std::string shown(const Partitions& answer) {
  std::string out;
  for (const auto& topic : answer.topics) {
    out += *topic.name + ":";
    if (topic.error_code != 0) out += "error " + std::to_string(topic.error_code);
    if (!topic.partitions.empty())
      out += std::to_string(topic.partitions.front().partition_index) + "-" +
             std::to_string(topic.partitions.back().partition_index);
    out += " ";
  }
  if (answer.next_cursor)
    out += "next " + answer.next_cursor->topic_name + " " +
           std::to_string(answer.next_cursor->partition_index);
  return out;
}

TEST_CASE("describe topic partitions: sorted by name, cut by partitions, continued by the cursor") {
  BrokerFixture broker;
  create(broker, "b", 3);
  create(broker, "a", 2);
  CHECK(shown(page(broker, {}, 2000)) == "a:0-1 b:0-2 ");
  CHECK(shown(page(broker, {"b", "a", "b"}, 2000)) == "a:0-1 b:0-2 ");
  CHECK(shown(page(broker, {}, 3)) == "a:0-1 b:0-0 next b 1");
  CHECK(shown(page(broker, {}, 2)) == "a:0-1 next b 0");
  CHECK(shown(page(broker, {}, 0)) == "a:0-0 next a 1");
  CHECK(shown(page(broker, {}, -5)) == "a:0-0 next a 1");
  CHECK(shown(page(broker, {}, 3, {{"b", 1}})) == "b:1-2 ");
  CHECK(shown(page(broker, {"a", "b"}, 3, {{"b", 1}})) == "b:1-2 ");
  CHECK(shown(page(broker, {}, 3, {{"b", 9}})) == "b: ");
}

TEST_CASE("describe topic partitions: the broker's own limit holds") {
  BrokerFixture broker("max.request.partition.size.limit=1");
  create(broker, "a", 2);
  CHECK(shown(page(broker, {}, 2000)) == "a:0-0 next a 1");
}

TEST_CASE("describe topic partitions: unknown is 3, impossible 17, a wrong cursor 42") {
  BrokerFixture broker;
  create(broker, "a", 2);
  CHECK(shown(page(broker, {"nope", "a b", "a"}, 2000)) == "a:0-1 a b:error 17 nope:error 3 ");
  CHECK(page(broker, {"nope"}, 2000).topics.at(0).topic_authorized_operations == 3576);
  CHECK(shown(page(broker, {"a"}, 2000, {{"a", -1}})) == "a:error 42 ");
  CHECK(shown(page(broker, {"a"}, 2000, {{"b", 0}})) == "a:error 42 ");
}

TEST_CASE("describe topic partitions: an empty name is -1 for all, behind a cursor it is 17") {
  BrokerFixture broker;
  create(broker, "a", 1);
  const Partitions answer = page(broker, {"a", "", "a"}, 2000);
  CHECK(shown(answer) == "a:error -1 :error -1 a:error -1 ");
  CHECK(answer.topics[0].topic_authorized_operations == INT32_MIN);
  CHECK(shown(page(broker, {"a", ""}, 2000, {{"", 0}})) == ":error 17 a:0-0 ");
}

TEST_CASE("describe topic partitions: leader, replicas and operations are those of the one node") {
  BrokerFixture broker;
  create(broker, "a", 1);
  const Partitions answer = page(broker, {"a"}, 10);
  CHECK(!answer.topics[0].topic_id.is_zero());
  CHECK(!answer.topics[0].is_internal);
  CHECK(answer.topics[0].topic_authorized_operations == 3576);
  const auto& partition = answer.topics[0].partitions[0];
  CHECK(partition.leader_id == 1);
  CHECK(partition.leader_epoch == 0);
  CHECK(partition.replica_nodes == std::vector<int32_t>{1});
  CHECK(partition.isr_nodes == std::vector<int32_t>{1});
  CHECK(partition.eligible_leader_replicas->empty());
  CHECK(partition.offline_replicas.empty());
}

using LogDirs = protocol::DescribeLogDirsResponse;

LogDirs log_dirs(BrokerFixture& broker,
                 std::optional<std::vector<std::pair<std::string, std::vector<int32_t>>>> topics,
                 int16_t version = 5) {
  protocol::DescribeLogDirsRequest request;
  request.topics = std::nullopt;
  if (topics) {
    request.topics.emplace();
    for (auto& [name, partitions] : *topics) request.topics->push_back({name, partitions, {}});
  }
  return broker.call<LogDirs>(request, version);
}

TEST_CASE("describe log dirs: the directory, its volume and its partitions") {
  BrokerFixture broker;
  create(broker, "a", 2);
  for (int16_t version = 1; version <= 5; ++version) {
    const LogDirs answer = log_dirs(broker, std::nullopt, version);
    REQUIRE(answer.results.size() == 1);
    CHECK(answer.results[0].error_code == 0);
    CHECK(answer.results[0].log_dir == broker.path);
    CHECK((answer.results[0].total_bytes > 0) == (version >= 4));
    CHECK((answer.results[0].usable_bytes >= 0) == (version >= 4));
    REQUIRE(answer.results[0].topics.size() == 1);
    CHECK(answer.results[0].topics[0].partitions.size() == 2);
    CHECK(answer.results[0].topics[0].partitions[0].partition_size == 0);
    CHECK(!answer.results[0].topics[0].partitions[0].is_future_key);
  }
}

TEST_CASE("describe log dirs: what is not there is left out") {
  BrokerFixture broker;
  create(broker, "a", 2);
  const LogDirs answer = log_dirs(broker, {{{"a", {1, 7}}, {"nope", {0}}}});
  REQUIRE(answer.results[0].topics.size() == 1);
  REQUIRE(answer.results[0].topics[0].partitions.size() == 1);
  CHECK(answer.results[0].topics[0].partitions[0].partition_index == 1);
  CHECK(log_dirs(broker, std::vector<std::pair<std::string, std::vector<int32_t>>>{})
            .results[0]
            .topics.empty());
}

}  // namespace
}  // namespace spool::broker::describe_test
