#pragma once

#include "core/protocol/schema.h"

/// ListGroups, API key 16, versions 0-5, flexible from 3.
///
/// v0  first version.
/// v1  KIP-124: throttle time.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  KIP-482: flexible.
/// v4  KIP-518: states filter, state in the answer.
/// v5  KIP-848: types filter, type in the answer.
namespace spool::protocol {

struct ListGroupsRequest {
  static constexpr MessageInfo kInfo{.name = "ListGroupsRequest",
                                     .type = MessageType::request,
                                     .api_key = 16,
                                     .versions = {0, 5},
                                     .flexible = {3},
                                     .listeners = kBrokerListener};

  std::vector<std::string> states_filter;
  std::vector<std::string> types_filter;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListGroupsRequest, SPOOL_FIELD(states_filter, "StatesFilter", {.versions = {4}}),
              SPOOL_FIELD(types_filter, "TypesFilter", {.versions = {5}}))
};

struct ListGroupsResponse {
  static constexpr MessageInfo kInfo{.name = "ListGroupsResponse",
                                     .type = MessageType::response,
                                     .api_key = 16,
                                     .versions = {0, 5},
                                     .flexible = {3}};

  struct ListedGroup {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ListedGroup, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
                SPOOL_FIELD(protocol_type, "ProtocolType", {.versions = {0}}),
                SPOOL_FIELD(group_state, "GroupState", {.versions = {4}, .is_ignorable = true}),
                SPOOL_FIELD(group_type, "GroupType", {.versions = {5}, .is_ignorable = true}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<ListedGroup> groups;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListGroupsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(groups, "Groups", {.versions = {0}}))
};

}  // namespace spool::protocol
