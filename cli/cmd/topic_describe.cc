// topic describe [TOPIC...]: one row a partition, with its offsets; or the settings.

#include "cli/cmd/configs.h"
#include "cli/cmd/topics.h"
#include "cli/context.h"
#include "cli/errors.h"
#include "cli/session.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

constexpr Option kTopicDescribeOptions[] = {
    {.name = "configs",
     .help = "Print the settings that differ from Kafka's defaults instead",
     .group = "Topics"},
    {.name = "all-configs", .help = "Print all settings instead", .group = "Topics"},
    {.name = "internal", .help = "Without TOPIC: internal topics too", .group = "Topics"},
};
constexpr OptionRows kTopicDescribeRows[] = {kTopicDescribeOptions, kConnectionOptions,
                                             kOutputOptions};

constexpr Column kPartitionColumns[] = {{"topic"},
                                        {"partition", true},
                                        {"leader", true},
                                        {"leader_epoch", true},
                                        {"replicas"},
                                        {"isr"},
                                        {"log_start_offset", true},
                                        {"high_watermark", true},
                                        {"topic_id"},
                                        {"error"},
                                        {"message"}};
constexpr Column kConfigColumns[] = {{"topic"},  {"config"}, {"value"},
                                     {"source"}, {"error"},  {"message"}};

Cell list_cell(const std::vector<int32_t>& numbers) {
  return std::vector<int64_t>(numbers.begin(), numbers.end());
}

/// The topics asked for, or all; internal ones only when asked for by name or by --internal.
Result<std::vector<client::TopicInfo>> find_topics(client::Client& client, const Args& args) {
  if (!args.operands().empty()) return client::describe_topics(client, args.operands());
  TRY_ASSIGN(auto topics, client::list_topics(client));
  if (!args.flag("internal"))
    std::erase_if(topics, [](const client::TopicInfo& topic) { return topic.is_internal; });
  return topics;
}

/// Adds the topic's rows; false when one has an error.
Result<bool> add_partitions(Context& context, client::Client& client,
                            const client::TopicInfo& topic, Table& table) {
  TRY_ASSIGN(const auto ends, find_ends(client, topic));
  bool is_whole = true;
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const client::PartitionInfo& partition = topic.partitions[i];
    const client::OffsetAnswer& start = ends.log_start_offsets[i];
    const client::OffsetAnswer& end = ends.high_watermarks[i];
    const ErrorCode error = partition.error != ErrorCode::none ? partition.error : end.error;
    if (error != ErrorCode::none) {
      context.complain(concat("topic describe: ", topic.name, "-", i, ": ", explain(error, "")));
      is_whole = false;
    }
    table.add({topic.name, static_cast<int64_t>(i), unless_negative(partition.leader),
               unless_negative(partition.leader_epoch.value), list_cell(partition.replicas),
               list_cell(partition.isr), unless_negative(start.offset.value),
               unless_negative(end.offset.value), id_cell(topic.id),
               error == ErrorCode::none ? Cell() : Cell(std::string(error_name(error))),
               error == ErrorCode::none ? Cell() : Cell(explain(error, ""))});
  }
  return is_whole;
}

Status add_configs(client::Client& client, const client::TopicInfo& topic, bool with_defaults,
                   Table& table) {
  constexpr int8_t kDefaultSource = 5;
  TRY_ASSIGN(const auto configs, client::describe_topic_configs(client, topic.name));
  for (const client::ConfigEntry& config : configs)
    if (with_defaults || config.source != kDefaultSource)
      table.add({topic.name, config.name, config.value ? Cell(*config.value) : Cell(),
                 config_source_name(config.source), Cell(), Cell()});
  return {};
}

/// A topic that is not there: a row with the error, and a line on stderr.
void add_missing(Context& context, const client::TopicInfo& topic, size_t column_count,
                 Table& table) {
  const std::string why = explain(topic.error, "");
  std::vector<Cell> cells(column_count);
  cells.front() = topic.name;
  cells[column_count - 2] = std::string(error_name(topic.error));
  cells[column_count - 1] = why;
  table.add(std::move(cells));
  context.complain(concat("topic describe: ", topic.name, ": ", why));
}

/// In text the two columns of errors would be empty nearly always, and stderr has told it; topic
/// ids are long.
Status print(Context& context, const Args& args, Table& table, bool is_configs) {
  if (args.text("output") == "text" && !args.value("columns"))
    TRY(table.select(
        is_configs
            ? "topic,config,value,source"
            : "topic,partition,leader,leader_epoch,replicas,isr,log_start_offset,high_watermark"));
  return context.print(table);
}

Result<Exit> run_topic_describe(Context& context, const Args& args) {
  const bool is_configs = args.flag("configs") || args.flag("all-configs");
  const std::span<const Column> columns =
      is_configs ? std::span<const Column>(kConfigColumns) : kPartitionColumns;
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto topics, find_topics(session.client(), args));
  Table table(columns);
  Exit exit = Exit::done;
  for (const client::TopicInfo& topic : topics) {
    if (topic.error != ErrorCode::none) {
      if (args.text("output") != "text")
        add_missing(context, topic, columns.size(), table);
      else
        context.complain(concat("topic describe: ", topic.name, ": ", explain(topic.error, "")));
      exit = Exit::failed;
    } else if (is_configs) {
      TRY(add_configs(session.client(), topic, args.flag("all-configs"), table));
    } else {
      TRY_ASSIGN(const bool is_whole, add_partitions(context, session.client(), topic, table));
      if (!is_whole) exit = Exit::failed;
    }
  }
  TRY(session.close());
  TRY(print(context, args, table, is_configs));
  return exit;
}

}  // namespace

extern const Command kTopicDescribeCommand;
constinit const Command kTopicDescribeCommand = {
    .path = "topic describe",
    .usage = "[OPTION...] [TOPIC...]",
    .summary = "Print the partitions of topics, or their settings",
    .description = "Without TOPIC: of all topics.",
    .examples =
        "spool topic describe orders\n"
        "spool topic describe --configs orders",
    .options = kTopicDescribeRows,
    .operands_max = -1,
    .run = run_topic_describe,
};

}  // namespace spool::cli
