/// DescribeQuorum: leader, voters and end of the metadata log (KIP-595). This node is the only
/// voter, and has always just caught up with itself.
///
/// v1  times of the last fetch     v2  directory ids, messages, and where the controllers listen
/// (KIP-853)
///
/// The answer is about partition 0 of __cluster_metadata when nothing else is asked about; else
/// every partition asked about is unknown (3).

#include "core/protocol/messages/describe_quorum.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/store.h"

namespace spool::broker {

using protocol::DescribeQuorumRequest;
using protocol::DescribeQuorumResponse;

namespace {

constexpr std::string_view kMetadataTopic = "__cluster_metadata";
// KIP-853: directories of voters and addresses of nodes; what is older cannot carry them.
constexpr int16_t kVersionOfNodes = 2;

bool is_about_metadata_log(const DescribeQuorumRequest& message) {
  return message.topics.size() == 1 && message.topics[0].topic_name == kMetadataTopic &&
         message.topics[0].partitions.size() == 1 &&
         message.topics[0].partitions[0].partition_index == 0;
}

DescribeQuorumResponse refuse(const DescribeQuorumRequest& message) {
  DescribeQuorumResponse response;
  for (const auto& asked : message.topics) {
    auto& topic = response.topics.emplace_back();
    topic.topic_name = asked.topic_name;
    for (const auto& partition : asked.partitions) {
      auto& answer = topic.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      answer.error_code = static_cast<int16_t>(ErrorCode::unknown_topic_or_partition);
      answer.error_message = "This server does not host this topic-partition.";
    }
  }
  return response;
}

Uuid directory_id(const MetadataImage& image, int32_t node_id) {
  const auto broker = image.brokers().find(node_id);
  return broker != image.brokers().end() && !broker->second.log_dirs.empty()
             ? broker->second.log_dirs[0]
             : Uuid{};
}

}  // namespace

DescribeQuorumResponse handle_describe_quorum(Services& services, const Request& request,
                                              const DescribeQuorumRequest& message) {
  if (!is_about_metadata_log(message)) return refuse(message);
  DescribeQuorumResponse response;
  auto& topic = response.topics.emplace_back();
  topic.topic_name = kMetadataTopic;
  auto& partition = topic.partitions.emplace_back();
  const auto image = services.metadata.read();
  partition.leader_id = services.node_id;
  partition.leader_epoch = services.metadata.raft_epoch();
  partition.high_watermark = image->end_offset().value;
  const int64_t now_ms = services.clock.wall_ms();
  const bool has_directories = request.version >= kVersionOfNodes;
  partition.current_voters.push_back(
      {services.node_id,
       has_directories ? directory_id(*image, services.node_id) : Uuid{},
       image->end_offset().value,
       now_ms,
       now_ms,
       {}});
  if (request.version < kVersionOfNodes) return response;
  // There is no listener for controllers alone: whoever wants one finds it where clients do.
  const Endpoint& endpoint = services.endpoints[request.endpoint_index];
  response.nodes.push_back(
      {services.node_id,
       {{endpoint.listener_name, endpoint.host, static_cast<uint16_t>(endpoint.port), {}}},
       {}});
  return response;
}

}  // namespace spool::broker
