/// SyncGroup: the leader hands in the assignment of a classic group, everybody gets a part of it.
///
/// v3  KIP-345: static members    v5  KIP-559: protocol type and name are checked, and must be
/// there
///
/// Waits for the leader.

#include "core/protocol/messages/sync_group.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;

void handle_sync_group(Services& services, const Request& request, SyncGroupRequest message,
                       Responder respond) {
  constexpr int16_t kVersionOfNames = 5;
  if (request.version >= kVersionOfNames && (!message.protocol_type || !message.protocol_name)) {
    SyncGroupResponse answer;
    answer.error_code = static_cast<int16_t>(ErrorCode::inconsistent_group_protocol);
    return respond(encode_response(request, answer));
  }
  const std::string group_id = message.group_id;
  services.groups.with_id(
      group_id, group::Service::Purpose::look,
      [&request, message = std::move(message), respond = std::move(respond)](
          ErrorCode error, group::Turn* turn) mutable {
        if (turn == nullptr) {
          SyncGroupResponse answer;
          answer.error_code = static_cast<int16_t>(error);
          return group::answer_on_loop(request, std::move(respond),
                                       encode_response(request, answer));
        }
        auto reply = [&request, outlet = turn->outlet,
                      respond = std::move(respond)](const SyncGroupResponse& answer) mutable {
          outlet.send(request, std::move(respond), encode_response(request, answer));
        };
        turn->coordinator.sync(turn->now, group::caller_of(request), message, std::move(reply));
      });
}

}  // namespace spool::broker
