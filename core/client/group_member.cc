#include "core/client/group_member.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::client {

void MemberProtocol::change_to(std::vector<TopicPartition> assignment, bool is_lost) {
  std::ranges::sort(assignment);
  assignment_ = std::move(assignment);
  // What was lost before anybody looked stays lost.
  is_lost_ = is_lost || (has_change_ && is_lost_);
  has_change_ = true;
}

void MemberProtocol::fail_with(ErrorCode code, std::string_view message) {
  failure_ = Error(
      code, concat("group ", options_.group, ": ", message.empty() ? error_name(code) : message));
}

void MemberProtocol::ask_coordinator_again(Time now) {
  needs_coordinator_ = true;
  not_before_ = now + kRetryBackoff;
}

namespace {

/// Members with an instance id come first and in its order, then the others in that of their ids.
void sort_as_kafka(std::vector<Subscriber>& subscribers) {
  std::ranges::sort(subscribers, {}, [](const Subscriber& one) {
    return std::tuple(!one.instance_id.has_value(), one.instance_id.value_or(""), one.member_id);
  });
}

bool has_topic(const Subscriber& subscriber, const std::string& topic) {
  return std::ranges::find(subscriber.topics, topic) != subscriber.topics.end();
}

}  // namespace

Shares assign_range(std::vector<Subscriber> subscribers,
                    const std::map<std::string, int32_t>& counts) {
  sort_as_kafka(subscribers);
  Shares out;
  for (const Subscriber& one : subscribers) out[one.member_id];
  for (const auto& [topic, count] : counts) {
    std::vector<const Subscriber*> takers;
    for (const Subscriber& one : subscribers)
      if (has_topic(one, topic)) takers.push_back(&one);
    if (takers.empty()) continue;
    const auto taker_count = static_cast<int32_t>(takers.size());
    int32_t next = 0;
    for (int32_t i = 0; i < taker_count; ++i) {
      const int32_t share = count / taker_count + (i < count % taker_count ? 1 : 0);
      for (int32_t k = 0; k < share; ++k)
        out[takers[static_cast<size_t>(i)]->member_id].push_back({topic, Partition(next++)});
    }
  }
  return out;
}

Shares assign_round_robin(std::vector<Subscriber> subscribers,
                          const std::map<std::string, int32_t>& counts) {
  sort_as_kafka(subscribers);
  Shares out;
  for (const Subscriber& one : subscribers) out[one.member_id];
  size_t turn = 0;
  for (const auto& [topic, count] : counts) {
    if (std::ranges::none_of(subscribers, [&](const auto& one) { return has_topic(one, topic); }))
      continue;
    for (int32_t partition = 0; partition < count; ++partition) {
      while (!has_topic(subscribers[turn % subscribers.size()], topic)) ++turn;
      out[subscribers[turn++ % subscribers.size()].member_id].push_back(
          {topic, Partition(partition)});
    }
  }
  return out;
}

}  // namespace spool::client
