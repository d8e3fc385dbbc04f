#pragma once

#include "core/protocol/schema.h"

/// BrokerRegistration, API key 62, versions 0-4, flexible; between controllers and brokers only.
///
/// v0  KIP-631.
/// v1  request adds IsMigratingZkBroker.
/// v2  request adds LogDirs.
/// v3  request adds PreviousBrokerEpoch.
/// v4  no change in the fields.
namespace spool::protocol {

struct BrokerRegistrationRequest {
  static constexpr MessageInfo kInfo{.name = "BrokerRegistrationRequest",
                                     .type = MessageType::request,
                                     .api_key = 62,
                                     .versions = {0, 4},
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

  int32_t broker_id = 0;
  std::string cluster_id;
  Uuid incarnation_id;
  std::vector<Listener> listeners;
  std::vector<Feature> features;
  std::optional<std::string> rack = "";
  bool is_migrating_zk_broker = false;
  std::vector<Uuid> log_dirs;
  int64_t previous_broker_epoch = -1;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(BrokerRegistrationRequest, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(cluster_id, "ClusterId", {.versions = {0}}),
              SPOOL_FIELD(incarnation_id, "IncarnationId", {.versions = {0}}),
              SPOOL_FIELD(listeners, "Listeners", {.versions = {0}}),
              SPOOL_FIELD(features, "Features", {.versions = {0}}),
              SPOOL_FIELD(rack, "Rack", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(is_migrating_zk_broker, "IsMigratingZkBroker", {.versions = {1}}),
              SPOOL_FIELD(log_dirs, "LogDirs", {.versions = {2}, .is_ignorable = true}),
              SPOOL_FIELD(previous_broker_epoch, "PreviousBrokerEpoch",
                          {.versions = {3}, .default_value = -1, .is_ignorable = true}))
};

struct BrokerRegistrationResponse {
  static constexpr MessageInfo kInfo{.name = "BrokerRegistrationResponse",
                                     .type = MessageType::response,
                                     .api_key = 62,
                                     .versions = {0, 4},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int64_t broker_epoch = -1;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(BrokerRegistrationResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}, .default_value = -1}))
};

}  // namespace spool::protocol
