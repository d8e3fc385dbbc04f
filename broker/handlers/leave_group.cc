/// LeaveGroup: members go, and the others rebalance at once.
///
/// v3  KIP-345: several members, by id or by instance id, each with an error of its own
/// v5  KIP-800: reason

#include "core/protocol/messages/leave_group.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;

void handle_leave_group(Services& services, const Request& request, LeaveGroupRequest message,
                        Responder respond) {
  const std::string group_id = message.group_id;
  group::answer_in_turn(
      services, request, group_id, group::Service::Purpose::look, std::move(respond),
      [&request, message = std::move(message)](group::Turn& turn) {
        return turn.coordinator.leave(turn.now, group::caller_of(request), message);
      },
      [](ErrorCode error) {
        LeaveGroupResponse answer;
        answer.error_code = static_cast<int16_t>(error);
        return answer;
      });
}

}  // namespace spool::broker
