/// UnregisterBroker: forgets a broker that is gone for good, as its registration in a directory
/// that came from a cluster. Unknown ids are 102. This node's own registration stays: it would be
/// made again at once (42).

#include "core/protocol/messages/unregister_broker.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/record_codec.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/protocol/records/metadata.h"

namespace spool::broker {

using protocol::UnregisterBrokerRequest;
using protocol::UnregisterBrokerResponse;

namespace {

Result<int64_t> broker_epoch(const Services& services, int32_t broker_id) {
  const auto image = services.metadata.read();
  const auto broker = image->brokers().find(broker_id);
  if (broker == image->brokers().end())
    return fail(ErrorCode::broker_id_not_registered,
                concat("Broker ID ", broker_id, " is not currently registered"));
  if (broker_id == services.node_id)
    return fail(
        ErrorCode::invalid_request,
        concat("Broker ID ", broker_id, " is this node: it is registered as long as it runs"));
  return broker->second.broker_epoch;
}

Status unregister_broker(Services& services, int32_t broker_id) {
  TRY_ASSIGN(const int64_t epoch, broker_epoch(services, broker_id));
  std::vector<MetadataRecord> records;
  records.emplace_back(
      protocol::UnregisterBrokerRecord{.broker_id = broker_id, .broker_epoch = epoch});
  return services.metadata.append(std::move(records));
}

}  // namespace

UnregisterBrokerResponse handle_unregister_broker(Services& services, const Request&,
                                                  const UnregisterBrokerRequest& message) {
  UnregisterBrokerResponse response;
  response.error_message = std::nullopt;
  if (const Status status = unregister_broker(services, message.broker_id); !status) {
    response.error_code = wire_code(status.error().code());
    response.error_message = std::string(status.error().text());
  }
  return response;
}

}  // namespace spool::broker
