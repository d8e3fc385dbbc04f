#include <doctest/doctest.h>

#include <algorithm>

#include "broker/config/config.h"

namespace spool::broker {
namespace {

BrokerConfig config_of(std::string file) {
  std::vector<std::string> warnings;
  auto config = BrokerConfig::load({"f", std::move(file), {}, {}}, warnings);
  REQUIRE_MESSAGE(config.has_value(), config.error().text());
  return std::move(*config);
}

/// "value source | synonyms", as a described entry.
std::string shown(const std::vector<EffectiveConfig>& entries, std::string_view name) {
  const auto at = std::ranges::find(entries, name, &EffectiveConfig::name);
  if (at == entries.end()) return "absent";
  std::string out =
      at->value.value_or("null") + " " + std::to_string(static_cast<int>(at->source)) + " |";
  for (const ConfigSynonym& synonym : at->synonyms)
    out += " " + synonym.name + "=" + synonym.value.value_or("null") + "(" +
           std::to_string(static_cast<int>(synonym.source)) + ")";
  return out;
}

const ConfigMap kNothing;

TEST_CASE("effective topic value: hours, minutes and ms, the finest that is set wins") {
  const auto retention = [](std::string file) {
    const BrokerConfig config = config_of(std::move(file));
    return ConfigView(config, kNothing, kNothing).topic_value("retention.ms", kNothing);
  };
  CHECK(retention("") == "604800000");
  CHECK(retention("log.retention.hours=2") == "7200000");
  CHECK(retention("log.retention.hours=2\nlog.retention.minutes=3") == "180000");
  CHECK(retention("log.retention.hours=2\nlog.retention.minutes=3\nlog.retention.ms=4") == "4");
  CHECK(retention("log.retention.hours=-5") == "-1");
  CHECK(retention("log.retention.hours=2147483647") == "7730941129200000");
}

TEST_CASE("effective topic value: roll, jitter and flush fall back likewise") {
  const BrokerConfig config =
      config_of("log.roll.hours=2\nlog.roll.jitter.hours=1\nlog.flush.scheduler.interval.ms=900");
  const ConfigView view(config, kNothing, kNothing);
  CHECK(view.topic_value("segment.ms", kNothing) == "7200000");
  CHECK(view.topic_value("segment.jitter.ms", kNothing) == "3600000");
  CHECK(view.topic_value("flush.ms", kNothing) == "900");
}

TEST_CASE("effective topic value: topic beats broker beats cluster beats file beats default") {
  const BrokerConfig config = config_of("message.max.bytes=10");
  const ConfigMap broker{{"message.max.bytes", "30"}};
  const ConfigMap cluster{{"message.max.bytes", "20"}};
  const ConfigMap topic{{"max.message.bytes", "40"}};
  const auto value = [&](const BrokerConfig& c, const ConfigMap& b, const ConfigMap& d,
                         const ConfigMap& t) {
    return ConfigView(c, b, d).topic_value("max.message.bytes", t);
  };
  CHECK(value(BrokerConfig(), kNothing, kNothing, kNothing) == "1048588");
  CHECK(value(config, kNothing, kNothing, kNothing) == "10");
  CHECK(value(config, kNothing, cluster, kNothing) == "20");
  CHECK(value(config, broker, cluster, kNothing) == "30");
  CHECK(value(config, broker, cluster, topic) == "40");
}

// The expected synonyms below are what Kafka 4.4 describes with the same settings.

TEST_CASE("describe topic: 37 entries, each with its sources in order") {
  const BrokerConfig config =
      config_of("log.segment.bytes=2000000\nlog.cleanup.policy=compact, delete\nlog.roll.hours=2");
  const ConfigMap cluster{{"message.max.bytes", "3000000"}};
  const auto entries =
      ConfigView(config, kNothing, cluster).describe_topic({{"retention.ms", "5"}});
  CHECK(entries.size() == 37);
  CHECK(shown(entries, "retention.ms") == "5 1 | retention.ms=5(1)");
  CHECK(shown(entries, "segment.bytes") ==
        "2000000 4 | log.segment.bytes=2000000(4) log.segment.bytes=1073741824(5)");
  CHECK(shown(entries, "cleanup.policy") ==
        "compact,delete 4 | log.cleanup.policy=compact, delete(4) log.cleanup.policy=delete(5)");
  CHECK(shown(entries, "max.message.bytes") ==
        "3000000 3 | message.max.bytes=3000000(3) message.max.bytes=1048588(5)");
  CHECK(shown(entries, "preallocate") == "false 5 | log.preallocate=false(5)");
  CHECK(shown(entries, "remote.storage.enable") == "false 5 |");
  CHECK(shown(entries, "segment.ms") == "7200000 5 |");
  CHECK(shown(entries, "internal.segment.bytes") == "absent");
}

TEST_CASE("describe topic: ms set on the broker lists hours and minutes behind it") {
  const BrokerConfig config = config_of("log.retention.ms=5\nlog.retention.hours=2");
  const auto entries = ConfigView(config, kNothing, kNothing).describe_topic(kNothing);
  CHECK(shown(entries, "retention.ms") ==
        "5 4 | log.retention.ms=5(4) log.retention.hours=2(4) log.retention.hours=168(5)");
}

TEST_CASE("describe broker: static, dynamic, secret and foreign settings") {
  const BrokerConfig config = config_of(
      "log.retention.minutes=70\nlog.retention.hours=5\nssl.key.password=secret\nmy.own.key=7");
  const ConfigMap broker{{"log.cleaner.threads", "4"}};
  const ConfigMap cluster{{"log.cleaner.threads", "2"}};
  const auto entries = ConfigView(config, broker, cluster).describe_broker();
  CHECK(entries.size() == 351);
  CHECK(shown(entries, "log.retention.ms") == "null 5 |");
  CHECK(shown(entries, "log.retention.minutes") ==
        "70 4 | log.retention.minutes=70(4) log.retention.hours=5(4) log.retention.hours=168(5)");
  CHECK(shown(entries, "log.retention.hours") ==
        "5 4 | log.retention.hours=5(4) log.retention.hours=168(5)");
  CHECK(shown(entries, "log.cleaner.threads") ==
        "4 2 | log.cleaner.threads=4(2) log.cleaner.threads=2(3) log.cleaner.threads=1(5)");
  CHECK(shown(entries, "ssl.key.password") == "null 4 | ssl.key.password=null(4)");
  CHECK(shown(entries, "my.own.key") == "null 4 | my.own.key=null(4)");
  const auto own = std::ranges::find(entries, "my.own.key", &EffectiveConfig::name);
  CHECK(own->type == ConfigType::unknown);
  CHECK(own->is_sensitive);
  CHECK(own->is_read_only);
  const auto hours = std::ranges::find(entries, "log.retention.hours", &EffectiveConfig::name);
  CHECK(hours->is_read_only);
  CHECK(hours->type == ConfigType::int_);
  CHECK(std::ranges::is_sorted(entries, {}, &EffectiveConfig::name));
}

TEST_CASE("describe cluster defaults: only what is set") {
  const BrokerConfig config;
  const ConfigMap cluster{{"log.cleaner.threads", "2"}, {"no.such.config", "1"}};
  const auto entries = ConfigView(config, kNothing, cluster).describe_cluster_defaults();
  REQUIRE(entries.size() == 2);
  CHECK(shown(entries, "log.cleaner.threads") == "2 3 | log.cleaner.threads=2(3)");
  CHECK(shown(entries, "no.such.config") == "null 3 | no.such.config=null(3)");
}

TEST_CASE("describe group: override, else the broker's value") {
  const BrokerConfig config = config_of("group.consumer.heartbeat.interval.ms=6000");
  const auto entries = ConfigView(config, kNothing, kNothing)
                           .describe_group({{"consumer.session.timeout.ms", "50000"}});
  CHECK(entries.size() == 21);
  CHECK(
      shown(entries, "consumer.session.timeout.ms") ==
      "50000 8 | consumer.session.timeout.ms=50000(8) group.consumer.session.timeout.ms=45000(5)");
  CHECK(shown(entries, "consumer.heartbeat.interval.ms") ==
        "6000 4 | group.consumer.heartbeat.interval.ms=6000(4) "
        "group.consumer.heartbeat.interval.ms=5000(5)");
  CHECK(shown(entries, "share.auto.offset.reset") ==
        "latest 5 | share.auto.offset.reset=latest(5)");
  CHECK(shown(entries, "streams.assignor.name") == "sticky 5 | group.streams.assignors=sticky(5)");
}

TEST_CASE("describe client metrics: defaults have no synonyms") {
  const BrokerConfig config;
  const auto entries =
      ConfigView(config, kNothing, kNothing).describe_client_metrics({{"interval.ms", "60000"}});
  CHECK(entries.size() == 3);
  CHECK(shown(entries, "interval.ms") == "60000 7 | interval.ms=60000(7)");
  CHECK(shown(entries, "match") == " 5 |");
}

TEST_CASE("log config: defaults and overrides") {
  const BrokerConfig config = config_of("log.segment.bytes=2000000");
  const ConfigView view(config, kNothing, kNothing);
  const auto plain = view.log_config(kNothing);
  REQUIRE(plain.has_value());
  CHECK(plain->segment_bytes == 2'000'000);
  CHECK(plain->segment_ms == 604'800'000);
  CHECK(plain->retention_ms == 604'800'000);
  CHECK(plain->retention_bytes == -1);
  CHECK(plain->is_deleted);
  CHECK(!plain->is_compacted);
  CHECK(plain->max_message_bytes == 1'048'588);
  CHECK(plain->message_timestamp_type == record::TimestampType::create_time);

  const auto tuned = view.log_config({{"cleanup.policy", "compact"},
                                      {"internal.segment.bytes", "1000"},
                                      {"message.timestamp.type", "LogAppendTime"},
                                      {"flush.messages", "1"},
                                      {"message.format.version", "3.0"}});
  REQUIRE(tuned.has_value());
  CHECK(tuned->is_compacted);
  CHECK(!tuned->is_deleted);
  CHECK(tuned->segment_bytes == 1000);
  CHECK(tuned->flush_messages == 1);
  CHECK(tuned->message_timestamp_type == record::TimestampType::log_append_time);
}

TEST_CASE("log config: an empty cleanup.policy neither deletes nor compacts") {
  const BrokerConfig config;
  const auto log = ConfigView(config, kNothing, kNothing).log_config({{"cleanup.policy", ""}});
  REQUIRE(log.has_value());
  CHECK(!log->is_deleted);
  CHECK(!log->is_compacted);
}

TEST_CASE("log config: an override that does not parse is an error that names it") {
  const BrokerConfig config;
  const auto log = ConfigView(config, kNothing, kNothing).log_config({{"segment.ms", "often"}});
  REQUIRE(!log.has_value());
  CHECK(log.error().text() ==
        "Invalid value often for configuration segment.ms: Not a number of type LONG");
}

std::string verdict(
    const std::vector<std::pair<std::string, std::optional<std::string>>>& overrides,
    std::string file = "") {
  const BrokerConfig config = config_of(std::move(file));
  const Status status = validate_topic_configs(overrides, ConfigView(config, kNothing, kNothing));
  if (status.has_value()) return "ok";
  CHECK(status.error().code() == ErrorCode::invalid_config);
  return std::string(status.error().text());
}

TEST_CASE("topic config validation: Kafka's verdicts in Kafka's words") {
  CHECK(verdict({}) == "ok");
  CHECK(verdict({{"cleanup.policy", ""}}) == "ok");
  CHECK(verdict({{"internal.segment.bytes", "1000"}}) == "ok");
  CHECK(verdict({{"nonsense", "1"}}) == "Unknown topic config name: nonsense");
  CHECK(verdict({{"message.format.version", "3.0"}}) ==
        "Unknown topic config name: message.format.version");
  CHECK(verdict({{"retention.ms", std::nullopt}}) ==
        "Null value not supported for topic configs: retention.ms");
  CHECK(
      verdict({{"retention.ms", std::nullopt}, {"segment.ms", std::nullopt}, {"nonsense", "1"}}) ==
      "Null value not supported for topic configs: retention.ms,segment.ms");
  CHECK(verdict({{"retention.ms", "soon"}}) ==
        "Invalid value soon for configuration retention.ms: Not a number of type LONG");
  CHECK(verdict({{"min.compaction.lag.ms", "10"}, {"max.compaction.lag.ms", "5"}}) ==
        "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
  CHECK(verdict({{"remote.storage.enable", "true"}}) ==
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with "
        "remote "
        "log storage.");
}

TEST_CASE("topic config validation: lags are compared with the broker's values too") {
  CHECK(verdict({{"max.compaction.lag.ms", "5"}}, "log.cleaner.min.compaction.lag.ms=10") ==
        "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
}

}  // namespace
}  // namespace spool::broker
