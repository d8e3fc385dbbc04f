#include <algorithm>
#include <limits>
#include <map>

#include "core/base/text.h"
#include "core/storage/partition_log.h"

/// Opening a log (storage-format section 5). The order, and what differs from Kafka:
///
///   left-over files -> segments -> recovery -> log end -> epochs -> log start -> producer state
///
///   * A clean marker is believed only as far as the last segment's tail is whole: a tail that is
///   cut or that the last
///     index entry does not lead to is recovered as after a crash (Kafka appends behind the
///     fragment, or falls back to the segment's base, and loses what is there).
///   * A missing time index is rebuilt, not taken as empty.
///   * No producer snapshot at all, though the marker is there: the state is replayed, not taken as
///   empty.
///   * A batch whose offset does not increase is kept as it is; Kafka keeps it or empties the whole
///     segment, as the index interval has it.

namespace spool::storage {

namespace {

constexpr size_t kRecoveryWindowBytes = 1 << 20;
constexpr int64_t kSectorBytes = 512;  // what a disk writes whole
constexpr int64_t kOffsetBytes = 8;    // of a batch, in front
constexpr size_t kReplayWindowBytes = 64 << 10;
// No checksum covers a batch's offset: a power cut may take just that, or its front, with the
// sector it lies on.
bool may_lack_offset(int64_t file_pos, BytesView batch) {
  const int64_t on_first_sector = kSectorBytes - file_pos % kSectorBytes;
  return on_first_sector <= kOffsetBytes &&
         std::ranges::all_of(batch.first(static_cast<size_t>(on_first_sector)),
                             [](uint8_t byte) { return byte == 0; });
}

// The number before the first dot; a name that has none there is not a segment file.
std::optional<Offset> offset_of_name(std::string_view name) {
  const auto number = parse_int<int64_t>(name.substr(0, name.find('.')));
  if (!number || *number < 0) return std::nullopt;
  return Offset(*number);
}

bool is_left_over(std::string_view name) {
  return (name.ends_with(kDeletedSuffix) && !name.ends_with(".checkpoint.deleted")) ||
         name.ends_with(kCleanedSuffix) || name.ends_with(kSwapSuffix);
}

// An offset index entry names the last offset of the batch at its position, or of a later one; a
// legacy wrapper is only known by its last offset.
bool does_not_lead_to(const OffsetIndexEntry& hint, const Segment& segment,
                      const EntryHeader& entry) {
  return entry.is_v2() && entry.base_offset > segment.base_offset + hint.relative_offset;
}

// The offset after the last entry of a finished compaction output.
Result<Offset> end_of_file(FileSystem& fs, const std::string& path, Offset base) {
  TRY_ASSIGN(const auto file, fs.open(path, OpenMode::read));
  TRY_ASSIGN(const int64_t size, file->size());
  Buffer window(kReplayWindowBytes);
  EntryReader reader(*file, 0, size, window);
  Offset end = base;
  for (auto entry = reader.next(); entry && *entry; entry = reader.next())
    end = (*entry)->last_offset + 1;
  return end;
}

}  // namespace

Status PartitionLog::load() {
  auto contents = read_directory();
  if (!contents && contents.error().code() == ErrorCode::not_found && !options_.is_read_only) {
    // Made by the first change, unless there is something to remember already.
    is_unborn_ = options_.log_start_checkpoint == Offset(0);
    if (!is_unborn_) TRY(fs_.make_directory(path_));
    contents = DirectoryContents{};
  }
  if (!contents) return fail(std::move(contents.error()));
  // What a process that was killed left unsynced, names too, is ours to sync; and whoever made an
  // empty directory left that to the first flush.
  if (!options_.is_clean) are_epochs_unsynced_ = contents->has_epochs;
  if (!options_.is_clean || contents->segments.empty()) is_directory_unsynced_ = is_new_ = true;
  if (contents->has_left_overs && !options_.is_read_only) {
    TRY(clean_left_overs());
    contents = read_directory();
    if (!contents) return fail(std::move(contents.error()));
  }
  return load_contents(*contents);
}

Status PartitionLog::load_contents(const DirectoryContents& contents) {
  TRY(load_epochs(contents));
  TRY(options_.is_read_only ? load_read_only(contents) : load_for_writing(contents));
  set_first_unstable();
  return {};
}

// What a crash in a deletion, a compaction or a split left behind (5.4); the order of the steps
// matters.
Status PartitionLog::clean_left_overs() {
  TRY_ASSIGN(const auto entries, fs_.list(path_));
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : entries)
    if (!entry.is_directory) names.push_back(entry.name);
  is_changed_ = true;
  const auto remove_where = [&](auto&& condition) -> Status {
    for (std::string& name : names)
      if (!name.empty() && condition(name)) {
        TRY(remove_if_there(fs_, concat(path_, '/', name)));
        name.clear();
      }
    return {};
  };
  // Deleted files, but not KRaft snapshots on their way out.
  TRY(remove_where(
      [](std::string_view name) { return name.ends_with(kDeletedSuffix) && is_left_over(name); }));
  // An interrupted split: outputs from the first unfinished one on do not count.
  std::optional<Offset> first_cleaned;
  for (const std::string& name : names)
    if (const auto offset = offset_of_name(name); offset && name.ends_with(kCleanedSuffix))
      first_cleaned = std::min(first_cleaned.value_or(*offset), *offset);
  TRY(remove_where([&](std::string_view name) {
    const auto offset = offset_of_name(name);
    return name.ends_with(kSwapSuffix) && first_cleaned && offset && *offset >= *first_cleaned;
  }));
  TRY(remove_where([](std::string_view name) { return name.ends_with(kCleanedSuffix); }));
  // A finished output replaces every file of the range it covers.
  std::optional<Offset> low, high;
  for (const std::string& name : names) {
    const auto offset = offset_of_name(name);
    if (!offset || !name.ends_with(".log.swap")) continue;
    TRY_ASSIGN(const Offset end, end_of_file(fs_, concat(path_, '/', name), *offset));
    low = std::min(low.value_or(*offset), *offset);
    high = std::max(high.value_or(end), end);
  }
  TRY(remove_where([&](std::string_view name) {
    const auto offset = offset_of_name(name);
    return low && offset && *offset >= *low && *offset < *high && !name.ends_with(kSwapSuffix);
  }));
  for (const std::string& name : names)
    if (name.ends_with(kSwapSuffix))
      TRY(fs_.rename(concat(path_, '/', name),
                     concat(path_, '/', name.substr(0, name.size() - kSwapSuffix.size()))));
  return fs_.sync_directory(path_);
}

