#pragma once

#include "core/protocol/schema.h"

/// A serialized principal, as forwarded requests (Envelope) carry it: int16 version, the fields.
namespace spool::protocol {

/// DefaultPrincipalData, version 0, flexible.
struct DefaultPrincipalData {
  static constexpr MessageInfo kInfo{.name = "DefaultPrincipalData",
                                     .type = MessageType::data,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::string type;
  std::string name;
  bool token_authenticated = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DefaultPrincipalData, SPOOL_FIELD(type, "Type", {.versions = {0}}),
              SPOOL_FIELD(name, "Name", {.versions = {0}}),
              SPOOL_FIELD(token_authenticated, "TokenAuthenticated", {.versions = {0}}))
};

}  // namespace spool::protocol
