#include "broker/group/embedded_protocol.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/protocol/codec.h"

namespace spool::broker::group {

namespace {

template <class Message>
Result<Message> parse(BytesView bytes) {
  TRY_ASSIGN(const int16_t version, embedded_version(bytes));
  return protocol::decode<Message>(bytes.subspan(kVersionBytes), version);
}

template <class Message>
Buffer serialize(const Message& message, int16_t version) {
  Buffer bytes;
  append_be(bytes, version);
  // The schema has no field that could be refused but strings of 32 KB, and topic names are
  // shorter.
  if (!protocol::encode(message, version, bytes)) bytes.clear();
  return bytes;
}

}  // namespace

Result<int16_t> embedded_version(BytesView bytes) {
  if (bytes.size() < kVersionBytes)
    return fail(ErrorCode::parse_error,
                concat("consumer protocol: ", bytes.size(), " bytes hold no version"));
  const auto version = load_be<int16_t>(bytes.data());
  if (version < 0)
    return fail(ErrorCode::parse_error, concat("consumer protocol: version ", version));
  return std::min(version, protocol::ConsumerProtocolSubscription::kInfo.versions.max);
}

Result<protocol::ConsumerProtocolSubscription> parse_subscription(BytesView bytes) {
  return parse<protocol::ConsumerProtocolSubscription>(bytes);
}

Result<protocol::ConsumerProtocolAssignment> parse_assignment(BytesView bytes) {
  return parse<protocol::ConsumerProtocolAssignment>(bytes);
}

Buffer serialize_assignment(const protocol::ConsumerProtocolAssignment& assignment,
                            int16_t version) {
  return serialize(assignment, version);
}

Buffer serialize_subscription(const protocol::ConsumerProtocolSubscription& subscription,
                              int16_t version) {
  return serialize(subscription, version);
}

}  // namespace spool::broker::group
