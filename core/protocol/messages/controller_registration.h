#pragma once

#include "core/protocol/schema.h"

/// ControllerRegistration, API key 70, version 0, flexible; between controllers and brokers only.
///
/// v0  KIP-919.
namespace spool::protocol {

struct ControllerRegistrationRequest {
  static constexpr MessageInfo kInfo{.name = "ControllerRegistrationRequest",
                                     .type = MessageType::request,
                                     .api_key = 70,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  struct Listener {
    std::string name;
    std::string host;
    uint16_t port = 0;
    int16_t security_protocol = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Listener, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}),
                SPOOL_FIELD(security_protocol, "SecurityProtocol", {.versions = {0}}))
  };

  struct Feature {
    std::string name;
    int16_t min_supported_version = 0;
    int16_t max_supported_version = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Feature, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(min_supported_version, "MinSupportedVersion", {.versions = {0}}),
                SPOOL_FIELD(max_supported_version, "MaxSupportedVersion", {.versions = {0}}))
  };

  int32_t controller_id = 0;
  Uuid incarnation_id;
  bool zk_migration_ready = false;
  std::vector<Listener> listeners;
  std::vector<Feature> features;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ControllerRegistrationRequest,
              SPOOL_FIELD(controller_id, "ControllerId", {.versions = {0}}),
              SPOOL_FIELD(incarnation_id, "IncarnationId", {.versions = {0}}),
              SPOOL_FIELD(zk_migration_ready, "ZkMigrationReady", {.versions = {0}}),
              SPOOL_FIELD(listeners, "Listeners", {.versions = {0}}),
              SPOOL_FIELD(features, "Features", {.versions = {0}}))
};

struct ControllerRegistrationResponse {
  static constexpr MessageInfo kInfo{.name = "ControllerRegistrationResponse",
                                     .type = MessageType::response,
                                     .api_key = 70,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ControllerRegistrationResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}))
};

}  // namespace spool::protocol
