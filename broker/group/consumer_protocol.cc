#include <re2/re2.h>

#include <algorithm>

#include "broker/group/assignors.h"
#include "broker/group/coordinator.h"
#include "core/base/text.h"

namespace spool::broker::group {

using protocol::ConsumerGroupDescribeResponse;
using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;

namespace {

constexpr int32_t kJoinEpoch = 0;
constexpr int32_t kLeaveEpoch = -1;
constexpr int16_t kVersionOfClientMadeIds = 1;
/// A member's first epoch while there is no assignment for it.
constexpr int32_t kFirstEpoch = 1;
constexpr int8_t kMemberTypeClassic = 0;
constexpr int8_t kMemberTypeConsumer = 1;
/// A regular expression is a string of a user: more than this takes RE2 too much memory to compile.
constexpr int64_t kRegexBytesMax = 8 << 20;

RE2::Options regex_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexBytesMax);
  return options;
}

std::optional<PartitionSet> owned_of(const ConsumerGroupHeartbeatRequest& request) {
  if (!request.topic_partitions) return std::nullopt;
  PartitionSet owned;
  for (const auto& topic : *request.topic_partitions)
    owned[topic.topic_id].insert(topic.partitions.begin(), topic.partitions.end());
  return owned;
}

bool is_held(const PartitionSet& owned, const PartitionEpochs& assigned) {
  for (const auto& [topic_id, partitions] : owned) {
    const auto found = assigned.find(topic_id);
    if (found == assigned.end()) return partitions.empty();
    for (const int32_t partition : partitions)
      if (!found->second.contains(partition)) return false;
  }
  return true;
}

ConsumerGroupHeartbeatResponse refusal(const Error& error) {
  ConsumerGroupHeartbeatResponse response;
  response.error_code = wire_code(error.code());
  response.error_message = std::string(error.text());
  return response;
}

// In the words of RE2/J, which Kafka uses.
std::string_view what_is_wrong(const RE2& regex) {
  switch (regex.error_code()) {
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "regexp/syntax: internal error";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    default:
      return regex.error();
  }
}

Status invalid(std::string text) { return fail(ErrorCode::invalid_request, std::move(text)); }

}  // namespace

Status check_regex(const std::string& regex) {
  const RE2 compiled(regex, regex_options());
  if (compiled.ok()) return {};
  return fail(ErrorCode::invalid_regular_expression,
              concat("SubscribedTopicRegex `", regex,
                     "` is not a valid regular expression: ", what_is_wrong(compiled), "."));
}

Status Coordinator::check_consumer_request(const Caller& caller,
                                           const ConsumerGroupHeartbeatRequest& request) const {
  const bool needs_id = caller.version >= kVersionOfClientMadeIds || request.member_epoch > 0 ||
                        request.member_epoch == kLeaveEpoch;
  if (needs_id && request.member_id.empty()) return invalid("MemberId can't be empty.");
  if (request.group_id.empty()) return invalid("GroupId can't be empty.");
  if (request.instance_id && request.instance_id->empty())
    return invalid("InstanceId can't be empty.");
  if (request.rack_id && request.rack_id->empty()) return invalid("RackId can't be empty.");
  if (request.member_epoch == kJoinEpoch) {
    if (request.rebalance_timeout_ms == -1)
      return invalid("RebalanceTimeoutMs must be provided in first request.");
    if (!request.topic_partitions || !request.topic_partitions->empty())
      return invalid("TopicPartitions must be empty when (re-)joining.");
    if (!request.subscribed_topic_names && !request.subscribed_topic_regex)
      return invalid(
          "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when "
          "(re-)joining.");
  } else if (request.member_epoch == kLeavingStaticEpoch) {
    if (!request.instance_id) return invalid("InstanceId can't be null.");
  } else if (request.member_epoch < kLeavingStaticEpoch) {
    return invalid("MemberEpoch is invalid.");
  }
  const auto& assignors = settings().consumer_assignors;
  if (request.server_assignor &&
      std::ranges::find(assignors, *request.server_assignor) == assignors.end()) {
    std::string supported;
    for (const std::string& name : assignors)
      append_text(supported, supported.empty() ? "" : ", ", name);
    return fail(ErrorCode::unsupported_assignor,
                concat("ServerAssignor ", *request.server_assignor,
                       " is not supported. Supported assignors: ", supported, "."));
  }
  return {};
}

