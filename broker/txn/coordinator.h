#pragma once

/// The coordinator of the transactions of one partition of __transaction_state: a state machine
/// without sockets, clocks or threads (KIP-98, KIP-360, KIP-890).
///
///   Empty -> Ongoing -> PrepareCommit -> CompleteCommit -> Ongoing …
///                    -> PrepareAbort  -> CompleteAbort  -> Ongoing …
///
/// A Prepare record decides a transaction; what follows only carries the decision out. A marker is
/// written into every partition of the transaction, by others; when all are there, the Complete
/// record ends it. Who asked for the end is answered then, so that a client that was told of its
/// commit can read it; or when a marker cannot be written now, since nothing can undo the decision.
///
/// A transaction is ended by its producer, by a new producer of the same id, or by its timeout. The
/// last two fence the producer: its epoch goes up.
///
/// Thread rule: one owner at a time.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/coordinator/machine.h"
#include "broker/coordinator/record.h"
#include "broker/txn/transaction.h"
#include "core/base/logger.h"
#include "core/protocol/messages/describe_transactions.h"
#include "core/protocol/messages/end_txn.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/list_transactions.h"

namespace spool::broker::txn {

using coordinator::Journal;
using coordinator::Now;
using coordinator::Producer;
using coordinator::ReplayedRecord;

/// What Kafka's settings of the same names say (storage-format 8.5).
struct Settings {
  int32_t max_timeout_ms = 900'000;
  int64_t id_expiration_ms = 604'800'000;
  int64_t abort_check_interval_ms = 10'000;
  int64_t expiration_check_interval_ms = 3'600'000;
};

/// The reply to an EndTxn.
using EndReply = std::move_only_function<void(const protocol::EndTxnResponse&)>;

class Coordinator final : public coordinator::Machine {
 public:
  /// Everything referred to outlives the coordinator.
  struct Environment {
    Journal& journal;
    const Settings& settings;
    Logger& logger;
    /// Begins to write the marker of a prepared transaction into all of its partitions; calls
    /// markers_written() in a later turn.
    std::function<void(const std::string& id, const Transaction& transaction)> write_markers;
    std::function<Result<ProducerId>()> new_producer_id;
    std::function<int16_t()> transaction_version;  ///< the directory's level of transaction.version
    std::string name;                              ///< of the partition, for messages
  };

  explicit Coordinator(Environment environment) : environment_(std::move(environment)) {}
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  Status replay(const ReplayedRecord& record) override;
  void replay_marker(ProducerId, bool) override {}
  /// Carries out what was decided before the start.
  void loaded(Now now) override;
  int64_t unknown_records_count() const override { return unknown_records_count_; }

  // Requests. Error codes are those of the newest versions; older clients are told
  // invalid_producer_epoch for producer_fenced, by for_version().

  /// request.transactional_id  present
  protocol::InitProducerIdResponse init_producer_id(Now now,
                                                    const protocol::InitProducerIdRequest& request);
  /// Begins a transaction, or adds to it. client_version: kEpochBumps when a partition asks for
  /// its producer, 0 when the producer itself does.
  ErrorCode add_partitions(Now now, const std::string& id, Producer producer,
                           const Partitions& added, int16_t client_version);
  /// Whether the producer's transaction goes on: none, or why a partition may not be written to.
  ErrorCode check_ongoing(const std::string& id, Producer producer) const;
  /// Whether a partition is part of the transaction.
  bool has_partition(const std::string& id, const std::string& topic, int32_t partition) const;
  /// Keeps a transaction from ending while something that was checked is on its way into a
  /// partition. Every pin() is followed by an unpin().
  void pin(const std::string& id);
  void unpin(const std::string& id);
  /// version  of the request
  void end(Now now, const protocol::EndTxnRequest& request, int16_t version, EndReply reply);

  protocol::DescribeTransactionsResponse::TransactionState describe(const std::string& id) const;
  /// matches  nullptr: any id
  std::vector<protocol::ListTransactionsResponse::TransactionState> list(
      Now now, const protocol::ListTransactionsRequest& request,
      const std::function<bool(const std::string& id)>& matches) const;

  // What else happens.

  /// What came of Environment::write_markers().
  void markers_written(Now now, const std::string& id, Producer producer, bool are_all_written);
  void advance(Now now) override;
  std::optional<int64_t> next_deadline_ms() const override;
  void stop(ErrorCode error) override;

  // For tests and reports.
  const Transaction* find(const std::string& id) const;
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Transaction transaction;
    int pins_count = 0;
    bool is_writing_markers = false;
    EndReply waiting;  ///< who asked for the end that is being carried out
  };
  using Entries = std::map<std::string, Entry>;

  Entry* entry_of(const std::string& id);
  ErrorCode write(const std::string& id, Entry& entry, Transaction next, Now now);
  ErrorCode init_new(Now now, const protocol::InitProducerIdRequest& request, Transaction& next);
  ErrorCode next_identity(const protocol::InitProducerIdRequest& request, Transaction& next);
  ErrorCode check_end(const Entry& entry, const protocol::EndTxnRequest& request, bool bumps_epoch,
                      bool& is_done) const;
  ErrorCode prepare(const std::string& id, Entry& entry, State to, int16_t client_version, Now now);
  ErrorCode fence(const std::string& id, Entry& entry, Now now);
  void write_markers(const std::string& id, Entry& entry, Now now);
  void complete(const std::string& id, Entry& entry, Now now);
  void answer_end(Entry& entry);
  void abort_timed_out(Now now);
  void remove_expired(Now now);
  void schedule(std::optional<int64_t>& deadline_ms, int64_t interval_ms, Now now);

  const Environment environment_;
  Entries entries_;
  // Deadlines, monotonic; nullopt: there is nothing to look for.
  std::optional<int64_t> abort_check_ms_;
  std::optional<int64_t> expiration_check_ms_;
  std::optional<int64_t> marker_retry_ms_;
  int64_t unknown_records_count_ = 0;
};

}  // namespace spool::broker::txn
