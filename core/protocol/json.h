#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/protocol/schema.h"

/// Kafka's JSON form of messages, as its dump tools print it: members in wire order under the wire
/// name with a small first letter; bytes and record sets as Base64, uuids in their text form,
/// 64-bit numbers as numbers; fields that the version lacks and tagged fields at their default are
/// left out. Unknown tagged fields have no JSON form.
namespace spool::protocol {

/// Owns the bytes that messages made from JSON borrow; must outlive them.
class Arena {
 public:
  BytesView keep(std::string bytes) { return as_bytes(kept_.emplace_back(std::move(bytes))); }

 private:
  std::deque<std::string> kept_;
};

/// Appends `message` as one line of JSON. Text that is not UTF-8 comes out with U+FFFD in the bad
/// places.
Status message_to_json(const Schema& schema, const void* message, int16_t version,
                       std::string& out);
Status message_from_json(const Schema& schema, void* message, std::string_view json,
                         int16_t version, Arena& arena);

/// errors  unsupported_version: as for encode()
template <class M>
Result<std::string> to_json(const M& message, int16_t version) {
  Result<std::string> text;
  if (Status done = message_to_json(schema_of<M>(), &message, version, *text); !done)
    return std::unexpected<Error>(std::move(done.error()));
  return text;
}

/// errors  unsupported_version: no such version; parse_error: not JSON, or a member is missing, of
/// the wrong type or
///         out of range. Members that the version does not have are ignored.
template <class M>
Result<M> from_json(std::string_view json, int16_t version, Arena& arena) {
  Result<M> message;
  if (Status done = message_from_json(schema_of<M>(), &*message, json, version, arena); !done)
    return std::unexpected<Error>(std::move(done.error()));
  return message;
}

}  // namespace spool::protocol