ConsumerGroupHeartbeatResponse Coordinator::consumer_heartbeat(
    Now now, const Caller& caller, const ConsumerGroupHeartbeatRequest& request) {
  if (!settings().is_consumer_enabled)
    return refusal(Error(ErrorCode::unsupported_version, "The consumer group protocol is off."));
  if (const Status status = check_consumer_request(caller, request); !status)
    return refusal(status.error());
  auto response =
      request.member_epoch < 0 ? leave_consumer(now, request) : beat_consumer(now, caller, request);
  return response ? std::move(*response) : refusal(response.error());
}

// ---------------------------------------------------------------------------------------------------------------------
// Who asks

Result<ConsumerGroup*> Coordinator::consumer_group_or_fail(const std::string& group_id,
                                                           std::string_view kind) {
  Group* group = group_at(group_id);
  if (group == nullptr)
    return fail(ErrorCode::group_id_not_found, concat(kind, " ", group_id, " not found."));
  if (!group->consumer)
    return fail(ErrorCode::group_id_not_found,
                concat("Group ", group_id, " is not a consumer group."));
  return group->consumer.get();
}

// The group a member joins: there, or to be made (nullptr), or made of a classic group now.
Result<ConsumerGroup*> Coordinator::consumer_group_to_join(const std::string& group_id, Now now) {
  Group* group = group_at(group_id);
  if (group == nullptr) return nullptr;
  if (group->consumer) return group->consumer.get();
  if (!group->classic)
    return fail(ErrorCode::group_id_not_found,
                concat("Group ", group_id, " is not a consumer group."));
  TRY(upgrade(*group->classic, now));
  return consumer_group_or_fail(group_id);
}

namespace {

Status check_epoch(const ConsumerMember& member, int32_t epoch,
                   const std::optional<PartitionSet>& owned) {
  if (epoch == kJoinEpoch || epoch == member.epoch) return {};
  // The answer that told of the newer epoch may have been lost.
  const bool is_previous =
      epoch == member.previous_epoch && owned && is_held(*owned, member.assigned);
  if (epoch < member.epoch && is_previous) return {};
  return fail(
      ErrorCode::fenced_member_epoch,
      concat("The consumer group member has a ", epoch > member.epoch ? "greater" : "smaller",
             " member epoch (", epoch, ") than the one known by the group coordinator (",
             member.epoch, "). The member must abandon all its partitions and rejoin."));
}

Error unknown_member(std::string_view member_id, std::string_view group_id) {
  return Error(ErrorCode::unknown_member_id,
               concat("Member ", member_id, " is not a member of group ", group_id, "."));
}

}  // namespace

// The member as the group knows it, a new one, or one that takes a static member's place; the
// records of a replacement go to `records`.
Result<ConsumerMember> Coordinator::member_of(const ConsumerGroup& group,
                                              const std::string& member_id, int32_t epoch,
                                              const std::optional<std::string>& instance_id,
                                              const std::optional<PartitionSet>& owned,
                                              bool may_create, bool is_classic,
                                              RecordList& records) const {
  ConsumerMember fresh;
  fresh.id = member_id;
  if (!instance_id) {
    const ConsumerMember* known = group.member(member_id);
    if (known == nullptr && may_create) return fresh;
    if (known == nullptr) return fail(unknown_member(member_id, group.id()));
    if (!is_classic) TRY(check_epoch(*known, epoch, owned));
    return *known;
  }
  const ConsumerMember* owner = group.static_member(*instance_id);
  if (may_create) {
    // A dynamic member that names an instance, or a static one that names another, stays who it is.
    const ConsumerMember* known = owner == nullptr ? group.member(member_id) : nullptr;
    if (owner == nullptr) return known != nullptr ? *known : fresh;
    // Kafka does not ask whether it is the same member that comes again.
    if (!is_classic && !owner->classic && owner->epoch != kLeavingStaticEpoch)
      return fail(ErrorCode::unreleased_instance_id,
                  concat("Static member ", member_id, " with instance id ", *instance_id,
                         " cannot join the group because the instance id is owned by ", owner->id,
                         " member."));
    if (owner->id == member_id) return *owner;
    ConsumerMember heir = *owner;
    heir.id = member_id;
    heir.epoch = heir.previous_epoch = 0;
    add_member_tombstones(group.id(), owner->id, records);
    records.add(protocol::ConsumerGroupMemberMetadataKey{group.id(), heir.id, {}},
                metadata_record(heir));
    records.add(protocol::ConsumerGroupTargetAssignmentMemberKey{group.id(), heir.id, {}},
                target_record(group.target_of(owner->id)));
    records.add(protocol::ConsumerGroupCurrentMemberAssignmentKey{group.id(), heir.id, {}},
                assignment_record(heir));
    return heir;
  }
  if (owner == nullptr)
    return fail(ErrorCode::unknown_member_id, concat("Instance id ", *instance_id, " is unknown."));
  if (owner->id != member_id)
    return fail(ErrorCode::fenced_instance_id,
                concat("Static member ", member_id, " with instance id ", *instance_id,
                       " was fenced by member ", owner->id, "."));
  if (!is_classic) TRY(check_epoch(*owner, epoch, owned));
  return *owner;
}

