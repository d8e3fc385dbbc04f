// kafka-topics: --create, --delete, --list, --describe and --alter of Kafka's script.

#include <algorithm>
#include <map>

#include "cli/compat/kafka_tool.h"
#include "cli/context.h"
#include "cli/errors.h"
#include "cli/session.h"
#include "core/protocol/messages/describe_topic_partitions.h"

namespace spool::cli {

namespace {

constexpr Option kKafkaTopicsOptions[] = {
    {.name = "create", .help = "Create a topic", .group = "Action"},
    {.name = "delete", .help = "Delete topics", .group = "Action"},
    {.name = "list", .help = "List topics", .group = "Action"},
    {.name = "describe", .help = "Print topics and their partitions", .group = "Action"},
    {.name = "alter", .help = "Add partitions", .group = "Action"},
    {.name = "topic",
     .kind = OptionKind::value,
     .value = "TOPIC",
     .help = "The topic; but for --create a regular expression"},
    {.name = "topic-id", .kind = OptionKind::value, .value = "ID", .help = "The topic of this id"},
    {.name = "partitions", .kind = OptionKind::value, .value = "N", .help = "So many partitions"},
    {.name = "replication-factor",
     .kind = OptionKind::value,
     .value = "N",
     .help = "Copies of each partition"},
    {.name = "replica-assignment",
     .kind = OptionKind::value,
     .value = "ID:ID,ID:ID",
     .help = "The brokers of each partition's replicas"},
    {.name = "config",
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "A setting of the new topic"},
    {.name = "if-exists", .help = "A topic that is missing is no failure"},
    {.name = "if-not-exists", .help = "A topic that exists is no failure"},
    {.name = "exclude-internal", .help = "Leave internal topics out"},
    {.name = "under-replicated-partitions",
     .help = "Only partitions with fewer replicas in sync than there should be",
     .group = "With --describe"},
    {.name = "unavailable-partitions",
     .help = "Only partitions without a leader",
     .group = "With --describe"},
    {.name = "under-min-isr-partitions",
     .help = "Only partitions below min.insync.replicas",
     .group = "With --describe"},
    {.name = "at-min-isr-partitions",
     .help = "Only partitions at min.insync.replicas",
     .group = "With --describe"},
    {.name = "topics-with-overrides",
     .help = "Only topics with settings of their own",
     .group = "With --describe"},
};
constexpr OptionRows kKafkaTopicsRows[] = {kKafkaTopicsOptions, kConnectionOptions};

Result<std::string> topic_of(const Args& args) {
  const auto topic = args.value("topic");
  if (!topic) return usage_error("Missing required argument \"[topic]\"");
  return std::string(*topic);
}

/// The topics that --topic or --topic-id selects. To select nothing by name is an error.
Result<std::vector<client::TopicInfo>> selected_topics(client::Client& client, const Args& args) {
  const auto name = args.value("topic");
  const auto id = args.value("topic-id");
  TRY_ASSIGN(auto topics, matching_topics(client, name, !args.flag("exclude-internal")));
  if (id)
    std::erase_if(topics,
                  [&](const client::TopicInfo& topic) { return topic.id.to_string() != *id; });
  if (topics.empty() && (name || id) && !args.flag("if-exists"))
    return fail(ErrorCode::unknown_topic_or_partition,
                id ? concat("TopicId '", *id, "' does not exist as expected")
                   : concat("Topic '", *name, "' does not exist as expected"));
  return topics;
}

/// Complains of those that failed.
Exit report(Context& context, const std::vector<client::TopicOutcome>& outcomes,
            ErrorCode accepted) {
  Exit exit = Exit::done;
  for (const client::TopicOutcome& outcome : outcomes) {
    if (outcome.error == ErrorCode::none || outcome.error == accepted) continue;
    context.complain(
        concat("Error while executing topic command : ", explain(outcome.error, outcome.message)));
    exit = Exit::failed;
  }
  return exit;
}

/// --replica-assignment: "1:2,2:3" are partition 0 on brokers 1 and 2, partition 1 on 2 and 3.
Result<std::vector<std::vector<int32_t>>> read_assignment(const Args& args) {
  std::vector<std::vector<int32_t>> out;
  const auto given = args.value("replica-assignment");
  if (!given) return out;
  for (const std::string_view partition : split(*given, ',')) {
    std::vector<int32_t>& brokers = out.emplace_back();
    for (const std::string_view text : split(partition, ':')) {
      const auto id = parse_int<int32_t>(trim(text));
      if (!id) return usage_error(concat("--replica-assignment: '", text, "' is no broker id"));
      if (std::ranges::find(brokers, *id) != brokers.end())
        return usage_error("Partition replica lists may not contain duplicate entries: " +
                           std::string(text));
      brokers.push_back(*id);
    }
    if (brokers.size() != out[0].size())
      return usage_error(concat("Partition ", out.size() - 1,
                                " has different replication factor: [", partition, "]"));
  }
  return out;
}

Result<Exit> create(Context& context, const Args& args, client::Client& client) {
  client::NewTopic topic;
  TRY_ASSIGN(topic.name, topic_of(args));
  TRY_ASSIGN(topic.assignment, read_assignment(args));
  for (const std::string_view number : {"partitions", "replication-factor"})
    if (!topic.assignment.empty() && args.is_given(number))
      return usage_error(
          concat("Option \"[replica-assignment]\" can't be used with option \"[", number, "]\""));
  TRY_ASSIGN(const auto partitions, args.number<int32_t>("partitions", 1));
  TRY_ASSIGN(const auto replicas, args.number<int16_t>("replication-factor", 1));
  topic.partitions_count = partitions.value_or(-1);
  topic.replication_factor = replicas.value_or(-1);
  for (const std::string& setting : args.list("config")) {
    const size_t equals = setting.find('=');
    if (equals == setting.npos) return usage_error(concat("--config ", setting, ": NAME=VALUE"));
    topic.configs.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (topic.name.find_first_of("._") != topic.name.npos)
    context.out().line(
        "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore "
        "('_') could collide. To avoid issues it is best to use either, but not both.");
  TRY_ASSIGN(const auto outcomes, client::create_topics(client, {topic}));
  const ErrorCode accepted =
      args.flag("if-not-exists") ? ErrorCode::topic_already_exists : ErrorCode::none;
  const Exit exit = report(context, outcomes, accepted);
  if (outcomes[0].error == ErrorCode::none)
    context.out().line(concat("Created topic ", topic.name, "."));
  return exit;
}

Result<Exit> list_topics(Context& context, const Args& args, client::Client& client) {
  TRY_ASSIGN(const auto topics,
             matching_topics(client, args.value("topic"), !args.flag("exclude-internal")));
  for (const client::TopicInfo& topic : topics) context.out().line(topic.name);
  return Exit::done;
}

Result<Exit> remove(Context& context, const Args& args, client::Client& client) {
  TRY(topic_of(args));
  TRY_ASSIGN(const auto topics, selected_topics(client, args));
  std::vector<std::string> names;
  for (const client::TopicInfo& topic : topics) names.push_back(topic.name);
  if (names.empty()) return Exit::done;
  TRY_ASSIGN(const auto outcomes, client::delete_topics(client, names));
  return report(context, outcomes, ErrorCode::none);
}

Result<Exit> alter(Context& context, const Args& args, client::Client& client) {
  TRY(topic_of(args));
  TRY_ASSIGN(const auto partitions, args.number<int32_t>("partitions", 1));
  if (!partitions) return usage_error("Missing required argument \"[partitions]\"");
  TRY_ASSIGN(const auto assignment, read_assignment(args));
  TRY_ASSIGN(const auto topics, selected_topics(client, args));
  std::vector<client::TopicOutcome> outcomes;
  for (const client::TopicInfo& topic : topics) {
    // The option names all partitions; those that are there stay where they are.
    const size_t there = std::min(topic.partitions.size(), assignment.size());
    const std::vector added(assignment.begin() + static_cast<ptrdiff_t>(there), assignment.end());
    TRY_ASSIGN(outcomes.emplace_back(),
               client::create_partitions(client, topic.name, *partitions, false, added));
  }
  return report(context, outcomes, ErrorCode::none);
}

// --describe

/// Replicas that may become leader though they are not in sync (KIP-966).
struct EligibleReplicas {
  std::string eligible = "N/A";
  std::string last_known = "N/A";
};
using EligibleByPartition = std::map<int32_t, EligibleReplicas>;

/// errors  unsupported_version: the broker is older than KIP-966
Result<EligibleByPartition> find_eligible(client::Client& client, const std::string& topic) {
  EligibleByPartition out;
  protocol::DescribeTopicPartitionsRequest request;
  request.topics.push_back({.name = topic});
  for (;;) {
    TRY_ASSIGN(const auto reply, client.call<protocol::DescribeTopicPartitionsResponse>(
                                     client::Client::kAnyNode, request));
    for (const auto& answer : reply->topics)
      for (const auto& partition : answer.partitions) {
        EligibleReplicas& replicas = out[partition.partition_index];
        replicas.eligible =
            joined(partition.eligible_leader_replicas.value_or(std::vector<int32_t>()));
        replicas.last_known = joined(partition.last_known_elr.value_or(std::vector<int32_t>()));
      }
    if (!reply->next_cursor) return out;
    request.cursor = protocol::DescribeTopicPartitionsRequest::Cursor{};
    request.cursor->topic_name = reply->next_cursor->topic_name;
    request.cursor->partition_index = reply->next_cursor->partition_index;
  }
}

/// The settings that are no defaults, in the order of the HashMap in which Java's client has all of
/// them.
std::string shown_configs(const std::vector<client::ConfigEntry>& entries) {
  constexpr int8_t kDefaultSource = 5;
  uint32_t buckets = 16;
  while (entries.size() * 4 > buckets * 3) buckets *= 2;
  const auto bucket_of = [&](const client::ConfigEntry* entry) {
    uint32_t hash = 0;
    for (const char c : entry->name) hash = hash * 31 + static_cast<uint8_t>(c);
    return (hash ^ (hash >> 16)) & (buckets - 1);
  };
  std::vector<const client::ConfigEntry*> shown;
  for (const client::ConfigEntry& entry : entries)
    if (entry.source != kDefaultSource) shown.push_back(&entry);
  std::ranges::stable_sort(shown, {}, bucket_of);
  std::string out;
  for (const client::ConfigEntry* entry : shown)
    append_text(out, out.empty() ? "" : ",", entry->name, "=", entry->value.value_or("null"));
  return out;
}

/// Which partitions are shown.
struct PartitionFilter {
  bool under_replicated, unavailable, under_min_isr, at_min_isr;

  bool is_any() const { return under_replicated || unavailable || under_min_isr || at_min_isr; }

  bool admits(const client::PartitionInfo& partition, size_t min_isr) const {
    return !is_any() || (under_replicated && partition.isr.size() < partition.replicas.size()) ||
           (unavailable && partition.leader < 0) ||
           (under_min_isr && partition.isr.size() < min_isr) ||
           (at_min_isr && partition.isr.size() == min_isr);
  }
};

size_t min_isr_of(const std::vector<client::ConfigEntry>& entries) {
  const auto entry = std::ranges::find(entries, "min.insync.replicas", &client::ConfigEntry::name);
  const auto number =
      entry == entries.end() ? std::nullopt : parse_int<size_t>(entry->value.value_or(""));
  return number.value_or(1);
}

void print_header(Context& context, const client::TopicInfo& topic, std::string_view configs) {
  std::string line = concat("Topic: ", topic.name);
  if (!topic.id.is_zero()) append_text(line, "\tTopicId: ", topic.id.to_string());
  append_text(line, "\tPartitionCount: ", topic.partitions.size(), "\tReplicationFactor: ",
              topic.partitions.empty() ? 0 : topic.partitions[0].replicas.size(),
              "\tConfigs: ", configs);
  context.out().line(line);
}

void print_partition(Context& context, const client::TopicInfo& topic, size_t index,
                     const EligibleReplicas& replicas) {
  const client::PartitionInfo& partition = topic.partitions[index];
  context.out().line(concat("\tTopic: ", topic.name, "\tPartition: ", index,
                            "\tLeader: ", partition.leader < 0 ? "none" : concat(partition.leader),
                            "\tReplicas: ", joined(partition.replicas),
                            "\tIsr: ", joined(partition.isr), "\tElr: ", replicas.eligible,
                            "\tLastKnownElr: ", replicas.last_known));
}

Status describe_one(Context& context, const Args& args, const PartitionFilter& filter,
                    client::Client& client, const client::TopicInfo& topic) {
  TRY_ASSIGN(const auto entries, client::describe_topic_configs(client, topic.name));
  const std::string configs = shown_configs(entries);
  const bool is_overrides = args.flag("topics-with-overrides");
  if (is_overrides && configs.empty()) return {};
  if (!filter.is_any()) print_header(context, topic, configs);
  if (is_overrides) return {};
  auto eligible = find_eligible(client, topic.name);
  if (!eligible && eligible.error().code() != ErrorCode::unsupported_version)
    return fail(eligible.error());
  for (size_t i = 0; i < topic.partitions.size(); ++i)
    if (filter.admits(topic.partitions[i], min_isr_of(entries)))
      print_partition(context, topic, i,
                      eligible ? (*eligible)[static_cast<int32_t>(i)] : EligibleReplicas());
  return {};
}

Result<Exit> describe_topics(Context& context, const Args& args, client::Client& client) {
  const PartitionFilter filter{
      args.flag("under-replicated-partitions"), args.flag("unavailable-partitions"),
      args.flag("under-min-isr-partitions"), args.flag("at-min-isr-partitions")};
  TRY_ASSIGN(const auto topics, selected_topics(client, args));
  for (const client::TopicInfo& topic : topics)
    TRY(describe_one(context, args, filter, client, topic));
  return Exit::done;
}

constexpr ToolAction kKafkaTopicsActions[] = {{"create", Access::write, create},
                                              {"list", Access::read, list_topics},
                                              {"alter", Access::write, alter},
                                              {"describe", Access::read, describe_topics},
                                              {"delete", Access::write, remove}};

Result<Exit> kafka_topics(Context& context, const Args& args) {
  return run_action(kKafkaTopicsActions,
                    "Command must include exactly one action: --list, --describe, --create, "
                    "--alter or --delete",
                    context, args);
}

constinit const Command kKafkaTopicsCommand = {
    .path = "kafka-topics",
    .usage = "--bootstrap-server HOST:PORT ACTION [OPTION...]",
    .summary = "Work with topics as Kafka's kafka-topics does",
    .description = "",
    .options = kKafkaTopicsRows,
    .run = kafka_topics,
};

}  // namespace

Result<Exit> run_kafka_topics(const std::vector<std::string>& words, Out& out, Out& err) {
  return run_tool(kKafkaTopicsCommand, {}, words, out, err);
}

}  // namespace spool::cli
