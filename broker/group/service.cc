#include "broker/group/service.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::broker::group {

namespace {

/// The topic table as coordinators see it.
class TableCatalog final : public TopicCatalog {
 public:
  explicit TableCatalog(const TopicTable& topics) : topics_(topics) {}

  std::optional<Topic> find(std::string_view name) const override {
    return told(topics_.find(name));
  }
  std::optional<Topic> find(const Uuid& id) const override { return told(topics_.find(id)); }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& topic : topics_.all()) names.push_back(topic->name);
    return names;
  }

 private:
  static std::optional<Topic> told(const std::shared_ptr<const broker::Topic>& topic) {
    if (!topic) return std::nullopt;
    return Topic{topic->name, topic->id, static_cast<int32_t>(topic->partitions.size())};
  }

  const TopicTable& topics_;
};

Settings settings_of(const BrokerConfig& config) {
  const auto number = [&](std::string_view name) {
    return static_cast<int32_t>(config.integer(name));
  };
  Settings settings;
  settings.min_session_timeout_ms = number("group.min.session.timeout.ms");
  settings.max_session_timeout_ms = number("group.max.session.timeout.ms");
  settings.initial_rebalance_delay_ms = number("group.initial.rebalance.delay.ms");
  settings.max_size = number("group.max.size");
  settings.append_linger =
      std::chrono::milliseconds(config.integer("group.coordinator.append.linger.ms"));
  settings.offset_metadata_bytes_max = number("offset.metadata.max.bytes");
  settings.offsets_retention_ms = config.integer("offsets.retention.minutes") * 60'000;
  settings.offsets_retention_check_interval_ms =
      config.integer("offsets.retention.check.interval.ms");
  const std::vector<std::string> protocols = config.list("group.coordinator.rebalance.protocols");
  settings.is_consumer_enabled = std::ranges::find(protocols, "consumer") != protocols.end();
  settings.consumer_max_size = number("group.consumer.max.size");
  settings.consumer_regex_refresh_interval_ms =
      config.integer("group.consumer.regex.refresh.interval.ms");
  const std::string policy = to_lower(config.text("group.consumer.migration.policy"));
  settings.is_upgrade_enabled = policy == "bidirectional" || policy == "upgrade";
  settings.is_downgrade_enabled = policy == "bidirectional" || policy == "downgrade";
  // Kafka takes class names too; ours are the two that come with it.
  std::vector<std::string> assignors;
  for (std::string name : config.list("group.consumer.assignors")) {
    if (name.ends_with(".UniformAssignor")) name = "uniform";
    if (name.ends_with(".RangeAssignor")) name = "range";
    if (is_assignor(name)) assignors.push_back(std::move(name));
  }
  if (!assignors.empty()) settings.consumer_assignors = std::move(assignors);
  return settings;
}

record::Codec codec_of(const BrokerConfig& config) {
  const int64_t codec = config.integer("offsets.topic.compression.codec");
  return codec > 0 && codec <= 4 ? static_cast<record::Codec>(codec) : record::Codec::none;
}

TopicSpec offsets_topic(const BrokerConfig& config) {
  TopicSpec spec;
  spec.name = kOffsetsTopic;
  spec.partitions_count = static_cast<int32_t>(config.integer("offsets.topic.num.partitions"));
  spec.configs = {{"cleanup.policy", "compact"},
                  {"compression.type", "producer"},
                  {"segment.bytes", config.text("offsets.topic.segment.bytes")}};
  return spec;
}

constexpr std::chrono::milliseconds kChangeLinger{2};

// group.coordinator.append.linger.ms. Kafka's answers take a few milliseconds, and librdkafka
// (2.12) counts on it: when a heartbeat that changed a consumer group (KIP-848) is answered before
// the application's next call, it joins again with a request that any broker refuses.
std::chrono::milliseconds linger_of(const Settings& settings, std::span<const Record> records) {
  if (settings.append_linger.count() >= 0) return settings.append_linger;
  const bool has_change = std::ranges::any_of(records, [](const Record& record) {
    return load_be<int16_t>(record.key.data()) >= protocol::ConsumerGroupMetadataKey::kInfo.api_key;
  });
  return has_change ? kChangeLinger : std::chrono::milliseconds(0);
}

