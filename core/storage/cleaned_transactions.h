#pragma once

/// Which transactions a compaction pass is inside of, and what that means for its batches
/// (storage-format 6.5). Fed with the batches of a log in offset order; no I/O.

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/error.h"
#include "core/record/batch.h"
#include "core/storage/log.h"

namespace spool::storage {

class CleanedTransactions {
 public:
  /// aborted  those that overlap the offsets of the pass, in any order
  explicit CleanedTransactions(std::vector<AbortedTransaction> aborted);

  /// A data batch: true when it belongs to an aborted transaction, whose records nobody may see.
  bool is_aborted(const record::BatchView& batch);
  /// A control batch: true when nothing of its transaction was met in this pass, so that the marker
  /// itself may go one day. errors  invalid_record: a marker that cannot be read
  Result<bool> is_discardable(const record::BatchView& batch);

  /// Aborted transactions whose marker was met since the last call and which still have a batch in
  /// the log: what the transaction index of the segment with the marker must keep.
  std::vector<AbortedTransaction> take_kept();

 private:
  struct Ongoing {
    AbortedTransaction transaction;
    bool has_batches = false;
  };
  void begin_up_to(Offset offset);

  std::vector<AbortedTransaction> aborted_;  // by first offset
  size_t next_ = 0;                          // of aborted_
  std::unordered_map<ProducerId, Ongoing> ongoing_aborted_;
  std::unordered_set<ProducerId> ongoing_committed_;
  std::vector<AbortedTransaction> kept_;
};

}  // namespace spool::storage
