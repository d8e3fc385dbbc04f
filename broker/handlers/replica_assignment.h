#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"

namespace spool::broker {

/// Checks the replicas somebody wants a partition to have. This node is the only one there is.
/// errors  invalid_replica_assignment in the controller's words
inline Status check_replica_assignment(std::vector<int32_t> broker_ids, int32_t node_id) {
  if (broker_ids.empty())
    return fail(ErrorCode::invalid_replica_assignment,
                "The manual partition assignment includes an empty replica list.");
  // Kafka looks at them in ascending order, which decides which of two mistakes is named.
  std::ranges::sort(broker_ids);
  for (const int32_t id : broker_ids)
    if (id != node_id)
      return fail(ErrorCode::invalid_replica_assignment,
                  concat("The manual partition assignment includes broker ", id,
                         ", but no such broker is registered."));
  if (broker_ids.size() > 1)
    return fail(ErrorCode::invalid_replica_assignment,
                concat("The manual partition assignment includes the broker ", node_id,
                       " more than once."));
  return {};
}

}  // namespace spool::broker
