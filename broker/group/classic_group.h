#pragma once

/// A group of the classic protocol: members join, one of them leads and assigns, all sync.
///
///                     +--------- member joins, leaves or fails ---------+
///                     v                                                  |
///   Empty --join--> PreparingRebalance --all joined--> CompletingRebalance --leader syncs-->
///   Stable
///     ^               | nobody left
///     +---------------+
///
/// The group keeps the answers that wait: JoinGroup until everybody has joined, SyncGroup until the
/// leader has. Plain data and rules; what follows from them (timers, records) is the coordinator's.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/protocol/messages/describe_groups.h"
#include "core/protocol/messages/join_group.h"
#include "core/protocol/messages/sync_group.h"

namespace spool::broker::group {

/// Called once. Byte fields of the answer are views that end with the call.
using JoinReply = std::move_only_function<void(protocol::JoinGroupResponse)>;
using SyncReply = std::move_only_function<void(protocol::SyncGroupResponse)>;

enum class ClassicState { preparing_rebalance, completing_rebalance, stable, dead, empty };
std::string_view state_name(ClassicState state);

/// One entry of what a member can do: an assignor's name and the member's subscription for it.
struct ClassicProtocol {
  std::string name;
  Buffer metadata;

  bool operator==(const ClassicProtocol&) const = default;
};
std::vector<ClassicProtocol> protocols_of(const protocol::JoinGroupRequest& request);

struct ClassicMember {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  int32_t rebalance_timeout_ms = 0;
  int32_t session_timeout_ms = 0;
  std::vector<ClassicProtocol> protocols;  ///< in the member's order of preference
  Buffer assignment;
  bool is_new = false;  ///< has not had the answer to its first join
  JoinReply awaiting_join;
  SyncReply awaiting_sync;

  /// The metadata for a protocol; empty when the member does not have it.
  BytesView metadata(std::string_view protocol) const;
  /// A member with a parked request is alive, but for a new one, which may have gone for good
  /// without ever learning its id.
  bool is_alive() const { return !is_new && (awaiting_join || awaiting_sync); }
};

class ClassicGroup {
 public:
  using Members = std::map<std::string, ClassicMember, std::less<>>;

  ClassicGroup(std::string id, int64_t wall_ms)
      : id_(std::move(id)), state_timestamp_ms_(wall_ms) {}

  const std::string& id() const { return id_; }
  ClassicState state() const { return state_; }
  ClassicState previous_state() const { return previous_state_; }
  /// When the group came into its state; -1 when an old record does not say.
  int64_t state_timestamp_ms() const { return state_timestamp_ms_; }
  void transition_to(ClassicState state, int64_t wall_ms);
  bool is(ClassicState state) const { return state_ == state; }
  bool can_rebalance() const {
    return state_ == ClassicState::empty || state_ == ClassicState::stable ||
           state_ == ClassicState::completing_rebalance;
  }

  int32_t generation() const { return generation_; }
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol_name() const { return protocol_name_; }
  const std::optional<std::string>& leader() const { return leader_; }
  bool is_leader(std::string_view member_id) const { return leader_ && *leader_ == member_id; }
  /// A group without a protocol type only keeps offsets.
  bool is_simple() const { return !protocol_type_ && members_.empty() && pending_joins_.empty(); }
  bool uses_consumer_protocol() const { return protocol_type_ && *protocol_type_ == "consumer"; }

  const Members& members() const { return members_; }
  Members& members() { return members_; }
  ClassicMember* member(std::string_view id);
  bool has_member(std::string_view id) const { return members_.contains(id); }
  /// The member that has the instance id; nullptr when none has.
  const std::string* static_member_id(std::string_view instance_id) const;
  size_t awaiting_join_count() const { return awaiting_join_count_; }

  /// Members that were given an id and have to come back with it.
  void add_pending(std::string id) { pending_joins_.insert(std::move(id)); }
  bool is_pending(std::string_view id) const { return pending_joins_.contains(id); }

