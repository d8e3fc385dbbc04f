#include "core/storage/repair_log.h"

#include <algorithm>
#include <limits>
#include <set>

#include "core/base/text.h"
#include "core/record/batch_builder.h"
#include "core/record/record_reader.h"
#include "core/storage/checkpoint.h"
#include "core/storage/epoch_order.h"
#include "core/storage/leader_epochs.h"
#include "core/storage/log.h"
#include "core/storage/offset_order.h"
#include "core/storage/segment.h"

namespace spool::storage {

namespace {

constexpr size_t kCopyBytes = 1 << 20;
constexpr size_t kDecompressedMax = 24 << 20;

std::string_view name_of(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

std::optional<Offset> base_of(std::string_view name) {
  const auto number = parse_int<int64_t>(name.substr(0, name.find('.')));
  if (!number || *number < 0) return std::nullopt;
  return Offset(*number);
}

/// Segment bases of a directory, in order.
Result<std::vector<Offset>> list_bases(FileSystem& fs, const std::string& path) {
  TRY_ASSIGN(const auto entries, fs.list(path));
  std::vector<Offset> bases;
  for (const DirectoryEntry& entry : entries)
    if (!entry.is_directory && entry.name.ends_with(kLogSuffix))
      if (const auto base = base_of(entry.name)) bases.push_back(*base);
  std::ranges::sort(bases);
  return bases;
}

/// Takes one segment apart into what stays and what does not.
class SegmentPlanner {
 public:
  /// epoch_runs  of the whole partition; outlives the planner
  SegmentPlanner(FileSystem& fs, PartitionRepair& plan, const std::vector<EpochRun>& epoch_runs)
      : fs_(fs), plan_(plan), epoch_runs_(epoch_runs) {}

  Status run(Offset base, std::optional<Offset> next_base) {
    plan_epochs(base);
    path_ = offset_path(plan_.path, base, kLogSuffix);
    TRY_ASSIGN(const auto file, fs_.open(path_, OpenMode::read));
    const ScanOptions bounds{
        .first_offset = base,
        .end_offset = next_base.value_or(Offset(std::numeric_limits<int64_t>::max()))};
    TRY_ASSIGN(const auto decisions, decide_order(*file, bounds));
    segment_ = {.base_offset = base, .next_base = next_base.value_or(kNoOffset)};
    end_ = base;
    next_entries_.reset();
    TRY_ASSIGN(auto scan, LogScan::open(*file, bounds));
    size_t next_decision = 0;
    for (;;) {
      TRY_ASSIGN(const auto item, scan.next());
      if (!item) break;
      const OrderDecision* decision = nullptr;
      if (next_decision < decisions.size() && decisions[next_decision].file_pos == item->file_pos)
        decision = &decisions[next_decision++];
      TRY(take(*item, decision));
    }
    order_pieces();
    if (next_base && end_ < *next_base) cover(*next_base);
    plan_.segments.push_back(std::move(segment_));
    return {};
  }

 private:
  Status take(const ScanItem& item, const OrderDecision* decision) {
    using Kind = OrderDecision::Kind;
    const auto kind = decision == nullptr ? std::nullopt : std::optional(decision->kind);
    if (!item.is_whole()) {
      lose_damage(item);
    } else if (!is_readable(item)) {
      lose(item, "take-out", "a batch whose records cannot be read", -1);
    } else if (kind == Kind::duplicate) {
      lose(item, "take-out", "a batch that is there twice", 0);
    } else if (kind == Kind::unplaceable) {
      TRY_ASSIGN(const bool is_there_too, next_segment_has(item));
      if (is_there_too)
        lose(item, "take-out", "a batch that the next segment has as well", 0);
      else
        lose(item, "take-out", "a whole batch whose offsets have no place here", records_of(item));
    } else {
      keep(item, decision);
    }
    return {};
  }

  /// A segment may overlap the next one: what that has is not lost.
  Result<bool> next_segment_has(const ScanItem& item) {
    if (segment_.next_base == kNoOffset || item.header.base_offset < segment_.next_base)
      return false;
    if (!next_entries_) {
      const std::string path = offset_path(plan_.path, segment_.next_base, kLogSuffix);
      TRY_ASSIGN(const auto file, fs_.open(path, OpenMode::read));
      TRY_ASSIGN(auto scan, LogScan::open(*file, {.first_offset = segment_.next_base}));
      next_entries_.emplace();
      for (;;) {
        TRY_ASSIGN(const auto next, scan.next());
        if (!next) break;
        if (next->is_whole())
          next_entries_->emplace(next->header.base_offset, entry_crc(next->header, next->bytes));
      }
    }
    return next_entries_->contains({item.header.base_offset, entry_crc(item.header, item.bytes)});
  }

  void keep(const ScanItem& item, const OrderDecision* decision) {
    using Kind = OrderDecision::Kind;
    PartitionRepair::Piece piece{.file_pos = item.file_pos,
                                 .size_bytes = item.size_bytes,
                                 .restores_size = item.is_size_restored,
                                 .restores_magic = item.is_magic_restored};
    if (decision != nullptr && decision->kind == Kind::rebase)
      piece.base_offset = decision->fixed_offset;
    const int64_t span = item.header.last_offset - item.header.base_offset;
    const Offset base_offset = piece.base_offset.value_or(item.header.base_offset);
    piece.leader_epoch = restored_epoch(item, base_offset);
    end_ = std::max(end_, base_offset + (span + 1));
    placed_.push_back({base_offset, piece.leader_epoch.value_or(item.header.leader_epoch), piece});
    if (decision != nullptr && decision->kind == Kind::move)
      plan_.steps.push_back(
          {.path = path_,
           .action = "move",
           .detail = concat("the batch at position ", item.file_pos,
                            " to where its offsets belong: ", item.header.base_offset.value, " to ",
                            item.header.last_offset.value)});
    if (!piece.base_offset && !piece.restores_size && !piece.restores_magic) return;
    plan_.steps.push_back(
        {.path = path_,
         .action = "restore-field",
         .detail = concat("put the ",
                          piece.base_offset     ? "base offset"
                          : piece.restores_size ? "length"
                                                : "magic byte",
                          " of the batch at position ", item.file_pos, " right")});
  }

  /// Batches that lay in a wrong place go where their offsets belong.
  void order_pieces() {
    std::ranges::sort(placed_, {}, &Placed::base_offset);
    for (const Placed& placed : placed_) segment_.pieces.push_back(placed.piece);
    if (!placed_.empty()) segment_.leader_epoch = placed_.back().leader_epoch;
    placed_.clear();
  }

  void plan_epochs(Offset base) {
    epochs_.clear();
    for (const EpochRun& run : epoch_runs_) {
      if (run.segment != base || !run.is_wrong()) continue;
      epochs_.push_back(run);
      plan_.steps.push_back({.path = offset_path(plan_.path, base, kLogSuffix),
                             .action = "restore-field",
                             .detail = concat("put the leader epoch of ", run.batches_count,
                                              run.batches_count == 1 ? " batch" : " batches",
                                              " from position ", run.first_pos, " on right: ", run.right_epoch.value)});
    }
  }

  /// base_offset  where the batch belongs
  std::optional<LeaderEpoch> restored_epoch(const ScanItem& item, Offset base_offset) const {
    if (!item.header.is_v2() || item.header.leader_epoch < LeaderEpoch(0)) return std::nullopt;
    const auto run = std::ranges::lower_bound(epochs_, base_offset, {}, &EpochRun::last_start);
    if (run == epochs_.end() || base_offset < run->start_offset) return std::nullopt;
    return run->right_epoch;
  }

  void lose_damage(const ScanItem& item) {
    const bool is_tail = item.damage == Damage::cut || item.damage == Damage::zero_tail ||
                         item.damage == Damage::garbage_tail;
    if (is_tail)
      return lose(item, "cut",
                  item.damage == Damage::cut         ? "the beginning of a batch"
                  : item.damage == Damage::zero_tail ? "zeros to the end of the file"
                                                     : "no batch to the end of the file",
                  item.damage == Damage::zero_tail ? 0 : -1);
    lose(item, "take-out",
         item.has_header ? "a batch whose checksum does not match" : "bytes that are no batch",
         item.has_header ? records_of(item) : -1);
  }

  void lose(const ScanItem& item, std::string_view action, std::string what, int64_t records) {
    RepairStep step{.path = path_,
                    .action = action,
                    .detail = concat("position ", item.file_pos, ": ", what),
                    .lost_records = records,
                    .lost_bytes = item.size_bytes};
    if (item.has_header && records != 0) {
      step.lost_from = item.header.base_offset.value;
      step.lost_to = item.header.last_offset.value;
    }
    plan_.steps.push_back(std::move(step));
  }

  void cover(Offset next_base) {
    segment_.covers_from = end_;
    plan_.steps.push_back({.path = path_,
                           .action = "mark-hole",
                           .detail = concat("offsets ", end_.value, " to ", next_base.value - 1,
                                            " are gone: an empty batch takes their place"),
                           .lost_from = end_.value,
                           .lost_to = next_base.value - 1});
  }

  bool is_readable(const ScanItem& item) {
    if (item.bytes.empty()) return true;  // too large to take apart; its checksum matches
    const Status read = reader_.for_each(record::EntryView(item.bytes), [](const auto&) {});
    return read || read.error().code() == ErrorCode::message_too_large;
  }

  static int64_t records_of(const ScanItem& item) {
    if (item.bytes.empty() || !item.header.is_v2()) return -1;
    return record::BatchView(item.bytes).records_count();
  }

  FileSystem& fs_;
  PartitionRepair& plan_;
  const std::vector<EpochRun>& epoch_runs_;
  std::vector<EpochRun> epochs_;  // of this segment
  std::string path_;
  struct Placed {
    Offset base_offset;
    LeaderEpoch leader_epoch;
    PartitionRepair::Piece piece;
  };
  PartitionRepair::SegmentRepair segment_;
  std::vector<Placed> placed_;
  std::optional<std::set<std::pair<Offset, uint32_t>>> next_entries_;  // of the next segment
  Offset end_;
  record::RecordReader reader_{kDecompressedMax};
};

bool is_of_log(std::string_view check) {
  for (const std::string_view known :
       {"batch-crc", "batch-size", "batch-frame", "batch-length", "batch-magic", "torn-tail",
        "zero-tail", "garbage-tail", "records-unreadable", "offset-order", "duplicate-batch",
        "base-offset", "segment-overlap", "offset-gap", "transaction-state", "control-record",
        "leader-epoch"})
    if (check == known) return true;
  return false;
}

bool is_of_index(std::string_view check) {
  return check.starts_with("offset-index") || check.starts_with("time-index") ||
         check.starts_with("transaction-index");
}

void add_once(std::vector<std::string>& names, std::string name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

void drop_indexes(PartitionRepair& plan, Offset base) {
  for (const std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix})
    add_once(plan.dropped_files, std::string(name_of(offset_path("", base, suffix))));
}

/// What follows from a finding about a file that is derived from the log.
void plan_derived(const Finding& finding, PartitionRepair& plan, std::set<Offset>& rebuilt,
                  const std::optional<Uuid>& topic_id) {
  const std::string name(name_of(finding.path));
  const auto step = [&](std::string_view action, std::string detail) {
    plan.steps.push_back({.path = finding.path, .action = action, .detail = std::move(detail)});
  };
  if (is_of_index(finding.check)) {
    const auto base = base_of(name);
    if (!base || !rebuilt.insert(*base).second) return;
    drop_indexes(plan, *base);
    step("rebuild-indexes", "from the segment");
  } else if (finding.check == "orphan-index") {
    add_once(plan.dropped_files, name);
    step("remove", "an index without a segment");
  } else if (finding.check.starts_with("snapshot-") || finding.check == "producer-snapshot") {
    if (std::ranges::find(plan.dropped_files, name) != plan.dropped_files.end()) return;
    add_once(plan.dropped_files, name);
    plan.recovery_point = Offset(0);
    step("rebuild-producers", "from the log");
  } else if (finding.check.starts_with("epoch-")) {
    if (plan.rebuilds_epochs) return;
    plan.rebuilds_epochs = true;
    step("rebuild-epochs", "from the batches");
  } else if (finding.check.starts_with("partition-metadata")) {
    if (!topic_id) return;
    plan.writes_metadata = true;
    step("write-metadata", concat("topic id ", topic_id->to_string()));
  } else if (finding.check == "leftover") {
    if (finding.severity == Severity::info) return step("remove", "a file on its way out");
    if (!name.ends_with(kSwapSuffix))
      return step("roll-back-cleaning", "as a broker does on starting");
    step("finish-cleaning", "as a broker does on starting");
    // The indexes beside are made anew: those of the old segment are no longer right, the new ones
    // may not have been finished.
    if (const auto base = base_of(name)) drop_indexes(plan, *base);
    if (!name.ends_with(concat(kLogSuffix, kSwapSuffix))) add_once(plan.dropped_files, name);
  }
}

void append_pieces(Buffer& out, size_t at, const PartitionRepair::Piece& piece) {
  if (piece.base_offset) store_be(out.data() + at, piece.base_offset->value);
  if (piece.restores_size)
    store_be(out.data() + at + 8,
             static_cast<int32_t>(piece.size_bytes - int64_t{record::kEntryFrameBytes}));
  if (piece.leader_epoch) store_be(out.data() + at + 12, piece.leader_epoch->value);
  if (piece.restores_magic || piece.restores_size) out[at + 16] = 2;
}

Buffer covering_batch(Offset from, Offset next_base, LeaderEpoch leader_epoch) {
  Buffer batch(record::kBatchHeaderBytes);
  store_be(batch.data(), from.value);
  store_be(batch.data() + 8,
           static_cast<int32_t>(record::kBatchHeaderBytes - record::kEntryFrameBytes));
  store_be(batch.data() + 12, leader_epoch.value);
  batch[16] = 2;
  store_be(batch.data() + 23, static_cast<int32_t>(next_base - from - 1));
  store_be(batch.data() + 27, int64_t{-1});
  store_be(batch.data() + 35, int64_t{-1});
  store_be(batch.data() + 43, int64_t{-1});
  store_be(batch.data() + 51, int16_t{-1});
  store_be(batch.data() + 53, int32_t{-1});
  record::update_crc(batch);
  return batch;
}

Status write_segment(FileSystem& fs, const std::string& from, const std::string& to,
                     const PartitionRepair::SegmentRepair& segment) {
  TRY_ASSIGN(const auto source, fs.open(from, OpenMode::read));
  TRY_ASSIGN(const auto target, fs.open(to, OpenMode::replace));
  Buffer block;
  int64_t written = 0;
  const auto flush = [&]() -> Status {
    TRY(target->write_at(written, block));
    written += static_cast<int64_t>(block.size());
    block.clear();
    return {};
  };
  for (const PartitionRepair::Piece& piece : segment.pieces) {
    for (int64_t done = 0; done < piece.size_bytes;) {
      const size_t at = block.size();
      const auto part = static_cast<size_t>(
          std::min<int64_t>(piece.size_bytes - done, static_cast<int64_t>(kCopyBytes)));
      block.resize(at + part);
      TRY_ASSIGN(const size_t got,
                 source->read_at(piece.file_pos + done, MutableBytes(block).subspan(at)));
      if (got < part) return fail(ErrorCode::io_error, concat(from, ": short read"));
      if (done == 0) append_pieces(block, at, piece);
      done += static_cast<int64_t>(part);
      if (block.size() >= kCopyBytes) TRY(flush());
    }
  }
  if (segment.covers_from)
    append(block, covering_batch(*segment.covers_from, segment.next_base, segment.leader_epoch));
  TRY(flush());
  return target->sync_data();
}

/// Writes the leader epochs that the batches have, unless those of the file agree with them.
Status rebuild_epochs(FileSystem& fs, const std::string& path) {
  LeaderEpochCache cache, known;
  const auto text = read_small_file(fs, concat(path, '/', kLeaderEpochFile));
  const auto entries =
      text ? parse_epoch_checkpoint(*text) : Result<std::vector<EpochStart>>(fail(text.error()));
  if (entries) known.load(*entries);
  bool is_right = entries && known.entries().size() == entries->size();
  TRY_ASSIGN(const auto bases, list_bases(fs, path));
  Buffer window(64 << 10);
  for (const Offset base : bases) {
    TRY_ASSIGN(const auto file, fs.open(offset_path(path, base, kLogSuffix), OpenMode::read));
    TRY_ASSIGN(const int64_t size, file->size());
    EntryReader reader(*file, 0, size, window);
    for (;;) {
      TRY_ASSIGN(const auto entry, reader.next());
      if (!entry) break;
      if (!entry->is_v2() || entry->leader_epoch < LeaderEpoch(0)) continue;
      const auto known_epoch = known.at(entry->base_offset);
      // Below the log's start the file keeps nothing.
      const bool is_trimmed = !known_epoch && entry->leader_epoch <= known.latest();
      is_right &= is_trimmed || known_epoch == entry->leader_epoch;
      if (entry->leader_epoch > cache.latest().value_or(kNoLeaderEpoch))
        cache.assign(entry->leader_epoch, entry->base_offset);
    }
  }
  if (is_right) return {};
  return replace_small_file(fs, path, std::string(kLeaderEpochFile),
                            format_epoch_checkpoint(cache.entries()));
}

}  // namespace

Status copy_file(FileSystem& fs, const std::string& from, const std::string& to) {
  TRY_ASSIGN(const auto source, fs.open(from, OpenMode::read));
  TRY_ASSIGN(const auto target, fs.open(to, OpenMode::replace));
  TRY_ASSIGN(const int64_t size, source->size());
  Buffer block(static_cast<size_t>(std::clamp<int64_t>(size, 1, kCopyBytes)));
  for (int64_t at = 0; at < size;) {
    TRY_ASSIGN(const size_t got, source->read_at(at, block));
    if (got == 0) break;
    TRY(target->write_at(at, BytesView(block).first(got)));
    at += static_cast<int64_t>(got);
  }
  return target->sync_data();
}

Status copy_tree(FileSystem& fs, const std::string& from, const std::string& to) {
  TRY(fs.make_directory(to));
  TRY_ASSIGN(const auto entries, fs.list(from));
  for (const DirectoryEntry& entry : entries) {
    const std::string source = concat(from, '/', entry.name), target = concat(to, '/', entry.name);
    if (entry.name == kLockFile) continue;
    if (entry.is_directory)
      TRY(copy_tree(fs, source, target));
    else
      TRY(copy_file(fs, source, target));
  }
  return fs.sync_directory(to);
}

Result<PartitionRepair> plan_repair(FileSystem& fs, const std::string& path,
                                    const std::vector<Finding>& findings,
                                    const std::optional<Uuid>& topic_id) {
  PartitionRepair plan{.path = path};
  TRY_ASSIGN(const auto bases, list_bases(fs, path));
  std::set<Offset> damaged, rebuilt;
  for (const Finding& finding : findings)
    if (is_of_log(finding.check))
      if (const auto base = base_of(name_of(finding.path))) damaged.insert(*base);
  TRY_ASSIGN(const auto epoch_runs,
             decide_epochs(fs, path, damaged.empty() ? std::vector<Offset>() : bases));
  for (const EpochRun& run : epoch_runs)
    if (run.is_wrong()) damaged.insert(run.segment);
  SegmentPlanner planner(fs, plan, epoch_runs);
  for (const Offset base : damaged) {
    const auto next = std::ranges::upper_bound(bases, base);
    TRY(planner.run(base, next == bases.end() ? std::nullopt : std::optional(*next)));
    drop_indexes(plan, base);
    rebuilt.insert(base);
    if (!plan.recovery_point || base < *plan.recovery_point) plan.recovery_point = base;
    plan.steps.push_back({.path = offset_path(path, base, kIndexSuffix),
                          .action = "rebuild-indexes",
                          .detail = "from the segment"});
  }
  for (const Finding& finding : findings) plan_derived(finding, plan, rebuilt, topic_id);
  // Producer state after a change is no longer what the snapshots say.
  if (!damaged.empty())
    for (const Offset base : bases)
      if (base > *damaged.begin())
        add_once(plan.dropped_files, std::string(name_of(offset_path("", base, kSnapshotSuffix))));
  return plan;
}

Status build_repaired(FileSystem& fs, const Clock& clock, Logger& logger,
                      const PartitionRepair& repair, const std::string& target,
                      const std::optional<Uuid>& topic_id) {
  TRY(fs.make_directory(target));
  TRY_ASSIGN(const auto entries, fs.list(repair.path));
  for (const DirectoryEntry& entry : entries) {
    const bool is_dropped =
        std::ranges::find(repair.dropped_files, entry.name) != repair.dropped_files.end();
    const bool is_newer_snapshot = entry.name.ends_with(kSnapshotSuffix) && repair.recovery_point &&
                                   base_of(entry.name).value_or(Offset(0)) > *repair.recovery_point;
    const bool is_rewritten = repair.writes_metadata && entry.name == kPartitionMetadataFile;
    if (entry.is_directory || is_dropped || is_rewritten || is_newer_snapshot) continue;
    const std::string from = concat(repair.path, '/', entry.name);
    const std::string to = concat(target, '/', entry.name);
    const auto segment =
        std::ranges::find_if(repair.segments, [&](const PartitionRepair::SegmentRepair& changed) {
          return entry.name == name_of(offset_path("", changed.base_offset, kLogSuffix));
        });
    if (segment == repair.segments.end())
      TRY(copy_file(fs, from, to));
    else
      TRY(write_segment(fs, from, to, *segment));
  }
  if (repair.writes_metadata && topic_id)
    TRY(replace_small_file(fs, target, std::string(kPartitionMetadataFile),
                           format_partition_metadata(*topic_id)));
  if (repair.rebuilds_epochs || !repair.segments.empty()) TRY(rebuild_epochs(fs, target));
  // Opening the log as after a crash makes everything that is missing.
  LogOpenOptions options;
  options.recovery_point_checkpoint =
      repair.recovery_point.value_or(Offset(std::numeric_limits<int64_t>::max()));
  options.producer_expiration_ms = std::numeric_limits<int64_t>::max();
  TRY_ASSIGN(const auto log, Log::open(fs, clock, logger, target, options));
  TRY(log->close());
  return fs.sync_directory(target);
}

}  // namespace spool::storage
