#pragma once

#include "core/protocol/schema.h"

/// What stands in front of every request and response body. client_id has a classic length in every
/// version: a broker has to read it before it knows whether it understands the rest (KIP-511).
///
/// Request header v1 classic, v2 flexible; response header v0 classic, v1 flexible.
namespace spool::protocol {

struct RequestHeader {
  static constexpr MessageInfo kInfo{
      .name = "RequestHeader", .type = MessageType::header, .versions = {1, 2}, .flexible = {2}};

  int16_t request_api_key = 0;
  int16_t request_api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string> client_id = "";
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RequestHeader, SPOOL_FIELD(request_api_key, "RequestApiKey", {.versions = {0}}),
              SPOOL_FIELD(request_api_version, "RequestApiVersion", {.versions = {0}}),
              SPOOL_FIELD(correlation_id, "CorrelationId", {.versions = {0}}),
              SPOOL_FIELD(client_id, "ClientId",
                          {.versions = {1}, .nullable = {1}, .is_always_classic = true}))
};

struct ResponseHeader {
  static constexpr MessageInfo kInfo{
      .name = "ResponseHeader", .type = MessageType::header, .versions = {0, 1}, .flexible = {1}};

  int32_t correlation_id = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ResponseHeader, SPOOL_FIELD(correlation_id, "CorrelationId", {.versions = {0}}))
};

}  // namespace spool::protocol
