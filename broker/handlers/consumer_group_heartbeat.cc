/// ConsumerGroupHeartbeat: a member of a KIP-848 group joins, lives, moves towards its assignment
/// and leaves.
///
/// v1  KIP-848: regular expressions; KIP-1082: the client makes its member id
///
/// Epoch 0 joins, -1 leaves, -2 is a static member that means to come back.

#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;

namespace {

ConsumerGroupHeartbeatResponse refuse(ErrorCode error, std::string_view text) {
  ConsumerGroupHeartbeatResponse answer;
  answer.error_code = static_cast<int16_t>(error);
  answer.error_message = std::string(text);
  return answer;
}

}  // namespace

void handle_consumer_group_heartbeat(Services& services, const Request& request,
                                     ConsumerGroupHeartbeatRequest message, Responder respond) {
  if (!group::has_consumer_groups(services))
    return respond(encode_response(
        request, refuse(ErrorCode::unsupported_version,
                        "Consumer groups need group.version 1; this directory is below.")));
  const std::string group_id = message.group_id;
  const auto purpose = group_id.empty() || message.member_epoch != 0
                           ? group::Service::Purpose::look
                           : group::Service::Purpose::write;
  group::answer_in_turn(
      services, request, group_id, purpose, std::move(respond),
      [&request, message = std::move(message)](group::Turn& turn) {
        return turn.coordinator.consumer_heartbeat(turn.now, group::caller_of(request), message);
      },
      [](ErrorCode error) { return refuse(error, error_name(error)); });
}

}  // namespace spool::broker
