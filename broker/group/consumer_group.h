#pragma once

/// A group of the KIP-848 protocol: the coordinator assigns, members move towards the assignment at
/// their own pace.
///
/// Three epochs: the group's goes up with every change of who is in it or what they read; the
/// assignment's follows when a target has been computed for it; a member's when the member holds
/// nothing that its target does not give it. A partition is handed on only after its owner has
/// stopped naming it.
///
///   stable      at the target's epoch, with all of the target
///   unrevoked   asked to give up partitions, has not confirmed that it did
///   unreleased  at the target's epoch, waits for partitions that others still hold

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/group/classic_group.h"
#include "broker/group/settings.h"
#include "core/base/error.h"
#include "core/base/uuid.h"
#include "core/protocol/records/group.h"

namespace spool::broker::group {

using PartitionSet = std::map<Uuid, std::set<int32_t>>;
/// Partitions with the epoch at which each was assigned (KIP-1251).
using PartitionEpochs = std::map<Uuid, std::map<int32_t, int32_t>>;
using Names = std::set<std::string, std::less<>>;

enum class MemberState : int8_t { stable = 0, unrevoked = 1, unreleased = 2, unknown = 127 };

inline constexpr int32_t kLeavingStaticEpoch = -2;

struct ConsumerMember {
  /// How a member of the classic protocol takes part.
  struct Classic {
    int32_t session_timeout_ms = 0;
    std::vector<ClassicProtocol> protocols;
    bool operator==(const Classic&) const = default;
  };

  std::string id;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  Names subscribed_topics;
  std::string subscribed_regex;  ///< empty: none
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> server_assignor;
  std::optional<Classic> classic;

  int32_t epoch = 0;
  int32_t previous_epoch = 0;
  MemberState state = MemberState::stable;
  PartitionEpochs assigned;
  PartitionEpochs pending_revocation;

  bool is_reconciled_to(int32_t target_epoch) const {
    return state == MemberState::stable && epoch == target_epoch;
  }
  bool has_same_metadata(const ConsumerMember& other) const;
  bool has_same_assignment(const ConsumerMember& other) const;
  bool operator==(const ConsumerMember&) const = default;
};

struct ResolvedRegex {
  Names topics;
  int64_t version = 0;
  int64_t timestamp_ms = -1;
};
using Regexes = std::map<std::string, ResolvedRegex, std::less<>>;

class ConsumerGroup {
 public:
  using Members = std::map<std::string, ConsumerMember, std::less<>>;

  explicit ConsumerGroup(std::string id) : id_(std::move(id)) {}

  const std::string& id() const { return id_; }
  const Members& members() const { return members_; }
  const ConsumerMember* member(std::string_view id) const;
  const ConsumerMember* static_member(std::string_view instance_id) const;
  /// Adds or replaces; keeps who owns which partition.
  void put(ConsumerMember member);
  void remove(std::string_view member_id);

  const PartitionSet& target_of(std::string_view member_id) const;
  const std::map<std::string, PartitionSet, std::less<>>& targets() const { return targets_; }
  void set_target(const std::string& member_id, PartitionSet target);
  void remove_target(std::string_view member_id);

  /// Whether some member holds the partition or has not confirmed that it gave it up.
  bool is_owned(const Uuid& topic_id, int32_t partition) const;
  /// Whether a member waits for partitions that others still hold.
  bool waits_for_partitions(const ConsumerMember& member) const;

  std::string_view state_name() const;
  /// The assignor most members ask for; empty when none asks.
  std::string preferred_assignor() const;
  bool is_subscribed_to(std::string_view topic) const;
  size_t regex_members_count(std::string_view regex) const;
  size_t classic_members_count() const;
  bool supports(std::string_view protocol_type,
                const std::vector<ClassicProtocol>& protocols) const;

  int32_t epoch = 0;
  int64_t metadata_hash = 0;
  int32_t assignment_epoch = 0;
  int64_t assignment_timestamp_ms = 0;
  Regexes regexes;
  bool has_partition_metadata_record = false;  ///< of Kafka 4.0; is tombstoned at the next change
  bool is_metadata_stale = true;               ///< topics may have changed; not in the log

 private:
  void take_ownership(const ConsumerMember& member, bool is_added);

  const std::string id_;
  Members members_;
  std::map<std::string, std::string, std::less<>> static_members_;  // instance id -> member id
  std::map<std::string, PartitionSet, std::less<>> targets_;
  std::map<Uuid, std::map<int32_t, int32_t>> owners_;  // how many members hold a partition: 0 or 1
};

/// What a member reads: names and what its regular expression has been found to match.
Names subscribed_topics(const ConsumerMember& member, const Regexes& regexes);

/// What decides the next step of a member towards its target.
struct Reconciliation {
  int32_t target_epoch = 0;
  const PartitionSet& target;
  const std::set<Uuid>& subscribed_topics;
  /// What the member says it holds; nullptr when it does not say.
  const PartitionSet* owned = nullptr;
  bool has_subscription_changed = false;
};
/// The member's next state.
/// errors  fenced_member_epoch: a state that a newer release wrote
Result<ConsumerMember> reconcile(const ConsumerGroup& group, const ConsumerMember& member,
                                 const Reconciliation& step);

// Records.
protocol::ConsumerGroupMemberMetadataValue metadata_record(const ConsumerMember& member);
protocol::ConsumerGroupCurrentMemberAssignmentValue assignment_record(const ConsumerMember& member);
protocol::ConsumerGroupTargetAssignmentMemberValue target_record(const PartitionSet& target);

}  // namespace spool::broker::group
