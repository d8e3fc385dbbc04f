#pragma once

/// Checks what a data directory says about its partitions: identity, checkpoints, names
/// (storage-format 1, 9.5). The partitions themselves are PartitionVerifier's.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/checkpoint.h"
#include "core/storage/data_directory.h"
#include "core/storage/file.h"
#include "core/storage/finding.h"

namespace spool::storage {

/// What a partition's directory was found to hold.
struct PartitionEnds {
  Offset first_offset{0};
  Offset log_end_offset{0};
};

/// A data directory as it lies, everything read before its partitions are.
struct DirectorySurvey {
  std::string path;
  std::optional<MetaProperties> meta;
  bool is_clean = false;                       ///< .kafka_cleanshutdown is there
  std::vector<PartitionDirectory> partitions;  ///< __cluster_metadata-0 among them, as live
  std::map<std::string, OffsetCheckpoint, std::less<>>
      checkpoints;  ///< by file name; unreadable ones missing
  std::vector<Finding> findings;

  /// The cleaner has worked on it: holes in its offsets are normal.
  bool is_compacted(const TopicPartition& partition) const;
};

/// Reads the directory's own files. errors: not_found, io_error: it cannot be listed
Result<DirectorySurvey> survey_directory(FileSystem& fs, const std::string& path);

/// The checkpoints against what the partitions hold (by directory name).
std::vector<Finding> check_checkpoints(const DirectorySurvey& survey,
                                       const std::map<std::string, PartitionEnds>& ends);

/// Whether a path is the directory of one partition, a data directory, or a file.
enum class PathKind : uint8_t { file, partition, data_directory };
Result<PathKind> kind_of_path(FileSystem& fs, const std::string& path);

}  // namespace spool::storage
