#pragma once

#include "core/protocol/schema.h"

/// PushTelemetry, API key 72, version 0, flexible.
///
/// v0  KIP-714.
namespace spool::protocol {

struct PushTelemetryRequest {
  static constexpr MessageInfo kInfo{.name = "PushTelemetryRequest",
                                     .type = MessageType::request,
                                     .api_key = 72,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  Uuid client_instance_id;
  int32_t subscription_id = 0;
  bool terminating = false;
  int8_t compression_type = 0;
  BytesView metrics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(PushTelemetryRequest,
              SPOOL_FIELD(client_instance_id, "ClientInstanceId", {.versions = {0}}),
              SPOOL_FIELD(subscription_id, "SubscriptionId", {.versions = {0}}),
              SPOOL_FIELD(terminating, "Terminating", {.versions = {0}}),
              SPOOL_FIELD(compression_type, "CompressionType", {.versions = {0}}),
              SPOOL_FIELD(metrics, "Metrics", {.versions = {0}}))
};

struct PushTelemetryResponse {
  static constexpr MessageInfo kInfo{.name = "PushTelemetryResponse",
                                     .type = MessageType::response,
                                     .api_key = 72,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(PushTelemetryResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
};

}  // namespace spool::protocol
