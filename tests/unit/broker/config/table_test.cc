#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "broker/config/config.h"

namespace spool::broker {
namespace {

struct Expected {
  std::string_view name;
  ConfigType type;
  const char* default_value;
};

constexpr const char* kMax = "9223372036854775807";

TEST_CASE("topic configs: names, types and defaults are Kafka 4.4's 37") {
  using enum ConfigType;
  const Expected expected[] = {
      {"cleanup.policy", list, "delete"},
      {"compression.gzip.level", int_, "-1"},
      {"compression.lz4.level", int_, "9"},
      {"compression.type", string, "producer"},
      {"compression.zstd.level", int_, "3"},
      {"delete.retention.ms", long_, "86400000"},
      {"errors.deadletterqueue.group.enable", boolean, "false"},
      {"file.delete.delay.ms", long_, "60000"},
      {"flush.messages", long_, kMax},
      {"flush.ms", long_, kMax},
      {"follower.replication.throttled.replicas", list, ""},
      {"index.interval.bytes", int_, "4096"},
      {"leader.replication.throttled.replicas", list, ""},
      {"local.retention.bytes", long_, "-2"},
      {"local.retention.ms", long_, "-2"},
      {"max.compaction.lag.ms", long_, kMax},
      {"max.decompressed.message.bytes", int_, "2147483639"},
      {"max.message.bytes", int_, "1048588"},
      {"message.timestamp.after.max.ms", long_, "3600000"},
      {"message.timestamp.before.max.ms", long_, kMax},
      {"message.timestamp.type", string, "CreateTime"},
      {"min.cleanable.dirty.ratio", double_, "0.5"},
      {"min.compaction.lag.ms", long_, "0"},
      {"min.insync.replicas", int_, "1"},
      {"preallocate", boolean, "false"},
      {"remote.copy.lag.bytes", long_, "-1"},
      {"remote.copy.lag.ms", long_, "0"},
      {"remote.log.copy.disable", boolean, "false"},
      {"remote.log.delete.on.disable", boolean, "false"},
      {"remote.storage.enable", boolean, "false"},
      {"retention.bytes", long_, "-1"},
      {"retention.ms", long_, "604800000"},
      {"segment.bytes", int_, "1073741824"},
      {"segment.index.bytes", int_, "10485760"},
      {"segment.jitter.ms", long_, "0"},
      {"segment.ms", long_, "604800000"},
      {"unclean.leader.election.enable", boolean, "false"},
  };
  std::vector<const ConfigDef*> rows;
  for (const ConfigDef& def : topic_configs())
    if (!def.is_internal) rows.push_back(&def);
  REQUIRE(rows.size() == 37);
  for (size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i]->name == expected[i].name);
    CHECK(rows[i]->type == expected[i].type);
    CHECK_MESSAGE(rows[i]->default_value == std::string_view(expected[i].default_value),
                  rows[i]->name);
  }
}

