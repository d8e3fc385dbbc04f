#include "cli/cmd/group_changes.h"

#include <algorithm>
#include <map>

#include "cli/cmd/record_times.h"
#include "cli/errors.h"
#include "cli/io/file_text.h"
#include "cli/io/shown_record.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

constexpr Column kGroupChangesPlanColumns[] = {
    {"group"},         {"topic"},          {"partition", true}, {"before", true}, {"after", true},
    {"skipped", true}, {"replayed", true}, {"first_time"},      {"last_time"},    {"note"}};

Cell offset_cell(const std::optional<int64_t>& offset) { return offset ? Cell(*offset) : Cell(); }

Cell time_cell(const std::optional<int64_t>& ms) {
  if (!ms) return {};
  std::string text;
  append_iso_time(text, *ms, false);
  return text;
}

/// What lies between before and after; empty when either is unknown.
OffsetSpan span_of(const OffsetChange& change) {
  const int64_t before = change.before.offset.value_or(0), after = change.after.offset.value_or(0);
  const bool is_known = change.before.offset && change.after.offset;
  return {change.after.partition, Offset(is_known ? std::min(before, after) : 0),
          Offset(is_known ? std::max(before, after) : 0)};
}

Result<Table> make_plan(client::Client& client, const std::vector<OffsetChange>& changes) {
  std::vector<OffsetSpan> spans;
  std::vector<size_t> index(changes.size(), SIZE_MAX);
  for (size_t i = 0; i < changes.size(); ++i) {
    const OffsetSpan span = span_of(changes[i]);
    if (span.from >= span.until) continue;
    index[i] = spans.size();
    spans.push_back(span);
  }
  TRY_ASSIGN(const auto firsts, first_times(client, spans));
  TRY_ASSIGN(const auto lasts, last_times(client, spans));
  Table plan(kGroupChangesPlanColumns);
  for (size_t i = 0; i < changes.size(); ++i) {
    const auto& [after, before, note] = changes[i];
    const bool has_span = index[i] != SIZE_MAX;
    const int64_t moved = before.offset && after.offset ? *after.offset - *before.offset : 0;
    plan.add({after.group, after.partition.topic, int64_t{after.partition.partition.value},
              offset_cell(before.offset), offset_cell(after.offset),
              moved > 0 ? Cell(moved) : Cell(), moved < 0 ? Cell(-moved) : Cell(),
              has_span ? time_cell(firsts[index[i]]) : Cell(),
              has_span ? time_cell(lasts[index[i]]) : Cell(), note.empty() ? Cell() : Cell(note)});
  }
  return plan;
}

/// Commits, and forgets, for one group. One code a change, in order.
Result<std::vector<ErrorCode>> apply(client::Client& client, const std::string& group,
                                     const std::vector<const OffsetChange*>& changes) {
  std::vector<client::CommittedOffset> commits;
  std::vector<TopicPartition> gone;
  for (const OffsetChange* change : changes) {
    const GroupOffset& after = change->after;
    if (after.offset)
      commits.push_back({after.partition, Offset(*after.offset), LeaderEpoch(after.leader_epoch),
                         after.metadata, ErrorCode::none});
    else
      gone.push_back(after.partition);
  }
  std::vector<ErrorCode> committed, deleted;
  if (!commits.empty()) {
    TRY_ASSIGN(committed, client::commit_offsets(client, group, {}, commits));
  }
  if (!gone.empty()) {
    TRY_ASSIGN(deleted, client::delete_offsets(client, group, gone));
  }
  std::vector<ErrorCode> out;
  size_t next_commit = 0, next_gone = 0;
  for (const OffsetChange* change : changes)
    out.push_back(change->after.offset ? committed[next_commit++] : deleted[next_gone++]);
  return out;
}

}  // namespace

