#pragma once

/// The bytes that classic consumers hand each other through the coordinator: int16 version, then
/// the fields. A newer version than we know is read as the newest we know.

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/protocol/records/consumer_protocol.h"

namespace spool::broker::group {

/// errors  parse_error
Result<protocol::ConsumerProtocolSubscription> parse_subscription(BytesView bytes);
Result<protocol::ConsumerProtocolAssignment> parse_assignment(BytesView bytes);
/// Of the version in front; the values of records have one, too.
inline constexpr size_t kVersionBytes = 2;
/// The version in front, as far as we know versions.
Result<int16_t> embedded_version(BytesView bytes);
Buffer serialize_assignment(const protocol::ConsumerProtocolAssignment& assignment,
                            int16_t version);
Buffer serialize_subscription(const protocol::ConsumerProtocolSubscription& subscription,
                              int16_t version);

}  // namespace spool::broker::group
