#pragma once

#include "core/protocol/schema.h"

/// GetTelemetrySubscriptions, API key 71, version 0, flexible.
///
/// v0  KIP-714.
namespace spool::protocol {

struct GetTelemetrySubscriptionsRequest {
  static constexpr MessageInfo kInfo{.name = "GetTelemetrySubscriptionsRequest",
                                     .type = MessageType::request,
                                     .api_key = 71,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  Uuid client_instance_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(GetTelemetrySubscriptionsRequest,
              SPOOL_FIELD(client_instance_id, "ClientInstanceId", {.versions = {0}}))
};

struct GetTelemetrySubscriptionsResponse {
  static constexpr MessageInfo kInfo{.name = "GetTelemetrySubscriptionsResponse",
                                     .type = MessageType::response,
                                     .api_key = 71,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  Uuid client_instance_id;
  int32_t subscription_id = 0;
  std::vector<int8_t> accepted_compression_types;
  int32_t push_interval_ms = 0;
  int32_t telemetry_max_bytes = 0;
  bool delta_temporality = false;
  std::vector<std::string> requested_metrics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(GetTelemetrySubscriptionsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(client_instance_id, "ClientInstanceId", {.versions = {0}}),
              SPOOL_FIELD(subscription_id, "SubscriptionId", {.versions = {0}}),
              SPOOL_FIELD(accepted_compression_types, "AcceptedCompressionTypes",
                          {.versions = {0}}),
              SPOOL_FIELD(push_interval_ms, "PushIntervalMs", {.versions = {0}}),
              SPOOL_FIELD(telemetry_max_bytes, "TelemetryMaxBytes", {.versions = {0}}),
              SPOOL_FIELD(delta_temporality, "DeltaTemporality", {.versions = {0}}),
              SPOOL_FIELD(requested_metrics, "RequestedMetrics", {.versions = {0}}))
};

}  // namespace spool::protocol