Result<DirectoryContents> PartitionLog::read_directory() const {
  auto listed = fs_.list(path_);
  const bool is_accepted = !listed && options_.is_read_only && options_.may_be_missing &&
                           listed.error().code() == ErrorCode::not_found;
  if (is_accepted) return DirectoryContents();
  TRY_ASSIGN(const auto entries, std::move(listed));
  DirectoryContents contents;
  std::map<Offset, DirectoryContents::SegmentFiles> by_base;
  for (const DirectoryEntry& entry : entries) {
    if (entry.is_directory || !entry.name.ends_with(kLogSuffix)) continue;
    const auto base = offset_of_name(entry.name);
    if (!base)
      return fail(ErrorCode::parse_error,
                  concat("segment file name ", entry.name, " is no offset"));
    by_base[*base].base_offset = *base;
  }
  for (const DirectoryEntry& entry : entries) {
    const std::string_view name = entry.name;
    if (name == kLeaderEpochFile) contents.has_epochs = true;
    if (is_left_over(name)) contents.has_left_overs = true;
    const auto offset = offset_of_name(name);
    if (!offset || entry.is_directory) continue;
    if (name.ends_with(kSnapshotSuffix)) contents.snapshots.push_back(*offset);
    const auto found = by_base.find(*offset);
    if (is_index_name(name) && found == by_base.end()) contents.orphans.emplace_back(name);
    if (found == by_base.end()) continue;
    if (name.ends_with(kIndexSuffix)) found->second.has_offset_index = true;
    if (name.ends_with(kTimeIndexSuffix)) found->second.has_time_index = true;
    if (name.ends_with(kTransactionIndexSuffix)) found->second.has_transaction_index = true;
  }
  for (const auto& [base, files] : by_base) contents.segments.push_back(files);
  std::ranges::sort(contents.snapshots);
  return contents;
}

