#pragma once

/// The coordinator of the groups of one partition of __consumer_offsets: a state machine without
/// sockets, clocks or threads.
///
/// What comes in is an event with the time at which it happens: a request, the passing of a
/// deadline, topics that were deleted. What goes out is records, appended to the journal before
/// anything that follows from them is answered, and answers, by the reply an event brought along,
/// at once or during a later event. State is what replaying the journal gives, and besides it what
/// is lost with a broker: parked requests, timers, members that have not synced yet.
///
///   coordinator.cc       events, groups, listing, what expires
///   classic_protocol.cc  JoinGroup, SyncGroup, Heartbeat, LeaveGroup
///   consumer_protocol.cc ConsumerGroupHeartbeat (KIP-848)
///   migration.cc         groups that change their protocol, and classic members of consumer groups
///   offset_requests.cc   OffsetCommit, OffsetFetch, OffsetDelete
///   replay.cc            records back into state
///
/// Thread rule: one owner at a time.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/coordinator/machine.h"
#include "broker/coordinator/record.h"
#include "broker/group/assignors.h"
#include "broker/group/classic_group.h"
#include "broker/group/committed_offsets.h"
#include "broker/group/consumer_group.h"
#include "broker/group/settings.h"
#include "broker/group/timers.h"
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/protocol/messages/consumer_group_describe.h"
#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/delete_groups.h"
#include "core/protocol/messages/describe_groups.h"
#include "core/protocol/messages/heartbeat.h"
#include "core/protocol/messages/leave_group.h"
#include "core/protocol/messages/list_groups.h"
#include "core/protocol/messages/offset_commit.h"
#include "core/protocol/messages/offset_delete.h"
#include "core/protocol/messages/offset_fetch.h"
#include "core/protocol/messages/txn_offset_commit.h"
#include "core/protocol/records/group.h"

namespace spool::broker::group {

enum class GroupType { classic, consumer, share, streams };
std::string_view type_name(GroupType type);

/// A group of a protocol that this broker does not coordinate: known, listed, left alone.
struct OtherGroup {
  GroupType type = GroupType::share;
  std::set<std::string, std::less<>> members;
};

/// One group of any protocol; exactly one of the pointers is set.
struct Group {
  std::unique_ptr<ClassicGroup> classic;
  std::unique_ptr<ConsumerGroup> consumer;
  std::unique_ptr<OtherGroup> other;

  GroupType type() const {
    return classic ? GroupType::classic : consumer ? GroupType::consumer : other->type;
  }
  bool is_empty() const {
    if (classic) return classic->is(ClassicState::empty);
    return consumer ? consumer->members().empty() : other->members.empty();
  }
};

using coordinator::Journal;
using coordinator::Machine;
using coordinator::Producer;
using coordinator::Record;
using coordinator::RecordList;
using coordinator::ReplayedRecord;

class Coordinator final : public Machine {
 public:
  /// Everything referred to outlives the coordinator.
  struct Environment {
    Journal& journal;
    const TopicCatalog& topics;
    Settings settings;
    Logger& logger;
    std::function<Uuid()> random_uuid;
    std::function<ConsumerConfig(const std::string& group_id)> consumer_config;
    std::string name;  ///< of the partition, for messages
  };

  explicit Coordinator(Environment environment) : environment_(std::move(environment)) {}
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  Status replay(const ReplayedRecord& record) override;
  void replay_marker(ProducerId producer_id, bool is_commit) override;
  /// Gives the members of the log their sessions and sets the periodic timers.
  void loaded(Now now) override;

  // Requests. Replies may be called during the call.

  void join(Now now, const Caller& caller, const protocol::JoinGroupRequest& request,
            JoinReply reply);
  void sync(Now now, const Caller& caller, const protocol::SyncGroupRequest& request,
            SyncReply reply);
  protocol::HeartbeatResponse heartbeat(Now now, const Caller& caller,
                                        const protocol::HeartbeatRequest& request);
  protocol::LeaveGroupResponse leave(Now now, const Caller& caller,
                                     const protocol::LeaveGroupRequest& request);