void Coordinator::add_member_tombstones(const std::string& group_id, const std::string& member_id,
                                        RecordList& out) const {
  out.remove(protocol::ConsumerGroupCurrentMemberAssignmentKey{group_id, member_id, {}});
  out.remove(protocol::ConsumerGroupTargetAssignmentMemberKey{group_id, member_id, {}});
  out.remove(protocol::ConsumerGroupMemberMetadataKey{group_id, member_id, {}});
}

// ---------------------------------------------------------------------------------------------------------------------
// A member's step: what it is, what the group is to read, what it is to hold

// The members as they will be, with the changed one in and the one it replaces out.
std::map<std::string, const ConsumerMember*> Coordinator::members_with(
    const ConsumerGroup& group, const ConsumerMember& changed) const {
  std::map<std::string, const ConsumerMember*> members;
  for (const auto& [id, member] : group.members()) {
    const bool is_replaced = changed.instance_id && member.instance_id == changed.instance_id;
    if (!is_replaced) members[id] = &member;
  }
  members[changed.id] = &changed;
  return members;
}

// What the subscribed topics look like. Another number than before: somebody made, deleted or grew
// one of them. 0 for none, as Kafka has it.
int64_t Coordinator::metadata_hash(const std::map<std::string, const ConsumerMember*>& members,
                                   const Regexes& regexes) const {
  Names names;
  for (const auto& [id, member] : members) names.merge(subscribed_topics(*member, regexes));
  uint64_t hash = 0;
  for (const std::string& name : names) {
    const auto topic = environment_.topics.find(name);
    if (!topic) continue;
    for (const uint8_t byte : topic->id.bytes) hash = (hash ^ byte) * 0x100000001b3u + 1;
    hash = (hash ^ static_cast<uint64_t>(topic->partitions_count)) * 0x100000001b3u + 1;
  }
  return static_cast<int64_t>(hash);
}

std::set<Uuid> Coordinator::topic_ids(const Names& names) const {
  std::set<Uuid> ids;
  for (const std::string& name : names)
    if (const auto topic = environment_.topics.find(name)) ids.insert(topic->id);
  return ids;
}

// Computes a new target, adds what changed to `records`, and returns all of it.
AssignmentResult Coordinator::new_target(const ConsumerGroup& group, int32_t epoch,
                                         const ConsumerMember& changed, const Regexes& regexes,
                                         Now now, RecordList& records) const {
  AssignmentInput input;
  const auto members = members_with(group, changed);
  const ConsumerMember* replaced =
      changed.instance_id ? group.static_member(*changed.instance_id) : nullptr;
  for (const auto& [id, member] : members) {
    auto& entry = input.members[id];
    entry.sort_key = member->instance_id.value_or(id);
    entry.topics = topic_ids(subscribed_topics(*member, regexes));
    const bool is_heir = member == &changed && replaced != nullptr;
    entry.current = group.target_of(is_heir ? replaced->id : id);
    for (const Uuid& topic_id : entry.topics)
      input.partitions[topic_id] = environment_.topics.find(topic_id)->partitions_count;
  }
  std::map<std::string_view, size_t> votes;
  for (const auto& [id, member] : members)
    if (member->server_assignor) ++votes[*member->server_assignor];
  const auto most =
      std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  AssignmentResult target =
      assign(most == votes.end() ? settings().consumer_assignors.front() : std::string(most->first),
             input);
  for (const auto& [id, partitions] : target) {
    const bool is_known = group.targets().contains(id);
    if (!is_known || group.target_of(id) != partitions)
      records.add(protocol::ConsumerGroupTargetAssignmentMemberKey{group.id(), id, {}},
                  target_record(partitions));
  }
  protocol::ConsumerGroupTargetAssignmentMetadataValue value;
  value.assignment_epoch = epoch;
  value.assignment_timestamp = now.wall_ms;
  records.add(protocol::ConsumerGroupTargetAssignmentMetadataKey{group.id(), {}}, value);
  return target;
}

