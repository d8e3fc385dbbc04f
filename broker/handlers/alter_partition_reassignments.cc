/// AlterPartitionReassignments: says which brokers are to have a partition (KIP-455). This node has
/// them all, and is the only one: to name it changes nothing (0), to name another is refused (39),
/// and there is never anything to cancel (85).
///
/// v1  whether the number of replicas may change; with one node it never does

#include "core/protocol/messages/alter_partition_reassignments.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/replica_assignment.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"

namespace spool::broker {

using protocol::AlterPartitionReassignmentsRequest;
using protocol::AlterPartitionReassignmentsResponse;

namespace {

Status check(const MetadataImage& image, const std::string& name,
             const AlterPartitionReassignmentsRequest::ReassignablePartition& asked,
             int32_t node_id) {
  const TopicImage* topic = image.topic(name);
  if (topic == nullptr)
    return fail(ErrorCode::unknown_topic_or_partition,
                concat("Unable to find a topic named ", name, '.'));
  if (topic->partition(asked.partition_index) == nullptr)
    return fail(ErrorCode::unknown_topic_or_partition,
                concat("Unable to find partition ", name, ':', asked.partition_index, '.'));
  if (!asked.replicas) return fail(Error(ErrorCode::no_reassignment_in_progress));
  return check_replica_assignment(*asked.replicas, node_id);
}

}  // namespace

AlterPartitionReassignmentsResponse handle_alter_partition_reassignments(
    Services& services, const Request&, const AlterPartitionReassignmentsRequest& message) {
  AlterPartitionReassignmentsResponse response;
  if (!message.topics.empty()) response.error_message = std::nullopt;  // as Kafka has it
  response.allow_replication_factor_change = message.allow_replication_factor_change;
  const auto image = services.metadata.read();
  for (const auto& asked_topic : message.topics) {
    auto& topic = response.responses.emplace_back();
    topic.name = asked_topic.name;
    for (const auto& asked : asked_topic.partitions) {
      auto& answer = topic.partitions.emplace_back();
      answer.partition_index = asked.partition_index;
      answer.error_message = std::nullopt;
      const Status status = check(*image, asked_topic.name, asked, services.node_id);
      if (status) continue;
      answer.error_code = wire_code(status.error().code());
      if (status.error().code() != ErrorCode::no_reassignment_in_progress)
        answer.error_message = std::string(status.error().text());
    }
  }
  return response;
}

}  // namespace spool::broker
