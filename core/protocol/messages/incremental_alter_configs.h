#pragma once

#include "core/protocol/schema.h"

/// IncrementalAlterConfigs, API key 44, versions 0-1, flexible from 1.
///
/// v0  KIP-339.
/// v1  KIP-482: flexible.
namespace spool::protocol {

struct IncrementalAlterConfigsRequest {
  static constexpr MessageInfo kInfo{.name = "IncrementalAlterConfigsRequest",
                                     .type = MessageType::request,
                                     .api_key = 44,
                                     .versions = {0, 1},
                                     .flexible = {1},
                                     .listeners = kAnyListener};

  struct AlterableConfig {
    std::string name;
    int8_t config_operation = 0;
    std::optional<std::string> value = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterableConfig, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(config_operation, "ConfigOperation", {.versions = {0}}),
                SPOOL_FIELD(value, "Value", {.versions = {0}, .nullable = {0}}))
  };

  struct AlterConfigsResource {
    int8_t resource_type = 0;
    std::string resource_name;
    std::vector<AlterableConfig> configs;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterConfigsResource, SPOOL_FIELD(resource_type, "ResourceType", {.versions = {0}}),
                SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}),
                SPOOL_FIELD(configs, "Configs", {.versions = {0}}))
  };

  std::vector<AlterConfigsResource> resources;
  bool validate_only = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(IncrementalAlterConfigsRequest,
              SPOOL_FIELD(resources, "Resources", {.versions = {0}}),
              SPOOL_FIELD(validate_only, "ValidateOnly", {.versions = {0}}))
};

struct IncrementalAlterConfigsResponse {
  static constexpr MessageInfo kInfo{.name = "IncrementalAlterConfigsResponse",
                                     .type = MessageType::response,
                                     .api_key = 44,
                                     .versions = {0, 1},
                                     .flexible = {1}};

  struct AlterConfigsResourceResponse {
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    int8_t resource_type = 0;
    std::string resource_name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterConfigsResourceResponse,
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(resource_type, "ResourceType", {.versions = {0}}),
                SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<AlterConfigsResourceResponse> responses;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(IncrementalAlterConfigsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(responses, "Responses", {.versions = {0}}))
};

}  // namespace spool::protocol
