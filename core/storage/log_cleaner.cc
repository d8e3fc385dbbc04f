#include "core/storage/log_cleaner.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/record/record_reader.h"

namespace spool::storage {

namespace {

constexpr int64_t kWindowBytesMin = 4096;

/// One round: what its steps share.
class Round {
 public:
  Round(FileSystem& fs, const WithLog& with_log, const CleanableRange& range, int64_t now_ms,
        const CleanerSettings& settings, const CompactionPace& pace,
        const CleaningProgress& progress)
      : fs_(fs),
        with_log_(with_log),
        range_(range),
        progress_(progress),
        offsets_(settings.hash_key, settings.dedupe_bytes, settings.load_factor,
                 range.first_uncleanable - range.first_dirty) {
    report_.first_dirty = range.first_dirty;
    rules_.now_ms = now_ms;
    rules_.first_uncleanable = range.first_uncleanable;
    rules_.offsets = &offsets_;
    rules_.last_records = &input_.last_records;
    pace_ = [this, &pace](int64_t bytes) {
      bytes_done_ += bytes;
      if (bytes_done_ >= next_progress_) {
        next_progress_ = bytes_done_ + std::max<int64_t>(bytes_total_ / 100, 1);
        progress_(std::min(bytes_done_, bytes_total_), bytes_total_);
      }
      return pace(bytes);
    };
    memory_.window.resize(
        static_cast<size_t>(std::max(kWindowBytesMin, settings.io_buffer_bytes / 2)));
  }

  Result<CleaningReport> run();

 private:
  Status begin();
  Status build_map();
  Result<bool> map_segment(const CompactionSource& source, CleanedTransactions& transactions);
  Result<bool> map_entry(EntryReader& reader, const EntryHeader& header,
                         CleanedTransactions& transactions);
  Status rewrite(std::vector<CompactionSource> group, CleanedTransactions& transactions);