Result<std::vector<GroupOffset>> load_offsets(client::Client& client, const std::string& group) {
  TRY_ASSIGN(const auto committed, client::fetch_offsets(client, group));
  std::vector<GroupOffset> out;
  for (const client::CommittedOffset& one : committed)
    if (one.offset != kNoOffset)
      out.push_back({group, one.partition, one.offset.value, one.leader_epoch.value, one.metadata});
  return out;
}

Status load_before(client::Client& client, std::vector<OffsetChange>& changes) {
  std::map<std::string, std::map<TopicPartition, GroupOffset>> known;
  for (OffsetChange& change : changes) {
    const GroupOffset& after = change.after;
    if (!known.contains(after.group)) {
      TRY_ASSIGN(const auto offsets, load_offsets(client, after.group));
      auto& by_partition = known[after.group];
      for (const GroupOffset& one : offsets) by_partition[one.partition] = one;
    }
    const auto& by_partition = known[after.group];
    const auto found = by_partition.find(after.partition);
    change.before =
        found != by_partition.end() ? found->second : GroupOffset{after.group, after.partition};
  }
  return {};
}

Status check_groups(client::Client& client, const std::vector<OffsetChange>& changes) {
  std::string last;
  for (const OffsetChange& change : changes) {
    if (change.after.group == last) continue;
    last = change.after.group;
    TRY_ASSIGN(const auto group, client::describe_group(client, last));
    if (group.error != ErrorCode::none && group.error != ErrorCode::group_id_not_found)
      return fail(group.error, concat("group ", last, ": ", explain(group.error, group.message)));
    TRY(check_inactive(group));
  }
  return {};
}

Status write_undo_file(const Args& args, const std::vector<GroupOffset>& offsets) {
  const auto path = args.value("undo-file");
  return path ? replace_file(std::string(*path), group_offsets_to_json(offsets), true) : Status();
}

Result<Exit> change_offsets(Context& context, const Args& args, client::Client& client,
                            const std::vector<OffsetChange>& changes, std::string_view question) {
  std::map<std::string, std::vector<const OffsetChange*>> needed;
  std::vector<GroupOffset> undo;
  for (const OffsetChange& change : changes) {
    if (!change.is_needed()) continue;
    needed[change.after.group].push_back(&change);
    undo.push_back(change.before);
  }
  TRY_ASSIGN(Table plan, make_plan(client, changes));
  if (needed.empty() && !args.flag("dry-run")) {
    context.note("nothing would change");
    return Exit::done;
  }
  TRY_ASSIGN(const auto end, context.confirm(plan, question));
  if (end) return *end;
  TRY(write_undo_file(args, undo));
  Exit exit = Exit::done;
  for (const auto& [group, wanted] : needed) {
    const auto codes = apply(client, group, wanted);
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (codes && (*codes)[i] == ErrorCode::none) continue;
      exit = Exit::failed;
      context.complain(concat(args.command().path, ": ", group, ": ",
                              wanted[i]->after.partition.to_string(), ": ",
                              codes ? explain((*codes)[i], "") : codes.error().text()));
    }
  }
  return exit;
}

bool TopicChoice::has(const TopicPartition& at) const {
  return at.topic == topic &&
         (partitions.empty() || std::ranges::find(partitions, at.partition) != partitions.end());
}

Result<std::vector<TopicChoice>> parse_topic_choices(std::span<const std::string> words) {
  std::vector<TopicChoice> out;
  for (const std::string& word : words) {
    const size_t colon = word.find(':');
    TopicChoice& choice = out.emplace_back();
    choice.topic = word.substr(0, colon);
    if (choice.topic.empty()) return usage_error(concat("'", word, "' names no topic"));
    if (colon == std::string::npos) continue;
    for (const std::string_view text : split(std::string_view(word).substr(colon + 1), ',')) {
      const auto number = parse_int<int32_t>(text);
      if (!number || *number < 0)
        return usage_error(concat("'", word, "': '", text, "' is not a partition number"));
      choice.partitions.push_back(Partition(*number));
    }
  }
  return out;
}

}  // namespace spool::cli