// What follows from a member's new face: the group's epoch, a target when it is due, and the
// member's next assignment. Everything goes to `records`; the group itself is not touched.
Result<ConsumerMember> Coordinator::step(const ConsumerGroup& group, const ConsumerMember& before,
                                         ConsumerMember member, const PartitionSet* owned,
                                         bool is_new, Now now, RecordList& records) const {
  const std::string& id = group.id();
  const bool has_new_metadata = is_new || !member.has_same_metadata(before);
  const bool has_new_names = member.subscribed_topics != before.subscribed_topics;
  const bool has_new_regex = member.subscribed_regex != before.subscribed_regex;
  if (has_new_metadata)
    records.add(protocol::ConsumerGroupMemberMetadataKey{id, member.id, {}},
                metadata_record(member));
  Regexes regexes = group.regexes;
  if (has_new_regex && !before.subscribed_regex.empty() &&
      group.regex_members_count(before.subscribed_regex) == 1) {
    records.remove(protocol::ConsumerGroupRegularExpressionKey{id, before.subscribed_regex, {}});
    regexes.erase(before.subscribed_regex);
  }
  const bool is_resolved =
      member.subscribed_regex.empty() || regexes.contains(member.subscribed_regex);

  // A group begins at epoch 1, which is also what a member gets while there is nothing to give it.
  int32_t epoch = std::max(group.epoch, kFirstEpoch);
  int32_t assignment_epoch = std::max(group.assignment_epoch, kFirstEpoch);
  const bool has_new_subscription = has_new_names || (has_new_regex && is_resolved);
  if (has_new_subscription || group.is_metadata_stale || group.epoch == 0) {
    const int64_t hash = metadata_hash(members_with(group, member), regexes);
    if (has_new_subscription || hash != group.metadata_hash) ++epoch;
    if (epoch != group.epoch) {
      protocol::ConsumerGroupMetadataValue value;
      value.epoch = epoch;
      value.metadata_hash = hash;
      records.add(protocol::ConsumerGroupMetadataKey{id, {}}, value);
    }
    if (group.has_partition_metadata_record)
      records.remove(protocol::ConsumerGroupPartitionMetadataKey{id, {}});
  }
  const bool is_heir = member.instance_id && group.static_member(*member.instance_id) != nullptr;
  PartitionSet target =
      group.target_of(is_heir ? group.static_member(*member.instance_id)->id : member.id);
  const int64_t since_ms = now.wall_ms - group.assignment_timestamp_ms;
  const bool is_due = since_ms >= consumer_config(id).assignment_interval_ms || since_ms < 0 ||
                      group.members().empty();
  if (epoch > assignment_epoch && is_due) {
    target = new_target(group, epoch, member, regexes, now, records)[member.id];
    assignment_epoch = epoch;
  } else if (group.assignment_epoch == 0) {
    protocol::ConsumerGroupTargetAssignmentMetadataValue value;
    value.assignment_epoch = assignment_epoch;
    records.add(protocol::ConsumerGroupTargetAssignmentMetadataKey{id, {}}, value);
  }
  const std::set<Uuid> topics = topic_ids(subscribed_topics(member, regexes));
  const Reconciliation reconciliation{assignment_epoch, target, topics, owned,
                                      has_new_names || has_new_regex};
  TRY_ASSIGN(ConsumerMember next, reconcile(group, member, reconciliation));
  if (is_new || !next.has_same_assignment(member))
    records.add(protocol::ConsumerGroupCurrentMemberAssignmentKey{id, next.id, {}},
                assignment_record(next));
  return next;
}

