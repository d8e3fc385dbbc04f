#pragma once

#include "core/protocol/schema.h"

/// DeleteAcls, API key 31, versions 1-3, flexible from 2.
///
/// v1  KIP-290: pattern types.
/// v2  KIP-482: flexible.
/// v3  user resource type.
namespace spool::protocol {

struct DeleteAclsRequest {
  static constexpr MessageInfo kInfo{.name = "DeleteAclsRequest",
                                     .type = MessageType::request,
                                     .api_key = 31,
                                     .versions = {1, 3},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  struct DeleteAclsFilter {
    int8_t resource_type_filter = 0;
    std::optional<std::string> resource_name_filter = "";
    int8_t pattern_type_filter = 3;
    std::optional<std::string> principal_filter = "";
    std::optional<std::string> host_filter = "";
    int8_t operation = 0;
    int8_t permission_type = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteAclsFilter,
                SPOOL_FIELD(resource_type_filter, "ResourceTypeFilter", {.versions = {0}}),
                SPOOL_FIELD(resource_name_filter, "ResourceNameFilter",
                            {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(pattern_type_filter, "PatternTypeFilter",
                            {.versions = {1}, .default_value = 3}),
                SPOOL_FIELD(principal_filter, "PrincipalFilter",
                            {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(host_filter, "HostFilter", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(operation, "Operation", {.versions = {0}}),
                SPOOL_FIELD(permission_type, "PermissionType", {.versions = {0}}))
  };

  std::vector<DeleteAclsFilter> filters;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteAclsRequest, SPOOL_FIELD(filters, "Filters", {.versions = {0}}))
};

struct DeleteAclsResponse {
  static constexpr MessageInfo kInfo{.name = "DeleteAclsResponse",
                                     .type = MessageType::response,
                                     .api_key = 31,
                                     .versions = {1, 3},
                                     .flexible = {2}};

  struct DeleteAclsMatchingAcl {
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    int8_t resource_type = 0;
    std::string resource_name;
    int8_t pattern_type = 3;
    std::string principal;
    std::string host;
    int8_t operation = 0;
    int8_t permission_type = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteAclsMatchingAcl, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(resource_type, "ResourceType", {.versions = {0}}),
                SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}),
                SPOOL_FIELD(pattern_type, "PatternType", {.versions = {1}, .default_value = 3}),
                SPOOL_FIELD(principal, "Principal", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(operation, "Operation", {.versions = {0}}),
                SPOOL_FIELD(permission_type, "PermissionType", {.versions = {0}}))
  };

  struct DeleteAclsFilterResult {
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<DeleteAclsMatchingAcl> matching_acls;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteAclsFilterResult, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(matching_acls, "MatchingAcls", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DeleteAclsFilterResult> filter_results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteAclsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(filter_results, "FilterResults", {.versions = {0}}))
};

}  // namespace spool::protocol
