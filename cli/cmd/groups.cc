#include "cli/cmd/groups.h"

#include <algorithm>
#include <map>

#include "cli/cmd/read_topics.h"
#include "cli/cmd/record_times.h"
#include "cli/errors.h"
#include "core/base/text.h"
#include "core/client/admin.h"

namespace spool::cli {

Result<std::vector<std::string>> find_groups(client::Client& client,
                                             const std::vector<std::string>& operands,
                                             bool all_when_none) {
  std::vector<std::string> ids, out;
  const bool is_all = operands.empty() && all_when_none;
  const bool needs_list =
      is_all || std::ranges::any_of(operands, [](const auto& word) { return word[0] == '^'; });
  if (needs_list) {
    TRY_ASSIGN(const auto listed, client::list_groups(client));
    for (const client::GroupListing& group : listed) ids.push_back(group.id);
  }
  if (is_all) return ids;
  for (const std::string& word : operands) {
    if (word.starts_with('^'))
      TRY(add_matching("group", word, ids, out));
    else if (std::ranges::find(out, word) == out.end())
      out.push_back(word);
  }
  return out;
}

Cell partitions_cell(const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return {};
  std::string out;
  std::string_view topic;
  for (const TopicPartition& at : partitions) {
    if (at.topic != topic)
      append_text(out, out.empty() ? "" : " ", at.topic, ':');
    else
      out += ',';
    append_text(out, at.partition.value);
    topic = at.topic;
  }
  return out;
}

namespace {

/// What is committed, and after it what members read without having committed.
Result<std::vector<GroupPosition>> positions_of(client::Client& client,
                                                const client::GroupDescription& group) {
  TRY_ASSIGN(auto committed, client::fetch_offsets(client, group.id));
  std::map<TopicPartition, GroupPosition> out;
  for (client::CommittedOffset& offset : committed) {
    const TopicPartition at = offset.partition;
    out[at].committed = std::move(offset);
  }
  for (const client::GroupMember& member : group.members)
    for (const TopicPartition& at : member.assignment) {
      out[at].committed.partition = at;
      out[at].owner = &member;
    }
  std::vector<GroupPosition> list;
  for (auto& [at, position] : out) list.push_back(std::move(position));
  return list;
}

Status add_lag_in_time(client::Client& client, std::vector<GroupPosition>& positions) {
  std::vector<OffsetSpan> spans;
  std::vector<GroupPosition*> waiting;
  for (GroupPosition& position : positions) {
    if (!position.lag) continue;
    position.lag_ms = 0;
    if (*position.lag == 0) continue;
    spans.push_back({position.committed.partition, position.committed.offset,
                     Offset(*position.log_end_offset)});
    waiting.push_back(&position);
  }
  TRY_ASSIGN(const auto times, first_times(client, spans));
  for (size_t i = 0; i < waiting.size(); ++i)
    if (times[i]) waiting[i]->lag_ms = std::max<int64_t>(0, client.wall_ms() - *times[i]);
  return {};
}

}  // namespace

Result<std::vector<GroupPosition>> find_positions(client::Client& client,
                                                  const client::GroupDescription& group,
                                                  bool with_time) {
  TRY_ASSIGN(auto positions, positions_of(client, group));
  std::vector<client::OffsetQuery> queries;
  for (const GroupPosition& position : positions)
    queries.push_back({position.committed.partition, client::kLatestTimestamp});
  TRY_ASSIGN(const auto ends, client::list_offsets(client, queries));
  for (size_t i = 0; i < positions.size(); ++i) {
    GroupPosition& position = positions[i];
    if (ends[i].error != ErrorCode::none) continue;
    position.log_end_offset = ends[i].offset.value;
    if (position.committed.offset != kNoOffset)
      position.lag = std::max<int64_t>(0, ends[i].offset - position.committed.offset);
  }
  if (with_time) TRY(add_lag_in_time(client, positions));
  return positions;
}

Status check_inactive(const client::GroupDescription& group) {
  if (!group.is_active()) return {};
  std::string names;
  constexpr size_t kNamesMax = 10;
  for (size_t i = 0; i < std::min(group.members.size(), kNamesMax); ++i) {
    const client::GroupMember& member = group.members[i];
    append_text(names, "\n  ", member.member_id, " (client ", member.client_id, " on ", member.host,
                ")");
  }
  if (group.members.size() > kNamesMax)
    append_text(names, "\n  and ", group.members.size() - kNamesMax, " more");
  return fail(ErrorCode::non_empty_group,
              concat("group ", group.id, " has ", group.members.size(),
                     group.members.size() == 1 ? " member" : " members",
                     ", which would not notice; stop them first:", names));
}

Result<client::GroupDescription> describe_existing(client::Client& client,
                                                   const std::string& group) {
  TRY_ASSIGN(auto described, client::describe_group(client, group));
  if (described.error != ErrorCode::none)
    return fail(described.error,
                concat("group ", group, ": ", explain(described.error, described.message)));
  return described;
}

}  // namespace spool::cli
