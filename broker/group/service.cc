#include "broker/group/service.h"

#include <algorithm>
#include <atomic>
#include <latch>

#include "broker/group/shard.h"
#include "core/base/text.h"

namespace spool::broker::group {

namespace {

/// One character of UTF-8, or of the byte as it is where it is none.
uint32_t next_code_point(std::string_view& text) {
  const auto first = static_cast<uint8_t>(text.front());
  const size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0x80 || length > text.size()) {
    text.remove_prefix(1);
    return first;
  }
  uint32_t code_point = first & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i)
    code_point = code_point << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
  text.remove_prefix(length);
  return code_point;
}

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

/// Brings a group's own value within what the broker allows.
int32_t bounded(int64_t value, int64_t low, int64_t high) {
  return static_cast<int32_t>(std::clamp(value, low, std::max(low, high)));
}

}  // namespace

int32_t partition_for(std::string_view id, int32_t partitions_count) {
  uint32_t hash = 0;
  const auto add = [&](uint32_t unit) { hash = 31 * hash + unit; };
  while (!id.empty()) {
    const uint32_t code_point = next_code_point(id);
    if (code_point < 0x10000) {
      add(code_point);
      continue;
    }
    add(0xd800 + ((code_point - 0x10000) >> 10));  // a pair of UTF-16 units
    add(0xdc00 + ((code_point - 0x10000) & 0x3ff));
  }
  const auto value = static_cast<int32_t>(hash);
  const int32_t absolute = value == INT32_MIN ? 0 : value < 0 ? -value : value;
  return absolute % partitions_count;
}

Service::Service(Parts parts)
    : parts_(std::move(parts)),
      settings_(settings_of(parts_.config)),
      catalog_(std::make_unique<TableCatalog>(parts_.topics)) {
  absent_ = std::make_unique<Shard>(*this, parts_, settings_, *catalog_, -1, *parts_.loops.front());
}

Service::~Service() = default;

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

void Service::start() {
  if (!parts_.is_serving) return;
  const auto topic = parts_.topics.find(kOffsetsTopic);
  if (!topic) return;
  for (size_t i = 0; i < topic->partitions.size(); ++i)
    if (topic->partitions[i]) shard_of(static_cast<int32_t>(i)).warm();
}

void Service::stop() {
  std::vector<Shard*> shards{absent_.get()};
  {
    std::lock_guard lock(mutex_);
    for (const auto& shard : shards_)
      if (shard) shards.push_back(shard.get());
  }
  std::latch stopped(static_cast<std::ptrdiff_t>(shards.size()));
  for (Shard* shard : shards)
    shard->loop().post([shard, &stopped] {
      shard->stop();
      stopped.count_down();
    });
  stopped.wait();
}

Shard& Service::shard_of(int32_t partition) {
  std::lock_guard lock(mutex_);
  const auto index = static_cast<size_t>(partition);
  if (shards_.size() <= index) shards_.resize(index + 1);
  if (!shards_[index]) {
    net::EventLoop& loop = *parts_.loops[index % parts_.loops.size()];
    shards_[index] = std::make_unique<Shard>(*this, parts_, settings_, *catalog_, partition, loop);
  }
  return *shards_[index];
}

Shard& Service::shard_for(const std::string& group_id) {
  const auto topic = parts_.topics.find(kOffsetsTopic);
  if (!topic || topic->partitions.empty()) return *absent_;
  return shard_of(partition_for(group_id, static_cast<int32_t>(topic->partitions.size())));
}

void Service::with_group(const std::string& group_id, Purpose purpose, Work work) {
  Shard& shard = shard_for(group_id);
  if (&shard != absent_.get() || purpose == Purpose::look || parts_.is_read_only)
    return shard.submit(std::move(work));
  ensure_topic([this, group_id, work = std::move(work)](const Status&) mutable {
    shard_for(group_id).submit(std::move(work));
  });
}

void Service::with_all(std::function<void(ErrorCode, Turn*)> work,
                       std::move_only_function<void()> done) {
  const auto topic = parts_.topics.find(kOffsetsTopic);
  const size_t count = topic ? topic->partitions.size() : 0;
  if (count == 0) return done();
  struct Gather {
    std::function<void(ErrorCode, Turn*)> work;
    std::move_only_function<void()> done;
    std::mutex mutex;
    std::atomic<size_t> open_count;
  };
  auto gather = std::make_shared<Gather>();
  gather->work = std::move(work);
  gather->done = std::move(done);
  gather->open_count = count;
  for (size_t i = 0; i < count; ++i) {
    auto visit = [gather](ErrorCode error, Turn* turn) {
      {
        std::lock_guard lock(gather->mutex);
        gather->work(error, turn);
      }
      if (--gather->open_count == 0) gather->done();
    };
    if (topic->partitions[i])
      shard_of(static_cast<int32_t>(i)).submit(visit);
    else
      visit(ErrorCode::none, nullptr);
  }
}

void Service::ensure_topic(std::move_only_function<void(const Status&)> done) {
  if (parts_.is_read_only || parts_.topics.find(kOffsetsTopic)) return done({});
  parts_.workers.submit([this, done = std::move(done)]() mutable {
    TopicSpec spec;
    spec.name = kOffsetsTopic;
    spec.partitions_count =
        static_cast<int32_t>(parts_.config.integer("offsets.topic.num.partitions"));
    spec.configs = {{"cleanup.policy", "compact"},
                    {"compression.type", "producer"},
                    {"segment.bytes", parts_.config.text("offsets.topic.segment.bytes")}};
    const auto created = parts_.metadata.create_topic(std::move(spec));
    if (created || created.error().code() == ErrorCode::topic_already_exists) return done({});
    parts_.logger.error(concat("creating ", kOffsetsTopic, ": ", created.error().text()));
    done(fail(created.error()));
  });
}

void Service::on_metadata_change(const MetadataDelta& delta) {
  if (delta.deleted_topics.empty() && delta.created_topics.empty() &&
      delta.changed_partitions.empty())
    return;
  std::vector<std::string> deleted_names;
  for (const auto& deleted : delta.deleted_topics) deleted_names.push_back(deleted.name);
  const bool is_own = std::ranges::find(deleted_names, kOffsetsTopic) != deleted_names.end();
  std::lock_guard lock(mutex_);
  for (const auto& shard : shards_) {
    if (!shard) continue;
    Shard* const at = shard.get();
    if (is_own)
      at->loop().post([at] { at->reset(); });
    else
      at->notify([deleted_names](Coordinator& coordinator, Now now) {
        coordinator.topics_changed(now);
        if (!deleted_names.empty()) coordinator.topics_deleted(now, deleted_names);
      });
  }
}

}  // namespace spool::broker::group
