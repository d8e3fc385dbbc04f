#pragma once

/// What a partition remembers of its idempotent and transactional producers
/// (storage-format 3.5, 4.8), and the file that keeps it.
///
/// Snapshot file, `<offset20>.snapshot`, the state just before that offset; big-endian:
///
///   0   2  int16   version, 1
///   2   4  uint32  CRC-32C from byte 6 to the end of the file
///   6   4  int32   number of entries
///   10     entries of 46 bytes:
///     0   8  int64  producer id
///     8   2  int16  producer epoch
///     10  4  int32  last sequence, -1 when no data batch is remembered
///     14  8  int64  last offset of the last data batch, -1 when none
///     22  4  int32  offset delta of that batch: last offset - first offset
///     26  8  int64  timestamp of the last update, ms
///     34  4  int32  coordinator epoch of the last marker, -1 when none
///     38  8  int64  first offset of the open transaction, -1 when none
///
/// Valid: version 1, CRC matches, exactly that many entries and nothing behind them.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/record/batch.h"
#include "core/record/control.h"

namespace spool::storage {

/// A data batch of a producer, as far as telling duplicates needs it.
struct ProducerBatch {
  int32_t last_sequence = -1;
  Offset last_offset = kNoOffset;
  int32_t offset_delta = 0;
  int64_t timestamp_ms = -1;

  Offset first_offset() const { return last_offset - offset_delta; }
  int32_t first_sequence() const;
};

inline constexpr size_t kProducerBatchesMax =
    5;  // Kafka's ProducerStateEntry.NUM_BATCHES_TO_RETAIN

/// The state of one producer id in one partition.
struct ProducerEntry {
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  int32_t coordinator_epoch = -1;
  int64_t last_timestamp_ms = -1;
  std::optional<Offset> current_txn_first_offset;
  std::array<ProducerBatch, kProducerBatchesMax> batches;  ///< oldest first; batch_count of them
  uint8_t batch_count = 0;

  const ProducerBatch* last_batch() const {
    return batch_count ? &batches[batch_count - 1u] : nullptr;
  }
  int32_t last_sequence() const { return batch_count ? last_batch()->last_sequence : -1; }
  void add_batch(const ProducerBatch& batch);
};

/// A transaction that a marker ended.
struct CompletedTransaction {
  ProducerId producer_id;
  Offset first_offset;
  Offset last_offset;  ///< of the marker
  bool is_aborted = false;
};

/// The marker in a control batch; nullopt for control batches of other types and for emptied ones.
/// errors  invalid_record: key or value shorter than the format asks
Result<std::optional<record::EndTxnMarker>> read_marker(const record::BatchView& batch);

/// Which of the rules of storage-format 4.8 a batch must pass.
enum class ProducerChecks {
  all,          ///< from a client: duplicates, epochs, sequences, transaction state
  epochs_only,  ///< from a coordinator
  none,         ///< read back from the log or replicated: taken as it is
};

/// One partition's producers. Changed under the partition's writer; looked at by others only under
/// the same mutex.
class ProducerStateManager {
 public:
  /// What a check found: go on, or the batch is a copy of one that is in the log already.
  struct Verdict {
    std::optional<ProducerBatch> duplicate;
  };

  /// Tells whether a batch with a producer id may be appended. Changes nothing.
  /// errors  out_of_order_sequence_number, invalid_producer_epoch, invalid_txn_state,
  /// transaction_coordinator_fenced
  Result<Verdict> check(const record::BatchView& batch, ProducerChecks checks) const;

  /// Takes in a batch that is in the log (base offset assigned); returns the transaction it ended,
  /// if any. errors  invalid_txn_state: non-transactional data inside the producer's open
  /// transaction; invalid_record: a
  ///         marker that cannot be read
  Result<std::optional<CompletedTransaction>> update(const record::BatchView& batch);

  /// The LSO once `completed` is out of the way: first offset of the earliest other open
  /// transaction, else the offset after the marker.
  Offset last_stable_offset_after(const CompletedTransaction& completed) const;

  const ProducerEntry* find(ProducerId producer_id) const;
  /// First offset of the oldest open transaction.
  std::optional<Offset> first_unstable_offset() const;
  bool is_empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  /// All entries, by producer id.
  std::vector<ProducerEntry> entries() const;

  /// Exclusive: everything below is in the state.
  Offset end_offset() const { return end_offset_; }
  void set_end_offset(Offset end) { end_offset_ = end; }

  /// Drops producers without open transaction that were last heard of `expiration_ms` ago or more.
  /// Returns how many.
  size_t expire(int64_t now_ms, int64_t expiration_ms);
  void clear();

  /// The file's bytes, entries by producer id.
  Buffer encode_snapshot() const;
  /// Replaces the state by a snapshot's; end_offset is the snapshot's offset.
  /// errors  parse_error: not a valid snapshot; the state is then empty
  Status load_snapshot(BytesView file, Offset end);

 private:
  std::unordered_map<ProducerId, ProducerEntry> entries_;
  std::map<Offset, ProducerId> open_transactions_;  // by first offset
  Offset end_offset_{0};
};

/// Entries of a snapshot file, for tools. errors: parse_error with what is wrong
Result<std::vector<ProducerEntry>> decode_snapshot(BytesView file);

}  // namespace spool::storage
