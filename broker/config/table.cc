/// The tables of settings. Names, types, defaults and limits are Kafka 4.4's (storage-format
/// section 8), but for kLaptopDefaults: what a broker that stands alone on a laptop wants.
///
/// A row: name, type, default, check, how it may change while the broker runs, whether it does
/// something here, and one sentence for DescribeConfigs and the manual. Rows are sorted by name;
/// find_config() searches by halves.

#include <algorithm>
#include <array>

#include "broker/config/config.h"
#include "broker/config/laptop_defaults.h"
#include "core/base/check.h"

namespace spool::broker {

namespace {

using enum ConfigType;
using enum ConfigUpdate;
using enum ConfigSupport;

constexpr ConfigUpdate fixed = ConfigUpdate::read_only;

struct Check {
  ConfigRule rule = ConfigRule::any;
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;
  std::string_view allowed = {};
};

constexpr Check any() { return {}; }
constexpr Check at_least(int64_t low) { return {ConfigRule::range, low}; }
constexpr Check between(int64_t low, int64_t high) { return {ConfigRule::range, low, high}; }
constexpr Check of(ConfigRule rule, std::string_view allowed = {}) {
  return {rule, INT64_MIN, INT64_MAX, allowed};
}
constexpr Check one_of(std::string_view allowed) { return of(ConfigRule::one_of, allowed); }
constexpr Check one_of_ignoring_case(std::string_view allowed) {
  return of(ConfigRule::one_of_ignoring_case, allowed);
}
constexpr Check set_of(std::string_view allowed = {}) { return of(ConfigRule::list_of, allowed); }
constexpr Check non_empty_list(std::string_view allowed = {}) {
  return of(ConfigRule::non_empty_list, allowed);
}
constexpr Check non_empty() { return of(ConfigRule::non_empty); }
constexpr Check gzip_level() { return of(ConfigRule::gzip_level); }
constexpr Check throttled_replicas() { return of(ConfigRule::throttled_replicas); }
constexpr Check quorum_voters() { return of(ConfigRule::quorum_voters); }
constexpr Check quorum_servers() { return of(ConfigRule::quorum_servers); }
constexpr Check share_offset_reset() { return of(ConfigRule::share_offset_reset); }

constexpr std::string_view kNoEffect = "Accepted for compatibility; has no effect here.";

constexpr ConfigDef row(std::string_view name, ConfigType type, const char* default_value,
                        Check check, ConfigUpdate update, ConfigSupport support,
                        std::string_view doc = kNoEffect) {
  return {name,          type,   default_value, check.rule, check.low, check.high,
          check.allowed, update, support,       false,      doc};
}

constexpr ConfigDef internal(std::string_view name, ConfigType type, const char* default_value,
                             Check check, ConfigUpdate update, ConfigSupport support,
                             std::string_view doc = kNoEffect) {
  ConfigDef def = row(name, type, default_value, check, update, support, doc);
  def.is_internal = true;
  return def;
}

/// Where our default differs from Kafka's (or Kafka has none): one node, few files, reachable from
/// this machine only.
constexpr std::array<std::pair<std::string_view, const char*>, 13> kLaptopDefaults = {{
    {"controller.listener.names", "CONTROLLER"},
    {"group.initial.rebalance.delay.ms", "0"},
    {"listeners", "PLAINTEXT://127.0.0.1:9092"},
    {"node.id", "1"},
    {"offsets.topic.num.partitions", "3"},
    {"offsets.topic.replication.factor", "1"},
    {"process.roles", "broker,controller"},
    {"share.coordinator.state.topic.min.isr", "1"},
    {"share.coordinator.state.topic.num.partitions", "3"},
    {"share.coordinator.state.topic.replication.factor", "1"},
    {"transaction.state.log.min.isr", "1"},
    {"transaction.state.log.num.partitions", "3"},
    {"transaction.state.log.replication.factor", "1"},
}};

constexpr const char* laptop_default(std::string_view name) {
  for (const auto& [key, value] : kLaptopDefaults)
    if (key == name) return value;
  return nullptr;
}

// clang-format off
constexpr ConfigDef kBroker[] = {
    row("add.partitions.to.txn.retry.backoff.max.ms", int_, "100", at_least(0), fixed, ignored),
    row("add.partitions.to.txn.retry.backoff.ms", int_, "20", at_least(1), fixed, ignored),
    row("advertised.listeners", list, nullptr, non_empty_list(), fixed, acts, "Addresses given to clients; the listeners themselves when not set."),
    row("alter.config.policy.class.name", class_, nullptr, any(), fixed, ignored),
    row("alter.log.dirs.replication.quota.window.num", int_, "11", at_least(1), fixed, ignored),
    row("alter.log.dirs.replication.quota.window.size.seconds", int_, "1", at_least(1), fixed, ignored),
    row("authorizer.class.name", string, "", any(), fixed, ignored),
    row("auto.create.topics.enable", boolean, "true", any(), fixed, acts, "Whether asking for a missing topic creates it."),
    row("auto.leader.rebalance.enable", boolean, "true", any(), fixed, ignored),
    row("background.threads", int_, "10", at_least(1), cluster_wide, ignored, "Threads for work outside of requests."),
    row("broker.heartbeat.interval.ms", int_, "2000", any(), fixed, ignored),
    row("broker.id", int_, "-1", any(), fixed, acts, "Older name of node.id; both must agree."),
    row("broker.rack", string, nullptr, any(), fixed, acts, "Rack of this broker, told to clients."),
    row("broker.session.timeout.ms", int_, "9000", any(), fixed, ignored),
    row("client.quota.callback.class", class_, nullptr, any(), fixed, ignored),
    row("compression.gzip.level", int_, "-1", gzip_level(), cluster_wide, acts, "Level used when compression.type is gzip."),
    row("compression.lz4.level", int_, "9", between(1, 17), cluster_wide, acts, "Level used when compression.type is lz4."),
    row("compression.type", string, "producer", one_of("uncompressed, zstd, lz4, snappy, gzip, producer"), cluster_wide, acts, "Codec of stored batches; producer keeps the one the producer chose."),
    row("compression.zstd.level", int_, "3", between(-131072, 22), cluster_wide, acts, "Level used when compression.type is zstd."),
    row("config.providers", list, "", set_of(), cluster_wide, ignored),
    row("connection.failed.authentication.delay.ms", int_, "100", at_least(0), fixed, ignored),
    row("connections.max.idle.ms", long_, "600000", any(), fixed, acts, "Time without a request after which a connection is closed."),
    row("connections.max.reauth.ms", long_, "0", any(), fixed, ignored),
    row("controlled.shutdown.enable", boolean, "true", any(), fixed, ignored),
    row("controller.listener.names", list, laptop_default("controller.listener.names"), non_empty_list(), fixed, acts, "Listeners of the controller; they are not opened, the controller is part of this process."),
    internal("controller.performance.always.log.threshold.ms", long_, "2000", at_least(0), fixed, ignored, ""),
    internal("controller.performance.sample.period.ms", long_, "60000", at_least(100), fixed, ignored, ""),
    row("controller.quorum.append.linger.ms", int_, "25", at_least(0), fixed, ignored),
    row("controller.quorum.auto.join.enable", boolean, "false", any(), fixed, ignored),
    row("controller.quorum.bootstrap.servers", list, "", quorum_servers(), fixed, ignored),
    row("controller.quorum.election.backoff.max.ms", int_, "1000", at_least(0), fixed, ignored),
    row("controller.quorum.election.timeout.ms", int_, "1000", at_least(0), fixed, ignored),
    row("controller.quorum.fetch.max.bytes", int_, "1048576", at_least(1), fixed, ignored),
    row("controller.quorum.fetch.snapshot.max.bytes", int_, "1048576", at_least(1), fixed, ignored),
    row("controller.quorum.fetch.timeout.ms", int_, "2000", at_least(0), fixed, ignored),
    row("controller.quorum.request.timeout.ms", int_, "2000", at_least(0), fixed, ignored),
    row("controller.quorum.retry.backoff.ms", int_, "20", at_least(0), fixed, ignored),
    row("controller.quorum.voters", list, "", quorum_voters(), fixed, ignored, "Controllers as id@host:port; only this node itself is possible."),
    row("controller.quota.window.num", int_, "11", at_least(1), fixed, acts, "Windows whose changes of partitions a client may save up."),
    row("controller.quota.window.size.seconds", int_, "1", at_least(1), fixed, acts, "Length of a window of changes of partitions."),
    row("controller.socket.timeout.ms", int_, "30000", any(), fixed, ignored),
    row("cordoned.log.dirs", list, "", set_of(), per_broker, ignored),
    row("create.topic.policy.class.name", class_, nullptr, any(), fixed, ignored),
    row("default.replication.factor", int_, "1", any(), fixed, acts, "Replication factor of a topic created without one."),
    row("delegation.token.expiry.check.interval.ms", long_, "3600000", at_least(1), fixed, ignored),
    row("delegation.token.expiry.time.ms", long_, "86400000", at_least(1), fixed, ignored),
    row("delegation.token.max.lifetime.ms", long_, "604800000", at_least(1), fixed, ignored),
    row("delegation.token.secret.key", password, nullptr, any(), fixed, ignored),
    row("delete.records.purgatory.purge.interval.requests", int_, "1", any(), fixed, ignored),
    row("delete.topic.enable", boolean, "true", any(), fixed, acts, "Whether topics can be deleted."),
    row("early.start.listeners", list, nullptr, set_of(), fixed, ignored),
    row("errors.deadletterqueue.auto.create.topics.enable", boolean, "false", any(), cluster_wide, ignored),
    row("errors.deadletterqueue.topic.name.prefix", string, "dlq.", any(), cluster_wide, ignored),
    row("fetch.max.bytes", int_, "57671680", at_least(1024), fixed, acts, "Most bytes one fetch answer carries."),
    row("fetch.purgatory.purge.interval.requests", int_, "1000", any(), fixed, ignored),
    row("follower.fetch.last.tiered.offset.enable", boolean, "false", any(), cluster_wide, ignored),
    internal("follower.replication.throttled.rate", long_, nullptr, at_least(0), cluster_wide, ignored, ""),
    row("group.consumer.assignment.interval.ms", int_, "1000", at_least(0), cluster_wide, acts, "Shortest time between two assignments of a consumer group."),
    internal("group.consumer.assignor.offload.enable", boolean, "true", any(), cluster_wide, ignored, ""),
    row("group.consumer.assignors", list, "uniform,range", non_empty_list(), fixed, acts, "Server-side assignors of consumer groups; the first is the default."),
    row("group.consumer.heartbeat.interval.ms", int_, "5000", at_least(1), fixed, acts, "Heartbeat interval of the members of consumer groups."),
    row("group.consumer.max.assignment.interval.ms", int_, "15000", at_least(0), fixed, acts, "Longest assignment interval a group may set for itself."),
    row("group.consumer.max.heartbeat.interval.ms", int_, "15000", at_least(1), fixed, acts, "Longest heartbeat interval a group may set for itself."),
    row("group.consumer.max.session.timeout.ms", int_, "60000", at_least(1), fixed, acts, "Longest session timeout a group may set for itself."),
    row("group.consumer.max.size", int_, "2147483647", at_least(1), fixed, acts, "Most members of a consumer group."),
    row("group.consumer.migration.policy", string, "bidirectional", one_of_ignoring_case("DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL"), fixed, acts, "Which way groups may change between the classic and the consumer protocol while they run."),
    row("group.consumer.min.assignment.interval.ms", int_, "0", at_least(0), fixed, acts, "Shortest assignment interval a group may set for itself."),
    row("group.consumer.min.heartbeat.interval.ms", int_, "5000", at_least(1), fixed, acts, "Shortest heartbeat interval a group may set for itself."),
    row("group.consumer.min.session.timeout.ms", int_, "45000", at_least(1), fixed, acts, "Shortest session timeout a group may set for itself."),
    internal("group.consumer.regex.refresh.interval.ms", int_, "600000", at_least(10000), fixed, acts, ""),
    row("group.consumer.session.timeout.ms", int_, "45000", at_least(1), fixed, acts, "Time without a heartbeat after which a member of a consumer group is dropped."),
    row("group.coordinator.append.linger.ms", int_, "-1", at_least(-1), fixed, acts, "Time that answers to what groups write wait for others, to be flushed with them; -1 for 2 ms after changes of consumer groups and none otherwise."),
    row("group.coordinator.background.threads", int_, "2", at_least(1), fixed, ignored),
    row("group.coordinator.cached.buffer.max.bytes", int_, "1048588", at_least(524288), cluster_wide, ignored),
    row("group.coordinator.rebalance.protocols", list, "classic,consumer,streams", non_empty_list("consumer, classic, share, streams"), fixed, acts, "Group protocols that are served; without consumer, KIP-848 members are refused."),
    row("group.coordinator.threads", int_, "4", at_least(1), fixed, ignored),
    row("group.initial.rebalance.delay.ms", int_, laptop_default("group.initial.rebalance.delay.ms"), any(), fixed, acts, "Time a new group waits for more members; 0 here, so that a first consumer starts at once."),
    row("group.max.session.timeout.ms", int_, "1800000", any(), fixed, acts, "Longest session timeout a member of a classic group may ask for."),
    row("group.max.size", int_, "2147483647", at_least(1), fixed, acts, "Most members of a classic group."),
    row("group.min.session.timeout.ms", int_, "6000", any(), fixed, acts, "Shortest session timeout a member of a classic group may ask for."),
    row("group.share.assignment.interval.ms", int_, "1000", at_least(0), cluster_wide, ignored),
    internal("group.share.assignor.offload.enable", boolean, "true", any(), cluster_wide, ignored, ""),
    row("group.share.assignors", list, "simple", non_empty_list(), fixed, ignored),
    row("group.share.delivery.count.limit", int_, "5", between(2, 10), fixed, ignored),
    internal("group.share.dlq.manager.class.name", string, "org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager", any(), fixed, ignored, ""),
    row("group.share.heartbeat.interval.ms", int_, "5000", at_least(1), fixed, ignored),
    internal("group.share.initialize.retry.interval.ms", int_, "30000", at_least(1), fixed, ignored, ""),
    row("group.share.max.assignment.interval.ms", int_, "15000", at_least(0), fixed, ignored),
    row("group.share.max.delivery.count.limit", int_, "10", between(5, 25), fixed, ignored),
    row("group.share.max.heartbeat.interval.ms", int_, "15000", at_least(1), fixed, ignored),
    row("group.share.max.partition.max.record.locks", int_, "4000", between(2000, 10000), fixed, ignored),
    row("group.share.max.record.lock.duration.ms", int_, "60000", between(30000, 3600000), fixed, ignored),
    row("group.share.max.session.timeout.ms", int_, "60000", at_least(1), fixed, ignored),
    row("group.share.max.share.sessions", int_, "2000", at_least(1), fixed, ignored),
    row("group.share.max.size", int_, "200", between(1, 1000), fixed, ignored),
    row("group.share.min.assignment.interval.ms", int_, "0", at_least(0), fixed, ignored),
    row("group.share.min.delivery.count.limit", int_, "2", between(2, 5), fixed, ignored),
    row("group.share.min.heartbeat.interval.ms", int_, "5000", at_least(1), fixed, ignored),
    row("group.share.min.partition.max.record.locks", int_, "100", between(100, 2000), fixed, ignored),
    row("group.share.min.record.lock.duration.ms", int_, "15000", between(1000, 30000), fixed, ignored),
    row("group.share.min.session.timeout.ms", int_, "45000", at_least(1), fixed, ignored),
    row("group.share.partition.max.record.locks", int_, "2000", between(100, 10000), fixed, ignored),
    internal("group.share.persister.class.name", string, "org.apache.kafka.server.share.persister.DefaultStatePersister", any(), fixed, ignored, ""),
    row("group.share.record.lock.duration.ms", int_, "30000", between(1000, 3600000), fixed, ignored),
    row("group.share.session.timeout.ms", int_, "45000", at_least(1), fixed, ignored),
    internal("group.streams.acceptable.recovery.lag", long_, "10000", at_least(0), fixed, ignored, ""),
    row("group.streams.assignment.interval.ms", int_, "1000", at_least(0), cluster_wide, ignored),
    internal("group.streams.assignor.offload.enable", boolean, "true", any(), cluster_wide, ignored, ""),
    row("group.streams.assignors", list, "sticky", non_empty_list(), fixed, ignored),
    row("group.streams.heartbeat.interval.ms", int_, "5000", at_least(1), fixed, ignored),
    row("group.streams.initial.rebalance.delay.ms", int_, "3000", at_least(0), fixed, ignored),
    row("group.streams.max.assignment.interval.ms", int_, "15000", at_least(0), fixed, ignored),
    row("group.streams.max.heartbeat.interval.ms", int_, "15000", at_least(1), fixed, ignored),
    row("group.streams.max.session.timeout.ms", int_, "60000", at_least(1), fixed, ignored),
    row("group.streams.max.size", int_, "2147483647", at_least(1), fixed, ignored),
    row("group.streams.max.standby.replicas", int_, "2", at_least(0), fixed, ignored),
    internal("group.streams.max.warmup.replicas", int_, "20", at_least(0), fixed, ignored, ""),
    row("group.streams.min.assignment.interval.ms", int_, "0", at_least(0), fixed, ignored),
    row("group.streams.min.heartbeat.interval.ms", int_, "5000", at_least(1), fixed, ignored),
    row("group.streams.min.session.timeout.ms", int_, "45000", at_least(1), fixed, ignored),
    internal("group.streams.min.task.offset.interval.ms", int_, "15000", at_least(1), fixed, ignored, ""),
    row("group.streams.num.standby.replicas", int_, "0", at_least(0), fixed, ignored),
    internal("group.streams.num.warmup.replicas", int_, "2", at_least(0), fixed, ignored, ""),
    row("group.streams.rack.aware.assignment.tags", list, "", set_of(), fixed, ignored),
    row("group.streams.session.timeout.ms", int_, "45000", at_least(1), fixed, ignored),
    internal("group.streams.task.offset.interval.ms", int_, "60000", at_least(1), fixed, ignored, ""),
    row("group.streams.topology.description.plugin.class", class_, nullptr, any(), fixed, ignored),
    row("initial.broker.registration.timeout.ms", int_, "60000", any(), fixed, ignored),
    row("inter.broker.listener.name", string, nullptr, any(), fixed, ignored, "Listener between brokers."),
    internal("internal.metadata.delete.delay.millis", long_, "60000", any(), fixed, ignored, ""),
    internal("internal.metadata.log.segment.bytes", int_, nullptr, any(), fixed, ignored, ""),
    internal("internal.metadata.max.batch.size.in.bytes", int_, "8388608", any(), fixed, ignored, ""),
    row("kafka.metrics.polling.interval.secs", int_, "10", at_least(1), fixed, ignored),
    row("kafka.metrics.reporters", list, "", set_of(), fixed, ignored),
    row("leader.imbalance.check.interval.seconds", long_, "300", at_least(1), fixed, ignored),
    internal("leader.replication.throttled.rate", long_, nullptr, at_least(0), cluster_wide, ignored, ""),
    row("listener.security.protocol.map", string, "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", any(), per_broker, acts, "Security protocol of each listener name."),
    row("listeners", list, laptop_default("listeners"), non_empty_list(), per_broker, acts, "Addresses to listen on: NAME://host:port items; port 0 lets the system choose."),
    row("log.cleaner.backoff.ms", long_, "15000", at_least(0), cluster_wide, acts, "Time between two looks for logs to compact."),
    row("log.cleaner.dedupe.buffer.size", long_, "134217728", any(), cluster_wide, acts, "Memory for the keys of the compactions that run, in bytes."),
    row("log.cleaner.delete.retention.ms", long_, "86400000", at_least(0), cluster_wide, acts, "Default of delete.retention.ms for topics."),
    row("log.cleaner.enable", boolean, "true", any(), fixed, acts, "Whether logs are compacted at all."),
    row("log.cleaner.io.buffer.load.factor", double_, "0.9", any(), cluster_wide, acts, "How full the memory for keys may get."),
    row("log.cleaner.io.buffer.size", int_, "524288", at_least(0), cluster_wide, acts, "Memory for reading and writing of the compactions that run, in bytes."),
    row("log.cleaner.io.max.bytes.per.second", double_, "1.7976931348623157E308", any(), cluster_wide, acts, "What compactions may read and write together, in bytes per second."),
    row("log.cleaner.max.compaction.lag.ms", long_, "9223372036854775807", at_least(1), cluster_wide, acts, "Default of max.compaction.lag.ms for topics."),
    row("log.cleaner.min.cleanable.ratio", double_, "0.5", between(0, 1), cluster_wide, acts, "Default of min.cleanable.dirty.ratio for topics."),
    row("log.cleaner.min.compaction.lag.ms", long_, "0", at_least(0), cluster_wide, acts, "Default of min.compaction.lag.ms for topics."),
    row("log.cleaner.threads", int_, "1", at_least(0), cluster_wide, acts, "Compactions that run at a time."),
    row("log.cleanup.policy", list, "delete", set_of("compact, delete"), cluster_wide, acts, "Default of cleanup.policy for topics."),
    row("log.dir", list, "/tmp/kafka-logs", non_empty_list(), fixed, acts, "Data directory when log.dirs is not set."),
    row("log.dir.failure.timeout.ms", long_, "30000", at_least(1), fixed, ignored),
    row("log.dirs", list, nullptr, non_empty_list(), fixed, acts, "Data directory."),
    row("log.flush.interval.messages", long_, "9223372036854775807", at_least(1), cluster_wide, acts, "Default of flush.messages for topics."),
    row("log.flush.interval.ms", long_, nullptr, any(), cluster_wide, acts, "Default of flush.ms for topics."),
    row("log.flush.offset.checkpoint.interval.ms", int_, "60000", at_least(0), fixed, ignored, "Time between two writes of the recovery points."),
    row("log.flush.scheduler.interval.ms", long_, "9223372036854775807", any(), fixed, acts, "Default of flush.ms for topics when log.flush.interval.ms is not set."),
    row("log.flush.start.offset.checkpoint.interval.ms", int_, "60000", at_least(0), fixed, ignored, "Time between two writes of the log start offsets."),
    row("log.index.interval.bytes", int_, "4096", at_least(0), cluster_wide, acts, "Default of index.interval.bytes for topics."),
    row("log.index.size.max.bytes", int_, "10485760", at_least(4), cluster_wide, acts, "Default of segment.index.bytes for topics."),
    internal("log.initial.task.delay.ms", long_, "30000", at_least(0), fixed, acts, "Time after the start before background work begins."),
    row("log.local.retention.bytes", long_, "-2", at_least(-2), cluster_wide, ignored, "Default of local.retention.bytes for topics."),
    row("log.local.retention.ms", long_, "-2", at_least(-2), cluster_wide, ignored, "Default of local.retention.ms for topics."),
    row("log.message.timestamp.after.max.ms", long_, "3600000", at_least(0), cluster_wide, acts, "Default of message.timestamp.after.max.ms for topics."),
    row("log.message.timestamp.before.max.ms", long_, "9223372036854775807", at_least(0), cluster_wide, acts, "Default of message.timestamp.before.max.ms for topics."),
    row("log.message.timestamp.type", string, "CreateTime", one_of("CreateTime, LogAppendTime"), cluster_wide, acts, "Default of message.timestamp.type for topics."),
    row("log.preallocate", boolean, "false", any(), cluster_wide, ignored, "Default of preallocate for topics."),
    row("log.remote.copy.lag.bytes", long_, "-1", at_least(-1), cluster_wide, ignored, "Default of remote.copy.lag.bytes for topics."),
    row("log.remote.copy.lag.ms", long_, "0", at_least(-1), cluster_wide, ignored, "Default of remote.copy.lag.ms for topics."),
    row("log.retention.bytes", long_, "-1", any(), cluster_wide, acts, "Default of retention.bytes for topics."),
    row("log.retention.check.interval.ms", long_, "300000", at_least(1), fixed, acts, "Time between two looks for segments that are due for deletion."),
    row("log.retention.hours", int_, "168", any(), fixed, acts, "Default of retention.ms for topics in hours, when .ms and .minutes are not set."),
    row("log.retention.minutes", int_, nullptr, any(), fixed, acts, "Default of retention.ms for topics in minutes, when .ms is not set."),
    row("log.retention.ms", long_, nullptr, any(), cluster_wide, acts, "Default of retention.ms for topics."),
    row("log.roll.hours", int_, "168", at_least(1), fixed, acts, "Default of segment.ms for topics in hours, when log.roll.ms is not set."),
    row("log.roll.jitter.hours", int_, "0", at_least(0), fixed, acts, "Default of segment.jitter.ms for topics in hours, when log.roll.jitter.ms is not set."),
    row("log.roll.jitter.ms", long_, nullptr, any(), cluster_wide, acts, "Default of segment.jitter.ms for topics."),
    row("log.roll.ms", long_, nullptr, any(), cluster_wide, acts, "Default of segment.ms for topics."),
    row("log.segment.bytes", int_, "1073741824", at_least(1048576), cluster_wide, acts, "Default of segment.bytes for topics."),
    row("log.segment.delete.delay.ms", long_, "60000", at_least(0), cluster_wide, acts, "Default of file.delete.delay.ms for topics."),
    row("max.connection.creation.rate", int_, "2147483647", at_least(0), cluster_wide, ignored),
    row("max.connections", int_, "2147483647", at_least(0), cluster_wide, acts, "Most connections at a time; changed at run time, it acts from the next start."),
    row("max.connections.per.ip", int_, "2147483647", at_least(0), cluster_wide, acts, "Most connections from one address at a time; changed at run time, it acts from the next start."),
    row("max.connections.per.ip.overrides", string, "", any(), cluster_wide, ignored),
    row("max.decompressed.message.bytes", int_, "2147483639", between(1, 2147483639), cluster_wide, acts, "Largest size of a batch after decompression."),
    row("max.incremental.fetch.session.cache.slots", int_, "1000", at_least(0), fixed, acts, "Most fetch sessions kept at a time."),
    row("max.request.partition.size.limit", int_, "2000", at_least(1), fixed, acts, "Most partitions in one answer of DescribeTopicPartitions."),
    row("message.max.bytes", int_, "1048588", at_least(0), cluster_wide, acts, "Default of max.message.bytes for topics."),
    row("metadata.log.dir", string, nullptr, any(), fixed, ignored),
    row("metadata.log.max.record.bytes.between.snapshots", long_, "20971520", at_least(1), fixed, acts, "Bytes of metadata records from which a new snapshot is written."),
    row("metadata.log.max.snapshot.interval.ms", long_, "3600000", at_least(0), fixed, ignored, "Longest time between two metadata snapshots; 0 for no limit."),
    row("metadata.log.segment.bytes", int_, "1073741824", at_least(8388608), fixed, ignored, "Size from which a segment of the metadata log is closed."),
    row("metadata.log.segment.ms", long_, "604800000", any(), fixed, ignored),
    row("metadata.max.idle.interval.ms", int_, "500", at_least(0), fixed, ignored),
    row("metadata.max.retention.bytes", long_, "104857600", any(), fixed, acts, "Size of metadata log and snapshots above which old ones are deleted."),
    row("metadata.max.retention.ms", long_, "604800000", any(), fixed, ignored, "Age from which old metadata segments and snapshots are deleted."),
    row("metric.reporters", list, "org.apache.kafka.common.metrics.JmxReporter", set_of(), cluster_wide, ignored),
    row("metrics.num.samples", int_, "2", at_least(1), fixed, ignored),
    row("metrics.recording.level", string, "INFO", any(), fixed, ignored),
    row("metrics.sample.window.ms", long_, "30000", at_least(1), fixed, ignored),
    row("min.insync.replicas", int_, "1", at_least(1), cluster_wide, ignored, "Replicas that must be in sync for acks=all to succeed."),
    row("node.id", int_, laptop_default("node.id"), at_least(0), fixed, acts, "Number of this node."),
    row("num.io.threads", int_, "8", at_least(1), cluster_wide, ignored, "Threads that work on blocking requests."),
    row("num.network.threads", int_, "3", at_least(1), cluster_wide, acts, "Event loops that serve connections, at most one a core; changed at run time, it acts from the next start."),
    row("num.partitions", int_, "1", at_least(1), fixed, acts, "Partitions of a topic created without a count."),
    row("num.recovery.threads.per.data.dir", int_, "2", at_least(1), cluster_wide, ignored, "Threads that load partitions at the start."),
    row("num.replica.alter.log.dirs.threads", int_, nullptr, any(), fixed, ignored),
    row("num.replica.fetchers", int_, "1", at_least(1), cluster_wide, ignored),
    row("offset.metadata.max.bytes", int_, "4096", any(), fixed, acts, "Most bytes of the text committed with an offset."),
    row("offsets.commit.timeout.ms", int_, "5000", at_least(1), fixed, ignored),
    row("offsets.load.buffer.size", int_, "5242880", at_least(1), fixed, acts, "Bytes read at a time when groups are loaded."),
    row("offsets.retention.check.interval.ms", long_, "600000", at_least(1), fixed, acts, "Time between two looks for expired offsets."),
    row("offsets.retention.minutes", int_, "10080", at_least(1), fixed, acts, "Time an offset of an empty group is kept."),
    row("offsets.topic.compression.codec", int_, "0", any(), fixed, acts, "Codec of the batches in __consumer_offsets: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."),
    row("offsets.topic.num.partitions", int_, laptop_default("offsets.topic.num.partitions"), at_least(1), fixed, acts, "Partitions of __consumer_offsets; 3 here."),
    row("offsets.topic.replication.factor", short_, laptop_default("offsets.topic.replication.factor"), at_least(1), fixed, ignored, "Replication factor of __consumer_offsets; 1 here."),
    row("offsets.topic.segment.bytes", int_, "104857600", at_least(1), fixed, acts, "Segment size of __consumer_offsets."),
    row("principal.builder.class", class_, "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder", any(), per_broker, ignored),
    row("process.roles", list, laptop_default("process.roles"), non_empty_list("broker, controller"), fixed, acts, "Roles of this process; it is always broker and controller."),
    internal("producer.id.expiration.check.interval.ms", int_, "600000", at_least(1), fixed, acts, ""),
    row("producer.id.expiration.ms", int_, "86400000", at_least(1), cluster_wide, acts, "Time after which the state of an idle producer is forgotten; changed at run time, it acts from the next start."),
    row("producer.purgatory.purge.interval.requests", int_, "1000", any(), fixed, ignored),
    row("queued.max.request.bytes", long_, "-1", any(), fixed, acts, "Most bytes of requests waiting or being worked on; -1 for no limit."),
    row("queued.max.requests", int_, "500", at_least(1), fixed, ignored, "Most requests waiting or being worked on."),
    row("quota.window.num", int_, "11", at_least(1), fixed, acts, "Windows that produce, fetch and request rates are measured over."),
    row("quota.window.size.seconds", int_, "1", at_least(1), fixed, acts, "Length of a window of produce, fetch and request rates."),
    row("remote.fetch.max.wait.ms", int_, "500", at_least(1), cluster_wide, ignored),
    row("remote.list.offsets.request.timeout.ms", long_, "30000", at_least(1), cluster_wide, ignored),
    row("remote.log.index.file.cache.total.size.bytes", long_, "1073741824", at_least(1), cluster_wide, ignored),
    internal("remote.log.index.file.cache.ttl.ms", long_, "900000", at_least(-1), fixed, ignored, ""),
    row("remote.log.manager.copier.thread.pool.size", int_, "10", at_least(1), cluster_wide, ignored),
    row("remote.log.manager.copy.max.bytes.per.second", long_, "9223372036854775807", at_least(1), cluster_wide, ignored),
    row("remote.log.manager.copy.quota.window.num", int_, "11", at_least(1), fixed, ignored),
    row("remote.log.manager.copy.quota.window.size.seconds", int_, "1", at_least(1), fixed, ignored),
    row("remote.log.manager.expiration.thread.pool.size", int_, "10", at_least(1), cluster_wide, ignored),
    row("remote.log.manager.fetch.max.bytes.per.second", long_, "9223372036854775807", at_least(1), cluster_wide, ignored),
    row("remote.log.manager.fetch.quota.window.num", int_, "11", at_least(1), fixed, ignored),
    row("remote.log.manager.fetch.quota.window.size.seconds", int_, "1", at_least(1), fixed, ignored),
    row("remote.log.manager.follower.thread.pool.size", int_, "2", at_least(1), cluster_wide, ignored),
    row("remote.log.manager.task.interval.ms", long_, "30000", at_least(1), fixed, ignored),
    internal("remote.log.manager.task.retry.backoff.max.ms", long_, "30000", at_least(1), fixed, ignored, ""),
    internal("remote.log.manager.task.retry.backoff.ms", long_, "500", at_least(1), fixed, ignored, ""),
    internal("remote.log.manager.task.retry.jitter", double_, "0.2", between(0, 1), fixed, ignored, ""),
    row("remote.log.manager.thread.pool.size", int_, "2", at_least(1), fixed, ignored),
    row("remote.log.metadata.custom.metadata.max.bytes", int_, "128", at_least(0), fixed, ignored),
    row("remote.log.metadata.manager.class.name", string, "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager", non_empty(), fixed, ignored),
    row("remote.log.metadata.manager.class.path", string, nullptr, any(), fixed, ignored),
    row("remote.log.metadata.manager.impl.prefix", string, "rlmm.config.", non_empty(), fixed, ignored),
    row("remote.log.metadata.manager.listener.name", string, nullptr, non_empty(), fixed, ignored),
    row("remote.log.reader.max.pending.tasks", int_, "100", at_least(1), fixed, ignored),
    row("remote.log.reader.threads", int_, "10", at_least(1), cluster_wide, ignored),
    row("remote.log.storage.manager.class.name", string, nullptr, non_empty(), fixed, ignored),
    row("remote.log.storage.manager.class.path", string, nullptr, any(), fixed, ignored),
    row("remote.log.storage.manager.impl.prefix", string, "rsm.config.", non_empty(), fixed, ignored),
    row("remote.log.storage.system.enable", boolean, "false", any(), fixed, ignored),
    internal("replica.alter.log.dirs.io.max.bytes.per.second", long_, nullptr, at_least(0), cluster_wide, ignored, ""),
    row("replica.fetch.backoff.ms", int_, "1000", at_least(0), fixed, ignored),
    row("replica.fetch.max.bytes", int_, "1048576", at_least(0), fixed, ignored),
    row("replica.fetch.min.bytes", int_, "1", any(), fixed, ignored),
    row("replica.fetch.response.max.bytes", int_, "10485760", at_least(0), fixed, ignored),
    row("replica.fetch.wait.max.ms", int_, "500", any(), fixed, ignored),
    row("replica.high.watermark.checkpoint.interval.ms", long_, "5000", any(), fixed, acts),
    row("replica.lag.time.max.ms", long_, "30000", any(), fixed, ignored),
    row("replica.selector.class", string, nullptr, any(), fixed, ignored),
    row("replica.socket.receive.buffer.bytes", int_, "65536", any(), fixed, ignored),
    row("replica.socket.timeout.ms", int_, "30000", any(), fixed, ignored),
    row("replication.quota.window.num", int_, "11", at_least(1), fixed, ignored),
    row("replication.quota.window.size.seconds", int_, "1", at_least(1), fixed, ignored),
    row("request.timeout.ms", int_, "30000", any(), fixed, ignored, "Time after which a request between brokers fails."),
    row("sasl.client.callback.handler.class", class_, nullptr, any(), fixed, ignored),
    row("sasl.enabled.mechanisms", list, "GSSAPI", set_of(), per_broker, ignored),
    row("sasl.jaas.config", password, nullptr, any(), per_broker, ignored),
    row("sasl.kerberos.kinit.cmd", string, "/usr/bin/kinit", any(), per_broker, ignored),
    row("sasl.kerberos.min.time.before.relogin", long_, "60000", any(), per_broker, ignored),
    row("sasl.kerberos.principal.to.local.rules", list, "DEFAULT", set_of(), per_broker, ignored),
    row("sasl.kerberos.service.name", string, nullptr, any(), per_broker, ignored),
    row("sasl.kerberos.ticket.renew.jitter", double_, "0.05", any(), per_broker, ignored),
    row("sasl.kerberos.ticket.renew.window.factor", double_, "0.8", any(), per_broker, ignored),
    row("sasl.login.callback.handler.class", class_, nullptr, any(), fixed, ignored),
    row("sasl.login.class", class_, nullptr, any(), fixed, ignored),
    row("sasl.login.connect.timeout.ms", int_, nullptr, any(), fixed, ignored),
    row("sasl.login.read.timeout.ms", int_, nullptr, any(), fixed, ignored),
    row("sasl.login.refresh.buffer.seconds", short_, "300", any(), per_broker, ignored),
    row("sasl.login.refresh.min.period.seconds", short_, "60", any(), per_broker, ignored),
    row("sasl.login.refresh.window.factor", double_, "0.8", any(), per_broker, ignored),
    row("sasl.login.refresh.window.jitter", double_, "0.05", any(), per_broker, ignored),
    row("sasl.login.retry.backoff.max.ms", long_, "10000", any(), fixed, ignored),
    row("sasl.login.retry.backoff.ms", long_, "100", any(), fixed, ignored),
    row("sasl.mechanism.controller.protocol", string, "GSSAPI", any(), fixed, ignored),
    row("sasl.mechanism.inter.broker.protocol", string, "GSSAPI", any(), per_broker, ignored),
    row("sasl.oauthbearer.allow.unverified.audience", boolean, "false", any(), fixed, ignored),
    row("sasl.oauthbearer.allow.unverified.issuer", boolean, "false", any(), fixed, ignored),
    row("sasl.oauthbearer.assertion.algorithm", string, "RS256", one_of_ignoring_case("ES256, RS256"), fixed, ignored),
    row("sasl.oauthbearer.assertion.claim.aud", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.assertion.claim.exp.seconds", int_, "300", between(0, 86400), fixed, ignored),
    row("sasl.oauthbearer.assertion.claim.iss", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.assertion.claim.jti.include", boolean, "false", any(), fixed, ignored),
    row("sasl.oauthbearer.assertion.claim.nbf.seconds", int_, "60", between(0, 3600), fixed, ignored),
    row("sasl.oauthbearer.assertion.claim.sub", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.assertion.file", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.assertion.private.key.file", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.assertion.private.key.passphrase", password, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.assertion.template.file", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.client.credentials.client.id", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.client.credentials.client.secret", password, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.clock.skew.seconds", int_, "30", any(), fixed, ignored),
    row("sasl.oauthbearer.expected.audience", list, "", set_of(), fixed, ignored),
    row("sasl.oauthbearer.expected.issuer", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.jwks.endpoint.refresh.ms", long_, "3600000", any(), fixed, ignored),
    row("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", long_, "10000", any(), fixed, ignored),
    row("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", long_, "100", any(), fixed, ignored),
    row("sasl.oauthbearer.jwks.endpoint.url", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.jwt.retriever.class", class_, "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever", any(), fixed, ignored),
    row("sasl.oauthbearer.jwt.validator.class", class_, "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator", any(), fixed, ignored),
    row("sasl.oauthbearer.scope", string, nullptr, any(), fixed, ignored),
    row("sasl.oauthbearer.scope.claim.name", string, "scope", any(), fixed, ignored),
    row("sasl.oauthbearer.sub.claim.name", string, "sub", any(), fixed, ignored),
    row("sasl.oauthbearer.token.endpoint.url", string, nullptr, any(), fixed, ignored),
    row("sasl.server.callback.handler.class", class_, nullptr, any(), fixed, ignored),
    row("sasl.server.max.receive.size", int_, "524288", any(), fixed, ignored),
    row("security.inter.broker.protocol", string, "PLAINTEXT", one_of("PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"), fixed, ignored),
    row("security.providers", string, nullptr, any(), fixed, ignored),
    internal("server.max.startup.time.ms", long_, "9223372036854775807", at_least(0), fixed, ignored, ""),
    row("share.coordinator.append.linger.ms", int_, "-1", at_least(-1), fixed, ignored),
    row("share.coordinator.cached.buffer.max.bytes", int_, "1048588", at_least(524288), cluster_wide, ignored),
    internal("share.coordinator.cold.partition.snapshot.interval.ms", int_, "300000", at_least(1), fixed, ignored, ""),
    row("share.coordinator.load.buffer.size", int_, "5242880", at_least(1), fixed, ignored),
    row("share.coordinator.snapshot.update.records.per.snapshot", int_, "500", between(0, 500), fixed, ignored),
    row("share.coordinator.state.topic.compression.codec", int_, "0", any(), fixed, ignored),
    row("share.coordinator.state.topic.min.isr", short_, laptop_default("share.coordinator.state.topic.min.isr"), at_least(1), fixed, ignored, "Default of min.insync.replicas for __share_group_state; 1 here."),
    row("share.coordinator.state.topic.num.partitions", int_, laptop_default("share.coordinator.state.topic.num.partitions"), at_least(1), fixed, ignored, "Partitions of __share_group_state; 3 here."),
    internal("share.coordinator.state.topic.prune.interval.ms", int_, "300000", at_least(1), fixed, ignored, ""),
    row("share.coordinator.state.topic.replication.factor", short_, laptop_default("share.coordinator.state.topic.replication.factor"), at_least(1), fixed, ignored, "Replication factor of __share_group_state; 1 here."),
    row("share.coordinator.state.topic.segment.bytes", int_, "104857600", at_least(1), fixed, ignored),
    row("share.coordinator.threads", int_, "1", at_least(1), fixed, ignored),
    row("share.coordinator.write.timeout.ms", int_, "5000", at_least(1), fixed, ignored),
    row("share.fetch.purgatory.purge.interval.requests", int_, "1000", any(), fixed, ignored),
    row("socket.connection.setup.timeout.max.ms", long_, "30000", any(), fixed, ignored),
    row("socket.connection.setup.timeout.ms", long_, "10000", any(), fixed, ignored),
    row("socket.listen.backlog.size", int_, "50", at_least(1), fixed, acts, "Connections that may wait to be accepted."),
    row("socket.receive.buffer.bytes", int_, "102400", any(), fixed, ignored, "Receive buffer of a connection; left to the system, which adapts it."),
    row("socket.request.max.bytes", int_, "104857600", at_least(1), fixed, acts, "Largest request accepted."),
    row("socket.send.buffer.bytes", int_, "102400", any(), fixed, acts, "Send buffer of a connection; -1 leaves it to the system."),
    internal("spool.metrics.listener", string, "", any(), fixed, acts, "host:port that answers /metrics and /health; not a setting of Kafka, and closed when empty."),
    row("ssl.allow.dn.changes", boolean, "false", any(), fixed, ignored),
    row("ssl.allow.san.changes", boolean, "false", any(), fixed, ignored),
    row("ssl.cipher.suites", list, "", set_of(), per_broker, ignored),
    row("ssl.client.auth", string, "none", one_of("required, requested, none"), per_broker, ignored),
    row("ssl.enabled.protocols", list, "TLSv1.2,TLSv1.3", set_of(), per_broker, ignored),
    row("ssl.endpoint.identification.algorithm", string, "https", any(), per_broker, ignored),
    row("ssl.engine.factory.class", class_, nullptr, any(), per_broker, ignored),
    row("ssl.key.password", password, nullptr, any(), per_broker, ignored),
    row("ssl.keymanager.algorithm", string, "SunX509", any(), per_broker, ignored),
    row("ssl.keystore.certificate.chain", password, nullptr, any(), per_broker, ignored),
    row("ssl.keystore.key", password, nullptr, any(), per_broker, ignored),
    row("ssl.keystore.location", string, nullptr, any(), per_broker, ignored),
    row("ssl.keystore.password", password, nullptr, any(), per_broker, ignored),
    row("ssl.keystore.type", string, "JKS", any(), per_broker, ignored),
    row("ssl.principal.mapping.rules", string, "DEFAULT", any(), fixed, ignored),
    row("ssl.protocol", string, "TLSv1.3", any(), per_broker, ignored),
    row("ssl.provider", string, nullptr, any(), per_broker, ignored),
    row("ssl.secure.random.implementation", string, nullptr, any(), per_broker, ignored),
    row("ssl.trustmanager.algorithm", string, "PKIX", any(), per_broker, ignored),
    row("ssl.truststore.certificates", password, nullptr, any(), per_broker, ignored),
    row("ssl.truststore.location", string, nullptr, any(), per_broker, ignored),
    row("ssl.truststore.password", password, nullptr, any(), per_broker, ignored),
    row("ssl.truststore.type", string, "JKS", any(), per_broker, ignored),
    row("telemetry.max.bytes", int_, "1048576", at_least(1), fixed, acts, "Largest push of client metrics that is accepted."),
    row("transaction.abort.timed.out.transaction.cleanup.interval.ms", int_, "10000", at_least(1), fixed, acts, "Time between two looks for transactions that are open for longer than their timeout."),
    row("transaction.max.timeout.ms", int_, "900000", at_least(1), fixed, acts, "Longest transaction timeout a producer may ask for."),
    row("transaction.partition.verification.enable", boolean, "true", any(), cluster_wide, acts, "Whether the first batch of a transaction in a partition is written only if the coordinator knows of it."),
    row("transaction.remove.expired.transaction.cleanup.interval.ms", int_, "3600000", at_least(1), fixed, acts, "Time between two looks for transactional ids to forget."),
    row("transaction.state.log.load.buffer.size", int_, "5242880", at_least(1), fixed, acts, "Bytes read at a time when transactions are loaded."),
    row("transaction.state.log.min.isr", int_, laptop_default("transaction.state.log.min.isr"), at_least(1), fixed, acts, "Default of min.insync.replicas for __transaction_state; 1 here."),
    row("transaction.state.log.num.partitions", int_, laptop_default("transaction.state.log.num.partitions"), at_least(1), fixed, acts, "Partitions of __transaction_state; 3 here."),
    row("transaction.state.log.replication.factor", short_, laptop_default("transaction.state.log.replication.factor"), at_least(1), fixed, ignored, "Replication factor of __transaction_state; 1 here."),
    row("transaction.state.log.segment.bytes", int_, "104857600", at_least(1), fixed, acts, "Segment size of __transaction_state."),
    row("transaction.two.phase.commit.enable", boolean, "false", any(), fixed, ignored),
    row("transactional.id.expiration.ms", int_, "604800000", at_least(1), fixed, acts, "Time after which an idle transactional id is forgotten."),
    row("unclean.leader.election.enable", boolean, "false", any(), cluster_wide, ignored, "Whether a replica that is out of sync may lead when no other is left, losing records."),
    internal("unclean.leader.election.interval.ms", long_, "300000", at_least(1), fixed, ignored, ""),
    internal("unstable.api.versions.enable", boolean, "false", any(), fixed, ignored, ""),
    internal("unstable.feature.versions.enable", boolean, "false", any(), fixed, ignored, ""),
};

constexpr ConfigDef kTopic[] = {
    row("cleanup.policy", list, "delete", set_of("compact, delete"), cluster_wide, acts, "What becomes of old segments: delete drops them by time and size, compact keeps the last record of each key."),
    row("compression.gzip.level", int_, "-1", gzip_level(), cluster_wide, acts, "Level used when compression.type is gzip."),
    row("compression.lz4.level", int_, "9", between(1, 17), cluster_wide, acts, "Level used when compression.type is lz4."),
    row("compression.type", string, "producer", one_of("uncompressed, zstd, lz4, snappy, gzip, producer"), cluster_wide, acts, "Codec of stored batches; producer keeps the one the producer chose."),
    row("compression.zstd.level", int_, "3", between(-131072, 22), cluster_wide, acts, "Level used when compression.type is zstd."),
    row("delete.retention.ms", long_, "86400000", at_least(0), cluster_wide, acts, "How long a tombstone stays readable after compaction."),
    row("errors.deadletterqueue.group.enable", boolean, "false", any(), cluster_wide, ignored, "Whether share groups may use the topic as a dead letter queue."),
    row("file.delete.delay.ms", long_, "60000", at_least(0), cluster_wide, acts, "How long a deleted file stays on disk under another name."),
    row("flush.messages", long_, "9223372036854775807", at_least(1), cluster_wide, acts, "Records after which the log is forced to stable storage."),
    row("flush.ms", long_, "9223372036854775807", at_least(0), cluster_wide, acts, "Longest time a record stays unforced."),
    row("follower.replication.throttled.replicas", list, "", throttled_replicas(), cluster_wide, ignored, "Replicas whose followers are throttled: * or partition:broker items."),
    row("index.interval.bytes", int_, "4096", at_least(0), cluster_wide, acts, "Bytes of batches between two index entries."),
    internal("internal.segment.bytes", int_, nullptr, any(), cluster_wide, acts, "Segment size without the minimum of segment.bytes, for tests."),
    row("leader.replication.throttled.replicas", list, "", throttled_replicas(), cluster_wide, ignored, "Replicas whose leaders are throttled: * or partition:broker items."),
    row("local.retention.bytes", long_, "-2", at_least(-2), cluster_wide, ignored, "Bytes kept locally under tiered storage; -2 means retention.bytes."),
    row("local.retention.ms", long_, "-2", at_least(-2), cluster_wide, ignored, "Time kept locally under tiered storage; -2 means retention.ms."),
    row("max.compaction.lag.ms", long_, "9223372036854775807", at_least(1), cluster_wide, acts, "Longest time a record stays uncompacted."),
    row("max.decompressed.message.bytes", int_, "2147483639", between(1, 2147483639), cluster_wide, acts, "Largest size of a batch after decompression."),
    row("max.message.bytes", int_, "1048588", at_least(0), cluster_wide, acts, "Largest batch accepted, as it is sent."),
    row("message.timestamp.after.max.ms", long_, "3600000", at_least(0), cluster_wide, acts, "How far a record's timestamp may lie in the future."),
    row("message.timestamp.before.max.ms", long_, "9223372036854775807", at_least(0), cluster_wide, acts, "How far a record's timestamp may lie in the past."),
    row("message.timestamp.type", string, "CreateTime", one_of("CreateTime, LogAppendTime"), cluster_wide, acts, "Whether records keep the producer's timestamp or get the time of their append."),
    row("min.cleanable.dirty.ratio", double_, "0.5", between(0, 1), cluster_wide, acts, "Share of uncompacted bytes from which a log is compacted."),
    row("min.compaction.lag.ms", long_, "0", at_least(0), cluster_wide, acts, "Shortest time a record stays uncompacted."),
    row("min.insync.replicas", int_, "1", at_least(1), cluster_wide, ignored, "Replicas that must be in sync for acks=all to succeed."),
    row("preallocate", boolean, "false", any(), cluster_wide, ignored, "Whether a new segment's file gets its full size at once."),
    row("remote.copy.lag.bytes", long_, "-1", at_least(-1), cluster_wide, ignored, "Bytes that stay local before they are copied to remote storage."),
    row("remote.copy.lag.ms", long_, "0", at_least(-1), cluster_wide, ignored, "Time that records stay local before they are copied to remote storage."),
    row("remote.log.copy.disable", boolean, "false", any(), cluster_wide, ignored, "Whether copying to remote storage is paused."),
    row("remote.log.delete.on.disable", boolean, "false", any(), cluster_wide, ignored, "Whether remote data goes when tiered storage is turned off."),
    row("remote.storage.enable", boolean, "false", any(), cluster_wide, ignored, "Whether old segments move to remote storage."),
    row("retention.bytes", long_, "-1", any(), cluster_wide, acts, "Size of a partition above which its oldest segments are deleted; -1 keeps everything."),
    row("retention.ms", long_, "604800000", at_least(-1), cluster_wide, acts, "Age of records from which a segment is deleted; -1 keeps everything."),
    row("segment.bytes", int_, "1073741824", at_least(1048576), cluster_wide, acts, "Size from which a segment is closed and a new one begun."),
    row("segment.index.bytes", int_, "10485760", at_least(4), cluster_wide, acts, "Size of an index file; a full index closes the segment."),
    row("segment.jitter.ms", long_, "0", at_least(0), cluster_wide, acts, "Random part taken off segment.ms, so that segments do not roll all at once."),
    row("segment.ms", long_, "604800000", at_least(1), cluster_wide, acts, "Age from which a segment is closed even when it is not full."),
    row("unclean.leader.election.enable", boolean, "false", any(), cluster_wide, ignored, "Whether a replica that is out of sync may lead when no other is left, losing records."),
};

constexpr ConfigDef kGroup[] = {
    row("consumer.assignment.interval.ms", int_, "1000", at_least(0), cluster_wide, acts, "Shortest time between two assignments of a consumer group."),
    internal("consumer.assignor.offload.enable", boolean, "true", any(), cluster_wide, acts, ""),
    row("consumer.heartbeat.interval.ms", int_, "5000", at_least(1), cluster_wide, acts, "Heartbeat interval of a consumer group's members."),
    row("consumer.session.timeout.ms", int_, "45000", at_least(1), cluster_wide, acts, "Time without a heartbeat after which a member is dropped."),
    row("errors.deadletterqueue.copy.record.enable", boolean, "false", any(), cluster_wide, acts, "Whether a dead letter carries the whole record."),
    row("errors.deadletterqueue.topic.name", string, "", any(), cluster_wide, acts, "Topic that takes the records a share group gave up on."),
    row("share.assignment.interval.ms", int_, "1000", at_least(0), cluster_wide, acts, "Shortest time between two assignments of a share group."),
    internal("share.assignor.offload.enable", boolean, "true", any(), cluster_wide, acts, ""),
    row("share.auto.offset.reset", string, "latest", share_offset_reset(), cluster_wide, acts, "Where a share group begins: latest, earliest or by_duration:PnDTnHnMn.nS."),
    row("share.delivery.count.limit", int_, "5", at_least(2), cluster_wide, acts, "Deliveries of a record before a share group gives it up."),
    row("share.heartbeat.interval.ms", int_, "5000", at_least(1), cluster_wide, acts, "Heartbeat interval of a share group's members."),
    row("share.isolation.level", string, "read_uncommitted", one_of("read_committed, read_uncommitted"), cluster_wide, acts, "Whether a share group sees records of open and aborted transactions."),
    row("share.partition.max.record.locks", int_, "2000", at_least(100), cluster_wide, acts, "Most records of a partition that a share group holds at a time."),
    row("share.record.lock.duration.ms", int_, "30000", at_least(1000), cluster_wide, acts, "Time a share consumer may hold a record."),
    row("share.renew.acknowledge.enable", boolean, "true", any(), cluster_wide, acts, "Whether a share consumer may extend its hold on a record."),
    row("share.session.timeout.ms", int_, "45000", at_least(1), cluster_wide, acts, "Time without a heartbeat after which a share group's member is dropped."),
    internal("streams.acceptable.recovery.lag", long_, "10000", at_least(0), cluster_wide, acts, ""),
    row("streams.assignment.interval.ms", int_, "1000", at_least(0), cluster_wide, acts, "Shortest time between two assignments of a streams group."),
    row("streams.assignor.name", string, nullptr, any(), cluster_wide, acts, "Assignor of a streams group."),
    internal("streams.assignor.offload.enable", boolean, "true", any(), cluster_wide, acts, ""),
    row("streams.heartbeat.interval.ms", int_, "5000", at_least(1), cluster_wide, acts, "Heartbeat interval of a streams group's members."),
    row("streams.initial.rebalance.delay.ms", int_, "3000", at_least(0), cluster_wide, acts, "Time a new streams group waits for more members."),
    row("streams.num.standby.replicas", int_, "0", at_least(0), cluster_wide, acts, "Standby replicas of a streams group's tasks."),
    internal("streams.num.warmup.replicas", int_, "2", at_least(0), cluster_wide, acts, ""),
    row("streams.rack.aware.assignment.tags", list, "", set_of(), cluster_wide, acts, "Client tags that standby replicas are spread over."),
    row("streams.session.timeout.ms", int_, "45000", at_least(1), cluster_wide, acts, "Time without a heartbeat after which a streams group's member is dropped."),
    internal("streams.task.offset.interval.ms", int_, "60000", at_least(1), cluster_wide, acts, ""),
};

constexpr ConfigDef kClientMetrics[] = {
    row("interval.ms", int_, "300000", any(), cluster_wide, acts, "Time between two pushes of client metrics."),
    row("match", list, "", set_of(), cluster_wide, acts, "Clients the subscription is for: key=regular-expression items."),
    row("metrics", list, "", set_of(), cluster_wide, acts, "Prefixes of the metrics asked for; * for all."),
};

struct SynonymRow {
  std::string_view topic_config;
  std::array<BrokerSynonym, 3> names;
};

constexpr SynonymRow kSynonyms[] = {
    {"cleanup.policy", {{{"log.cleanup.policy"}}}},
    {"compression.gzip.level", {{{"compression.gzip.level"}}}},
    {"compression.lz4.level", {{{"compression.lz4.level"}}}},
    {"compression.type", {{{"compression.type"}}}},
    {"compression.zstd.level", {{{"compression.zstd.level"}}}},
    {"delete.retention.ms", {{{"log.cleaner.delete.retention.ms"}}}},
    {"file.delete.delay.ms", {{{"log.segment.delete.delay.ms"}}}},
    {"flush.messages", {{{"log.flush.interval.messages"}}}},
    {"flush.ms", {{{"log.flush.interval.ms"}, {"log.flush.scheduler.interval.ms"}}}},
    {"index.interval.bytes", {{{"log.index.interval.bytes"}}}},
    {"local.retention.bytes", {{{"log.local.retention.bytes"}}}},
    {"local.retention.ms", {{{"log.local.retention.ms"}}}},
    {"max.compaction.lag.ms", {{{"log.cleaner.max.compaction.lag.ms"}}}},
    {"max.decompressed.message.bytes", {{{"max.decompressed.message.bytes"}}}},
    {"max.message.bytes", {{{"message.max.bytes"}}}},
    {"message.timestamp.after.max.ms", {{{"log.message.timestamp.after.max.ms"}}}},
    {"message.timestamp.before.max.ms", {{{"log.message.timestamp.before.max.ms"}}}},
    {"message.timestamp.type", {{{"log.message.timestamp.type"}}}},
    {"min.cleanable.dirty.ratio", {{{"log.cleaner.min.cleanable.ratio"}}}},
    {"min.compaction.lag.ms", {{{"log.cleaner.min.compaction.lag.ms"}}}},
    {"min.insync.replicas", {{{"min.insync.replicas"}}}},
    {"preallocate", {{{"log.preallocate"}}}},
    {"remote.copy.lag.bytes", {{{"log.remote.copy.lag.bytes"}}}},
    {"remote.copy.lag.ms", {{{"log.remote.copy.lag.ms"}}}},
    {"retention.bytes", {{{"log.retention.bytes"}}}},
    {"retention.ms", {{{"log.retention.ms"}, {"log.retention.minutes", 60000}, {"log.retention.hours", 3600000}}}},
    {"segment.bytes", {{{"log.segment.bytes"}}}},
    {"segment.index.bytes", {{{"log.index.size.max.bytes"}}}},
    {"segment.jitter.ms", {{{"log.roll.jitter.ms"}, {"log.roll.jitter.hours", 3600000}}}},
    {"segment.ms", {{{"log.roll.ms"}, {"log.roll.hours", 3600000}}}},
    {"unclean.leader.election.enable", {{{"unclean.leader.election.enable"}}}},
};
// clang-format on

template <size_t n>
constexpr bool is_sorted_by_name(const ConfigDef (&table)[n]) {
  for (size_t i = 1; i < n; ++i)
    if (table[i - 1].name >= table[i].name) return false;
  return true;
}
static_assert(is_sorted_by_name(kBroker) && is_sorted_by_name(kTopic) &&
              is_sorted_by_name(kGroup) && is_sorted_by_name(kClientMetrics));

}  // namespace

std::span<const std::pair<std::string_view, const char*>> laptop_defaults() { return kLaptopDefaults; }

std::span<const ConfigDef> broker_configs() { return kBroker; }
std::span<const ConfigDef> topic_configs() { return kTopic; }
std::span<const ConfigDef> group_configs() { return kGroup; }
std::span<const ConfigDef> client_metrics_configs() { return kClientMetrics; }

const ConfigDef* find_config(std::span<const ConfigDef> table, std::string_view name) {
  const auto at = std::ranges::lower_bound(table, name, {}, &ConfigDef::name);
  return at != table.end() && at->name == name ? &*at : nullptr;
}

std::span<const BrokerSynonym> broker_synonyms(std::string_view topic_config) {
  for (const SynonymRow& row : kSynonyms) {
    if (row.topic_config != topic_config) continue;
    size_t count = 0;
    while (count < row.names.size() && !row.names[count].name.empty()) ++count;
    return {row.names.data(), count};
  }
  return {};
}

}  // namespace spool::broker
