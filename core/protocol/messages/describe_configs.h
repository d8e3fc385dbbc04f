#pragma once

#include "core/protocol/schema.h"

/// DescribeConfigs, API key 32, versions 1-4, flexible from 4.
///
/// v1  KIP-226: config sources and synonyms.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  KIP-569: type and documentation.
/// v4  KIP-482: flexible.
namespace spool::protocol {

struct DescribeConfigsRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeConfigsRequest",
                                     .type = MessageType::request,
                                     .api_key = 32,
                                     .versions = {1, 4},
                                     .flexible = {4},
                                     .listeners = kAnyListener};

  struct DescribeConfigsResource {
    int8_t resource_type = 0;
    std::string resource_name;
    std::optional<std::vector<std::string>> configuration_keys = std::vector<std::string>{};
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeConfigsResource,
                SPOOL_FIELD(resource_type, "ResourceType", {.versions = {0}}),
                SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}),
                SPOOL_FIELD(configuration_keys, "ConfigurationKeys",
                            {.versions = {0}, .nullable = {0}}))
  };

  std::vector<DescribeConfigsResource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeConfigsRequest, SPOOL_FIELD(resources, "Resources", {.versions = {0}}),
              SPOOL_FIELD(include_synonyms, "IncludeSynonyms", {.versions = {1}}),
              SPOOL_FIELD(include_documentation, "IncludeDocumentation", {.versions = {3}}))
};

struct DescribeConfigsResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeConfigsResponse",
                                     .type = MessageType::response,
                                     .api_key = 32,
                                     .versions = {1, 4},
                                     .flexible = {4}};

  struct DescribeConfigsSynonym {
    std::string name;
    std::optional<std::string> value = "";
    int8_t source = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeConfigsSynonym, SPOOL_FIELD(name, "Name", {.versions = {1}}),
                SPOOL_FIELD(value, "Value", {.versions = {1}, .nullable = {0}}),
                SPOOL_FIELD(source, "Source", {.versions = {1}}))
  };

  struct DescribeConfigsResourceResult {
    std::string name;
    std::optional<std::string> value = "";
    bool read_only = false;
    int8_t config_source = -1;
    bool is_sensitive = false;
    std::vector<DescribeConfigsSynonym> synonyms;
    int8_t config_type = 0;
    std::optional<std::string> documentation = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeConfigsResourceResult, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(value, "Value", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(read_only, "ReadOnly", {.versions = {0}}),
                SPOOL_FIELD(config_source, "ConfigSource",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(is_sensitive, "IsSensitive", {.versions = {0}}),
                SPOOL_FIELD(synonyms, "Synonyms", {.versions = {1}, .is_ignorable = true}),
                SPOOL_FIELD(config_type, "ConfigType", {.versions = {3}, .is_ignorable = true}),
                SPOOL_FIELD(documentation, "Documentation",
                            {.versions = {3}, .nullable = {0}, .is_ignorable = true}))
  };

  struct DescribeConfigsResult {
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    int8_t resource_type = 0;
    std::string resource_name;
    std::vector<DescribeConfigsResourceResult> configs;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeConfigsResult, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(resource_type, "ResourceType", {.versions = {0}}),
                SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}),
                SPOOL_FIELD(configs, "Configs", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribeConfigsResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeConfigsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
