#include <doctest/doctest.h>

#include "broker/config/config.h"

namespace spool::broker {
namespace {

using Warnings = std::vector<std::string>;

Result<BrokerConfig> load(std::string file, Warnings& warnings,
                          std::vector<std::string> overrides = {},
                          std::vector<std::pair<std::string, std::string>> environment = {}) {
  return BrokerConfig::load(
      {"server.properties", std::move(file), std::move(environment), std::move(overrides)},
      warnings);
}

BrokerConfig loaded(std::string file, std::vector<std::string> overrides = {},
                    std::vector<std::pair<std::string, std::string>> environment = {}) {
  Warnings warnings;
  auto config = load(std::move(file), warnings, std::move(overrides), std::move(environment));
  REQUIRE_MESSAGE(config.has_value(), config.error().text());
  return std::move(*config);
}

std::string refusal(std::string file, std::vector<std::string> overrides = {},
                    std::vector<std::pair<std::string, std::string>> environment = {}) {
  Warnings warnings;
  const auto config = load(std::move(file), warnings, std::move(overrides), std::move(environment));
  if (config.has_value()) return "accepted";
  CHECK(config.error().code() == ErrorCode::invalid_config);
  return std::string(config.error().text());
}

TEST_CASE("static config: --override beats environment beats file beats default") {
  CHECK(loaded("").integer("num.partitions") == 1);
  CHECK(loaded("num.partitions=2").integer("num.partitions") == 2);
  CHECK(loaded("num.partitions=2", {}, {{"KAFKA_NUM_PARTITIONS", "3"}}).integer("num.partitions") ==
        3);
  CHECK(loaded("num.partitions=2", {"num.partitions=4"}, {{"KAFKA_NUM_PARTITIONS", "3"}})
            .integer("num.partitions") == 4);
}

TEST_CASE("static config: the last of two values wins") {
  CHECK(loaded("num.partitions=2\nnum.partitions=5").integer("num.partitions") == 5);
  CHECK(loaded("", {"num.partitions=2", "num.partitions = 6"}).integer("num.partitions") == 6);
}

TEST_CASE(
    "static config: a wrong value names where it was given, the setting and what is allowed") {
  CHECK(refusal("# comment\nnum.partitions=many") ==
        "server.properties:2: Invalid value many for configuration num.partitions: Not a number of "
        "type INT");
  CHECK(refusal("", {"num.partitions=0"}) ==
        "--override: Invalid value 0 for configuration num.partitions: Value must be at least 1");
  CHECK(refusal("", {}, {{"KAFKA_AUTO_CREATE_TOPICS_ENABLE", "on"}}) ==
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE: Invalid value on for configuration "
        "auto.create.topics.enable: "
        "Expected value to be either true or false");
  CHECK(refusal("", {"num.partitions"}) == "--override num.partitions: expected key=value");
}

TEST_CASE("static config: a retention of zero is refused, a negative one is no limit") {
  CHECK(refusal("log.retention.hours=0") ==
        "server.properties:1: Invalid value 0 for configuration log.retention.hours: Value must be "
        "at "
        "least 1, or negative for no limit");
  CHECK(refusal("log.retention.minutes=-1") == "accepted");
}

TEST_CASE("static config: unknown and unsupported settings are warned of, defaults are not") {
  Warnings warnings;
  const auto config = load(
      "no.such.thing=1\nnum.io.threads=3\nreplica.fetch.max.bytes=1048576\nnum.partitions=2",
      warnings, {}, {{"KAFKA_HEAP_OPTS", "-Xmx1g"}, {"HOME", "/"}});
  REQUIRE(config.has_value());
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[1] == "server.properties:2: num.io.threads is not supported and is ignored");
  CHECK(warnings[0] == "server.properties:1: no.such.thing is not a known setting and is ignored");
  CHECK(config->given("no.such.thing") == "1");
}

TEST_CASE("static config: log.dirs beats log.dir; two directories are refused") {
  CHECK(loaded("log.dir=/a").log_dirs() == std::vector<std::string>{"/a"});
  CHECK(loaded("log.dir=/a\nlog.dirs=/b").log_dirs() == std::vector<std::string>{"/b"});
  CHECK(loaded("log.dirs=/b").has_log_dirs());
  CHECK(!loaded("").has_log_dirs());
  CHECK(refusal("log.dirs=/a,/b") ==
        "log.dirs: several data directories are not supported; name one");
  CHECK(loaded("log.dirs=/a,/a").log_dirs().size() == 1);
}

TEST_CASE("static config: node.id and broker.id give each other") {
  CHECK(BrokerConfig().node_id() == 1);
  CHECK(loaded("node.id=7").node_id() == 7);
  CHECK(loaded("node.id=7").integer("broker.id") == 7);
  CHECK(loaded("broker.id=8").node_id() == 8);
  CHECK(refusal("broker.id=8\nnode.id=7") ==
        "broker.id and node.id are given and differ; they must be the same");
}

TEST_CASE("static config: listeners") {
  const BrokerConfig config = loaded(
      "listeners=PLAINTEXT://127.0.0.1:0, internal://[::1]:9093,CONTROLLER://:9094\n"
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,INTERNAL:SASL_SSL,CONTROLLER:PLAINTEXT\n"
      "advertised.listeners=PLAINTEXT://broker.example:19092");
  REQUIRE(config.listeners().size() == 2);
  CHECK(config.listeners()[0].name == "PLAINTEXT");
  CHECK(config.listeners()[0].host == "127.0.0.1");
  CHECK(config.listeners()[0].port == 0);
  CHECK(config.listeners()[1].name == "INTERNAL");
  CHECK(config.listeners()[1].protocol == "SASL_SSL");
  CHECK(config.listeners()[1].host == "::1");
  CHECK(config.listeners()[1].port == 9093);
  REQUIRE(config.advertised_listeners().size() == 1);
  CHECK(config.advertised_listeners()[0].host == "broker.example");
  CHECK(config.advertised_listeners()[0].port == 19092);
}

TEST_CASE("static config: without advertised.listeners the listeners are advertised") {
  const BrokerConfig config = loaded("listeners=PLAINTEXT://:9092");
  REQUIRE(config.advertised_listeners().size() == 1);
  CHECK(config.advertised_listeners()[0].host.empty());
  CHECK(BrokerConfig().listeners()[0].host == "127.0.0.1");
  CHECK(BrokerConfig().listeners()[0].port == 9092);
}

TEST_CASE("static config: wrong listeners are refused with a reason") {
  CHECK(refusal("listeners=9092") == "listeners: '9092': expected NAME://host:port");
  CHECK(refusal("listeners=PLAINTEXT://h") ==
        "listeners: 'PLAINTEXT://h': expected NAME://host:port");
  CHECK(refusal("listeners=PLAINTEXT://h:65536") ==
        "listeners: 'PLAINTEXT://h:65536': the port must be a number from 0 to 65535");
  CHECK(refusal("listeners=PLAINTEXT://::1:9092") ==
        "listeners: 'PLAINTEXT://::1:9092': an IPv6 address goes into brackets");
  CHECK(refusal("listeners=OTHER://h:1") ==
        "listeners: 'OTHER://h:1': no security protocol defined for listener OTHER in "
        "listener.security.protocol.map");
  CHECK(refusal("listeners=PLAINTEXT://h:1,PLAINTEXT://h:2") ==
        "listeners: 'PLAINTEXT://h:2': each listener must have a different name");
  CHECK(refusal("listeners=PLAINTEXT://h:1,SSL://h:1") ==
        "listeners: 'SSL://h:1': each listener must have a different address");
  CHECK(refusal("listeners=CONTROLLER://h:1") ==
        "listeners: there must be at least one that is not in controller.listener.names");
  CHECK(refusal("advertised.listeners=SSL://h:1") ==
        "advertised.listeners: SSL is not one of listeners");
  CHECK(refusal("advertised.listeners=PLAINTEXT://0.0.0.0:1") ==
        "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP "
        "address.");
  CHECK(refusal("listener.security.protocol.map=A:B") ==
        "listener.security.protocol.map: 'A:B': expected NAME:PROTOCOL with PLAINTEXT, SSL, "
        "SASL_PLAINTEXT "
        "or SASL_SSL");
}

TEST_CASE("static config: what a broker alone cannot be is refused") {
  CHECK(refusal("process.roles=controller") ==
        "process.roles: this broker is broker and controller in one; the role broker is missing");
  CHECK(refusal("node.id=1\ncontroller.quorum.voters=1@a:1,2@b:1") ==
        "controller.quorum.voters: '2@b:1' is another node; only a quorum of this node alone is "
        "supported");
  CHECK(refusal("queued.max.request.bytes=1000") ==
        "queued.max.request.bytes must be larger or equal to socket.request.max.bytes");
  CHECK(refusal("log.cleaner.min.compaction.lag.ms=10\nlog.cleaner.max.compaction.lag.ms=5") ==
        "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
}

TEST_CASE("static config: the file Kafka ships is accepted") {
  const BrokerConfig config = loaded(
      "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.bootstrap.servers=localhost:"
      "9093\n"
      "listeners=PLAINTEXT://:9092,CONTROLLER://:9093\ninter.broker.listener.name=PLAINTEXT\n"
      "advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n"
      "controller.listener.names=CONTROLLER\n"
      "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,"
      "SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL\n"
      "num.network.threads=3\nnum.io.threads=8\nsocket.send.buffer.bytes=102400\n"
      "socket.receive.buffer.bytes=102400\nsocket.request.max.bytes=104857600\n"
      "log.dirs=/tmp/kraft-combined-logs\nnum.partitions=1\nnum.recovery.threads.per.data.dir=2\n"
      "offsets.topic.replication.factor=1\nshare.coordinator.state.topic.replication.factor=1\n"
      "share.coordinator.state.topic.min.isr=1\ntransaction.state.log.replication.factor=1\n"
      "transaction.state.log.min.isr=1\nlog.retention.hours=168\nlog.segment.bytes=1073741824\n"
      "log.retention.check.interval.ms=300000\n");
  CHECK(config.listeners().size() == 1);
  CHECK(config.advertised_listeners()[0].host == "localhost");
}

}  // namespace
}  // namespace spool::broker
