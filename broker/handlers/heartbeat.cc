/// Heartbeat: a member of a classic group says that it lives, and hears of rebalances (27).
///
/// v3  KIP-345: static members

#include "core/protocol/messages/heartbeat.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::HeartbeatRequest;
using protocol::HeartbeatResponse;

void handle_heartbeat(Services& services, const Request& request, HeartbeatRequest message,
                      Responder respond) {
  const std::string group_id = message.group_id;
  group::answer_in_turn(
      services, request, group_id, group::Service::Purpose::look, std::move(respond),
      [&request, message = std::move(message)](group::Turn& turn) {
        return turn.coordinator.heartbeat(turn.now, group::caller_of(request), message);
      },
      [](ErrorCode error) {
        HeartbeatResponse answer;
        answer.error_code = static_cast<int16_t>(error);
        return answer;
      });
}

}  // namespace spool::broker
