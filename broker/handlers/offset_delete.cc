/// OffsetDelete: takes back commits of a group, of topics that no member reads (KIP-496).

#include "core/protocol/messages/offset_delete.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::OffsetDeleteRequest;
using protocol::OffsetDeleteResponse;

void handle_offset_delete(Services& services, const Request& request, OffsetDeleteRequest message,
                          Responder respond) {
  const std::string group_id = message.group_id;
  group::answer_in_turn(
      services, request, group_id, group::Service::Purpose::look, std::move(respond),
      [message = std::move(message)](group::Turn& turn) {
        return turn.coordinator.delete_offsets(turn.now, message);
      },
      [](ErrorCode error) {
        OffsetDeleteResponse answer;
        answer.error_code = static_cast<int16_t>(error);
        return answer;
      });
}

}  // namespace spool::broker
