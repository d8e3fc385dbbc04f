#pragma once

/// What the group commands share.

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/io/table.h"
#include "core/client/groups.h"

namespace spool::cli {

/// The groups that operands name: an id, or a regular expression that begins with ^.
/// all_when_none  without operands: every group there is
/// errors         not_found: an expression that matches nothing
Result<std::vector<std::string>> find_groups(client::Client& client,
                                             const std::vector<std::string>& operands,
                                             bool all_when_none);

/// "orders:0,1 payments:3"; null when there are none.
Cell partitions_cell(const std::vector<TopicPartition>& partitions);

/// Where a group stands in one partition.
struct GroupPosition {
  client::CommittedOffset committed;
  std::optional<int64_t> log_end_offset;  ///< nullopt: the partition does not tell, or is gone
  std::optional<int64_t> lag;             ///< records to read, where both ends are known
  std::optional<int64_t> lag_ms;  ///< how long ago the oldest of them was written; 0 without any
  const client::GroupMember* owner = nullptr;  ///< who reads it now; of the description given
};

/// Of each partition that the group has committed or reads, by topic and partition.
/// with_time  also lag_ms, for which a record of each partition is read
Result<std::vector<GroupPosition>> find_positions(client::Client& client,
                                                  const client::GroupDescription& group,
                                                  bool with_time);

/// Refuses a group that has members: from outside nothing may be moved under their feet.
/// errors  non_empty_group, naming the members
Status check_inactive(const client::GroupDescription& group);

/// A description that has no error, or the error in words.
Result<client::GroupDescription> describe_existing(client::Client& client,
                                                   const std::string& group);

}  // namespace spool::cli
