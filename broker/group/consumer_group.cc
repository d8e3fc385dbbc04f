#include "broker/group/consumer_group.h"

#include <algorithm>

namespace spool::broker::group {

namespace {
const PartitionSet kNoPartitions;
}

bool ConsumerMember::has_same_metadata(const ConsumerMember& other) const {
  return id == other.id && instance_id == other.instance_id && rack_id == other.rack_id &&
         client_id == other.client_id && client_host == other.client_host &&
         subscribed_topics == other.subscribed_topics &&
         subscribed_regex == other.subscribed_regex &&
         rebalance_timeout_ms == other.rebalance_timeout_ms &&
         server_assignor == other.server_assignor && classic == other.classic;
}

bool ConsumerMember::has_same_assignment(const ConsumerMember& other) const {
  return epoch == other.epoch && previous_epoch == other.previous_epoch && state == other.state &&
         assigned == other.assigned && pending_revocation == other.pending_revocation;
}

const ConsumerMember* ConsumerGroup::member(std::string_view id) const {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : &found->second;
}

const ConsumerMember* ConsumerGroup::static_member(std::string_view instance_id) const {
  const auto found = static_members_.find(instance_id);
  return found == static_members_.end() ? nullptr : member(found->second);
}

void ConsumerGroup::take_ownership(const ConsumerMember& member, bool is_added) {
  for (const PartitionEpochs* held : {&member.assigned, &member.pending_revocation})
    for (const auto& [topic_id, partitions] : *held)
      for (const auto& [partition, epoch_of_it] : partitions) {
        auto& owners = owners_[topic_id];
        const int32_t count = owners[partition] += is_added ? 1 : -1;
        if (count <= 0) owners.erase(partition);
        if (owners.empty()) owners_.erase(topic_id);
      }
}

void ConsumerGroup::put(ConsumerMember member) {
  if (const auto found = members_.find(member.id); found != members_.end()) {
    take_ownership(found->second, false);
    if (found->second.instance_id) static_members_.erase(*found->second.instance_id);
  }
  take_ownership(member, true);
  if (member.instance_id) static_members_[*member.instance_id] = member.id;
  std::string id = member.id;
  members_.insert_or_assign(std::move(id), std::move(member));
}

void ConsumerGroup::remove(std::string_view member_id) {
  const auto found = members_.find(member_id);
  if (found == members_.end()) return;
  take_ownership(found->second, false);
  if (found->second.instance_id) {
    // A static member that was replaced has handed its instance on.
    const auto at = static_members_.find(*found->second.instance_id);
    if (at != static_members_.end() && at->second == member_id) static_members_.erase(at);
  }
  members_.erase(found);
}

const PartitionSet& ConsumerGroup::target_of(std::string_view member_id) const {
  const auto found = targets_.find(member_id);
  return found == targets_.end() ? kNoPartitions : found->second;
}

void ConsumerGroup::set_target(const std::string& member_id, PartitionSet target) {
  targets_[member_id] = std::move(target);
}

void ConsumerGroup::remove_target(std::string_view member_id) {
  if (const auto found = targets_.find(member_id); found != targets_.end()) targets_.erase(found);
}

bool ConsumerGroup::is_owned(const Uuid& topic_id, int32_t partition) const {
  const auto found = owners_.find(topic_id);
  return found != owners_.end() && found->second.contains(partition);
}

bool ConsumerGroup::waits_for_partitions(const ConsumerMember& member) const {
  if (member.state != MemberState::unreleased) return false;
  for (const auto& [topic_id, partitions] : target_of(member.id)) {
    const auto held = member.assigned.find(topic_id);
    for (const int32_t partition : partitions) {
      const bool has_it = held != member.assigned.end() && held->second.contains(partition);
      if (!has_it && is_owned(topic_id, partition)) return true;
    }
  }
  return false;
}

std::string_view ConsumerGroup::state_name() const {
  if (members_.empty()) return "Empty";
  if (epoch > assignment_epoch) return "Assigning";
  for (const auto& [id, member] : members_)
    if (!member.is_reconciled_to(assignment_epoch)) return "Reconciling";
  return "Stable";
}

std::string ConsumerGroup::preferred_assignor() const {
  std::map<std::string_view, size_t> votes;
  for (const auto& [id, member] : members_)
    if (member.server_assignor) ++votes[*member.server_assignor];
  const auto most =
      std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? std::string() : std::string(most->first);
}

bool ConsumerGroup::is_subscribed_to(std::string_view topic) const {
  return std::ranges::any_of(members_, [&](const auto& entry) {
    return entry.second.subscribed_topics.contains(topic) ||
           subscribed_topics(entry.second, regexes).contains(topic);
  });
}

size_t ConsumerGroup::regex_members_count(std::string_view regex) const {
  return static_cast<size_t>(std::ranges::count_if(
      members_, [&](const auto& entry) { return entry.second.subscribed_regex == regex; }));
}

size_t ConsumerGroup::classic_members_count() const {
  return static_cast<size_t>(std::ranges::count_if(
      members_, [](const auto& entry) { return entry.second.classic.has_value(); }));
}

bool ConsumerGroup::supports(std::string_view protocol_type,
                             const std::vector<ClassicProtocol>& protocols) const {
  if (protocol_type != "consumer") return false;
  return std::ranges::any_of(protocols, [&](const ClassicProtocol& offered) {
    return std::ranges::all_of(members_, [&](const auto& entry) {
      const auto& classic = entry.second.classic;
      return !classic || std::ranges::find(classic->protocols, offered.name,
                                           &ClassicProtocol::name) != classic->protocols.end();
    });
  });
}

Names subscribed_topics(const ConsumerMember& member, const Regexes& regexes) {
  Names topics = member.subscribed_topics;
  if (member.subscribed_regex.empty()) return topics;
  const auto resolved = regexes.find(member.subscribed_regex);
  if (resolved != regexes.end())
    topics.insert(resolved->second.topics.begin(), resolved->second.topics.end());
  return topics;
}

// ---------------------------------------------------------------------------------------------------------------------
// Reconciliation

namespace {

bool holds_any(const PartitionSet* owned, const PartitionEpochs& revoked) {
  if (owned == nullptr) return true;  // it does not say: it may
  for (const auto& [topic_id, partitions] : *owned) {
    const auto found = revoked.find(topic_id);
    if (found == revoked.end()) continue;
    for (const int32_t partition : partitions)
      if (found->second.contains(partition)) return true;
  }
  return false;
}

void move_to_epoch(ConsumerMember& member, int32_t epoch) {
  member.previous_epoch = member.epoch;
  member.epoch = epoch;
}

// What the member may keep of a topic that it no longer reads: nothing.
ConsumerMember drop_unsubscribed(const ConsumerMember& member, const Reconciliation& step) {
  ConsumerMember next = member;
  for (const auto& [topic_id, partitions] : member.assigned) {
    if (step.subscribed_topics.contains(topic_id)) continue;
    next.pending_revocation[topic_id].insert(partitions.begin(), partitions.end());
    next.assigned.erase(topic_id);
  }
  if (next.assigned == member.assigned) return member;
  move_to_epoch(next, member.epoch);
  if (holds_any(step.owned, next.pending_revocation))
    next.state = MemberState::unrevoked;
  else
    next.pending_revocation = member.pending_revocation;
  return next;
}

struct Difference {
  PartitionEpochs kept;
  PartitionEpochs revoked;
  PartitionSet free;  // of the target, held by nobody
  bool has_unreleased = false;
};

Difference compare(const ConsumerGroup& group, const ConsumerMember& member,
                   const Reconciliation& step) {
  Difference result;
  std::set<Uuid> topic_ids;
  for (const auto& [topic_id, partitions] : step.target) topic_ids.insert(topic_id);
  for (const auto& [topic_id, partitions] : member.assigned) topic_ids.insert(topic_id);
  for (const Uuid& topic_id : topic_ids) {
    const auto wanted = step.target.find(topic_id);
    const bool is_wanted = wanted != step.target.end() && step.subscribed_topics.contains(topic_id);
    const std::set<int32_t> target = is_wanted ? wanted->second : std::set<int32_t>{};
    const auto held = member.assigned.find(topic_id);
    if (held != member.assigned.end())
      for (const auto& [partition, epoch] : held->second)
        (target.contains(partition) ? result.kept : result.revoked)[topic_id][partition] = epoch;
    const auto own_pending = member.pending_revocation.find(topic_id);
    for (const int32_t partition : target) {
      if (result.kept.contains(topic_id) && result.kept.at(topic_id).contains(partition)) continue;
      const bool is_own =
          own_pending != member.pending_revocation.end() && own_pending->second.contains(partition);
      if (group.is_owned(topic_id, partition) && !is_own)
        result.has_unreleased = true;
      else
        result.free[topic_id].insert(partition);
    }
  }
  return result;
}

ConsumerMember next_assignment(const ConsumerGroup& group, const ConsumerMember& member,
                               int32_t member_epoch, const Reconciliation& step) {
  const Difference difference = compare(group, member, step);
  ConsumerMember next = member;
  next.assigned = difference.kept;
  if (!difference.revoked.empty() && holds_any(step.owned, difference.revoked)) {
    // The member stays in its epoch until it has confirmed.
    next.pending_revocation = difference.revoked;
    next.state = MemberState::unrevoked;
    move_to_epoch(next, member_epoch);
    return next;
  }
  for (const auto& [topic_id, partitions] : difference.free)
    for (const int32_t partition : partitions)
      next.assigned[topic_id][partition] = step.target_epoch;
  next.pending_revocation.clear();
  next.state = difference.has_unreleased ? MemberState::unreleased : MemberState::stable;
  move_to_epoch(next, step.target_epoch);
  return next;
}

}  // namespace

Result<ConsumerMember> reconcile(const ConsumerGroup& group, const ConsumerMember& member,
                                 const Reconciliation& step) {
  if (!step.has_subscription_changed && member.is_reconciled_to(step.target_epoch)) return member;
  switch (member.state) {
    case MemberState::stable:
      if (member.epoch != step.target_epoch)
        return next_assignment(group, member, member.epoch, step);
      return drop_unsubscribed(member, step);
    case MemberState::unrevoked:
      if (!holds_any(step.owned, member.pending_revocation))
        return next_assignment(group, member, member.epoch, step);
      return step.has_subscription_changed ? drop_unsubscribed(member, step) : member;
    case MemberState::unreleased: {
      ConsumerMember next = next_assignment(group, member, member.epoch, step);
      // Nothing became free: the epochs stay as they are too.
      const bool is_same = next.epoch == member.epoch && next.state == member.state &&
                           next.assigned == member.assigned &&
                           next.pending_revocation == member.pending_revocation;
      return is_same ? member : next;
    }
    default:
      break;
  }
  if (step.owned == nullptr || !step.owned->empty())
    return fail(ErrorCode::fenced_member_epoch,
                "The consumer group member is in a unknown state. The member must abandon all its "
                "partitions and rejoin.");
  return next_assignment(group, member, step.target_epoch, step);
}

// ---------------------------------------------------------------------------------------------------------------------
// Records

protocol::ConsumerGroupMemberMetadataValue metadata_record(const ConsumerMember& member) {
  protocol::ConsumerGroupMemberMetadataValue value;
  value.instance_id = member.instance_id;
  value.rack_id = member.rack_id;
  value.client_id = member.client_id;
  value.client_host = member.client_host;
  value.subscribed_topic_names.assign(member.subscribed_topics.begin(),
                                      member.subscribed_topics.end());
  value.subscribed_topic_regex = member.subscribed_regex;
  value.rebalance_timeout_ms = member.rebalance_timeout_ms;
  value.server_assignor = member.server_assignor;
  value.classic_member_metadata.reset();
  if (!member.classic) return value;
  using ClassicMetadata = protocol::ConsumerGroupMemberMetadataValue::ClassicMemberMetadata;
  auto& classic = value.classic_member_metadata.emplace(ClassicMetadata{});
  classic.session_timeout_ms = member.classic->session_timeout_ms;
  for (const ClassicProtocol& offered : member.classic->protocols)
    classic.supported_protocols.push_back({offered.name, offered.metadata, {}});
  return value;
}

namespace {

using CurrentValue = protocol::ConsumerGroupCurrentMemberAssignmentValue;

std::vector<CurrentValue::TopicPartitions> listed(const PartitionEpochs& held) {
  std::vector<CurrentValue::TopicPartitions> list;
  for (const auto& [topic_id, partitions] : held) {
    auto& entry = list.emplace_back();
    entry.topic_id = topic_id;
    entry.assignment_epochs.emplace();
    for (const auto& [partition, epoch] : partitions) {
      entry.partitions.push_back(partition);
      entry.assignment_epochs->push_back(epoch);
    }
  }
  return list;
}

}  // namespace

CurrentValue assignment_record(const ConsumerMember& member) {
  CurrentValue value;
  value.member_epoch = member.epoch;
  value.previous_member_epoch = member.previous_epoch;
  value.state = static_cast<int8_t>(member.state);
  value.assigned_partitions = listed(member.assigned);
  value.partitions_pending_revocation = listed(member.pending_revocation);
  return value;
}

protocol::ConsumerGroupTargetAssignmentMemberValue target_record(const PartitionSet& target) {
  protocol::ConsumerGroupTargetAssignmentMemberValue value;
  for (const auto& [topic_id, partitions] : target)
    value.topic_partitions.push_back(
        {topic_id, std::vector<int32_t>(partitions.begin(), partitions.end()), {}});
  return value;
}

}  // namespace spool::broker::group
