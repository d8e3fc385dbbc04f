// Opens the logs of a data directory with our storage engine and prints what it finds as JSON, for
// scripts/check_golden.
//
//   golden_dump data DIR read|write SPEC        a whole data directory, as its own marker and
//   checkpoints say golden_dump partition DIR read|clean|unclean SPEC   one partition directory
//
// SPEC is a JSON file: {"TOPIC": {"indexIntervalBytes": N, "ask": [timestamp...]}}; both optional.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/text.h"
#include "core/record/record_reader.h"
#include "core/storage/data_directory.h"
#include "core/storage/entry_reader.h"
#include "core/storage/index_file.h"
#include "core/storage/log.h"
#include "core/storage/log_cleaner.h"
#include "core/storage/segment.h"

namespace {

using namespace spool;
using namespace spool::storage;
using nlohmann::json;

// Time stands still long ago: no producer expires, so that the state is comparable.
class FixedClock final : public Clock {
 public:
  int64_t wall_ms() const override { return now_ms; }
  Monotonic monotonic() const override { return {}; }
  int64_t now_ms = 0;
};

class StderrLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view line) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
};

struct Tool {
  PosixFileSystem fs;
  FixedClock clock;
  StderrLogger logger;
  json spec;
  bool cleans = false;  ///< compacts the topics whose spec says so before they are dumped
};

json base64_or_null(const std::optional<BytesView>& bytes) {
  if (!bytes) return nullptr;
  return base64_encode(as_text(*bytes));
}

json dump_record(const record::RecordView& record, const EntryHeader& entry) {
  json headers = json::array();
  record::HeaderCursor cursor(record);
  while (const auto header = cursor.next())
    headers.push_back({std::string(as_text(header->key)), base64_or_null(header->value)});
  const bool is_append_time = entry.magic >= 1 && (entry.attributes & 8);
  return {{"offset", record.offset.value},
          {"timestamp", record.timestamp_ms},
          {"timestampType", entry.magic == 0 ? "NoTimestampType"
                            : is_append_time ? "LogAppendTime"
                                             : "CreateTime"},
          {"keyBase64", base64_or_null(record.key)},
          {"valueBase64", base64_or_null(record.value)},
          {"headers", headers},
          {"leaderEpoch", entry.leader_epoch.value}};
}

// Everything a reader sees from the log start on, slice by slice; small limits make for many
// slices.
json dump_records(const Log& log) {
  json out = {{"records", json::array()}, {"dataOffsets", json::array()}, {"error", nullptr}};
  record::RecordReader records;
  Buffer window(1 << 16);
  for (Offset from = log.log_start_offset(); from < log.log_end_offset();) {
    const auto read = log.read(from, log.log_end_offset(), 3000, true);
    if (!read || read->slice.size_bytes == 0) {
      if (!read) out["error"] = read.error().text();
      return out;
    }
    EntryReader reader(*read->slice.file, read->slice.file_pos,
                       read->slice.file_pos + read->slice.size_bytes, window);
    for (auto entry = reader.next(); entry && *entry; entry = reader.next()) {
      const auto bytes = reader.bytes(**entry);
      if (!bytes || !is_entry_valid(**entry, *bytes)) {
        out["error"] = concat("invalid batch at offset ", (*entry)->base_offset.value);
        return out;
      }
      const bool is_control = (*entry)->is_v2() && ((*entry)->attributes & 32);
      json in_batch = json::array(), offsets = json::array();
      const auto walked = records.for_each(record::EntryView(*bytes), [&](const auto& record) {
        if (record.offset < log.log_start_offset() || record.offset < from) return;
        offsets.push_back(record.offset.value);
        if (!is_control) in_batch.push_back(dump_record(record, **entry));
      });
      if (!walked) {
        out["error"] =
            concat("batch at offset ", (*entry)->base_offset.value, ": ", walked.error().text());
        return out;
      }
      for (auto& offset : offsets) out["dataOffsets"].push_back(std::move(offset));
      for (auto& record : in_batch) out["records"].push_back(std::move(record));
      from = std::max(from, (*entry)->last_offset + 1);
    }
  }
  return out;
}