  /// Adds a member and takes over its parked join. The first one brings the protocol type and
  /// leads.
  ClassicMember& add(ClassicMember member, const std::string& protocol_type, JoinReply reply);
  /// Removes a member or a pending one; a leader is followed by another member.
  void remove(std::string_view member_id);
  void update(ClassicMember& member, std::vector<ClassicProtocol> protocols,
              int32_t rebalance_timeout_ms, int32_t session_timeout_ms, JoinReply reply);
  /// Gives a static member a new id. What the old one waits for is answered: it is fenced.
  ClassicMember& replace_static(std::string_view instance_id, std::string_view old_id,
                                std::string new_id);

  void answer_join(ClassicMember& member, protocol::JoinGroupResponse answer);
  /// Whether somebody waited.
  bool answer_sync(ClassicMember& member, protocol::SyncGroupResponse answer);
  void await_sync(ClassicMember& member, SyncReply reply);

  bool have_all_joined() const {
    return members_.size() == awaiting_join_count_ && pending_joins_.empty();
  }
  /// Makes sure that the leader is one that waits for the join; false when nobody does.
  bool elect_joined_leader();
  bool supports(std::string_view protocol_type,
                const std::vector<ClassicProtocol>& protocols) const;
  /// The protocol most members prefer among those that all have.
  std::string select_protocol() const;
  /// The longest rebalance timeout of the members.
  int32_t rebalance_timeout_ms() const;
  void begin_generation(int64_t wall_ms);
  /// Members with their metadata, for the leader. Views into the group.
  std::vector<protocol::JoinGroupResponse::JoinGroupResponseMember> members_for_leader() const;

  /// errors  unknown_member_id, fenced_instance_id
  ErrorCode check_member(std::string_view member_id,
                         const std::optional<std::string>& instance_id) const;

  void add_pending_sync(std::string id) { pending_syncs_.insert(std::move(id)); }
  void remove_pending_sync(std::string_view id);
  void clear_pending_syncs() { pending_syncs_.clear(); }
  const std::set<std::string, std::less<>>& pending_syncs() const { return pending_syncs_; }

  /// What the members read, from their subscriptions; nullopt when that cannot be known.
  const std::optional<std::set<std::string, std::less<>>>& subscribed_topics() const {
    return subscribed_topics_;
  }
  bool is_subscribed_to(std::string_view topic) const;

  /// As a record of the log says.
  void load(int32_t generation, std::optional<std::string> protocol_type,
            std::optional<std::string> protocol_name, std::optional<std::string> leader,
            int64_t state_timestamp_ms, std::vector<ClassicMember> members);
  /// Out of a consumer group, by way of a conversion: the members are there, the rest is given.
  void set_generation(int32_t generation) { generation_ = generation; }
  void compute_subscribed_topics();

  // The initial delay of an empty group that somebody joins.
  bool is_extended_by_new_member = false;
  int32_t delay_ms = 0;
  int32_t delay_left_ms = 0;

 private:
  void count_protocols(const ClassicMember& member, int by);

  const std::string id_;
  ClassicState state_ = ClassicState::empty;
  ClassicState previous_state_ = ClassicState::dead;
  int64_t state_timestamp_ms_;
  int32_t generation_ = 0;
  std::optional<std::string> protocol_type_;
  std::optional<std::string> protocol_name_;
  std::optional<std::string> leader_;
  Members members_;
  std::map<std::string, std::string, std::less<>> static_members_;  // instance id -> member id
  std::set<std::string, std::less<>> pending_joins_;
  std::set<std::string, std::less<>> pending_syncs_;
  std::map<std::string, size_t, std::less<>> protocol_counts_;  // members that have it
  size_t awaiting_join_count_ = 0;
  std::optional<std::set<std::string, std::less<>>> subscribed_topics_;
};

/// The topics a classic consumer's subscription names.
/// errors  parse_error: not the consumer protocol
Result<std::vector<std::string>> topics_of_subscription(BytesView metadata);

}  // namespace spool::broker::group
