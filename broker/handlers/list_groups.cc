/// ListGroups: all groups of this broker, of every protocol.
///
/// v4  KIP-518: filter by state, states in the answer    v5  KIP-848: the same for types
///
/// Filters ignore case; a word that names no state or type matches nothing.

#include "core/protocol/messages/list_groups.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::ListGroupsRequest;
using protocol::ListGroupsResponse;

void handle_list_groups(Services& services, const Request& request, ListGroupsRequest message,
                        Responder respond) {
  const auto response = std::make_shared<ListGroupsResponse>();
  services.groups.with_all(
      [message = std::move(message), response](ErrorCode error, group::Turn* turn) {
        if (error != ErrorCode::none) response->error_code = static_cast<int16_t>(error);
        if (turn == nullptr) return;
        for (auto& listed : turn->coordinator.list(message))
          response->groups.push_back(std::move(listed));
      },
      [&request, response, respond = std::move(respond)]() mutable {
        if (response->error_code != 0) response->groups.clear();
        std::ranges::sort(response->groups, {}, &ListGroupsResponse::ListedGroup::group_id);
        group::answer_on_loop(request, std::move(respond), encode_response(request, *response));
      });
}

}  // namespace spool::broker
