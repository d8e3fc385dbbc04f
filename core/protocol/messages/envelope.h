#pragma once

#include "core/protocol/schema.h"

/// Envelope, API key 58, version 0, flexible; between controllers and brokers only.
///
/// v0  KIP-590.
namespace spool::protocol {

struct EnvelopeRequest {
  static constexpr MessageInfo kInfo{.name = "EnvelopeRequest",
                                     .type = MessageType::request,
                                     .api_key = 58,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  BytesView request_data;
  std::optional<BytesView> request_principal = BytesView{};
  BytesView client_host_address;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(EnvelopeRequest, SPOOL_FIELD(request_data, "RequestData", {.versions = {0}}),
              SPOOL_FIELD(request_principal, "RequestPrincipal",
                          {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(client_host_address, "ClientHostAddress", {.versions = {0}}))
};

struct EnvelopeResponse {
  static constexpr MessageInfo kInfo{.name = "EnvelopeResponse",
                                     .type = MessageType::response,
                                     .api_key = 58,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::optional<BytesView> response_data;
  int16_t error_code = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(EnvelopeResponse,
              SPOOL_FIELD(response_data, "ResponseData",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
};

}  // namespace spool::protocol