Status PartitionLog::load_epochs(const DirectoryContents& contents) {
  are_epochs_lost_ = !contents.has_epochs;
  if (!contents.has_epochs) return {};
  TRY_ASSIGN(const std::string text, read_small_file(fs_, concat(path_, '/', kLeaderEpochFile)));
  auto epochs = parse_epoch_checkpoint(text);
  // A power cut leaves it half written, also within a number: it is replaced without waiting for
  // the disk. Recovery reads the epochs from the batches.
  if (epochs && !options_.is_clean && !text.ends_with('\n'))
    epochs = fail(ErrorCode::parse_error, "its last line is not finished");
  if (!epochs && (options_.is_read_only || !options_.is_clean)) {
    logger_.warn(concat(path_, '/', kLeaderEpochFile, " is unreadable: ", epochs.error().text()));
    are_epochs_lost_ = true;
    are_epochs_unwritten_ = true;
    return {};
  }
  if (!epochs) return fail(epochs.error().with_context(kLeaderEpochFile));
  are_epochs_lost_ = epochs->empty();
  const std::lock_guard lock(mutex_);
  epochs_.load(*epochs);
  return {};
}

Result<PartitionLog::SegmentList> PartitionLog::list_segments(
    const DirectoryContents& contents) const {
  SegmentList segments;
  segments.reserve(contents.segments.size());
  for (const auto& files : contents.segments) {
    auto segment = std::make_shared<Segment>(files.base_offset);
    auto info = fs_.info(offset_path(path_, files.base_offset, kLogSuffix));
    if (!info && options_.is_read_only && info.error().code() == ErrorCode::not_found)
      continue;  // deleted beside us
    if (!info) return fail(std::move(info.error()));
    segment->size_bytes = info->size_bytes;
    segment->knows_max_timestamp = false;
    segment->created_ms = clock_.monotonic_ms();
    segments.push_back(std::move(segment));
  }
  return segments;
}

Status PartitionLog::load_for_writing(const DirectoryContents& contents) {
  for (const std::string& orphan : contents.orphans)
    TRY(remove_if_there(fs_, concat(path_, '/', orphan)));
  const Offset log_start_checkpoint = options_.log_start_checkpoint;
  newest_snapshot_ = contents.snapshots.empty() ? kNoOffset : contents.snapshots.back();
  log_start_offset_ =
      std::max(log_start_checkpoint,
               contents.segments.empty() ? Offset(0) : contents.segments.front().base_offset)
          .value;
  TRY_ASSIGN(auto listed, list_segments(contents));
  set_segments(std::move(listed));
  TRY(recover_segments(contents));
  if (!segments_.empty()) TRY(load_active_segment());
  const bool was_kept = !segments_.empty();
  if (was_kept && log_end_offset() < log_start_checkpoint) {
    logger_.warn(concat(path_, ": log ends at ", log_end_offset_.load(), ", below its start ",
                        log_start_checkpoint.value, ": starting an empty one there"));
    TRY(drop_segments_from(0));
  }
  if (segments_.empty()) TRY(start_empty_at(log_start_checkpoint));
  recovery_point_ =
      options_.is_clean && was_kept
          ? log_end_offset_.load()
          : std::min(options_.recovery_point_checkpoint.value, log_end_offset_.load());
  bool is_epoch_change = epochs_.truncate_from_end(log_end_offset());
  is_epoch_change |= epochs_.truncate_from_start(log_start_checkpoint);
  // Once: a power cut must not leave epochs that were read half.
  if (is_epoch_change || are_epochs_unwritten_) TRY(write_epochs_file());
  log_start_offset_ = std::max(log_start_checkpoint, segments_.front()->base_offset).value;
  TRY(drop_stray_snapshots(contents));
  if (producers_.end_offset() != log_end_offset() && !load_snapshot_at_end(contents))
    TRY(rebuild_producers(log_end_offset()));
  producers_.expire(clock_.wall_ms(), options_.producer_expiration_ms);
  return write_snapshot(log_end_offset());
}

