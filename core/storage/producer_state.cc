#include "core/storage/producer_state.h"

#include <algorithm>

#include "core/base/crc.h"
#include "core/base/text.h"

namespace spool::storage {

namespace {

constexpr int16_t kSnapshotVersion = 1;
constexpr size_t kSnapshotHeaderBytes = 10;
constexpr size_t kSnapshotCrcPos = 2;
constexpr size_t kSnapshotCrcStart = 6;
constexpr size_t kSnapshotEntryBytes = 46;
constexpr int32_t kSequenceMax = 0x7fffffff;

bool is_sequence_next(int32_t last, int32_t next) {
  return last == kSequenceMax ? next == 0 : next == last + 1;
}

std::unexpected<Error> stale_epoch(const record::BatchView& batch, const ProducerEntry& entry) {
  return fail(ErrorCode::invalid_producer_epoch,
              concat("producer ", batch.producer_id().value, " has epoch ",
                     entry.producer_epoch.value, ", the batch has ", batch.producer_epoch().value));
}

std::optional<ProducerBatch> find_duplicate(const ProducerEntry& entry,
                                            const record::BatchView& batch) {
  if (entry.producer_epoch != batch.producer_epoch()) return std::nullopt;
  for (size_t i = 0; i < entry.batch_count; ++i) {
    const ProducerBatch& old = entry.batches[i];
    if (old.first_sequence() == batch.base_sequence() && old.last_sequence == batch.last_sequence())
      return old;
  }
  return std::nullopt;
}

Status check_sequence(const ProducerEntry& entry, const record::BatchView& batch) {
  const int32_t first = batch.base_sequence();
  const bool is_new_epoch = entry.producer_epoch != batch.producer_epoch();
  const bool is_in_order = is_new_epoch ? entry.producer_epoch == kNoProducerEpoch || first == 0
                                        : is_sequence_next(entry.last_sequence(), first);
  if (is_in_order) return {};
  return fail(
      ErrorCode::out_of_order_sequence_number,
      concat("producer ", batch.producer_id().value, " epoch ", batch.producer_epoch().value,
             ": sequence ", first, " follows ", is_new_epoch ? -1 : entry.last_sequence()));
}

// A marker carries the epoch of its transaction (transaction.version 0 and 1) or one more (2,
// KIP-890). Which of the two a coordinator writes is not in the batch; a marker below the state's
// epoch is stale under both.
Status check_marker(const ProducerEntry& entry, const record::BatchView& batch) {
  if (batch.producer_epoch() < entry.producer_epoch) return stale_epoch(batch, entry);
  TRY_ASSIGN(const auto marker, read_marker(batch));
  if (marker && marker->coordinator_epoch < entry.coordinator_epoch)
    return fail(ErrorCode::transaction_coordinator_fenced,
                concat("marker of coordinator epoch ", marker->coordinator_epoch, " after ",
                       entry.coordinator_epoch));
  return {};
}

Status check_epoch_and_transaction(const ProducerEntry& entry, const record::BatchView& batch) {
  if (batch.producer_epoch() < entry.producer_epoch) return stale_epoch(batch, entry);
  if (entry.current_txn_first_offset && !batch.is_transactional())
    return fail(ErrorCode::invalid_txn_state,
                concat("producer ", batch.producer_id().value,
                       " has an open transaction, the batch is not part of one"));
  return {};
}

ProducerEntry decode_entry(const uint8_t* from) {
  ProducerEntry entry;
  entry.producer_id = ProducerId(load_be<int64_t>(from));
  entry.producer_epoch = ProducerEpoch(load_be<int16_t>(from + 8));
  const ProducerBatch batch{.last_sequence = load_be<int32_t>(from + 10),
                            .last_offset = Offset(load_be<int64_t>(from + 14)),
                            .offset_delta = load_be<int32_t>(from + 22),
                            .timestamp_ms = load_be<int64_t>(from + 26)};
  if (batch.last_offset.value >= 0) entry.add_batch(batch);
  entry.last_timestamp_ms = batch.timestamp_ms;
  entry.coordinator_epoch = load_be<int32_t>(from + 34);
  const int64_t first_offset = load_be<int64_t>(from + 38);
  if (first_offset >= 0) entry.current_txn_first_offset = Offset(first_offset);
  return entry;
}

void append_entry(Buffer& out, const ProducerEntry& entry) {
  const ProducerBatch none;
  const ProducerBatch& batch = entry.batch_count ? *entry.last_batch() : none;
  append_be(out, entry.producer_id.value);
  append_be(out, entry.producer_epoch.value);
  append_be(out, batch.last_sequence);
  append_be(out, batch.last_offset.value);
  append_be(out, batch.offset_delta);
  append_be(out, entry.last_timestamp_ms);
  append_be(out, entry.coordinator_epoch);
  append_be(out, entry.current_txn_first_offset.value_or(kNoOffset).value);
}

}  // namespace

int32_t ProducerBatch::first_sequence() const {
  if (last_sequence < 0) return -1;
  const int64_t first = int64_t{last_sequence} - offset_delta;
  return static_cast<int32_t>(first >= 0 ? first : first + int64_t{kSequenceMax} + 1);
}

void ProducerEntry::add_batch(const ProducerBatch& batch) {
  if (batch_count == kProducerBatchesMax) {
    std::move(batches.begin() + 1, batches.end(), batches.begin());
    --batch_count;
  }
  batches[batch_count++] = batch;
}

Result<std::optional<record::EndTxnMarker>> read_marker(const record::BatchView& batch) {
  if (batch.records_count() == 0) return std::nullopt;
  if (batch.codec_bits() != 0)
    return fail(ErrorCode::invalid_record, "control batch is compressed");
  record::RecordCursor cursor(batch, batch.payload());
  TRY_ASSIGN(const auto record, cursor.next());
  if (!record) return std::nullopt;
  TRY_ASSIGN(const auto type, record::control_type(*record));
  if (type != record::ControlType::abort && type != record::ControlType::commit)
    return std::nullopt;
  TRY_ASSIGN(const record::EndTxnMarker marker, record::parse_end_txn_marker(*record));
  return marker;
}

Result<ProducerStateManager::Verdict> ProducerStateManager::check(const record::BatchView& batch,
                                                                  ProducerChecks checks) const {
  const ProducerEntry* const entry = find(batch.producer_id());
  if (checks == ProducerChecks::none || entry == nullptr) return Verdict{};
  if (batch.is_control()) {
    TRY(check_marker(*entry, batch));
    return Verdict{};
  }
  if (checks == ProducerChecks::all) {
    if (auto duplicate = find_duplicate(*entry, batch)) return Verdict{.duplicate = duplicate};
    if (batch.producer_epoch() < entry->producer_epoch) return stale_epoch(batch, *entry);
    TRY(check_sequence(*entry, batch));
  }
  TRY(check_epoch_and_transaction(*entry, batch));
  return Verdict{};
}

Result<std::optional<CompletedTransaction>> ProducerStateManager::update(
    const record::BatchView& batch) {
  std::optional<record::EndTxnMarker> marker;
  if (batch.is_control()) {
    TRY_ASSIGN(marker, read_marker(batch));
    if (!marker) return std::nullopt;
  }
  ProducerEntry& entry = entries_[batch.producer_id()];
  entry.producer_id = batch.producer_id();
  if (!marker && entry.current_txn_first_offset && !batch.is_transactional())
    return fail(ErrorCode::invalid_txn_state,
                concat("producer ", batch.producer_id().value, ": non-transactional batch at ",
                       batch.base_offset().value, " inside the transaction that began at ",
                       entry.current_txn_first_offset->value));
  if (entry.producer_epoch != batch.producer_epoch()) {
    entry.producer_epoch = batch.producer_epoch();
    entry.batch_count = 0;
  }
  entry.last_timestamp_ms = batch.max_timestamp();
  if (!marker) {
    entry.add_batch({.last_sequence = batch.last_sequence(),
                     .last_offset = batch.last_offset(),
                     .offset_delta = batch.last_offset_delta(),
                     .timestamp_ms = batch.max_timestamp()});
    if (batch.is_transactional() && !entry.current_txn_first_offset) {
      entry.current_txn_first_offset = batch.base_offset();
      open_transactions_[batch.base_offset()] = batch.producer_id();
    }
    return std::nullopt;
  }
  entry.coordinator_epoch = marker->coordinator_epoch;
  if (!entry.current_txn_first_offset) return std::nullopt;
  const CompletedTransaction completed{.producer_id = batch.producer_id(),
                                       .first_offset = *entry.current_txn_first_offset,
                                       .last_offset = batch.base_offset(),
                                       .is_aborted = !marker->is_commit};
  open_transactions_.erase(completed.first_offset);
  entry.current_txn_first_offset.reset();
  return completed;
}

Offset ProducerStateManager::last_stable_offset_after(const CompletedTransaction& completed) const {
  for (const auto& [first_offset, producer_id] : open_transactions_)
    if (producer_id != completed.producer_id) return first_offset;
  return completed.last_offset + 1;
}

const ProducerEntry* ProducerStateManager::find(ProducerId producer_id) const {
  const auto found = entries_.find(producer_id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<Offset> ProducerStateManager::first_unstable_offset() const {
  if (open_transactions_.empty()) return std::nullopt;
  return open_transactions_.begin()->first;
}

std::vector<ProducerEntry> ProducerStateManager::entries() const {
  std::vector<ProducerEntry> all;
  all.reserve(entries_.size());
  for (const auto& [producer_id, entry] : entries_) all.push_back(entry);
  std::ranges::sort(all, {}, &ProducerEntry::producer_id);
  return all;
}

size_t ProducerStateManager::expire(int64_t now_ms, int64_t expiration_ms) {
  return std::erase_if(entries_, [&](const auto& item) {
    return !item.second.current_txn_first_offset &&
           now_ms - item.second.last_timestamp_ms >= expiration_ms;
  });
}

void ProducerStateManager::clear() {
  entries_.clear();
  open_transactions_.clear();
}

Buffer ProducerStateManager::encode_snapshot() const {
  Buffer out;
  out.reserve(kSnapshotHeaderBytes + kSnapshotEntryBytes * entries_.size());
  append_be(out, kSnapshotVersion);
  append_be(out, uint32_t{0});
  append_be(out, static_cast<int32_t>(entries_.size()));
  for (const ProducerEntry& entry : entries()) append_entry(out, entry);
  store_be(out.data() + kSnapshotCrcPos, crc32c(BytesView(out).subspan(kSnapshotCrcStart)));
  return out;
}

Status ProducerStateManager::load_snapshot(BytesView file, Offset end) {
  clear();
  end_offset_ = end;
  TRY_ASSIGN(const auto loaded, decode_snapshot(file));
  for (const ProducerEntry& entry : loaded) {
    entries_[entry.producer_id] = entry;
    if (entry.current_txn_first_offset)
      open_transactions_[*entry.current_txn_first_offset] = entry.producer_id;
  }
  return {};
}

Result<std::vector<ProducerEntry>> decode_snapshot(BytesView file) {
  const auto bad = [](std::string text) {
    return fail(ErrorCode::parse_error, "producer snapshot: " + std::move(text));
  };
  if (file.size() < kSnapshotHeaderBytes) return bad(concat("only ", file.size(), " bytes"));
  const int16_t version = load_be<int16_t>(file.data());
  if (version != kSnapshotVersion) return bad(concat("unknown version ", version));
  if (crc32c(file.subspan(kSnapshotCrcStart)) != load_be<uint32_t>(file.data() + kSnapshotCrcPos))
    return bad("checksum does not match");
  const int64_t count = load_be<int32_t>(file.data() + 6);
  const size_t body_bytes = file.size() - kSnapshotHeaderBytes;
  if (count < 0 || body_bytes != static_cast<uint64_t>(count) * kSnapshotEntryBytes)
    return bad(concat(count, " entries declared, ", body_bytes, " bytes there"));
  std::vector<ProducerEntry> entries;
  entries.reserve(static_cast<size_t>(count));
  for (size_t at = kSnapshotHeaderBytes; at < file.size(); at += kSnapshotEntryBytes)
    entries.push_back(decode_entry(file.data() + at));
  return entries;
}

}  // namespace spool::storage
