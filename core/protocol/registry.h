#pragma once

#include <span>
#include <string_view>

#include "core/protocol/schema.h"

/// Every message and record this build can speak, for tools and tests that take any of them. A
/// broker's dispatch table does not come from here: it names its handlers, and advertises what it
/// names.
namespace spool::protocol {

struct MessageEntry {
  const MessageInfo* info;
  const Schema& (*schema)();
  std::string_view topic = {};  ///< internal topic whose log holds the record; else empty
};

/// Requests and responses by API key, then headers, then records by the topic or file they live in.
std::span<const MessageEntry> all_messages();

/// The request or response of an API, or nullptr.
const MessageEntry* find_message(ApiKey key, MessageType type);

/// By Kafka's name, e.g. "FetchRequest", "PartitionChangeRecord", or nullptr.
const MessageEntry* find_message(std::string_view name);

/// The metadata record, coordinator key or coordinator value with that record type in an internal
/// topic
/// ("__cluster_metadata", "__consumer_offsets", "__transaction_state", "__share_group_state"; each
/// numbers its records by itself), or nullptr.
const MessageEntry* find_record(std::string_view topic, MessageType type, int16_t record_type);

}  // namespace spool::protocol