Result<ConsumerGroupHeartbeatResponse> Coordinator::beat_consumer(
    Now now, const Caller& caller, const ConsumerGroupHeartbeatRequest& request) {
  const bool is_joining = request.member_epoch == kJoinEpoch;
  if (is_joining && request.subscribed_topic_regex && !request.subscribed_topic_regex->empty())
    TRY(check_regex(*request.subscribed_topic_regex));
  ConsumerGroup* existing = nullptr;
  if (is_joining) {
    TRY_ASSIGN(existing, consumer_group_to_join(request.group_id, now));
  } else {
    TRY_ASSIGN(existing, consumer_group_or_fail(request.group_id, "Consumer group"));
  }
  const ConsumerGroup fresh(request.group_id);
  const ConsumerGroup& group = existing == nullptr ? fresh : *existing;
  const bool is_known = group.member(request.member_id) != nullptr;
  if (group.members().size() >= static_cast<size_t>(settings().consumer_max_size) && !is_known)
    return fail(ErrorCode::group_max_size_reached,
                concat("The consumer group has reached its maximum capacity of ",
                       settings().consumer_max_size, " members."));
  const std::string member_id =
      request.member_id.empty() ? environment_.random_uuid().to_string() : request.member_id;

  RecordList records;
  const auto owned = owned_of(request);
  TRY_ASSIGN(const ConsumerMember before,
             member_of(group, member_id, request.member_epoch, request.instance_id, owned,
                       is_joining, false, records));
  ConsumerMember member = before;
  if (request.instance_id) member.instance_id = request.instance_id;
  if (request.rack_id) member.rack_id = request.rack_id;
  if (request.rebalance_timeout_ms != -1)
    member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  if (request.server_assignor) member.server_assignor = request.server_assignor;
  if (request.subscribed_topic_names)
    member.subscribed_topics =
        Names(request.subscribed_topic_names->begin(), request.subscribed_topic_names->end());
  if (request.subscribed_topic_regex) member.subscribed_regex = *request.subscribed_topic_regex;
  member.client_id = caller.client_id;
  member.client_host = caller.client_host;
  member.classic.reset();
  const bool has_new_regex = member.subscribed_regex != before.subscribed_regex;
  if (has_new_regex && !member.subscribed_regex.empty()) TRY(check_regex(member.subscribed_regex));

  TRY_ASSIGN(const ConsumerMember next,
             step(group, before, std::move(member), owned ? &*owned : nullptr,
                  group.member(member_id) == nullptr, now, records));
  TRY(append_group_records(records, now));
  after_step(request.group_id, next, now);

  ConsumerGroupHeartbeatResponse response;
  response.member_id = next.id;
  response.member_epoch = next.epoch;
  response.heartbeat_interval_ms = consumer_config(request.group_id).heartbeat_interval_ms;
  const bool is_full = request.rebalance_timeout_ms != -1 && owned &&
                       (request.subscribed_topic_names || request.subscribed_topic_regex);
  if (is_joining || is_full || next.assigned != before.assigned) {
    auto& assignment = response.assignment.emplace();
    for (const auto& [topic_id, partitions] : next.assigned) {
      auto& topic = assignment.topic_partitions.emplace_back();
      topic.topic_id = topic_id;
      for (const auto& [partition, epoch] : partitions) topic.partitions.push_back(partition);
    }
  }
  return response;
}

Status Coordinator::append_group_records(const RecordList& records, Now now) {
  const Status done = append_and_apply(records, now);
  if (done) return {};
  return fail(append_error(done.error()), std::string(done.error().text()));
}

// Timers, and what the group still has to find out.
void Coordinator::after_step(const std::string& group_id, const ConsumerMember& member, Now now) {
  ConsumerGroup* group = find_consumer(group_id);
  if (group == nullptr) return;
  group->is_metadata_stale = false;
  const int32_t session_ms = member.classic ? member.classic->session_timeout_ms
                                            : consumer_config(group_id).session_timeout_ms;
  timers_.set(Kind::consumer_session, group_id, member.id, now.monotonic_ms + session_ms);
  if (!member.classic && member.state == MemberState::unrevoked) {
    if (!timers_.is_set(Kind::consumer_rebalance, group_id, member.id))
      timers_.set(Kind::consumer_rebalance, group_id, member.id,
                  now.monotonic_ms + member.rebalance_timeout_ms);
  } else {
    timers_.cancel(Kind::consumer_rebalance, group_id, member.id);
  }
  // After the answer: matching all topics may take a while.
  const bool is_unresolved =
      !member.subscribed_regex.empty() && !group->regexes.contains(member.subscribed_regex);
  if (is_unresolved) timers_.set(Kind::regex_refresh, group_id, "", now.monotonic_ms);
}

