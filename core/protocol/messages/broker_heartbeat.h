#pragma once

#include "core/protocol/schema.h"

/// BrokerHeartbeat, API key 63, versions 0-2, flexible; between controllers and brokers only.
///
/// v0  KIP-631.
/// v1  request adds OfflineLogDirs.
/// v2  request adds CordonedLogDirs.
namespace spool::protocol {

struct BrokerHeartbeatRequest {
  static constexpr MessageInfo kInfo{.name = "BrokerHeartbeatRequest",
                                     .type = MessageType::request,
                                     .api_key = 63,
                                     .versions = {0, 2},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  int32_t broker_id = 0;
  int64_t broker_epoch = -1;
  int64_t current_metadata_offset = 0;
  bool want_fence = false;
  bool want_shut_down = false;
  std::vector<Uuid> offline_log_dirs;
  std::optional<std::vector<Uuid>> cordoned_log_dirs;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(BrokerHeartbeatRequest, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(current_metadata_offset, "CurrentMetadataOffset", {.versions = {0}}),
              SPOOL_FIELD(want_fence, "WantFence", {.versions = {0}}),
              SPOOL_FIELD(want_shut_down, "WantShutDown", {.versions = {0}}),
              SPOOL_FIELD(offline_log_dirs, "OfflineLogDirs", {.versions = {1}, .tag = 0}),
              SPOOL_FIELD(cordoned_log_dirs, "CordonedLogDirs",
                          {.versions = {2}, .nullable = {2}, .tag = 1, .default_value = kNull}))
};

struct BrokerHeartbeatResponse {
  static constexpr MessageInfo kInfo{.name = "BrokerHeartbeatResponse",
                                     .type = MessageType::response,
                                     .api_key = 63,
                                     .versions = {0, 2},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  bool is_caught_up = false;
  bool is_fenced = true;
  bool should_shut_down = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(BrokerHeartbeatResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(is_caught_up, "IsCaughtUp", {.versions = {0}}),
              SPOOL_FIELD(is_fenced, "IsFenced", {.versions = {0}, .default_value = true}),
              SPOOL_FIELD(should_shut_down, "ShouldShutDown", {.versions = {0}}))
};

}  // namespace spool::protocol
