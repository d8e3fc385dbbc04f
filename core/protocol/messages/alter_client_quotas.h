#pragma once

#include "core/protocol/schema.h"

/// AlterClientQuotas, API key 49, versions 0-1, flexible from 1.
///
/// v0  KIP-546.
/// v1  KIP-482: flexible.
namespace spool::protocol {

struct AlterClientQuotasRequest {
  static constexpr MessageInfo kInfo{.name = "AlterClientQuotasRequest",
                                     .type = MessageType::request,
                                     .api_key = 49,
                                     .versions = {0, 1},
                                     .flexible = {1},
                                     .listeners = kAnyListener};

  struct EntityData {
    std::string entity_type;
    std::optional<std::string> entity_name = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EntityData, SPOOL_FIELD(entity_type, "EntityType", {.versions = {0}}),
                SPOOL_FIELD(entity_name, "EntityName", {.versions = {0}, .nullable = {0}}))
  };

  struct OpData {
    std::string key;
    double value = 0;
    bool remove = false;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OpData, SPOOL_FIELD(key, "Key", {.versions = {0}}),
                SPOOL_FIELD(value, "Value", {.versions = {0}}),
                SPOOL_FIELD(remove, "Remove", {.versions = {0}}))
  };

  struct EntryData {
    std::vector<EntityData> entity;
    std::vector<OpData> ops;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EntryData, SPOOL_FIELD(entity, "Entity", {.versions = {0}}),
                SPOOL_FIELD(ops, "Ops", {.versions = {0}}))
  };

  std::vector<EntryData> entries;
  bool validate_only = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterClientQuotasRequest, SPOOL_FIELD(entries, "Entries", {.versions = {0}}),
              SPOOL_FIELD(validate_only, "ValidateOnly", {.versions = {0}}))
};

struct AlterClientQuotasResponse {
  static constexpr MessageInfo kInfo{.name = "AlterClientQuotasResponse",
                                     .type = MessageType::response,
                                     .api_key = 49,
                                     .versions = {0, 1},
                                     .flexible = {1}};

  struct EntityData {
    std::string entity_type;
    std::optional<std::string> entity_name = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EntityData, SPOOL_FIELD(entity_type, "EntityType", {.versions = {0}}),
                SPOOL_FIELD(entity_name, "EntityName", {.versions = {0}, .nullable = {0}}))
  };

  struct EntryData {
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<EntityData> entity;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EntryData, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(entity, "Entity", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<EntryData> entries;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterClientQuotasResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(entries, "Entries", {.versions = {0}}))
};

}  // namespace spool::protocol
