#include "broker/topics/topic_table.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "broker/topics/replica_config.h"
#include "core/base/text.h"

namespace spool::broker {

namespace {

constexpr size_t kClosersMax = 16;
/// Below this a thread more is not worth its start.
constexpr size_t kPartitionsPerCloser = 32;
constexpr std::chrono::seconds kJustDeleted{1};

}  // namespace

TopicTable::TopicTable(Replica::Environment environment, const BrokerConfig& config, MetadataStore& metadata)
    : environment_(std::move(environment)),
      directory_(environment_.directory),
      config_(config),
      metadata_(metadata),
      written_recovery_points_(directory_.recovery_points()),
      written_log_starts_(directory_.log_starts()),
      written_high_watermarks_(directory_.high_watermarks()) {}

Status TopicTable::load(net::WorkerPool& workers) {
  {
    const auto image = metadata_.read();
    for (const auto& [name, topic] : image->topics()) put(make_topic(*image, *topic, nullptr));
  }
  TRY(sort_out_directories());
  if (!directory_.was_clean() && !directory_.is_read_only()) recover_all(workers);
  return {};
}

std::shared_ptr<const Topic> TopicTable::make_topic(const MetadataImage& image, const TopicImage& topic,
                                                    const Topic* before) const {
  auto made = std::make_shared<Topic>();
  made->name = topic.name;
  made->id = topic.id;
  const auto config = config_of(image, topic.name);
  for (size_t number = 0; number < topic.partitions.size(); ++number) {
    if (before != nullptr && number < before->partitions.size()) {
      made->partitions.push_back(before->partitions[number]);
      continue;
    }
    TopicPartition name{topic.name, spool::Partition(static_cast<int32_t>(number))};
    const Replica::Checkpoints checkpoints = checkpoints_of(name);
    made->partitions.push_back(std::make_shared<Replica>(environment_, std::move(name), topic.id,
                                                           topic.partitions[number].leader_epoch, config, checkpoints));
  }
  return made;
}

Replica::Checkpoints TopicTable::checkpoints_of(const TopicPartition& partition) const {
  Replica::Checkpoints checkpoints;
  const auto recovery_point = directory_.recovery_points().find(partition);
  if (recovery_point != directory_.recovery_points().end()) checkpoints.recovery_point = recovery_point->second;
  const auto log_start = directory_.log_starts().find(partition);
  if (log_start != directory_.log_starts().end()) checkpoints.log_start = log_start->second;
  return checkpoints;
}

std::shared_ptr<const ReplicaConfig> TopicTable::config_of(const MetadataImage& image, const std::string& topic) const {
  const ConfigView view(config_, image.configs(ConfigResourceType::broker, std::to_string(metadata_.node_id())),
                        image.configs(ConfigResourceType::broker, ""));
  auto config = replica_config(view, image.configs(ConfigResourceType::topic, topic));
  if (config) return std::make_shared<const ReplicaConfig>(std::move(*config));
  // A record that something else wrote. What the broker says by itself is sound.
  environment_.logger.error(concat("topic ", topic, ": ", config.error().text(), "; the defaults apply"));
  return std::make_shared<const ReplicaConfig>(replica_config(view, {}).value_or(ReplicaConfig{}));
}

void TopicTable::put(std::shared_ptr<const Topic> topic) {
  std::unique_lock lock(mutex_);
  by_id_[topic->id] = topic;
  by_name_[topic->name] = std::move(topic);
}

std::shared_ptr<const Topic> TopicTable::find(std::string_view name) const {
  std::shared_lock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::shared_ptr<const Topic> TopicTable::find(const Uuid& id) const {
  std::shared_lock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Topic>> TopicTable::all() const {
  std::vector<std::shared_ptr<const Topic>> topics;
  {
    std::shared_lock lock(mutex_);
    topics.reserve(by_name_.size());
    for (const auto& [name, topic] : by_name_) topics.push_back(topic);
  }
  std::ranges::sort(topics, {}, [](const auto& topic) -> const std::string& { return topic->name; });
  return topics;
}

bool TopicTable::was_just_deleted(std::string_view name) const {
  const auto now = environment_.clock.monotonic();
  std::shared_lock lock(mutex_);
  return std::ranges::any_of(just_deleted_, [&](const Deleted& deleted) {
    return deleted.name == name && now - deleted.since <= kJustDeleted;
  });
}

void TopicTable::on_metadata_change(const MetadataDelta& delta) {
  // Deletions first: one commit may delete a topic and make another of the same name.
  for (const auto& deleted : delta.deleted_topics) remove(deleted);
  const auto image = metadata_.read();
  std::vector<Uuid> changed = delta.created_topics;
  for (const auto& key : delta.changed_partitions)
    if (changed.empty() || changed.back() != key.topic_id) changed.push_back(key.topic_id);
  for (const Uuid& topic_id : changed) {
    const TopicImage* topic = image->topic(topic_id);
    if (topic != nullptr) put(make_topic(*image, *topic, find(topic_id).get()));
  }
  for (const ConfigResource& resource : delta.changed_configs) {
    if (resource.type == ConfigResourceType::topic) {
      if (const auto topic = find(resource.name)) configure(*image, *topic);
    } else if (resource.type == ConfigResourceType::broker) {
      for (const auto& topic : all()) configure(*image, *topic);
    }
  }
}

void TopicTable::configure(const MetadataImage& image, const Topic& topic) const {
  const auto config = config_of(image, topic.name);
  for (const auto& partition : topic.partitions)
    if (partition) partition->configure(config);
}

void TopicTable::remove(const MetadataDelta::DeletedTopic& deleted) {
  std::shared_ptr<const Topic> topic;
  {
    std::unique_lock lock(mutex_);
    const auto found = by_id_.find(deleted.id);
    if (found == by_id_.end()) return;
    topic = found->second;
    by_id_.erase(found);
    const auto named = by_name_.find(deleted.name);
    if (named != by_name_.end() && named->second->id == deleted.id) by_name_.erase(named);
    const auto now = environment_.clock.monotonic();
    while (!just_deleted_.empty() && now - just_deleted_.front().since > kJustDeleted) just_deleted_.pop_front();
    just_deleted_.push_back({deleted.name, now});
  }
  for (const auto& partition : topic->partitions) {
    if (!partition) continue;
    partition->mark_deleted();
    const std::string name = partition->name().to_string();
    if (!environment_.fs.info(directory_.partition_path(name))) continue;
    auto aside = directory_.set_aside(name, partition->name(), storage::DirectoryKind::deleted,
                                      Uuid::random(environment_.random));
    if (aside)
      doom(std::move(*aside));
    else
      environment_.logger.error(concat("deleting ", name, ": ", aside.error().text()));
  }
}

void TopicTable::doom(std::string directory_name) {
  const std::chrono::milliseconds delay(config_.integer("log.segment.delete.delay.ms"));
  std::lock_guard lock(doomed_mutex_);
  doomed_.push_back({std::move(directory_name), environment_.clock.monotonic() + delay});
}

void TopicTable::remove_due_directories() {
  std::vector<Doomed> due;
  {
    std::lock_guard lock(doomed_mutex_);
    const auto now = environment_.clock.monotonic();
    const auto [first, last] = std::ranges::partition(doomed_, [&](const Doomed& d) { return d.due > now; });
    due.assign(std::make_move_iterator(first), std::make_move_iterator(last));
    doomed_.erase(first, last);
  }
  for (const Doomed& doomed : due)
    if (const Status removed = directory_.remove(doomed.directory_name); !removed)
      environment_.logger.error(concat("removing ", doomed.directory_name, ": ", removed.error().text()));
}

Status TopicTable::sort_out_directories() {
  TRY_ASSIGN(const std::vector<storage::PartitionDirectory> directories, directory_.list_partitions());
  if (directory_.is_read_only()) {
    add_unknown_directories(directories);
    return {};
  }
  for (const storage::PartitionDirectory& entry : directories) {
    if (entry.kind == storage::DirectoryKind::deleted) doom(entry.name);
    if (entry.kind != storage::DirectoryKind::live) continue;
    const auto topic = find(entry.partition.topic);
    if (topic && topic->partition(entry.partition.partition.value) != nullptr) continue;
    TRY_ASSIGN(const std::string aside,
               directory_.set_aside(entry.name, entry.partition, storage::DirectoryKind::stray,
                                    Uuid::random(environment_.random)));
    environment_.logger.warn(
        concat("directory ", entry.name, " belongs to no topic of the metadata; it was renamed to ", aside));
  }
  return {};
}

// A directory opened for reading may be a copy, a dead node's, or have no metadata log: whatever lies there is served
// under the name of its directory.
void TopicTable::add_unknown_directories(const std::vector<storage::PartitionDirectory>& directories) {
  std::unordered_map<std::string, std::shared_ptr<Topic>> unknown;
  for (const storage::PartitionDirectory& entry : directories) {
    if (entry.kind != storage::DirectoryKind::live || find(entry.partition.topic)) continue;
    std::shared_ptr<Topic>& topic = unknown[entry.partition.topic];
    if (!topic) {
      topic = std::make_shared<Topic>();
      topic->name = entry.partition.topic;
      const auto id = directory_.topic_id(entry.name);
      topic->id = id && *id ? **id : Uuid::random(environment_.random);
    }
    const auto number = static_cast<size_t>(entry.partition.partition.value);
    if (number >= static_cast<size_t>(kPartitionsPerTopicMax)) continue;
    if (topic->partitions.size() <= number) topic->partitions.resize(number + 1);
    topic->partitions[number] =
        std::make_shared<Replica>(environment_, entry.partition, topic->id, LeaderEpoch(0),
                                  std::make_shared<const ReplicaConfig>(), checkpoints_of(entry.partition));
  }
  for (auto& [name, topic] : unknown) put(std::move(topic));
}

void TopicTable::recover_all(net::WorkerPool& workers) {
  std::vector<std::shared_ptr<Replica>> partitions;
  for (const auto& topic : all())
    for (const auto& partition : topic->partitions)
      if (partition && environment_.fs.info(directory_.partition_path(partition->name().to_string())))
        partitions.push_back(partition);
  std::latch done(static_cast<std::ptrdiff_t>(partitions.size()));
  for (const auto& partition : partitions)
    workers.submit([&done, partition] {
      (void)partition->log();  // says itself why a partition is out of service
      done.count_down();
    });
  done.wait();
}

Status TopicTable::write_checkpoints() {
  std::lock_guard lock(written_mutex_);
  storage::OffsetCheckpoint recovery_points, log_starts, high_watermarks;
  for (const auto& topic : all()) {
    for (const auto& partition : topic->partitions) {
      if (!partition) continue;
      const TopicPartition& name = partition->name();
      const Replica::Checkpoints values = partition->checkpoints();
      const auto before = directory_.high_watermarks().find(name);
      const auto end_offset = partition->known_end_offset();
      if (end_offset || before != directory_.high_watermarks().end())
        high_watermarks[name] = end_offset ? *end_offset : before->second;
      if (end_offset || values.recovery_point > Offset(0)) recovery_points[name] = values.recovery_point;
      if (values.log_start > Offset(0)) log_starts[name] = values.log_start;
    }
  }
  const auto replace = [&](std::string_view file, storage::OffsetCheckpoint& written,
                           storage::OffsetCheckpoint& now) -> Status {
    if (written == now) return {};
    TRY(directory_.write_checkpoint(file, now));
    written = std::move(now);
    return {};
  };
  TRY(replace(storage::kRecoveryPointFile, written_recovery_points_, recovery_points));
  TRY(replace(storage::kLogStartFile, written_log_starts_, log_starts));
  return replace(storage::kHighWatermarkFile, written_high_watermarks_, high_watermarks);
}

// Several at a time: a disk that is asked to flush many files at once does it in fewer turns.
Status TopicTable::close() {
  std::vector<Replica*> open;
  for (const auto& topic : all())
    for (const auto& partition : topic->partitions)
      if (partition) open.push_back(partition.get());
  std::atomic<size_t> next{0};
  std::mutex failure_mutex;
  Status first_failure;
  const auto close_some = [&] {
    for (size_t i = next++; i < open.size(); i = next++) {
      Status closed = open[i]->close();
      const std::lock_guard lock(failure_mutex);
      if (!closed && first_failure) first_failure = std::move(closed);
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (size_t i = 1; i < kClosersMax && i * kPartitionsPerCloser < open.size(); ++i)
      helpers.emplace_back(close_some);
    close_some();
  }
  if (directory_.is_read_only()) return first_failure;
  if (Status written = write_checkpoints(); !written && first_failure) first_failure = std::move(written);
  return first_failure;
}

}  // namespace spool::broker
