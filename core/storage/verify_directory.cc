#include "core/storage/verify_directory.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/storage/segment.h"

namespace spool::storage {

namespace {

constexpr std::string_view kCheckpointFiles[] = {kRecoveryPointFile, kLogStartFile,
                                                 kHighWatermarkFile, kCleanerFile};
constexpr std::string_view kRemoteLogCache = "remote-log-index-cache";

bool is_partition_file(std::string_view name) {
  return name == kLeaderEpochFile || name == kPartitionMetadataFile ||
         name.find(kLogSuffix) != std::string_view::npos || name.ends_with(kIndexSuffix) ||
         name.ends_with(kTimeIndexSuffix) || name.ends_with(kSnapshotSuffix);
}

void survey_meta(FileSystem& fs, DirectorySurvey& survey) {
  const std::string path = concat(survey.path, '/', kMetaPropertiesFile);
  const auto text = read_small_file(fs, path);
  if (!text && text.error().code() == ErrorCode::not_found) return;
  auto meta = text ? parse_meta_properties(*text) : Result<MetaProperties>(fail(text.error()));
  if (meta) {
    survey.meta = std::move(*meta);
    return;
  }
  survey.findings.push_back({.check = "meta-properties-unreadable",
                             .severity = Severity::error,
                             .path = path,
                             .expected = "node and cluster id",
                             .found = std::string(meta.error().text())});
}

void survey_checkpoint(FileSystem& fs, std::string_view name, DirectorySurvey& survey) {
  const std::string path = concat(survey.path, '/', name);
  const auto text = read_small_file(fs, path);
  if (!text && text.error().code() == ErrorCode::not_found) return;
  auto offsets =
      text ? parse_offset_checkpoint(*text) : Result<OffsetCheckpoint>(fail(text.error()));
  if (offsets) {
    survey.checkpoints.emplace(name, std::move(*offsets));
    return;
  }
  survey.findings.push_back({.check = "checkpoint-unreadable",
                             .severity = Severity::error,
                             .path = path,
                             .expected = "lines of topic, partition and offset",
                             .found = std::string(offsets.error().text()),
                             .repair = "rebuild the checkpoint"});
}

void survey_entry(const DirectoryEntry& entry, DirectorySurvey& survey) {
  if (entry.name == kCleanShutdownFile) survey.is_clean = true;
  if (!entry.is_directory || entry.name == kRemoteLogCache) return;
  auto partition = parse_directory_name(entry.name);
  if (!partition) {
    survey.findings.push_back({.check = "directory-name",
                               .severity = Severity::error,
                               .path = concat(survey.path, '/', entry.name),
                               .expected = "a topic and a partition number",
                               .found = std::string(partition.error().text())});
    return;
  }
  if (const auto problem = topic_name_problem(partition->partition.topic); !problem.empty())
    survey.findings.push_back({.check = "directory-name",
                               .severity = Severity::warning,
                               .path = concat(survey.path, '/', entry.name),
                               .expected = "a topic's name",
                               .found = std::string(problem)});
  survey.partitions.push_back(std::move(*partition));
}

}  // namespace

bool DirectorySurvey::is_compacted(const TopicPartition& partition) const {
  if (partition.topic == "__consumer_offsets" || partition.topic == "__transaction_state")
    return true;
  const auto cleaner = checkpoints.find(kCleanerFile);
  return cleaner != checkpoints.end() && cleaner->second.contains(partition);
}

Result<DirectorySurvey> survey_directory(FileSystem& fs, const std::string& path) {
  DirectorySurvey survey{.path = path};
  TRY_ASSIGN(const auto entries, fs.list(path));
  survey_meta(fs, survey);
  // Before the logs are read: a running broker's checkpoints only grow.
  for (const std::string_view name : kCheckpointFiles) survey_checkpoint(fs, name, survey);
  for (const DirectoryEntry& entry : entries) survey_entry(entry, survey);
  std::map<TopicPartition, std::string> live;
  for (const PartitionDirectory& partition : survey.partitions) {
    if (partition.kind != DirectoryKind::live) continue;
    const auto [first, is_new] = live.emplace(partition.partition, partition.name);
    if (!is_new)
      survey.findings.push_back({.check = "partition-twice",
                                 .severity = Severity::error,
                                 .path = concat(path, '/', partition.name),
                                 .expected = "one directory of a partition",
                                 .found = concat("also ", first->second)});
  }
  return survey;
}

std::vector<Finding> check_checkpoints(const DirectorySurvey& survey,
                                       const std::map<std::string, PartitionEnds>& ends) {
  FindingList out;
  for (const auto& [name, offsets] : survey.checkpoints) {
    for (const auto& [partition, offset] : offsets) {
      const auto found = ends.find(partition.to_string());
      const auto report = [&](Severity severity, std::string expected) {
        out.add({.check = "checkpoint",
                 .severity = severity,
                 .path = concat(survey.path, '/', name),
                 .offset = offset.value,
                 .expected = concat(partition.to_string(), ": ", expected),
                 .found = concat("offset ", offset.value),
                 .repair = "bring the checkpoint in line with the log"});
      };
      if (found == ends.end()) {
        report(Severity::info, "no entry, there is no such directory");
        continue;
      }
      if (offset > found->second.log_end_offset)
        report(Severity::warning,
               concat("at most ", found->second.log_end_offset.value, ", the end of the log"));
      else if (offset < Offset(0))
        report(Severity::warning, "0 or more");
    }
  }
  const auto starts = survey.checkpoints.find(kLogStartFile);
  const auto ends_at = survey.checkpoints.find(kHighWatermarkFile);
  if (starts != survey.checkpoints.end() && ends_at != survey.checkpoints.end() && survey.is_clean)
    for (const auto& [partition, start] : starts->second) {
      const auto high = ends_at->second.find(partition);
      if (high == ends_at->second.end() || start <= high->second) continue;
      out.add({.check = "checkpoint",
               .severity = Severity::warning,
               .path = concat(survey.path, '/', kLogStartFile),
               .offset = start.value,
               .expected = concat(partition.to_string(), ": at most ", high->second.value,
                                  ", the high watermark"),
               .found = concat("offset ", start.value),
               .repair = "bring the checkpoint in line with the log"});
    }
  return out.take();
}

Result<PathKind> kind_of_path(FileSystem& fs, const std::string& path) {
  TRY_ASSIGN(const FileInfo info, fs.info(path));
  if (!info.is_directory) return PathKind::file;
  TRY_ASSIGN(const auto entries, fs.list(path));
  const auto is_named = [&](std::string_view name) {
    return std::ranges::any_of(entries, [&](const auto& entry) { return entry.name == name; });
  };
  if (is_named(kMetaPropertiesFile)) return PathKind::data_directory;
  if (std::ranges::any_of(entries, [](const DirectoryEntry& entry) {
        return !entry.is_directory && is_partition_file(entry.name);
      }))
    return PathKind::partition;
  const bool has_directories = std::ranges::any_of(entries, &DirectoryEntry::is_directory);
  const size_t slash = path.find_last_of('/', path.size() - 2);
  const std::string name = path.substr(slash == std::string::npos ? 0 : slash + 1);
  if (!has_directories && parse_directory_name(name)) return PathKind::partition;
  return PathKind::data_directory;
}

}  // namespace spool::storage
