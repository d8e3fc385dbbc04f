/// ConsumerGroupDescribe: state, members and assignments of KIP-848 groups.
///
/// v1  type of each member: classic or consumer

#include "core/protocol/messages/consumer_group_describe.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::ConsumerGroupDescribeRequest;
using protocol::ConsumerGroupDescribeResponse;
using DescribedGroup = ConsumerGroupDescribeResponse::DescribedGroup;

void handle_consumer_group_describe(Services& services, const Request& request,
                                    ConsumerGroupDescribeRequest message, Responder respond) {
  const std::vector<std::string> ids = message.group_ids;
  const bool with_operations = message.include_authorized_operations;
  group::ask_each_group<DescribedGroup>(
      services, request, ids, group::Service::Purpose::look,
      [&services, ids, with_operations](ErrorCode error, group::Turn* turn, size_t index) {
        DescribedGroup described;
        described.group_id = ids[index];
        if (!group::has_consumer_groups(services)) error = ErrorCode::unsupported_version;
        described.error_code = static_cast<int16_t>(error);
        if (error != ErrorCode::none) return described;
        described = turn->coordinator.describe_consumer(ids[index]);
        if (with_operations && described.error_code == 0)
          described.authorized_operations = group::kAllGroupOperations;
        return described;
      },
      [&request, respond = std::move(respond)](std::vector<DescribedGroup> groups) mutable {
        ConsumerGroupDescribeResponse response;
        response.groups = std::move(groups);
        respond(encode_response(request, response));
      });
}

}  // namespace spool::broker
