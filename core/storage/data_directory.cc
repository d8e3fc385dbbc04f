#include "core/storage/data_directory.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::storage {

namespace {

constexpr size_t kTopicNameBytesMax = 249;
constexpr size_t kFileNameBytesMax = 255;
constexpr std::string_view kRemoteIndexDirectory = "remote-log-index-cache";

std::string_view kind_suffix(DirectoryKind kind) {
  switch (kind) {
    case DirectoryKind::live:
      return "";
    case DirectoryKind::deleted:
      return "-delete";
    case DirectoryKind::stray:
      return "-stray";
    case DirectoryKind::future:
      return "-future";
  }
  return "";
}

std::unexpected<Error> not_a_partition(std::string_view name) {
  return fail(
      ErrorCode::parse_error,
      concat("directory '", name,
             "' is not in the form of topic-partition or topic-partition.uniqueId-delete (if "
             "marked for deletion)"));
}

bool has_white_space(std::string_view text) {
  return text.find_first_of(" \t\r\n\f\v") != std::string_view::npos;
}

bool is_internal_directory(std::string_view name) {
  return name == kRemoteIndexDirectory || name == kMetadataDirectory;
}

Result<std::optional<std::string>> read_if_there(FileSystem& fs, const std::string& path) {
  auto text = read_small_file(fs, path);
  if (text) return std::optional(std::move(*text));
  if (text.error().code() == ErrorCode::not_found) return std::nullopt;
  return fail(std::move(text.error()));
}

}  // namespace

