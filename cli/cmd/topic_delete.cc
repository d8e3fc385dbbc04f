// topic delete TOPIC...: deletes topics with all their records, after a look at what they hold.

#include "cli/cmd/topics.h"
#include "cli/session.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

constexpr Option kTopicDeleteOptions[] = {
    {.name = "if-exists", .help = "A topic that does not exist is no failure", .group = "Topic"},
};
constexpr OptionRows kTopicDeleteRows[] = {kTopicDeleteOptions, kPlanOptions, kConnectionOptions,
                                           kOutputOptions};

constexpr Column kTopicDeletePlanColumns[] = {
    {"topic"}, {"partitions", true}, {"offsets", true}, {"action"}};

/// How many offsets the topic spans: the number of records, but for what compaction and markers
/// leave out. Null when a partition does not tell.
Result<Cell> count_offsets(client::Client& client, const client::TopicInfo& topic) {
  TRY_ASSIGN(const auto ends, find_ends(client, topic));
  int64_t count = 0;
  for (size_t i = 0; i < ends.high_watermarks.size(); ++i) {
    const client::OffsetAnswer& start = ends.log_start_offsets[i];
    const client::OffsetAnswer& end = ends.high_watermarks[i];
    if (start.error != ErrorCode::none || end.error != ErrorCode::none) return Cell();
    count += end.offset - start.offset;
  }
  return Cell(count);
}

struct Plan {
  Table table{kTopicDeletePlanColumns};
  std::vector<std::string> names;               ///< those to delete
  std::vector<client::TopicOutcome> unmatched;  ///< those that are not there
};

Result<Plan> make_plan(client::Client& client, const std::vector<std::string>& names) {
  Plan plan;
  TRY_ASSIGN(const auto topics, client::describe_topics(client, names));
  for (const client::TopicInfo& topic : topics) {
    if (topic.error != ErrorCode::none) {
      plan.table.add({topic.name, Cell(), Cell(), std::string("none: not there")});
      plan.unmatched.push_back({.name = topic.name, .error = topic.error});
      continue;
    }
    TRY_ASSIGN(Cell offsets, count_offsets(client, topic));
    plan.table.add({topic.name, static_cast<int64_t>(topic.partitions.size()), std::move(offsets),
                    std::string("delete")});
    plan.names.push_back(topic.name);
  }
  return plan;
}

/// Asks where a topic would go. nullopt: go on.
Result<std::optional<Exit>> ask(Context& context, const Args& args, Plan& plan) {
  if (plan.names.empty() && !args.flag("dry-run")) return std::optional<Exit>();
  const std::string what =
      plan.names.size() == 1 ? plan.names[0] : concat(plan.names.size(), " topics");
  return context.confirm(plan.table, concat("Delete ", what, " and all records?"));
}

Result<Exit> run_topic_delete(Context& context, const Args& args) {
  TRY_ASSIGN(Session session,
             Session::open(args, args.flag("dry-run") ? Access::read : Access::write));
  TRY_ASSIGN(Plan plan, make_plan(session.client(), args.operands()));
  const TopicReport report{
      .command = "topic delete",
      .done_word = "deleted",
      .accepted = args.flag("if-exists") ? ErrorCode::unknown_topic_or_partition : ErrorCode::none,
      .accepted_text = "is not there"};

  TRY_ASSIGN(const auto end, ask(context, args, plan));
  if (end) {
    TRY(session.close());
    const bool has_failed = !plan.unmatched.empty() && !args.flag("if-exists");
    return *end == Exit::done && has_failed ? Exit::failed : *end;
  }
  std::vector<client::TopicOutcome> outcomes;
  if (!plan.names.empty()) {
    TRY_ASSIGN(outcomes, client::delete_topics(session.client(), plan.names));
  }
  TRY(session.close());
  outcomes.insert(outcomes.end(), plan.unmatched.begin(), plan.unmatched.end());
  return report_topics(context, args, report, outcomes);
}

}  // namespace

extern const Command kTopicDeleteCommand;
constinit const Command kTopicDeleteCommand = {
    .path = "topic delete",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Delete topics and their records",
    .description = "Prints what would go and asks on a terminal; a script says --yes.",
    .examples = "spool topic delete --dry-run orders",
    .options = kTopicDeleteRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_topic_delete,
};

}  // namespace spool::cli
