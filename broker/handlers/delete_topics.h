#pragma once

#include <optional>
#include <vector>

#include "broker/metadata/image.h"
#include "core/protocol/messages/delete_topics.h"

namespace spool::broker {

/// One topic of a request after all checks.
struct DeletionPlan {
  protocol::DeleteTopicsResponse::DeletableTopicResult answer;
  std::optional<Uuid> topic_id;  ///< what to delete; absent when refused
  bool is_by_name = false;       ///< as the request has it
};

/// Decides what becomes of each topic; changes nothing. A topic named twice, in whatever way, has
/// one refused entry.
std::vector<DeletionPlan> plan_deletions(const protocol::DeleteTopicsRequest& request,
                                         const MetadataImage& image);

}  // namespace spool::broker