json dump_batch(const EntryHeader& entry, BytesView bytes) {
  json out = {{"position", entry.file_pos},
              {"size", entry.size_bytes},
              {"magic", entry.magic},
              {"lastOffset", entry.last_offset.value},
              {"maxTimestamp", entry.max_timestamp_ms},
              {"partitionLeaderEpoch", entry.leader_epoch.value},
              {"producerId", entry.producer_id.value},
              {"crcValid", is_entry_valid(entry, bytes)}};
  if (!entry.is_v2() || entry.is_undersized) return out;
  const record::BatchView batch(bytes);
  out["baseOffset"] = batch.base_offset().value;
  out["count"] = batch.records_count();
  out["crc"] = batch.crc();
  out["isTransactional"] = batch.is_transactional();
  out["isControl"] = batch.is_control();
  out["producerEpoch"] = batch.producer_epoch().value;
  out["baseSequence"] = batch.base_sequence();
  out["hasDeleteHorizon"] = batch.has_delete_horizon();
  out["lastSequence"] = batch.last_sequence();
  return out;
}

template <class Entry>
std::vector<Entry> index_entries(Tool& tool, const std::string& path) {
  const auto index = IndexReader<Entry>::open(tool.fs, path);
  if (!index) return {};
  auto entries = index->all();
  return entries ? std::move(*entries) : std::vector<Entry>{};
}

json dump_segment(Tool& tool, const std::string& directory, const SegmentInfo& info) {
  json out = {{"baseOffset", info.base_offset.value},
              {"size", info.size_bytes},
              {"batches", json::array()},
              {"offsetIndex", json::array()},
              {"timeIndex", json::array()},
              {"txnIndex", json::array()}};
  const auto path_of = [&](std::string_view suffix) {
    return offset_path(directory, info.base_offset, suffix);
  };
  if (const auto file = tool.fs.open(path_of(kLogSuffix), OpenMode::read)) {
    Buffer window(1 << 20);
    EntryReader reader(**file, 0, info.size_bytes, window);
    for (auto entry = reader.next(); entry && *entry; entry = reader.next())
      if (const auto bytes = reader.bytes(**entry))
        out["batches"].push_back(dump_batch(**entry, *bytes));
  }
  const int64_t base = info.base_offset.value;
  for (const auto& entry : index_entries<OffsetIndexEntry>(tool, path_of(kIndexSuffix)))
    out["offsetIndex"].push_back({base + entry.relative_offset, entry.file_pos});
  for (const auto& entry : index_entries<TimeIndexEntry>(tool, path_of(kTimeIndexSuffix)))
    out["timeIndex"].push_back({entry.timestamp_ms, base + entry.relative_offset});
  for (const auto& entry :
       index_entries<TransactionIndexEntry>(tool, path_of(kTransactionIndexSuffix)))
    out["txnIndex"].push_back({{"producerId", entry.producer_id.value},
                               {"firstOffset", entry.first_offset.value},
                               {"lastOffset", entry.last_offset.value},
                               {"lastStableOffset", entry.last_stable_offset.value}});
  return out;
}

json dump_producers(const std::vector<ProducerEntry>& entries) {
  json out = json::array();
  for (const ProducerEntry& entry : entries) {
    json batches = json::array();
    for (size_t i = 0; i < entry.batch_count; ++i) {
      const ProducerBatch& batch = entry.batches[i];
      batches.push_back({{"firstSeq", batch.first_sequence()},
                         {"lastSeq", batch.last_sequence},
                         {"firstOffset", batch.first_offset().value},
                         {"lastOffset", batch.last_offset.value},
                         {"timestamp", batch.timestamp_ms}});
    }
    out.push_back(
        {{"producerId", entry.producer_id.value},
         {"producerEpoch", entry.producer_epoch.value},
         {"coordinatorEpoch", entry.coordinator_epoch},
         {"lastTimestamp", entry.last_timestamp_ms},
         {"currentTxnFirstOffset", entry.current_txn_first_offset.value_or(kNoOffset).value},
         {"batches", batches}});
  }
  return out;
}

