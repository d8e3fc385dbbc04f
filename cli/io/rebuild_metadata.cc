#include "cli/io/rebuild_metadata.h"

#include <algorithm>
#include <map>
#include <random>

#include "broker/metadata/record_codec.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/storage/data_directory.h"
#include "core/storage/repair_log.h"

namespace spool::cli {

namespace {

/// No producer of before may have an id that is given again: far beyond what a broker hands out.
constexpr int64_t kNextProducerId = int64_t{1} << 40;
/// 3.7-IV2: from here on partitions name their directories (KIP-858).
constexpr int16_t kLevelDirectories = 17;

void fill_random(MutableBytes bytes) {
  std::random_device random;
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
}

std::vector<std::pair<std::string, std::string>> settings_of(const FoundPartition& found) {
  if (found.is_compacted) return {{"cleanup.policy", "compact"}};
  return {{"retention.ms", "-1"}, {"retention.bytes", "-1"}};
}

protocol::PartitionRecord partition_record(const storage::MetaProperties& meta,
                                           const Uuid& topic_id, int32_t number,
                                           LeaderEpoch leader_epoch, int16_t metadata_version) {
  protocol::PartitionRecord record{.partition_id = number,
                                   .topic_id = topic_id,
                                   .replicas = {meta.node_id},
                                   .isr = {meta.node_id},
                                   .leader = meta.node_id,
                                   .leader_epoch = leader_epoch.value,
                                   .partition_epoch = 0};
  if (metadata_version >= kLevelDirectories) record.directories = {*meta.directory_id};
  return record;
}

/// What belongs to a topic; partitions that have no directory were never written to.
Status append_topic(broker::MetadataStore& store, const storage::MetaProperties& meta,
                    const std::vector<const FoundPartition*>& found) {
  const FoundPartition& first = *found.front();
  const std::string& name = first.partition.topic;
  int32_t next = 0;
  int16_t metadata_version = 0;
  bool is_known = false;
  {
    const auto image = store.read();
    metadata_version = image->metadata_version();
    const broker::TopicImage* topic = image->topic(first.topic_id);
    is_known = topic != nullptr;
    if (is_known) next = static_cast<int32_t>(topic->partitions.size());
  }
  std::vector<broker::MetadataRecord> records;
  if (!is_known) {
    // A group of records is checked against what was there before it: the topic comes first.
    records.emplace_back(protocol::TopicRecord{.name = name, .topic_id = first.topic_id});
    TRY(store.append(std::move(records)));
    records.clear();
    for (auto& [key, value] : settings_of(first))
      records.emplace_back(protocol::ConfigRecord{
          .resource_type = static_cast<int8_t>(broker::ConfigResourceType::topic),
          .resource_name = name,
          .name = key,
          .value = value});
  }
  std::map<int32_t, LeaderEpoch> epochs;
  for (const FoundPartition* partition : found)
    epochs[partition->partition.partition.value] = partition->leader_epoch;
  for (; next <= epochs.rbegin()->first; ++next)
    records.emplace_back(partition_record(meta, first.topic_id, next,
                                          epochs.contains(next) ? epochs.at(next) : LeaderEpoch(0),
                                          metadata_version));
  return records.empty() ? Status() : store.append(std::move(records));
}

}  // namespace

Status rebuild_metadata(storage::FileSystem& fs, const Clock& clock, Logger& logger,
                        const std::string& known, const storage::MetaProperties& meta,
                        const std::vector<FoundPartition>& partitions,
                        const std::string& directory) {
  TRY(fs.make_directory(directory));
  TRY(storage::replace_small_file(fs, directory, std::string(storage::kMetaPropertiesFile),
                                  storage::format_meta_properties(meta, clock.wall_ms())));
  if (!known.empty())
    TRY(storage::copy_tree(fs, known, concat(directory, '/', storage::kMetadataDirectory)));
  TRY_ASSIGN(const auto store,
             broker::MetadataStore::open(
                 fs, clock, logger, fill_random,
                 {.path = directory, .node_id = meta.node_id, .directory_id = *meta.directory_id}));
  TRY(store->activate({}));
  std::map<std::string, std::vector<const FoundPartition*>> topics;
  for (const FoundPartition& found : partitions) topics[found.partition.topic].push_back(&found);
  for (const auto& [name, found] : topics) TRY(append_topic(*store, meta, found));
  if (known.empty()) {
    std::vector<broker::MetadataRecord> ids;
    ids.emplace_back(protocol::ProducerIdsRecord{.broker_id = meta.node_id,
                                                 .broker_epoch = store->broker_epoch(),
                                                 .next_producer_id = kNextProducerId});
    TRY(store->append(std::move(ids)));
  }
  return store->close_cleanly();
}

LeaderEpoch latest_epoch(storage::FileSystem& fs, const std::string& partition_path) {
  const auto text =
      storage::read_small_file(fs, concat(partition_path, '/', storage::kLeaderEpochFile));
  const auto epochs = text ? storage::parse_epoch_checkpoint(*text)
                           : Result<std::vector<storage::EpochStart>>(fail(text.error()));
  return epochs && !epochs->empty() ? epochs->back().leader_epoch : LeaderEpoch(0);
}

}  // namespace spool::cli
