#include <algorithm>

#include "core/base/text.h"
#include "core/storage/partition_log.h"

/// What compaction asks of the log (storage-format 6.4), and putting its results in place (6.6).
///
/// A swap, and what a crash after each step finds (5.4):
///
///   .cleaned files, durable                    the sources: what is not finished is removed
///   -> .swap, .log last                        from here on the new segment: the loader removes
///                                              the sources and finishes the renames
///   sources -> .deleted, but for the snapshot
///   of the first one
///   .swap -> final names, .log first           an index still called .swap is only renamed
///
/// Readers run beside it. They find the old segment's files open, or the new one in the list: with
/// its file held open and without indexes until the names are right. What they have looked up in an
/// index by name counts only if layout_version is still the one they began with.

namespace spool::storage {

namespace {

constexpr std::string_view kSegmentSuffixes[] = {kIndexSuffix, kTimeIndexSuffix,
                                                 kTransactionIndexSuffix, kLogSuffix};

Status rename_if_there(FileSystem& fs, const std::string& from, const std::string& to) {
  auto renamed = fs.rename(from, to);
  if (!renamed && renamed.error().code() == ErrorCode::not_found) return {};
  return renamed;
}


}  // namespace

// Of the segment that holds `offset`.
size_t PartitionLog::segment_index(Offset offset) const {
  const auto after = std::ranges::upper_bound(
      segments_, offset, {}, [](const auto& segment) { return segment->base_offset; });
  return after == segments_.begin() ? 0 : static_cast<size_t>(after - segments_.begin()) - 1;
}

Result<CleanableRange> PartitionLog::cleanable_range(std::optional<Offset> checkpoint) {
  CleanableRange range{.first_dirty = checkpoint.value_or(log_start_offset())};
  if (is_offline_ || options_.is_read_only || segments_.empty()) return range;
  // A checkpoint can be older than a deletion, or than a truncation.
  if (range.first_dirty < log_start_offset() || range.first_dirty > log_end_offset())
    range.first_dirty = log_start_offset();
  TRY_ASSIGN(range.first_uncleanable, first_uncleanable(range.first_dirty));
  for (const auto& segment : segments_) {
    const bool is_clean = segment->base_offset < range.first_dirty;
    if (is_clean) range.clean_bytes += segment->size_bytes;
    if (segment->base_offset >= range.first_uncleanable) break;
    // The segment with first_dirty in its middle counts as both, as Kafka has it.
    if (segment->base_offset >= segments_[segment_index(range.first_dirty)]->base_offset)
      range.cleanable_bytes += segment->size_bytes;
  }
  if (range.cleanable_bytes > 0) {
    TRY_ASSIGN(range.is_overdue, is_compaction_overdue(range.first_dirty));
  }
  return range;
}

// The base of the first segment that must stay as it is: it is written to, holds an open
// transaction, or is younger than min.compaction.lag.ms.
Result<Offset> PartitionLog::first_uncleanable(Offset first_dirty) const {
  Offset limit = std::min(active().base_offset, first_unstable_offset().value_or(log_end_offset()));
  if (config_.min_compaction_lag_ms > 0) {
    const int64_t newest_ms = saturating_sub(clock_.wall_ms(), config_.min_compaction_lag_ms);
    for (size_t i = segment_index(first_dirty); i + 1 < segments_.size(); ++i) {
      const Offset base = segments_[i]->base_offset;
      if (base >= limit) break;
      TRY_ASSIGN(const int64_t largest_ms, largest_timestamp(base));
      if (largest_ms > newest_ms) limit = base;
    }
  }
  return segments_[segment_index(limit)]->base_offset;
}

Result<bool> PartitionLog::is_compaction_overdue(Offset first_dirty) {
  if (config_.max_compaction_lag_ms == std::numeric_limits<int64_t>::max()) return false;
  const int64_t newest_ms = saturating_sub(clock_.wall_ms(), config_.max_compaction_lag_ms);
  for (size_t i = segment_index(first_dirty); i + 1 < segments_.size(); ++i) {
    if (segments_[i]->size_bytes == 0) continue;
    TRY_ASSIGN(const int64_t first_ms, first_timestamp(*segments_[i]));
    if (first_ms > 0 && first_ms < newest_ms) return true;
  }
  return false;
}

Result<CompactionInput> PartitionLog::compaction_input(Offset first_uncleanable) {
  CompactionInput input;
  for (size_t i = 0; i + 1 < segments_.size(); ++i) {
    const Offset base = segments_[i]->base_offset;
    if (base >= first_uncleanable) break;
    const auto size_of = [&](std::string_view suffix) -> int64_t {
      const auto info = fs_.info(offset_path(path_, base, suffix));
      return info ? info->size_bytes : 0;
    };
    TRY_ASSIGN(const FileInfo info, fs_.info(offset_path(path_, base, kLogSuffix)));
    input.sources.push_back({.segment = segments_[i],
                             .base_offset = base,
                             .next_base_offset = segments_[i + 1]->base_offset,
                             .size_bytes = segments_[i]->size_bytes,
                             .modified_ms = info.modified_ms,
                             .offset_index_bytes = size_of(kIndexSuffix),
                             .time_index_bytes = size_of(kTimeIndexSuffix)});
  }
  for (const ProducerEntry& entry : producers_.entries()) {
    LastRecord last{.producer_epoch = entry.producer_epoch};
    if (entry.batch_count > 0) last.last_data_offset = entry.last_batch()->last_offset;
    input.last_records.emplace(entry.producer_id, last);
  }
  return input;
}

bool PartitionLog::has_sources(const std::vector<CompactionSource>& sources, size_t first) const {
  if (first + sources.size() >= segments_.size()) return false;  // the active one is never a source
  for (size_t i = 0; i < sources.size(); ++i)
    if (segments_[first + i] != sources[i].segment) return false;
  return true;
}

Status PartitionLog::swap_in(const std::vector<CompactionSource>& sources,
                             const CleanedSegment& cleaned) {
  if (is_offline_) return fail(ErrorCode::kafka_storage_error, concat(path_, ": log is offline"));
  const size_t first = segment_index(cleaned.base_offset);
  if (sources.empty() || !has_sources(sources, first)) {
    TRY(withdraw_cleaned(cleaned.base_offset));
    return fail(ErrorCode::cancelled, concat(path_, ": the segments to replace are gone"));
  }
  auto fresh = std::make_shared<Segment>(cleaned.base_offset);
  fresh->size_bytes = cleaned.size_bytes;
  fresh->created_ms = clock_.monotonic_ms();
  fresh->first_timestamp_ms = cleaned.first_timestamp_ms;
  fresh->max_timestamp_ms = cleaned.max_timestamp_ms;
  fresh->max_timestamp_offset = cleaned.max_timestamp_offset;
  fresh->aborted_while_swapped.emplace();
  for (const AbortedTransaction& aborted : cleaned.aborted)
    fresh->aborted_while_swapped->push_back({.producer_id = aborted.producer_id,
                                             .first_offset = aborted.first_offset,
                                             .last_offset = aborted.last_offset,
                                             .last_stable_offset = aborted.last_stable_offset});
  const std::string log_path = offset_path(path_, cleaned.base_offset, kLogSuffix);
  TRY_ASSIGN(fresh->file, fs_.open(concat(log_path, kCleanedSuffix), OpenMode::read));
  if (auto named = name_swap_files(cleaned); !named) {
    (void)withdraw_cleaned(cleaned.base_offset);
    return named;
  }
  SegmentList old;
  {
    const std::lock_guard lock(mutex_);
    const auto begin = segments_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(sources.size());
    old.assign(begin, end);
    *begin = fresh;
    segments_.erase(begin + 1, end);
    for (const auto& segment : old) size_bytes_ -= segment->size_bytes;
    size_bytes_ += fresh->size_bytes;
    ++layout_version_;
    recent_file_.reset();
    recent_file_base_ = kNoOffset;
    is_directory_unsynced_ = true;
  }
  is_changed_ = true;
  // The new segment is the truth now. If a name cannot be given, readers go on with what is open,
  // and the next load finishes the work; nothing may be appended to such a directory.
  if (auto placed = put_in_place(std::move(fresh), old); !placed)
    return take_offline(std::move(placed.error()));
  return {};
}

// *.cleaned -> *.swap. The .log comes last: with it there, the indexes are there too.
Status PartitionLog::name_swap_files(const CleanedSegment& cleaned) {
  for (const std::string_view suffix : kSegmentSuffixes) {
    const std::string path = offset_path(path_, cleaned.base_offset, suffix);
    TRY(rename_if_there(fs_, concat(path, kCleanedSuffix), concat(path, kSwapSuffix)));
  }
  return {};
}

// Removes what a round wrote. The .swap files first: while a .cleaned one is there, they do not
// count.
Status PartitionLog::withdraw_cleaned(Offset base_offset) {
  for (const std::string_view kind : {kSwapSuffix, kCleanedSuffix})
    for (const std::string_view suffix : kSegmentSuffixes)
      TRY(remove_if_there(fs_, concat(offset_path(path_, base_offset, suffix), kind)));
  return {};
}

Status PartitionLog::put_in_place(std::shared_ptr<Segment> fresh, const SegmentList& old) {
  for (const auto& segment : old)
    TRY(set_segment_files_aside(*segment, segment->base_offset == fresh->base_offset));
  for (auto suffix = std::rbegin(kSegmentSuffixes); suffix != std::rend(kSegmentSuffixes);
       ++suffix) {
    const std::string path = offset_path(path_, fresh->base_offset, *suffix);
    TRY(rename_if_there(fs_, concat(path, kSwapSuffix), path));
  }
  const std::lock_guard lock(mutex_);
  fresh->aborted_while_swapped.reset();
  fresh->file.reset();
  return {};
}

}  // namespace spool::storage
