/// ApiVersions: what this broker speaks. The first request on a connection, and the only one that
/// is answered in a version nobody offered (KIP-511).
///
/// any version we do not serve  v0 body, error 35, and the one key ApiVersions itself
/// v3  KIP-482: the client names its software; a name outside the allowed form is answered 42
/// without keys v4  KIP-584: features with a minimum of 0 are listed too v5  KIP-1242: a client may
/// state whom it means to talk to; both or neither (42), and the right ones (129)

#include "core/protocol/messages/api_versions.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/features.h"
#include "broker/metadata/store.h"

namespace spool::broker {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;

namespace {

constexpr int16_t kVersionMax = 5;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// [A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?
bool is_software_word(std::string_view word) {
  if (word.empty() || !is_alphanumeric(word.front()) || !is_alphanumeric(word.back())) return false;
  for (const char c : word)
    if (!is_alphanumeric(c) && c != '.' && c != '-') return false;
  return true;
}

ErrorCode check_request(const Services& services, int16_t version,
                        const ApiVersionsRequest& message) {
  if (version < 3) return ErrorCode::none;
  if (!is_software_word(message.client_software_name) ||
      !is_software_word(message.client_software_version))
    return ErrorCode::invalid_request;
  const bool has_node_id = message.node_id != -1;
  if (message.cluster_id.has_value() != has_node_id) return ErrorCode::invalid_request;
  if (has_node_id &&
      (*message.cluster_id != services.cluster_id || message.node_id != services.node_id))
    return ErrorCode::rebootstrap_required;
  return ErrorCode::none;
}

void list_features(const Services& services, int16_t version, ApiVersionsResponse& response) {
  const auto image = services.metadata.read();
  for (const SupportedFeature& feature : kSupportedFeatures)
    if (version >= 4 || feature.min_level > 0)
      response.supported_features.push_back(
          {std::string(feature.name), feature.min_level, feature.max_level, {}});
  for (const auto& [name, level] : image->features())
    response.finalized_features.push_back({name, level, level, {}});
  response.finalized_features_epoch = image->end_offset().value - 1;
}

ApiVersionsResponse answer(Services& services, int16_t version, const ApiVersionsRequest& message) {
  ApiVersionsResponse response;
  const ErrorCode error = check_request(services, version, message);
  response.error_code = static_cast<int16_t>(error);
  if (error != ErrorCode::none) return response;
  for (const Api& api : services.apis)
    if (api.is_advertised)
      response.api_keys.push_back(
          {static_cast<int16_t>(api.key), api.version_min, api.version_max, {}});
  list_features(services, version, response);
  return response;
}

}  // namespace

void handle_api_versions(Services& services, const Request& request, Responder respond) {
  if (request.version < 0 || request.version > kVersionMax) {
    Request as_v0 = request;
    as_v0.version = 0;
    ApiVersionsResponse response;
    response.error_code = static_cast<int16_t>(ErrorCode::unsupported_version);
    response.api_keys.push_back(
        {static_cast<int16_t>(protocol::ApiKey::api_versions), 0, kVersionMax, {}});
    return respond(encode_response(as_v0, response));
  }
  auto message = protocol::decode<ApiVersionsRequest>(request.body, request.version);
  if (!message) return respond(detail::refuse(services, request, message.error()));
  const ApiVersionsResponse response = answer(services, request.version, *message);
  if (request.version >= 3 && response.error_code == 0)
    *request.software = {std::move(message->client_software_name), std::move(message->client_software_version)};
  respond(encode_response(request, response));
}

}  // namespace spool::broker
