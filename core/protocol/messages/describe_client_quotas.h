#pragma once

#include "core/protocol/schema.h"

/// DescribeClientQuotas, API key 48, versions 0-1, flexible from 1.
///
/// v0  KIP-546.
/// v1  KIP-482: flexible.
namespace spool::protocol {

struct DescribeClientQuotasRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeClientQuotasRequest",
                                     .type = MessageType::request,
                                     .api_key = 48,
                                     .versions = {0, 1},
                                     .flexible = {1},
                                     .listeners = kBrokerListener};

  struct ComponentData {
    std::string entity_type;
    int8_t match_type = 0;
    std::optional<std::string> match = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ComponentData, SPOOL_FIELD(entity_type, "EntityType", {.versions = {0}}),
                SPOOL_FIELD(match_type, "MatchType", {.versions = {0}}),
                SPOOL_FIELD(match, "Match", {.versions = {0}, .nullable = {0}}))
  };

  std::vector<ComponentData> components;
  bool strict = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeClientQuotasRequest, SPOOL_FIELD(components, "Components", {.versions = {0}}),
              SPOOL_FIELD(strict, "Strict", {.versions = {0}}))
};

struct DescribeClientQuotasResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeClientQuotasResponse",
                                     .type = MessageType::response,
                                     .api_key = 48,
                                     .versions = {0, 1},
                                     .flexible = {1}};

  struct EntityData {
    std::string entity_type;
    std::optional<std::string> entity_name = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EntityData, SPOOL_FIELD(entity_type, "EntityType", {.versions = {0}}),
                SPOOL_FIELD(entity_name, "EntityName", {.versions = {0}, .nullable = {0}}))
  };

  struct ValueData {
    std::string key;
    double value = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ValueData, SPOOL_FIELD(key, "Key", {.versions = {0}}),
                SPOOL_FIELD(value, "Value", {.versions = {0}}))
  };

  struct EntryData {
    std::vector<EntityData> entity;
    std::vector<ValueData> values;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EntryData, SPOOL_FIELD(entity, "Entity", {.versions = {0}}),
                SPOOL_FIELD(values, "Values", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::optional<std::vector<EntryData>> entries = std::vector<EntryData>{};
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeClientQuotasResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(entries, "Entries", {.versions = {0}, .nullable = {0}}))
};

}  // namespace spool::protocol