// ---------------------------------------------------------------------------------------------------------------------
// Leaving

Result<ConsumerGroupHeartbeatResponse> Coordinator::leave_consumer(
    Now now, const ConsumerGroupHeartbeatRequest& request) {
  TRY_ASSIGN(ConsumerGroup * group, consumer_group_or_fail(request.group_id));
  ConsumerGroupHeartbeatResponse response;
  response.member_id = request.member_id;
  response.member_epoch = request.member_epoch;
  RecordList ignored;
  // Whoever leaves need not know its epoch.
  TRY_ASSIGN(ConsumerMember member,
             member_of(*group, request.member_id, kJoinEpoch, request.instance_id, std::nullopt,
                       false, true, ignored));
  if (request.member_epoch == kLeavingStaticEpoch) {
    // It means to come back: its place is kept until its session ends.
    member.epoch = kLeavingStaticEpoch;
    member.pending_revocation.clear();
    RecordList records;
    records.add(protocol::ConsumerGroupCurrentMemberAssignmentKey{request.group_id, member.id, {}},
                assignment_record(member));
    TRY(append_group_records(records, now));
    return response;
  }
  TRY(fence_members(*group, {member.id}, now));
  return response;
}

Status Coordinator::fence_members(ConsumerGroup& group, const std::set<std::string>& leavers,
                                  Now now) {
  if (leavers.empty()) return {};
  if (can_downgrade_without(group, leavers)) return downgrade(group, leavers, now);
  const std::string group_id = group.id();
  RecordList records;
  std::map<std::string, const ConsumerMember*> staying;
  std::map<std::string_view, size_t> left_by_regex;
  for (const auto& [id, member] : group.members()) {
    if (!leavers.contains(id)) {
      staying[id] = &member;
      continue;
    }
    add_member_tombstones(group_id, id, records);
    if (!member.subscribed_regex.empty()) ++left_by_regex[member.subscribed_regex];
  }
  Regexes regexes = group.regexes;
  for (const auto& [regex, count] : left_by_regex) {
    if (group.regex_members_count(regex) != count) continue;
    records.remove(protocol::ConsumerGroupRegularExpressionKey{group_id, std::string(regex), {}});
    regexes.erase(std::string(regex));
  }
  protocol::ConsumerGroupMetadataValue value;
  value.epoch = group.epoch + 1;
  value.metadata_hash = metadata_hash(staying, regexes);
  records.add(protocol::ConsumerGroupMetadataKey{group_id, {}}, value);
  if (staying.empty()) {
    // Nobody is left to compute a target for: the empty one is done at once.
    protocol::ConsumerGroupTargetAssignmentMetadataValue target;
    target.assignment_epoch = value.epoch;
    records.add(protocol::ConsumerGroupTargetAssignmentMetadataKey{group_id, {}}, target);
  }
  TRY(append_group_records(records, now));
  for (const std::string& id : leavers) cancel_member_timers(group_id, id);
  return {};
}

void Coordinator::cancel_member_timers(const std::string& group_id, const std::string& member_id) {
  for (const Kind kind :
       {Kind::consumer_session, Kind::consumer_rebalance, Kind::consumer_join, Kind::consumer_sync})
    timers_.cancel(kind, group_id, member_id);
}

void Coordinator::expire_consumer_member(ConsumerGroup& group, const std::string& member_id,
                                         std::string_view why, Now now) {
  if (group.member(member_id) == nullptr) return;
  environment_.logger.info(
      concat("group ", group.id(), ": member ", member_id, " is removed: ", why));
  const std::string group_id = group.id();
  if (const Status done = fence_members(group, {member_id}, now); !done)
    timers_.set(Kind::consumer_session, group_id, member_id, now.monotonic_ms + 1000);
}

// ---------------------------------------------------------------------------------------------------------------------
// Regular expressions

