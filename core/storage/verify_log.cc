#include "core/storage/verify_log.h"

#include <algorithm>
#include <map>

#include "core/base/text.h"
#include "core/storage/leader_epochs.h"
#include "core/storage/segment.h"
#include "core/storage/verify_segment.h"

namespace spool::storage {

namespace {

// A unit is worth a thread from this size on.
constexpr int64_t kUnitBytesMin = 64 << 20;

std::optional<Offset> offset_of_digits(std::string_view name) {
  const std::string_view digits = name.substr(0, name.find('.'));
  const auto number = parse_int<int64_t>(digits);
  if (!number || *number < 0 || digits.size() != 20) return std::nullopt;
  return Offset(*number);
}

}  // namespace

Result<PartitionVerifier> PartitionVerifier::open(FileSystem& fs, std::string path,
                                                  VerifyOptions options) {
  PartitionVerifier verifier(fs, std::move(path), options);
  TRY(verifier.list());
  verifier.make_units();
  return verifier;
}

Status PartitionVerifier::list() {
  TRY_ASSIGN(const auto entries, fs_->list(path_));
  std::map<Offset, SegmentFiles> by_base;
  for (const DirectoryEntry& entry : entries) {
    if (entry.is_directory || !entry.name.ends_with(kLogSuffix)) continue;
    const auto base = offset_of_digits(entry.name);
    const std::string path = concat(path_, '/', entry.name);
    if (!base) {
      listing_findings_.push_back({.check = "file-name",
                                   .severity = Severity::error,
                                   .path = path,
                                   .expected = "an offset of 20 digits",
                                   .found = entry.name.substr(0, entry.name.size() - 4)});
      continue;
    }
    by_base[*base].base_offset = *base;
    if (const auto info = fs_->info(path)) by_base[*base].size_bytes = info->size_bytes;
  }
  for (const auto& [base, files] : by_base) segments_.push_back(files);
  for (const DirectoryEntry& entry : entries)
    if (!entry.is_directory) take_file(entry);
  std::ranges::sort(snapshots_);
  facts_.resize(segments_.size());
  return {};
}

void PartitionVerifier::take_file(const DirectoryEntry& entry) {
  const std::string_view name = entry.name;
  const auto report = [&](std::string_view check, Severity severity, std::string expected,
                          std::string found, std::string_view repair) {
    listing_findings_.push_back({.check = check,
                                 .severity = severity,
                                 .path = concat(path_, '/', name),
                                 .expected = std::move(expected),
                                 .found = std::move(found),
                                 .repair = repair});
  };
  has_epochs_ |= name == kLeaderEpochFile;
  has_metadata_ |= name == kPartitionMetadataFile;
  if (name.ends_with(kCleanedSuffix))
    return report("leftover", Severity::warning, "no unfinished cleaning", "its output",
                  "roll the interrupted cleaning back");
  if (name.ends_with(kSwapSuffix))
    return report("leftover", Severity::warning, "no unfinished swap", "output waiting for it",
                  "finish the interrupted cleaning");
  if (name.ends_with(kDeletedSuffix) || name.ends_with(".tmp") || name.ends_with(".part"))
    return report("leftover", Severity::info, "nothing to delete", "a file on its way out",
                  "remove it");
  const auto offset = offset_of_digits(name);
  if (!offset) return;
  if (name.ends_with(kSnapshotSuffix)) snapshots_.push_back(*offset);
  if (!is_index_name(name)) return;
  const auto found = std::ranges::find(segments_, *offset, &SegmentFiles::base_offset);
  if (found == segments_.end())
    return report("orphan-index", Severity::warning, "a .log of this name", "none",
                  "remove the index");
  found->has_index |= name.ends_with(kIndexSuffix);
  found->has_time_index |= name.ends_with(kTimeIndexSuffix);
  found->has_transaction_index |= name.ends_with(kTransactionIndexSuffix);
}

void PartitionVerifier::make_units() {
  int64_t bytes = 0;
  for (size_t i = 0; i < segments_.size(); ++i) {
    const bool is_due =
        i == 0 || (bytes >= kUnitBytesMin && is_snapshot_usable(segments_[i].base_offset));
    if (is_due) {
      units_.push_back({i, i});
      bytes = 0;
    }
    units_.back().last = i + 1;
    bytes += segments_[i].size_bytes;
  }
}

bool PartitionVerifier::is_snapshot_usable(Offset offset) const {
  if (!std::ranges::binary_search(snapshots_, offset)) return false;
  const auto bytes = read_small_file(*fs_, offset_path(path_, offset, kSnapshotSuffix));
  return bytes && decode_snapshot(as_bytes(*bytes));
}

int64_t PartitionVerifier::unit_bytes(size_t unit) const {
  int64_t bytes = 0;
  for (size_t i = units_[unit].first; i < units_[unit].last; ++i) bytes += segments_[i].size_bytes;
  return bytes;
}

Offset PartitionVerifier::first_offset() const {
  return segments_.empty() ? Offset(0) : segments_.front().base_offset;
}

std::vector<Finding> PartitionVerifier::verify_unit(size_t unit, std::atomic<int64_t>& progress) {
  std::vector<Finding> out;
  ReplayCheck replay;
  const size_t first = units_[unit].first;
  const Offset start = segments_[first].base_offset;
  bool is_complete = start == Offset(0);
  const auto snapshot = read_small_file(*fs_, offset_path(path_, start, kSnapshotSuffix));
  if (snapshot && replay.state().load_snapshot(as_bytes(*snapshot), start)) is_complete = true;
  replay.state().set_end_offset(start);
  replay.start(is_complete);
  VerifyOptions options = options_;
  options.threads = std::max(1, options_.threads / static_cast<int>(units_.size()));
  SegmentCheck check(*fs_, path_, options);
  bool was_lost = !is_complete;
  for (size_t i = first; i < units_[unit].last; ++i) {
    const SegmentFiles& files = segments_[i];
    SegmentCheck::Files wanted{.base_offset = files.base_offset,
                               .has_index = files.has_index,
                               .has_time_index = files.has_time_index,
                               .has_transaction_index = files.has_transaction_index};
    if (i + 1 < segments_.size()) wanted.next_base = segments_[i + 1].base_offset;
    FindingList list;
    SegmentFacts facts = check.run(wanted, replay, was_lost, progress, list);
    was_lost |= facts.has_damage || facts.has_gap || facts.has_disorder;
    if (wanted.next_base && replay.state().end_offset() < *wanted.next_base) was_lost = true;
    const Offset end = wanted.next_base.value_or(replay.state().end_offset());
    const std::string path = offset_path(path_, end, kSnapshotSuffix);
    const bool is_snapshot_there = std::ranges::binary_search(snapshots_, end);
    const auto bytes = is_snapshot_there ? read_small_file(*fs_, path) : Result<std::string>();
    if (is_snapshot_there && bytes && !facts.is_tail_open)
      replay.check_snapshot(path, as_bytes(*bytes), was_lost, list);
    facts_[i] = std::move(facts);
    for (Finding& finding : list.take()) out.push_back(std::move(finding));
  }
  return out;
}

std::vector<Finding> PartitionVerifier::finish() {
  FindingList out;
  for (Finding& finding : listing_findings_) out.add(std::move(finding));
  log_end_offset_ = segments_.empty() ? Offset(0) : segments_.back().base_offset;
  if (!facts_.empty() && facts_.back().last_offset)
    log_end_offset_ = std::max(log_end_offset_, *facts_.back().last_offset + 1);
  check_gaps(out);
  check_epochs(out);
  check_small_files(out);
  return out.take();
}

void PartitionVerifier::check_gaps(FindingList& out) const {
  const bool is_compacted =
      options_.is_compacted || std::ranges::any_of(facts_, [](const SegmentFacts& facts) {
        return (facts.has_gap && !facts.has_damage && !facts.has_disorder) || facts.has_legacy;
      });
  for (size_t i = 0; i < segments_.size(); ++i) {
    const SegmentFiles& files = segments_[i];
    const std::string path = offset_path(path_, files.base_offset, kLogSuffix);
    const auto missing = [&](std::string_view check, std::string_view suffix) {
      out.add({.check = check,
               .severity = Severity::warning,
               .path = offset_path(path_, files.base_offset, suffix),
               .expected = "an index of the segment",
               .found = "no file",
               .repair = "rebuild the segment's indexes"});
    };
    const bool is_last = i + 1 == segments_.size();
    // The newest segment's offset index is made when its first entry is.
    if (!files.has_index && !is_last) missing("offset-index-missing", kIndexSuffix);
    const bool has_time = !facts_[i].has_legacy || facts_[i].max_timestamp_ms >= 0;
    if (!files.has_time_index && files.size_bytes > 0 && has_time)
      missing("time-index-missing", kTimeIndexSuffix);
    if (is_last) continue;
    const Offset end = facts_[i].last_offset ? *facts_[i].last_offset + 1 : files.base_offset;
    const Offset next = segments_[i + 1].base_offset;
    if (end >= next || is_compacted) continue;
    out.add({.check = "offset-gap",
             .severity = Severity::warning,
             .path = path,
             .offset = end.value,
             .expected =
                 concat("records up to offset ", next.value - 1, ", where the next segment begins"),
             .found = concat("none from ", end.value, " on: ", next - end, " offsets are missing"),
             .repair = "mark the hole with an empty batch"});
  }
}

// Leader epochs against each other, then against the file that says where they begin.
void PartitionVerifier::check_epochs(FindingList& out) const {
  std::vector<EpochRun> runs;
  for (const SegmentFacts& facts : facts_)
    runs.insert(runs.end(), facts.epochs.begin(), facts.epochs.end());
  // Converted messages have the epochs of whoever converted them.
  if (std::ranges::any_of(facts_, &SegmentFacts::has_legacy)) runs.clear();
  decide_epochs(runs);
  // Of a disordered log repair knows more: which of the batches count.
  const bool is_in_order = std::ranges::none_of(facts_, &SegmentFacts::has_disorder);
  for (const EpochRun& run : runs)
    if (is_in_order && run.is_wrong())
      out.add({.check = "leader-epoch",
               .severity = Severity::warning,
               .path = offset_path(path_, run.segment, kLogSuffix),
               .file_pos = run.first_pos + 12,
               .offset = run.start_offset.value,
               .expected = concat("leader epoch ", run.right_epoch.value, ", as around it"),
               .found = concat("epoch ", run.leader_epoch.value, " of ", run.batches_count,
                               run.batches_count == 1 ? " batch" : " batches"),
               .repair = "put the leader epoch right"});
  check_epoch_file(runs, out);
}

void PartitionVerifier::check_epoch_file(const std::vector<EpochRun>& runs,
                                         FindingList& out) const {
  const std::string path = concat(path_, '/', kLeaderEpochFile);
  constexpr std::string_view kRepair = "rebuild the leader epochs from the log";
  const bool has_damage = std::ranges::any_of(
      facts_, [](const SegmentFacts& facts) { return facts.has_disorder || facts.is_tail_open; });
  if (!has_epochs_) {
    if (!runs.empty())
      out.add({.check = "epoch-missing",
               .severity = Severity::warning,
               .path = path,
               .expected = "a file",
               .found = "none",
               .repair = kRepair});
    return;
  }
  const auto text = read_small_file(*fs_, path);
  const auto epochs =
      text ? parse_epoch_checkpoint(*text) : Result<std::vector<EpochStart>>(fail(text.error()));
  if (!epochs) {
    out.add({.check = "epoch-unreadable",
             .severity = Severity::error,
             .path = path,
             .expected = "leader epochs and their start offsets",
             .found = std::string(epochs.error().text()),
             .repair = kRepair});
    return;
  }
  LeaderEpochCache cache;
  cache.load(*epochs);
  if (cache.entries().size() != epochs->size())
    out.add({.check = "epoch-order",
             .severity = Severity::warning,
             .path = path,
             .expected = "epochs and offsets that increase",
             .found = "some that do not",
             .repair = kRepair});
  if (has_damage) return;
  for (const EpochRun& run : runs) {
    const auto known = cache.at(run.start_offset);
    if (known == run.right_epoch) continue;
    // Below the log's start the file keeps nothing.
    const bool is_trimmed = !known && !cache.entries().empty() &&
                            run.right_epoch <= cache.entries().front().leader_epoch;
    if (is_trimmed) continue;
    out.add({.check = "epoch-start",
             .severity = Severity::warning,
             .path = path,
             .offset = run.start_offset.value,
             .expected = concat("epoch ", run.right_epoch.value, ", as the batch has it"),
             .found = known ? concat("epoch ", known->value) : "none",
             .repair = kRepair});
  }
}

void PartitionVerifier::check_small_files(FindingList& out) const {
  for (const Offset offset : snapshots_) {
    const std::string path = offset_path(path_, offset, kSnapshotSuffix);
    const auto bytes = read_small_file(*fs_, path);
    const auto entries = bytes ? decode_snapshot(as_bytes(*bytes))
                               : Result<std::vector<ProducerEntry>>(fail(bytes.error()));
    if (!entries)
      out.add({.check = "snapshot-unreadable",
               .severity = Severity::warning,
               .path = path,
               .expected = "a producer snapshot",
               .found = std::string(entries.error().text()),
               .repair = "remove it"});
    else if (offset > log_end_offset_ && !facts_.empty() && !facts_.back().is_tail_open)
      out.add({.check = "snapshot-beyond-end",
               .severity = Severity::warning,
               .path = path,
               .offset = offset.value,
               .expected = concat("at most ", log_end_offset_.value, ", the end of the log"),
               .found = concat("a snapshot of offset ", offset.value),
               .repair = "remove it"});
  }
  const std::string path = concat(path_, '/', kPartitionMetadataFile);
  if (!has_metadata_) {
    const bool has_current = std::ranges::any_of(
        facts_, [](const SegmentFacts& facts) { return !facts.epochs.empty(); });
    if (options_.expects_metadata && has_current)
      out.add({.check = "partition-metadata-missing",
               .severity = Severity::warning,
               .path = path,
               .expected = "the topic's id",
               .found = "no file",
               .repair = "write it from the metadata log"});
    return;
  }
  const auto text = read_small_file(*fs_, path);
  const auto id = text ? parse_partition_metadata(*text) : Result<Uuid>(fail(text.error()));
  if (!id)
    out.add({.check = "partition-metadata-unreadable",
             .severity = Severity::error,
             .path = path,
             .expected = "a version and a topic id",
             .found = std::string(id.error().text()),
             .repair = "write it from the metadata log"});
}

std::vector<Finding> verify_file(FileSystem& fs, const std::string& path,
                                 std::atomic<int64_t>& progress) {
  FindingList out;
  const size_t slash = path.find_last_of('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash);
  const std::string_view name =
      std::string_view(path).substr(slash == std::string::npos ? 0 : slash + 1);
  const VerifyOptions options{.expects_metadata = false};
  const auto base = offset_of_digits(name);
  const auto unreadable = [&](std::string_view check, const Error& error) {
    out.add({.check = check,
             .severity = Severity::error,
             .path = path,
             .expected = "a readable file of its kind",
             .found = std::string(error.text())});
  };
  if (name.ends_with(kLogSuffix) && base) {
    ReplayCheck replay;
    SegmentCheck check(fs, directory, options);
    check.run({.base_offset = *base, .is_alone = true}, replay, true, progress, out);
    return out.take();
  }
  const auto text = read_small_file(fs, path);
  if (!text) {
    unreadable("unreadable", text.error());
    return out.take();
  }
  progress += static_cast<int64_t>(text->size());
  if (name.ends_with(kIndexSuffix)) {
    OffsetIndexCheck check;
    check.set_base(base.value_or(Offset(0)));
    if (const auto loaded = check.load(fs, path, out, true); !loaded)
      unreadable("unreadable", loaded.error());
  } else if (name.ends_with(kTimeIndexSuffix)) {
    TimeIndexCheck check;
    check.set_base(base.value_or(Offset(0)));
    if (const auto loaded = check.load(fs, path, out, true); !loaded)
      unreadable("unreadable", loaded.error());
  } else if (name.ends_with(kSnapshotSuffix)) {
    if (const auto entries = decode_snapshot(as_bytes(*text)); !entries)
      unreadable("snapshot-unreadable", entries.error());
  } else if (name == kLeaderEpochFile) {
    if (const auto epochs = parse_epoch_checkpoint(*text); !epochs)
      unreadable("epoch-unreadable", epochs.error());
  } else if (name == kPartitionMetadataFile) {
    if (const auto id = parse_partition_metadata(*text); !id)
      unreadable("partition-metadata-unreadable", id.error());
  } else if (name == kMetaPropertiesFile) {
    if (const auto meta = parse_meta_properties(*text); !meta)
      unreadable("meta-properties-unreadable", meta.error());
  } else if (name == kRecoveryPointFile || name == kLogStartFile || name == kHighWatermarkFile ||
             name == kCleanerFile) {
    if (const auto offsets = parse_offset_checkpoint(*text); !offsets)
      unreadable("checkpoint-unreadable", offsets.error());
  }
  return out.take();
}

}  // namespace spool::storage
