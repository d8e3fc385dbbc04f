/// OffsetCommit: a group's positions, kept in __consumer_offsets before the answer leaves.
///
/// v2-v4  retention of its own          v6  KIP-320: leader epoch      v7  KIP-345: static members
/// v9     KIP-848: member epochs        v10 topic ids

#include "core/protocol/messages/offset_commit.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;

namespace {

OffsetCommitResponse refuse(const OffsetCommitRequest& message, ErrorCode error) {
  OffsetCommitResponse response;
  for (const auto& topic : message.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    answers.topic_id = topic.topic_id;
    for (const auto& partition : topic.partitions)
      answers.partitions.push_back({partition.partition_index, static_cast<int16_t>(error), {}});
  }
  return response;
}

}  // namespace

void handle_offset_commit(Services& services, const Request& request, OffsetCommitRequest message,
                          Responder respond) {
  const std::string group_id = message.group_id;
  const auto shared = std::make_shared<const OffsetCommitRequest>(std::move(message));
  group::answer_in_turn(
      services, request, group_id, group::Service::Purpose::write, std::move(respond),
      [&request, shared](group::Turn& turn) {
        return turn.coordinator.commit(turn.now, group::caller_of(request), *shared);
      },
      [shared](ErrorCode error) { return refuse(*shared, error); });
}

}  // namespace spool::broker
