/// OffsetForLeaderEpoch: where a leader epoch ended, so that a client can tell whether what it read
/// was cut away (KIP-101, KIP-320).
///
/// v2  current leader epoch    v3  replica id    v4  flexible
///
/// An epoch we do not know is no error: epoch -1, offset -1.

#include "core/protocol/messages/offset_for_leader_epoch.h"
#include "broker/handlers/handlers.h"
#include "broker/topics/topic_table.h"

namespace spool::broker {

using protocol::OffsetForLeaderEpochRequest;
using protocol::OffsetForLeaderEpochResponse;

namespace {

OffsetForLeaderEpochResponse::EpochEndOffset answer_partition(
    const Topic* topic, const OffsetForLeaderEpochRequest::OffsetForLeaderPartition& asked) {
  OffsetForLeaderEpochResponse::EpochEndOffset answer;
  answer.partition = asked.partition;
  Replica* replica = topic == nullptr ? nullptr : topic->partition(asked.partition);
  if (replica == nullptr) {
    answer.error_code = static_cast<int16_t>(ErrorCode::unknown_topic_or_partition);
    return answer;
  }
  const ErrorCode error = replica->check_leader_epoch(asked.current_leader_epoch);
  answer.error_code = static_cast<int16_t>(error);
  if (error != ErrorCode::none) return answer;
  if (const auto log = replica->log(); !log) {
    answer.error_code = wire_code(log.error().code());
    return answer;
  }
  const storage::EpochEnd end = replica->end_offset_for_epoch(LeaderEpoch(asked.leader_epoch));
  answer.leader_epoch = end.leader_epoch.value;
  answer.end_offset = end.end_offset.value;
  return answer;
}

}  // namespace

OffsetForLeaderEpochResponse handle_offset_for_leader_epoch(
    Services& services, const Request&, const OffsetForLeaderEpochRequest& message) {
  OffsetForLeaderEpochResponse response;
  for (const auto& asked_topic : message.topics) {
    const auto topic = services.topics.find(asked_topic.topic);
    auto& answers = response.topics.emplace_back();
    answers.topic = asked_topic.topic;
    for (const auto& asked : asked_topic.partitions)
      answers.partitions.push_back(answer_partition(topic.get(), asked));
  }
  return response;
}

}  // namespace spool::broker
