#include "broker/group/coordinator.h"
#include "core/base/text.h"

namespace spool::broker::group {

using protocol::HeartbeatRequest;
using protocol::HeartbeatResponse;
using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;
using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;

namespace {

constexpr int16_t kVersionOfRequiredMemberId = 4;
constexpr int16_t kVersionOfSkippedAssignment = 9;
constexpr int16_t kVersionOfManyLeavers = 3;

JoinGroupResponse join_error(ErrorCode error, std::string member_id = "") {
  JoinGroupResponse answer;
  answer.error_code = static_cast<int16_t>(error);
  answer.protocol_name.reset();
  answer.member_id = std::move(member_id);
  return answer;
}

SyncGroupResponse sync_error(ErrorCode error) {
  SyncGroupResponse answer;
  answer.error_code = static_cast<int16_t>(error);
  return answer;
}

// A name of 32,767 bytes leaves no room for the id: what is cut off is for people to read anyway.
std::string new_member_id(std::string_view name, const Uuid& uuid) {
  constexpr size_t kNameBytesMax = 1000;
  return concat(name.substr(0, kNameBytesMax), "-", uuid.to_string());
}

// Before v1 there is none, and the session timeout serves.
int32_t rebalance_timeout(const JoinGroupRequest& request) {
  return request.rebalance_timeout_ms < 0 ? request.session_timeout_ms
                                          : request.rebalance_timeout_ms;
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// JoinGroup

void Coordinator::join(Now now, const Caller& caller, const JoinGroupRequest& request,
                       JoinReply reply) {
  if (request.group_id.empty())
    return reply(join_error(ErrorCode::invalid_group_id, request.member_id));
  if (request.session_timeout_ms < settings().min_session_timeout_ms ||
      request.session_timeout_ms > settings().max_session_timeout_ms)
    return reply(join_error(ErrorCode::invalid_session_timeout, request.member_id));
  const Group* group = find(request.group_id);
  if (group != nullptr && group->other)
    return reply(join_error(ErrorCode::inconsistent_group_protocol));
  if (group != nullptr && group->consumer) {
    if (!group->is_empty())
      return join_consumer(now, caller, request, *group->consumer, std::move(reply));
    // Nobody is in it: it becomes what the first to come speaks.
    RecordList records;
    add_consumer_tombstones(*group->consumer, records);
    if (const Status done = append_and_apply(records, now); !done)
      return reply(join_error(append_error(done.error())));
  }
  join_classic(now, caller, request, std::move(reply));
}

void Coordinator::join_classic(Now now, const Caller& caller, const JoinGroupRequest& request,
                               JoinReply reply) {
  const bool is_unknown = request.member_id.empty();
  ClassicGroup* group = find_classic(request.group_id);
  if (group == nullptr) {
    if (!is_unknown) return reply(join_error(ErrorCode::unknown_member_id, request.member_id));
    if (request.protocol_type.empty() || request.protocols.empty())
      return reply(join_error(ErrorCode::inconsistent_group_protocol));
    group = &make_classic(request.group_id, now.wall_ms);
    RecordList records;
    add_group_record(*group, records);
    if (const Status done = append(records, now); !done) {
      forget_group(request.group_id);
      return reply(join_error(append_error(done.error())));
    }
  }
  if (!accepts(*group, request.member_id)) {
    group->remove(request.member_id);
    return reply(join_error(ErrorCode::group_max_size_reached));
  }
  if (is_unknown) return join_new_member(now, caller, request, *group, std::move(reply));
  join_existing_member(now, caller, request, *group, std::move(reply));
}

// During a rebalance those who wait count, not the members: so a limit that was lowered takes
// effect on whoever comes back last.
bool Coordinator::accepts(const ClassicGroup& group, std::string_view member_id) const {
  const auto size_max = static_cast<size_t>(settings().max_size);
  const auto found = group.members().find(member_id);
  const bool is_member = found != group.members().end();
  switch (group.state()) {
    case ClassicState::empty:
    case ClassicState::dead:
      return true;
    case ClassicState::preparing_rebalance:
      return (is_member && found->second.awaiting_join) || group.awaiting_join_count() < size_max;
    default:
      return is_member || group.members().size() < size_max;
  }
}

void Coordinator::join_new_member(Now now, const Caller& caller, const JoinGroupRequest& request,
                                  ClassicGroup& group, JoinReply reply) {
  if (!group.supports(request.protocol_type, protocols_of(request)))
    return reply(join_error(ErrorCode::inconsistent_group_protocol));
  std::string member_id = new_member_id(request.group_instance_id.value_or(caller.client_id),
                                        environment_.random_uuid());
  if (request.group_instance_id) {
    const std::string* owner = group.static_member_id(*request.group_instance_id);
    if (owner == nullptr)
      return add_member(now, caller, request, group, std::move(member_id), std::move(reply));
    const std::string old_id = *owner;
    return replace_static_member(now, caller, request, group, old_id, std::move(member_id),
                                 std::move(reply));
  }
  if (caller.version < kVersionOfRequiredMemberId)
    return add_member(now, caller, request, group, std::move(member_id), std::move(reply));
  // KIP-394: the id is given out first, so that a client that repeats its join is the same member.
  group.add_pending(member_id);
  timers_.set(Kind::classic_member, group.id(), member_id,
              now.monotonic_ms + request.session_timeout_ms);
  reply(join_error(ErrorCode::member_id_required, std::move(member_id)));
}

void Coordinator::join_existing_member(Now now, const Caller& caller,
                                       const JoinGroupRequest& request, ClassicGroup& group,
                                       JoinReply reply) {
  const std::vector<ClassicProtocol> protocols = protocols_of(request);
  if (!group.supports(request.protocol_type, protocols))
    return reply(join_error(ErrorCode::inconsistent_group_protocol, request.member_id));
  if (group.is_pending(request.member_id)) {
    if (request.group_instance_id)
      return reply(join_error(ErrorCode::unknown_member_id, request.member_id));
    return add_member(now, caller, request, group, request.member_id, std::move(reply));
  }
  const ErrorCode error = group.check_member(request.member_id, request.group_instance_id);
  if (error != ErrorCode::none) {
    JoinGroupResponse answer = join_error(error, request.member_id);
    answer.protocol_name.reset();
    return reply(std::move(answer));
  }
  ClassicMember& member = *group.member(request.member_id);
  const bool is_same = member.protocols == protocols;
  const bool is_leader = group.is_leader(member.id);
  switch (group.state()) {
    case ClassicState::preparing_rebalance:
      return rejoin(now, request, group, member, std::move(reply));
    case ClassicState::completing_rebalance:
      // The same again: the answer got lost.
      if (is_same) return reply(current_generation(group, member.id));
      return rejoin(now, request, group, member, std::move(reply));
    case ClassicState::stable:
      // The leader asks for a rebalance by joining, for reasons that show in no metadata.
      if (!is_leader && is_same) return reply(current_generation(group, member.id));
      return rejoin(now, request, group, member, std::move(reply));
    default:
      return reply(join_error(ErrorCode::unknown_member_id, request.member_id));
  }
}

JoinGroupResponse Coordinator::current_generation(const ClassicGroup& group,
                                                  const std::string& member_id) const {
  JoinGroupResponse answer;
  answer.member_id = member_id;
  answer.generation_id = group.generation();
  answer.protocol_name = group.protocol_name();
  answer.protocol_type = group.protocol_type();
  answer.leader = group.leader().value_or("");
  if (group.is_leader(member_id) && !group.is(ClassicState::stable))
    answer.members = group.members_for_leader();
  return answer;
}

void Coordinator::rejoin(Now now, const JoinGroupRequest& request, ClassicGroup& group,
                         ClassicMember& member, JoinReply reply) {
  group.update(member, protocols_of(request), rebalance_timeout(request),
               request.session_timeout_ms, std::move(reply));
  rebalance_or_complete(group, now);
}

void Coordinator::add_member(Now now, const Caller& caller, const JoinGroupRequest& request,
                             ClassicGroup& group, std::string member_id, JoinReply reply) {
  ClassicMember member;
  member.id = std::move(member_id);
  member.instance_id = request.group_instance_id;
  member.client_id = caller.client_id;
  member.client_host = caller.client_host;
  member.rebalance_timeout_ms = rebalance_timeout(request);
  member.session_timeout_ms = request.session_timeout_ms;
  member.protocols = protocols_of(request);
  member.is_new = true;
  if (group.is(ClassicState::preparing_rebalance) && group.previous_state() == ClassicState::empty)
    group.is_extended_by_new_member = true;
  const ClassicMember& added =
      group.add(std::move(member), request.protocol_type, std::move(reply));
  // A new member does not know its id and cannot beat. Should it go without a word while its join
  // is parked, it is dropped after this time.
  timers_.set(Kind::classic_member, group.id(), added.id,
              now.monotonic_ms + settings().new_member_join_timeout_ms);
  rebalance_or_complete(group, now);
}

void Coordinator::replace_static_member(Now now, const Caller& caller,
                                        const JoinGroupRequest& request, ClassicGroup& group,
                                        const std::string& old_id, std::string new_id,
                                        JoinReply reply) {
  const std::string leader_before = group.leader().value_or("");
  timers_.cancel(Kind::classic_member, group.id(), old_id);
  ClassicMember& member = group.replace_static(*request.group_instance_id, old_id, new_id);
  member.client_id = caller.client_id;
  member.client_host = caller.client_host;
  renew_session(group, member, now);
  group.update(member, protocols_of(request), rebalance_timeout(request),
               request.session_timeout_ms, std::move(reply));
  // The leader may have been told of the old id already: its assignment would miss the new one.
  if (group.is(ClassicState::completing_rebalance)) return prepare_rebalance(group, now);
  if (!group.is(ClassicState::stable)) return complete_join_if_ready(group, now);
  if (group.protocol_name().value_or("") != group.select_protocol())
    return rebalance_or_complete(group, now);

  RecordList records;
  add_group_record(group, records);
  if (const Status done = append(records, now); !done) {
    group.answer_join(member, join_error(append_error(done.error())));
    ClassicMember& restored = group.replace_static(*request.group_instance_id, new_id, old_id);
    renew_session(group, restored, now);
    return;
  }
  JoinGroupResponse answer = current_generation(group, new_id);
  if (caller.version >= kVersionOfSkippedAssignment) {
    const bool is_leader = group.is_leader(new_id);
    if (is_leader) answer.members = group.members_for_leader();
    answer.skip_assignment = is_leader;
  } else {
    // Told that it leads, an old client would assign anew without a rebalance; the former leader id
    // keeps it from that.
    answer.leader = leader_before;
  }
  group.answer_join(member, std::move(answer));
}

void Coordinator::rebalance_or_complete(ClassicGroup& group, Now now) {
  if (group.can_rebalance())
    prepare_rebalance(group, now);
  else
    complete_join_if_ready(group, now);
}

void Coordinator::prepare_rebalance(ClassicGroup& group, Now now) {
  if (group.is(ClassicState::completing_rebalance)) {
    for (auto& [id, member] : group.members()) member.assignment.clear();
    propagate_assignment(group, ErrorCode::rebalance_in_progress, now);
  }
  group.clear_pending_syncs();
  timers_.cancel(Kind::classic_sync, group.id(), "");
  const bool is_initial = group.is(ClassicState::empty);
  group.transition_to(ClassicState::preparing_rebalance, now.wall_ms);
  if (is_initial) {
    group.is_extended_by_new_member = false;
    group.delay_ms = settings().initial_rebalance_delay_ms;
    group.delay_left_ms = std::max(group.rebalance_timeout_ms() - group.delay_ms, 0);
    if (group.delay_ms <= 0) return complete_join(group, now);
    timers_.set(Kind::classic_join, group.id(), "", now.monotonic_ms + group.delay_ms);
    return;
  }
  group.delay_left_ms = 0;
  if (group.have_all_joined()) return complete_join(group, now);
  timers_.set(Kind::classic_join, group.id(), "", now.monotonic_ms + group.rebalance_timeout_ms());
}

// The initial delay, or the whole rebalance, has passed. Each new member extends the delay, until
// the rebalance timeout is used up.
void Coordinator::end_initial_delay(ClassicGroup& group, Now now) {
  if (!group.is_extended_by_new_member || group.delay_left_ms == 0)
    return complete_join(group, now);
  group.is_extended_by_new_member = false;
  const int32_t next_ms = std::min(settings().initial_rebalance_delay_ms, group.delay_left_ms);
  group.delay_left_ms = std::max(group.delay_left_ms - group.delay_ms, 0);
  group.delay_ms = next_ms;
  timers_.set(Kind::classic_join, group.id(), "", now.monotonic_ms + next_ms);
}

void Coordinator::complete_join_if_ready(ClassicGroup& group, Now now) {
  if (!group.is(ClassicState::preparing_rebalance)) return;
  if (group.previous_state() == ClassicState::empty) return;  // the initial delay decides
  if (group.have_all_joined()) complete_join(group, now);
}

void Coordinator::complete_join(ClassicGroup& group, Now now) {
  if (!group.is(ClassicState::preparing_rebalance)) return;
  timers_.cancel(Kind::classic_join, group.id(), "");
  std::vector<std::string> missing;
  for (const auto& [id, member] : group.members())
    if (!member.awaiting_join && !member.instance_id) missing.push_back(id);
  for (const std::string& id : missing) {
    timers_.cancel(Kind::classic_member, group.id(), id);
    group.remove(id);
  }
  if (!group.elect_joined_leader() && !group.members().empty()) {
    // Only static members are left and none of them has come back. Their sessions decide.
    timers_.set(Kind::classic_join, group.id(), "",
                now.monotonic_ms + group.rebalance_timeout_ms());
    return;
  }
  group.begin_generation(now.wall_ms);
  if (group.is(ClassicState::empty)) {
    RecordList records;
    add_group_record(group, records);
    (void)append(records, now);  // an older generation without its members harms nobody
    return;
  }
  for (auto& [id, member] : group.members()) {
    JoinGroupResponse answer = current_generation(group, id);
    group.answer_join(member, std::move(answer));
    renew_session(group, member, now);
    member.is_new = false;
    group.add_pending_sync(id);
  }
  timers_.set(Kind::classic_sync, group.id(), "", now.monotonic_ms + group.rebalance_timeout_ms());
}

// ---------------------------------------------------------------------------------------------------------------------
// SyncGroup

void Coordinator::sync(Now now, const Caller&, const SyncGroupRequest& request, SyncReply reply) {
  if (request.group_id.empty()) return reply(sync_error(ErrorCode::invalid_group_id));
  if (const ConsumerGroup* consumer = find_consumer(request.group_id))
    return sync_consumer(now, *consumer, request, std::move(reply));
  ClassicGroup* group = find_classic(request.group_id);
  if (group == nullptr || group->is(ClassicState::empty))
    return reply(sync_error(ErrorCode::unknown_member_id));
  sync_classic(now, *group, request, std::move(reply));
}

ErrorCode Coordinator::check_sync(const ClassicGroup& group,
                                  const SyncGroupRequest& request) const {
  const ErrorCode error = group.check_member(request.member_id, request.group_instance_id);
  if (error != ErrorCode::none) return error;
  if (request.generation_id != group.generation()) return ErrorCode::illegal_generation;
  const auto differs = [](const std::optional<std::string>& asked,
                          const std::optional<std::string>& ours) {
    return asked && ours && *asked != *ours;
  };
  if (differs(request.protocol_type, group.protocol_type()) ||
      differs(request.protocol_name, group.protocol_name()))
    return ErrorCode::inconsistent_group_protocol;
  return ErrorCode::none;
}

void Coordinator::sync_classic(Now now, ClassicGroup& group, const SyncGroupRequest& request,
                               SyncReply reply) {
  const ErrorCode error = check_sync(group, request);
  if (error != ErrorCode::none) return reply(sync_error(error));
  if (group.is(ClassicState::preparing_rebalance))
    return reply(sync_error(ErrorCode::rebalance_in_progress));
  ClassicMember& member = *group.member(request.member_id);
  if (group.is(ClassicState::completing_rebalance)) {
    group.await_sync(member, std::move(reply));
    note_synced(group, member.id);
    if (group.is_leader(member.id)) store_assignment(group, request, now);
    return;
  }
  note_synced(group, member.id);
  SyncGroupResponse answer;
  answer.protocol_type = group.protocol_type();
  answer.protocol_name = group.protocol_name();
  answer.assignment = member.assignment;
  reply(std::move(answer));
}

void Coordinator::store_assignment(ClassicGroup& group, const SyncGroupRequest& request, Now now) {
  for (auto& [id, member] : group.members()) member.assignment.clear();
  for (const auto& assigned : request.assignments)
    if (ClassicMember* member = group.member(assigned.member_id))
      member->assignment = to_buffer(assigned.assignment);
  RecordList records;
  add_group_record(group, records);
  if (const Status done = append(records, now); !done) {
    for (auto& [id, member] : group.members()) member.assignment.clear();
    propagate_assignment(group, append_error(done.error()), now);
    return rebalance_or_complete(group, now);
  }
  group.transition_to(ClassicState::stable, now.wall_ms);
  propagate_assignment(group, ErrorCode::none, now);
}

void Coordinator::propagate_assignment(ClassicGroup& group, ErrorCode error, Now now) {
  for (auto& [id, member] : group.members()) {
    SyncGroupResponse answer = sync_error(error);
    if (error == ErrorCode::none) {
      answer.protocol_type = group.protocol_type();
      answer.protocol_name = group.protocol_name();
    }
    answer.assignment = member.assignment;
    // Sessions stood still while the syncs were parked.
    if (group.answer_sync(member, std::move(answer))) renew_session(group, member, now);
  }
}

void Coordinator::note_synced(ClassicGroup& group, const std::string& member_id) {
  group.remove_pending_sync(member_id);
  if (group.pending_syncs().empty()) timers_.cancel(Kind::classic_sync, group.id(), "");
}

void Coordinator::expire_sync(ClassicGroup& group, Now now) {
  const bool is_waiting =
      group.is(ClassicState::completing_rebalance) || group.is(ClassicState::stable);
  if (!is_waiting || group.pending_syncs().empty()) return;
  const std::set<std::string, std::less<>> silent = group.pending_syncs();
  for (const std::string& id : silent) {
    timers_.cancel(Kind::classic_member, group.id(), id);
    group.remove(id);
  }
  prepare_rebalance(group, now);
}

// ---------------------------------------------------------------------------------------------------------------------
// Heartbeat, sessions, LeaveGroup

HeartbeatResponse Coordinator::heartbeat(Now now, const Caller&, const HeartbeatRequest& request) {
  HeartbeatResponse response;
  const auto refuse = [&](ErrorCode error) {
    response.error_code = static_cast<int16_t>(error);
    return response;
  };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_group_id);
  if (const ConsumerGroup* consumer = find_consumer(request.group_id))
    return refuse(heartbeat_consumer(now, *consumer, request));
  ClassicGroup* group = find_classic(request.group_id);
  if (group == nullptr) return refuse(ErrorCode::unknown_member_id);
  const ErrorCode error = group->check_member(request.member_id, request.group_instance_id);
  if (error != ErrorCode::none) return refuse(error);
  if (request.generation_id != group->generation()) return refuse(ErrorCode::illegal_generation);
  renew_session(*group, *group->member(request.member_id), now);
  return refuse(group->is(ClassicState::preparing_rebalance) ? ErrorCode::rebalance_in_progress
                                                             : ErrorCode::none);
}

void Coordinator::renew_session(const ClassicGroup& group, const ClassicMember& member, Now now) {
  timers_.set(Kind::classic_member, group.id(), member.id,
              now.monotonic_ms + member.session_timeout_ms);
}

void Coordinator::expire_member(ClassicGroup& group, const std::string& member_id, Now now) {
  if (const ClassicMember* member = group.member(member_id)) {
    if (member->is_alive()) return;  // the answer renews its session
  } else if (!group.is_pending(member_id)) {
    return;
  }
  environment_.logger.info(concat("group ", group.id(), ": member ", member_id,
                                  " has not been heard of and is removed"));
  const bool was_member = group.has_member(member_id);
  group.remove(member_id);
  if (was_member && !group.is(ClassicState::preparing_rebalance))
    return rebalance_or_complete(group, now);
  // During the initial delay too: once nobody is left, there is nothing to wait for.
  if (group.is(ClassicState::preparing_rebalance) && group.have_all_joined())
    complete_join(group, now);
}

ErrorCode Coordinator::leave_classic(ClassicGroup& group,
                                     const LeaveGroupRequest::MemberIdentity& who) {
  std::string member_id = who.member_id;
  if (member_id.empty()) {
    // An administrator names the instance only.
    const std::string* owner =
        who.group_instance_id ? group.static_member_id(*who.group_instance_id) : nullptr;
    if (owner == nullptr) return ErrorCode::unknown_member_id;
    member_id = *owner;
  } else if (!group.is_pending(member_id)) {
    const ErrorCode error = group.check_member(member_id, who.group_instance_id);
    if (error != ErrorCode::none) return error;
  }
  timers_.cancel(Kind::classic_member, group.id(), member_id);
  group.remove(member_id);
  return ErrorCode::none;
}

std::vector<LeaveGroupResponse::MemberResponse> Coordinator::leave_members(
    ClassicGroup* group, const std::vector<LeaveGroupRequest::MemberIdentity>& leavers, Now now) {
  std::vector<LeaveGroupResponse::MemberResponse> answers;
  bool has_left = false;
  for (const auto& who : leavers) {
    const ErrorCode error =
        group == nullptr ? ErrorCode::unknown_member_id : leave_classic(*group, who);
    has_left = has_left || error == ErrorCode::none;
    answers.push_back({who.member_id, who.group_instance_id, static_cast<int16_t>(error), {}});
  }
  if (!has_left) return answers;
  if (group->is(ClassicState::stable) || group->is(ClassicState::completing_rebalance))
    rebalance_or_complete(*group, now);
  else
    complete_join_if_ready(*group, now);
  return answers;
}

LeaveGroupResponse Coordinator::leave(Now now, const Caller& caller,
                                      const LeaveGroupRequest& request) {
  LeaveGroupResponse response;
  std::vector<LeaveGroupRequest::MemberIdentity> leavers = request.members;
  if (caller.version < kVersionOfManyLeavers) leavers = {{request.member_id, {}, {}, {}}};
  if (request.group_id.empty()) {
    response.error_code = static_cast<int16_t>(ErrorCode::invalid_group_id);
    return response;
  }
  if (ConsumerGroup* consumer = find_consumer(request.group_id))
    response = leave_consumer_by_classic(now, *consumer, leavers);
  else
    response.members = leave_members(find_classic(request.group_id), leavers, now);
  if (caller.version < kVersionOfManyLeavers) {
    if (response.error_code == 0) response.error_code = response.members.front().error_code;
    response.members.clear();
  }
  return response;
}

// Version 3 is what every Kafka since 2.3 writes and reads.
void Coordinator::add_group_record(const ClassicGroup& group, RecordList& out) const {
  constexpr int16_t kVersion = 3;
  protocol::GroupMetadataValue value;
  value.protocol_type = group.protocol_type().value_or("");
  value.generation = group.generation();
  value.protocol = group.protocol_name();
  value.leader = group.leader();
  value.current_state_timestamp = group.state_timestamp_ms();
  for (const auto& [id, member] : group.members())
    value.members.push_back({id,
                             member.instance_id,
                             member.client_id,
                             member.client_host,
                             member.rebalance_timeout_ms,
                             member.session_timeout_ms,
                             member.metadata(group.protocol_name().value_or("")),
                             member.assignment,
                             {}});
  out.add(protocol::GroupMetadataKey{group.id(), {}}, value, kVersion);
}

}  // namespace spool::broker::group
