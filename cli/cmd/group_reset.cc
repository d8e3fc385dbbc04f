// group reset GROUP [TOPIC[:N,...]...]: moves what a group has committed, and says what that skips
// or replays.

#include <algorithm>
#include <map>

#include "cli/cmd/group_reset.h"
#include "cli/cmd/read_topics.h"
#include "cli/errors.h"
#include "cli/io/file_text.h"
#include "cli/io/time_text.h"
#include "core/base/clock.h"
#include "core/client/admin.h"
#include "core/client/fetcher.h"

namespace spool::cli {

namespace {

constexpr Option kGroupResetOptions[] = {
    {.name = "to-group",
     .kind = OptionKind::value,
     .value = "GROUP",
     .help = "To where another group stands",
     .group = "Where to"},
    {.name = "to-record",
     .kind = OptionKind::value,
     .value = "first|last",
     .help = "To the first or last record of each partition that the conditions below admit",
     .group = "Where to"},
    {.name = "export",
     .help = "Print the plan as CSV of Kafka's tool; without --yes do no more",
     .group = "Plan"},
};
constexpr OptionRows kGroupResetRows[] = {kResetOptions, kGroupResetOptions,   kFilterOptions,
                                          kPlanOptions,  kOffsetChangeOptions, kConnectionOptions,
                                          kOutputOptions};
constexpr std::string_view kGoals[] = {"to-earliest", "to-latest",   "to-current",  "to-offset",
                                       "shift-by",    "to-datetime", "by-duration", "from-file",
                                       "to-group",    "to-record"};

using Changes = std::vector<OffsetChange>;

Result<int64_t> goal_time(const Args& args, std::string_view kind, int64_t now_ms) {
  const std::string_view text = *args.value(kind);
  if (kind == "to-datetime") {
    const auto time = client::parse_time(text, now_ms);
    if (time && *time >= 0) return *time;
    return usage_error(concat("--to-datetime: '", text, "' is no time; write 2025-01-31T12:30Z"));
  }
  const auto span = parse_duration(text);
  const auto iso = parse_iso_duration_ms(text);
  if (!span && !iso)
    return usage_error(
        concat("--by-duration: '", text, "' is not a span of time; write 90s, 2h or P7DT2H"));
  return std::max<int64_t>(0, now_ms - (span ? span->count() : *iso));
}

/// What is to move: what the command line or the file names, or everything committed (for
/// --to-group by the other group).
Result<Changes> choose_partitions(const Args& args, client::Client& client,
                                  const std::string& group, const std::vector<TopicChoice>& topics,
                                  const Goal& goal) {
  const auto is_chosen = [&](const TopicPartition& at) {
    return topics.empty() ||
           std::ranges::any_of(topics, [&](const TopicChoice& one) { return one.has(at); });
  };
  Changes out;
  if (goal.kind == "from-file") {
    for (const GroupOffset& row : goal.rows)
      if (is_chosen(row.partition)) out.push_back({.after = row});
  } else if (!topics.empty()) {
    TRY_ASSIGN(const auto partitions, named_partitions(client, topics));
    for (const TopicPartition& at : partitions) out.push_back({.after = {group, at}});
  } else {
    const bool is_other = goal.kind == "to-group";
    TRY_ASSIGN(const auto offsets,
               load_offsets(client, is_other ? std::string(*args.value("to-group")) : group));
    for (const GroupOffset& one : offsets) out.push_back({.after = {group, one.partition}});
  }
  if (out.empty())
    return fail(ErrorCode::not_found,
                concat("nothing to reset: group ", group,
                       " has committed nothing; name topics behind the group"));
  return out;
}

struct Ends {
  int64_t first = 0;
  int64_t end = 0;
};

/// Both ends of each partition. A partition that does not tell is taken out, with a complaint.
Result<std::vector<Ends>> find_both_ends(Context& context, client::Client& client,
                                         Changes& changes) {
  std::vector<client::OffsetQuery> firsts, lasts;
  for (const OffsetChange& change : changes) {
    firsts.push_back({change.after.partition, client::kEarliestTimestamp});
    lasts.push_back({change.after.partition, client::kLatestTimestamp});
  }
  TRY_ASSIGN(const auto first, client::list_offsets(client, firsts));
  TRY_ASSIGN(const auto last, client::list_offsets(client, lasts));
  std::vector<Ends> out;
  Changes kept;
  for (size_t i = 0; i < changes.size(); ++i) {
    const ErrorCode error = first[i].error != ErrorCode::none ? first[i].error : last[i].error;
    if (error != ErrorCode::none) {
      context.complain(concat("group reset: ", changes[i].after.partition.to_string(), ": ",
                              explain(error, "")));
      continue;
    }
    out.push_back({first[i].offset.value, last[i].offset.value});
    kept.push_back(std::move(changes[i]));
  }
  changes = std::move(kept);
  return out;
}

void set_within(OffsetChange& change, int64_t offset, const Ends& ends) {
  change.after.offset = std::clamp(offset, ends.first, std::max(ends.first, ends.end));
  if (offset < ends.first) change.note = concat("the log begins at ", ends.first);
  if (offset > ends.end) change.note = concat("the log ends at ", ends.end);
}

Status aim_at_time(client::Client& client, int64_t time_ms, Changes& changes,
                   const std::vector<Ends>& ends) {
  std::vector<client::OffsetQuery> queries;
  for (const OffsetChange& change : changes) queries.push_back({change.after.partition, time_ms});
  TRY_ASSIGN(const auto answers, client::list_offsets(client, queries));
  for (size_t i = 0; i < changes.size(); ++i) {
    if (answers[i].error != ErrorCode::none)
      return fail(answers[i].error, concat(changes[i].after.partition.to_string(), ": ",
                                           explain(answers[i].error, "")));
    const bool is_late = answers[i].offset == kNoOffset;
    changes[i].after.offset = is_late ? ends[i].end : answers[i].offset.value;
    if (is_late) changes[i].note = "no record is that late: the end";
  }
  return {};
}

Status aim_at_group(client::Client& client, const std::string& other, Changes& changes,
                    const std::vector<Ends>& ends) {
  TRY_ASSIGN(const auto offsets, load_offsets(client, other));
  for (size_t i = 0; i < changes.size(); ++i) {
    OffsetChange& change = changes[i];
    const auto at = std::ranges::find(offsets, change.after.partition, &GroupOffset::partition);
    change.after.offset = change.before.offset;
    if (at == offsets.end())
      change.note = concat(other, " has committed nothing here");
    else
      set_within(change, *at->offset, ends[i]);
  }
  return {};
}

/// Reads the partitions for the record that the conditions admit; where there is none the group
/// stays.
Status aim_at_record(const Args& args, client::Client& client, Changes& changes) {
  TRY_ASSIGN(const RecordFilter filter, make_record_filter(args));
  const bool is_first = args.text("to-record") == "first";
  client::Fetcher fetcher(client, {.stop_at_end = true});
  std::map<TopicPartition, std::optional<int64_t>> found;
  for (const OffsetChange& change : changes)
    fetcher.add(change.after.partition.topic, change.after.partition.partition, {});
  TRY(fetcher.start());
  record::RecordReader reader;
  while (!fetcher.is_done()) {
    TRY_ASSIGN(const auto fetched, fetcher.next(client.now() + client.options().timeout));
    if (!fetched) continue;
    auto& offset = found[{std::string(fetched->topic), fetched->partition}];
    const auto look = [&](const record::RecordView& record, const client::BatchInfo&) {
      if (filter.admits(record)) offset = record.offset.value;
      return !offset || !is_first;
    };
    TRY(fetched->for_each(reader, look));
    if (offset && is_first) fetcher.finish(fetched->topic, fetched->partition);
  }
  for (OffsetChange& change : changes) {
    const auto& offset = found[change.after.partition];
    change.after.offset = offset ? offset : change.before.offset;
    if (!offset) change.note = "no such record";
  }
  return {};
}

/// Sets where each partition goes.
Status aim(const Args& args, client::Client& client, const Goal& goal, Changes& changes,
           const std::vector<Ends>& ends) {
  if (goal.kind == "to-datetime" || goal.kind == "by-duration")
    return aim_at_time(client, goal.number, changes, ends);
  if (goal.kind == "to-group")
    return aim_at_group(client, std::string(*args.value("to-group")), changes, ends);
  if (goal.kind == "to-record") return aim_at_record(args, client, changes);
  for (size_t i = 0; i < changes.size(); ++i) {
    OffsetChange& change = changes[i];
    const auto& before = change.before.offset;
    if (goal.kind == "to-earliest") change.after.offset = ends[i].first;
    if (goal.kind == "to-latest") change.after.offset = ends[i].end;
    if (goal.kind == "to-current") change.after.offset = before.value_or(ends[i].end);
    if (goal.kind == "to-offset") set_within(change, goal.number, ends[i]);
    if (goal.kind == "from-file" && change.after.offset)
      set_within(change, *change.after.offset, ends[i]);
    if (goal.kind == "to-current" && !before) change.note = "nothing was committed: the end";
    if (goal.kind != "shift-by") continue;
    if (!before)
      return fail(ErrorCode::not_found,
                  concat("group ", change.after.group, " has committed nothing for ",
                         change.after.partition.to_string(), ", which a shift could start from"));
    const int64_t room = goal.number > 0 ? INT64_MAX - *before : INT64_MAX;
    set_within(change, *before + std::min(goal.number, room), ends[i]);
  }
  return {};
}

void print_csv(Context& context, const std::string& group, const Changes& changes) {
  std::vector<GroupOffset> rows;
  bool is_one_group = true;
  for (const OffsetChange& change : changes) {
    rows.push_back(change.after);
    is_one_group &= change.after.group == group;
  }
  context.out().write(group_offsets_to_csv(rows, !is_one_group));
}

Result<Exit> reset(Context& context, const Args& args, client::Client& client, const Goal& goal) {
  const std::string& group = args.operands()[0];
  TRY_ASSIGN(const auto topics, parse_topic_choices(std::span(args.operands()).subspan(1)));
  TRY_ASSIGN(const ResetPlan plan, plan_reset(context, args, client, group, topics, goal));
  Exit exit = Exit::done;
  if (args.flag("export")) print_csv(context, group, plan.changes);
  if (!args.flag("export") || args.flag("yes")) {
    TRY_ASSIGN(exit, change_offsets(context, args, client, plan.changes, "Move the group?"));
  }
  return exit == Exit::done && !plan.is_whole ? Exit::failed : exit;
}

Result<Exit> run_group_reset(Context& context, const Args& args) {
  const bool is_dry = args.flag("dry-run") || (args.flag("export") && !args.flag("yes"));
  TRY_ASSIGN(const RecordFilter filter, make_record_filter(args));
  if (args.is_given("to-record") == filter.is_trivial())
    return usage_error(
        "--to-record goes with a condition on the record: --key, --value, --match, --header, "
        "--json-pointer or --size");
  TRY_ASSIGN(const Goal goal, read_goal(args, args.operands()[0], SystemClock().wall_ms()));
  TRY_ASSIGN(Session session, Session::open(args, is_dry ? Access::read : Access::write));
  const auto exit = reset(context, args, session.client(), goal);
  TRY(session.close());
  return exit;
}

}  // namespace

Result<std::vector<TopicPartition>> named_partitions(client::Client& client,
                                                     const std::vector<TopicChoice>& choices) {
  std::vector<std::string> names;
  for (const TopicChoice& choice : choices) names.push_back(choice.topic);
  TRY_ASSIGN(const auto topics, client::describe_topics(client, names));
  std::vector<TopicPartition> out;
  for (size_t i = 0; i < topics.size(); ++i) {
    const client::TopicInfo& topic = topics[i];
    if (topic.partitions.empty())
      return fail(topic.error, concat("topic ", topic.name, ": ", explain(topic.error, "")));
    for (const Partition partition : choices[i].partitions)
      if (static_cast<size_t>(partition.value) >= topic.partitions.size())
        return fail(ErrorCode::unknown_topic_or_partition,
                    concat("topic ", topic.name, " has no partition ", partition.value,
                           "; the last is ", topic.partitions.size() - 1));
    for (size_t p = 0; p < topic.partitions.size(); ++p) {
      const TopicPartition at{topic.name, Partition(static_cast<int32_t>(p))};
      if (choices[i].has(at)) out.push_back(at);
    }
  }
  return out;
}

Result<Goal> read_goal(const Args& args, const std::string& group, int64_t now_ms) {
  Goal goal;
  for (const std::string_view kind : kGoals) {
    // Kafka's own tool has fewer.
    if (find_option(args.command(), kind) == nullptr || !args.is_given(kind)) continue;
    if (!goal.kind.empty())
      return usage_error(concat("--", goal.kind, " and --", kind, " are two goals; choose one"));
    goal.kind = kind;
  }
  if (goal.kind.empty())
    return usage_error("where to? --to-earliest, --to-offset N, --to-datetime TIME, ...");
  if (goal.kind == "to-offset" || goal.kind == "shift-by") {
    const int64_t least = goal.kind == "to-offset" ? 0 : -INT64_MAX;
    TRY_ASSIGN(const auto number, args.number<int64_t>(goal.kind, least, INT64_MAX));
    goal.number = *number;
  } else if (goal.kind == "to-datetime" || goal.kind == "by-duration") {
    TRY_ASSIGN(goal.number, goal_time(args, goal.kind, now_ms));
  } else if (goal.kind == "from-file") {
    const std::string path(*args.value("from-file"));
    TRY_ASSIGN(const std::string text, read_file(path));
    auto rows = parse_group_offsets(text, group);
    if (!rows) return fail(rows.error().with_context(path));
    goal.rows = *std::move(rows);
  }
  return goal;
}

Result<ResetPlan> plan_reset(Context& context, const Args& args, client::Client& client,
                             const std::string& group, const std::vector<TopicChoice>& topics,
                             const Goal& goal) {
  TRY(check_groups(client, {{.after = {.group = group}}}));
  TRY_ASSIGN(Changes changes, choose_partitions(args, client, group, topics, goal));
  if (goal.kind == "from-file") TRY(check_groups(client, changes));
  TRY(load_before(client, changes));
  const size_t wanted = changes.size();
  TRY_ASSIGN(const auto ends, find_both_ends(context, client, changes));
  const bool is_whole = changes.size() == wanted;
  TRY(aim(args, client, goal, changes, ends));
  return ResetPlan{std::move(changes), is_whole};
}

extern const Command kGroupResetCommand;
constinit const Command kGroupResetCommand = {
    .path = "group reset",
    .usage = "[OPTION...] GROUP [TOPIC[:N,...]...]",
    .summary = "Move where a group goes on reading",
    .description =
        "Without TOPIC: in every partition that the group has committed. Prints the plan, with the "
        "records that are skipped or replayed and when they were written, and asks on a terminal; "
        "a script says --yes. A group that has members is refused.",
    .examples =
        "spool group reset --dry-run app orders --to-datetime 2025-01-31T12:00:00.000\n"
        "spool group reset --undo-file undo.json app --to-record last --value failed",
    .options = kGroupResetRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_group_reset,
};

}  // namespace spool::cli
