#include <algorithm>

#include "core/client/group_member.h"

namespace spool::client {

namespace {

using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;

/// The coordinator's answers carry an assignment when it has changed. Its new partitions are free
/// to be read at once; those that are gone are free for others only when a heartbeat has listed
/// what is left (KIP-848), which is the first one after settle().
class ConsumerMember final : public MemberProtocol {
 public:
  explicit ConsumerMember(MemberOptions options) : MemberProtocol(std::move(options)) {
    member_id_ = options_.member_id;
    epoch_ = 0;
  }

  std::optional<MemberRequest> next_request(Time now) override {
    if (is_open_ || needs_coordinator_ || failure_ || now < not_before_ || now < next_beat_)
      return std::nullopt;
    if (epoch_ == 0 && has_change_) return std::nullopt;  // the owner still reads what was lost
    is_open_ = true;
    next_beat_ = now + interval_;
    ConsumerGroupHeartbeatRequest request;
    request.group_id = options_.group;
    request.member_id = member_id_;
    request.member_epoch = epoch_;
    request.instance_id = options_.instance_id;
    // After an answer that never came nobody knows what the coordinator has heard.
    const bool tells_all = epoch_ == 0 || must_tell_all_;
    if (tells_all) {
      request.rebalance_timeout_ms = static_cast<int32_t>(options_.rebalance_timeout.count());
      request.subscribed_topic_names = options_.topics;
      if (options_.pattern) request.subscribed_topic_regex = options_.pattern->expression;
    } else {
      request.subscribed_topic_names.reset();
    }
    request.topic_partitions.reset();
    if (epoch_ == 0)
      request.topic_partitions.emplace();
    else if (tells_all || owned_has_changed_)
      request.topic_partitions = owned_;
    tells_owned_ = request.topic_partitions.has_value();
    return request;
  }

  Time next_due() const override {
    if (is_open_ || failure_) return Time::max();
    return std::max(not_before_, next_beat_);
  }

  void on_answer(const ConsumerGroupHeartbeatResponse& answer, Time now) override {
    is_open_ = false;
    const auto code = static_cast<ErrorCode>(answer.error_code);
    if (code != ErrorCode::none) return on_error(code, answer.error_message.value_or(""), now);
    must_tell_all_ = false;
    if (tells_owned_) owned_has_changed_ = false;
    if (answer.member_id && !answer.member_id->empty()) member_id_ = *answer.member_id;
    epoch_ = answer.member_epoch;
    interval_ = std::chrono::milliseconds(std::max(answer.heartbeat_interval_ms, 100));
    next_beat_ = now + interval_;
    if (!answer.assignment) return;
    wanted_.emplace();
    for (const auto& topic : answer.assignment->topic_partitions) {
      auto& to = wanted_->emplace_back();
      to.topic_id = topic.topic_id;
      to.partitions = topic.partitions;
    }
  }

  void on_no_answer(Time now) override {
    is_open_ = false;
    must_tell_all_ = true;
    next_beat_ = now;
    ask_coordinator_again(now);
  }

  WantedTopics wanted_topics() const override {
    if (!wanted_) return {};
    return options_.pattern ? WantedTopics{.is_all = true} : WantedTopics{.names = options_.topics};
  }

  void on_topics(const Topics& topics, Time) override {
    std::vector<TopicPartition> mine;
    for (const auto& topic : *wanted_) {
      // A topic that is not found by its id is being deleted.
      const auto at = std::ranges::find_if(
          topics, [&](const auto& entry) { return entry.second.id == topic.topic_id; });
      if (at == topics.end()) continue;
      // A coordinator that matches itself matches internal topics too.
      if (at->second.is_internal && !is_named(at->first)) continue;
      for (const int32_t partition : topic.partitions)
        mine.push_back({at->first, Partition(partition)});
    }
    target_ = *std::move(wanted_);
    wanted_.reset();
    change_to(std::move(mine), false);
  }

  void settle(Time now) override {
    has_change_ = is_lost_ = false;
    owned_ = target_;
    owned_has_changed_ = epoch_ > 0;
    next_beat_ = now;
  }

  bool may_commit() const override { return epoch_ > 0; }

 private:
  void on_error(ErrorCode code, const std::string& message, Time now) {
    next_beat_ = now;
    switch (code) {
      case ErrorCode::unknown_member_id:
      case ErrorCode::fenced_member_epoch:
        epoch_ = 0;
        owned_.clear();
        target_.clear();
        wanted_.reset();
        owned_has_changed_ = false;
        return change_to({}, true);
      default:
        if (is_passing_group_error(code)) {
          must_tell_all_ = true;
          return ask_coordinator_again(now);
        }
        if (code == ErrorCode::unsupported_version && message.empty())
          return fail_with(code,
                           "the broker has the consumer group protocol of KIP-848 switched off");
        fail_with(code, message);
    }
  }

  bool is_named(const std::string& topic) const {
    return std::ranges::find(options_.topics, topic) != options_.topics.end();
  }

  std::chrono::milliseconds interval_{3'000};
  Time next_beat_{};
  std::vector<ConsumerGroupHeartbeatRequest::TopicPartitions> owned_;   ///< what the owner reads
  std::vector<ConsumerGroupHeartbeatRequest::TopicPartitions> target_;  ///< what it is to read
  std::optional<std::vector<ConsumerGroupHeartbeatRequest::TopicPartitions>> wanted_;
  bool owned_has_changed_ = false;
  bool tells_owned_ = false;  ///< the request open does
  bool must_tell_all_ = false;
};

}  // namespace

std::unique_ptr<MemberProtocol> make_consumer_member(MemberOptions options) {
  return std::make_unique<ConsumerMember>(std::move(options));
}

}  // namespace spool::client