/// Brings a group's own value within what the broker allows.
int32_t bounded(int64_t value, int64_t low, int64_t high) {
  return static_cast<int32_t>(std::clamp(value, low, std::max(low, high)));
}

}  // namespace

Service::Service(Parts parts)
    : parts_(std::move(parts)),
      settings_(settings_of(parts_.config)),
      catalog_(std::make_unique<TableCatalog>(parts_.topics)),
      shards_(parts_, shard_kind(), offsets_topic(parts_.config)) {}

Service::~Service() = default;

coordinator::ShardKind Service::shard_kind() {
  coordinator::ShardKind kind;
  kind.topic = kOffsetsTopic;
  kind.load_buffer_setting = "offsets.load.buffer.size";
  kind.codec = codec_of(parts_.config);
  kind.make = [this](coordinator::Shard& shard, const std::string& name) {
    const RandomBytes& random = parts_.random;
    return std::make_unique<Coordinator>(Coordinator::Environment{
        shard, *catalog_, settings_, parts_.logger,
        [&random] { return Uuid::random([&](MutableBytes bytes) { random(bytes); }); },
        [this](const std::string& group_id) { return consumer_config(group_id); }, name});
  };
  kind.linger_of = [this](std::span<const Record> records) {
    return linger_of(settings_, records);
  };
  return kind;
}

ConsumerConfig Service::consumer_config(const std::string& group_id) const {
  const BrokerConfig& config = parts_.config;
  const auto image = parts_.metadata.read();
  const ConfigMap& own = image->configs(ConfigResourceType::group, group_id);
  const ConfigView view(config,
                        image->configs(ConfigResourceType::broker, std::to_string(parts_.node_id)),
                        image->configs(ConfigResourceType::broker, ""));
  // group.consumer.X, or the group's consumer.X within group.consumer.min.X and max.X.
  const auto value = [&](const std::string& name) {
    const auto found = own.find("consumer." + name);
    const auto set = found == own.end() ? std::nullopt : parse_int<int64_t>(found->second);
    if (!set) return static_cast<int32_t>(view.broker_integer("group.consumer." + name));
    return bounded(*set, config.integer("group.consumer.min." + name),
                   config.integer("group.consumer.max." + name));
  };
  return {value("session.timeout.ms"), value("heartbeat.interval.ms"),
          value("assignment.interval.ms")};
}

void Service::with_id(const std::string& group_id, Purpose purpose, Work work) {
  shards_.submit(group_id, purpose, coordinator::adapt<Coordinator>(std::move(work)));
}

void Service::with_partition(int32_t partition, Work work) {
  shards_.submit_to(partition, coordinator::adapt<Coordinator>(std::move(work)));
}

void Service::with_all(std::function<void(ErrorCode, Turn*)> work,
                       std::move_only_function<void()> done) {
  shards_.submit_to_all(coordinator::adapt<Coordinator>(std::move(work)), std::move(done));
}

void Service::on_metadata_change(const MetadataDelta& delta) {
  if (delta.deleted_topics.empty() && delta.created_topics.empty() &&
      delta.changed_partitions.empty())
    return;
  std::vector<std::string> deleted_names;
  for (const auto& deleted : delta.deleted_topics) deleted_names.push_back(deleted.name);
  if (std::ranges::find(deleted_names, kOffsetsTopic) != deleted_names.end())
    return shards_.reset();
  shards_.notify_all([deleted_names](Machine& machine, Now now) {
    auto& coordinator = static_cast<Coordinator&>(machine);
    coordinator.topics_changed(now);
    if (!deleted_names.empty()) coordinator.topics_deleted(now, deleted_names);
  });
}

}  // namespace spool::broker::group
