/// ElectLeaders: asks for the preferred replica (0), or any one (1), to lead a partition (KIP-460).
/// This node leads them all, so no election is ever needed: 84 for a partition that is named, and
/// nothing for one that is not.
///
/// v1  the type of election     v2  flexible

#include "core/protocol/messages/elect_leaders.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"

namespace spool::broker {

using protocol::ElectLeadersRequest;
using protocol::ElectLeadersResponse;
using PartitionResult = ElectLeadersResponse::PartitionResult;

namespace {

enum ElectionType : int8_t { kPreferred = 0, kUnclean = 1 };

PartitionResult answer_of(int32_t number, ErrorCode code, std::string message) {
  return {number, static_cast<int16_t>(code), std::move(message), {}};
}

PartitionResult elect(const MetadataImage& image, const std::string& name, int32_t number) {
  const TopicImage* topic = image.topic(name);
  if (topic == nullptr)
    return answer_of(number, ErrorCode::unknown_topic_or_partition,
                     concat("No such topic as ", name));
  if (topic->partition(number) == nullptr)
    return answer_of(number, ErrorCode::unknown_topic_or_partition,
                     concat("No such partition as ", name, '-', number));
  return answer_of(number, ErrorCode::election_not_needed,
                   "Leader election not needed for topic partition.");
}

}  // namespace

ElectLeadersResponse handle_elect_leaders(Services& services, const Request&,
                                          const ElectLeadersRequest& message) {
  ElectLeadersResponse response;
  const bool is_known_type =
      message.election_type == kPreferred || message.election_type == kUnclean;
  const bool is_anything_asked = !message.topic_partitions || !message.topic_partitions->empty();
  if (!is_known_type && is_anything_asked)
    response.error_code = static_cast<int16_t>(ErrorCode::invalid_request);
  const auto image = services.metadata.read();
  if (!message.topic_partitions) {
    // Kafka answers every topic with an empty list.
    if (is_known_type)
      for (const auto& [name, topic] : image->topics())
        response.replica_election_results.emplace_back(name);
    return response;
  }
  for (const auto& asked : *message.topic_partitions) {
    auto& topic = response.replica_election_results.emplace_back(asked.topic);
    for (const int32_t number : asked.partitions)
      topic.partition_result.push_back(
          is_known_type ? elect(*image, asked.topic, number)
                        : answer_of(number, ErrorCode::invalid_request,
                                    concat("Unknown election type ",
                                           static_cast<int>(message.election_type))));
  }
  return response;
}

}  // namespace spool::broker
