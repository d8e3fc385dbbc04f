/// UnregisterController: forgets a controller that is gone for good (Kafka 4.4). A directory below
/// metadata.version 33 cannot record it: 35 for whatever id. Unknown ids are 136.

#include "core/protocol/messages/unregister_controller.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/record_codec.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/protocol/records/metadata.h"

namespace spool::broker {

using protocol::UnregisterControllerRequest;
using protocol::UnregisterControllerResponse;

namespace {

constexpr int16_t kMetadataVersionSince = 33;

Status check(const Services& services, int32_t controller_id) {
  const auto image = services.metadata.read();
  if (image->metadata_version() < kMetadataVersionSince)
    return fail(ErrorCode::unsupported_version,
                "The current MetadataVersion is too old to support controller unregistration.");
  if (!image->controllers().contains(controller_id))
    return fail(ErrorCode::controller_id_not_registered,
                concat("Controller ID ", controller_id, " is not currently registered."));
  return {};
}

Status unregister_controller(Services& services, int32_t controller_id) {
  TRY(check(services, controller_id));
  std::vector<MetadataRecord> records;
  records.emplace_back(protocol::UnregisterControllerRecord{.controller_id = controller_id});
  return services.metadata.append(std::move(records));
}

}  // namespace

UnregisterControllerResponse handle_unregister_controller(
    Services& services, const Request&, const UnregisterControllerRequest& message) {
  UnregisterControllerResponse response;
  response.error_message = std::nullopt;
  if (const Status status = unregister_controller(services, message.controller_id); !status) {
    response.error_code = wire_code(status.error().code());
    response.error_message = std::string(status.error().text());
  }
  return response;
}

}  // namespace spool::broker