TEST_CASE("broker configs: Kafka 4.4's 350 described ones, defaults of the storage part") {
  CHECK(std::ranges::count_if(broker_configs(),
                              [](const ConfigDef& d) { return !d.is_internal; }) == 350);
  const std::pair<std::string_view, const char*> expected[] = {
      {"auto.create.topics.enable", "true"},
      {"default.replication.factor", "1"},
      {"delete.topic.enable", "true"},
      {"fetch.max.bytes", "57671680"},
      {"log.cleaner.dedupe.buffer.size", "134217728"},
      {"log.cleaner.io.max.bytes.per.second", "1.7976931348623157E308"},
      {"log.dir", "/tmp/kafka-logs"},
      {"log.flush.interval.messages", kMax},
      {"log.flush.scheduler.interval.ms", kMax},
      {"log.index.size.max.bytes", "10485760"},
      {"log.initial.task.delay.ms", "30000"},
      {"log.retention.bytes", "-1"},
      {"log.retention.check.interval.ms", "300000"},
      {"log.retention.hours", "168"},
      {"log.roll.hours", "168"},
      {"log.roll.jitter.hours", "0"},
      {"log.segment.bytes", "1073741824"},
      {"log.segment.delete.delay.ms", "60000"},
      {"max.connections", "2147483647"},
      {"max.incremental.fetch.session.cache.slots", "1000"},
      {"message.max.bytes", "1048588"},
      {"metadata.log.max.record.bytes.between.snapshots", "20971520"},
      {"metadata.max.retention.bytes", "104857600"},
      {"min.insync.replicas", "1"},
      {"num.partitions", "1"},
      {"num.recovery.threads.per.data.dir", "2"},
      {"producer.id.expiration.ms", "86400000"},
      {"queued.max.request.bytes", "-1"},
      {"queued.max.requests", "500"},
      {"socket.request.max.bytes", "104857600"},
  };
  for (const auto& [name, value] : expected) {
    const ConfigDef* def = find_config(broker_configs(), name);
    REQUIRE_MESSAGE(def != nullptr, name);
    CHECK_MESSAGE(def->default_value == std::string_view(value), name);
  }
  for (const char* name : {"log.dirs", "log.retention.ms", "log.retention.minutes", "log.roll.ms",
                           "log.flush.interval.ms", "advertised.listeners", "broker.rack"})
    CHECK_MESSAGE(find_config(broker_configs(), name)->default_value == nullptr, name);
}

TEST_CASE("broker configs: the laptop's defaults") {
  const BrokerConfig config;
  CHECK(config.text("listeners") == "PLAINTEXT://127.0.0.1:9092");
  CHECK(config.integer("node.id") == 1);
  CHECK(config.integer("group.initial.rebalance.delay.ms") == 0);
  for (const char* name :
       {"offsets.topic.replication.factor", "transaction.state.log.replication.factor",
        "transaction.state.log.min.isr", "share.coordinator.state.topic.min.isr",
        "share.coordinator.state.topic.replication.factor"})
    CHECK_MESSAGE(config.integer(name) == 1, name);
  for (const char* name : {"offsets.topic.num.partitions", "transaction.state.log.num.partitions",
                           "share.coordinator.state.topic.num.partitions"})
    CHECK_MESSAGE(config.integer(name) == 3, name);
}

TEST_CASE("group and client metrics configs: as many as Kafka 4.4 describes") {
  CHECK(std::ranges::count_if(group_configs(), [](const ConfigDef& d) { return !d.is_internal; }) ==
        21);
  CHECK(client_metrics_configs().size() == 3);
}

TEST_CASE("config tables: every default satisfies its own row and every shown row has a sentence") {
  for (const auto table :
       {broker_configs(), topic_configs(), group_configs(), client_metrics_configs()})
    for (const ConfigDef& def : table) {
      if (def.default_value != nullptr)
        CHECK_MESSAGE(validate_value(def, def.default_value).has_value(), def.name);
      if (!def.is_internal) CHECK_MESSAGE(!def.doc.empty(), def.name);
    }
}

TEST_CASE(
    "config tables: every broker synonym is a broker config and of the topic config's default") {
  for (const ConfigDef& def : topic_configs())
    for (const BrokerSynonym& synonym : broker_synonyms(def.name))
      CHECK_MESSAGE(find_config(broker_configs(), synonym.name) != nullptr, synonym.name);
  CHECK(broker_synonyms("retention.ms").size() == 3);
  CHECK(broker_synonyms("retention.ms")[1].factor == 60'000);
  CHECK(broker_synonyms("remote.storage.enable").empty());
  CHECK(broker_synonyms("no.such.config").empty());
}

TEST_CASE("config tables: which settings may change while the broker runs") {
  const auto update = [](std::string_view name) {
    return find_config(broker_configs(), name)->update;
  };
  CHECK(update("log.retention.ms") == ConfigUpdate::cluster_wide);
  CHECK(update("log.retention.hours") == ConfigUpdate::read_only);
  CHECK(update("listeners") == ConfigUpdate::per_broker);
  CHECK(update("node.id") == ConfigUpdate::read_only);
}

}  // namespace
}  // namespace spool::broker
