#include "cli/io/rebuild_metadata.h"

#include <algorithm>
#include <map>
#include <random>

#include "broker/metadata/record_codec.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/storage/data_directory.h"

namespace spool::cli {

namespace {

/// No producer of before may have an id that is given again: far beyond what a broker hands out.
constexpr int64_t kNextProducerId = int64_t{1} << 40;
constexpr int8_t kTopicResource = 2;

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
                                           LeaderEpoch leader_epoch) {
  return {.partition_id = number,
          .topic_id = topic_id,
          .replicas = {meta.node_id},
          .isr = {meta.node_id},
          .leader = meta.node_id,
          .leader_epoch = leader_epoch.value,
          .partition_epoch = 0,
          .directories = {*meta.directory_id}};
}

/// What belongs to a topic; partitions that have no directory were never written to.
std::vector<broker::MetadataRecord> records_of(const storage::MetaProperties& meta,
                                               const std::vector<const FoundPartition*>& found) {
  const FoundPartition& first = *found.front();
  std::vector<broker::MetadataRecord> records;
  for (auto& [key, value] : settings_of(first))
    records.emplace_back(protocol::ConfigRecord{.resource_type = kTopicResource,
                                                .resource_name = first.partition.topic,
                                                .name = key,
                                                .value = value});
  std::map<int32_t, LeaderEpoch> epochs;
  for (const FoundPartition* partition : found)
    epochs[partition->partition.partition.value] = partition->leader_epoch;
  for (int32_t number = 0; number <= epochs.rbegin()->first; ++number)
    records.emplace_back(
        partition_record(meta, first.topic_id, number,
                         epochs.contains(number) ? epochs.at(number) : LeaderEpoch(0)));
  return records;
}

}  // namespace

Status rebuild_metadata(storage::FileSystem& fs, const Clock& clock, Logger& logger,
                        const storage::MetaProperties& meta,
                        const std::vector<FoundPartition>& partitions,
                        const std::string& directory) {
  TRY(fs.make_directory(directory));
  TRY(storage::replace_small_file(fs, directory, std::string(storage::kMetaPropertiesFile),
                                  storage::format_meta_properties(meta, clock.wall_ms())));
  TRY_ASSIGN(const auto store,
             broker::MetadataStore::open(
                 fs, clock, logger, fill_random,
                 {.path = directory, .node_id = meta.node_id, .directory_id = *meta.directory_id}));
  TRY(store->activate({}));
  std::map<std::string, std::vector<const FoundPartition*>> topics;
  for (const FoundPartition& found : partitions) topics[found.partition.topic].push_back(&found);
  for (const auto& [name, found] : topics) {
    // A group of records is checked against what was there before it: the topic comes first.
    std::vector<broker::MetadataRecord> topic;
    topic.emplace_back(protocol::TopicRecord{.name = name, .topic_id = found.front()->topic_id});
    TRY(store->append(std::move(topic)));
    TRY(store->append(records_of(meta, found)));
  }
  std::vector<broker::MetadataRecord> ids;
  ids.emplace_back(protocol::ProducerIdsRecord{.broker_id = meta.node_id,
                                               .broker_epoch = store->broker_epoch(),
                                               .next_producer_id = kNextProducerId});
  TRY(store->append(std::move(ids)));
  return store->close_cleanly();
}

}  // namespace spool::cli
