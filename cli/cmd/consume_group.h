#pragma once

/// consume --group: the records of the partitions that a group gives this process, and commits of
/// what stdout has taken.

#include "cli/cmd/print_records.h"
#include "cli/options.h"
#include "cli/session.h"
#include "core/client/group_reader.h"

namespace spool::cli {

inline constexpr Option kConsumeGroupOptions[] = {
    {.name = "group",
     .letter = 'G',
     .kind = OptionKind::value,
     .value = "GROUP",
     .help = "Share the partitions with the others of this group, and go on where it has got to; "
             "--offset then is where to begin where it has not begun",
     .group = "Group"},
    {.name = "commit",
     .kind = OptionKind::value,
     .value = "on-write|on-exit|never",
     .fallback = "on-write",
     .help = "When the group remembers what stdout has taken",
     .group = "Group"},
    {.name = "protocol",
     .kind = OptionKind::value,
     .value = "offered|classic|consumer",
     .fallback = "offered",
     .help = "How to be a member: by KIP-848 (consumer) where the broker offers that, or always so",
     .group = "Group"},
    {.name = "instance-id",
     .kind = OptionKind::value,
     .value = "NAME",
     .help = "Keep the partitions for a process that comes back under this name",
     .group = "Group"},
    {.name = "session-timeout",
     .kind = OptionKind::value,
     .value = "TIME",
     .fallback = "45s",
     .help = "Classic protocol: after so long without a word this process counts as dead",
     .group = "Group"},
};

/// How consume's options and properties say to be a member; the topics are the caller's.
Result<client::GroupReaderOptions> group_reader_options(const Args& args);

/// A group's records, and how they are printed.
struct GroupConsumption {
  client::GroupReaderOptions reader;
  RecordWriter& writer;
  const RecordFilter& filter;
  PrintLimits limits;
  bool is_bounded = false;
};

/// Joins, prints until a limit, an end or a signal, commits and leaves.
Result<Exit> consume_group(Context& context, client::Client& client, StopSignals& signals,
                           GroupConsumption what);

}  // namespace spool::cli
