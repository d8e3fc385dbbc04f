#include <algorithm>

#include "core/base/text.h"
#include "core/record/record_reader.h"
#include "core/storage/partition_log.h"

namespace spool::storage {

namespace {

// Headers lie at most one index interval (4 KiB by default) behind an index entry: one read finds
// most batches.
constexpr size_t kSearchWindowBytes = 8192;
// What one batch may expand to when a timestamp is looked for inside it.
constexpr size_t kDecompressedBytesMax = 256 << 20;

// The last segment with base <= offset; the first when there is none.
template <class List>
size_t floor_index(const List& segments, Offset offset) {
  const auto after = std::ranges::upper_bound(
      segments, offset, {}, [](const auto& segment) { return segment->base_offset; });
  return after == segments.begin() ? 0 : static_cast<size_t>(after - segments.begin()) - 1;
}

}  // namespace

// at_or_after: of the segment that holds `offset`; otherwise of the first one whose base is above
// `offset`.
Result<std::optional<SegmentView>> PartitionLog::view_at(Offset offset, bool at_or_after) const {
  mark_used();
  const std::lock_guard lock(mutex_);
  if (segments_.empty() || is_unborn_) return std::nullopt;
  size_t index = floor_index(segments_, offset);
  if (!at_or_after && segments_[index]->base_offset <= offset) ++index;
  if (index >= segments_.size()) return std::nullopt;
  Segment& segment = *segments_[index];
  SegmentView view{.base_offset = segment.base_offset,
                   .size_bytes = segment.size_bytes,
                   .is_active = index + 1 == segments_.size(),
                   .layout_version = layout_version_};
  TRY_ASSIGN(view.file, file_of(segment, view.is_active));
  if (segment.aborted_while_swapped) view.start_pos = 0;
  if (!view.is_active) return view;
  for (const RecentBatch& batch : recent_)
    if (batch.base_offset <= offset && offset <= batch.last_offset)
      view.recent = EntryHeader{.file_pos = batch.file_pos,
                                .size_bytes = batch.size_bytes,
                                .base_offset = batch.base_offset,
                                .last_offset = batch.last_offset};
  const auto hit = segment.offset_index.find_in_tail(offset - segment.base_offset);
  if (hit)
    view.start_pos = hit->file_pos;
  else if (segment.offset_index.count() == 0)
    view.start_pos = 0;
  return view;
}

// Called with mutex_ held. The active segment's file stays open; of the others only the one read
// last.
Result<std::shared_ptr<const File>> PartitionLog::file_of(const Segment& segment,
                                                          bool is_active) const {
  if (segment.file && (is_active || segment.aborted_while_swapped)) return segment.file;
  if (recent_file_ && recent_file_base_ == segment.base_offset) return recent_file_;
  const bool is_written = is_active && !options_.is_read_only;
  TRY_ASSIGN(auto file, fs_.open(offset_path(path_, segment.base_offset, kLogSuffix),
                                 is_written ? OpenMode::read_write : OpenMode::read));
  if (is_active) {
    active().file = file;
  } else {
    recent_file_ = file;
    recent_file_base_ = segment.base_offset;
  }
  note_open_file();
  return file;
}

Result<int64_t> PartitionLog::index_start_pos(Offset base_offset, Offset target) const {
  TRY_ASSIGN(const auto index, IndexReader<OffsetIndexEntry>::open(
                                   fs_, offset_path(path_, base_offset, kIndexSuffix)));
  TRY_ASSIGN(const auto entry, index.find(target - base_offset));
  return entry ? int64_t{entry->file_pos} : 0;
}

// The first entry with last offset >= target. An index can be wrong (another process writes, a
// crash, old brokers): an entry that does not lead to a batch at or before the target is not
// believed, and the walk begins at the start.
Result<std::optional<EntryHeader>> PartitionLog::find_entry(const SegmentView& view,
                                                            Offset target) const {
  if (view.recent) return view.recent;
  int64_t start_pos = view.start_pos;
  if (start_pos < 0) {
    TRY_ASSIGN(start_pos, index_start_pos(view.base_offset, target));
    // Compaction put another segment here meanwhile: that may have been its index.
    if (view.layout_version != layout_version_) start_pos = 0;
  }
  std::array<uint8_t, kSearchWindowBytes> window;
  for (;;) {
    EntryReader reader(*view.file, start_pos, view.size_bytes, window);
    auto entry = reader.next();
    const bool is_misled =
        start_pos != 0 &&
        (!entry || !*entry || ((*entry)->is_v2() && (*entry)->base_offset > target));
    if (is_misled) {
      start_pos = 0;
      continue;
    }
    for (; entry && *entry; entry = reader.next())
      if ((*entry)->last_offset >= target) return entry;
    return entry;
  }
}

// Where the first batch that holds or follows `bound` begins.
Result<int64_t> PartitionLog::bound_pos(const SegmentView& view, Offset bound) const {
  if (bound >= log_end_offset()) return view.size_bytes;
  TRY_ASSIGN(auto at_bound, view_at(bound, true));
  if (!at_bound || at_bound->base_offset > view.base_offset) return view.size_bytes;
  if (at_bound->layout_version != view.layout_version) {  // another file by now
    at_bound = view;
    at_bound->recent.reset();
    at_bound->start_pos = 0;
  }
  at_bound->size_bytes = view.size_bytes;
  TRY_ASSIGN(const auto entry, find_entry(*at_bound, bound));
  return entry ? entry->file_pos : view.size_bytes;
}

Result<ReadResult> PartitionLog::read(Offset from, Offset bound, int64_t bytes_max,
                                      bool at_least_one) const {
  const Offset end = log_end_offset();
  if (from < log_start_offset() || from > end)
    return fail(ErrorCode::offset_out_of_range, concat("offset ", from.value, " is not in ",
                                                       log_start_offset_.load(), "..", end.value));
  ReadResult result{.first_offset = from};
  bound = std::min(bound, end);
  if (from >= bound) return result;
  TRY_ASSIGN(auto view, view_at(from, true));
  while (view) {
    TRY_ASSIGN(const auto entry, find_entry(*view, from));
    if (!entry) {  // compaction can take the end of a segment away: go on in the next
      TRY_ASSIGN(view, view_at(view->base_offset, false));
      continue;
    }
    TRY_ASSIGN(const int64_t end_pos, bound_pos(*view, bound));
    int64_t size = std::min(end_pos - entry->file_pos, bytes_max);
    if (size < entry->size_bytes) size = at_least_one ? entry->size_bytes : 0;
    if (end_pos < entry->end_pos() || size <= 0) return result;
    return ReadResult{.slice = {view->file, entry->file_pos, size},
                      .first_offset = entry->base_offset,
                      .is_from_older_segment = !view->is_active};
  }
  return result;
}

// A finished segment's largest timestamp is its last time index entry, -1 when it has none.
Result<int64_t> PartitionLog::largest_timestamp(Offset base_offset) const {
  {
    const std::lock_guard lock(mutex_);
    if (segments_.empty()) return -1;
    const Segment& segment = *segments_[floor_index(segments_, base_offset)];
    if (segment.base_offset != base_offset || segment.knows_max_timestamp)
      return segment.max_timestamp_ms;
  }
  TRY_ASSIGN(const auto index, IndexReader<TimeIndexEntry>::open(
                                   fs_, offset_path(path_, base_offset, kTimeIndexSuffix)));
  TimeIndexEntry last;
  if (index.count() > 0) {
    TRY_ASSIGN(last, index.at(index.count() - 1));
  }
  const std::lock_guard lock(mutex_);
  if (segments_.empty()) return last.timestamp_ms;
  Segment& segment = *segments_[floor_index(segments_, base_offset)];
  if (segment.base_offset == base_offset) {
    segment.max_timestamp_ms = last.timestamp_ms;
    segment.max_timestamp_offset = base_offset + last.relative_offset;
    segment.knows_max_timestamp = true;
  }
  return last.timestamp_ms;
}

// The last entry with a timestamp <= the asked one: no batch up to its offset has a larger one.
Result<TimeIndexEntry> PartitionLog::time_entry_before(Offset base_offset,
                                                       int64_t timestamp_ms) const {
  {
    const std::lock_guard lock(mutex_);
    if (segments_.empty()) return TimeIndexEntry{};
    const Segment& segment = *segments_[floor_index(segments_, base_offset)];
    const auto hit = segment.time_index.find_in_tail(timestamp_ms);
    if (segment.base_offset == base_offset && hit) return *hit;
  }
  TRY_ASSIGN(const auto index, IndexReader<TimeIndexEntry>::open(
                                   fs_, offset_path(path_, base_offset, kTimeIndexSuffix)));
  TRY_ASSIGN(const auto entry, index.find(timestamp_ms));
  return entry.value_or(TimeIndexEntry{});
}

Result<std::optional<TimestampOffset>> PartitionLog::offset_for_timestamp(
    int64_t timestamp_ms) const {
  const Offset from = log_start_offset();
  TRY_ASSIGN(auto view, view_at(from, true));
  while (view) {
    TRY_ASSIGN(const int64_t largest, largest_timestamp(view->base_offset));
    if (largest >= timestamp_ms) {
      TRY_ASSIGN(const auto found, find_timestamp(*view, timestamp_ms, from));
      if (found) return found;
    }
    TRY_ASSIGN(view, view_at(view->base_offset, false));
  }
  return std::nullopt;
}

Result<std::optional<TimestampOffset>> PartitionLog::find_timestamp(const SegmentView& view,
                                                                    int64_t timestamp_ms,
                                                                    Offset from) const {
  TRY_ASSIGN(const TimeIndexEntry hint, time_entry_before(view.base_offset, timestamp_ms));
  const Offset start = std::max(view.base_offset + hint.relative_offset, from);
  TRY_ASSIGN(auto at_start, view_at(start, true));
  if (!at_start || at_start->base_offset != view.base_offset) at_start = view;
  TRY_ASSIGN(const auto first, find_entry(*at_start, start));
  if (!first) return std::nullopt;
  std::array<uint8_t, kSearchWindowBytes> window;
  EntryReader reader(*at_start->file, first->file_pos, at_start->size_bytes, window);
  for (;;) {
    TRY_ASSIGN(const auto entry, reader.next());
    if (!entry) return std::nullopt;
    if (entry->max_timestamp_ms < timestamp_ms || entry->last_offset < from) continue;
    TRY_ASSIGN(const auto found, find_record(reader, *entry, timestamp_ms, from));
    if (found) return found;
  }
}

// Inside an entry that has such a record by its header.
Result<std::optional<TimestampOffset>> PartitionLog::find_record(EntryReader& reader,
                                                                 const EntryHeader& entry,
                                                                 int64_t timestamp_ms,
                                                                 Offset from) const {
  TRY_ASSIGN(const BytesView bytes, reader.bytes(entry));
  std::optional<TimestampOffset> found;
  record::RecordReader records(kDecompressedBytesMax);
  TRY(records.for_each(record::EntryView(bytes), [&](const record::RecordView& record) {
    if (record.timestamp_ms < timestamp_ms || record.offset < from) return true;
    found = TimestampOffset{record.timestamp_ms, record.offset, entry.leader_epoch};
    return false;
  }));
  return found;
}

Result<std::optional<TimestampOffset>> PartitionLog::max_timestamp() const {
  int64_t largest = -1;
  Offset in_segment = kNoOffset;
  for (const SegmentInfo& segment : segments()) {
    TRY_ASSIGN(const int64_t timestamp_ms, largest_timestamp(segment.base_offset));
    if (timestamp_ms <= largest) continue;
    largest = timestamp_ms;
    in_segment = segment.base_offset;
  }
  if (largest < 0) return std::nullopt;
  TRY_ASSIGN(const auto view, view_at(in_segment, true));
  if (!view) return std::nullopt;
  return find_timestamp(*view, largest, log_start_offset());
}

Result<std::vector<AbortedTransaction>> PartitionLog::aborted_transactions(Offset from,
                                                                           Offset bound) const {
  for (;;) {
    const uint64_t before = layout_version_;
    auto aborted = collect_aborted(from, bound);
    // An index that compaction replaced while it was looked for reads as missing.
    if (before == layout_version_) return aborted;
  }
}

Result<std::vector<AbortedTransaction>> PartitionLog::collect_aborted(Offset from,
                                                                      Offset bound) const {
  std::vector<std::shared_ptr<const Segment>> segments;
  {
    const std::lock_guard lock(mutex_);
    for (size_t i = segments_.empty() ? 0 : floor_index(segments_, from); i < segments_.size(); ++i)
      segments.push_back(segments_[i]);
  }
  std::vector<AbortedTransaction> aborted;
  for (const auto& segment : segments) {
    TRY_ASSIGN(const auto entries, transaction_entries(*segment));
    for (const TransactionIndexEntry& entry : entries) {
      if (entry.last_offset >= from && entry.first_offset < bound)
        aborted.push_back(
            {entry.producer_id, entry.first_offset, entry.last_offset, entry.last_stable_offset});
      if (entry.last_stable_offset >= bound) return aborted;
    }
  }
  return aborted;
}

Result<std::vector<TransactionIndexEntry>> PartitionLog::transaction_entries(
    const Segment& segment) const {
  {
    const std::lock_guard lock(mutex_);
    if (segment.aborted_while_swapped) return *segment.aborted_while_swapped;
  }
  TRY_ASSIGN(const auto index,
             IndexReader<TransactionIndexEntry>::open(
                 fs_, offset_path(path_, segment.base_offset, kTransactionIndexSuffix)));
  return index.all();
}

}  // namespace spool::storage
