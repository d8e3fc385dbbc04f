/// DeleteGroups: groups without members go, with their offsets.
///
/// v3  error message

#include "core/protocol/messages/delete_groups.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::DeleteGroupsRequest;
using protocol::DeleteGroupsResponse;
using Deleted = DeleteGroupsResponse::DeletableGroupResult;

void handle_delete_groups(Services& services, const Request& request, DeleteGroupsRequest message,
                          Responder respond) {
  const std::vector<std::string> ids = message.groups_names;
  group::ask_each_group<Deleted>(
      services, request, ids, group::Service::Purpose::look,
      [ids](ErrorCode error, group::Turn* turn, size_t index) {
        if (turn != nullptr) return turn->coordinator.delete_group(turn->now, ids[index]);
        Deleted result;
        result.group_id = ids[index];
        result.error_code = static_cast<int16_t>(error);
        return result;
      },
      [&request, respond = std::move(respond)](std::vector<Deleted> results) mutable {
        DeleteGroupsResponse response;
        response.results = std::move(results);
        respond(encode_response(request, response));
      });
}

}  // namespace spool::broker
