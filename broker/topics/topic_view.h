#pragma once

/// Facts about topics and this node that several APIs tell in the same way.

#include <optional>
#include <string>
#include <string_view>

#include "broker/config/config.h"

namespace spool::broker {

/// Topics that coordinators own; clients may read but not write them.
inline bool is_internal_topic(std::string_view name) {
  return name == "__consumer_offsets" || name == "__transaction_state" || name == "__share_group_state";
}

/// What "authorized operations" answers when no authorizer is set: one bit an AclOperation. All that apply to a topic
/// (READ to ALTER_CONFIGS but CREATE's cluster part) and to a cluster, as Kafka 4.4 answers.
inline constexpr int32_t kAllTopicOperations = 3576;
inline constexpr int32_t kAllClusterOperations = 8096;

inline std::optional<std::string> broker_rack(const BrokerConfig& config) {
  const auto rack = config.value("broker.rack");
  return rack ? std::optional<std::string>(*rack) : std::nullopt;
}

}  // namespace spool::broker
