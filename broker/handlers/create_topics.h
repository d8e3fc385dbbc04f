#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/config/config.h"
#include "broker/metadata/image.h"
#include "broker/metadata/store.h"
#include "core/protocol/messages/create_topics.h"

namespace spool::broker {

/// More partitions than this in one request are refused, as Kafka does.
inline constexpr int64_t kPartitionsPerRequestMax = 10'000;
/// What one request may write to the metadata log.
inline constexpr int64_t kRecordsPerRequestMax = 10'000;

/// One topic of a request after all checks.
struct TopicPlan {
  protocol::CreateTopicsResponse::CreatableTopicResult answer;  ///< complete but for the topic id
  std::optional<TopicSpec> spec;  ///< what to make; absent when refused
};

/// Decides what becomes of each topic; changes nothing. One plan a name, in the order of the
/// request.
std::vector<TopicPlan> plan_topics(const protocol::CreateTopicsRequest& request,
                                   const MetadataImage& image, const BrokerConfig& config,
                                   int32_t node_id);

}  // namespace spool::broker
