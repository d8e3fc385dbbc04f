// topic trim TOPIC...: deletes the oldest records, up to an offset or a time.

#include "cli/cmd/read_topics.h"
#include "cli/context.h"
#include "cli/errors.h"
#include "cli/session.h"
#include "core/client/admin.h"
#include "core/client/fetcher.h"

namespace spool::cli {

namespace {

constexpr Option kTopicTrimOptions[] = {
    {.name = "before",
     .letter = 'o',
     .kind = OptionKind::value,
     .value = "WHERE",
     .help = "The first to keep: N, end, -N (keep the last N), @TIME, as in consume -o",
     .group = "What"},
};
constexpr OptionRows kTopicTrimRows[] = {kTopicTrimOptions, kTopicOptions, kPlanOptions,
                                         kConnectionOptions, kOutputOptions};

constexpr Column kTopicTrimPlanColumns[] = {{"topic"},
                                            {"partition", true},
                                            {"log_start_offset", true},
                                            {"new_log_start_offset", true},
                                            {"offsets", true}};
constexpr Column kTopicTrimColumns[] = {
    {"topic"}, {"partition", true}, {"log_start_offset", true}, {"error"}, {"message"}};

/// Where each partition would begin; those where nothing would go are left out.
Result<std::vector<client::TrimQuery>> make_plan(const Args& args, client::Client& client,
                                                 Table& plan) {
  TRY_ASSIGN(const auto where, client::parse_start_offset(*args.value("before"), client.wall_ms()));
  TRY_ASSIGN(const auto partitions, find_partitions(args, client));
  client::Fetcher fetcher(client, {});
  for (const TopicPartition& at : partitions) fetcher.add(at.topic, at.partition, where);
  TRY(fetcher.start());
  std::vector<client::TrimQuery> out;
  for (const auto& bounds : fetcher.bounds()) {
    const int64_t count = bounds.position - bounds.log_start_offset;
    if (count == 0) continue;
    out.push_back({{std::string(bounds.topic), bounds.partition}, bounds.position});
    plan.add({std::string(bounds.topic), int64_t{bounds.partition.value},
              bounds.log_start_offset.value, bounds.position.value, count});
  }
  return out;
}

Result<Exit> report(Context& context, const Args& args,
                    const std::vector<client::TrimQuery>& queries,
                    const std::vector<client::TrimOutcome>& outcomes) {
  Table table(kTopicTrimColumns);
  Exit exit = Exit::done;
  for (size_t i = 0; i < queries.size(); ++i) {
    const TopicPartition& at = queries[i].partition;
    const client::TrimOutcome& outcome = outcomes[i];
    if (outcome.error == ErrorCode::none) {
      table.add(
          {at.topic, int64_t{at.partition.value}, outcome.log_start_offset.value, Cell(), Cell()});
      context.note(concat(at.to_string(), " begins at ", outcome.log_start_offset.value));
      continue;
    }
    exit = Exit::failed;
    const std::string why = explain(outcome.error, "");
    table.add({at.topic, int64_t{at.partition.value}, Cell(),
               std::string(error_name(outcome.error)), why});
    context.complain(concat("topic trim: ", at.to_string(), ": ", why));
  }
  if (args.text("output") != "text") TRY(context.print(table));
  return exit;
}

Result<Exit> run_topic_trim(Context& context, const Args& args) {
  if (!args.is_given("before")) return usage_error("up to where? --before says so");
  const bool is_dry = args.flag("dry-run");
  TRY_ASSIGN(Session session, Session::open(args, is_dry ? Access::read : Access::write));
  Table plan(kTopicTrimPlanColumns);
  TRY_ASSIGN(const auto queries, make_plan(args, session.client(), plan));
  if (queries.empty()) {
    context.note("there is nothing to trim");
    TRY(session.close());
    return Exit::done;
  }
  TRY_ASSIGN(const auto end, context.confirm(plan, "Delete these records?"));
  if (end) {
    TRY(session.close());
    return *end;
  }
  TRY_ASSIGN(const auto outcomes, client::delete_records(session.client(), queries));
  TRY(session.close());
  return report(context, args, queries, outcomes);
}

}  // namespace

extern const Command kTopicTrimCommand;
constinit const Command kTopicTrimCommand = {
    .path = "topic trim",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Delete the oldest records of topics",
    .description =
        "Deletes what lies before an offset or a time. Prints what would go and asks on a "
        "terminal; "
        "a script says --yes.",
    .examples = "spool topic trim --dry-run -o @-7d orders",
    .options = kTopicTrimRows,
    .operands_max = -1,
    .run = run_topic_trim,
};

}  // namespace spool::cli
