#pragma once

/// What a transaction coordinator knows of one transactional id, and its record in
/// __transaction_state (storage-format 7.3).

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/types.h"
#include "core/protocol/records/transaction.h"

namespace spool::broker::txn {

/// By its number in the log.
enum class State : int8_t {
  empty = 0,
  ongoing = 1,
  prepare_commit = 2,
  prepare_abort = 3,
  complete_commit = 4,
  complete_abort = 5,
};

/// Levels of transaction.version: from 1 on the log's values are flexible, from 2 on the end of
/// every transaction raises the producer's epoch (KIP-890).
inline constexpr int16_t kFlexibleValues = 1;
inline constexpr int16_t kEpochBumps = 2;

/// The last epoch that a producer is given; the one above is for fencing it.
inline constexpr int16_t kProducerEpochMax = INT16_MAX - 1;

/// Kafka's word for a state.
std::string_view state_name(State state);
/// Whether Kafka has a state of that name; it knows two that are never seen.
bool is_state_name(std::string_view name);

using Partitions = std::map<std::string, std::set<int32_t>, std::less<>>;

struct Transaction {
  ProducerId producer_id = kNoProducerId;
  ProducerId previous_producer_id = kNoProducerId;
  /// Takes over when the transaction is complete: the epochs of producer_id are used up.
  ProducerId next_producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  /// The epoch that a producer had before its last answer, which it may not have got. Not in the
  /// log.
  ProducerEpoch last_producer_epoch = kNoProducerEpoch;
  int32_t timeout_ms = 0;
  State state = State::empty;
  Partitions partitions;
  int64_t start_ms = -1;
  int64_t last_update_ms = -1;
  /// The level of transaction.version that the last who changed it works by.
  int16_t client_version = 0;

  bool is_ending() const { return state == State::prepare_commit || state == State::prepare_abort; }
  bool is_commit() const {
    return state == State::prepare_commit || state == State::complete_commit;
  }
  bool is_epoch_exhausted() const { return producer_epoch.value >= kProducerEpochMax; }
  bool has(const Partitions& asked) const;

  bool operator==(const Transaction&) const = default;
};

protocol::TransactionLogValue to_record(const Transaction& transaction);
/// errors  corrupt_message: a state that is never written
Result<Transaction> from_record(const protocol::TransactionLogValue& value);

}  // namespace spool::broker::txn
