#include "cli/io/metadata_topics.h"

#include <algorithm>

#include "broker/metadata/image.h"
#include "cli/io/internal_records.h"
#include "core/base/text.h"
#include "core/protocol/codec.h"
#include "core/protocol/records/metadata.h"
#include "core/record/record_reader.h"
#include "core/storage/data_directory.h"
#include "core/storage/log_scan.h"

namespace spool::cli {

namespace {

class Replay {
 public:
  explicit Replay(MetadataTopics& topics) : topics_(topics) {}

  Status apply(const MetadataFrame& frame) {
    switch (frame.type) {
      case protocol::TopicRecord::kInfo.api_key: {
        TRY_ASSIGN(const auto record,
                   protocol::decode<protocol::TopicRecord>(frame.body, frame.version));
        topics_.by_id[record.topic_id].name = record.name;
        topics_.by_name[record.name] = record.topic_id;
        return {};
      }
      case protocol::PartitionRecord::kInfo.api_key: {
        TRY_ASSIGN(const auto record,
                   protocol::decode<protocol::PartitionRecord>(frame.body, frame.version));
        topics_.by_id[record.topic_id].partitions[record.partition_id] = record.replicas;
        return {};
      }
      case protocol::PartitionChangeRecord::kInfo.api_key: {
        TRY_ASSIGN(const auto record,
                   protocol::decode<protocol::PartitionChangeRecord>(frame.body, frame.version));
        if (record.replicas)
          topics_.by_id[record.topic_id].partitions[record.partition_id] = *record.replicas;
        return {};
      }
      case protocol::RemoveTopicRecord::kInfo.api_key: {
        TRY_ASSIGN(const auto record,
                   protocol::decode<protocol::RemoveTopicRecord>(frame.body, frame.version));
        const auto removed = topics_.by_id.extract(record.topic_id);
        if (removed && topics_.id_of(removed.mapped().name) == record.topic_id)
          topics_.by_name.erase(removed.mapped().name);
        return {};
      }
      case protocol::ConfigRecord::kInfo.api_key: {
        TRY_ASSIGN(const auto record,
                   protocol::decode<protocol::ConfigRecord>(frame.body, frame.version));
        if (record.resource_type != static_cast<int8_t>(broker::ConfigResourceType::topic) ||
            record.name != "cleanup.policy")
          return {};
        if (const auto id = topics_.id_of(record.resource_name))
          topics_.by_id[*id].is_compacted = record.value && record.value->contains("compact");
        return {};
      }
      default:
        return {};
    }
  }

  /// Applies a .log or .checkpoint file.
  Status read(storage::FileSystem& fs, const std::string& path) {
    TRY_ASSIGN(const auto file, fs.open(path, storage::OpenMode::read));
    TRY_ASSIGN(auto scan, storage::LogScan::open(*file, {}));
    for (;;) {
      TRY_ASSIGN(const auto item, scan.next());
      if (!item) return {};
      if (!item->is_whole() || item->bytes.empty()) {
        topics_.is_whole = false;
        continue;
      }
      if (!item->header.is_v2() || record::BatchView(item->bytes).is_control()) continue;
      const Status read =
          reader_.for_each(record::EntryView(item->bytes), [&](const record::RecordView& record) {
            const auto frame = parse_metadata_frame(record);
            const Status applied = frame ? apply(*frame) : Status(fail(frame.error()));
            if (!applied) report(path, *item, record, applied.error());
          });
      if (!read) topics_.is_whole = false;
    }
  }

 private:
  void report(const std::string& path, const storage::ScanItem& item,
              const record::RecordView& record, const Error& error) {
    topics_.findings.push_back({.check = "metadata-record",
                                .path = path,
                                .file_pos = item.file_pos,
                                .offset = record.offset.value,
                                .expected = "a metadata record",
                                .found = std::string(error.text())});
  }

  MetadataTopics& topics_;
  record::RecordReader reader_{storage::LogScan::kBytesMax};
};

}  // namespace

std::optional<Uuid> MetadataTopics::id_of(std::string_view topic) const {
  const auto found = by_name.find(topic);
  return found == by_name.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<MetadataTopics>> read_metadata_topics(storage::FileSystem& fs,
                                                           const std::string& data_directory) {
  MetadataTopics topics;
  topics.path = concat(data_directory, '/', storage::kMetadataDirectory);
  auto entries = fs.list(topics.path);
  if (!entries && entries.error().code() == ErrorCode::not_found)
    return std::optional<MetadataTopics>();
  if (!entries) return fail(std::move(entries.error()));
  Replay replay(topics);
  std::string snapshot;  // names sort by offset
  for (const auto& entry : *entries)
    if (entry.name.ends_with(".checkpoint")) snapshot = entry.name;
  if (!snapshot.empty()) TRY(replay.read(fs, concat(topics.path, '/', snapshot)));
  const std::string snapshot_end = snapshot.substr(0, 20);
  std::vector<std::string> logs;
  for (const auto& entry : *entries)
    if (entry.name.ends_with(".log")) logs.push_back(entry.name);
  for (size_t i = 0; i < logs.size(); ++i) {
    // Records before the snapshot's end are in it; applying them again changes nothing that
    // matters here unless a topic was removed since, whose removal is in the log as well.
    const bool is_covered = i + 1 < logs.size() && logs[i + 1].substr(0, 20) <= snapshot_end;
    if (!is_covered) TRY(replay.read(fs, concat(topics.path, '/', logs[i])));
  }
  return std::optional(std::move(topics));
}

}  // namespace spool::cli