  protocol::ConsumerGroupHeartbeatResponse consumer_heartbeat(
      Now now, const Caller& caller, const protocol::ConsumerGroupHeartbeatRequest& request);
  protocol::ConsumerGroupDescribeResponse::DescribedGroup describe_consumer(
      const std::string& group_id) const;

  protocol::OffsetCommitResponse commit(Now now, const Caller& caller,
                                        const protocol::OffsetCommitRequest& request);
  /// A commit inside a transaction: it takes effect with the transaction's marker.
  protocol::TxnOffsetCommitResponse commit_in_transaction(
      Now now, const protocol::TxnOffsetCommitRequest& request, int16_t version);
  /// Writes the marker that ends the producer's transaction in this partition.
  ErrorCode end_transaction(Now now, Producer producer, const record::EndTxnMarker& marker);
  /// request.topics  nullopt asks for everything the group has; entries carry names
  protocol::OffsetFetchResponse::OffsetFetchResponseGroup fetch(
      Now now, const protocol::OffsetFetchRequest::OffsetFetchRequestGroup& request,
      bool requires_stable);
  protocol::OffsetDeleteResponse delete_offsets(Now now,
                                                const protocol::OffsetDeleteRequest& request);

  /// Byte fields of the answer are views that end with the next event.
  protocol::DescribeGroupsResponse::DescribedGroup describe(const std::string& group_id,
                                                            int16_t version) const;
  std::vector<protocol::ListGroupsResponse::ListedGroup> list(
      const protocol::ListGroupsRequest& request) const;
  protocol::DeleteGroupsResponse::DeletableGroupResult delete_group(Now now,
                                                                    const std::string& group_id);

  // What else happens.

  void advance(Now now) override;
  std::optional<int64_t> next_deadline_ms() const override { return timers_.next_deadline_ms(); }
  /// Topics are gone: their offsets go too.
  void topics_deleted(Now now, const std::vector<std::string>& names);
  /// Topics were made, deleted or have grown: groups look at what they read again.
  void topics_changed(Now now);
  void stop(ErrorCode error) override;

  // For tests and reports.
  const Group* find(std::string_view group_id) const;
  const CommittedOffsets& offsets() const { return offsets_; }
  size_t groups_count() const { return groups_.size(); }
  int64_t unknown_records_count() const override { return unknown_records_count_; }

 private:
  using Kind = Timers::Kind;

  // Groups (coordinator.cc).
  Group* group_at(std::string_view group_id);
  ClassicGroup* find_classic(std::string_view group_id);
  ConsumerGroup* find_consumer(std::string_view group_id);
  ConsumerGroup& make_consumer(const std::string& group_id);
  ClassicGroup& make_classic(const std::string& group_id, int64_t wall_ms);
  void forget_group(const std::string& group_id);
  void on_timer(const Timers::Key& key, Now now);
  void on_consumer_timer(ConsumerGroup& group, const Timers::Key& key, Now now);
  void expire_offsets(Now now);
  bool collect_expired(const std::string& group_id, const Group* group, Now now, RecordList& out);
  void add_offset_tombstones(const std::string& group_id, RecordList& out) const;
  Status append(const RecordList& records, Now now);
  Result<Offset> write(const RecordList& records, Now now, Producer producer);
  Status append_and_apply(const RecordList& records, Now now, Producer producer = {});
  void apply(const RecordList& records, Offset base_offset = kNoOffset,
             ProducerId producer_id = kNoProducerId);

