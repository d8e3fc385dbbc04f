#include "broker/handlers/alter_configs.h"

#include "core/protocol/messages/alter_configs.h"
#include "tests/unit/broker/handlers/admin_calls.h"

namespace spool::broker::alter_configs_test {
namespace {

using Answer = std::pair<int, std::optional<std::string>>;
using Shown = std::pair<std::optional<std::string>, int>;
const Answer kDone{0, std::nullopt};

enum Type : int8_t { kTopic = 2, kBroker = 4, kLogger = 8, kMetrics = 16, kGroup = 32 };
enum Op : int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };
constexpr int kFromTopic = 1, kFromBroker = 2, kFromCluster = 3, kFromDefault = 5;

TEST_CASE("incremental alter configs: a topic's setting acts at once and goes away again") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(produce(broker, "t", 0, batch_of(std::string(500, 'x'))).error_code == 0);
  CHECK(alter(broker, kTopic, "t", {{"max.message.bytes", kSet, "200"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "max.message.bytes") == Shown{"200", kFromTopic});
  CHECK(produce(broker, "t", 0, batch_of(std::string(500, 'x'))).error_code == 10);
  CHECK(alter(broker, kTopic, "t", {{"max.message.bytes", kDelete, "ignored"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "max.message.bytes") == Shown{"1048588", kFromDefault});
  CHECK(produce(broker, "t", 0, batch_of(std::string(500, 'x'))).error_code == 0);
}

TEST_CASE("incremental alter configs: retention acts on what is there at its next look") {
  BrokerFixture broker(
      "listeners=PLAINTEXT://127.0.0.1:0\nlog.retention.check.interval.ms=1\n"
      "log.initial.task.delay.ms=0",
      Broker::Access::serve);
  create_topic(broker, "t", 1, {{"retention.ms", "-1"}});
  CHECK(produce(broker, "t", 0, batch_of("of 2023")).error_code == 0);
  CHECK(lines_from(broker, "t", 0) == Lines{"0 null=of 2023"});
  CHECK(alter(broker, kTopic, "t", {{"retention.ms", kSet, "1000"}}) == kDone);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (fetch(broker, fetch_request("t", 0, 0)).error_code == 0)
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  CHECK(fetch(broker, fetch_request("t", 0, 0)).error_code == 1);
  CHECK(fetch(broker, fetch_request("t", 0, 1)).log_start_offset == 1);
}

TEST_CASE("incremental alter configs: cleanup.policy acts at once") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(produce(broker, "t", 0, batch_of("no key")).error_code == 0);
  CHECK(alter(broker, kTopic, "t", {{"cleanup.policy", kAppend, "compact"}}) == kDone);
  CHECK(produce(broker, "t", 0, batch_of("no key")).error_code == 87);
}

TEST_CASE("incremental alter configs: topics that are not there, cannot be, or have no name") {
  BrokerFixture broker;
  const std::vector<ConfigOp> ops{{"retention.ms", kSet, "1000"}};
  CHECK(alter(broker, kTopic, "nope", ops) == Answer{3, "The topic 'nope' does not exist."});
  CHECK(alter(broker, kTopic, "a b", ops) ==
        Answer{17,
               "Topic name is invalid: 'a b' contains one or more characters other than ASCII "
               "alphanumerics, '.', '_' and '-'"});
  CHECK(alter(broker, kTopic, "", ops) == Answer{42, "Default topic resources are not allowed."});
}

TEST_CASE("incremental alter configs: names and values of a topic are checked") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(alter(broker, kTopic, "t", {{"bogus", kSet, "1"}}) ==
        Answer{40, "Unknown topic config name: bogus"});
  CHECK(alter(broker, kTopic, "t", {{"bogus", kDelete, std::nullopt}}) == kDone);
  CHECK(alter(broker, kTopic, "t", {{"retention.ms", kSet, "abc"}}) ==
        Answer{40, "Invalid value abc for configuration retention.ms: Not a number of type LONG"});
  CHECK(alter(broker, kTopic, "t", {{"retention.ms", kSet, std::nullopt}}) ==
        Answer{42, "Null value not supported for : retention.ms"});
  CHECK(alter(broker, kTopic, "t", {{"retention.ms", 9, "7"}}) == Answer{-1, std::nullopt});
  CHECK(alter(broker, kTopic, "t", {{"retention.ms", kSet, "7"}, {"retention.ms", kDelete, {}}}) ==
        Answer{42, "Error due to duplicate config keys"});
  CHECK(alter(broker, kTopic, "t",
              {{"min.compaction.lag.ms", kSet, "100"}, {"max.compaction.lag.ms", kSet, "50"}}) ==
        Answer{40,
               "conflict topic config setting min.compaction.lag.ms (100) > "
               "max.compaction.lag.ms (50)"});
  CHECK(config_of(broker, kTopic, "t", "retention.ms") == Shown{"604800000", kFromDefault});
}

TEST_CASE("incremental alter configs: items of lists, and of lists only") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(alter(broker, kTopic, "t", {{"retention.ms", kAppend, "7"}}) ==
        Answer{40, "Can't APPEND to key retention.ms because its type is not LIST."});
  CHECK(alter(broker, kTopic, "t", {{"bogus", kSubtract, "7"}}) ==
        Answer{40, "Can't SUBTRACT to key bogus because its type is not LIST."});
  CHECK(alter(broker, kTopic, "t", {{"cleanup.policy", kAppend, "zzz"}}) ==
        Answer{40,
               "Invalid value zzz for configuration cleanup.policy: String must be one of: "
               "compact, delete"});
  // What is there already becomes a setting of the topic.
  CHECK(alter(broker, kTopic, "t", {{"cleanup.policy", kAppend, "delete"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "cleanup.policy") == Shown{"delete", kFromTopic});
  CHECK(alter(broker, kTopic, "t", {{"cleanup.policy", kAppend, "compact"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "cleanup.policy") == Shown{"delete,compact", kFromTopic});
  CHECK(alter(broker, kTopic, "t", {{"cleanup.policy", kSubtract, "delete,compact"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "cleanup.policy") == Shown{"", kFromTopic});
}

TEST_CASE("incremental alter configs: a resource named twice is 42 in both entries") {
  BrokerFixture broker;
  create_topic(broker, "t");
  create_topic(broker, "u");
  auto request = alteration(kTopic, "t", {{"retention.ms", kSet, "7"}});
  for (const char* name : {"t", "u"})
    request.resources.push_back(
        alteration(kTopic, name, {{"retention.bytes", kSet, "7"}}).resources[0]);
  const auto answer = broker.call<protocol::IncrementalAlterConfigsResponse>(request, 0);
  REQUIRE(answer.responses.size() == 3);
  CHECK(answer.responses[0].error_code == 42);
  CHECK(answer.responses[1].error_code == 42);
  CHECK(answer.responses[1].error_message == "Each resource must appear at most once.");
  CHECK(answer.responses[2].error_code == 0);
  CHECK(config_of(broker, kTopic, "t", "retention.ms").second == kFromDefault);
  CHECK(config_of(broker, kTopic, "u", "retention.bytes") == Shown{"7", kFromTopic});
}

TEST_CASE("incremental alter configs: validate_only checks and changes nothing") {
  BrokerFixture broker;
  create_topic(broker, "t");
  auto request = alteration(kTopic, "t", {{"retention.ms", kSet, "7"}});
  request.validate_only = true;
  CHECK(
      broker.call<protocol::IncrementalAlterConfigsResponse>(request, 1).responses[0].error_code ==
      0);
  CHECK(config_of(broker, kTopic, "t", "retention.ms").second == kFromDefault);
}

TEST_CASE("incremental alter configs: this broker's value beats the cluster's, both reach topics") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(alter(broker, kBroker, "", {{"message.max.bytes", kSet, "300"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "max.message.bytes") == Shown{"300", kFromCluster});
  CHECK(produce(broker, "t", 0, batch_of(std::string(500, 'x'))).error_code == 10);
  CHECK(alter(broker, kBroker, "1", {{"message.max.bytes", kSet, "1000"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "max.message.bytes") == Shown{"1000", kFromBroker});
  CHECK(produce(broker, "t", 0, batch_of(std::string(500, 'x'))).error_code == 0);
  CHECK(alter(broker, kBroker, "1", {{"message.max.bytes", kDelete, std::nullopt}}) == kDone);
  CHECK(produce(broker, "t", 0, batch_of(std::string(500, 'x'))).error_code == 10);
}

TEST_CASE("incremental alter configs: what a broker refuses about itself is 42") {
  BrokerFixture broker;
  const auto refusal = [&](const char* name, const char* key, const char* value) {
    const Answer answer = alter(broker, kBroker, name, {{key, kSet, value}});
    CHECK(answer.first == 42);
    return answer.second.value_or("");
  };
  CHECK(refusal("2", "log.retention.ms", "1000") ==
        "Unexpected broker id, expected 1, but received 2");
  CHECK(refusal("x", "log.retention.ms", "1000") == "Node id must be an integer, but it is: x");
  CHECK(refusal("1", "broker.id", "7") == "Cannot update these configs dynamically: [broker.id]");
  CHECK(refusal("", "num.partitions", "7") ==
        "Cannot update these configs dynamically: [num.partitions]");
  CHECK(refusal("", "listeners", "PLAINTEXT://:1") ==
        "Cannot update these configs at default cluster level, broker id must be specified: "
        "[listeners]");
  CHECK(refusal("1", "ssl.keystore.location", "/x") ==
        "These security configs can be dynamically updated only per-listener using the listener "
        "prefix: [ssl.keystore.location]");
  CHECK(refusal("1", "log.retention.ms", "abc") ==
        "Invalid value abc for configuration log.retention.ms: Not a number of type LONG");
  CHECK(refusal("1", "log.retention.ms", "0") ==
        "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to "
        "1");
  for (const char* rate : {"leader.replication.throttled.rate", "follower.replication.throttled.rate",
                           "replica.alter.log.dirs.io.max.bytes.per.second"}) {
    CHECK(refusal("1", rate, "x") ==
          concat("Invalid value x for configuration ", rate, ": Not a number of type LONG"));
    CHECK(refusal("", rate, "-1") ==
          concat("Invalid value -1 for configuration ", rate, ": Value must be at least 0"));
  }
  CHECK(refusal("1", "num.io.threads", "100") ==
        "Dynamic thread count update validation failed for num.io.threads=100, value should not "
        "be greater than double the current value 8");
  CHECK(refusal("1", "num.io.threads", "3") ==
        "Dynamic thread count update validation failed for num.io.threads=3, value should be at "
        "least half the current value 8");
}

TEST_CASE("incremental alter configs: a setting of no table is kept and never shown") {
  BrokerFixture broker;
  CHECK(alter(broker, kBroker, "1", {{"plugin.secret", kSet, "7"}}) == kDone);
  CHECK(config_of(broker, kBroker, "1", "plugin.secret") == Shown{std::nullopt, kFromBroker});
  CHECK(alter(broker, kBroker, "1", {{"plugin.secret", kDelete, std::nullopt}}) == kDone);
}

TEST_CASE("incremental alter configs: what a logger refuses") {
  BrokerFixture broker;
  CHECK(alter(broker, kLogger, "1", {{"kafka", kSet, "DEBUG"}}) ==
        Answer{40, "Logger kafka does not exist!"});
  CHECK(alter(broker, kLogger, "1", {{"root", kSet, "info"}}) ==
        Answer{40,
               "Cannot set the log level of root to info as it is not a supported log level. Valid "
               "log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN"});
  CHECK(alter(broker, kLogger, "1", {{"root", kDelete, std::nullopt}}) ==
        Answer{42, "Removing the log level of the root logger is not allowed"});
  CHECK(alter(broker, kLogger, "1", {{"root", kAppend, "INFO"}}) ==
        Answer{42, "APPEND operation is not allowed for the BROKER_LOGGER resource"});
  CHECK(alter(broker, kLogger, "1", {{"root", 9, "INFO"}}) ==
        Answer{42, "Unknown operation type 9 is not allowed for the BROKER_LOGGER resource"});
  CHECK(alter(broker, kLogger, "2", {{"root", kSet, "DEBUG"}}) ==
        Answer{42, "Unexpected node id. Expected 1, but received 2"});
  CHECK(alter(broker, 99, "g", {{"a", kSet, "1"}}) == Answer{42, "Unknown resource type 99"});
  // One edit that cannot be keeps the others from being made.
  CHECK(alter(broker, kLogger, "1", {{"root", kSet, "ERROR"}, {"kafka", kSet, "ERROR"}}).first ==
        40);
  CHECK(config_of(broker, kLogger, "1", "root") == Shown{"INFO", 6});
}

TEST_CASE("incremental alter configs: a logger's level acts at once and goes with the process") {
  constexpr const char* kNetwork = "kafka.network.SocketServer";
  BrokerFixture broker;
  const auto closing_is_logged = [&](int16_t key) {
    Buffer frame;
    append_be<int16_t>(frame, key);
    append_be<int16_t>(frame, 0);
    append_be<int32_t>(frame, 0);
    append_be<int16_t>(frame, -1);
    CHECK(!broker.ask(frame).has_value());
    return broker.logger.has(concat("no API has the key ", key));
  };
  CHECK(closing_is_logged(1'001));
  CHECK(alter(broker, kLogger, "1", {{"root", kSet, "ERROR"}}) == kDone);
  CHECK(config_of(broker, kLogger, "1", kNetwork) == Shown{"ERROR", 6});
  CHECK(!closing_is_logged(1'002));
  CHECK(alter(broker, kLogger, "1", {{kNetwork, kSet, "DEBUG"}}) == kDone);
  CHECK(config_of(broker, kLogger, "1", kNetwork) == Shown{"DEBUG", 6});
  CHECK(closing_is_logged(1'003));
  CHECK(alter(broker, kLogger, "1", {{kNetwork, kDelete, std::nullopt}}) == kDone);
  CHECK(!closing_is_logged(1'004));
  auto request = alteration(kLogger, "1", {{"root", kSet, "TRACE"}});
  request.validate_only = true;
  CHECK(
      broker.call<protocol::IncrementalAlterConfigsResponse>(request, 1).responses[0].error_code ==
      0);
  CHECK(config_of(broker, kLogger, "1", "root") == Shown{"ERROR", 6});
  broker.restart();
  CHECK(config_of(broker, kLogger, "1", "root") == Shown{"INFO", 6});
}

TEST_CASE(
    "incremental alter configs: values are looked at before the topic, its name before them") {
  BrokerFixture broker;
  CHECK(alter(broker, kTopic, "nope", {{"bogus", kSet, "1"}}) ==
        Answer{40, "Unknown topic config name: bogus"});
  CHECK(alter(broker, kTopic, "nope", {{"retention.ms", kSet, "x"}}).first == 40);
  CHECK(alter(broker, kTopic, "a b", {{"bogus", kSet, "1"}}).first == 17);
  CHECK(alter(broker, kTopic, "", {{"bogus", kSet, "1"}}).first == 42);
}

TEST_CASE(
    "incremental alter configs: empty items of lists, and lists the controller does not know") {
  BrokerFixture broker;
  create_topic(broker, "t");
  for (const char* empty : {"", " "})
    CHECK(alter(broker, kTopic, "t", {{"cleanup.policy", kAppend, empty}}) ==
          Answer{40, "Configuration 'cleanup.policy' values must not be empty."});
  CHECK(alter(broker, kTopic, "t", {{"cleanup.policy", kSubtract, ""}}) == kDone);
  CHECK(alter(broker, kTopic, "t", {{"cleanup.policy", kAppend, "compact,"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "cleanup.policy") == Shown{"delete,compact", kFromTopic});
  CHECK(alter(broker, kMetrics, "m", {{"metrics", kAppend, "a"}}) ==
        Answer{40, "Can't APPEND to key metrics because its type is not LIST."});
  CHECK(alter(broker, kBroker, "1", {{"bogus", kAppend, "a"}}) ==
        Answer{40, "Unknown config name: bogus"});
}

TEST_CASE(
    "incremental alter configs: what Kafka requires of a broker's settings beyond their rows") {
  BrokerFixture broker;
  const auto refusal = [&](const char* key, const char* value) {
    const Answer answer = alter(broker, kBroker, "1", {{key, kSet, value}});
    CHECK(answer.first == 42);
    return answer.second.value_or("");
  };
  CHECK(refusal("log.roll.ms", "0") ==
        "requirement failed: log.roll.ms must be greater than or equal to 1");
  CHECK(refusal("log.cleaner.dedupe.buffer.size", "1048576") ==
        "requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner "
        "thread.");
  CHECK(refusal("max.connections", "0") == "Invalid max.connections 0");
  CHECK(refusal("max.connections.per.ip", "0") ==
        "requirement failed: max.connections.per.ip can be set to zero only if "
        "max.connections.per.ip.overrides property is set.");
  CHECK(refusal("max.connections.per.ip.overrides", "x") ==
        "Error parsing configuration property 'max.connections.per.ip.overrides': no HOST:COUNT: "
        "x");
  CHECK(alter(broker, kBroker, "1",
              {{"max.connections.per.ip", kSet, "0"},
               {"max.connections.per.ip.overrides", kSet, "127.0.0.1:5"}}) == kDone);
  CHECK(alter(broker, kBroker, "1", {{"cordoned.log.dirs", kSet, "*"}}) ==
        Answer{40,
               "The cordoned.log.dirs configuration value cannot be set because it requires "
               "metadata.version >= 4.3-IV0"});
  // Below 0 there is no limit, however far.
  create_topic(broker, "t");
  CHECK(alter(broker, kBroker, "1", {{"log.retention.ms", kSet, "-2"}}) == kDone);
  CHECK(config_of(broker, kTopic, "t", "retention.ms") == Shown{"-1", kFromBroker});
}

TEST_CASE("incremental alter configs: replication rates, and settings of one listener, are shown") {
  BrokerFixture broker;
  const auto shown = [&](const char* key) {
    protocol::DescribeConfigsRequest request;
    request.include_synonyms = true;
    request.resources.push_back({kBroker, "1", std::vector<std::string>{key}, {}});
    const auto answer = broker.call<protocol::DescribeConfigsResponse>(request, 4);
    if (answer.results[0].configs.empty()) return std::string("none");
    const auto& entry = answer.results[0].configs[0];
    std::string text =
        concat(entry.value.value_or("null"), " type ", static_cast<int>(entry.config_type),
               entry.read_only ? " fixed" : "", entry.is_sensitive ? " secret" : "");
    for (const auto& synonym : entry.synonyms)
      append_text(text, " ", synonym.name, "=", synonym.value.value_or("null"));
    return text;
  };
  CHECK(shown("leader.replication.throttled.rate") == "none");
  CHECK(alter(broker, kBroker, "1", {{"leader.replication.throttled.rate", kSet, "1000"}}) ==
        kDone);
  CHECK(shown("leader.replication.throttled.rate") ==
        "1000 type 5 leader.replication.throttled.rate=1000");
  constexpr const char* kOfListener = "listener.name.plaintext.max.connections";
  CHECK(alter(broker, kBroker, "1", {{kOfListener, kSet, "500"}}) == kDone);
  CHECK(shown(kOfListener) ==
        concat("500 type 3 fixed ", kOfListener, "=500 max.connections=2147483647"));
}

TEST_CASE("incremental alter configs: groups within the broker's bounds") {
  BrokerFixture broker;
  CHECK(alter(broker, kGroup, "g", {{"consumer.session.timeout.ms", kSet, "50000"}}) == kDone);
  CHECK(config_of(broker, kGroup, "g", "consumer.session.timeout.ms") == Shown{"50000", 8});
  CHECK(alter(broker, kGroup, "g", {{"consumer.session.timeout.ms", kSet, "1"}}) ==
        Answer{40, "consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive."});
  CHECK(alter(broker, kGroup, "g", {{"share.record.lock.duration.ms", kSet, "1000"}}) ==
        Answer{40, "share.record.lock.duration.ms must be in the range 15000 to 60000 inclusive."});
  CHECK(alter(broker, kGroup, "g", {{"bogus", kSet, "1"}}) ==
        Answer{40, "Unknown group config name: bogus"});
  CHECK(alter(broker, kGroup, "", {{"consumer.session.timeout.ms", kSet, "50000"}}) ==
        Answer{42, "Default group resources are not allowed."});
}

TEST_CASE("incremental alter configs: client metrics subscriptions") {
  BrokerFixture broker;
  CHECK(alter(broker, kMetrics, "m", {{"interval.ms", kSet, "1000"}}) == kDone);
  CHECK(alter(broker, kMetrics, "m", {{"match", kSet, "client_id=a.*,client_software_name=x"}}) ==
        kDone);
  CHECK(alter(broker, kMetrics, "m", {{"interval.ms", kSet, "1"}}) ==
        Answer{42,
               "Invalid value 1 for interval.ms, interval must be between 100 and 3600000 "
               "(1 hour)"});
  CHECK(alter(broker, kMetrics, "m", {{"bogus", kSet, "1"}}) ==
        Answer{42, "Unknown client metrics configuration: bogus"});
  CHECK(alter(broker, kMetrics, "m", {{"match", kSet, "client_id=[a"}}) ==
        Answer{40, "Illegal client matching pattern: client_id=[a"});
  CHECK(alter(broker, kMetrics, "m", {{"match", kSet, "foo=a.*"}}) ==
        Answer{40, "Illegal client matching pattern: foo=a.*"});
  CHECK(alter(broker, kMetrics, "", {{"interval.ms", kSet, "1000"}}) ==
        Answer{42, "Subscription name can't be empty"});
}

protocol::AlterConfigsRequest replacement(
    int8_t type, std::string name,
    std::vector<std::pair<std::string, std::optional<std::string>>> values) {
  protocol::AlterConfigsRequest request;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = type;
  asked.resource_name = std::move(name);
  for (auto& [key, value] : values) asked.configs.push_back({key, value, {}});
  return request;
}

TEST_CASE("alter configs: what is not named goes back to its default") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"retention.ms", "5"}, {"cleanup.policy", "compact"}});
  const auto answer = broker.call<protocol::AlterConfigsResponse>(
      replacement(kTopic, "t", {{"retention.bytes", "9"}}), 2);
  CHECK(answer.responses[0].error_code == 0);
  CHECK(answer.responses[0].error_message == std::nullopt);
  CHECK(config_of(broker, kTopic, "t", "retention.bytes") == Shown{"9", kFromTopic});
  CHECK(config_of(broker, kTopic, "t", "retention.ms").second == kFromDefault);
  CHECK(config_of(broker, kTopic, "t", "cleanup.policy") == Shown{"delete", kFromDefault});
}

TEST_CASE("alter configs: refusals leave everything as it was") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"retention.ms", "5"}});
  const auto refusal = [&](const protocol::AlterConfigsRequest& request) {
    const auto answer = broker.call<protocol::AlterConfigsResponse>(request, 0);
    return Answer{answer.responses[0].error_code, answer.responses[0].error_message};
  };
  CHECK(refusal(replacement(kTopic, "t", {{"retention.ms", std::nullopt}})) ==
        Answer{42, "Null value not supported for : retention.ms"});
  CHECK(refusal(replacement(kTopic, "t", {{"bogus", "5"}})) ==
        Answer{40, "Unknown topic config name: bogus"});
  CHECK(refusal(replacement(kTopic, "t", {{"segment.ms", "5"}, {"segment.ms", "6"}})) ==
        Answer{42, "Error due to duplicate config keys"});
  CHECK(refusal(replacement(kLogger, "1", {{"kafka", "INFO"}})) ==
        Answer{42, "Unknown resource type 8"});
  CHECK(refusal(replacement(kBroker, "9", {{"log.retention.ms", "5"}})) ==
        Answer{42, "Unexpected broker id, expected 1, but received 9"});
  CHECK(config_of(broker, kTopic, "t", "retention.ms") == Shown{"5", kFromTopic});
}

}  // namespace
}  // namespace spool::broker::alter_configs_test
