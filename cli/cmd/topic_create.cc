// topic create TOPIC...: creates topics; what destroys nothing asks nothing.

#include <utility>

#include "cli/cmd/topics.h"
#include "cli/errors.h"
#include "cli/io/file_text.h"
#include "cli/io/json_reader.h"
#include "cli/session.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

constexpr Option kTopicCreateOptions[] = {
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
    {.name = "spec",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Also create the topics that this JSON file describes, see the manual page",
     .group = "Topic"},
    {.name = "if-not-exists", .help = "A topic that exists is no failure", .group = "Topic"},
    {.name = "dry-run", .help = "Let the broker check it, and do nothing", .group = "Topic"},
};
constexpr OptionRows kTopicCreateRows[] = {kTopicCreateOptions, kConnectionOptions, kOutputOptions};

constexpr Column kTopicCreatePlanColumns[] = {
    {"topic"}, {"partitions", true}, {"replication_factor", true}, {"action"}, {"message"}};

/// The members of one topic in a spec; all but the name may be missing.
bool read_topic(JsonReader& reader, client::NewTopic& topic) {
  const auto read_number = [&](auto& out) {
    int64_t number = 0;
    if (!reader.read_int(number)) return false;
    if (!std::in_range<std::remove_reference_t<decltype(out)>>(number))
      return reader.fail_with("the number is too large");
    out = static_cast<std::remove_reference_t<decltype(out)>>(number);
    return true;
  };
  const auto read_setting = [&](std::string_view name) {
    std::string_view value;
    if (!reader.read_string(value)) return false;
    topic.configs.emplace_back(name, value);
    return true;
  };
  const auto read_replicas = [&] {
    auto& brokers = topic.assignment.emplace_back();
    return reader.read_array([&] { return read_number(brokers.emplace_back()); });
  };
  const bool is_read = reader.read_object([&](std::string_view member) {
    std::string_view name;
    if (member == "partitions") return read_number(topic.partitions_count);
    if (member == "replication_factor") return read_number(topic.replication_factor);
    if (member == "configs") return reader.read_object(read_setting);
    if (member == "assignment") return reader.read_array(read_replicas);
    if (member != "topic")
      return reader.fail_with(
          "members are topic, partitions, replication_factor, configs and assignment");
    if (!reader.read_string(name)) return false;
    topic.name = name;
    return true;
  });
  if (is_read && topic.name.empty()) return reader.fail_with("a topic has no name");
  return is_read;
}

/// {"topics":[{"topic":"orders","partitions":3,...},...]}
Result<std::vector<client::NewTopic>> read_spec(const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path));
  std::string scratch;
  scratch.reserve(text.size());
  JsonReader reader(text, scratch);
  std::vector<client::NewTopic> out;
  const bool is_read = reader.read_object([&](std::string_view member) {
    if (member != "topics") return reader.skip();
    return reader.read_array([&] { return read_topic(reader, out.emplace_back()); });
  });
  if (!is_read || !reader.is_at_end()) return fail(reader.error().with_context(path));
  return out;
}

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
  if (const auto spec = args.value("spec")) {
    TRY_ASSIGN(topics, read_spec(std::string(*spec)));
  }
  for (const std::string& name : args.operands()) {
    topics.push_back(topic);
    topics.back().name = name;
  }
  if (topics.empty()) return usage_error("which topic?");
  return topics;
}

/// What the broker's check came to, as the plan.
Result<Exit> print_plan(Context& context, const TopicReport& report,
                        const std::vector<client::TopicOutcome>& outcomes) {
  Table plan(kTopicCreatePlanColumns);
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

Result<Exit> run_topic_create(Context& context, const Args& args) {
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
    .usage = "[OPTION...] [TOPIC...]",
    .summary = "Create topics",
    .examples =
        "spool topic create -p 12 --config cleanup.policy=compact customers\n"
        "spool topic create --spec topics.json",
    .options = kTopicCreateRows,
    .operands_max = -1,
    .run = run_topic_create,
};

}  // namespace spool::cli