  // The classic protocol (classic_protocol.cc).
  void join_classic(Now now, const Caller& caller, const protocol::JoinGroupRequest& request,
                    JoinReply reply);
  void join_new_member(Now now, const Caller& caller, const protocol::JoinGroupRequest& request,
                       ClassicGroup& group, JoinReply reply);
  void join_existing_member(Now now, const Caller& caller,
                            const protocol::JoinGroupRequest& request, ClassicGroup& group,
                            JoinReply reply);
  void rejoin(Now now, const protocol::JoinGroupRequest& request, ClassicGroup& group,
              ClassicMember& member, JoinReply reply);
  void add_member(Now now, const Caller& caller, const protocol::JoinGroupRequest& request,
                  ClassicGroup& group, std::string member_id, JoinReply reply);
  void replace_static_member(Now now, const Caller& caller,
                             const protocol::JoinGroupRequest& request, ClassicGroup& group,
                             const std::string& old_id, std::string new_id, JoinReply reply);
  bool accepts(const ClassicGroup& group, std::string_view member_id) const;
  protocol::JoinGroupResponse current_generation(const ClassicGroup& group,
                                                 const std::string& member_id) const;
  void rebalance_or_complete(ClassicGroup& group, Now now);
  void prepare_rebalance(ClassicGroup& group, Now now);
  void complete_join_if_ready(ClassicGroup& group, Now now);
  void complete_join(ClassicGroup& group, Now now);
  void end_initial_delay(ClassicGroup& group, Now now);
  void sync_classic(Now now, ClassicGroup& group, const protocol::SyncGroupRequest& request,
                    SyncReply reply);
  void store_assignment(ClassicGroup& group, const protocol::SyncGroupRequest& request, Now now);
  ErrorCode check_sync(const ClassicGroup& group, const protocol::SyncGroupRequest& request) const;
  void propagate_assignment(ClassicGroup& group, ErrorCode error, Now now);
  void note_synced(ClassicGroup& group, const std::string& member_id);
  void expire_sync(ClassicGroup& group, Now now);
  void expire_member(ClassicGroup& group, const std::string& member_id, Now now);
  void renew_session(const ClassicGroup& group, const ClassicMember& member, Now now);
  ErrorCode leave_classic(ClassicGroup& group,
                          const protocol::LeaveGroupRequest::MemberIdentity& who);
  std::vector<protocol::LeaveGroupResponse::MemberResponse> leave_members(
      ClassicGroup* group, const std::vector<protocol::LeaveGroupRequest::MemberIdentity>& leavers,
      Now now);
  void add_group_record(const ClassicGroup& group, RecordList& out) const;

  // The consumer protocol (consumer_protocol.cc).
  Status check_consumer_request(const Caller& caller,
                                const protocol::ConsumerGroupHeartbeatRequest& request) const;
  /// kind  what the error calls a group that is not there
  Result<ConsumerGroup*> consumer_group_or_fail(const std::string& group_id,
                                                std::string_view kind = "Group");
  Result<ConsumerGroup*> consumer_group_to_join(const std::string& group_id, Now now);
  Result<protocol::ConsumerGroupHeartbeatResponse> beat_consumer(
      Now now, const Caller& caller, const protocol::ConsumerGroupHeartbeatRequest& request);
  Result<protocol::ConsumerGroupHeartbeatResponse> leave_consumer(
      Now now, const protocol::ConsumerGroupHeartbeatRequest& request);
  Result<ConsumerMember> member_of(const ConsumerGroup& group, const std::string& member_id,
                                   int32_t epoch, const std::optional<std::string>& instance_id,
                                   const std::optional<PartitionSet>& owned, bool may_create,
                                   bool is_classic, RecordList& records) const;
  std::map<std::string, const ConsumerMember*> members_with(const ConsumerGroup& group,
                                                            const ConsumerMember& changed) const;
  int64_t metadata_hash(const std::map<std::string, const ConsumerMember*>& members,
                        const Regexes& regexes) const;
  std::set<Uuid> topic_ids(const Names& names) const;
  AssignmentResult new_target(const ConsumerGroup& group, int32_t epoch,
                              const ConsumerMember& changed, const Regexes& regexes, Now now,
                              RecordList& records) const;
  Result<ConsumerMember> step(const ConsumerGroup& group, const ConsumerMember& before,
                              ConsumerMember member, const PartitionSet* owned, bool is_new,
                              Now now, RecordList& records) const;
  void after_step(const std::string& group_id, const ConsumerMember& member, Now now);
  Status append_group_records(const RecordList& records, Now now);
  void add_member_tombstones(const std::string& group_id, const std::string& member_id,
                             RecordList& out) const;
  Status fence_members(ConsumerGroup& group, const std::set<std::string>& leavers, Now now);
  void cancel_member_timers(const std::string& group_id, const std::string& member_id);
  void expire_consumer_member(ConsumerGroup& group, const std::string& member_id,
                              std::string_view why, Now now);
  void resolve_regexes(ConsumerGroup& group, Now now);
  ConsumerConfig consumer_config(const std::string& group_id) const {
    return environment_.consumer_config(group_id);
  }

