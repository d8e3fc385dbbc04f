#include <doctest/doctest.h>

#include "broker/config/config.h"
#include "broker/config/value.h"

namespace spool::broker {
namespace {

using namespace config_detail;

std::string topic_error(std::string_view name, std::string_view value) {
  const ConfigDef* def = find_config(topic_configs(), name);
  REQUIRE(def != nullptr);
  const Status status = validate_value(*def, value);
  if (status.has_value()) return "ok";
  CHECK(status.error().code() == ErrorCode::invalid_config);
  return std::string(status.error().text());
}

std::string broker_error(std::string_view name, std::string_view value) {
  const ConfigDef* def = find_config(broker_configs(), name);
  REQUIRE(def != nullptr);
  const Status status = validate_value(*def, value);
  return status.has_value() ? "ok" : std::string(status.error().text());
}

// The expected texts are what Kafka 4.4 answers to CreateTopics.

TEST_CASE("config value: integers") {
  CHECK(topic_error("retention.ms", "soon") ==
        "Invalid value soon for configuration retention.ms: Not a number of type LONG");
  CHECK(topic_error("retention.ms", "") ==
        "Invalid value  for configuration retention.ms: Not a number of type LONG");
  CHECK(topic_error("retention.ms", "-2") ==
        "Invalid value -2 for configuration retention.ms: Value must be at least -1");
  CHECK(topic_error("retention.ms", " 12 ") == "ok");
  CHECK(topic_error("retention.ms", "9223372036854775807") == "ok");
  CHECK(topic_error("retention.ms", "9223372036854775808") ==
        "Invalid value 9223372036854775808 for configuration retention.ms: Not a number of type "
        "LONG");
  CHECK(topic_error("segment.bytes", "99999999999") ==
        "Invalid value 99999999999 for configuration segment.bytes: Not a number of type INT");
  CHECK(topic_error("segment.bytes", "0x10") ==
        "Invalid value 0x10 for configuration segment.bytes: Not a number of type INT");
  CHECK(topic_error("segment.bytes", "+2000000") == "ok");
  CHECK(topic_error("segment.bytes", "+-2000000") ==
        "Invalid value +-2000000 for configuration segment.bytes: Not a number of type INT");
  CHECK(broker_error("offsets.topic.replication.factor", "32768") ==
        "Invalid value 32768 for configuration offsets.topic.replication.factor: Not a number of "
        "type "
        "SHORT");
}

TEST_CASE("config value: limits are inclusive on both sides") {
  CHECK(topic_error("segment.bytes", "1048576") == "ok");
  CHECK(topic_error("segment.bytes", "1048575") ==
        "Invalid value 1048575 for configuration segment.bytes: Value must be at least 1048576");
  CHECK(topic_error("compression.zstd.level", "22") == "ok");
  CHECK(topic_error("compression.zstd.level", "23") ==
        "Invalid value 23 for configuration compression.zstd.level: Value must be no more than 22");
  CHECK(topic_error("compression.lz4.level", "0") ==
        "Invalid value 0 for configuration compression.lz4.level: Value must be at least 1");
  CHECK(
      topic_error("max.decompressed.message.bytes", "2147483647") ==
      "Invalid value 2147483647 for configuration max.decompressed.message.bytes: Value must be no "
      "more than 2147483639");
  CHECK(topic_error("retention.bytes", "-77") == "ok");
}

TEST_CASE("config value: gzip levels are 1 to 9 and -1") {
  CHECK(topic_error("compression.gzip.level", "-1") == "ok");
  CHECK(topic_error("compression.gzip.level", "9") == "ok");
  CHECK(
      topic_error("compression.gzip.level", "0") ==
      "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or "
      "equal to -1");
  CHECK(
      topic_error("compression.gzip.level", "10") ==
      "Invalid value 10 for configuration compression.gzip.level: Value must be between 1 and 9 or "
      "equal to -1");
}

TEST_CASE("config value: doubles") {
  CHECK(topic_error("min.cleanable.dirty.ratio", "1") == "ok");
  CHECK(topic_error("min.cleanable.dirty.ratio", "0.5d") == "ok");
  CHECK(topic_error("min.cleanable.dirty.ratio", "1e-1") == "ok");
  CHECK(topic_error("min.cleanable.dirty.ratio", "1.5") ==
        "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than "
        "1");
  CHECK(topic_error("min.cleanable.dirty.ratio", "-0.1") ==
        "Invalid value -0.1 for configuration min.cleanable.dirty.ratio: Value must be at least 0");
  CHECK(topic_error("min.cleanable.dirty.ratio", "x") ==
        "Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE");
}

TEST_CASE("config value: booleans are true and false in any case") {
  CHECK(topic_error("preallocate", "TRUE") == "ok");
  CHECK(topic_error("preallocate", " false ") == "ok");
  CHECK(
      topic_error("preallocate", "yes") ==
      "Invalid value yes for configuration preallocate: Expected value to be either true or false");
}

TEST_CASE("config value: words") {
  CHECK(topic_error("compression.type", "zstd") == "ok");
  CHECK(
      topic_error("compression.type", "lzma") ==
      "Invalid value lzma for configuration compression.type: String must be one of: uncompressed, "
      "zstd, lz4, snappy, gzip, producer");
  CHECK(topic_error("message.timestamp.type", "createtime") ==
        "Invalid value createtime for configuration message.timestamp.type: String must be one of: "
        "CreateTime, LogAppendTime");
  CHECK(broker_error("group.consumer.migration.policy", "Upgrade") == "ok");
  CHECK(broker_error("group.consumer.migration.policy", "sideways") ==
        "Invalid value sideways for configuration group.consumer.migration.policy: String must be "
        "one "
        "of (case insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL");
}

TEST_CASE("config value: lists") {
  CHECK(topic_error("cleanup.policy", "") == "ok");
  CHECK(topic_error("cleanup.policy", "delete,delete") == "ok");
  CHECK(topic_error("cleanup.policy", "compact, delete") == "ok");
  CHECK(topic_error("cleanup.policy", "never") ==
        "Invalid value never for configuration cleanup.policy: String must be one of: compact, "
        "delete");
  CHECK(topic_error("cleanup.policy", "delete,") ==
        "Configuration 'cleanup.policy' values must not be empty.");
  CHECK(broker_error("log.dirs", " ") ==
        "Configuration 'log.dirs' must not be empty. Valid values include: any non-empty value");
  CHECK(broker_error("process.roles", "") ==
        "Configuration 'process.roles' must not be empty. Valid values include: [broker, "
        "controller]");
}

TEST_CASE("config value: throttled replicas") {
  constexpr std::string_view kName = "leader.replication.throttled.replicas";
  CHECK(topic_error(kName, "*") == "ok");
  CHECK(topic_error(kName, "") == "ok");
  CHECK(topic_error(kName, "0:1,1:2") == "ok");
  CHECK(
      topic_error(kName, "1:2,x") ==
      "Invalid value [1:2, x] for configuration leader.replication.throttled.replicas: "
      "leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the "
      "following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...");
}

TEST_CASE("config value: quorum members") {
  CHECK(broker_error("controller.quorum.voters", "1@localhost:9093,2@h:1") == "ok");
  CHECK(broker_error("controller.quorum.voters", "localhost:9093") ==
        "Invalid value localhost:9093 for configuration controller.quorum.voters: Each entry "
        "should be "
        "in the form `{id}@{host}:{port}`.");
  CHECK(broker_error("controller.quorum.bootstrap.servers", "localhost:9093") == "ok");
  CHECK(broker_error("controller.quorum.bootstrap.servers", "localhost") != "ok");
}

TEST_CASE("config value: share.auto.offset.reset takes a duration") {
  const ConfigDef* def = find_config(group_configs(), "share.auto.offset.reset");
  REQUIRE(def != nullptr);
  for (const char* good : {"latest", "earliest", "by_duration:PT1H", "by_duration:P1DT2H3M4.5S"})
    CHECK_MESSAGE(validate_value(*def, good).has_value(), good);
  for (const char* bad :
       {"newest", "by_duration:", "by_duration:P", "by_duration:1H", "by_duration:P1H",
        "by_duration:PT", "by_duration:PT1", "by_duration:PT1.5H", "by_duration:PT1S1H"})
    CHECK_MESSAGE(!validate_value(*def, bad).has_value(), bad);
}

TEST_CASE("config value: a password stays out of its error") {
  ConfigDef def = *find_config(broker_configs(), "ssl.key.password");
  def.rule = ConfigRule::one_of;
  def.allowed = "x";
  CHECK(validate_value(def, "secret").error().text() ==
        "Invalid value [hidden] for configuration ssl.key.password: String must be one of: x");
}

TEST_CASE("config value: shown as Kafka shows it") {
  const auto shown = [](std::string_view name, std::string_view value) {
    return canonical(*find_config(topic_configs(), name), value);
  };
  CHECK(shown("retention.ms", " +05 ") == "5");
  CHECK(shown("preallocate", " TRUE") == "true");
  CHECK(shown("cleanup.policy", "compact, delete ,compact") == "compact,delete");
  CHECK(shown("min.cleanable.dirty.ratio", "0.50") == "0.5");
  CHECK(shown("compression.type", " gzip ") == "gzip");
}

TEST_CASE("config value: doubles are written as Java writes them") {
  CHECK(java_double(0) == "0.0");
  CHECK(java_double(1) == "1.0");
  CHECK(java_double(-0.5) == "-0.5");
  CHECK(java_double(0.001) == "0.001");
  CHECK(java_double(0.00012) == "1.2E-4");
  CHECK(java_double(123456.75) == "123456.75");
  CHECK(java_double(9999999) == "9999999.0");
  CHECK(java_double(1e7) == "1.0E7");
  CHECK(java_double(1.7976931348623157E308) == "1.7976931348623157E308");
}

}  // namespace
}  // namespace spool::broker
