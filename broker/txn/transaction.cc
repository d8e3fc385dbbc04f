#include "broker/txn/transaction.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace spool::broker::txn {

namespace {

/// By number. The last two are never written and never seen by a client.
constexpr std::array<std::string_view, 8> kStateNames = {
    "Empty",          "Ongoing",       "PrepareCommit", "PrepareAbort",
    "CompleteCommit", "CompleteAbort", "Dead",          "PrepareEpochFence"};

bool is_complete(State state) {
  return state == State::complete_commit || state == State::complete_abort;
}

}  // namespace

std::string_view state_name(State state) { return kStateNames[static_cast<size_t>(state)]; }

bool is_state_name(std::string_view name) {
  return std::ranges::find(kStateNames, name) != kStateNames.end();
}

bool Transaction::has(const Partitions& asked) const {
  return std::ranges::all_of(asked, [&](const auto& topic) {
    const auto known = partitions.find(topic.first);
    return known != partitions.end() && std::ranges::includes(known->second, topic.second);
  });
}

// As Kafka writes it: no list before the first partition, an empty one after the last.
protocol::TransactionLogValue to_record(const Transaction& transaction) {
  protocol::TransactionLogValue value;
  value.producer_id = transaction.producer_id.value;
  value.previous_producer_id = transaction.previous_producer_id.value;
  value.next_producer_id = transaction.next_producer_id.value;
  value.producer_epoch = transaction.producer_epoch.value;
  value.transaction_timeout_ms = transaction.timeout_ms;
  value.transaction_status = static_cast<int8_t>(transaction.state);
  value.transaction_last_update_timestamp_ms = transaction.last_update_ms;
  value.transaction_start_timestamp_ms = transaction.start_ms;
  value.client_transaction_version = transaction.client_version;
  if (transaction.state == State::empty) {
    value.transaction_partitions.reset();
    return value;
  }
  for (const auto& [topic, partitions] : transaction.partitions)
    value.transaction_partitions->push_back({topic, {partitions.begin(), partitions.end()}, {}});
  return value;
}

Result<Transaction> from_record(const protocol::TransactionLogValue& value) {
  if (value.transaction_status < static_cast<int8_t>(State::empty) ||
      value.transaction_status > static_cast<int8_t>(State::complete_abort))
    return fail(ErrorCode::corrupt_message,
                concat("a transaction in state ", int{value.transaction_status}));
  Transaction transaction;
  transaction.producer_id = ProducerId(value.producer_id);
  transaction.previous_producer_id = ProducerId(value.previous_producer_id);
  transaction.next_producer_id = ProducerId(value.next_producer_id);
  transaction.producer_epoch = ProducerEpoch(value.producer_epoch);
  transaction.timeout_ms = value.transaction_timeout_ms;
  transaction.state = static_cast<State>(value.transaction_status);
  transaction.start_ms = value.transaction_start_timestamp_ms;
  transaction.last_update_ms = value.transaction_last_update_timestamp_ms;
  transaction.client_version = value.client_transaction_version;
  if (value.transaction_partitions && !is_complete(transaction.state))
    for (const auto& topic : *value.transaction_partitions)
      transaction.partitions[topic.topic].insert(topic.partition_ids.begin(),
                                                 topic.partition_ids.end());
  return transaction;
}

}  // namespace spool::broker::txn