// Durable at once: a power cut must not bring them back beside what is written in their place.
Status PartitionLog::drop_segments_from(size_t index) {
  TRY(delete_segments_from(index));
  return fs_.sync_directory(path_);
}

Status PartitionLog::start_empty_at(Offset offset) {
  if (epochs_.clear()) TRY(write_epochs_file());
  TRY_ASSIGN(auto segment, create_segment(offset));
  SegmentList segments;
  segments.push_back(std::move(segment));
  set_segments(std::move(segments));
  log_end_offset_ = offset.value;
  producers_.clear();
  producers_.set_end_offset(offset);
  return {};
}

// Every segment from the one with the recovery point on after a crash, and any whose indexes are
// not there.
Status PartitionLog::recover_segments(const DirectoryContents& contents) {
  size_t first_unflushed = segments_.size();
  if (!options_.is_clean) {
    first_unflushed = 0;
    for (size_t i = 0; i < segments_.size(); ++i)
      if (!are_epochs_lost_ && segments_[i]->base_offset <= options_.recovery_point_checkpoint)
        first_unflushed = i;
  }
  bool was_last_recovered = false;
  for (size_t i = 0; i < segments_.size(); ++i) {
    const auto& files = contents.segments[i];
    TRY_ASSIGN(const bool is_sound, is_transaction_index_sound(files));
    const bool is_unindexed = !files.has_offset_index || !files.has_time_index || !is_sound;
    if (i < first_unflushed && !is_unindexed) {
      was_last_recovered = false;
      continue;
    }
    TRY_ASSIGN(const int64_t cut_bytes, recover_segment(*segments_[i], was_last_recovered));
    was_last_recovered = true;
    // No flush comes back to what lies below the recovery point.
    const bool is_flushed = i + 1 < segments_.size() &&
                            segments_[i + 1]->base_offset <= options_.recovery_point_checkpoint;
    if (is_flushed) TRY(sync_segment(*segments_[i], false));
    if (cut_bytes == 0 || i < first_unflushed) continue;
    return i + 1 < segments_.size() ? drop_segments_from(i + 1) : Status{};
  }
  return {};
}

// errors  parse_error: an entry of a version that is not ours to guess
Result<bool> PartitionLog::is_transaction_index_sound(
    const DirectoryContents::SegmentFiles& files) const {
  if (!files.has_transaction_index) return true;
  const std::string index_path = offset_path(path_, files.base_offset, kTransactionIndexSuffix);
  TRY_ASSIGN(const auto index, IndexReader<TransactionIndexEntry>::open(fs_, index_path));
  TRY_ASSIGN(const auto entries, index.all());
  for (const TransactionIndexEntry& entry : entries) {
    if ((entry.version >> 8) > 0)  // Kafka looks at the first byte
      return fail(ErrorCode::parse_error,
                  concat(index_path, ": unsupported version ", entry.version));
    if (entry.last_offset < files.base_offset) return false;
  }
  return true;
}

