#pragma once

/// What the PATH arguments of inspect, verify, repair and salvage name.

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/verify_directory.h"

namespace spool::cli {

struct LogPath {
  storage::PathKind kind = storage::PathKind::file;
  std::string path;
};

/// The operands as paths; with --dir DIR they are topics (or partitions, "orders-3") in it, and
/// without any the directory itself.
/// errors  not_found: no such path, topic or partition
Result<std::vector<LogPath>> resolve_log_paths(storage::FileSystem& fs, const Args& args);

/// The topic and partition that a path inside a partition directory belongs to, by its names.
std::optional<TopicPartition> partition_of_path(std::string_view path, storage::PathKind kind);

/// The directory a path lies in: "." for a bare name.
std::string directory_of(std::string_view path);
/// The last part of a path.
std::string_view name_of(std::string_view path);

/// Somebody holds the lock of the data directory: its files may change while they are read.
bool is_in_use(storage::FileSystem& fs, const std::string& data_directory);

/// --dir as these commands understand it.
inline constexpr Option kLogDirOption = {
    .name = "dir",
    .kind = OptionKind::value,
    .value = "DIR",
    .help = "Data directory; the operands are then topics or partitions in it",
    .group = "Where"};

}  // namespace spool::cli
