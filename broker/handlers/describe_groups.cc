/// DescribeGroups: state and members of classic groups.
///
/// v3  KIP-430: authorized operations    v4  KIP-345: instance ids
/// v6  KIP-1043: an unknown group is 69 with a message; before, state Dead without an error

#include <deque>

#include "broker/group/request.h"
#include "broker/handlers/handlers.h"
#include "core/protocol/messages/describe_groups.h"

namespace spool::broker {

using protocol::DescribeGroupsRequest;
using protocol::DescribeGroupsResponse;

namespace {

/// One group, with the bytes its members' fields refer to.
struct Described {
  DescribeGroupsResponse::DescribedGroup group;
  std::deque<Buffer> bytes;

  void own(BytesView& field) { field = bytes.emplace_back(to_buffer(field)); }
};

}  // namespace

void handle_describe_groups(Services& services, const Request& request,
                            DescribeGroupsRequest message, Responder respond) {
  const std::vector<std::string> ids = message.groups;
  const bool with_operations = message.include_authorized_operations;
  group::ask_each_group<Described>(
      services, request, ids, group::Service::Purpose::look,
      [&request, ids, with_operations](ErrorCode error, group::Turn* turn, size_t index) {
        Described described;
        described.group.group_id = ids[index];
        described.group.error_code = static_cast<int16_t>(error);
        if (turn == nullptr) return described;
        described.group = turn->coordinator.describe(ids[index], request.version);
        if (with_operations && described.group.error_code == 0)
          described.group.authorized_operations = group::kAllGroupOperations;
        for (auto& member : described.group.members) {
          described.own(member.member_metadata);
          described.own(member.member_assignment);
        }
        return described;
      },
      [&request, respond = std::move(respond)](std::vector<Described> parts) mutable {
        DescribeGroupsResponse response;
        for (Described& part : parts) response.groups.push_back(std::move(part.group));
        respond(encode_response(request, response));
      });
}

}  // namespace spool::broker