// Reads a segment from its first byte, rebuilds its indexes and applies it to the producer state;
// cuts it before the first entry that is not valid. Returns how many bytes were cut.
Result<int64_t> PartitionLog::recover_segment(Segment& segment, bool is_continuation) {
  // Where the segment before this one was recovered too, its end is this one's state.
  if (!is_continuation || producers_.end_offset() != segment.base_offset)
    TRY(rebuild_producers(segment.base_offset));
  is_changed_ = true;
  is_directory_unsynced_ = true;
  const std::string log_path = offset_path(path_, segment.base_offset, kLogSuffix);
  TRY(remove_if_there(fs_, offset_path(path_, segment.base_offset, kTransactionIndexSuffix)));
  TRY_ASSIGN(const auto file, fs_.open(log_path, OpenMode::read_write));
  const int64_t old_size = segment.size_bytes;
  Segment fresh(segment.base_offset);
  Buffer window(static_cast<size_t>(
      std::clamp<int64_t>(old_size, EntryReader::kWindowBytesMin, kRecoveryWindowBytes)));
  EntryReader reader(*file, 0, old_size, window);
  for (;;) {
    const auto entry = reader.next();
    if (!entry && entry.error().code() != ErrorCode::corrupt_message) return fail(entry.error());
    if (!entry || !*entry) break;
    TRY_ASSIGN(const bool goes_on, recover_entry(fresh, reader, **entry));
    if (!goes_on) break;
  }
  const int64_t cut_bytes = old_size - fresh.size_bytes;
  if (cut_bytes > 0) {
    logger_.warn(concat(log_path, ": no valid batch at ", fresh.size_bytes, ", cutting ", cut_bytes,
                        " bytes"));
    TRY(file->truncate(fresh.size_bytes));
  }
  segment.offset_index = std::move(fresh.offset_index);
  segment.time_index = std::move(fresh.time_index);
  segment.max_timestamp_ms = fresh.max_timestamp_ms;
  segment.max_timestamp_offset = fresh.max_timestamp_offset;
  segment.first_timestamp_ms = fresh.first_timestamp_ms;
  segment.knows_max_timestamp = true;
  segment.size_bytes = fresh.size_bytes;
  size_bytes_ -= cut_bytes;
  TRY(finish_segment(segment));
  TRY(write_snapshot(producers_.end_offset()));
  return cut_bytes;
}

// Takes one entry into a segment under recovery; false when it is the first invalid one, or the
// last that counts.
Result<bool> PartitionLog::recover_entry(Segment& fresh, EntryReader& reader,
                                         const EntryHeader& entry) {
  TRY_ASSIGN(const BytesView bytes, reader.bytes(entry));
  if (!is_entry_valid(entry, bytes)) return false;
  const Offset end = producers_.end_offset();
  const bool is_unflushed = fresh.size_bytes > 0 && end >= options_.recovery_point_checkpoint;
  if (is_unflushed && entry.base_offset < end && may_lack_offset(entry.file_pos, bytes))
    return false;
  const int64_t relative = saturating_sub(entry.last_offset.value, fresh.base_offset.value);
  if (relative < 0 || relative > kRelativeOffsetMax)
    return fail(
        ErrorCode::parse_error,
        concat("segment ", fresh.base_offset.value, " holds offset ", entry.last_offset.value,
               " at position ", entry.file_pos, ": it does not fit the segment"));
  fresh.note_batch(entry.last_offset, entry.max_timestamp_ms, entry.size_bytes,
                   config_.index_interval_bytes);
  producers_.set_end_offset(std::max(producers_.end_offset(), entry.last_offset + 1));
  if (!entry.is_v2()) return true;
  // Of a file that is older or newer than the log, epochs may begin above their first batch.
  if (entry.leader_epoch > epochs_.at(entry.base_offset).value_or(kNoLeaderEpoch) &&
      epochs_.assign(entry.leader_epoch, entry.base_offset))
    are_epochs_unwritten_ = true;
  if (entry.producer_id <= kNoProducerId) return true;
  const record::BatchView batch(bytes);
  auto completed = producers_.update(batch);
  if (!completed && completed.error().code() == ErrorCode::invalid_record) return false;
  if (!completed) return fail(std::move(completed.error()));
  if (!*completed || !(*completed)->is_aborted) return true;
  const TransactionIndexEntry aborted{
      .producer_id = (*completed)->producer_id,
      .first_offset = (*completed)->first_offset,
      .last_offset = (*completed)->last_offset,
      .last_stable_offset = producers_.last_stable_offset_after(**completed)};
  std::array<uint8_t, TransactionIndexEntry::kBytes> encoded;
  aborted.encode(encoded.data());
  TRY_ASSIGN(
      const auto index,
      fs_.open(offset_path(path_, fresh.base_offset, kTransactionIndexSuffix), OpenMode::create));
  TRY_ASSIGN(const int64_t size, index->size());
  TRY(index->write_at(size, encoded));
  return true;
}

