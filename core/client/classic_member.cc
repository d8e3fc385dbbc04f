#include <algorithm>
#include <set>

#include "core/base/text.h"
#include "core/client/group_member.h"
#include "core/protocol/records/consumer_protocol.h"

namespace spool::client {

namespace {

using protocol::ConsumerProtocolAssignment;
using protocol::ConsumerProtocolSubscription;

constexpr std::string_view kRange = "range";
constexpr std::string_view kRoundRobin = "roundrobin";
constexpr size_t kVersionBytes = 2;

template <class Message>
Buffer serialize(const Message& message) {
  // Version 0 says all that there is to say and is understood by everybody.
  Buffer bytes;
  append_be(bytes, int16_t{0});
  if (!protocol::encode(message, 0, bytes)) bytes.clear();
  return bytes;
}

template <class Message>
Result<Message> parse(BytesView bytes) {
  if (bytes.size() < kVersionBytes) return fail(ErrorCode::parse_error);
  const int16_t version = std::min(load_be<int16_t>(bytes.data()), Message::kInfo.versions.max);
  if (version < 0) return fail(ErrorCode::parse_error);
  return protocol::decode<Message>(bytes.subspan(kVersionBytes), version);
}

/// States:
///   unjoined   JoinGroup is due
///   joining    JoinGroup is open
///   leading    chosen as leader, waiting for the partitions of the topics; then SyncGroup
///   syncing    SyncGroup is due or open
///   stable     has its share; heartbeats
///   releasing  others want to join: the owner lets go of everything; heartbeats; then unjoined
class ClassicMember final : public MemberProtocol {
 public:
  explicit ClassicMember(MemberOptions options) : MemberProtocol(std::move(options)) {
    subscribed_ = {options_.topics.begin(), options_.topics.end()};
    if (!options_.pattern) subscription_ = serialize_subscription();
  }

  std::optional<MemberRequest> next_request(Time now) override {
    if (is_open_ || needs_coordinator_ || failure_ || now < not_before_) return std::nullopt;
    if (is_beating() && now >= session_end_) lose(now);
    if (has_change_ && !is_beating()) return std::nullopt;
    std::optional<MemberRequest> out;
    if (state_ == State::unjoined && !subscription_.empty()) out = join();
    if (state_ == State::syncing) out = sync();
    if (is_beating() && now >= next_beat_) out = beat(now);
    is_open_ = out.has_value();
    return out;
  }

  Time next_due() const override {
    if (is_open_ || failure_) return Time::max();
    return std::max(not_before_, is_beating() ? next_beat_ : Time());
  }

  void on_answer(const protocol::JoinGroupResponse& answer, Time now) override {
    is_open_ = false;
    const auto code = static_cast<ErrorCode>(answer.error_code);
    if (code == ErrorCode::none) return on_joined(answer);
    state_ = State::unjoined;
    if (code == ErrorCode::member_id_required)
      member_id_ = answer.member_id;
    else if (code == ErrorCode::unknown_member_id)
      member_id_.clear();
    else if (code == ErrorCode::rebalance_in_progress)
      not_before_ = now + kRetryBackoff;
    else if (is_passing_group_error(code))
      ask_coordinator_again(now);
    else
      fail_with(code);
  }

  void on_answer(const protocol::SyncGroupResponse& answer, Time now) override {
    is_open_ = false;
    const auto code = static_cast<ErrorCode>(answer.error_code);
    if (code == ErrorCode::none) return on_synced(answer, now);
    state_ = State::unjoined;
    if (code == ErrorCode::unknown_member_id) member_id_.clear();
    if (is_passing_group_error(code)) return ask_coordinator_again(now);
    const bool is_again = code == ErrorCode::unknown_member_id ||
                          code == ErrorCode::rebalance_in_progress ||
                          code == ErrorCode::illegal_generation;
    if (!is_again) fail_with(code);
  }

