// topic alter TOPIC...: more partitions, and settings.

#include <algorithm>

#include "cli/cmd/topics.h"
#include "cli/errors.h"
#include "cli/session.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

constexpr Option kTopicAlterOptions[] = {
    {.name = "partitions",
     .letter = 'p',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Number of partitions, which must be more than there are",
     .group = "Topic"},
    {.name = "config",
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "A setting of the topic; may be repeated",
     .group = "Topic"},
    {.name = "unset",
     .kind = OptionKind::list,
     .value = "NAME",
     .help = "A setting to go back to its default; may be repeated",
     .group = "Topic"},
};
constexpr OptionRows kTopicAlterRows[] = {kTopicAlterOptions, kPlanOptions, kConnectionOptions,
                                          kOutputOptions};

constexpr Column kTopicAlterPlanColumns[] = {{"topic"}, {"what"}, {"before"}, {"after"}};

struct Wanted {
  std::optional<int32_t> partitions;
  std::vector<client::ConfigChange> changes;
};

Result<Wanted> read_wanted(const Args& args) {
  Wanted wanted;
  TRY_ASSIGN(wanted.partitions, args.number<int32_t>("partitions", 1));
  for (const std::string& setting : args.list("config")) {
    const size_t at = setting.find('=');
    if (at == std::string::npos || at == 0)
      return usage_error(concat("--config: '", setting, "' is not NAME=VALUE"));
    wanted.changes.push_back(
        {setting.substr(0, at), client::ConfigChange::Kind::set, setting.substr(at + 1)});
  }
  for (const std::string& name : args.list("unset"))
    wanted.changes.push_back({name, client::ConfigChange::Kind::unset, std::nullopt});
  if (!wanted.partitions && wanted.changes.empty())
    return usage_error("what is to be altered? --partitions, --config or --unset says so");
  return wanted;
}

/// Rows of what would change; the broker has the last word on whether it may.
Status add_to_plan(client::Client& client, const client::TopicInfo& topic, const Wanted& wanted,
                   Table& plan) {
  if (wanted.partitions)
    plan.add({topic.name, std::string("partitions"), concat(topic.partitions.size()),
              concat(*wanted.partitions)});
  if (wanted.changes.empty()) return {};
  TRY_ASSIGN(const auto entries, client::describe_topic_configs(client, topic.name));
  for (const client::ConfigChange& change : wanted.changes) {
    const auto found = std::ranges::find(entries, change.name, &client::ConfigEntry::name);
    Cell before, after;
    if (found != entries.end() && found->value) before = *found->value;
    if (change.value)
      after = *change.value;
    else
      after = std::string("(default)");
    plan.add({topic.name, change.name, std::move(before), std::move(after)});
  }
  return {};
}

client::TopicOutcome alter(client::Client& client, const client::TopicInfo& topic,
                           const Wanted& wanted) {
  client::TopicOutcome outcome{.name = topic.name, .id = topic.id, .error = topic.error};
  const auto fail_with = [&](const Error& error) {
    outcome.error = error.code();
    outcome.message = error.text();
    return outcome;
  };
  if (topic.error != ErrorCode::none) return outcome;
  if (wanted.partitions) {
    const auto created = client::create_partitions(client, topic.name, *wanted.partitions);
    if (!created) return fail_with(created.error());
    if (created->error != ErrorCode::none) return *created;
    outcome.partitions_count = *wanted.partitions;
  }
  if (wanted.changes.empty()) return outcome;
  const Status altered = client::alter_configs(
      client, {client::ConfigResourceType::topic, topic.name}, wanted.changes);
  return altered ? outcome : fail_with(altered.error());
}

Result<Exit> run_topic_alter(Context& context, const Args& args) {
  TRY_ASSIGN(const Wanted wanted, read_wanted(args));
  const bool is_dry = args.flag("dry-run");
  TRY_ASSIGN(Session session, Session::open(args, is_dry ? Access::read : Access::write));
  client::Client& client = session.client();
  TRY_ASSIGN(const auto topics, client::describe_topics(client, args.operands()));
  Table plan(kTopicAlterPlanColumns);
  bool has_missing = false;
  for (const client::TopicInfo& topic : topics) {
    has_missing = has_missing || topic.error != ErrorCode::none;
    if (topic.error == ErrorCode::none) TRY(add_to_plan(client, topic, wanted, plan));
  }
  if (plan.row_count() > 0) {
    TRY_ASSIGN(const auto end, context.confirm(plan, "Alter?"));
    if (end) {
      TRY(session.close());
      return *end == Exit::done && has_missing ? Exit::failed : *end;
    }
  }
  std::vector<client::TopicOutcome> outcomes;
  for (const client::TopicInfo& topic : topics) outcomes.push_back(alter(client, topic, wanted));
  TRY(session.close());
  return report_topics(context, args,
                       {.command = "topic alter",
                        .done_word = "altered",
                        .accepted = ErrorCode::none,
                        .accepted_text = ""},
                       outcomes);
}

}  // namespace

extern const Command kTopicAlterCommand;
constinit const Command kTopicAlterCommand = {
    .path = "topic alter",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Add partitions to topics and change their settings",
    .description =
        "Prints what would change and asks on a terminal; a script says --yes. More partitions "
        "change where keys go, and never become fewer again.",
    .examples = "spool topic alter -p 12 orders",
    .options = kTopicAlterRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_topic_alter,
};

}  // namespace spool::cli
