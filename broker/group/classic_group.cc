#include "broker/group/classic_group.h"

#include <algorithm>

#include "broker/group/embedded_protocol.h"

namespace spool::broker::group {

using protocol::JoinGroupResponse;
using protocol::SyncGroupResponse;

std::string_view state_name(ClassicState state) {
  switch (state) {
    case ClassicState::preparing_rebalance:
      return "PreparingRebalance";
    case ClassicState::completing_rebalance:
      return "CompletingRebalance";
    case ClassicState::stable:
      return "Stable";
    case ClassicState::dead:
      return "Dead";
    case ClassicState::empty:
      return "Empty";
  }
  return "";
}

std::vector<ClassicProtocol> protocols_of(const protocol::JoinGroupRequest& request) {
  std::vector<ClassicProtocol> protocols;
  for (const auto& offered : request.protocols) {
    const auto same_name = [&](const ClassicProtocol& p) { return p.name == offered.name; };
    if (std::ranges::none_of(protocols, same_name))
      protocols.push_back({offered.name, to_buffer(offered.metadata)});
  }
  return protocols;
}

BytesView ClassicMember::metadata(std::string_view protocol) const {
  const auto found = std::ranges::find(protocols, protocol, &ClassicProtocol::name);
  return found == protocols.end() ? BytesView{} : BytesView(found->metadata);
}

void ClassicGroup::transition_to(ClassicState state, int64_t wall_ms) {
  previous_state_ = state_;
  state_ = state;
  state_timestamp_ms_ = wall_ms;
}

ClassicMember* ClassicGroup::member(std::string_view id) {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : &found->second;
}

const std::string* ClassicGroup::static_member_id(std::string_view instance_id) const {
  const auto found = static_members_.find(instance_id);
  return found == static_members_.end() ? nullptr : &found->second;
}

void ClassicGroup::count_protocols(const ClassicMember& member, int by) {
  for (const ClassicProtocol& offered : member.protocols) {
    size_t& count = protocol_counts_[offered.name];
    count += static_cast<size_t>(by);
    if (count == 0) protocol_counts_.erase(offered.name);
  }
}

ClassicMember& ClassicGroup::add(ClassicMember member, const std::string& protocol_type,
                                 JoinReply reply) {
  if (members_.empty()) protocol_type_ = protocol_type;
  if (!leader_) leader_ = member.id;
  pending_joins_.erase(member.id);
  if (member.instance_id) static_members_[*member.instance_id] = member.id;
  count_protocols(member, 1);
  member.awaiting_join = std::move(reply);
  if (member.awaiting_join) ++awaiting_join_count_;
  std::string id = member.id;
  return members_.insert_or_assign(std::move(id), std::move(member)).first->second;
}

void ClassicGroup::remove(std::string_view member_id) {
  const std::string id(member_id);  // the view may be into the member
  if (const auto found = members_.find(id); found != members_.end()) {
    ClassicMember& member = found->second;
    // Nobody may wait for an answer that never comes.
    if (member.awaiting_join)
      answer_join(member, {.error_code = static_cast<int16_t>(ErrorCode::unknown_member_id)});
    answer_sync(member, {.error_code = static_cast<int16_t>(ErrorCode::unknown_member_id)});
    count_protocols(member, -1);
    if (member.instance_id) {
      const auto at = static_members_.find(*member.instance_id);
      if (at != static_members_.end() && at->second == id) static_members_.erase(at);
    }
    members_.erase(found);
  }
  if (leader_ && *leader_ == id) {
    leader_.reset();
    if (!members_.empty()) leader_ = members_.begin()->first;
  }
  pending_joins_.erase(id);
  pending_syncs_.erase(id);
}

void ClassicGroup::update(ClassicMember& member, std::vector<ClassicProtocol> protocols,
                          int32_t rebalance_timeout_ms, int32_t session_timeout_ms,
                          JoinReply reply) {
  count_protocols(member, -1);
  member.protocols = std::move(protocols);
  count_protocols(member, 1);
  member.rebalance_timeout_ms = rebalance_timeout_ms;
  member.session_timeout_ms = session_timeout_ms;
  // A join that is parked already belongs to a connection the client has given up.
  if (member.awaiting_join)
    answer_join(member, {.error_code = static_cast<int16_t>(ErrorCode::rebalance_in_progress),
                         .member_id = member.id});
  member.awaiting_join = std::move(reply);
  if (member.awaiting_join) ++awaiting_join_count_;
}

ClassicMember& ClassicGroup::replace_static(std::string_view instance_id, std::string_view old_id,
                                            std::string new_id) {
  auto node = members_.extract(members_.find(old_id));
  ClassicMember& member = node.mapped();
  constexpr auto kFenced = static_cast<int16_t>(ErrorCode::fenced_instance_id);
  if (member.awaiting_join) answer_join(member, {.error_code = kFenced, .member_id = member.id});
  answer_sync(member, {.error_code = kFenced});
  if (is_leader(member.id)) leader_ = new_id;
  pending_syncs_.erase(member.id);
  static_members_[std::string(instance_id)] = new_id;
  member.id = new_id;
  node.key() = std::move(new_id);
  return members_.insert(std::move(node)).position->second;
}

void ClassicGroup::answer_join(ClassicMember& member, JoinGroupResponse answer) {
  if (!member.awaiting_join) return;
  JoinReply reply = std::exchange(member.awaiting_join, nullptr);
  --awaiting_join_count_;
  reply(std::move(answer));
}

bool ClassicGroup::answer_sync(ClassicMember& member, SyncGroupResponse answer) {
  if (!member.awaiting_sync) return false;
  SyncReply reply = std::exchange(member.awaiting_sync, nullptr);
  reply(std::move(answer));
  return true;
}

void ClassicGroup::await_sync(ClassicMember& member, SyncReply reply) {
  answer_sync(member, {.error_code = static_cast<int16_t>(ErrorCode::rebalance_in_progress)});
  member.awaiting_sync = std::move(reply);
}

bool ClassicGroup::elect_joined_leader() {
  if (!leader_) return false;
  const ClassicMember* leading = member(*leader_);
  if (leading != nullptr && leading->awaiting_join) return true;
  for (const auto& [id, candidate] : members_)
    if (candidate.awaiting_join) {
      leader_ = id;
      return true;
    }
  return false;
}

bool ClassicGroup::supports(std::string_view protocol_type,
                            const std::vector<ClassicProtocol>& protocols) const {
  if (is(ClassicState::empty)) return !protocol_type.empty() && !protocols.empty();
  if (!protocol_type_ || *protocol_type_ != protocol_type) return false;
  return std::ranges::any_of(protocols, [&](const ClassicProtocol& offered) {
    const auto found = protocol_counts_.find(offered.name);
    return found != protocol_counts_.end() && found->second == members_.size();
  });
}

std::string ClassicGroup::select_protocol() const {
  std::map<std::string_view, size_t> votes;
  const auto is_common = [&](const ClassicProtocol& offered) {
    return protocol_counts_.at(offered.name) == members_.size();
  };
  for (const auto& [id, member] : members_) {
    const auto preferred = std::ranges::find_if(member.protocols, is_common);
    if (preferred != member.protocols.end()) ++votes[preferred->name];
  }
  const auto most =
      std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? std::string() : std::string(most->first);
}

int32_t ClassicGroup::rebalance_timeout_ms() const {
  int32_t longest = 0;
  for (const auto& [id, member] : members_)
    longest = std::max(longest, member.rebalance_timeout_ms);
  return longest;
}

void ClassicGroup::begin_generation(int64_t wall_ms) {
  generation_ = generation_ == INT32_MAX ? 1 : generation_ + 1;
  if (members_.empty()) {
    protocol_name_.reset();
    compute_subscribed_topics();
    transition_to(ClassicState::empty, wall_ms);
  } else {
    protocol_name_ = select_protocol();
    compute_subscribed_topics();
    transition_to(ClassicState::completing_rebalance, wall_ms);
  }
  clear_pending_syncs();
}

std::vector<JoinGroupResponse::JoinGroupResponseMember> ClassicGroup::members_for_leader() const {
  std::vector<JoinGroupResponse::JoinGroupResponseMember> listed;
  for (const auto& [id, member] : members_)
    listed.push_back({id, member.instance_id, member.metadata(protocol_name_.value_or("")), {}});
  return listed;
}

ErrorCode ClassicGroup::check_member(std::string_view member_id,
                                     const std::optional<std::string>& instance_id) const {
  if (instance_id) {
    const std::string* owner = static_member_id(*instance_id);
    if (owner == nullptr) return ErrorCode::unknown_member_id;
    if (*owner != member_id) return ErrorCode::fenced_instance_id;
  }
  return has_member(member_id) ? ErrorCode::none : ErrorCode::unknown_member_id;
}

void ClassicGroup::remove_pending_sync(std::string_view id) {
  if (const auto found = pending_syncs_.find(id); found != pending_syncs_.end())
    pending_syncs_.erase(found);
}

bool ClassicGroup::is_subscribed_to(std::string_view topic) const {
  if (subscribed_topics_) return subscribed_topics_->contains(topic);
  // Their subscriptions do not parse: they may read anything.
  return uses_consumer_protocol() && !members_.empty();
}

void ClassicGroup::compute_subscribed_topics() {
  subscribed_topics_.reset();
  if (!uses_consumer_protocol()) return;
  std::set<std::string, std::less<>> topics;
  if (!members_.empty()) {
    if (!protocol_name_) return;
    for (const auto& [id, member] : members_) {
      auto subscribed = topics_of_subscription(member.metadata(*protocol_name_));
      if (!subscribed) return;
      for (std::string& topic : *subscribed) topics.insert(std::move(topic));
    }
  }
  subscribed_topics_ = std::move(topics);
}

void ClassicGroup::load(int32_t generation, std::optional<std::string> protocol_type,
                        std::optional<std::string> protocol_name, std::optional<std::string> leader,
                        int64_t state_timestamp_ms, std::vector<ClassicMember> members) {
  state_ = members.empty() ? ClassicState::empty : ClassicState::stable;
  previous_state_ = ClassicState::dead;
  generation_ = generation;
  state_timestamp_ms_ = state_timestamp_ms;
  for (ClassicMember& member : members) add(std::move(member), protocol_type.value_or(""), nullptr);
  protocol_type_ = std::move(protocol_type);
  protocol_name_ = std::move(protocol_name);
  leader_ = std::move(leader);
  compute_subscribed_topics();
}

Result<std::vector<std::string>> topics_of_subscription(BytesView metadata) {
  auto subscription = parse_subscription(metadata);
  if (!subscription) return fail(std::move(subscription.error()));
  return std::move(subscription->topics);
}

}  // namespace spool::broker::group
