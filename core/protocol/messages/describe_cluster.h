#pragma once

#include "core/protocol/schema.h"

/// DescribeCluster, API key 60, versions 0-2, flexible.
///
/// v0  KIP-700.
/// v1  KIP-919: endpoint type.
/// v2  KIP-1073: fenced brokers on request.
namespace spool::protocol {

struct DescribeClusterRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeClusterRequest",
                                     .type = MessageType::request,
                                     .api_key = 60,
                                     .versions = {0, 2},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  bool include_cluster_authorized_operations = false;
  int8_t endpoint_type = 1;
  bool include_fenced_brokers = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeClusterRequest,
              SPOOL_FIELD(include_cluster_authorized_operations,
                          "IncludeClusterAuthorizedOperations", {.versions = {0}}),
              SPOOL_FIELD(endpoint_type, "EndpointType", {.versions = {1}, .default_value = 1}),
              SPOOL_FIELD(include_fenced_brokers, "IncludeFencedBrokers", {.versions = {2}}))
};

struct DescribeClusterResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeClusterResponse",
                                     .type = MessageType::response,
                                     .api_key = 60,
                                     .versions = {0, 2},
                                     .flexible = {0}};

  struct DescribeClusterBroker {
    int32_t broker_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    bool is_fenced = false;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeClusterBroker, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}),
                SPOOL_FIELD(rack, "Rack",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(is_fenced, "IsFenced", {.versions = {2}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  int8_t endpoint_type = 1;
  std::string cluster_id;
  int32_t controller_id = -1;
  std::vector<DescribeClusterBroker> brokers;
  int32_t cluster_authorized_operations = std::numeric_limits<int32_t>::min();
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeClusterResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(endpoint_type, "EndpointType", {.versions = {1}, .default_value = 1}),
              SPOOL_FIELD(cluster_id, "ClusterId", {.versions = {0}}),
              SPOOL_FIELD(controller_id, "ControllerId", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(brokers, "Brokers", {.versions = {0}}),
              SPOOL_FIELD(cluster_authorized_operations, "ClusterAuthorizedOperations",
                          {.versions = {0}, .default_value = std::numeric_limits<int32_t>::min()}))
};

}  // namespace spool::protocol