// Matches the expressions of a group against all topics, and moves the group on when that changed
// anything.
void Coordinator::resolve_regexes(ConsumerGroup& group, Now now) {
  std::set<std::string> wanted;
  for (const auto& [id, member] : group.members())
    if (!member.subscribed_regex.empty()) wanted.insert(member.subscribed_regex);
  if (wanted.empty()) return;
  timers_.set(Kind::regex_refresh, group.id(), "",
              now.monotonic_ms + settings().consumer_regex_refresh_interval_ms);
  const std::vector<std::string> names = environment_.topics.names();
  RecordList records;
  Regexes regexes = group.regexes;
  bool has_changed = false;
  for (const std::string& regex : wanted) {
    const RE2 compiled(regex, regex_options());
    protocol::ConsumerGroupRegularExpressionValue value;
    for (const std::string& name : names)
      if (compiled.ok() && RE2::FullMatch(name, compiled)) value.topics.push_back(name);
    ResolvedRegex resolved;
    resolved.topics = Names(value.topics.begin(), value.topics.end());
    const auto known = regexes.find(regex);
    if (known != regexes.end() && known->second.topics == resolved.topics) continue;
    has_changed = true;
    value.timestamp = now.wall_ms;
    records.add(protocol::ConsumerGroupRegularExpressionKey{group.id(), regex, {}}, value);
    regexes[regex] = std::move(resolved);
  }
  if (!has_changed) return;
  std::map<std::string, const ConsumerMember*> members;
  for (const auto& [id, member] : group.members()) members[id] = &member;
  protocol::ConsumerGroupMetadataValue value;
  value.epoch = group.epoch + 1;
  value.metadata_hash = metadata_hash(members, regexes);
  records.add(protocol::ConsumerGroupMetadataKey{group.id(), {}}, value);
  (void)append_group_records(records, now);
}

void Coordinator::topics_changed(Now now) {
  for (auto& [id, group] : groups_) {
    if (!group.consumer) continue;
    group.consumer->is_metadata_stale = true;
    const bool has_regex = std::ranges::any_of(group.consumer->members(), [](const auto& entry) {
      return !entry.second.subscribed_regex.empty();
    });
    if (has_regex) timers_.set(Kind::regex_refresh, id, "", now.monotonic_ms);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Describe

ConsumerGroupDescribeResponse::DescribedGroup Coordinator::describe_consumer(
    const std::string& group_id) const {
  ConsumerGroupDescribeResponse::DescribedGroup described;
  described.group_id = group_id;
  const auto refuse = [&](ErrorCode error, std::optional<std::string> text) {
    described.error_code = static_cast<int16_t>(error);
    described.error_message = std::move(text);
    return described;
  };
  if (group_id.empty()) return refuse(ErrorCode::invalid_group_id, std::nullopt);
  const Group* found = find(group_id);
  if (found == nullptr)
    return refuse(ErrorCode::group_id_not_found, concat("Group ", group_id, " not found."));
  if (!found->consumer)
    return refuse(ErrorCode::group_id_not_found,
                  concat("Group ", group_id, " is not a consumer group."));
  const ConsumerGroup& group = *found->consumer;
  described.group_state = group.state_name();
  described.group_epoch = group.epoch;
  described.assignment_epoch = group.assignment_epoch;
  described.assignor_name = group.preferred_assignor();
  if (described.assignor_name.empty())
    described.assignor_name = settings().consumer_assignors.front();
  const auto add = [&](auto& assignment, const Uuid& topic_id, std::vector<int32_t> partitions) {
    const auto topic = environment_.topics.find(topic_id);
    if (topic)
      assignment.topic_partitions.push_back({topic_id, topic->name, std::move(partitions), {}});
  };
  for (const auto& [id, member] : group.members()) {
    auto& listed = described.members.emplace_back();
    listed.member_id = id;
    listed.instance_id = member.instance_id;
    listed.rack_id = member.rack_id;
    listed.member_epoch = member.epoch;
    listed.client_id = member.client_id;
    listed.client_host = member.client_host;
    listed.subscribed_topic_names.assign(member.subscribed_topics.begin(),
                                         member.subscribed_topics.end());
    listed.subscribed_topic_regex = member.subscribed_regex;
    listed.member_type = member.classic ? kMemberTypeClassic : kMemberTypeConsumer;
    for (const auto& [topic_id, partitions] : member.assigned) {
      std::vector<int32_t> numbers;
      for (const auto& [partition, epoch] : partitions) numbers.push_back(partition);
      add(listed.assignment, topic_id, std::move(numbers));
    }
    for (const auto& [topic_id, partitions] : group.target_of(id))
      add(listed.target_assignment, topic_id, {partitions.begin(), partitions.end()});
  }
  return described;
}

}  // namespace spool::broker::group
