#pragma once

#include "core/protocol/schema.h"

/// FindCoordinator, API key 10, versions 0-6, flexible from 3.
///
/// v0  first version.
/// v1  KIP-98: key type (group or transaction), throttle time, error message.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  KIP-482: flexible.
/// v4  KIP-699: several keys in one request.
/// v5  KIP-890: TRANSACTION_ABORTABLE may be answered.
/// v6  KIP-932: key type 2, share coordinator.
namespace spool::protocol {

struct FindCoordinatorRequest {
  static constexpr MessageInfo kInfo{.name = "FindCoordinatorRequest",
                                     .type = MessageType::request,
                                     .api_key = 10,
                                     .versions = {0, 6},
                                     .flexible = {3},
                                     .listeners = kBrokerListener};

  std::string key;
  int8_t key_type = 0;
  std::vector<std::string> coordinator_keys;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(FindCoordinatorRequest, SPOOL_FIELD(key, "Key", {.versions = {0, 3}}),
              SPOOL_FIELD(key_type, "KeyType", {.versions = {1}}),
              SPOOL_FIELD(coordinator_keys, "CoordinatorKeys", {.versions = {4}}))
};

struct FindCoordinatorResponse {
  static constexpr MessageInfo kInfo{.name = "FindCoordinatorResponse",
                                     .type = MessageType::response,
                                     .api_key = 10,
                                     .versions = {0, 6},
                                     .flexible = {3}};

  struct Coordinator {
    std::string key;
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Coordinator, SPOOL_FIELD(key, "Key", {.versions = {4}}),
                SPOOL_FIELD(node_id, "NodeId", {.versions = {4}}),
                SPOOL_FIELD(host, "Host", {.versions = {4}}),
                SPOOL_FIELD(port, "Port", {.versions = {4}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {4}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {4}, .nullable = {4}, .is_ignorable = true}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  int32_t node_id = 0;
  std::string host;
  int32_t port = 0;
  std::vector<Coordinator> coordinators;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(FindCoordinatorResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0, 3}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {1, 3}, .nullable = {1, 3}, .is_ignorable = true}),
              SPOOL_FIELD(node_id, "NodeId", {.versions = {0, 3}}),
              SPOOL_FIELD(host, "Host", {.versions = {0, 3}}),
              SPOOL_FIELD(port, "Port", {.versions = {0, 3}}),
              SPOOL_FIELD(coordinators, "Coordinators", {.versions = {4}}))
};

}  // namespace spool::protocol