  // Between the two (migration.cc).
  Status upgrade(ClassicGroup& group, Now now);
  Result<ConsumerMember> upgraded_member(const ClassicGroup& group,
                                         const ClassicMember& member) const;
  bool can_downgrade_without(const ConsumerGroup& group,
                             const std::set<std::string>& leavers) const;
  Status downgrade(ConsumerGroup& group, const std::set<std::string>& leavers, Now now);
  Buffer embedded_assignment(const ConsumerMember& member) const;
  void add_consumer_tombstones(const ConsumerGroup& group, RecordList& out) const;
  void join_consumer(Now now, const Caller& caller, const protocol::JoinGroupRequest& request,
                     ConsumerGroup& group, JoinReply reply);
  Result<protocol::JoinGroupResponse> join_as_classic(Now now, const Caller& caller,
                                                      const protocol::JoinGroupRequest& request,
                                                      const ConsumerGroup& group);
  void set_join_timer(const ConsumerGroup& group, const ConsumerMember& member, Now now);
  void sync_consumer(Now now, const ConsumerGroup& group, const protocol::SyncGroupRequest& request,
                     SyncReply reply);
  ErrorCode heartbeat_consumer(Now now, const ConsumerGroup& group,
                               const protocol::HeartbeatRequest& request);
  protocol::LeaveGroupResponse leave_consumer_by_classic(
      Now now, ConsumerGroup& group,
      const std::vector<protocol::LeaveGroupRequest::MemberIdentity>& who);

  // Offsets (offset_requests.cc).
  protocol::OffsetCommitResponse write_commit(Now now, const protocol::OffsetCommitRequest& request,
                                              bool is_by_id, Producer producer,
                                              const std::function<ErrorCode()>& check);
  ErrorCode check_commit(Now now, const Caller& caller,
                         const protocol::OffsetCommitRequest& request);
  ErrorCode check_commit_in_transaction(const protocol::OffsetCommitRequest& request) const;
  ErrorCode check_consumer_commit(const ConsumerGroup& group, const Caller& caller,
                                  const protocol::OffsetCommitRequest& request) const;
  ErrorCode check_classic_commit(ClassicGroup& group, const protocol::OffsetCommitRequest& request,
                                 Now now);

  // Replay (replay.cc).
  Status replay_value(int16_t type, BytesView key, const ReplayedRecord& record);
  Status replay_offset(int16_t type, BytesView key, const ReplayedRecord& record);
  Status replay_classic(BytesView key, const ReplayedRecord& record);
  Status replay_consumer_group(BytesView key, const ReplayedRecord& record);
  Status replay_partition_metadata(BytesView key, const ReplayedRecord& record);
  Status replay_consumer_member(BytesView key, const ReplayedRecord& record);
  Status replay_target_epoch(BytesView key, const ReplayedRecord& record);
  Status replay_target(BytesView key, const ReplayedRecord& record);
  Status replay_assignment(BytesView key, const ReplayedRecord& record);
  Status replay_regex(BytesView key, const ReplayedRecord& record);
  /// The group a record of a consumer group is about: made when the record is no tombstone.
  ConsumerGroup* consumer_of(const std::string& group_id, const ReplayedRecord& record);
  Status replay_other(GroupType type, bool is_member, bool is_group, BytesView key,
                      const ReplayedRecord& record);

  const Environment environment_;
  const Settings& settings() const { return environment_.settings; }

  std::map<std::string, Group, std::less<>> groups_;
  CommittedOffsets offsets_;
  Timers timers_;
  int64_t unknown_records_count_ = 0;
};

/// errors  invalid_regular_expression: not one of RE2's
Status check_regex(const std::string& regex);

/// A wire code out of an append that failed, as Kafka tells group members.
ErrorCode append_error(const Error& error);

}  // namespace spool::broker::group
