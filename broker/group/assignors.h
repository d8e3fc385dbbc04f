#pragma once

/// Server-side assignors (KIP-848): who shall read which partition.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/group/consumer_group.h"

namespace spool::broker::group {

struct AssignmentInput {
  struct Member {
    std::string sort_key;   ///< instance id or member id: stable over restarts of static members
    std::set<Uuid> topics;  ///< subscribed and existing
    PartitionSet current;   ///< the target so far
  };
  std::map<std::string, Member> members;  ///< by member id
  std::map<Uuid, int32_t> partitions;     ///< count of each subscribed topic
};
using AssignmentResult = std::map<std::string, PartitionSet>;

/// Balances the number of partitions over members as far as subscriptions allow, moving as few as
/// that takes.
AssignmentResult assign_uniform(const AssignmentInput& input);
/// Gives each member a contiguous range of every topic; members with the same number of partitions
/// in several topics read the same ones of each.
AssignmentResult assign_range(const AssignmentInput& input);

bool is_assignor(std::string_view name);
AssignmentResult assign(std::string_view assignor, const AssignmentInput& input);

}  // namespace spool::broker::group
