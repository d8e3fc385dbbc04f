#include "broker/dispatch.h"
#include "broker/loggers.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::broker {

namespace {

const Api* find_api(std::span<const Api> apis, int16_t key) {
  const auto found = std::ranges::lower_bound(
      apis, key, {}, [](const Api& api) { return static_cast<int16_t>(api.key); });
  return found != apis.end() && static_cast<int16_t>(found->key) == key ? &*found : nullptr;
}

Response refuse(Services& services, const Request& request, std::string_view why) {
  services.loggers.of(Loggers::network)
      .warn(concat("closing the connection of ", request.client_host, ": ", why));
  return Response::close();
}

/// Who the listener says the client is; without authentication all are one.
constexpr const char* kAnonymous = "ANONYMOUS";

/// The same for a request while clients have limits: it is measured and charged.
void handle_limited(Services& services, const Api& api, Request& request, Responder respond) {
  const auto quota = std::make_shared<RequestQuota>(services.quotas, services.clock, kAnonymous,
                                                    request.header.client_id.value_or(""));
  request.quota = quota;
  const QuotaTimer timer(quota);
  api.handle(services, request, [quota, &request, respond = std::move(respond)](Response response) mutable {
    // Nobody can tell a client that gets no answer (acks=0) to wait; its connection does all the same.
    if (response.kind == Response::Kind::none) response.mute = quota->settle(request, 0);
    respond(std::move(response));
  });
}

}  // namespace

void dispatch(Services& services, Request& request, Responder respond) {
  constexpr size_t kKeyAndVersionBytes = 4;
  if (request.frame.size() < kKeyAndVersionBytes)
    return respond(refuse(services, request, concat("a frame of ", request.frame.size(), " bytes is no request")));
  const auto key = load_be<int16_t>(request.frame.data());
  const auto version = load_be<int16_t>(request.frame.data() + 2);
  const Api* api = find_api(services.apis, key);
  if (api == nullptr) return respond(refuse(services, request, concat("no API has the key ", key)));
  request.api_key = api->key;
  request.version = version;
  const bool is_served = version >= api->version_served_min && version <= api->version_max;
  // ApiVersions answers any version, so that client and broker can find a common one (KIP-511).
  const bool is_negotiation = api->key == protocol::ApiKey::api_versions;
  if (!is_served && !is_negotiation)
    return respond(refuse(services, request,
                          concat(protocol::api_name(api->key), " v", version, " is not supported")));

  const int16_t header_version =
      is_served ? protocol::request_header_version(api->key, version) : static_cast<int16_t>(1);
  size_t header_bytes = 0;
  auto header = protocol::decode<protocol::RequestHeader>(request.frame, header_version, &header_bytes);
  if (!header)
    return respond(refuse(services, request, concat("request header: ", header.error().text())));
  request.header = std::move(*header);
  request.body = request.frame.subspan(header_bytes);
  if (services.quotas.is_any_set()) [[unlikely]]
    return handle_limited(services, *api, request, std::move(respond));
  request.quota = nullptr;
  api->handle(services, request, std::move(respond));
}

}  // namespace spool::broker
