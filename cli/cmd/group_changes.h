#pragma once

/// Moving what groups have committed: the plan with what it skips and replays, the question, the
/// undo file, the commits. Behind group reset, import and delete-offsets.

#include <optional>
#include <string>
#include <vector>

#include "cli/cmd/groups.h"
#include "cli/io/group_offsets.h"
#include "cli/session.h"

namespace spool::cli {

/// One partition of a group. No offset: nothing was committed, or nothing will be.
struct OffsetChange {
  GroupOffset after;
  GroupOffset before = {};  ///< filled in by load_before()
  std::string note = {};    ///< why it is not what was asked for

  bool is_needed() const { return before.offset != after.offset; }
};

/// What change_offsets() reads.
inline constexpr Option kOffsetChangeOptions[] = {
    {.name = "undo-file",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Write to FILE what 'group import FILE' needs to take this back",
     .group = "Plan"},
};

/// Fills in what is committed now.
Status load_before(client::Client& client, std::vector<OffsetChange>& changes);

/// Refuses groups that have members. One that does not exist yet is made by its first commit.
Status check_groups(client::Client& client, const std::vector<OffsetChange>& changes);

/// Shows the plan, asks, writes the undo file and commits. Partitions that fail are complaints and
/// exit 1; the others are done.
Result<Exit> change_offsets(Context& context, const Args& args, client::Client& client,
                            const std::vector<OffsetChange>& changes, std::string_view question);

/// Writes `offsets` to --undo-file, when that was asked for.
Status write_undo_file(const Args& args, const std::vector<GroupOffset>& offsets);

/// Everything a group has committed, as it stands in files.
Result<std::vector<GroupOffset>> load_offsets(client::Client& client, const std::string& group);

/// "orders", all partitions, or "orders:0,2".
struct TopicChoice {
  std::string topic;
  std::vector<Partition> partitions;  ///< empty: all

  bool has(const TopicPartition& at) const;
};
/// errors  invalid_argument: a number that is none
Result<std::vector<TopicChoice>> parse_topic_choices(std::span<const std::string> words);

}  // namespace spool::cli
