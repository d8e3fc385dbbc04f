#pragma once

/// The committed offsets of one coordinator, as replaying its partition gives them.
///
/// A commit inside a transaction stays pending until the transaction's marker is in the same
/// partition; a reader that requires stable offsets is told to wait meanwhile (KIP-447).

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/types.h"
#include "core/base/uuid.h"

namespace spool::broker::group {

struct CommittedOffset {
  int64_t offset = -1;
  int32_t leader_epoch = -1;
  std::string metadata;
  int64_t commit_timestamp_ms = -1;
  int64_t expire_timestamp_ms = -1;  ///< -1: by the broker's retention
  Uuid topic_id;                     ///< zero when the record did not carry one
  int64_t record_offset = -1;        ///< of the record in __consumer_offsets

  bool operator==(const CommittedOffset&) const = default;
};

class CommittedOffsets {
 public:
  using Partitions = std::map<int32_t, CommittedOffset>;
  using Topics = std::map<std::string, Partitions, std::less<>>;

  /// The offsets of one group; nullptr when it has none.
  const Topics* find(std::string_view group) const;
  const CommittedOffset* find(std::string_view group, std::string_view topic,
                              int32_t partition) const;
  /// Groups that have offsets, in no order.
  const std::unordered_map<std::string, Topics>& all() const { return by_group_; }

  void put(std::string_view group, std::string_view topic, int32_t partition,
           CommittedOffset offset);
  /// Also drops what is pending for the partition, in every transaction.
  void remove(std::string_view group, std::string_view topic, int32_t partition);

  /// A commit inside the transaction of `producer_id`.
  void put_pending(ProducerId producer_id, std::string_view group, std::string_view topic,
                   int32_t partition, CommittedOffset offset);
  /// The transaction ended: its commits take effect, unless a later record has overtaken them, or
  /// are dropped.
  void end_transaction(ProducerId producer_id, bool is_commit);
  bool is_pending(std::string_view group, std::string_view topic, int32_t partition) const;
  bool has_pending(std::string_view group) const;
  /// What the group has offsets of, committed and, when asked for, pending.
  std::map<std::string, std::set<int32_t>> partitions_of(std::string_view group,
                                                         bool with_pending) const;

  size_t size() const { return count_; }

 private:
  void for_each_pending(std::string_view group,
                        const std::function<void(const std::string&, int32_t)>& visit) const;

  using Pending = std::map<std::string, Topics, std::less<>>;  // by group

  std::unordered_map<std::string, Topics> by_group_;
  std::unordered_map<ProducerId, Pending> pending_;
  size_t count_ = 0;

  // The group and topic that were written last: a replay meets them many times in a row.
  std::string last_group_;
  Topics* last_topics_ = nullptr;
};

}  // namespace spool::broker::group