// Finds the log end. With indexes that were just rebuilt or cleanly closed this reads a few
// headers.
Status PartitionLog::load_active_segment() {
  Segment& last = active();
  TRY(last.offset_index.load(fs_, offset_path(path_, last.base_offset, kIndexSuffix)));
  TRY(last.time_index.load(fs_, offset_path(path_, last.base_offset, kTimeIndexSuffix)));
  TRY_ASSIGN(auto end, scan_tail(last));
  if (!end) {
    logger_.warn(concat(path_, ": the last segment's tail is damaged, recovering it"));
    TRY(recover_segment(last, false));
    TRY_ASSIGN(end, scan_tail(last));
    if (!end) return fail(ErrorCode::io_error, concat(path_, ": tail unreadable after recovery"));
  }
  if (!last.knows_max_timestamp && last.time_index.last()) {
    last.max_timestamp_ms = last.time_index.last()->timestamp_ms;
    last.max_timestamp_offset = last.base_offset + last.time_index.last()->relative_offset;
  }
  last.knows_max_timestamp = true;
  last.jitter_ms = 0;
  log_end_offset_ = end->value;
  return {};
}

// The offset after the last batch, walking from the last index entry; nullopt when the entry leads
// nowhere or bytes are left behind the last whole batch.
Result<std::optional<Offset>> PartitionLog::scan_tail(Segment& segment) const {
  if (segment.size_bytes == 0) return segment.base_offset;
  const auto& hint = segment.offset_index.last();
  const int64_t start_pos = hint ? hint->file_pos : 0;
  TRY_ASSIGN(const auto file,
             fs_.open(offset_path(path_, segment.base_offset, kLogSuffix), OpenMode::read));
  std::array<uint8_t, 8192> window;
  EntryReader reader(*file, start_pos, segment.size_bytes, window);
  std::optional<Offset> end;
  for (;;) {
    const auto entry = reader.next();
    if (!entry && entry.error().code() != ErrorCode::corrupt_message) return fail(entry.error());
    if (!entry || (*entry && (*entry)->is_undersized)) return std::nullopt;
    if (!*entry) break;
    const int64_t relative = saturating_sub((*entry)->last_offset.value, segment.base_offset.value);
    const bool is_misled = !end && hint && does_not_lead_to(*hint, segment, **entry);
    if (relative < 0 || relative > kRelativeOffsetMax || is_misled) return std::nullopt;
    end = std::max(end.value_or(segment.base_offset), (*entry)->last_offset + 1);
  }
  if (!end || reader.file_pos() != segment.size_bytes) return std::nullopt;
  return end;
}

bool PartitionLog::is_segment_base(Offset offset) const {
  return std::ranges::any_of(segments_,
                             [&](const auto& segment) { return segment->base_offset == offset; });
}

Status PartitionLog::drop_stray_snapshots(const DirectoryContents& contents) {
  const Offset highest_base = segments_.back()->base_offset;
  Offset newest = kNoOffset;
  for (const Offset snapshot : contents.snapshots)
    if (snapshot <= log_end_offset()) newest = snapshot;
  if (newest_snapshot_ > log_end_offset()) newest_snapshot_ = newest;
  for (const Offset snapshot : contents.snapshots) {
    const bool is_newest = snapshot > highest_base && snapshot == newest;
    if (is_newest || is_segment_base(snapshot)) continue;
    TRY(remove_if_there(fs_, offset_path(path_, snapshot, kSnapshotSuffix)));
  }
  return {};
}

// The common case, a log that was closed: its newest snapshot is that of the log end.
bool PartitionLog::load_snapshot_at_end(const DirectoryContents& contents) {
  const Offset end = log_end_offset();
  if (contents.snapshots.empty() || contents.snapshots.back() != end || newest_snapshot_ != end ||
      end <= log_start_offset())
    return false;
  const auto bytes = read_small_file(fs_, offset_path(path_, end, kSnapshotSuffix));
  return bytes && producers_.load_snapshot(as_bytes(*bytes), end);
}

