#pragma once

#include "core/protocol/schema.h"

/// SaslHandshake, API key 17, versions 0-1, not flexible.
///
/// v0  the SASL bytes follow without Kafka framing.
/// v1  KIP-152: SaslAuthenticate requests follow.
namespace spool::protocol {

struct SaslHandshakeRequest {
  static constexpr MessageInfo kInfo{.name = "SaslHandshakeRequest",
                                     .type = MessageType::request,
                                     .api_key = 17,
                                     .versions = {0, 1},
                                     .listeners = kAnyListener};

  std::string mechanism;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(SaslHandshakeRequest, SPOOL_FIELD(mechanism, "Mechanism", {.versions = {0}}))
};

struct SaslHandshakeResponse {
  static constexpr MessageInfo kInfo{.name = "SaslHandshakeResponse",
                                     .type = MessageType::response,
                                     .api_key = 17,
                                     .versions = {0, 1}};

  int16_t error_code = 0;
  std::vector<std::string> mechanisms;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(SaslHandshakeResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(mechanisms, "Mechanisms", {.versions = {0}}))
};

}  // namespace spool::protocol
