#include "core/storage/segment_cleaner.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/record/legacy.h"
#include "core/record/record_reader.h"

namespace spool::storage {

namespace {

constexpr size_t kOutputBytes = 256 << 10;
constexpr int64_t kSegmentBytesMax = std::numeric_limits<int32_t>::max();

}  // namespace

SegmentCleaner::SegmentCleaner(FileSystem& fs, std::string directory, Offset base_offset,
                               const CleaningRules& rules, CleanedTransactions& transactions,
                               Memory& memory, const CompactionPace& pace, CleaningCounts& counts)
    : fs_(fs),
      directory_(std::move(directory)),
      rules_(rules),
      transactions_(transactions),
      memory_(memory),
      pace_(pace),
      counts_(counts),
      segment_(base_offset) {}

std::string SegmentCleaner::path(std::string_view suffix) const {
  return concat(offset_path(directory_, segment_.base_offset, suffix), kCleanedSuffix);
}

Status SegmentCleaner::create() {
  TRY(discard());
  memory_.output.clear();
  TRY_ASSIGN(file_, fs_.open(path(kLogSuffix), OpenMode::replace));
  return {};
}

Status SegmentCleaner::discard() {
  for (const std::string_view suffix :
       {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix}) {
    TRY(remove_if_there(fs_, path(suffix)));
  }
  return {};
}

Status SegmentCleaner::add(const CompactionSource& source) {
  const std::string log_path = offset_path(directory_, source.base_offset, kLogSuffix);
  TRY_ASSIGN(const auto file, fs_.open(log_path, OpenMode::read));
  EntryReader reader(*file, 0, source.size_bytes, memory_.window);
  for (;;) {
    TRY_ASSIGN(const auto entry, reader.next());
    if (!entry) break;
    if (!pace_(entry->size_bytes)) return fail(ErrorCode::cancelled);
    counts_.bytes_read += entry->size_bytes;
    TRY_ASSIGN(const BytesView bytes, reader.bytes(*entry));
    if (!is_entry_valid(*entry, bytes))
      return fail(ErrorCode::corrupt_message,
                  concat(log_path, ": damaged batch at position ", entry->file_pos));
    TRY(take(*entry, bytes, source));
  }
  if (reader.file_pos() == source.size_bytes) return {};
  return fail(ErrorCode::corrupt_message, concat(log_path, ": no whole batch at position ",
                                                 reader.file_pos(), " of ", source.size_bytes));
}

Status SegmentCleaner::take(const EntryHeader& header, BytesView bytes,
                            const CompactionSource& source) {
  if (!header.is_v2())
    return take_legacy(header, bytes, source.modified_ms > rules_.legacy_horizon_ms);
  return take_batch(record::BatchView(bytes));
}

bool SegmentCleaner::is_last_of_producer(const record::BatchView& batch) const {
  if (!batch.has_producer_id()) return false;
  const auto found = rules_.last_records->find(batch.producer_id());
  if (found == rules_.last_records->end()) return false;
  const LastRecord& last = found->second;
  if (last.last_data_offset) return batch.last_offset() == *last.last_data_offset;
  return batch.is_control() && batch.producer_epoch() == last.producer_epoch;
}

Status SegmentCleaner::take_batch(const record::BatchView& batch) {
  const bool keeps_empty =
      is_last_of_producer(batch) || batch.last_offset() + 1 == rules_.first_uncleanable;
  bool are_records_gone;
  bool wants_horizon = false;
  if (batch.is_control()) {
    TRY_ASSIGN(wants_horizon, transactions_.is_discardable(batch));
    are_records_gone =
        wants_horizon && batch.has_delete_horizon() && batch.base_timestamp() <= rules_.now_ms;
    for (AbortedTransaction& kept : transactions_.take_kept()) aborted_.push_back(kept);
  } else {
    are_records_gone = transactions_.is_aborted(batch);
  }
  counts_.records_read += batch.records_count();
  if (!are_records_gone) return take_records(batch, keeps_empty, wants_horizon);
  if (!keeps_empty) return {};
  return emit(record::make_empty_batch(batch), batch.last_offset(), batch.max_timestamp());
}

bool SegmentCleaner::keeps_record(const record::RecordView& record, bool keeps_tombstones) {
  if (record.offset > rules_.offsets->latest_offset()) return true;
  if (!record.key) {
    ++counts_.records_without_key;
    return false;
  }
  if (record.offset < rules_.offsets->find(*record.key)) return false;
  return record.value || keeps_tombstones;
}

Status SegmentCleaner::take_records(const record::BatchView& batch, bool keeps_empty,
                                    bool wants_horizon) {
  TRY_ASSIGN(const BytesView records,
             memory_.decompressor.decompress(batch.codec(), batch.payload(),
                                             record::kDecompressedBytesMax));
  const bool has_horizon = batch.has_delete_horizon();
  const bool keeps_tombstones = !has_horizon || rules_.now_ms < batch.base_timestamp();
  memory_.keeps.clear();
  int64_t kept_count = 0;
  record::RecordCursor cursor(batch, records);
  record::RecordView record;
  while (cursor.next(record)) {
    const bool keeps = batch.is_control() || keeps_record(record, keeps_tombstones);
    memory_.keeps.push_back(keeps);
    if (!keeps) continue;
    ++kept_count;
    wants_horizon |= !batch.is_control() && !record.value;
  }
  TRY(cursor.status());
  counts_.records_kept += kept_count;
  if (kept_count == 0) {
    if (!keeps_empty) return {};
    return emit(record::make_empty_batch(batch), batch.last_offset(), batch.max_timestamp());
  }
  const bool needs_horizon = wants_horizon && !has_horizon;
  if (kept_count == batch.records_count() && !needs_horizon)
    return emit(batch.bytes(), batch.last_offset(), batch.max_timestamp());
  std::optional<int64_t> horizon_ms;
  if (needs_horizon) {
    int64_t horizon;
    if (__builtin_add_overflow(rules_.now_ms, rules_.delete_retention_ms, &horizon))
      horizon = std::numeric_limits<int64_t>::max();
    horizon_ms = horizon;
  } else if (has_horizon) {
    horizon_ms = batch.base_timestamp();
  }
  return rebuild(batch, records, horizon_ms);
}

Status SegmentCleaner::rebuild(const record::BatchView& batch, BytesView records,
                               std::optional<int64_t> horizon_ms) {
  record::BatchOptions options{.base_offset = batch.base_offset(),
                               .leader_epoch = batch.leader_epoch(),
                               .codec = batch.codec(),
                               .producer_id = batch.producer_id(),
                               .producer_epoch = batch.producer_epoch(),
                               .base_sequence = batch.base_sequence(),
                               .is_transactional = batch.is_transactional(),
                               .is_control = batch.is_control(),
                               .delete_horizon_ms = horizon_ms};
  if (batch.timestamp_type() == record::TimestampType::log_append_time)
    options.append_time_ms = batch.max_timestamp();
  memory_.builder.reset(options);
  record::RecordCursor cursor(batch, records);
  record::RecordView record;
  for (const bool keeps : memory_.keeps)
    if (cursor.next(record) && keeps) memory_.builder.append_copy(record.offset_delta, record);
  return emit_built(batch.last_offset_delta());
}

// Messages of magic 0 and 1 become v2 batches: one a message or wrapper.
Status SegmentCleaner::take_legacy(const EntryHeader& header, BytesView bytes,
                                   bool keeps_tombstones) {
  std::vector<record::RecordView> records;
  TRY(record::read_legacy(bytes, memory_.decompressor, record::kDecompressedBytesMax, records));
  counts_.records_read += static_cast<int64_t>(records.size());
  std::erase_if(records, [&](const record::RecordView& record) {
    return !keeps_record(record, keeps_tombstones);
  });
  const bool keeps_empty = header.last_offset + 1 == rules_.first_uncleanable;
  if (records.empty() && !keeps_empty) return {};
  counts_.records_kept += static_cast<int64_t>(records.size());
  const record::LegacyView message(bytes);
  const Offset base_offset = records.empty() ? header.last_offset : records.front().offset;
  const int64_t span = header.last_offset - base_offset;
  if (span < 0 || span > std::numeric_limits<int32_t>::max())
    return fail(ErrorCode::corrupt_message,
                concat("legacy message at ", header.file_pos, ": offsets out of order"));
  record::BatchOptions options{.base_offset = base_offset, .codec = message.codec()};
  if (message.timestamp_type() == record::TimestampType::log_append_time)
    options.append_time_ms = message.timestamp_ms();
  memory_.builder.reset(options);
  for (const record::RecordView& record : records)
    memory_.builder.append_copy(static_cast<int32_t>(record.offset - base_offset), record);
  return emit_built(static_cast<int32_t>(span));
}

Status SegmentCleaner::emit_built(int32_t last_offset_delta) {
  memory_.builder.extend_to_delta(last_offset_delta);
  TRY_ASSIGN(Buffer built, memory_.builder.finish(memory_.compressor));
  const record::BatchView batch(built);
  TRY(emit(built, batch.last_offset(), batch.max_timestamp()));
  memory_.builder.reset({}, std::move(built));
  return {};
}

Status SegmentCleaner::emit(BytesView batch, Offset last_offset, int64_t max_timestamp_ms) {
  const auto batch_bytes = static_cast<int64_t>(batch.size());
  const int64_t relative = last_offset - segment_.base_offset;
  if (segment_.size_bytes + batch_bytes > kSegmentBytesMax || relative < 0 ||
      relative > std::numeric_limits<int32_t>::max())
    return fail(ErrorCode::corrupt_message,
                concat("batch that ends at offset ", last_offset.value,
                       " does not fit the segment at ", segment_.base_offset.value));
  if (!pace_(batch_bytes)) return fail(ErrorCode::cancelled);
  segment_.note_batch(last_offset, max_timestamp_ms, batch_bytes, rules_.index_interval_bytes);
  if (segment_.offset_index.is_tail_full() || segment_.time_index.is_tail_full())
    TRY(write_index_block());
  append(memory_.output, batch);
  counts_.bytes_written += batch_bytes;
  return memory_.output.size() >= kOutputBytes ? write_out() : Status{};
}

Status SegmentCleaner::write_out() {
  TRY(file_->write_at(written_bytes_, memory_.output));
  written_bytes_ += static_cast<int64_t>(memory_.output.size());
  memory_.output.clear();
  return {};
}

Status SegmentCleaner::write_index_block() {
  TRY(segment_.offset_index.write_out(fs_, path(kIndexSuffix)));
  return segment_.time_index.write_out(fs_, path(kTimeIndexSuffix));
}

Result<CleanedSegment> SegmentCleaner::finish(int64_t modified_ms) {
  TRY(write_out());
  TRY(file_->sync_data());
  segment_.add_final_time_entry();
  TRY(write_index_block());
  if (!aborted_.empty()) {
    Buffer bytes(aborted_.size() * TransactionIndexEntry::kBytes);
    for (size_t i = 0; i < aborted_.size(); ++i)
      TransactionIndexEntry{.producer_id = aborted_[i].producer_id,
                            .first_offset = aborted_[i].first_offset,
                            .last_offset = aborted_[i].last_offset,
                            .last_stable_offset = aborted_[i].last_stable_offset}
          .encode(bytes.data() + i * TransactionIndexEntry::kBytes);
    TRY_ASSIGN(const auto file, fs_.open(path(kTransactionIndexSuffix), OpenMode::replace));
    TRY(file->write_at(0, bytes));
    TRY(file->sync_data());
  }
  for (const std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix}) {
    TRY_ASSIGN(const auto file, fs_.open(path(suffix), OpenMode::read_write));
    TRY(file->sync_data());
    TRY(fs_.set_modified_ms(path(suffix), modified_ms));
  }
  TRY(fs_.set_modified_ms(path(kLogSuffix), modified_ms));
  return CleanedSegment{.base_offset = segment_.base_offset,
                        .size_bytes = segment_.size_bytes,
                        .first_timestamp_ms = segment_.first_timestamp_ms,
                        .max_timestamp_ms = segment_.max_timestamp_ms,
                        .max_timestamp_offset = segment_.max_timestamp_offset,
                        .aborted = std::move(aborted_)};
}

}  // namespace spool::storage
