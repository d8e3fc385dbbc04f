#pragma once

/// Where a group is to go: what group reset and the personality of Kafka's tool share.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/cmd/group_changes.h"

namespace spool::cli {

/// The goals that Kafka's own tool has too.
inline constexpr Option kResetOptions[] = {
    {.name = "to-earliest", .help = "To where each log begins", .group = "Where to"},
    {.name = "to-latest", .help = "To where each log ends", .group = "Where to"},
    {.name = "to-current",
     .help = "To what is committed now, and to the end where nothing is",
     .group = "Where to"},
    {.name = "to-offset",
     .kind = OptionKind::value,
     .value = "N",
     .help = "To this offset",
     .group = "Where to"},
    {.name = "shift-by",
     .kind = OptionKind::value,
     .value = "N",
     .help = "By so many offsets forward, or back when N is negative",
     .group = "Where to"},
    {.name = "to-datetime",
     .kind = OptionKind::value,
     .value = "TIME",
     .help = "To the first record as late as 2025-01-31T12:30 (local time), ...Z, or ms since 1970",
     .group = "Where to"},
    {.name = "by-duration",
     .kind = OptionKind::value,
     .value = "TIME",
     .help = "To the first record of the last 90s, 2h, 7d, or ISO 8601's P7DT2H",
     .group = "Where to"},
    {.name = "from-file",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "To what the file says: CSV of Kafka's tool, or JSON of group export",
     .group = "Where to"},
};

/// What the command line asks for, checked before anybody is asked.
struct Goal {
  std::string_view kind;          ///< the option's name
  int64_t number = 0;             ///< the offset, the shift, or the time in ms since 1970
  std::vector<GroupOffset> rows;  ///< of the file
};

/// Reads the one goal given.
/// group   whose the rows of a file are that name none
/// errors  invalid_argument: none, or several, or a value that is none
Result<Goal> read_goal(const Args& args, const std::string& group, int64_t now_ms);

/// The partitions named, as the topics have them.
/// errors  unknown_topic_or_partition
Result<std::vector<TopicPartition>> named_partitions(client::Client& client,
                                                     const std::vector<TopicChoice>& choices);

struct ResetPlan {
  std::vector<OffsetChange> changes;
  bool is_whole = true;  ///< no partition had to be left out
};
/// The changes that take `group` to the goal: in the topics named, or without any in all that it
/// has committed. Only looks. errors  non_empty_group: it has members; not_found: there is nothing
/// to move
Result<ResetPlan> plan_reset(Context& context, const Args& args, client::Client& client,
                             const std::string& group, const std::vector<TopicChoice>& topics,
                             const Goal& goal);

}  // namespace spool::cli
