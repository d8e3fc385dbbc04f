/// Groups that change their protocol while they run (KIP-848): a classic group becomes a consumer
/// group when a member of the new protocol joins, and a consumer group a classic one when its last
/// member of the new protocol goes. Classic members stay where they are and take part by JoinGroup,
/// SyncGroup and Heartbeat.

#include <algorithm>

#include "broker/group/coordinator.h"
#include "broker/group/embedded_protocol.h"
#include "core/base/text.h"

namespace spool::broker::group {

using protocol::HeartbeatRequest;
using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;
using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;

// ---------------------------------------------------------------------------------------------------------------------
// Classic to consumer

Result<ConsumerMember> Coordinator::upgraded_member(const ClassicGroup& group,
                                                    const ClassicMember& member) const {
  TRY_ASSIGN(const auto subscription,
             parse_subscription(member.metadata(group.protocol_name().value_or(""))));
  ConsumerMember upgraded;
  upgraded.id = member.id;
  upgraded.instance_id = member.instance_id;
  upgraded.rack_id = subscription.rack_id;
  upgraded.client_id = member.client_id;
  upgraded.client_host = member.client_host;
  upgraded.subscribed_topics = Names(subscription.topics.begin(), subscription.topics.end());
  upgraded.rebalance_timeout_ms = member.rebalance_timeout_ms;
  upgraded.classic = ConsumerMember::Classic{member.session_timeout_ms, member.protocols};
  upgraded.epoch = upgraded.previous_epoch = group.generation();
  if (member.assignment.empty()) return upgraded;
  TRY_ASSIGN(const auto assignment, parse_assignment(member.assignment));
  for (const auto& assigned : assignment.assigned_partitions) {
    const auto topic = environment_.topics.find(assigned.topic);
    if (!topic) continue;
    for (const int32_t partition : assigned.partitions)
      upgraded.assigned[topic->id][partition] = group.generation();
  }
  return upgraded;
}

Status Coordinator::upgrade(ClassicGroup& group, Now now) {
  const std::string group_id = group.id();
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::group_id_not_found, concat("Cannot upgrade classic group ", group_id,
                                                      " to consumer group because ", why, "."));
  };
  RecordList records;
  records.remove(protocol::GroupMetadataKey{group_id, {}});
  if (group.is(ClassicState::empty)) {
    // Nothing to convert; a group that only keeps offsets has no record at all.
    if (!group.is_simple()) TRY(append_group_records(records, now));
    forget_group(group_id);
    make_consumer(group_id);
    return {};
  }
  if (!settings().is_upgrade_enabled) return refuse("online upgrade is disabled");
  if (!group.uses_consumer_protocol())
    return refuse("the group does not use the consumer embedded protocol");
  if (group.members().size() > static_cast<size_t>(settings().consumer_max_size))
    return refuse("the group size exceeds the consumer group maximum size");
  std::vector<ConsumerMember> members;
  for (const auto& [id, member] : group.members()) {
    auto upgraded = upgraded_member(group, member);
    if (!upgraded) return refuse("the embedded consumer protocol is malformed");
    members.push_back(std::move(*upgraded));
  }
  for (const ConsumerMember& member : members)
    records.add(protocol::ConsumerGroupMemberMetadataKey{group_id, member.id, {}},
                metadata_record(member));
  protocol::ConsumerGroupMetadataValue epoch;
  epoch.epoch = group.generation();
  records.add(protocol::ConsumerGroupMetadataKey{group_id, {}}, epoch);
  for (const ConsumerMember& member : members) {
    PartitionSet target;
    for (const auto& [topic_id, partitions] : member.assigned)
      for (const auto& [partition, at] : partitions) target[topic_id].insert(partition);
    records.add(protocol::ConsumerGroupTargetAssignmentMemberKey{group_id, member.id, {}},
                target_record(target));
  }
  protocol::ConsumerGroupTargetAssignmentMetadataValue target_epoch;
  target_epoch.assignment_epoch = group.generation();
  records.add(protocol::ConsumerGroupTargetAssignmentMetadataKey{group_id, {}}, target_epoch);
  for (const ConsumerMember& member : members)
    records.add(protocol::ConsumerGroupCurrentMemberAssignmentKey{group_id, member.id, {}},
                assignment_record(member));
  TRY(append(records, now));
  // Who waits is told to come back: to the consumer group.
  for (auto& [id, member] : group.members()) {
    constexpr auto kAgain = static_cast<int16_t>(ErrorCode::rebalance_in_progress);
    group.answer_join(member, {.error_code = kAgain, .member_id = id});
    group.answer_sync(member, {.error_code = kAgain});
    timers_.cancel(Kind::classic_member, group_id, id);
  }
  apply(records);
  for (const ConsumerMember& member : members)
    timers_.set(Kind::consumer_session, group_id, member.id,
                now.monotonic_ms + member.classic->session_timeout_ms);
  environment_.logger.info(concat("group ", group_id, " is a consumer group now"));
  return {};
}

