#include "cli/io/strays.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.h"

namespace spool::cli {

namespace {

using storage::DirectoryKind;

/// A name of this length may have lost the end of its topic (storage-format 1.1).
constexpr size_t kAsideNameMax = 255;

bool is_elsewhere(const std::vector<int32_t>& replicas,
                  const std::optional<storage::MetaProperties>& meta) {
  return meta && !replicas.empty() && std::ranges::find(replicas, meta->node_id) == replicas.end();
}

std::string obstacle_of(const Stray& stray, const MetadataTopics& metadata,
                        const std::set<TopicPartition>& live) {
  const storage::PartitionDirectory& directory = stray.directory;
  if (const auto problem = storage::topic_name_problem(directory.partition.topic); !problem.empty())
    return concat("its topic's name is none: ", problem);
  if (stray.is_aside() && directory.name.size() >= kAsideNameMax) return "its topic's name was cut";
  if (stray.is_aside() && live.contains(directory.partition))
    return concat(directory.partition.to_string(), " is there");
  if (stray.topic_id && stray.known_id && *stray.topic_id != *stray.known_id)
    return concat("topic ", directory.partition.topic, " has another id: it was made anew");
  if (stray.is_elsewhere) return "other brokers have its replicas";
  const auto by_id = stray.topic_id ? metadata.by_id.find(*stray.topic_id) : metadata.by_id.end();
  if (by_id != metadata.by_id.end() && by_id->second.name != directory.partition.topic)
    return concat("its id is that of topic ", by_id->second.name);
  return {};
}

bool is_named(const Stray& stray, const std::string& name) {
  return stray.directory.name == name || stray.directory.partition.topic == name;
}

/// The choice as it grows.
struct Choice {
  std::map<std::string, Uuid> topic_ids;
  std::map<TopicPartition, std::string> taken;

  Status take(const Stray& stray) {
    const storage::PartitionDirectory& directory = stray.directory;
    const auto refuse = [&](std::string_view why) {
      return fail(ErrorCode::unsupported, concat(directory.name, " cannot be adopted: ", why));
    };
    if (!stray.obstacle.empty()) return refuse(stray.obstacle);
    const auto [first, is_new] = taken.emplace(directory.partition, directory.name);
    if (!is_new && first->second != directory.name)
      return refuse(concat(first->second, " is the same partition; name one of them"));
    const auto id = stray.known_id ? stray.known_id : stray.topic_id;
    if (id && topic_ids.emplace(directory.partition.topic, *id).first->second != *id)
      return refuse("another partition of its topic has another topic id");
    return {};
  }
};

}  // namespace

Result<Uuid> read_topic_id(storage::FileSystem& fs, const std::string& partition_path) {
  TRY_ASSIGN(
      const std::string text,
      storage::read_small_file(fs, concat(partition_path, '/', storage::kPartitionMetadataFile)));
  return storage::parse_partition_metadata(text);
}

std::vector<Stray> find_strays(storage::FileSystem& fs, const storage::DirectorySurvey& survey,
                               const MetadataTopics& metadata) {
  std::set<TopicPartition> live;
  for (const auto& directory : survey.partitions)
    if (directory.kind == DirectoryKind::live) live.insert(directory.partition);
  std::vector<Stray> out;
  for (const auto& directory : survey.partitions) {
    if (directory.name == storage::kMetadataDirectory) continue;
    Stray stray{.directory = directory, .known_id = metadata.id_of(directory.partition.topic)};
    if (const auto id = read_topic_id(fs, concat(survey.path, '/', directory.name)))
      stray.topic_id = *id;
    if (stray.known_id) {
      const auto& partitions = metadata.by_id.at(*stray.known_id).partitions;
      const auto known = partitions.find(directory.partition.partition.value);
      stray.is_partition_known = known != partitions.end();
      stray.is_elsewhere = stray.is_partition_known && is_elsewhere(known->second, survey.meta);
    }
    const bool is_claimed = !stray.is_aside() && stray.is_partition_known && !stray.is_elsewhere &&
                            (!stray.topic_id || *stray.topic_id == *stray.known_id);
    if (is_claimed) continue;
    stray.obstacle = obstacle_of(stray, metadata, live);
    out.push_back(std::move(stray));
  }
  return out;
}

Result<std::map<std::string, Uuid>> choose_adopted(const std::vector<Stray>& strays,
                                                   std::span<const std::string> names,
                                                   const std::function<Uuid()>& random_id) {
  Choice choice;
  for (const std::string& name : names) {
    bool is_found = false;
    for (const Stray& stray : strays) {
      if (!is_named(stray, name)) continue;
      TRY(choice.take(stray));
      is_found = true;
    }
    if (!is_found)
      return fail(ErrorCode::not_found,
                  concat("--adopt ", name,
                         ": no directory of this name or topic is unknown to the metadata log"));
  }
  std::map<std::string, Uuid> out;
  for (const auto& [partition, name] : choice.taken)
    out[name] = choice.topic_ids.emplace(partition.topic, random_id()).first->second;
  return out;
}

}  // namespace spool::cli
