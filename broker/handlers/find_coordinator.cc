/// FindCoordinator: where a group, a transactional id or a share partition is looked after. On one
/// node that is always here.
///
/// v0  groups only, one key                 v1  key type, error message
/// v4  KIP-699: several keys                v6  KIP-932: share partitions, key
/// "group:topicId:partition"
///
/// The topic that keeps groups, or transactions, is made now, so that the first join need not wait
/// for it; a directory opened for reading stays as it is. Success carries the message NONE up to v3
/// and an empty one after, as Kafka's does.

#include "core/protocol/messages/find_coordinator.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"
#include "broker/txn/request.h"
#include "core/base/text.h"

namespace spool::broker {

using protocol::FindCoordinatorRequest;
using protocol::FindCoordinatorResponse;

namespace {

enum KeyType : int8_t { kGroupKey = 0, kTransactionKey = 1, kShareKey = 2 };
constexpr int16_t kVersionOfManyKeys = 4;

bool is_share_key(std::string_view key) {
  const auto parts = split(key, ':');
  return parts.size() == 3 && !trim(parts[0]).empty() && Uuid::parse(parts[1]) &&
         parse_int<int32_t>(parts[2]);
}

FindCoordinatorResponse::Coordinator locate(const Services& services, const Request& request,
                                            const std::string& key, int8_t key_type,
                                            const Status& topic) {
  FindCoordinatorResponse::Coordinator found;
  found.key = key;
  const auto refuse = [&](ErrorCode error, std::string message) {
    found.error_code = static_cast<int16_t>(error);
    found.error_message = std::move(message);
    found.node_id = -1;
    found.port = -1;
    return found;
  };
  if (key_type == kShareKey && !is_share_key(key)) return refuse(ErrorCode::invalid_request, "");
  if (key_type < kGroupKey || key_type > kShareKey)
    return refuse(ErrorCode::invalid_request,
                  "This most likely occurs because of a request being malformed by the client "
                  "library or the message was sent to an incompatible broker. See the broker logs "
                  "for more details.");
  if (!topic)
    return refuse(ErrorCode::coordinator_not_available, "The coordinator is not available.");
  const Endpoint& endpoint = services.endpoints[request.endpoint_index];
  found.node_id = services.node_id;
  found.host = endpoint.host;
  found.port = endpoint.port;
  return found;
}

FindCoordinatorResponse answer(const Services& services, const Request& request,
                               const FindCoordinatorRequest& message, const Status& topic) {
  FindCoordinatorResponse response;
  if (request.version >= kVersionOfManyKeys) {
    for (const std::string& key : message.coordinator_keys)
      response.coordinators.push_back(locate(services, request, key, message.key_type, topic));
    return response;
  }
  auto found = locate(services, request, message.key, message.key_type, topic);
  response.error_code = found.error_code;
  response.error_message = found.error_code == 0 ? "NONE" : std::move(found.error_message);
  response.node_id = found.node_id;
  response.host = std::move(found.host);
  response.port = found.port;
  return response;
}

}  // namespace

void handle_find_coordinator(Services& services, const Request& request,
                             FindCoordinatorRequest message, Responder respond) {
  const int8_t key_type = message.key_type;
  auto reply = [&services, &request, message = std::move(message),
                respond = std::move(respond)](const Status& topic) mutable {
    coordinator::answer_on_loop(
        request, std::move(respond),
        encode_response(request, answer(services, request, message, topic)));
  };
  if (key_type == kGroupKey) return services.groups.ensure_topic(std::move(reply));
  if (key_type == kTransactionKey) return services.transactions.ensure_topic(std::move(reply));
  reply({});
}

}  // namespace spool::broker