std::string_view topic_name_problem(std::string_view topic) {
  if (topic.empty()) return "the name is empty";
  if (topic == "." || topic == "..") return "the name cannot be '.' or '..'";
  if (topic.size() > kTopicNameBytesMax) return "the name is longer than 249 characters";
  const bool is_legal = std::ranges::all_of(topic, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  return is_legal ? ""
                  : "the name has a character other than ASCII letters, digits, '.', '_' and '-'";
}

Result<PartitionDirectory> parse_directory_name(std::string_view name) {
  PartitionDirectory parsed{.name = std::string(name)};
  std::string_view rest = name;
  for (const DirectoryKind kind :
       {DirectoryKind::deleted, DirectoryKind::stray, DirectoryKind::future}) {
    if (!name.ends_with(kind_suffix(kind))) continue;
    // ^(\S+)-(\S+)\.(\S+)-(delete|stray|future)$, then everything from the last '.' on goes.
    const std::string_view body = name.substr(0, name.size() - kind_suffix(kind).size());
    const size_t dot = body.rfind('.');
    if (has_white_space(name) || dot == std::string_view::npos || dot + 1 == body.size())
      return not_a_partition(name);
    parsed.kind = kind;
    rest = body.substr(0, dot);
  }
  const size_t dash = rest.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return not_a_partition(name);
  const auto number = parse_int<int32_t>(rest.substr(dash + 1));
  if (!number || *number < 0) return not_a_partition(name);
  parsed.partition = {std::string(rest.substr(0, dash)), Partition(*number)};
  return parsed;
}

std::string aside_directory_name(const TopicPartition& partition, const Uuid& id,
                                 DirectoryKind kind) {
  const std::string_view id_bytes(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
  const std::string tail =
      concat('-', partition.partition.value, '.', hex(id_bytes), kind_suffix(kind));
  return partition.topic.substr(0, kFileNameBytesMax - tail.size()) + tail;
}

namespace {

std::string parent_directory(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::open(FileSystem& fs, const Clock& clock,
                                                           Logger& logger, std::string path,
                                                           Access access) {
  std::unique_ptr<DataDirectory> directory(
      new DataDirectory(fs, clock, logger, std::move(path), access));
  TRY(directory->check_kind());
  TRY(directory->take_lock());
  TRY(directory->read_identity());
  directory->recovery_points_ = directory->read_checkpoint(kRecoveryPointFile);
  directory->log_starts_ = directory->read_checkpoint(kLogStartFile);
  directory->high_watermarks_ = directory->read_checkpoint(kHighWatermarkFile);
  TRY(directory->read_marker());
  return directory;
}

std::string DataDirectory::partition_path(std::string_view directory_name) const {
  return concat(path_, '/', directory_name);
}

// Before the lock file is made: nothing is left behind in what is no data directory.
Status DataDirectory::check_kind() const {
  const auto info = fs_.info(path_);
  const bool is_missing = !info && info.error().code() == ErrorCode::not_found;
  if (is_missing && access_ == Access::write) return {};
  if (is_missing) return fail(ErrorCode::not_found, concat(path_, ": there is no such directory"));
  if (!info) return fail(info.error());
  if (!info->is_directory) return fail(ErrorCode::parse_error, concat(path_, ": not a directory"));
  for (const std::string_view known : {kLockFile, kMetaPropertiesFile, kMetadataDirectory})
    if (fs_.info(partition_path(known))) return {};
  TRY_ASSIGN(const auto partitions, list_partitions());
  if (access_ == Access::read && partitions.empty())
    return fail(ErrorCode::not_found,
                concat(path_, ": no data directory: neither ", kMetaPropertiesFile,
                       " nor a directory of a partition is in it"));
  return {};
}

Status DataDirectory::take_lock() {
  if (access_ == Access::read) return {};
  if (auto made = fs_.make_directory(path_);
      !made && made.error().code() != ErrorCode::already_exists)
    return made;
  TRY_ASSIGN(lock_, fs_.open(partition_path(kLockFile), OpenMode::create));
  TRY_ASSIGN(const bool is_ours, lock_->try_lock());
  if (is_ours) return {};
  lock_.reset();
  return fail(ErrorCode::locked, concat("data directory ", path_, " is in use by another process"));
}

Status DataDirectory::read_identity() {
  TRY_ASSIGN(const auto text, read_if_there(fs_, partition_path(kMetaPropertiesFile)));
  if (!text) return {};
  auto meta = parse_meta_properties(*text);
  if (!meta) return fail(meta.error().with_context(partition_path(kMetaPropertiesFile)));
  meta_ = std::move(*meta);
  return {};
}

// The marker goes before any log is opened: a crash from here on must find none.
Status DataDirectory::read_marker() {
  const std::string marker_path = partition_path(kCleanShutdownFile);
  TRY_ASSIGN(const auto text, read_if_there(fs_, marker_path));
  if (!text) return {};
  was_clean_ = true;
  previous_broker_epoch_ = parse_clean_shutdown_epoch(*text);
  if (access_ == Access::read) return {};
  TRY(fs_.remove_file(marker_path));
  return fs_.sync_directory(path_);
}

OffsetCheckpoint DataDirectory::read_checkpoint(std::string_view file) const {
  const auto warn = [&](const Error& error) {
    logger_.warn(concat(path_, '/', file, " is unreadable and counts as empty: ", error.text()));
    return OffsetCheckpoint{};
  };
  const auto text = read_if_there(fs_, partition_path(file));
  if (!text) return warn(text.error());
  if (!*text) return {};
  auto offsets = parse_offset_checkpoint(**text);
  if (!offsets) return warn(offsets.error());
  return std::move(*offsets);
}

// The directory has just been made, as a rule: what is in it is durable when its own name is.
Status DataDirectory::write_meta(const MetaProperties& meta) {
  TRY(fs_.sync_directory(parent_directory(path_)));
  TRY(replace_small_file(fs_, path_, std::string(kMetaPropertiesFile),
                         format_meta_properties(meta, clock_.wall_ms())));
  meta_ = meta;
  return {};
}

Status DataDirectory::write_checkpoint(std::string_view file, const OffsetCheckpoint& offsets) {
  return replace_small_file(fs_, path_, std::string(file), format_offset_checkpoint(offsets));
}

Result<std::vector<PartitionDirectory>> DataDirectory::list_partitions() const {
  TRY_ASSIGN(const auto entries, fs_.list(path_));
  std::vector<PartitionDirectory> partitions;
  for (const DirectoryEntry& entry : entries) {
    if (!entry.is_directory || is_internal_directory(entry.name)) continue;
    auto parsed = parse_directory_name(entry.name);
    if (parsed) {
      partitions.push_back(std::move(*parsed));
    } else if (access_ == Access::write) {
      return fail(parsed.error().with_context(path_));
    }
  }
  return partitions;
}

Result<std::string> DataDirectory::set_aside(std::string_view directory_name,
                                             const TopicPartition& partition, DirectoryKind kind,
                                             const Uuid& random_id) {
  std::string aside = aside_directory_name(partition, random_id, kind);
  TRY(fs_.rename(partition_path(directory_name), partition_path(aside)));
  TRY(fs_.sync_directory(path_));
  return aside;
}

Status DataDirectory::remove(std::string_view directory_name) {
  return remove_tree(fs_, partition_path(directory_name));
}

Result<std::optional<Uuid>> DataDirectory::topic_id(std::string_view directory_name) const {
  const std::string path = concat(path_, '/', directory_name, '/', kPartitionMetadataFile);
  TRY_ASSIGN(const auto text, read_if_there(fs_, path));
  if (!text) return std::nullopt;
  auto topic_id = parse_partition_metadata(*text);
  if (!topic_id) return fail(topic_id.error().with_context(path));
  return *topic_id;
}

Status DataDirectory::write_topic_id(std::string_view directory_name, const Uuid& topic_id) {
  return replace_small_file(fs_, partition_path(directory_name),
                            std::string(kPartitionMetadataFile),
                            format_partition_metadata(topic_id));
}

Status DataDirectory::write_clean_marker(int64_t broker_epoch) {
  return replace_small_file(fs_, path_, std::string(kCleanShutdownFile),
                            format_clean_shutdown(broker_epoch));
}

}  // namespace spool::storage
