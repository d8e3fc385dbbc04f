/// DescribeTopicPartitions (KIP-966): topics sorted by name, cut into pages by a count of
/// partitions.
///
/// v0  the only version
///
/// No topics mean all. A page holds at most the smaller of the request's limit and
/// max.request.partition.size.limit, at least one; the cursor is the first partition that is not in
/// the answer. A list of topics must hold the cursor's, and its partition must not be negative:
/// else every topic asked for is 42. An empty name without a cursor makes every topic -1
/// (Kafka's slip).

#include <algorithm>
#include <set>

#include "broker/handlers/handlers.h"
#include "broker/topics/topic_table.h"
#include "broker/topics/topic_view.h"
#include "core/protocol/messages/describe_topic_partitions.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

using protocol::DescribeTopicPartitionsRequest;
using protocol::DescribeTopicPartitionsResponse;
using DescribeTopicPartitionsResponseTopic =
    DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponseTopic;

namespace {

DescribeTopicPartitionsResponseTopic refuse(const std::string& name, ErrorCode code) {
  DescribeTopicPartitionsResponseTopic answer;
  answer.error_code = static_cast<int16_t>(code);
  answer.name = name;
  return answer;
}

DescribeTopicPartitionsResponse refuse_all(const DescribeTopicPartitionsRequest& message,
                                           ErrorCode code) {
  DescribeTopicPartitionsResponse response;
  for (const auto& topic : message.topics) response.topics.push_back(refuse(topic.name, code));
  return response;
}

/// Names from the cursor's on, sorted, each once.
std::set<std::string> names_from_cursor(const Services& services,
                                        const DescribeTopicPartitionsRequest& message) {
  const std::string first = message.cursor ? message.cursor->topic_name : "";
  std::set<std::string> names;
  if (message.topics.empty()) {
    for (const auto& topic : services.topics.all())
      if (topic->name >= first) names.insert(topic->name);
  }
  for (const auto& topic : message.topics)
    if (topic.name >= first) names.insert(topic.name);
  return names;
}

/// Partitions from `first` on, at most `limit`. Returns the first that is left, or -1.
int32_t add_partitions(const Services& services, const Topic& topic, int32_t first, int32_t limit,
                       DescribeTopicPartitionsResponseTopic& answer) {
  const auto count = static_cast<int32_t>(topic.partitions.size());
  for (int32_t number = first; number < count; ++number) {
    if (static_cast<int32_t>(answer.partitions.size()) == limit) return number;
    const Replica* replica = topic.partition(number);
    if (replica == nullptr) continue;
    auto& partition = answer.partitions.emplace_back();
    partition.partition_index = number;
    partition.leader_id = services.node_id;
    partition.leader_epoch = replica->leader_epoch().value;
    partition.replica_nodes = {services.node_id};
    partition.isr_nodes = {services.node_id};
    partition.eligible_leader_replicas.emplace();
    partition.last_known_elr.emplace();
  }
  return -1;
}

}  // namespace

DescribeTopicPartitionsResponse handle_describe_topic_partitions(
    Services& services, const Request&, const DescribeTopicPartitionsRequest& message) {
  const std::set<std::string> names = names_from_cursor(services, message);
  const bool is_listed =
      !message.cursor || message.topics.empty() || names.contains(message.cursor->topic_name);
  if (!is_listed || (message.cursor && message.cursor->partition_index < 0))
    return refuse_all(message, ErrorCode::invalid_request);
  if (!message.cursor && names.contains(""))
    return refuse_all(message, ErrorCode::unknown_server_error);

  const auto limit_max =
      static_cast<int32_t>(services.config.integer("max.request.partition.size.limit"));
  int32_t left = std::max(std::min(limit_max, message.response_partition_limit), 1);
  DescribeTopicPartitionsResponse response;
  for (const std::string& name : names) {
    if (left == 0) {
      response.next_cursor = DescribeTopicPartitionsResponse::Cursor{name, 0, {}};
      return response;
    }
    const auto topic = services.topics.find(name);
    if (!topic) {
      const bool is_legal = storage::topic_name_problem(name).empty();
      if (message.topics.empty()) continue;
      auto refusal = refuse(name, is_legal ? ErrorCode::unknown_topic_or_partition
                                           : ErrorCode::invalid_topic_exception);
      refusal.topic_authorized_operations = kAllTopicOperations;
      response.topics.push_back(std::move(refusal));
      continue;
    }
    DescribeTopicPartitionsResponseTopic answer;
    answer.name = topic->name;
    answer.topic_id = topic->id;
    answer.is_internal = is_internal_topic(topic->name);
    answer.topic_authorized_operations = kAllTopicOperations;
    const bool is_cursor = message.cursor && message.cursor->topic_name == name;
    const int32_t next = add_partitions(
        services, *topic, is_cursor ? message.cursor->partition_index : 0, left, answer);
    left -= static_cast<int32_t>(answer.partitions.size());
    response.topics.push_back(std::move(answer));
    if (next >= 0) {
      response.next_cursor = DescribeTopicPartitionsResponse::Cursor{name, next, {}};
      return response;
    }
  }
  return response;
}

}  // namespace spool::broker