json dump_snapshots(Tool& tool, const std::string& directory) {
  json out = json::object();
  const auto entries = tool.fs.list(directory);
  if (!entries) return out;
  for (const DirectoryEntry& entry : *entries) {
    if (!entry.name.ends_with(kSnapshotSuffix)) continue;
    const auto text = read_small_file(tool.fs, concat(directory, '/', entry.name));
    const auto decoded = text ? decode_snapshot(as_bytes(*text)) : std::vector<ProducerEntry>{};
    out[entry.name] = decoded ? dump_producers(*decoded) : json(decoded.error().text());
  }
  return out;
}

json dump_timestamps(const Log& log, const json& asked) {
  json out = json::array();
  for (const auto& timestamp : asked) {
    const auto found = log.offset_for_timestamp(timestamp.get<int64_t>());
    if (!found)
      out.push_back({timestamp, found.error().text(), nullptr});
    else if (!*found)
      out.push_back({timestamp, nullptr, nullptr});
    else
      out.push_back({timestamp, (*found)->offset.value, (*found)->timestamp_ms});
  }
  return out;
}

json dump_log(Tool& tool, const Log& log, const json& topic_spec) {
  json out = {
      {"logStartOffset", log.log_start_offset().value},
      {"logEndOffset", log.log_end_offset().value},
      {"lastStableOffset", log.first_unstable_offset().value_or(log.log_end_offset()).value},
      {"segments", json::array()},
      {"producers", dump_producers(log.producer_state().entries())},
      {"producerSnapshots", dump_snapshots(tool, log.path())},
      {"aborted", json::array()}};
  for (const SegmentInfo& info : log.segments())
    out["segments"].push_back(dump_segment(tool, log.path(), info));
  const auto read = dump_records(log);
  out["records"] = read["records"];
  out["dataOffsets"] = read["dataOffsets"];
  out["readError"] = read["error"];
  const auto maximum = log.max_timestamp();
  if (maximum && *maximum)
    out["maxTimestamp"] = {{"offset", (*maximum)->offset.value},
                           {"timestamp", (*maximum)->timestamp_ms}};
  out["offsetsForTimestamps"] = dump_timestamps(log, topic_spec.value("ask", json::array()));
  if (const auto aborted = log.aborted_transactions(log.log_start_offset(), log.log_end_offset()))
    for (const AbortedTransaction& transaction : *aborted)
      out["aborted"].push_back({{"producerId", transaction.producer_id.value},
                                {"firstOffset", transaction.first_offset.value},
                                {"lastOffset", transaction.last_offset.value}});
  if (const auto text = read_small_file(tool.fs, concat(log.path(), '/', kLeaderEpochFile)))
    out["leader-epoch-checkpoint"] = *text;
  out["files"] = json::array();
  if (const auto entries = tool.fs.list(log.path()))
    for (const DirectoryEntry& entry : *entries) out["files"].push_back(entry.name);
  return out;
}

// Cleans as often as there is something to clean, as a broker would with a dirty ratio of 0.
Status clean(Tool& tool, Log& log) {
  LogConfig config = log.config();
  config.is_compacted = true;
  log.configure(config);
  std::optional<Offset> checkpoint;
  for (;;) {
    TRY_ASSIGN(const CleanableRange range, log.cleanable_range(checkpoint));
    if (range.first_dirty >= range.first_uncleanable) return {};
    TRY_ASSIGN(
        const CleaningReport report,
        clean_log(
            tool.fs, [&](const auto& change) { return change(log); }, range, tool.clock.wall_ms(),
            {}, [](int64_t) { return true; }, [](int64_t, int64_t) {}));
    if (report.end_offset <= range.first_dirty) return {};
    checkpoint = report.end_offset;
  }
}

