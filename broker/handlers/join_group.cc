/// JoinGroup: a member enters a rebalance of a classic group and waits until everybody has.
///
/// v1  rebalance timeout of its own         v4  KIP-394: the first join gives out a member id (79)
/// v5  KIP-345: static members              v7  KIP-559: protocol type, nullable names
/// v9  KIP-814: a returning static leader skips the assignment

#include "core/protocol/messages/join_group.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;

namespace {

constexpr int16_t kVersionOfNullableNames = 7;

Response encode(const Request& request, JoinGroupResponse answer) {
  if (request.version < kVersionOfNullableNames && !answer.protocol_name) answer.protocol_name = "";
  return encode_response(request, answer);
}

JoinGroupResponse refuse(ErrorCode error, const JoinGroupRequest& message) {
  JoinGroupResponse answer;
  answer.error_code = static_cast<int16_t>(error);
  answer.protocol_name.reset();
  answer.member_id = message.member_id;
  return answer;
}

}  // namespace

void handle_join_group(Services& services, const Request& request, JoinGroupRequest message,
                       Responder respond) {
  const std::string group_id = message.group_id;
  const auto purpose =
      group_id.empty() ? group::Service::Purpose::look : group::Service::Purpose::write;
  services.groups.with_id(
      group_id, purpose,
      [&request, message = std::move(message), respond = std::move(respond)](
          ErrorCode error, group::Turn* turn) mutable {
        if (turn == nullptr)
          return group::answer_on_loop(request, std::move(respond),
                                       encode(request, refuse(error, message)));
        auto reply = [&request, outlet = turn->outlet,
                      respond = std::move(respond)](JoinGroupResponse answer) mutable {
          outlet.send(request, std::move(respond), encode(request, std::move(answer)));
        };
        turn->coordinator.join(turn->now, group::caller_of(request), message, std::move(reply));
      });
}

}  // namespace spool::broker