// ---------------------------------------------------------------------------------------------------------------------
// Consumer to classic

bool Coordinator::can_downgrade_without(const ConsumerGroup& group,
                                        const std::set<std::string>& leavers) const {
  size_t staying_count = 0;
  for (const auto& [id, member] : group.members()) {
    if (leavers.contains(id)) continue;
    if (!member.classic) return false;
    ++staying_count;
  }
  return staying_count > 0 && settings().is_downgrade_enabled &&
         staying_count <= static_cast<size_t>(settings().max_size);
}

Buffer Coordinator::embedded_assignment(const ConsumerMember& member) const {
  protocol::ConsumerProtocolAssignment assignment;
  for (const auto& [topic_id, partitions] : member.assigned) {
    const auto topic = environment_.topics.find(topic_id);
    if (!topic) continue;
    auto& assigned = assignment.assigned_partitions.emplace_back();
    assigned.topic = topic->name;
    for (const auto& [partition, epoch] : partitions) assigned.partitions.push_back(partition);
  }
  int16_t version = 0;
  if (member.classic && !member.classic->protocols.empty())
    version = embedded_version(member.classic->protocols.front().metadata).value_or(0);
  return serialize_assignment(assignment, version);
}

void Coordinator::add_consumer_tombstones(const ConsumerGroup& group, RecordList& out) const {
  const std::string& id = group.id();
  for (const auto& [member_id, member] : group.members())
    out.remove(protocol::ConsumerGroupCurrentMemberAssignmentKey{id, member_id, {}});
  for (const auto& [member_id, target] : group.targets())
    out.remove(protocol::ConsumerGroupTargetAssignmentMemberKey{id, member_id, {}});
  out.remove(protocol::ConsumerGroupTargetAssignmentMetadataKey{id, {}});
  for (const auto& [member_id, member] : group.members())
    out.remove(protocol::ConsumerGroupMemberMetadataKey{id, member_id, {}});
  for (const auto& [regex, resolved] : group.regexes)
    out.remove(protocol::ConsumerGroupRegularExpressionKey{id, regex, {}});
  if (group.has_partition_metadata_record)
    out.remove(protocol::ConsumerGroupPartitionMetadataKey{id, {}});
  out.remove(protocol::ConsumerGroupMetadataKey{id, {}});
}

Status Coordinator::downgrade(ConsumerGroup& group, const std::set<std::string>& leavers, Now now) {
  const std::string group_id = group.id();
  std::vector<ClassicMember> members;
  for (const auto& [id, member] : group.members()) {
    if (leavers.contains(id)) continue;
    ClassicMember& classic = members.emplace_back();
    classic.id = id;
    classic.instance_id = member.instance_id;
    classic.client_id = member.client_id;
    classic.client_host = member.client_host;
    classic.rebalance_timeout_ms = member.rebalance_timeout_ms;
    classic.session_timeout_ms = member.classic->session_timeout_ms;
    classic.protocols = member.classic->protocols;
    classic.assignment = embedded_assignment(member);
  }
  std::vector<std::string> all_ids;
  for (const auto& [id, member] : group.members()) all_ids.push_back(id);
  ClassicGroup downgraded(group_id, now.wall_ms);
  const std::string leader = members.front().id;
  downgraded.load(group.epoch, "consumer", std::nullopt, leader, now.wall_ms, std::move(members));
  downgraded.load(group.epoch, "consumer", downgraded.select_protocol(), leader, now.wall_ms, {});
  downgraded.transition_to(ClassicState::stable, now.wall_ms);
  RecordList records;
  add_consumer_tombstones(group, records);
  add_group_record(downgraded, records);
  TRY(append(records, now));
  for (const std::string& id : all_ids) cancel_member_timers(group_id, id);
  // Memory keeps all the protocols the members have; the record has the chosen one only.
  forget_group(group_id);
  ClassicGroup& classic = make_classic(group_id, now.wall_ms);
  std::vector<ClassicMember> kept;
  for (auto& [id, member] : downgraded.members()) kept.push_back(std::move(member));
  classic.load(downgraded.generation(), "consumer", downgraded.protocol_name(), leader, now.wall_ms,
               std::move(kept));
  for (const auto& [id, member] : classic.members()) renew_session(classic, member, now);
  environment_.logger.info(concat("group ", group_id, " is a classic group now"));
  prepare_rebalance(classic, now);
  return {};
}