  void on_answer(const protocol::HeartbeatResponse& answer, Time now) override {
    is_open_ = false;
    switch (const auto code = static_cast<ErrorCode>(answer.error_code); code) {
      case ErrorCode::none:
        session_end_ = now + options_.session_timeout;
        return;
      case ErrorCode::rebalance_in_progress:
        session_end_ = now + options_.session_timeout;
        return release();
      case ErrorCode::unknown_member_id:
        member_id_.clear();
        return lose(now);
      case ErrorCode::illegal_generation:
        return lose(now);
      default:
        if (is_passing_group_error(code)) return ask_coordinator_again(now);
        fail_with(code);
    }
  }

  void on_no_answer(Time now) override {
    is_open_ = false;
    if (state_ == State::joining || state_ == State::syncing) state_ = State::unjoined;
    ask_coordinator_again(now);
  }

  WantedTopics wanted_topics() const override {
    const bool is_due = state_ == State::stable && !has_change_ && needs_topics_;
    if (options_.pattern && (subscription_.empty() || is_due)) return {.is_all = true};
    // Of a leader: what has grown since is shared out anew.
    if (state_ == State::leading || is_due)
      return {.names = {all_topics_.begin(), all_topics_.end()}};
    return {};
  }

  void on_topics(const Topics& topics, Time now) override {
    needs_topics_ = false;
    next_topics_ = now + options_.topics_interval;
    const bool has_new_names = state_ != State::leading && match(topics);
    if (state_ == State::unjoined) return;
    std::map<std::string, int32_t> counts;
    for (const std::string& name : all_topics_)
      if (const auto at = topics.find(name);
          at != topics.end() && at->second.error == ErrorCode::none)
        counts[name] = static_cast<int32_t>(at->second.partitions.size());
    if (state_ == State::stable) {
      if (has_new_names || (is_leader_ && counts != counts_)) release();
      return;
    }
    counts_ = std::move(counts);
    share_out();
  }

  void settle(Time) override {
    has_change_ = is_lost_ = false;
    if (state_ == State::releasing) state_ = State::unjoined;
  }

  bool may_commit() const override { return is_beating(); }

 private:
  enum class State { unjoined, joining, leading, syncing, stable, releasing };

  bool is_beating() const { return state_ == State::stable || state_ == State::releasing; }

  Buffer serialize_subscription() const {
    ConsumerProtocolSubscription subscription;
    subscription.topics = {subscribed_.begin(), subscribed_.end()};
    subscription.user_data.reset();
    return serialize(subscription);
  }

  /// Subscribes to what the pattern matches now; says whether that is something else than before.
  bool match(const Topics& topics) {
    if (!options_.pattern) return false;
    std::set<std::string> names(options_.topics.begin(), options_.topics.end());
    for (const auto& [name, info] : topics)
      if (info.error == ErrorCode::none && !info.is_internal && options_.pattern->matches(name))
        names.insert(name);
    if (names == subscribed_ && !subscription_.empty()) return false;
    subscribed_ = std::move(names);
    subscription_ = serialize_subscription();
    return true;
  }

  MemberRequest join() {
    state_ = State::joining;
    protocol::JoinGroupRequest request;
    request.group_id = options_.group;
    request.member_id = member_id_;
    request.group_instance_id = options_.instance_id;
    request.session_timeout_ms = static_cast<int32_t>(options_.session_timeout.count());
    request.rebalance_timeout_ms = static_cast<int32_t>(options_.rebalance_timeout.count());
    request.protocol_type = "consumer";
    for (const std::string_view name : {kRange, kRoundRobin}) {
      auto& offered = request.protocols.emplace_back();
      offered.name = name;
      offered.metadata = subscription_;
    }
    return request;
  }

  MemberRequest sync() {
    protocol::SyncGroupRequest request;
    request.group_id = options_.group;
    request.generation_id = epoch_;
    request.member_id = member_id_;
    request.group_instance_id = options_.instance_id;
    request.protocol_type = "consumer";
    request.protocol_name = protocol_name_;
    for (const auto& [member, bytes] : shares_) {
      auto& share = request.assignments.emplace_back();
      share.member_id = member;
      share.assignment = bytes;
    }
    return request;
  }