// The state just before `end`: the newest usable snapshot, and the batches after it.
Status PartitionLog::rebuild_producers(Offset end) {
  TRY(load_newest_snapshot(end));
  return replay_producers(end);
}

Status PartitionLog::load_newest_snapshot(Offset end) {
  TRY_ASSIGN(const DirectoryContents contents, read_directory());
  producers_.clear();
  producers_.set_end_offset(std::min(log_start_offset(), end));
  newest_snapshot_ = kNoOffset;
  bool is_loaded = false;
  for (auto it = contents.snapshots.rbegin(); it != contents.snapshots.rend(); ++it) {
    const std::string snapshot_path = offset_path(path_, *it, kSnapshotSuffix);
    if (*it > end || *it <= log_start_offset()) {
      if (!options_.is_read_only && !is_segment_base(*it)) TRY(remove_if_there(fs_, snapshot_path));
      continue;
    }
    if (is_loaded) break;
    const auto bytes = read_small_file(fs_, snapshot_path);
    if (!bytes && bytes.error().code() == ErrorCode::not_found) continue;  // another process's
    if (!bytes) return fail(bytes.error());
    const auto loaded = producers_.load_snapshot(as_bytes(*bytes), *it);
    if (loaded) {
      is_loaded = true;
      newest_snapshot_ = *it;
      continue;
    }
    logger_.warn(concat(snapshot_path, ": ", loaded.error().text()));
    if (!options_.is_read_only) TRY(remove_if_there(fs_, snapshot_path));
    producers_.clear();
    producers_.set_end_offset(std::min(log_start_offset(), end));
  }
  return {};
}

Status PartitionLog::replay_producers(Offset end) {
  const Offset from = producers_.end_offset();
  if (from < end)
    for (size_t i = 0; i < segments_.size(); ++i) {
      const bool ends_before = i + 1 < segments_.size() && segments_[i + 1]->base_offset <= from;
      if (ends_before || segments_[i]->base_offset >= end) continue;
      TRY(replay_segment(*segments_[i], from, end));
    }
  producers_.set_end_offset(end);
  return {};
}

Status PartitionLog::replay_segment(const Segment& segment, Offset from, Offset end) {
  TRY_ASSIGN(const auto file,
             fs_.open(offset_path(path_, segment.base_offset, kLogSuffix), OpenMode::read));
  int64_t start_pos = 0;
  if (from > segment.base_offset) {
    TRY_ASSIGN(start_pos, index_start_pos(segment.base_offset, from));
  }
  Buffer window(static_cast<size_t>(
      std::clamp<int64_t>(segment.size_bytes, EntryReader::kWindowBytesMin, kReplayWindowBytes)));
  EntryReader reader(*file, start_pos, segment.size_bytes, window);
  for (;;) {
    const auto entry = reader.next();
    if (!entry && entry.error().code() != ErrorCode::corrupt_message) return fail(entry.error());
    if (!entry || !*entry || (*entry)->base_offset >= end) return {};
    if ((*entry)->producer_id <= kNoProducerId || (*entry)->last_offset < from) continue;
    TRY_ASSIGN(const BytesView bytes, reader.bytes(**entry));
    if (const auto applied = producers_.update(record::BatchView(bytes)); !applied) {
      if (applied.error().code() != ErrorCode::invalid_record) return fail(applied.error());
      logger_.warn(concat(file->path(), ": ", applied.error().text()));
    }
  }
}

// Sets the files of segments_[index..] aside and forgets them.
Status PartitionLog::delete_segments_from(size_t index) {
  SegmentList kept(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(index));
  for (size_t i = index; i < segments_.size(); ++i) TRY(set_segment_files_aside(*segments_[i]));
  set_segments(std::move(kept));
  is_changed_ = true;
  return {};
}

