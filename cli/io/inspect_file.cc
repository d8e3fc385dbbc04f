#include "cli/io/inspect_file.h"

#include <algorithm>

#include "cli/io/json_text.h"
#include "cli/io/log_paths.h"
#include "cli/io/shown_record.h"
#include "cli/io/table.h"
#include "core/base/text.h"
#include "core/storage/checkpoint.h"
#include "core/storage/index_file.h"
#include "core/storage/producer_state.h"
#include "core/storage/segment.h"

namespace spool::cli {

namespace {

constexpr std::string_view kQuorumStateFile = "quorum-state";

std::string_view kind_of_name(std::string_view name) {
  for (const std::string_view suffix :
       {storage::kDeletedSuffix, storage::kCleanedSuffix, storage::kSwapSuffix})
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return name;
}

void print(Table& table, bool as_json, Out& out) {
  table.print(out, as_json ? OutputForm::jsonl : OutputForm::text, true);
}

template <class Entry, class Row>
Status print_index(storage::FileSystem& fs, const std::string& path,
                   std::span<const Column> columns, bool as_json, Out& out, Row&& row) {
  TRY_ASSIGN(const auto reader, storage::IndexReader<Entry>::open(fs, path));
  Table table(columns);
  for (int64_t i = 0; i < reader.count(); ++i) {
    TRY_ASSIGN(const Entry entry, reader.at(i));
    table.add(row(entry));
  }
  print(table, as_json, out);
  return {};
}

Status print_snapshot(std::string_view text, bool as_json, Out& out) {
  TRY_ASSIGN(const auto entries, storage::decode_snapshot(as_bytes(text)));
  static constexpr Column kColumns[] = {{"producer_id", true},       {"producer_epoch", true},
                                        {"first_sequence", true},    {"last_sequence", true},
                                        {"last_offset", true},       {"timestamp", true},
                                        {"coordinator_epoch", true}, {"open_since", true}};
  Table table(kColumns);
  for (const auto& entry : entries) {
    const auto* batch = entry.last_batch();
    table.add(
        {entry.producer_id.value, int64_t{entry.producer_epoch.value},
         int64_t{batch ? batch->first_sequence() : -1}, int64_t{entry.last_sequence()},
         batch ? batch->last_offset.value : int64_t{-1}, entry.last_timestamp_ms,
         int64_t{entry.coordinator_epoch},
         entry.current_txn_first_offset ? Cell(entry.current_txn_first_offset->value) : Cell()});
  }
  print(table, as_json, out);
  return {};
}

Status print_checkpoint(std::string_view text, bool as_json, Out& out) {
  TRY_ASSIGN(const auto offsets, storage::parse_offset_checkpoint(text));
  static constexpr Column kColumns[] = {{"topic"}, {"partition", true}, {"offset", true}};
  std::vector<std::pair<TopicPartition, Offset>> sorted(offsets.begin(), offsets.end());
  std::ranges::sort(sorted);
  Table table(kColumns);
  for (const auto& [partition, offset] : sorted)
    table.add({partition.topic, int64_t{partition.partition.value}, offset.value});
  print(table, as_json, out);
  return {};
}

Status print_epochs(std::string_view text, bool as_json, Out& out) {
  TRY_ASSIGN(const auto epochs, storage::parse_epoch_checkpoint(text));
  static constexpr Column kColumns[] = {{"leader_epoch", true}, {"start_offset", true}};
  Table table(kColumns);
  for (const auto& epoch : epochs)
    table.add({int64_t{epoch.leader_epoch.value}, epoch.start_offset.value});
  print(table, as_json, out);
  return {};
}

Status print_meta(std::string_view text, bool as_json, Out& out) {
  TRY_ASSIGN(const auto meta, storage::parse_meta_properties(text));
  static constexpr Column kColumns[] = {
      {"version", true}, {"node_id", true}, {"cluster_id"}, {"directory_id"}};
  Table table(kColumns);
  table.add({int64_t{meta.version}, int64_t{meta.node_id}, meta.cluster_id,
             meta.directory_id ? Cell(meta.directory_id->to_string()) : Cell()});
  print(table, as_json, out);
  return {};
}

Status print_partition_metadata(std::string_view text, bool as_json, Out& out) {
  TRY_ASSIGN(const Uuid id, storage::parse_partition_metadata(text));
  static constexpr Column kColumns[] = {{"topic_id"}};
  Table table(kColumns);
  table.add({id.to_string()});
  print(table, as_json, out);
  return {};
}

std::string_view damage_name(storage::Damage damage) {
  switch (damage) {
    case storage::Damage::crc:
      return "checksum";
    case storage::Damage::undersized:
      return "undersized";
    case storage::Damage::frame:
      return "no batch";
    case storage::Damage::cut:
      return "cut";
    case storage::Damage::zero_tail:
      return "zeros";
    case storage::Damage::garbage_tail:
      return "garbage";
    default:
      return "none";
  }
}

}  // namespace

Status print_small_file(storage::FileSystem& fs, const std::string& path, bool as_json, Out& out) {
  const std::string_view name = kind_of_name(name_of(path));
  const auto base = parse_int<int64_t>(name.substr(0, name.find('.'))).value_or(0);
  if (name.ends_with(storage::kIndexSuffix)) {
    static constexpr Column kColumns[] = {{"offset", true}, {"file_pos", true}};
    return print_index<storage::OffsetIndexEntry>(
        fs, path, kColumns, as_json, out, [&](const auto& entry) -> std::vector<Cell> {
          return {base + entry.relative_offset, int64_t{entry.file_pos}};
        });
  }
  if (name.ends_with(storage::kTimeIndexSuffix)) {
    static constexpr Column kColumns[] = {{"timestamp", true}, {"offset", true}};
    return print_index<storage::TimeIndexEntry>(
        fs, path, kColumns, as_json, out, [&](const auto& entry) -> std::vector<Cell> {
          return {entry.timestamp_ms, base + entry.relative_offset};
        });
  }
  if (name.ends_with(storage::kTransactionIndexSuffix)) {
    static constexpr Column kColumns[] = {{"producer_id", true},
                                          {"first_offset", true},
                                          {"last_offset", true},
                                          {"last_stable_offset", true}};
    return print_index<storage::TransactionIndexEntry>(
        fs, path, kColumns, as_json, out, [&](const auto& entry) -> std::vector<Cell> {
          return {entry.producer_id.value, entry.first_offset.value, entry.last_offset.value,
                  entry.last_stable_offset.value};
        });
  }
  TRY_ASSIGN(const std::string text, storage::read_small_file(fs, path));
  const auto named = [&](Status status) -> Status {
    if (!status) return fail(status.error().with_context(path));
    return {};
  };
  if (name.ends_with(storage::kSnapshotSuffix)) return named(print_snapshot(text, as_json, out));
  if (name == storage::kLeaderEpochFile) return named(print_epochs(text, as_json, out));
  if (name == storage::kPartitionMetadataFile)
    return named(print_partition_metadata(text, as_json, out));
  if (name == storage::kMetaPropertiesFile) return named(print_meta(text, as_json, out));
  if (name == kQuorumStateFile || name == storage::kCleanShutdownFile) {
    out.line(text);  // one line of JSON as it stands
    return {};
  }
  if (name == storage::kRecoveryPointFile || name == storage::kLogStartFile ||
      name == storage::kHighWatermarkFile || name == storage::kCleanerFile)
    return named(print_checkpoint(text, as_json, out));
  return fail(ErrorCode::unsupported, concat(path, ": no kind of file that a broker writes"));
}

void append_batch_text(std::string& out, const storage::ScanItem& item, const std::string& log) {
  append_text(out, name_of(log), ':', item.file_pos, ' ');
  const auto& header = item.header;
  if (!item.is_whole()) append_text(out, "DAMAGED (", damage_name(item.damage), ") ");
  if (!item.has_header) {
    append_text(out, item.size_bytes, " bytes\n");
    return;
  }
  append_text(out, "offsets ", header.base_offset.value, '-', header.last_offset.value, ' ',
              item.size_bytes, " bytes ",
              compress::codec_name(static_cast<compress::Codec>(header.attributes & 7)), ' ');
  append_iso_time(out, header.max_timestamp_ms, false);
  if (!header.is_v2() || item.bytes.empty()) {
    append_text(out, " magic ", int{header.magic}, '\n');
    return;
  }
  const record::BatchView batch(item.bytes);
  append_text(out, ' ', batch.records_count(), " records epoch ", batch.leader_epoch().value);
  if (batch.has_producer_id())
    append_text(out, " producer ", batch.producer_id().value, '/', batch.producer_epoch().value,
                " sequence ", batch.base_sequence());
  append_text(out, batch.is_transactional() ? " transactional" : "",
              batch.is_control() ? " control" : "",
              batch.has_delete_horizon() ? " delete-horizon" : "", '\n');
}

void append_batch_json(std::string& out, const storage::ScanItem& item, const std::string& log) {
  out += "{\"file\":";
  append_json_bytes(out, as_bytes(log));
  append_text(out, ",\"file_pos\":", item.file_pos, ",\"bytes\":", item.size_bytes, ",\"damage\":",
              item.is_whole() ? "null" : concat('"', damage_name(item.damage), '"'));
  const auto& header = item.header;
  if (item.has_header) {
    append_text(out, ",\"magic\":", int{header.magic},
                ",\"base_offset\":", header.base_offset.value,
                ",\"last_offset\":", header.last_offset.value, ",\"codec\":\"",
                compress::codec_name(static_cast<compress::Codec>(header.attributes & 7)),
                "\",\"max_timestamp\":", header.max_timestamp_ms);
    if (header.is_v2() && !item.bytes.empty()) {
      const record::BatchView batch(item.bytes);
      append_text(out, ",\"records\":", batch.records_count(), ",\"crc\":", batch.crc(),
                  ",\"attributes\":", batch.attributes(),
                  ",\"leader_epoch\":", batch.leader_epoch().value,
                  ",\"base_timestamp\":", batch.base_timestamp(),
                  ",\"producer_id\":", batch.producer_id().value,
                  ",\"producer_epoch\":", batch.producer_epoch().value,
                  ",\"base_sequence\":", batch.base_sequence(),
                  ",\"is_transactional\":", batch.is_transactional(),
                  ",\"is_control\":", batch.is_control());
    }
  }
  out += "}\n";
}

}  // namespace spool::cli
