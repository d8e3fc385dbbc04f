#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/protocol/schema.h"

/// Binary form of messages. Limits are those of Kafka 4.4; what is read is never trusted with an
/// allocation: arrays grow as their elements decode, and a count that exceeds the bytes left is
/// refused at once.
namespace spool::protocol {

inline constexpr int64_t kArrayElementsMax = 1'000'000;
inline constexpr uint32_t kTaggedFieldsMax = 10'000;
/// Deepest nesting of structures that a table may describe. No message of 4.4 has more than 6.
inline constexpr int kNestingMax = 16;

/// Where the caller has to put bytes of its own when it sends what encode() made: `external_bytes`
/// of them in front of out[at].
struct Splice {
  size_t at = 0;
  int64_t external_bytes = 0;
};

/// The type-erased forms; the templates below only name the table.
Status decode_message(const Schema& schema, void* message, BytesView body, int16_t version,
                      size_t* consumed);
Status encode_message(const Schema& schema, const void* message, int16_t version, Buffer& out,
                      std::vector<Splice>* splices);
Result<size_t> encoded_size_of(const Schema& schema, const void* message, int16_t version);

/// Decodes a body (without header and size).
/// body      views in the result borrow from it; bytes left over are not an error
/// consumed  receives the number of bytes read
/// errors    unsupported_version: the message has no such version; parse_error: the text names
/// message, version,
///           field and byte position
template <class M>
Result<M> decode(BytesView body, int16_t version, size_t* consumed = nullptr) {
  Result<M> message;
  if (Status done = decode_message(schema_of<M>(), &*message, body, version, consumed); !done)
    return std::unexpected<Error>(std::move(done.error()));
  return message;
}

/// Appends the body to `out`; on error `out` is as it was.
/// splices  receives one entry a record set with external bytes, positions absolute in `out`,
/// ascending; without it
///          such a message is an error
/// errors   unsupported_version: no such version, or a field that is not ignorable has a value this
/// version cannot
///          carry; invalid_argument: null where it may not be, or a length that does not fit
template <class M>
Status encode(const M& message, int16_t version, Buffer& out,
              std::vector<Splice>* splices = nullptr) {
  return encode_message(schema_of<M>(), &message, version, out, splices);
}

/// The bytes that encode() appends (external bytes of record sets not included), 0 for what
/// encode() refuses.
template <class M>
size_t encoded_size(const M& message, int16_t version) {
  return encoded_size_of(schema_of<M>(), &message, version).value_or(0);
}

}  // namespace spool::protocol
