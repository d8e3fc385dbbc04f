// topic create TOPIC...: creates topics; what destroys nothing asks nothing.

#include "cli/cmd/topics.h"
#include "cli/errors.h"
#include "cli/session.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

constexpr Option kOptions[] = {
    {.name = "partitions",
     .letter = 'p',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Number of partitions; the broker's num.partitions when not given",
     .group = "Topic"},
    {.name = "replication-factor",
     .letter = 'r',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Copies of each partition; the broker's default when not given",
     .group = "Topic"},
    {.name = "config",
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "A setting of the topic, e.g. retention.ms=3600000; may be repeated",
     .group = "Topic"},
    {.name = "if-not-exists", .help = "A topic that exists is no failure", .group = "Topic"},
    {.name = "dry-run", .help = "Let the broker check it, and do nothing", .group = "Topic"},
};
constexpr OptionRows kRows[] = {kOptions, kConnectionOptions, kOutputOptions};

constexpr Column kPlanColumns[] = {
    {"topic"}, {"partitions", true}, {"replication_factor", true}, {"action"}, {"message"}};

Result<std::vector<client::NewTopic>> read_topics(const Args& args) {
  TRY_ASSIGN(const auto partitions, args.number<int32_t>("partitions", 1));
  TRY_ASSIGN(const auto replication_factor, args.number<int16_t>("replication-factor", 1));
  client::NewTopic topic;
  topic.partitions_count = partitions.value_or(-1);
  topic.replication_factor = replication_factor.value_or(-1);
  for (const std::string& setting : args.list("config")) {
    const size_t at = setting.find('=');
    if (at == std::string::npos || at == 0)
      return usage_error(concat("--config: '", setting, "' is not NAME=VALUE"));
    topic.configs.emplace_back(setting.substr(0, at), setting.substr(at + 1));
  }
  std::vector<client::NewTopic> topics;
  for (const std::string& name : args.operands()) {
    topics.push_back(topic);
    topics.back().name = name;
  }
  return topics;
}

/// What the broker's check came to, as the plan.
Result<Exit> print_plan(Context& context, const TopicReport& report,
                        const std::vector<client::TopicOutcome>& outcomes) {
  Table plan(kPlanColumns);
  Exit exit = Exit::done;
  for (const client::TopicOutcome& outcome : outcomes) {
    const bool is_kept = outcome.error != ErrorCode::none && outcome.error == report.accepted;
    const bool is_failed = outcome.error != ErrorCode::none && !is_kept;
    if (is_failed) exit = Exit::failed;
    plan.add({outcome.name,
              outcome.partitions_count < 0 ? Cell() : int64_t{outcome.partitions_count},
              outcome.replication_factor < 0 ? Cell() : int64_t{outcome.replication_factor},
              std::string(is_failed ? "fail"
                          : is_kept ? "keep"
                                    : "create"),
              is_failed ? Cell(explain(outcome.error, outcome.message)) : Cell()});
  }
  TRY(context.announce(plan));
  return exit;
}

Result<Exit> run(Context& context, const Args& args) {
  TRY_ASSIGN(const auto topics, read_topics(args));
  const bool is_dry = args.flag("dry-run");
  TRY_ASSIGN(Session session, Session::open(args, is_dry ? Access::read : Access::write));
  TRY_ASSIGN(const auto outcomes, client::create_topics(session.client(), topics, is_dry));
  TRY(session.close());
  const TopicReport report{
      .command = "topic create",
      .done_word = "created",
      .accepted = args.flag("if-not-exists") ? ErrorCode::topic_already_exists : ErrorCode::none,
      .accepted_text = "exists already"};
  return is_dry ? print_plan(context, report, outcomes)
                : report_topics(context, args, report, outcomes);
}

}  // namespace

extern const Command kTopicCreateCommand;
constinit const Command kTopicCreateCommand = {
    .path = "topic create",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Create topics",
    .examples = "spool topic create -p 12 --config cleanup.policy=compact customers",
    .options = kRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};

}  // namespace spool::cli