json open_and_dump(Tool& tool, const std::string& path, const std::string& topic,
                   LogOpenOptions options) {
  const json topic_spec = tool.spec.value(topic, json::object());
  options.config.index_interval_bytes = topic_spec.value("indexIntervalBytes", 4096);
  options.config.retention_ms = -1;
  options.config.delete_retention_ms = topic_spec.value("deleteRetentionMs", int64_t{86'400'000});
  options.config.segment_bytes = topic_spec.value("segmentBytes", 1 << 30);
  options.producer_expiration_ms = tool.cleans ? 86'400'000 : INT64_MAX;
  auto log = Log::open(tool.fs, tool.clock, tool.logger, path, options);
  if (!log) return {{"error", log.error().text()}};
  if (tool.cleans && topic_spec.value("compact", false))
    if (const auto cleaned = clean(tool, **log); !cleaned)
      return {{"error", cleaned.error().text()}};
  json out = dump_log(tool, **log, topic_spec);
  if (const auto closed = (*log)->close(); !closed) out["closeError"] = closed.error().text();
  return out;
}

Result<json> dump_data_directory(Tool& tool, const std::string& path, bool is_read_only) {
  TRY_ASSIGN(const auto directory,
             DataDirectory::open(
                 tool.fs, tool.clock, tool.logger, path,
                 is_read_only ? DataDirectory::Access::read : DataDirectory::Access::write));
  TRY_ASSIGN(const auto partitions, directory->list_partitions());
  json out = {{"clean", directory->was_clean()}, {"partitionDirs", json::object()}};
  if (directory->meta())
    out["meta"] = {{"clusterId", directory->meta()->cluster_id},
                   {"nodeId", directory->meta()->node_id}};
  const auto offset_in = [](const OffsetCheckpoint& offsets, const TopicPartition& partition) {
    const auto found = offsets.find(partition);
    return found == offsets.end() ? Offset(0) : found->second;
  };
  for (const PartitionDirectory& entry : partitions) {
    TRY_ASSIGN(const auto topic_id, directory->topic_id(entry.name));
    json& dumped = out["partitionDirs"][entry.name] = open_and_dump(
        tool, directory->partition_path(entry.name), entry.partition.topic,
        {.is_clean = directory->was_clean(),
         .is_read_only = is_read_only,
         .log_start_checkpoint = offset_in(directory->log_starts(), entry.partition),
         .recovery_point_checkpoint = offset_in(directory->recovery_points(), entry.partition)});
    if (topic_id) dumped["topicId"] = topic_id->to_string();
  }
  const std::string metadata = directory->partition_path(kMetadataDirectory);
  if (tool.fs.info(metadata))
    out["partitionDirs"][std::string(kMetadataDirectory)] =
        open_and_dump(tool, metadata, "__cluster_metadata", {.is_read_only = is_read_only});
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr,
                 "usage: golden_dump data|partition DIR read|write|clean|unclean SPEC\n"
                 "       golden_dump compact DIR write SPEC\n");
    return 2;
  }
  Tool tool;
  const std::string kind = argv[1], path = argv[2], mode = argv[3];
  std::ifstream spec(argv[4]);
  tool.spec = json::parse(spec, nullptr, false);
  if (tool.spec.is_discarded()) tool.spec = json::object();
  json out;
  tool.cleans = kind == "compact";
  if (tool.cleans) tool.clock.now_ms = SystemClock().wall_ms();
  if (kind == "data" || tool.cleans) {
    const auto dumped = dump_data_directory(tool, path, mode == "read");
    out = dumped ? *dumped : json{{"error", dumped.error().text()}};
  } else {
    const Offset beyond(mode == "clean" ? INT64_MAX : 0);
    const size_t slash = path.rfind('/');
    const std::string name = path.substr(slash + 1);
    out = open_and_dump(tool, path, name.substr(0, name.rfind('-')),
                        {.is_clean = mode == "clean",
                         .is_read_only = mode == "read",
                         .recovery_point_checkpoint = beyond});
  }
  std::printf("%s\n", out.dump(-1, ' ', false, json::error_handler_t::replace).c_str());
  return 0;
}
