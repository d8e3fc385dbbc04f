#pragma once

#include "tests/unit/broker/group/coordinator_fixture.h"

namespace spool::broker::group {

struct Beat {
  std::string group = "g";
  std::string member;
  int32_t epoch = 0;
  std::optional<std::string> instance;
  std::optional<std::string> rack;
  int32_t rebalance_ms = 60'000;
  std::optional<std::vector<std::string>> topics = std::vector<std::string>{"orders"};
  std::optional<std::string> regex;
  std::optional<std::string> assignor;
  std::optional<PartitionSet> owned = PartitionSet{};
  int16_t version = 1;
};

/// With members of the KIP-848 protocol.
class ConsumerFixture : public CoordinatorFixture {
 public:
  protocol::ConsumerGroupHeartbeatResponse beat(const Beat& what) {
    protocol::ConsumerGroupHeartbeatRequest request;
    request.group_id = what.group;
    request.member_id = what.member;
    request.member_epoch = what.epoch;
    request.instance_id = what.instance;
    request.rack_id = what.rack;
    request.rebalance_timeout_ms = what.rebalance_ms;
    request.subscribed_topic_names = what.topics;
    request.subscribed_topic_regex = what.regex;
    request.server_assignor = what.assignor;
    request.topic_partitions.reset();
    if (what.owned) {
      auto& owned = request.topic_partitions.emplace();
      for (const auto& [id, partitions] : *what.owned)
        owned.push_back({id, {partitions.begin(), partitions.end()}, {}});
    }
    return coordinator->consumer_heartbeat(now, {"client", "/127.0.0.1", what.version}, request);
  }
  /// A heartbeat that only says that the member lives.
  protocol::ConsumerGroupHeartbeatResponse keepalive(const std::string& member, int32_t epoch) {
    return beat({.member = member, .epoch = epoch, .rebalance_ms = -1, .topics = {}, .owned = {}});
  }

  PartitionSet set_of(const std::string& topic, std::set<int32_t> partitions) const {
    return {{catalog.find(topic)->id, std::move(partitions)}};
  }
  /// "orders:0,1 payments:0", in the order of names; "" when the answer has no assignment.
  std::string partitions(const protocol::ConsumerGroupHeartbeatResponse& response) const {
    std::map<std::string, std::set<int32_t>> by_name;
    if (response.assignment)
      for (const auto& topic : response.assignment->topic_partitions)
        by_name[catalog.find(topic.topic_id)->name].insert(topic.partitions.begin(),
                                                           topic.partitions.end());
    return text(by_name);
  }
  const ConsumerMember& member(const std::string& id) const {
    return *coordinator->find("g")->consumer->member(id);
  }
  int32_t epoch_of(const std::string& id) const { return member(id).epoch; }
  std::string held(const std::string& id) const {
    std::map<std::string, std::set<int32_t>> by_name;
    for (const auto& [topic_id, partitions] : member(id).assigned)
      for (const auto& [partition, epoch] : partitions)
        by_name[catalog.find(topic_id)->name].insert(partition);
    return text(by_name);
  }
  protocol::ConsumerGroupDescribeResponse::DescribedGroup described() const {
    return coordinator->describe_consumer("g");
  }

  /// A classic consumer that says what it owns.
  std::shared_ptr<JoinCall> join_reader(const std::string& member_id, std::vector<int32_t> owned) {
    protocol::ConsumerProtocolSubscription message;
    message.topics = {"orders"};
    message.owned_partitions.push_back({"orders", std::move(owned), {}});
    return join(
        {.member_id = member_id, .protocols = {{"range", serialize_subscription(message, 1)}}});
  }
  /// A stable classic group of one consumer that holds orders 0 to 3.
  std::string settle_reader() {
    const auto id = join_reader("", {})->answer->member_id;
    const auto joined = join_reader(id, {});
    protocol::ConsumerProtocolAssignment assignment;
    assignment.assigned_partitions.push_back({"orders", {0, 1, 2, 3}, {}});
    const Buffer bytes = serialize_assignment(assignment, 1);
    sync(id, joined->answer->generation_id, {{id, std::string(as_text(bytes))}});
    return id;
  }
  static std::string classic_partitions(const std::string& bytes) {
    const auto assignment = parse_assignment(as_bytes(bytes));
    if (!assignment) return "malformed";
    std::map<std::string, std::set<int32_t>> by_name;
    for (const auto& topic : assignment->assigned_partitions)
      by_name[topic.topic].insert(topic.partitions.begin(), topic.partitions.end());
    return text(by_name);
  }

 private:
  static std::string text(const std::map<std::string, std::set<int32_t>>& by_name) {
    std::string all;
    for (const auto& [name, partitions] : by_name) {
      all += (all.empty() ? "" : " ") + name + ":";
      for (const int32_t partition : partitions)
        all += (all.back() == ':' ? "" : ",") + std::to_string(partition);
    }
    return all;
  }
};

}  // namespace spool::broker::group