// ---------------------------------------------------------------------------------------------------------------------
// Classic members of a consumer group

void Coordinator::join_consumer(Now now, const Caller& caller, const JoinGroupRequest& request,
                                ConsumerGroup& group, JoinReply reply) {
  auto joined = join_as_classic(now, caller, request, group);
  if (joined) return reply(std::move(*joined));
  JoinGroupResponse refusal;
  refusal.error_code = wire_code(joined.error().code());
  refusal.member_id = request.member_id;
  reply(std::move(refusal));
}

Result<JoinGroupResponse> Coordinator::join_as_classic(Now now, const Caller& caller,
                                                       const JoinGroupRequest& request,
                                                       const ConsumerGroup& group) {
  constexpr int16_t kVersionOfRequiredMemberId = 4;
  const bool is_unknown = request.member_id.empty();
  const std::string member_id =
      is_unknown ? environment_.random_uuid().to_string() : request.member_id;
  if (group.members().size() >= static_cast<size_t>(settings().consumer_max_size) &&
      group.member(member_id) == nullptr)
    return fail(ErrorCode::group_max_size_reached);
  std::vector<ClassicProtocol> protocols = protocols_of(request);
  if (!group.supports(request.protocol_type, protocols))
    return fail(ErrorCode::inconsistent_group_protocol);
  JoinGroupResponse response;
  if (is_unknown && !request.group_instance_id && caller.version >= kVersionOfRequiredMemberId) {
    response.error_code = static_cast<int16_t>(ErrorCode::member_id_required);
    response.member_id = member_id;
    return response;
  }
  auto subscription = parse_subscription(protocols.front().metadata);
  if (!subscription) return fail(ErrorCode::inconsistent_group_protocol);
  PartitionSet owned;
  for (const auto& held : subscription->owned_partitions)
    if (const auto topic = environment_.topics.find(held.topic))
      owned[topic->id].insert(held.partitions.begin(), held.partitions.end());

  RecordList records;
  const bool may_create = request.group_instance_id ? is_unknown : true;
  TRY_ASSIGN(const ConsumerMember before, member_of(group, member_id, -1, request.group_instance_id,
                                                    std::nullopt, may_create, true, records));
  ConsumerMember member = before;
  if (request.group_instance_id) member.instance_id = request.group_instance_id;
  if (subscription->rack_id) member.rack_id = subscription->rack_id;
  member.rebalance_timeout_ms =
      request.rebalance_timeout_ms < 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
  member.subscribed_topics = Names(subscription->topics.begin(), subscription->topics.end());
  member.subscribed_regex.clear();
  member.server_assignor.reset();
  member.client_id = caller.client_id;
  member.client_host = caller.client_host;
  member.classic = ConsumerMember::Classic{request.session_timeout_ms, std::move(protocols)};
  TRY_ASSIGN(const ConsumerMember next, step(group, before, std::move(member), &owned,
                                             group.member(member_id) == nullptr, now, records));
  TRY(append_group_records(records, now));
  timers_.cancel(Kind::consumer_join, request.group_id, next.id);
  timers_.set(Kind::consumer_sync, request.group_id, next.id,
              now.monotonic_ms + next.rebalance_timeout_ms);
  after_step(request.group_id, next, now);
  // A static member of the classic protocol may have taken the place of the last one of the new.
  ConsumerGroup* changed = find_consumer(request.group_id);
  if (changed != nullptr && can_downgrade_without(*changed, {})) TRY(downgrade(*changed, {}, now));
  response.member_id = next.id;
  response.generation_id = next.epoch;
  response.protocol_type = "consumer";
  response.protocol_name = next.classic->protocols.front().name;
  return response;
}

