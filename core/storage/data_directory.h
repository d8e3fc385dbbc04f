#pragma once

/// A data directory as a whole (storage-format section 1): lock, identity, clean marker,
/// checkpoints, and the names of the partition directories in it. The logs themselves are Log's.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/base/types.h"
#include "core/base/uuid.h"
#include "core/storage/checkpoint.h"
#include "core/storage/file.h"

namespace spool::storage {

enum class DirectoryKind { live, deleted, stray, future };

/// A partition directory's name, taken apart.
struct PartitionDirectory {
  std::string name;  ///< as in the data directory
  TopicPartition partition;
  DirectoryKind kind = DirectoryKind::live;
};

/// Kafka's reading of a directory name (1.1); parse_error in Kafka's words when it is none of a
/// partition.
Result<PartitionDirectory> parse_directory_name(std::string_view name);
/// `<topic>-<partition>.<32 hex>-delete` or `-stray`, the topic cut so that the whole is at most
/// 255 characters.
std::string aside_directory_name(const TopicPartition& partition, const Uuid& id,
                                 DirectoryKind kind);
/// Empty when the name is a legal topic name, else what is wrong with it: 1..249 of [a-zA-Z0-9._-],
/// not "." or "..".
std::string_view topic_name_problem(std::string_view topic);

inline constexpr std::string_view kMetadataDirectory = "__cluster_metadata-0";

class DataDirectory {
 public:
  enum class Access {
    read,   ///< writes nothing: no lock, the marker stays
    write,  ///< makes the directory when missing, holds its lock, takes the clean marker away
  };

  /// Opens a directory that may be new (no meta.properties yet).
  /// errors  locked: another process has it; parse_error: meta.properties is not readable as such;
  /// not_found (read)
  static Result<std::unique_ptr<DataDirectory>> open(FileSystem& fs, const Clock& clock,
                                                     Logger& logger, std::string path,
                                                     Access access);

  const std::string& path() const { return path_; }
  bool is_read_only() const { return access_ == Access::read; }
  std::string partition_path(std::string_view directory_name) const;

  /// nullopt: the directory is not formatted.
  const std::optional<MetaProperties>& meta() const { return meta_; }
  Status write_meta(const MetaProperties& meta);

  /// The previous shutdown was orderly. Read at open; the marker itself is gone by then
  /// (Access::write).
  bool was_clean() const { return was_clean_; }
  /// From the marker, -1 when there was none or it did not say.
  int64_t previous_broker_epoch() const { return previous_broker_epoch_; }

  /// As read at open; empty when a file was missing. An unreadable one is warned about and counts
  /// as empty: every log is then recovered from its start.
  const OffsetCheckpoint& recovery_points() const { return recovery_points_; }
  const OffsetCheckpoint& log_starts() const { return log_starts_; }
  const OffsetCheckpoint& high_watermarks() const { return high_watermarks_; }
  /// What compaction left, read now.
  OffsetCheckpoint cleaner_offsets() const { return read_checkpoint(kCleanerFile); }
  /// file  one of kRecoveryPointFile, kLogStartFile, kHighWatermarkFile, kCleanerFile
  Status write_checkpoint(std::string_view file, const OffsetCheckpoint& offsets);

  /// Every partition directory but __cluster_metadata-0, by name. With Access::write a directory
  /// that is none is a parse_error, as Kafka has it; with Access::read it is passed over.
  Result<std::vector<PartitionDirectory>> list_partitions() const;

  /// Renames a partition directory out of the way; returns its new name. Open files in it stay
  /// usable.
  Result<std::string> set_aside(std::string_view directory_name, const TopicPartition& partition,
                                DirectoryKind kind, const Uuid& random_id);
  /// Removes a partition directory with everything in it.
  Status remove(std::string_view directory_name);

  /// nullopt: no partition.metadata there.
  Result<std::optional<Uuid>> topic_id(std::string_view directory_name) const;
  /// Durable when it returns; Kafka has it so before the first append.
  Status write_topic_id(std::string_view directory_name, const Uuid& topic_id);

  /// Says that everything was closed in order. Last of all, after the logs and the checkpoints.
  Status write_clean_marker(int64_t broker_epoch);

 private:
  DataDirectory(FileSystem& fs, const Clock& clock, Logger& logger, std::string path, Access access)
      : fs_(fs), clock_(clock), logger_(logger), path_(std::move(path)), access_(access) {}
  Status check_kind() const;
  Status take_lock();
  Status read_identity();
  Status read_marker();
  OffsetCheckpoint read_checkpoint(std::string_view file) const;

  FileSystem& fs_;
  const Clock& clock_;
  Logger& logger_;
  std::string path_;
  Access access_;
  std::shared_ptr<File> lock_;
  std::optional<MetaProperties> meta_;
  bool was_clean_ = false;
  int64_t previous_broker_epoch_ = -1;
  OffsetCheckpoint recovery_points_;
  OffsetCheckpoint log_starts_;
  OffsetCheckpoint high_watermarks_;
};

}  // namespace spool::storage
