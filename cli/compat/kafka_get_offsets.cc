// kafka-get-offsets: topic:partition:offset, by topic and partition.

#include <re2/re2.h>

#include <algorithm>

#include "cli/compat/kafka_tool.h"
#include "cli/context.h"
#include "cli/errors.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr Option kKafkaGetOffsetsOptions[] = {
    {.name = "topic", .kind = OptionKind::value, .value = "REGEX", .help = "Which topics"},
    {.name = "topic-partitions",
     .kind = OptionKind::value,
     .value = "TOPIC:PARTITIONS,...",
     .help = "Which partitions of which topics: t:0, t:0-3 (without 3), t:-3, t:2-, t"},
    {.name = "partitions",
     .kind = OptionKind::value,
     .value = "N,...",
     .help = "Which partitions; all when not given"},
    {.name = "time",
     .kind = OptionKind::value,
     .value = "MS|NAME",
     .fallback = "latest",
     .help = "latest, earliest, max-timestamp, earliest-local, latest-tiered, their numbers -1 to "
             "-5, or milliseconds since 1970"},
    {.name = "exclude-internal-topics", .help = "Leave internal topics out"},
};
constexpr OptionRows kKafkaGetOffsetsRows[] = {kKafkaGetOffsetsOptions, kConnectionOptions};

Result<int64_t> parse_time_option(std::string_view text) {
  constexpr std::string_view kNames[] = {"latest", "earliest", "max-timestamp", "earliest-local",
                                         "latest-tiered"};
  const auto name = std::ranges::find(kNames, text);
  if (name != std::end(kNames)) return -1 - (name - std::begin(kNames));
  const auto number = parse_int<int64_t>(text);
  if (!number || *number < -5)
    return usage_error(concat("Malformed time argument ", text,
                              ". Please use -1 or latest / -2 or earliest / -3 or max-timestamp / "
                              "-4 or earliest-local / -5 or latest-tiered, or a specified long "
                              "format timestamp"));
  return *number;
}

/// One rule of --topic-partitions: [from, until) of the topics that match.
struct PartitionRule {
  std::string topic = ".*";
  int64_t from = 0;
  int64_t until = INT64_MAX;

  bool admits(std::string_view name, int64_t partition) const {
    return partition >= from && partition < until && RE2::FullMatch(name, topic);
  }
};

Result<PartitionRule> parse_rule(std::string_view text) {
  PartitionRule rule;
  const size_t colon = text.find(':');
  if (colon != 0) rule.topic = text.substr(0, colon);
  const std::string_view range = colon == text.npos ? "" : text.substr(colon + 1);
  if (!RE2(rule.topic, RE2::Quiet).ok()) return usage_error(concat("'", text, "': bad expression"));
  if (range.empty()) return rule;
  const size_t dash = range.find('-');
  const auto first =
      dash == 0 ? std::optional<int64_t>(0) : parse_int<int64_t>(range.substr(0, dash));
  const std::string_view end = dash == range.npos ? "" : range.substr(dash + 1);
  const auto last = end.empty() ? std::optional<int64_t>(INT64_MAX) : parse_int<int64_t>(end);
  if (!first || !last || range == "-") return usage_error(concat("Invalid rule: ", text));
  rule.from = *first;
  rule.until = dash == range.npos ? *first + 1 : *last;
  return rule;
}

Result<std::vector<PartitionRule>> read_partition_rules(const Args& args) {
  std::vector<PartitionRule> rules;
  if (const auto given = args.value("topic-partitions")) {
    if (args.is_given("topic") || args.is_given("partitions"))
      return usage_error("--topic-partitions cannot be used with --topic or --partitions");
    for (const std::string_view text : split(*given, ',')) {
      TRY_ASSIGN(rules.emplace_back(), parse_rule(text));
    }
    return rules;
  }
  const std::string topic(args.value("topic").value_or(".*"));
  if (!RE2(topic, RE2::Quiet).ok()) return usage_error(concat("--topic: bad expression ", topic));
  const auto partitions = args.value("partitions");
  if (!partitions) return std::vector{PartitionRule{.topic = topic}};
  for (const std::string_view text : split(*partitions, ',')) {
    const auto number = parse_int<int64_t>(text);
    if (!number || *number < 0)
      return usage_error(
          concat("--partitions expects a comma separated list of numeric "
                 "partition ids, but received: ",
                 *partitions));
    rules.push_back({topic, *number, *number + 1});
  }
  return rules;
}

Result<Exit> kafka_get_offsets(Context& context, const Args& args) {
  TRY_ASSIGN(const int64_t time, parse_time_option(args.text("time")));
  TRY_ASSIGN(const auto rules, read_partition_rules(args));
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto topics, matching_topics(session.client(), std::nullopt,
                                                !args.flag("exclude-internal-topics")));
  std::vector<client::OffsetQuery> queries;
  for (const client::TopicInfo& topic : topics)
    for (size_t i = 0; i < topic.partitions.size(); ++i)
      if (std::ranges::any_of(rules, [&](const PartitionRule& rule) {
            return rule.admits(topic.name, static_cast<int64_t>(i));
          }))
        queries.push_back({{topic.name, Partition(static_cast<int32_t>(i))}, time});
  if (queries.empty())
    return fail(ErrorCode::not_found,
                "Could not match any topic-partitions with the specified filters");
  TRY_ASSIGN(const auto answers, client::list_offsets(session.client(), queries));
  TRY(session.close());
  Exit exit = Exit::done;
  for (size_t i = 0; i < queries.size(); ++i) {
    const TopicPartition& at = queries[i].partition;
    if (answers[i].error != ErrorCode::none) {
      context.complain(concat("Skip getting offsets for topic-partition ", at.to_string(), ": ",
                              explain(answers[i].error, "")));
      exit = Exit::failed;
    } else if (answers[i].offset.value >= 0) {
      context.out().line(concat(at.topic, ":", at.partition.value, ":", answers[i].offset.value));
    }
  }
  return exit;
}

constinit const Command kKafkaGetOffsetsCommand = {
    .path = "kafka-get-offsets",
    .usage = "--bootstrap-server HOST:PORT [OPTION...]",
    .summary = "Print offsets as Kafka's kafka-get-offsets does",
    .description = "",
    .options = kKafkaGetOffsetsRows,
    .run = kafka_get_offsets,
};

}  // namespace

Result<Exit> run_kafka_get_offsets(const std::vector<std::string>& words, Out& out, Out& err) {
  return run_tool(kKafkaGetOffsetsCommand, {}, words, out, err);
}

}  // namespace spool::cli