  MemberRequest beat(Time now) {
    next_beat_ = now + options_.heartbeat_interval;
    needs_topics_ = (is_leader_ || options_.pattern) && now >= next_topics_;
    protocol::HeartbeatRequest request;
    request.group_id = options_.group;
    request.generation_id = epoch_;
    request.member_id = member_id_;
    request.group_instance_id = options_.instance_id;
    return request;
  }

  void on_joined(const protocol::JoinGroupResponse& answer) {
    member_id_ = answer.member_id;
    epoch_ = answer.generation_id;
    protocol_name_ = answer.protocol_name.value_or("");
    is_leader_ = answer.leader == answer.member_id;
    shares_.clear();
    subscribers_.clear();
    all_topics_.clear();
    state_ = State::syncing;
    if (!is_leader_ || answer.skip_assignment) return;
    for (const auto& member : answer.members) {
      // A member whose bytes are not understood gets nothing; the others are no worse for it.
      const auto parsed = parse<ConsumerProtocolSubscription>(member.metadata);
      auto& one =
          subscribers_.emplace_back(Subscriber{member.member_id, member.group_instance_id, {}});
      if (parsed) one.topics = parsed->topics;
      all_topics_.insert(one.topics.begin(), one.topics.end());
    }
    state_ = State::leading;
    // Nobody wants anything that there is: there are no topics to be asked for.
    if (all_topics_.empty()) {
      counts_.clear();
      share_out();
    }
  }

  void share_out() {
    const Shares shares = protocol_name_ == kRoundRobin ? assign_round_robin(subscribers_, counts_)
                                                        : assign_range(subscribers_, counts_);
    for (const auto& [member, partitions] : shares) {
      ConsumerProtocolAssignment assignment;
      assignment.user_data.reset();
      for (const TopicPartition& at : partitions) {
        auto& topics = assignment.assigned_partitions;
        if (topics.empty() || topics.back().topic != at.topic)
          topics.emplace_back().topic = at.topic;
        topics.back().partitions.push_back(at.partition.value);
      }
      shares_[member] = serialize(assignment);
    }
    state_ = State::syncing;
  }

  void on_synced(const protocol::SyncGroupResponse& answer, Time now) {
    std::vector<TopicPartition> mine;
    if (!answer.assignment.empty()) {
      const auto parsed = parse<ConsumerProtocolAssignment>(answer.assignment);
      if (!parsed)
        return fail_with(ErrorCode::parse_error, "the leader's assignment is not readable");
      for (const auto& topic : parsed->assigned_partitions)
        for (const int32_t partition : topic.partitions)
          mine.push_back({topic.topic, Partition(partition)});
    }
    state_ = State::stable;
    session_end_ = now + options_.session_timeout;
    next_beat_ = now + options_.heartbeat_interval;
    next_topics_ = now + options_.topics_interval;
    change_to(std::move(mine), false);
  }

  void release() {
    if (state_ == State::releasing) return;
    state_ = State::releasing;
    change_to({}, false);
  }

  void lose(Time now) {
    state_ = State::unjoined;
    epoch_ = -1;
    not_before_ = now;
    change_to({}, true);
  }

  State state_ = State::unjoined;
  std::set<std::string> subscribed_;
  Buffer subscription_;  ///< empty: what the pattern matches is not known yet
  std::string protocol_name_;
  bool is_leader_ = false;
  bool needs_topics_ = false;
  std::vector<Subscriber> subscribers_;
  std::set<std::string> all_topics_;  ///< of all members; as leader
  std::map<std::string, int32_t> counts_;
  std::map<std::string, Buffer> shares_;
  Time next_beat_{};
  Time session_end_{};
  Time next_topics_{};
};

}  // namespace

std::unique_ptr<MemberProtocol> make_classic_member(MemberOptions options) {
  return std::make_unique<ClassicMember>(std::move(options));
}

}  // namespace spool::client
