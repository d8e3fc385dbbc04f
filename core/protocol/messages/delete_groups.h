#pragma once

#include "core/protocol/schema.h"

/// DeleteGroups, API key 42, versions 0-3, flexible from 2.
///
/// v0  KIP-229.
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
/// v3  error message.
namespace spool::protocol {

struct DeleteGroupsRequest {
  static constexpr MessageInfo kInfo{.name = "DeleteGroupsRequest",
                                     .type = MessageType::request,
                                     .api_key = 42,
                                     .versions = {0, 3},
                                     .flexible = {2},
                                     .listeners = kBrokerListener};

  std::vector<std::string> groups_names;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteGroupsRequest, SPOOL_FIELD(groups_names, "GroupsNames", {.versions = {0}}))
};

struct DeleteGroupsResponse {
  static constexpr MessageInfo kInfo{.name = "DeleteGroupsResponse",
                                     .type = MessageType::response,
                                     .api_key = 42,
                                     .versions = {0, 3},
                                     .flexible = {2}};

  struct DeletableGroupResult {
    std::string group_id;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeletableGroupResult, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {3},
                             .nullable = {3},
                             .default_value = kNull,
                             .is_ignorable = true}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DeletableGroupResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteGroupsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
