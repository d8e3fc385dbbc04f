#include <algorithm>

#include "core/base/text.h"
#include "core/storage/partition_log.h"

namespace spool::storage {

namespace {

constexpr size_t kTruncateWindowBytes = 64 << 10;

}  // namespace

// Renames a segment's files to *.deleted; they go when file.delete.delay.ms is over, so that a
// reader which has just looked the segment up still finds them open or, after a crash, the next
// load removes them.
Status PartitionLog::set_segment_files_aside(const Segment& segment, bool keeps_snapshot) {
  const int64_t now_ms = clock_.monotonic_ms();
  for (const std::string_view suffix :
       {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix, kSnapshotSuffix}) {
    if (keeps_snapshot && suffix == kSnapshotSuffix) continue;
    const std::string from = offset_path(path_, segment.base_offset, suffix);
    std::string to = concat(from, kDeletedSuffix);
    auto renamed = fs_.rename(from, to);
    if (!renamed && renamed.error().code() == ErrorCode::not_found) continue;
    if (!renamed) return renamed;
    due_files_.push_back({std::move(to), now_ms});
  }
  const std::lock_guard lock(mutex_);
  is_directory_unsynced_ = true;
  return {};
}

Result<int> PartitionLog::delete_old_segments(Offset high_watermark) {
  if (is_offline_ || options_.is_read_only) return 0;
  TRY_ASSIGN(const size_t count, count_deletable(high_watermark));
  if (count == 0) return 0;
  if (count == segments_.size()) TRY(roll_to(log_end_offset()));
  TRY(remove_first_segments(count));
  return static_cast<int>(count);
}

bool PartitionLog::is_committed(size_t segment_index, Offset high_watermark) const {
  const bool is_last = segment_index + 1 == segments_.size();
  if (is_last && segments_[segment_index]->size_bytes == 0) return false;
  return high_watermark >= (is_last ? log_end_offset() : segments_[segment_index + 1]->base_offset);
}

// How many segments from the oldest on go: each rule takes the walk up where the one before stopped
// (6.1).
Result<size_t> PartitionLog::count_deletable(Offset high_watermark) const {
  size_t count = 0;
  while (count + 1 < segments_.size() && is_committed(count, high_watermark) &&
         segments_[count + 1]->base_offset <= log_start_offset())
    ++count;
  if (!config_.is_deleted) return count;
  if (config_.retention_bytes >= 0) {
    int64_t excess = size_bytes_ - config_.retention_bytes;
    for (size_t i = 0; i < count; ++i) excess -= segments_[i]->size_bytes;
    while (count < segments_.size() && is_committed(count, high_watermark) &&
           excess >= segments_[count]->size_bytes)
      excess -= segments_[count++]->size_bytes;
  }
  if (config_.retention_ms < 0) return count;
  for (; count < segments_.size() && is_committed(count, high_watermark); ++count) {
    TRY_ASSIGN(const int64_t newest_ms, retention_timestamp(*segments_[count]));
    if (saturating_sub(clock_.wall_ms(), newest_ms) <= config_.retention_ms) break;
  }
  return count;
}

Result<int64_t> PartitionLog::retention_timestamp(const Segment& segment) const {
  TRY_ASSIGN(const int64_t largest, largest_timestamp(segment.base_offset));
  if (largest >= 0) return largest;
  TRY_ASSIGN(const FileInfo info, fs_.info(offset_path(path_, segment.base_offset, kLogSuffix)));
  return info.modified_ms;
}

// The log start moves before any file is touched: a reader is told that the offset is gone, not
// that a file is.
Status PartitionLog::remove_first_segments(size_t count) {
  TRY(advance_log_start(std::max(log_start_offset(), segments_[count]->base_offset)));
  SegmentList removed;
  {
    const std::lock_guard lock(mutex_);
    const auto kept = segments_.begin() + static_cast<std::ptrdiff_t>(count);
    removed.assign(segments_.begin(), kept);
    segments_.erase(segments_.begin(), kept);
    ++layout_version_;
    for (const auto& segment : removed) size_bytes_ -= segment->size_bytes;
    recent_file_.reset();
    recent_file_base_ = kNoOffset;
  }
  for (const auto& segment : removed) TRY(set_segment_files_aside(*segment));
  is_changed_ = true;
  return {};
}

Result<int> PartitionLog::delete_due_files() {
  const int64_t now_ms = clock_.monotonic_ms();
  int deleted = 0;
  std::vector<DueFile> later;
  for (DueFile& file : due_files_) {
    if (now_ms - file.set_aside_ms < config_.file_delete_delay_ms) {
      later.push_back(std::move(file));
      continue;
    }
    TRY(remove_if_there(fs_, file.path));
    ++deleted;
  }
  due_files_ = std::move(later);
  return deleted;
}

Status PartitionLog::advance_log_start(Offset to) {
  if (to > log_end_offset())
    return fail(ErrorCode::offset_out_of_range,
                concat("log start ", to.value, " is above the log end ", log_end_offset_.load()));
  if (to <= log_start_offset()) return {};
  log_start_offset_ = to.value;
  bool is_epoch_change;
  {
    const std::lock_guard lock(mutex_);
    is_epoch_change = epochs_.truncate_from_start(to);
  }
  return is_epoch_change ? write_epochs_file() : Status{};
}

Status PartitionLog::truncate_to(Offset offset) {
  if (is_offline_ || options_.is_read_only)
    return fail(ErrorCode::kafka_storage_error, concat(path_, ": not open for writing"));
  if (offset < log_end_offset() && offset < segments_.front()->base_offset)
    return truncate_fully_and_start_at(offset);
  if (offset < log_end_offset()) {
    size_t keep = segments_.size();
    while (segments_[keep - 1]->base_offset > offset) --keep;
    if (keep < segments_.size()) TRY(delete_segments_from(keep));
    TRY(truncate_segment(active(), offset));
  }
  bool is_epoch_change;
  {
    const std::lock_guard lock(mutex_);
    is_epoch_change = epochs_.truncate_from_end(log_end_offset());
    recent_.fill({});
    ++truncations_;
    recovery_point_ = std::min(recovery_point_.load(), log_end_offset_.load());
  }
  if (is_epoch_change) TRY(write_epochs_file());
  log_start_offset_ = std::min(log_start_offset_.load(), log_end_offset_.load());
  TRY(rebuild_producers(log_end_offset()));
  set_first_unstable();
  return {};
}

// Cuts before the first batch whose last offset is >= `offset` and builds the segment's indexes
// anew up to there: the batches before the cut decide what is in them.
Status PartitionLog::truncate_segment(Segment& segment, Offset offset) {
  const std::string log_path = offset_path(path_, segment.base_offset, kLogSuffix);
  TRY_ASSIGN(const auto file, fs_.open(log_path, OpenMode::read_write));
  Segment fresh(segment.base_offset);
  Offset end = segment.base_offset;
  Buffer window(kTruncateWindowBytes);
  EntryReader reader(*file, 0, segment.size_bytes, window);
  for (;;) {
    TRY_ASSIGN(const auto entry, reader.next());
    if (!entry || entry->last_offset >= offset) break;
    fresh.note_batch(entry->last_offset, entry->max_timestamp_ms, entry->size_bytes,
                     config_.index_interval_bytes);
    end = entry->last_offset + 1;
  }
  TRY(file->truncate(fresh.size_bytes));
  const std::string index_path = offset_path(path_, segment.base_offset, kTransactionIndexSuffix);
  TRY_ASSIGN(const auto aborted, IndexReader<TransactionIndexEntry>::open(fs_, index_path));
  TRY_ASSIGN(const int64_t kept, aborted.count_below(offset.value));
  if (kept < aborted.count()) {
    TRY_ASSIGN(const auto index_file, fs_.open(index_path, OpenMode::read_write));
    TRY(index_file->truncate(kept * static_cast<int64_t>(TransactionIndexEntry::kBytes)));
  }
  const std::lock_guard lock(mutex_);
  size_bytes_ -= segment.size_bytes - fresh.size_bytes;
  segment.size_bytes = fresh.size_bytes;
  segment.offset_index = std::move(fresh.offset_index);
  segment.time_index = std::move(fresh.time_index);
  segment.max_timestamp_ms = fresh.max_timestamp_ms;
  segment.max_timestamp_offset = fresh.max_timestamp_offset;
  segment.first_timestamp_ms = fresh.first_timestamp_ms;
  segment.bytes_since_index_entry = 0;
  segment.knows_max_timestamp = true;
  log_end_offset_ = end.value;
  is_changed_ = true;
  TRY(segment.offset_index.write_out(fs_, offset_path(path_, segment.base_offset, kIndexSuffix)));
  return segment.time_index.write_out(fs_,
                                      offset_path(path_, segment.base_offset, kTimeIndexSuffix));
}

Status PartitionLog::truncate_fully_and_start_at(Offset offset) {
  if (is_offline_ || options_.is_read_only)
    return fail(ErrorCode::kafka_storage_error, concat(path_, ": not open for writing"));
  TRY(ensure_directory());
  TRY(delete_segments_from(0));
  TRY_ASSIGN(const DirectoryContents contents, read_directory());
  for (const Offset snapshot : contents.snapshots) {
    TRY(remove_if_there(fs_, offset_path(path_, snapshot, kSnapshotSuffix)));
  }
  newest_snapshot_ = kNoOffset;
  TRY(start_empty_at(offset));
  log_start_offset_ = offset.value;
  {
    const std::lock_guard lock(mutex_);
    ++truncations_;
    recovery_point_ = offset.value;
  }
  set_first_unstable();
  return {};
}

}  // namespace spool::storage
