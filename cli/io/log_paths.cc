#include "cli/io/log_paths.h"

#include <fcntl.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/storage/data_directory.h"

namespace spool::cli {

namespace {

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

Result<std::vector<LogPath>> partitions_named(storage::FileSystem& fs, const std::string& directory,
                                              const std::string& operand) {
  TRY_ASSIGN(const auto survey, storage::survey_directory(fs, directory));
  std::vector<const storage::PartitionDirectory*> found;
  for (const auto& partition : survey.partitions) {
    const bool is_live = partition.kind == storage::DirectoryKind::live;
    if (partition.name == operand || (is_live && partition.partition.topic == operand))
      found.push_back(&partition);
  }
  if (found.empty())
    return fail(ErrorCode::not_found,
                concat(directory, " has no topic or partition '", operand, "'"));
  std::ranges::sort(found, {},
                    [](const auto* partition) { return partition->partition.partition; });
  std::vector<LogPath> out;
  for (const auto* partition : found)
    out.push_back({storage::PathKind::partition, concat(directory, '/', partition->name)});
  return out;
}

}  // namespace

Result<std::vector<LogPath>> resolve_log_paths(storage::FileSystem& fs, const Args& args) {
  std::vector<LogPath> out;
  if (const auto given = args.value("dir")) {
    const std::string directory = without_slash(std::string(*given));
    if (args.operands().empty())
      return std::vector{LogPath{storage::PathKind::data_directory, directory}};
    for (const std::string& operand : args.operands()) {
      TRY_ASSIGN(auto found, partitions_named(fs, directory, operand));
      std::ranges::move(found, std::back_inserter(out));
    }
    return out;
  }
  if (args.operands().empty()) return usage_error("which file or directory?");
  for (const std::string& operand : args.operands()) {
    const std::string path = without_slash(operand);
    TRY_ASSIGN(const auto kind, storage::kind_of_path(fs, path));
    out.push_back({kind, path});
  }
  return out;
}

std::string directory_of(std::string_view path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string_view name_of(std::string_view path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::optional<TopicPartition> partition_of_path(std::string_view path, storage::PathKind kind) {
  const std::string directory =
      kind == storage::PathKind::file ? directory_of(path) : std::string(path);
  auto parsed = storage::parse_directory_name(name_of(directory));
  if (!parsed) return std::nullopt;
  return std::move(parsed->partition);
}

bool is_in_use(storage::FileSystem& fs, const std::string& data_directory) {
  const auto file =
      fs.open(concat(data_directory, '/', storage::kLockFile), storage::OpenMode::read);
  if (!file || (*file)->native_fd() < 0) return false;
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return ::fcntl((*file)->native_fd(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace spool::cli
