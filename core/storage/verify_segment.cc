#include "core/storage/verify_segment.h"

#include <algorithm>

#include "core/base/crc.h"
#include "core/base/text.h"
#include "core/record/control.h"
#include "core/storage/check_ahead.h"
#include "core/storage/offset_order.h"
#include "core/storage/segment.h"

namespace spool::storage {

namespace {

constexpr std::string_view kRebuildIndexes = "rebuild the segment's indexes";
constexpr std::string_view kRebuildState = "rebuild the producer snapshots";
constexpr std::string_view kTakeOut = "take the batch out and keep what follows";
constexpr std::string_view kCutTail = "cut the file behind the last whole batch";
constexpr int64_t kHourMs = 3'600'000;
constexpr int16_t kControlAttribute = 32;
constexpr int64_t kIndexBytesMax = 16 << 20;
// Entries of an index file up to its zero tail.
template <class Entry>
Result<std::vector<Entry>> load_index(FileSystem& fs, const std::string& path,
                                      std::string_view check, bool may_have_zero_tail,
                                      FindingList& out) {
  TRY_ASSIGN(const auto file, fs.open(path, OpenMode::read));
  TRY_ASSIGN(const int64_t size, file->size());
  constexpr auto kEntry = static_cast<int64_t>(Entry::kBytes);
  if (size % kEntry != 0)
    out.add({.check = check,
             .severity = Severity::warning,
             .path = path,
             .file_pos = size - size % kEntry,
             .expected = concat("a multiple of ", kEntry, " bytes"),
             .found = concat(size, " bytes"),
             .repair = kRebuildIndexes});
  if (size > kIndexBytesMax) {
    out.add({.check = check,
             .severity = Severity::warning,
             .path = path,
             .expected = concat("at most ", kIndexBytesMax, " bytes"),
             .found = concat(size, " bytes: not looked at"),
             .repair = kRebuildIndexes});
    return std::vector<Entry>();
  }
  TRY_ASSIGN(const auto reader, IndexReader<Entry>::open(fs, path));
  if (!may_have_zero_tail && reader.count() < size / kEntry)
    out.add({.check = check,
             .severity = Severity::warning,
             .path = path,
             .file_pos = reader.count() * kEntry,
             .expected = "entries to the end of the file",
             .found = "zeros",
             .repair = kRebuildIndexes});
  return reader.all();
}

void report_unreadable(const std::string& path, const Error& error, FindingList& out) {
  out.add({.check = "unreadable",
           .severity = Severity::error,
           .path = path,
           .expected = "a readable file",
           .found = std::string(error.text())});
}

}  // namespace

// --- offset index
// ---------------------------------------------------------------------------------

Status OffsetIndexCheck::load(FileSystem& fs, const std::string& path, FindingList& out,
                              bool may_have_zero_tail) {
  path_ = path;
  next_ = 0;
  TRY_ASSIGN(entries_,
             load_index<OffsetIndexEntry>(fs, path, "offset-index-size", may_have_zero_tail, out));
  for (size_t i = 0; i < entries_.size(); ++i) {
    const bool is_negative = entries_[i].relative_offset < 0 || entries_[i].file_pos < 0;
    const bool is_increasing =
        i == 0 || (entries_[i].relative_offset > entries_[i - 1].relative_offset &&
                   entries_[i].file_pos > entries_[i - 1].file_pos);
    if (is_increasing && !is_negative) continue;
    report(i, "offset-index-order", "offset and position above those of the entry before", out);
    entries_.resize(i);
  }
  return {};
}

std::vector<int64_t> OffsetIndexCheck::positions(int64_t distance, int64_t end) const {
  std::vector<int64_t> positions{0};
  for (const OffsetIndexEntry& entry : entries_)
    if (entry.file_pos - positions.back() >= distance && entry.file_pos < end)
      positions.push_back(entry.file_pos);
  return positions;
}

void OffsetIndexCheck::report(size_t index, std::string_view check, std::string expected,
                              FindingList& out) const {
  const OffsetIndexEntry& entry = entries_[index];
  out.add({.check = check,
           .severity = Severity::warning,
           .path = path_,
           .file_pos = static_cast<int64_t>(index * OffsetIndexEntry::kBytes),
           .offset = base_offset_.value + entry.relative_offset,
           .expected = std::move(expected),
           .found = concat("offset ", base_offset_.value + entry.relative_offset, " at position ",
                           entry.file_pos),
           .repair = kRebuildIndexes});
}

void OffsetIndexCheck::take(const EntryHeader& entry, FindingList& out) {
  while (next_ < entries_.size() && entries_[next_].file_pos < entry.file_pos)
    report(next_++, "offset-index-position", "the position of a batch", out);
  if (next_ == entries_.size() || entries_[next_].file_pos != entry.file_pos) return;
  // Kafka up to 4.0.0 wrote the last offset of a whole append call: of this batch or a later one.
  const Offset indexed = base_offset_ + entries_[next_].relative_offset;
  // Of a legacy wrapper it can be that of any message inside.
  if (entry.is_v2() && indexed < entry.last_offset)
    report(next_, "offset-index-offset",
           concat("offset ", entry.last_offset.value, ", the batch's last"), out);
  ++next_;
}

void OffsetIndexCheck::finish(const SegmentFacts& facts, FindingList& out) {
  for (; next_ < entries_.size(); ++next_)
    report(next_, "offset-index-position",
           concat("a position below the end of the log at ", facts.size_bytes), out);
  if (!entries_.empty() && facts.last_offset &&
      base_offset_ + entries_.back().relative_offset > *facts.last_offset)
    report(entries_.size() - 1, "offset-index-offset",
           concat("at most ", facts.last_offset->value, ", the segment's last offset"), out);
}

// --- time index
// -----------------------------------------------------------------------------------

Status TimeIndexCheck::load(FileSystem& fs, const std::string& path, FindingList& out,
                            bool may_have_zero_tail) {
  path_ = path;
  next_ = 0;
  max_timestamp_ms_ = -1;
  is_loaded_ = true;
  TRY_ASSIGN(entries_,
             load_index<TimeIndexEntry>(fs, path, "time-index-size", may_have_zero_tail, out));
  for (size_t i = 0; i < entries_.size(); ++i) {
    const bool is_increasing =
        i == 0 || (entries_[i].timestamp_ms > entries_[i - 1].timestamp_ms &&
                   entries_[i].relative_offset >= entries_[i - 1].relative_offset);
    if (is_increasing && entries_[i].relative_offset >= 0) continue;
    report(i, "time-index-order", "a later timestamp than that of the entry before", out);
    entries_.resize(i);
  }
  return {};
}

void TimeIndexCheck::report(size_t index, std::string_view check, std::string expected,
                            FindingList& out) const {
  const TimeIndexEntry& entry = entries_[index];
  out.add({.check = check,
           .severity = Severity::warning,
           .path = path_,
           .file_pos = static_cast<int64_t>(index * TimeIndexEntry::kBytes),
           .offset = base_offset_.value + entry.relative_offset,
           .expected = std::move(expected),
           .found = concat("timestamp ", entry.timestamp_ms, " at offset ",
                           base_offset_.value + entry.relative_offset),
           .repair = kRebuildIndexes});
}

// An entry says: up to here no timestamp is later. One that is too early misleads a search; one
// that is too late keeps a segment from being deleted in time.
void TimeIndexCheck::take(const EntryHeader& entry, FindingList& out) {
  // Messages of magic 0 have no time; their segments' indexes say when the file was written.
  if (!entry.is_v2()) return disable();
  const int64_t before = max_timestamp_ms_;
  max_timestamp_ms_ = std::max(max_timestamp_ms_, entry.max_timestamp_ms);
  for (; next_ < entries_.size(); ++next_) {
    const Offset indexed = base_offset_ + entries_[next_].relative_offset;
    if (indexed > entry.last_offset) return;
    const int64_t indexed_ms = entries_[next_].timestamp_ms;
    if (indexed_ms == max_timestamp_ms_) continue;
    // Before 3.8 the offset could be that of a record inside the batch.
    const bool is_inside =
        indexed < entry.last_offset && indexed_ms >= before && indexed_ms <= max_timestamp_ms_;
    if (!is_inside)
      report(next_, "time-index-timestamp",
             concat("timestamp ", max_timestamp_ms_, ", the latest up to there"), out);
  }
}

void TimeIndexCheck::finish(const SegmentFacts& facts, bool is_finished, FindingList& out) {
  for (; next_ < entries_.size(); ++next_)
    report(next_, "time-index-offset", "an offset of this segment", out);
  if (!is_loaded_ || !is_finished || facts.max_timestamp_ms < 0) return;
  if (!entries_.empty() && entries_.back().timestamp_ms == facts.max_timestamp_ms) return;
  out.add(
      {.check = "time-index-last",
       .severity = Severity::warning,
       .path = path_,
       .expected =
           concat("a last entry with timestamp ", facts.max_timestamp_ms, ", the segment's latest"),
       .found = entries_.empty() ? "no entry" : concat("timestamp ", entries_.back().timestamp_ms),
       .repair = kRebuildIndexes});
}

// --- producers
// ------------------------------------------------------------------------------------

void ReplayCheck::check_sequence(const record::BatchView& batch, const ScanItem& item,
                                 const std::string& path, FindingList& out) const {
  const ProducerEntry* const entry = state_.find(batch.producer_id());
  if (entry == nullptr) return;
  if (batch.producer_epoch() < entry->producer_epoch) {
    out.add({.check = "producer-epoch",
             .severity = Severity::warning,
             .path = path,
             .file_pos = item.file_pos,
             .offset = batch.base_offset().value,
             .expected = concat("epoch ", entry->producer_epoch.value, " or later of producer ",
                                batch.producer_id().value),
             .found = concat("epoch ", batch.producer_epoch().value)});
    return;
  }
  if (batch.is_control() || batch.base_sequence() < 0 || entry->batch_count == 0 ||
      batch.producer_epoch() != entry->producer_epoch || entry->last_sequence() < 0)
    return;
  const int32_t expected = record::advance_sequence(entry->last_sequence(), 1);
  // A broker forgets a producer that was silent, and then takes any sequence.
  const bool was_silent = batch.max_timestamp() - entry->last_timestamp_ms >= kHourMs;
  if (batch.base_sequence() == expected || was_silent) return;
  out.add({.check = "producer-sequence",
           .severity = Severity::warning,
           .path = path,
           .file_pos = item.file_pos,
           .offset = batch.base_offset().value,
           .expected = concat("sequence ", expected, " of producer ", batch.producer_id().value),
           .found = concat("sequence ", batch.base_sequence())});
}

void ReplayCheck::take(const ScanItem& item, bool lost, const std::string& path, FindingList& out) {
  const Offset last = item.header.last_offset;
  if (item.header.is_v2() && item.header.producer_id > kNoProducerId && !item.bytes.empty()) {
    const record::BatchView batch(item.bytes);
    if (!lost) check_sequence(batch, item, path, out);
    auto completed = state_.update(batch);
    if (!completed && completed.error().code() == ErrorCode::invalid_txn_state) {
      out.add({.check = "transaction-state",
               .severity = Severity::error,
               .path = path,
               .file_pos = item.file_pos,
               .offset = batch.base_offset().value,
               .expected = "a batch of the open transaction",
               .found = std::string(completed.error().text()),
               .repair = kTakeOut});
    } else if (!completed) {
      out.add({.check = "control-record",
               .severity = Severity::error,
               .path = path,
               .file_pos = item.file_pos,
               .offset = batch.base_offset().value,
               .expected = "a transaction marker",
               .found = std::string(completed.error().text()),
               .repair = kTakeOut});
    } else if (*completed && (*completed)->is_aborted) {
      aborted_.push_back({.producer_id = (*completed)->producer_id,
                          .first_offset = (*completed)->first_offset,
                          .last_offset = (*completed)->last_offset,
                          .last_stable_offset = state_.last_stable_offset_after(**completed)});
    }
  }
  state_.set_end_offset(std::max(state_.end_offset(), last + 1));
}

void ReplayCheck::check_transaction_index(FileSystem& fs, const std::string& path, bool is_there,
                                          const SegmentFacts& facts, FindingList& out) {
  std::vector<TransactionIndexEntry> entries;
  if (is_there) {
    auto loaded = load_index<TransactionIndexEntry>(fs, path, "transaction-index-size", false, out);
    if (!loaded) return report_unreadable(path, loaded.error(), out);
    entries = std::move(*loaded);
  }
  const auto report = [&](std::optional<int64_t> file_pos, int64_t offset, std::string expected,
                          std::string found) {
    out.add({.check = "transaction-index",
             .severity = Severity::warning,
             .path = path,
             .file_pos = file_pos,
             .offset = offset,
             .expected = std::move(expected),
             .found = std::move(found),
             .repair = kRebuildIndexes});
  };
  const auto text_of = [](const TransactionIndexEntry& entry) {
    return concat("producer ", entry.producer_id.value, " aborted ", entry.first_offset.value,
                  " to ", entry.last_offset.value);
  };
  size_t next = 0;
  for (const TransactionIndexEntry& wanted : aborted_) {
    while (next < entries.size() && entries[next].last_offset < wanted.last_offset) ++next;
    const bool is_same = next < entries.size() && entries[next].last_offset == wanted.last_offset &&
                         entries[next].producer_id == wanted.producer_id &&
                         (entries[next].first_offset == wanted.first_offset || facts.has_gap);
    if (!is_same)
      report(std::nullopt, wanted.last_offset.value, text_of(wanted),
             next < entries.size() && entries[next].last_offset == wanted.last_offset
                 ? text_of(entries[next])
                 : "no entry");
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto file_pos = static_cast<int64_t>(i * TransactionIndexEntry::kBytes);
    if ((entries[i].version >> 8) > 0) {
      report(file_pos, entries[i].last_offset.value, "version 0",
             concat("version ", entries[i].version));
      return;
    }
    const bool is_wanted = std::ranges::any_of(
        aborted_, [&](const auto& wanted) { return wanted.last_offset == entries[i].last_offset; });
    // Compaction takes the data and leaves the entry; a log without its beginning does not show it.
    if (!is_wanted && !facts.has_gap && is_complete_)
      report(file_pos, entries[i].last_offset.value, "no aborted transaction ends here",
             text_of(entries[i]));
  }
}

// Entries that the broker had already forgotten are missing in a snapshot: only what both have, and
// open transactions, can disagree.
void ReplayCheck::check_snapshot(const std::string& path, BytesView file, bool lost,
                                 FindingList& out) const {
  const auto entries = decode_snapshot(file);
  if (!entries || lost) return;
  const auto report = [&](const ProducerEntry& entry, std::string expected, std::string found) {
    out.add({.check = "producer-snapshot",
             .severity = Severity::warning,
             .path = path,
             .offset = entry.last_batch() ? std::optional(entry.last_batch()->last_offset.value)
                                          : std::nullopt,
             .expected = concat("producer ", entry.producer_id.value, ": ", expected),
             .found = std::move(found),
             .repair = kRebuildState});
  };
  for (const ProducerEntry& entry : *entries) {
    const ProducerEntry* const replayed = state_.find(entry.producer_id);
    if (replayed == nullptr) {
      if (is_complete_) report(entry, "not in the log", "an entry");
      continue;
    }
    if (entry.producer_epoch != replayed->producer_epoch)
      report(entry, concat("epoch ", replayed->producer_epoch.value),
             concat("epoch ", entry.producer_epoch.value));
    else if (entry.last_sequence() != replayed->last_sequence())
      report(entry, concat("last sequence ", replayed->last_sequence()),
             concat("last sequence ", entry.last_sequence()));
    else if (entry.current_txn_first_offset != replayed->current_txn_first_offset)
      report(entry,
             concat("open transaction from ",
                    replayed->current_txn_first_offset.value_or(kNoOffset).value),
             concat("from ", entry.current_txn_first_offset.value_or(kNoOffset).value));
  }
  for (const ProducerEntry& replayed : state_.entries())
    if (replayed.current_txn_first_offset &&
        std::ranges::none_of(*entries, [&](const ProducerEntry& entry) {
          return entry.producer_id == replayed.producer_id;
        }))
      report(replayed, concat("open transaction from ", replayed.current_txn_first_offset->value),
             "no entry");
}

// --- records
// --------------------------------------------------------------------------------------

int64_t RecordsCheck::take(const ScanItem& item, const std::string& path, FindingList& out) {
  if (item.bytes.empty()) {
    out.add({.check = "records-not-checked",
             .severity = Severity::info,
             .path = path,
             .file_pos = item.file_pos,
             .offset = item.header.base_offset.value,
             .expected = concat("a batch of at most ", LogScan::kBytesMax, " bytes"),
             .found = concat(item.size_bytes, " bytes: only its checksum was checked")});
    return 0;
  }
  Seen seen;
  const Status read = walk(item, seen);
  if (!read && read.error().code() == ErrorCode::message_too_large) {
    out.add({.check = "records-not-checked",
             .severity = Severity::info,
             .path = path,
             .file_pos = item.file_pos,
             .offset = item.header.base_offset.value,
             .expected = concat("records of at most ", kDecompressedMax, " bytes"),
             .found = "more: only the checksum was checked"});
    return 0;
  }
  if (!read) {
    out.add({.check = "records-unreadable",
             .severity = Severity::error,
             .path = path,
             .file_pos = item.file_pos,
             .offset = item.header.base_offset.value,
             .expected = "records as the header says",
             .found = std::string(read.error().text()),
             .repair = kTakeOut});
    return -1;
  }
  if (item.header.is_v2()) check_batch(record::BatchView(item.bytes), item, seen, path, out);
  return seen.count;
}

Status RecordsCheck::walk(const ScanItem& item, Seen& seen) {
  const record::EntryView entry(item.bytes);
  if (!item.header.is_v2()) return reader_.for_each(entry, [&](const auto&) { ++seen.count; });
  // Seconds per terabyte are spent here: sums in registers, and no field that is not looked at.
  const record::BatchView batch(item.bytes);
  int64_t count = 0, last_delta = -1;
  int64_t delta_max = std::numeric_limits<int64_t>::min();
  bool is_disordered = false;
  const Status read = reader_.for_each_raw(batch, [&](const record::RawRecord& record) {
    ++count;
    delta_max = std::max(delta_max, record.timestamp_delta);
    is_disordered |= record.offset_delta <= last_delta;
    last_delta = record.offset_delta;
  });
  seen = {.count = count, .last_delta = last_delta, .is_disordered = is_disordered};
  if (count > 0)
    seen.max_timestamp_ms = static_cast<int64_t>(static_cast<uint64_t>(batch.base_timestamp()) +
                                                 static_cast<uint64_t>(delta_max));
  return read;
}

void RecordsCheck::check_batch(const record::BatchView& batch, const ScanItem& item,
                               const Seen& seen, const std::string& path, FindingList& out) const {
  const auto report = [&](std::string_view check, Severity severity, std::string expected,
                          std::string found) {
    out.add({.check = check,
             .severity = severity,
             .path = path,
             .file_pos = item.file_pos,
             .offset = batch.base_offset().value,
             .expected = std::move(expected),
             .found = std::move(found)});
  };
  if (seen.is_disordered)
    report("record-order", Severity::error, "offsets that increase inside the batch",
           "offsets that do not");
  if (seen.last_delta > batch.last_offset_delta())
    report("record-order", Severity::error,
           concat("offsets up to ", batch.last_offset().value, ", the batch's last"),
           concat("offset ", batch.base_offset().value + seen.last_delta));
  const bool is_create_time = batch.timestamp_type() == record::TimestampType::create_time;
  if (is_create_time && seen.count > 0 && seen.max_timestamp_ms > batch.max_timestamp())
    report("batch-timestamp", Severity::warning,
           concat("max timestamp ", seen.max_timestamp_ms, ", the latest of the records"),
           concat("max timestamp ", batch.max_timestamp()));
}

// --- segment
// --------------------------------------------------------------------------------------

SegmentFacts SegmentCheck::run(const Files& files, ReplayCheck& replay, bool was_lost,
                               std::atomic<int64_t>& progress, FindingList& out) {
  files_ = files;
  facts_ = SegmentFacts{.base_offset = files.base_offset};
  is_lost_ = was_lost;
  replay_ = &replay;
  replay.begin_segment();
  log_path_ = offset_path(directory_, files.base_offset, kLogSuffix);
  const auto file = fs_.open(log_path_, OpenMode::read);
  if (!file) {
    report_unreadable(log_path_, file.error(), out);
    return facts_;
  }
  const bool is_last = !files.next_base;
  offset_index_.set_base(files.base_offset);
  time_index_.set_base(files.base_offset);
  offset_index_.disable();
  time_index_.disable();
  const auto load = [&](auto& check, std::string_view suffix, bool is_there) {
    if (!is_there) return;
    const std::string path = offset_path(directory_, files.base_offset, suffix);
    if (const auto loaded = check.load(fs_, path, out, is_last && !options_.is_clean); !loaded)
      report_unreadable(path, loaded.error(), out);
  };
  load(offset_index_, kIndexSuffix, files.has_index);
  load(time_index_, kTimeIndexSuffix, files.has_time_index);

  const ScanOptions bounds{
      .first_offset = files.base_offset,
      .end_offset = files.next_base.value_or(Offset(std::numeric_limits<int64_t>::max()))};
  auto scan = LogScan::open(**file, bounds);
  if (!scan) {
    report_unreadable(log_path_, scan.error(), out);
    return facts_;
  }
  facts_.size_bytes = scan->size_bytes();
  const auto ahead = check_ahead(**file);
  for (int64_t counted = 0;;) {
    if (ahead != nullptr) {
      if (const auto chunk = ahead->take(scan->file_pos())) {
        take_chunk(*chunk, out);
        scan->skip_behind(chunk->entries.back().header);
        progress += scan->file_pos() - counted;
        counted = scan->file_pos();
        continue;
      }
    }
    const auto item = scan->next();
    if (!item) {
      report_unreadable(log_path_, item.error(), out);
      break;
    }
    if (!*item) break;
    // The last bytes of a file that has grown since are a batch that was being written.
    if (!(*item)->is_whole() && (*item)->end_pos() == facts_.size_bytes && is_last) {
      const auto now = (*file)->size();
      facts_.is_tail_open = now && *now > facts_.size_bytes;
      if (facts_.is_tail_open) break;
    }
    take(**item, out);
    progress += (*item)->end_pos() - counted;
    counted = (*item)->end_pos();
  }
  if (scan->has_given_up())
    out.add({.check = "search-given-up",
             .severity = Severity::error,
             .path = log_path_,
             .expected = "damage that ends at a whole batch",
             .found = "bytes made to look like batches; what follows was not searched"});
  if (facts_.has_disorder) report_disorder(**file, bounds, out);
  if (!facts_.has_damage && !facts_.has_disorder && !files.is_alone && !facts_.is_tail_open) {
    offset_index_.finish(facts_, out);
    time_index_.finish(facts_, !is_last || options_.is_clean, out);
    replay.check_transaction_index(
        fs_, offset_path(directory_, files.base_offset, kTransactionIndexSuffix),
        files.has_transaction_index, facts_, out);
  }
  return std::move(facts_);
}

std::unique_ptr<CheckAhead> SegmentCheck::check_ahead(const File& file) const {
  if (options_.threads <= 1) return nullptr;
  auto cuts = offset_index_.positions(options_.chunk_bytes, facts_.size_bytes);
  if (cuts.size() < 3) return nullptr;
  return std::make_unique<CheckAhead>(file, std::move(cuts), options_.checks_records,
                                      options_.threads - 1);
}

void SegmentCheck::take_chunk(const CheckedChunk& chunk, FindingList& out) {
  for (const CheckedChunk::Entry& entry : chunk.entries) {
    take_entry(entry.header, out);
    if (options_.checks_records) note_records(entry.header, entry.records_count);
    const ScanItem item{.file_pos = entry.header.file_pos,
                        .size_bytes = entry.header.size_bytes,
                        .header = entry.header,
                        .has_header = true,
                        .bytes = chunk.kept_of(entry)};
    replay_->take(item, is_lost_, log_path_, out);
  }
}

void SegmentCheck::take(const ScanItem& item, FindingList& out) {
  if (!item.is_whole()) return take_damage(item, out);
  take_whole(item, out);
}

void SegmentCheck::take_damage(const ScanItem& item, FindingList& out) {
  facts_.has_damage = is_lost_ = true;
  offset_index_.disable();
  time_index_.disable();
  Finding finding{.severity = Severity::error,
                  .path = log_path_,
                  .file_pos = item.file_pos,
                  .repair = kTakeOut};
  if (item.has_header) finding.offset = item.header.base_offset.value;
  switch (item.damage) {
    case Damage::crc: {
      finding.check = "batch-crc";
      finding.expected = "a checksum that matches";
      finding.found = "another";
      if (!item.bytes.empty() && item.header.is_v2()) {
        finding.expected = concat("checksum ", record::BatchView(item.bytes).crc());
        finding.found = concat("checksum ", crc32c(item.bytes.subspan(record::kCrcStart)));
      }
      break;
    }
    case Damage::undersized:
      finding.check = "batch-size";
      finding.expected = "a batch at least as large as its header";
      finding.found = concat(item.size_bytes, " bytes");
      break;
    case Damage::frame:
      finding.check = "batch-frame";
      finding.expected = "a batch";
      finding.found = concat(item.size_bytes, " bytes that are none");
      break;
    case Damage::cut:
      finding.check = "torn-tail";
      finding.expected =
          item.has_header ? concat("a batch of ", item.header.size_bytes, " bytes") : "a batch";
      finding.found = concat(item.size_bytes, " bytes of it");
      finding.repair = kCutTail;
      break;
    case Damage::zero_tail:
      finding.check = "zero-tail";
      finding.expected = "the end of the file";
      finding.found = concat(item.size_bytes, " zero bytes");
      finding.repair = kCutTail;
      break;
    default:
      finding.check = "garbage-tail";
      finding.expected = "the end of the file";
      finding.found = concat(item.size_bytes, " bytes that are no batch");
      finding.repair = kCutTail;
  }
  out.add(std::move(finding));
}

void SegmentCheck::note_offsets(const EntryHeader& entry) {
  const Offset end = facts_.last_offset ? *facts_.last_offset + 1 : files_.base_offset;
  const bool is_outside = entry.base_offset < files_.base_offset ||
                          entry.last_offset < entry.base_offset ||
                          entry.last_offset - files_.base_offset > kRelativeOffsetMax ||
                          (files_.next_base && entry.last_offset >= *files_.next_base);
  if ((facts_.last_offset && entry.base_offset <= *facts_.last_offset) || is_outside) {
    facts_.has_disorder = true;
    is_lost_ = true;
    offset_index_.disable();
    time_index_.disable();
  }
  if (entry.is_v2() && entry.base_offset > end) facts_.has_gap = is_lost_ = true;
  if (!facts_.first_offset) facts_.first_offset = entry.base_offset;
  if (!is_outside)
    facts_.last_offset =
        std::max(facts_.last_offset.value_or(entry.last_offset), entry.last_offset);
}

void SegmentCheck::take_whole(const ScanItem& item, FindingList& out) {
  const EntryHeader& entry = item.header;
  if (item.is_magic_restored || item.is_size_restored) {
    out.add(
        {.check = item.is_size_restored ? "batch-length" : "batch-magic",
         .severity = Severity::error,
         .path = log_path_,
         .file_pos = item.file_pos + (item.is_size_restored ? 8 : 16),
         .offset = entry.base_offset.value,
         .expected = item.is_size_restored ? concat("length ", item.size_bytes - 12) : "magic 2",
         .found = "another; the batch's checksum matches with this one",
         .repair = "put the field right"});
    facts_.has_damage = true;
  }
  take_entry(entry, out);
  if (options_.checks_records) note_records(entry, records_.take(item, log_path_, out));
  replay_->take(item, is_lost_, log_path_, out);
}

void SegmentCheck::take_entry(const EntryHeader& entry, FindingList& out) {
  ++facts_.entries_count;
  facts_.whole_bytes += entry.size_bytes;
  facts_.has_legacy |= !entry.is_v2();
  facts_.max_timestamp_ms = std::max(facts_.max_timestamp_ms, entry.max_timestamp_ms);
  note_offsets(entry);
  add_to_runs(facts_.epochs, files_.base_offset, entry);
  offset_index_.take(entry, out);
  time_index_.take(entry, out);
}

void SegmentCheck::note_records(const EntryHeader& entry, int64_t count) {
  const bool is_control = entry.is_v2() && (entry.attributes & kControlAttribute) != 0;
  if (!is_control) facts_.records_count += std::max<int64_t>(count, 0);
  facts_.has_damage |= count < 0;
  if (entry.is_v2() && count == 0) facts_.has_gap = true;
}

void SegmentCheck::report_disorder(const File& file, const ScanOptions& bounds, FindingList& out) {
  const auto decisions = decide_order(file, bounds);
  if (!decisions) return report_unreadable(log_path_, decisions.error(), out);
  for (const OrderDecision& decision : *decisions) {
    Finding finding{.check = "offset-order",
                    .severity = Severity::error,
                    .path = log_path_,
                    .file_pos = decision.file_pos,
                    .offset = decision.base_offset.value,
                    .expected = "an offset above those before and below those after",
                    .found = concat("offset ", decision.base_offset.value),
                    .repair = kTakeOut};
    if (decision.base_offset >= bounds.end_offset &&
        decision.kind == OrderDecision::Kind::unplaceable) {
      finding.check = "segment-overlap";
      finding.expected =
          concat("offsets below ", bounds.end_offset.value, ", where the next segment begins");
      finding.repair = "take out what the next segment has";
    } else if (decision.kind == OrderDecision::Kind::duplicate) {
      finding.check = "duplicate-batch";
      finding.expected = "each batch once";
      finding.repair = "take the copy out";
    } else if (decision.kind == OrderDecision::Kind::rebase) {
      finding.check = "base-offset";
      finding.expected = concat("offset ", decision.fixed_offset.value);
      finding.repair = "put the base offset right";
    } else if (decision.kind == OrderDecision::Kind::move) {
      finding.repair = "move the batch to where its offsets belong";
    }
    out.add(std::move(finding));
  }
}

}  // namespace spool::storage
