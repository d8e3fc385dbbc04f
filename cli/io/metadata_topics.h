#pragma once

/// What the metadata log of a data directory says about topics, read without a broker: for checking
/// partition directories against it. Damage ends the reading where it is met, and is said.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/uuid.h"
#include "core/record/batch.h"
#include "core/storage/file.h"
#include "core/storage/finding.h"

namespace spool::cli {

struct MetadataTopic {
  std::string name;
  std::map<int32_t, std::vector<int32_t>> partitions;  ///< with the brokers that have replicas
  bool is_compacted = false;
};

struct MetadataTopics {
  std::map<Uuid, MetadataTopic> by_id;
  std::map<std::string, Uuid, std::less<>> by_name;
  std::vector<storage::Finding> findings;  ///< records that cannot be decoded
  std::string path;                        ///< of the metadata log's directory
  bool is_whole = true;                    ///< everything could be read

  std::optional<Uuid> id_of(std::string_view topic) const;
};

/// nullopt: the directory has no metadata log.
Result<std::optional<MetadataTopics>> read_metadata_topics(storage::FileSystem& fs,
                                                           const std::string& data_directory);

}  // namespace spool::cli
