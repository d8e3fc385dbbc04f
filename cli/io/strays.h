#pragma once

/// Partition directories that a data directory's metadata log does not claim, and whether they can
/// be taken in.

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/io/metadata_topics.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/base/uuid.h"
#include "core/storage/data_directory.h"
#include "core/storage/file.h"
#include "core/storage/verify_directory.h"

namespace spool::cli {

/// The topic id in a partition's directory.
/// errors  not_found, parse_error: partition.metadata is missing or unreadable
Result<Uuid> read_topic_id(storage::FileSystem& fs, const std::string& partition_path);

struct Stray {
  storage::PartitionDirectory directory;
  std::optional<Uuid> topic_id;  ///< of its partition.metadata
  std::optional<Uuid> known_id;  ///< of the topic with this name in the metadata log
  bool is_partition_known = false;
  bool is_elsewhere = false;  ///< other brokers have the partition's replicas, this one has none
  std::string obstacle;  ///< why a broker could not be given it under its name; empty: it could

  bool is_aside() const { return directory.kind != storage::DirectoryKind::live; }
};

/// Live directories that the metadata log does not know or gives to other brokers, and all that are set aside, on their way
/// out or on their way in (-stray, -delete, -future).
std::vector<Stray> find_strays(storage::FileSystem& fs, const storage::DirectorySurvey& survey,
                               const MetadataTopics& metadata);

/// Which of them are to be served again: their directories' names, with the ids of their topics.
/// names      topics, or directories
/// random_id  for a topic of which no directory says its id
/// errors  not_found: no stray has the name; unsupported: it has an obstacle, or two of them are
///         the same partition or do not agree about their topic's id
Result<std::map<std::string, Uuid>> choose_adopted(const std::vector<Stray>& strays,
                                                   std::span<const std::string> names,
                                                   const std::function<Uuid()>& random_id);

}  // namespace spool::cli
