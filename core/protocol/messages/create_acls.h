#pragma once

#include "core/protocol/schema.h"

/// CreateAcls, API key 30, versions 1-3, flexible from 2.
///
/// v1  KIP-290: pattern types.
/// v2  KIP-482: flexible.
/// v3  user resource type.
namespace spool::protocol {

struct CreateAclsRequest {
  static constexpr MessageInfo kInfo{.name = "CreateAclsRequest",
                                     .type = MessageType::request,
                                     .api_key = 30,
                                     .versions = {1, 3},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  struct AclCreation {
    int8_t resource_type = 0;
    std::string resource_name;
    int8_t resource_pattern_type = 3;
    std::string principal;
    std::string host;
    int8_t operation = 0;
    int8_t permission_type = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AclCreation, SPOOL_FIELD(resource_type, "ResourceType", {.versions = {0}}),
                SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}),
                SPOOL_FIELD(resource_pattern_type, "ResourcePatternType",
                            {.versions = {1}, .default_value = 3}),
                SPOOL_FIELD(principal, "Principal", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(operation, "Operation", {.versions = {0}}),
                SPOOL_FIELD(permission_type, "PermissionType", {.versions = {0}}))
  };

  std::vector<AclCreation> creations;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(CreateAclsRequest, SPOOL_FIELD(creations, "Creations", {.versions = {0}}))
};

struct CreateAclsResponse {
  static constexpr MessageInfo kInfo{.name = "CreateAclsResponse",
                                     .type = MessageType::response,
                                     .api_key = 30,
                                     .versions = {1, 3},
                                     .flexible = {2}};

  struct AclCreationResult {
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AclCreationResult, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<AclCreationResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(CreateAclsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