  FileSystem& fs_;
  const WithLog& with_log_;
  const CleanableRange range_;
  const CleaningProgress& progress_;
  CompactionPace pace_;
  OffsetMap offsets_;
  std::string path_;
  LogConfig config_;
  CompactionInput input_;
  std::vector<AbortedTransaction> aborted_;
  CleaningRules rules_;
  SegmentCleaner::Memory memory_;
  CleaningReport report_;
  int64_t bytes_done_ = 0;
  int64_t bytes_total_ = 0;
  int64_t next_progress_ = 0;
};

Result<CleaningReport> Round::run() {
  TRY(begin());
  TRY(build_map());
  report_.end_offset = offsets_.latest_offset() + 1;
  report_.keys_count = offsets_.keys_count();
  report_.map_bytes = offsets_.memory_bytes();
  std::erase_if(input_.sources, [&](const CompactionSource& source) {
    return source.base_offset >= report_.end_offset;
  });
  CleanedTransactions transactions(aborted_);
  for (const auto& [first, last] :
       group_segments(input_.sources, config_.segment_bytes, config_.segment_index_bytes))
    TRY(rewrite({input_.sources.begin() + static_cast<std::ptrdiff_t>(first),
                 input_.sources.begin() + static_cast<std::ptrdiff_t>(last)},
                transactions));
  return report_;
}

Status Round::begin() {
  TRY(with_log_([this](Log& log) -> Status {
    path_ = log.path();
    config_ = log.config();
    TRY_ASSIGN(input_, log.compaction_input(range_.first_uncleanable));
    if (input_.sources.empty()) return {};
    TRY_ASSIGN(aborted_, log.aborted_transactions(input_.sources.front().base_offset,
                                                  range_.first_uncleanable));
    return {};
  }));
  rules_.delete_retention_ms = config_.delete_retention_ms;
  rules_.index_interval_bytes = config_.index_interval_bytes;
  for (const CompactionSource& source : input_.sources) {
    bytes_total_ += source.size_bytes * 2;  // read and written
    if (source.next_base_offset > range_.first_dirty) bytes_total_ += source.size_bytes;
    // Tombstones of old formats have no horizon of their own: they go when the clean part of the
    // log has been so for delete.retention.ms.
    if (source.base_offset < range_.first_dirty)
      rules_.legacy_horizon_ms = source.modified_ms - config_.delete_retention_ms;
  }
  return {};
}

Status Round::build_map() {
  std::vector<AbortedTransaction> in_range;
  for (const AbortedTransaction& transaction : aborted_)
    if (transaction.last_offset >= range_.first_dirty) in_range.push_back(transaction);
  CleanedTransactions transactions(std::move(in_range));
  for (const CompactionSource& source : input_.sources) {
    if (source.next_base_offset <= range_.first_dirty) continue;
    TRY_ASSIGN(const bool is_full, map_segment(source, transactions));
    if (is_full) break;
    offsets_.raise_latest_offset(source.next_base_offset - 1);
  }
  return {};
}

// True when the map can take no more.
Result<bool> Round::map_segment(const CompactionSource& source, CleanedTransactions& transactions) {
  const std::string log_path = offset_path(path_, source.base_offset, kLogSuffix);
  TRY_ASSIGN(const auto file, fs_.open(log_path, OpenMode::read));
  EntryReader reader(*file, 0, source.size_bytes, memory_.window);
  for (;;) {
    TRY_ASSIGN(const auto entry, reader.next());
    if (!entry) break;
    if (!pace_(entry->size_bytes)) return fail(ErrorCode::cancelled);
    if (entry->last_offset < range_.first_dirty) continue;
    report_.dirty_bytes_read += entry->size_bytes;
    TRY_ASSIGN(const bool is_full, map_entry(reader, *entry, transactions));
    if (is_full) return true;
    offsets_.raise_latest_offset(entry->last_offset);
  }
  if (reader.file_pos() == source.size_bytes) return false;
  return fail(ErrorCode::corrupt_message, concat(log_path, ": no whole batch at position ",
                                                 reader.file_pos(), " of ", source.size_bytes));
}

Result<bool> Round::map_entry(EntryReader& reader, const EntryHeader& header,
                              CleanedTransactions& transactions) {
  TRY_ASSIGN(const BytesView bytes, reader.bytes(header));
  if (!is_entry_valid(header, bytes))
    return fail(ErrorCode::corrupt_message,
                concat(path_, ": damaged batch at offset ", header.base_offset.value));
  bool is_full = false;
  const auto map_record = [&](const record::RecordView& record) {
    if (!record.key || record.offset < range_.first_dirty) return true;
    is_full = !offsets_.put(*record.key, record.offset);
    return !is_full;
  };
  if (header.is_v2()) {
    const record::BatchView batch(bytes);
    if (batch.is_control()) {
      TRY(transactions.is_discardable(batch));
      return false;
    }
    if (transactions.is_aborted(batch)) return false;
    TRY_ASSIGN(const BytesView records,
               memory_.decompressor.decompress(batch.codec(), batch.payload(),
                                               record::kDecompressedBytesMax));
    record::RecordCursor cursor(batch, records);
    record::RecordView record;
    while (cursor.next(record))
      if (!map_record(record)) return true;
    TRY(cursor.status());
    return false;
  }
  std::vector<record::RecordView> records;
  TRY(record::read_legacy(bytes, memory_.decompressor, record::kDecompressedBytesMax, records));
  for (const record::RecordView& record : records)
    if (!map_record(record)) return true;
  return is_full;
}

Status Round::rewrite(std::vector<CompactionSource> group, CleanedTransactions& transactions) {
  SegmentCleaner cleaner(fs_, path_, group.front().base_offset, rules_, transactions, memory_,
                         pace_, report_.counts);
  TRY(cleaner.create());
  const auto build = [&]() -> Result<CleanedSegment> {
    for (const CompactionSource& source : group) TRY(cleaner.add(source));
    return cleaner.finish(group.back().modified_ms);
  };
  const auto cleaned = build();
  if (!cleaned) {
    (void)cleaner.discard();
    return fail(cleaned.error());
  }
  const auto swap = [&](Log& log) { return log.swap_in(group, *cleaned); };
  TRY(with_log_(swap));
  TRY(fs_.sync_directory(path_));
  report_.segments_before += static_cast<int64_t>(group.size());
  ++report_.segments_after;
  for (const CompactionSource& source : group) report_.bytes_before += source.size_bytes;
  report_.bytes_after += cleaned->size_bytes;
  return {};
}

}  // namespace

std::vector<std::pair<size_t, size_t>> group_segments(const std::vector<CompactionSource>& sources,
                                                      int64_t segment_bytes, int64_t index_bytes) {
  std::vector<std::pair<size_t, size_t>> groups;
  int64_t log_total = 0, offset_index_total = 0, time_index_total = 0;
  for (size_t i = 0; i < sources.size(); ++i) {
    const CompactionSource& source = sources[i];
    bool fits = !groups.empty() && log_total + source.size_bytes <= segment_bytes &&
                offset_index_total + source.offset_index_bytes <= index_bytes &&
                time_index_total + source.time_index_bytes <= index_bytes;
    // Offsets in a segment are 32 bits wide. An empty segment adds none.
    if (fits && source.size_bytes > 0)
      fits = source.next_base_offset - 1 - sources[groups.back().first].base_offset <=
             std::numeric_limits<int32_t>::max();
    if (!fits) {
      groups.emplace_back(i, i);
      log_total = offset_index_total = time_index_total = 0;
    }
    groups.back().second = i + 1;
    log_total += source.size_bytes;
    offset_index_total += source.offset_index_bytes;
    time_index_total += source.time_index_bytes;
  }
  return groups;
}

Result<CleaningReport> clean_log(FileSystem& fs, const WithLog& with_log,
                                 const CleanableRange& range, int64_t now_ms,
                                 const CleanerSettings& settings, const CompactionPace& pace,
                                 const CleaningProgress& progress) {
  if (range.cleanable_bytes == 0 || range.first_uncleanable <= range.first_dirty) {
    CleaningReport nothing;
    nothing.first_dirty = nothing.end_offset = range.first_dirty;
    return nothing;
  }
  // A record must not go before the later one that replaces it is durable. A finished segment is
  // flushed soon after it was rolled; this waits for those that were not yet.
  TRY(with_log([&](Log& log) {
    return log.recovery_point() < range.first_uncleanable ? log.flush() : Status{};
  }));
  Round round(fs, with_log, range, now_ms, settings, pace, progress);
  return round.run();
}

}  // namespace spool::storage
