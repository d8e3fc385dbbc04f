/// GetTelemetrySubscriptions and PushTelemetry (KIP-714): answered as by a Kafka node without a
/// metrics plugin, which does not advertise them either. What is pushed is checked and dropped.

#include "broker/telemetry/client_telemetry.h"

#include "broker/config/config.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/store.h"
#include "core/base/random.h"
#include "core/compress/codec.h"
#include "core/protocol/messages/get_telemetry_subscriptions.h"
#include "core/protocol/messages/push_telemetry.h"

namespace spool::broker {

using protocol::GetTelemetrySubscriptionsRequest;
using protocol::GetTelemetrySubscriptionsResponse;
using protocol::PushTelemetryRequest;
using protocol::PushTelemetryResponse;

namespace {

bool is_usable(const Uuid& instance) { return instance != kZeroUuid && instance != kOneUuid; }

TelemetrySubscription subscription_of(const Services& services, const Request& request,
                                      const Uuid& instance) {
  const std::string client_id = request.header.client_id.value_or("");
  return telemetry_subscription(
      *services.metadata.read(),
      {instance, client_id, request.software->name, request.software->version, request.client_host,
       request.client_port});
}

size_t bytes_max(const Services& services) {
  return static_cast<size_t>(services.config.integer("telemetry.max.bytes"));
}

// Whether the metrics come out of their codec. Decompressed they may be as large as a push.
ErrorCode check_metrics(const Services& services, const PushTelemetryRequest& message) {
  compress::Decompressor decompressor;
  const auto metrics = decompressor.decompress(
      static_cast<compress::Codec>(message.compression_type), message.metrics, bytes_max(services));
  return metrics || message.metrics.empty() ? ErrorCode::none : ErrorCode::invalid_record;
}

}  // namespace

GetTelemetrySubscriptionsResponse handle_get_telemetry_subscriptions(
    Services& services, const Request& request, const GetTelemetrySubscriptionsRequest& message) {
  GetTelemetrySubscriptionsResponse response;
  const Uuid instance =
      message.client_instance_id.is_zero() ? random_uuid() : message.client_instance_id;
  const TelemetrySubscription subscription = subscription_of(services, request, instance);
  const ErrorCode error =
      services.telemetry.on_get(instance, subscription.push_interval_ms, services.clock.monotonic_ms());
  response.error_code = static_cast<int16_t>(error);
  if (error != ErrorCode::none) return response;
  response.client_instance_id = instance;
  response.subscription_id = subscription.id;
  response.accepted_compression_types = {4, 3, 1, 2};  // zstd, lz4, gzip, snappy: the best first
  response.push_interval_ms = subscription.push_interval_ms;
  response.telemetry_max_bytes = static_cast<int32_t>(bytes_max(services));
  response.delta_temporality = true;
  response.requested_metrics = subscription.metrics;
  return response;
}

PushTelemetryResponse handle_push_telemetry(Services& services, const Request& request,
                                            const PushTelemetryRequest& message) {
  PushTelemetryResponse response;
  ErrorCode error = ErrorCode::invalid_request;
  if (is_usable(message.client_instance_id))
    error = services.telemetry.on_push(
        message.client_instance_id, subscription_of(services, request, message.client_instance_id),
        {message.subscription_id, message.terminating, message.compression_type,
         message.metrics.size()},
        bytes_max(services), services.clock.monotonic_ms());
  if (error == ErrorCode::none) error = check_metrics(services, message);
  response.error_code = static_cast<int16_t>(error);
  return response;
}

}  // namespace spool::broker