Status PartitionLog::load_read_only(const DirectoryContents& contents) {
  TRY_ASSIGN(auto listed, list_segments(contents));
  Offset end = options_.log_start_checkpoint;
  if (!listed.empty()) {
    TRY_ASSIGN(end, scan_tail_read_only(*listed.back()));
  }
  const bool is_past_end = end < options_.log_start_checkpoint;
  if (is_past_end) listed.clear();
  const Offset first = listed.empty() ? Offset(0) : listed.front()->base_offset;
  set_segments(std::move(listed));
  log_start_offset_ = std::max(options_.log_start_checkpoint, first).value;
  log_end_offset_ = std::max(end, log_start_offset()).value;
  recovery_point_ = log_end_offset_.load();
  {
    const std::lock_guard lock(mutex_);
    epochs_.truncate_from_end(log_end_offset());
    epochs_.truncate_from_start(options_.log_start_checkpoint);
  }
  const bool goes_on =
      producers_.end_offset() > Offset(0) && producers_.end_offset() <= log_end_offset();
  return goes_on ? replay_producers(log_end_offset()) : rebuild_producers(log_end_offset());
}

// As far as whole batches go, for files that may be torn, padded or growing. Sets the segment's
// size to that.
Result<Offset> PartitionLog::scan_tail_read_only(Segment& segment) const {
  TRY(segment.offset_index.load(fs_, offset_path(path_, segment.base_offset, kIndexSuffix)));
  TRY(segment.time_index.load(fs_, offset_path(path_, segment.base_offset, kTimeIndexSuffix)));
  TRY_ASSIGN(segment.file,
             fs_.open(offset_path(path_, segment.base_offset, kLogSuffix), OpenMode::read));
  if (segment.time_index.last()) {
    segment.max_timestamp_ms = segment.time_index.last()->timestamp_ms;
    segment.max_timestamp_offset = segment.base_offset + segment.time_index.last()->relative_offset;
  }
  const auto& hint = segment.offset_index.last();
  Buffer window(kReplayWindowBytes);
  int64_t end_pos = 0;
  for (int64_t start_pos = hint ? hint->file_pos : 0;; start_pos = 0) {
    EntryReader reader(*segment.file, start_pos, segment.size_bytes, window);
    std::optional<Offset> end;
    for (auto entry = reader.next(); entry && *entry && !(*entry)->is_undersized;
         entry = reader.next()) {
      const Offset last_offset = (*entry)->last_offset;
      const int64_t relative = saturating_sub(last_offset.value, segment.base_offset.value);
      if (relative < 0 || relative > kRelativeOffsetMax) break;
      if (!end && hint && start_pos != 0 && does_not_lead_to(*hint, segment, **entry)) break;
      end = std::max(end.value_or(segment.base_offset), last_offset + 1);
      end_pos = (*entry)->end_pos();
      if ((*entry)->max_timestamp_ms <= segment.max_timestamp_ms) continue;
      segment.max_timestamp_ms = (*entry)->max_timestamp_ms;
      segment.max_timestamp_offset = last_offset;
    }
    if (!end && start_pos != 0) continue;
    if (!end) segment.offset_index.clear();
    segment.knows_max_timestamp = true;
    segment.size_bytes = end_pos;
    return end.value_or(segment.base_offset);
  }
}

Status PartitionLog::refresh() {
  if (!options_.is_read_only) return {};
  TRY_ASSIGN(const DirectoryContents contents, read_directory());
  {
    const std::lock_guard lock(mutex_);
    bool is_same = contents.segments.size() == segments_.size();
    for (size_t i = 0; is_same && i < segments_.size(); ++i)
      is_same = contents.segments[i].base_offset == segments_[i]->base_offset;
    if (is_same && segments_.empty()) return {};
    if (is_same) {
      TRY_ASSIGN(const FileInfo info,
                 fs_.info(offset_path(path_, active().base_offset, kLogSuffix)));
      if (info.size_bytes == active().size_bytes) return {};
    }
  }
  TRY(load_epochs(contents));
  TRY(load_read_only(contents));
  set_first_unstable();
  return {};
}

}  // namespace spool::storage