namespace {

Result<const ConsumerMember*> classic_member_of(const ConsumerGroup& group,
                                                const std::string& member_id,
                                                const std::optional<std::string>& instance_id,
                                                int32_t generation) {
  const ConsumerMember* member =
      instance_id ? group.static_member(*instance_id) : group.member(member_id);
  if (member == nullptr) return fail(ErrorCode::unknown_member_id);
  if (member->id != member_id) return fail(ErrorCode::fenced_instance_id);
  if (!member->classic) return fail(ErrorCode::unknown_member_id);
  if (member->epoch != generation) return fail(ErrorCode::illegal_generation);
  return member;
}

}  // namespace

void Coordinator::set_join_timer(const ConsumerGroup& group, const ConsumerMember& member,
                                 Now now) {
  if (!timers_.is_set(Kind::consumer_join, group.id(), member.id))
    timers_.set(Kind::consumer_join, group.id(), member.id,
                now.monotonic_ms + member.rebalance_timeout_ms);
}

void Coordinator::sync_consumer(Now now, const ConsumerGroup& group,
                                const SyncGroupRequest& request, SyncReply reply) {
  SyncGroupResponse response;
  const auto refuse = [&](ErrorCode error) {
    response.error_code = static_cast<int16_t>(error);
    reply(std::move(response));
  };
  const auto found =
      classic_member_of(group, request.member_id, request.group_instance_id, request.generation_id);
  if (!found) return refuse(found.error().code());
  const ConsumerMember& member = **found;
  const std::string& protocol_name = member.classic->protocols.front().name;
  if ((request.protocol_type && *request.protocol_type != "consumer") ||
      (request.protocol_name && *request.protocol_name != protocol_name))
    return refuse(ErrorCode::inconsistent_group_protocol);
  if (group.epoch > member.epoch && member.state != MemberState::unrevoked) {
    set_join_timer(group, member, now);
    return refuse(ErrorCode::rebalance_in_progress);
  }
  timers_.cancel(Kind::consumer_sync, group.id(), member.id);
  timers_.set(Kind::consumer_session, group.id(), member.id,
              now.monotonic_ms + member.classic->session_timeout_ms);
  const Buffer assignment = embedded_assignment(member);
  response.protocol_type = request.protocol_type;
  response.protocol_name = request.protocol_name;
  response.assignment = assignment;
  reply(std::move(response));
}

ErrorCode Coordinator::heartbeat_consumer(Now now, const ConsumerGroup& group,
                                          const HeartbeatRequest& request) {
  const auto found =
      classic_member_of(group, request.member_id, request.group_instance_id, request.generation_id);
  if (!found) return found.error().code();
  const ConsumerMember& member = **found;
  timers_.set(Kind::consumer_session, group.id(), member.id,
              now.monotonic_ms + member.classic->session_timeout_ms);
  // It has to join again to catch up, to give up partitions, or to get those that became free.
  const bool has_free =
      member.state == MemberState::unreleased && !group.waits_for_partitions(member);
  if (member.epoch >= group.epoch && member.state != MemberState::unrevoked && !has_free)
    return ErrorCode::none;
  set_join_timer(group, member, now);
  return ErrorCode::rebalance_in_progress;
}

LeaveGroupResponse Coordinator::leave_consumer_by_classic(
    Now now, ConsumerGroup& group, const std::vector<LeaveGroupRequest::MemberIdentity>& who) {
  LeaveGroupResponse response;
  std::set<std::string> leavers;
  for (const auto& identity : who) {
    ErrorCode error = ErrorCode::none;
    const ConsumerMember* member = identity.group_instance_id
                                       ? group.static_member(*identity.group_instance_id)
                                       : group.member(identity.member_id);
    if (member == nullptr)
      error = ErrorCode::unknown_member_id;
    else if (identity.group_instance_id && !identity.member_id.empty() &&
             member->id != identity.member_id)
      error = ErrorCode::fenced_instance_id;
    else
      leavers.insert(member->id);
    response.members.push_back(
        {identity.member_id, identity.group_instance_id, static_cast<int16_t>(error), {}});
  }
  if (const Status done = fence_members(group, leavers, now); !done)
    response.error_code = wire_code(done.error().code());
  return response;
}

}  // namespace spool::broker::group
