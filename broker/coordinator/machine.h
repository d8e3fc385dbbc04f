#pragma once

/// What a shard runs: the state machine of one partition of an internal topic, whose state is what
/// replaying the partition gives. Machines know no sockets, clocks or threads; they are told the
/// time, hand records to a journal and answer by the reply an event brought along.

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"

namespace spool::broker::coordinator {

/// A coordinator's two clocks. Wall time goes into records and expires offsets, as Kafka's does;
/// sessions and rebalances are measured on the monotonic one, so that a jump of the wall clock ends
/// no session.
struct Now {
  int64_t wall_ms = 0;
  int64_t monotonic_ms = 0;
};

/// One record of the log, with what its batch says about it.
struct ReplayedRecord {
  int64_t offset = -1;
  ProducerId producer_id = kNoProducerId;  ///< of a transactional batch, else none
  std::optional<BytesView> key;
  std::optional<BytesView> value;
};

/// Thread rule: one owner at a time.
class Machine {
 public:
  virtual ~Machine() = default;

  // Replay: the log's records in order, then loaded() once.

  /// errors  corrupt_message: the record does not parse; the text names its offset
  virtual Status replay(const ReplayedRecord& record) = 0;
  /// A transaction's marker in this partition.
  virtual void replay_marker(ProducerId producer_id, bool is_commit) = 0;
  virtual void loaded(Now now) = 0;
  virtual int64_t unknown_records_count() const = 0;

  /// Lets pass what is due at `now`.
  virtual void advance(Now now) = 0;
  virtual std::optional<int64_t> next_deadline_ms() const = 0;
  /// It ends: whoever waits is told to look for another.
  virtual void stop(ErrorCode error) = 0;
};

}  // namespace spool::broker::coordinator
