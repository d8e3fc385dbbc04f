#pragma once

#include "core/protocol/schema.h"

/// SaslAuthenticate, API key 36, versions 0-2, flexible from 2.
///
/// v0  first version.
/// v1  KIP-368: session lifetime.
/// v2  KIP-482: flexible.
namespace spool::protocol {

struct SaslAuthenticateRequest {
  static constexpr MessageInfo kInfo{.name = "SaslAuthenticateRequest",
                                     .type = MessageType::request,
                                     .api_key = 36,
                                     .versions = {0, 2},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  BytesView auth_bytes;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(SaslAuthenticateRequest, SPOOL_FIELD(auth_bytes, "AuthBytes", {.versions = {0}}))
};

struct SaslAuthenticateResponse {
  static constexpr MessageInfo kInfo{.name = "SaslAuthenticateResponse",
                                     .type = MessageType::response,
                                     .api_key = 36,
                                     .versions = {0, 2},
                                     .flexible = {2}};

  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  BytesView auth_bytes;
  int64_t session_lifetime_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(SaslAuthenticateResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(auth_bytes, "AuthBytes", {.versions = {0}}),
              SPOOL_FIELD(session_lifetime_ms, "SessionLifetimeMs",
                          {.versions = {1}, .is_ignorable = true}))
};

}  // namespace spool::protocol
