#include "core/storage/cleaned_transactions.h"

#include <algorithm>

namespace spool::storage {

CleanedTransactions::CleanedTransactions(std::vector<AbortedTransaction> aborted)
    : aborted_(std::move(aborted)) {
  std::ranges::sort(aborted_, {}, &AbortedTransaction::first_offset);
}

void CleanedTransactions::begin_up_to(Offset offset) {
  for (; next_ < aborted_.size() && aborted_[next_].first_offset <= offset; ++next_)
    ongoing_aborted_.try_emplace(aborted_[next_].producer_id, Ongoing{aborted_[next_]});
}

bool CleanedTransactions::is_aborted(const record::BatchView& batch) {
  begin_up_to(batch.last_offset());
  if (!batch.is_transactional()) return false;
  const auto found = ongoing_aborted_.find(batch.producer_id());
  if (found == ongoing_aborted_.end()) {
    ongoing_committed_.insert(batch.producer_id());
    return false;
  }
  found->second.has_batches = true;
  return true;
}

Result<bool> CleanedTransactions::is_discardable(const record::BatchView& batch) {
  begin_up_to(batch.last_offset());
  if (batch.records_count() == 0) return true;  // emptied by an earlier round
  record::RecordCursor cursor(batch, batch.payload());
  TRY_ASSIGN(const auto marker_record, cursor.next());
  if (!marker_record) return true;
  TRY_ASSIGN(const auto type, record::control_type(*marker_record));
  if (type == record::ControlType::commit)
    return ongoing_committed_.erase(batch.producer_id()) == 0;
  if (type != record::ControlType::abort) return false;
  const auto found = ongoing_aborted_.find(batch.producer_id());
  if (found == ongoing_aborted_.end()) return true;
  const Ongoing ended = found->second;
  ongoing_aborted_.erase(found);
  if (!ended.has_batches) return true;
  kept_.push_back(ended.transaction);
  return false;
}

std::vector<AbortedTransaction> CleanedTransactions::take_kept() {
  return std::exchange(kept_, {});
}

}  // namespace spool::storage
