#pragma once

#include "core/protocol/schema.h"

/// ListConfigResources, API key 74, versions 0-1, flexible.
///
/// v0  KIP-1000: client-metrics resources (as ListClientMetricsResources).
/// v1  KIP-1142: resources of all types.
namespace spool::protocol {

struct ListConfigResourcesRequest {
  static constexpr MessageInfo kInfo{.name = "ListConfigResourcesRequest",
                                     .type = MessageType::request,
                                     .api_key = 74,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  std::vector<int8_t> resource_types;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListConfigResourcesRequest,
              SPOOL_FIELD(resource_types, "ResourceTypes", {.versions = {1}}))
};

struct ListConfigResourcesResponse {
  static constexpr MessageInfo kInfo{.name = "ListConfigResourcesResponse",
                                     .type = MessageType::response,
                                     .api_key = 74,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct ConfigResource {
    std::string resource_name;
    int8_t resource_type = 16;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ConfigResource, SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}),
                SPOOL_FIELD(resource_type, "ResourceType",
                            {.versions = {1}, .default_value = 16, .is_ignorable = true}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<ConfigResource> config_resources;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListConfigResourcesResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(config_resources, "ConfigResources", {.versions = {0}}))
};

}  // namespace spool::protocol
