// kafka-consumer-groups: list, describe, delete and reset with the original's options and stdout.

#include <algorithm>
#include <map>
#include <set>

#include "cli/cmd/group_reset.h"
#include "cli/compat/kafka_tool.h"
#include "cli/compat/personalities.h"
#include "cli/context.h"
#include "cli/errors.h"
#include "cli/help.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr Option kKafkaConsumerGroupsOptions[] = {
    {.name = "list", .help = "List all groups"},
    {.name = "describe", .help = "Describe groups: offsets, or --members, or --state"},
    {.name = "delete", .help = "Delete groups"},
    {.name = "reset-offsets", .help = "Move groups; without --execute only print where to"},
    {.name = "delete-offsets", .help = "Delete what a group has committed for topics"},
    {.name = "group", .kind = OptionKind::list, .value = "GROUP", .help = "Which group"},
    {.name = "all-groups", .help = "All groups"},
    {.name = "topic", .kind = OptionKind::list, .value = "TOPIC[:N,...]", .help = "Which topic"},
    {.name = "all-topics", .help = "All topics that the group has committed"},
    {.name = "members", .help = "Describe members"},
    {.name = "offsets", .help = "Describe offsets"},
    {.name = "state", .help = "Describe states; list them; --state NAME,... lists those"},
    {.name = "states", .kind = OptionKind::value, .value = "NAMES", .help = "What follows --state"},
    {.name = "type", .help = "List types; --type NAME,... lists those"},
    {.name = "types", .kind = OptionKind::value, .value = "NAMES", .help = "What follows --type"},
    {.name = "verbose", .help = "Describe more"},
    {.name = "execute", .help = "Move the groups"},
    {.name = "dry-run", .help = "Only print where to"},
    {.name = "export", .help = "Print the plan as CSV"},
};
constexpr OptionRows kKafkaConsumerGroupsRows[] = {kKafkaConsumerGroupsOptions, kResetOptions,
                                                   kConnectionOptions};

/// Text on the left of so many columns.
std::string padded(std::string_view text, size_t width) {
  std::string out(text);
  out.resize(std::max(width, text.size()), ' ');
  return out;
}

std::string or_dash(const std::optional<int64_t>& number) { return number ? concat(*number) : "-"; }

using Row = std::vector<std::string>;
constexpr size_t kFree = 0;

/// Rows as the original's printf has them: each begins with a line end, all cells but one of width
/// kFree are padded, and a column is as wide as its longest cell, or at least as said.
void print_rows(Out& out, const std::vector<Row>& rows, const std::vector<size_t>& widths,
                const std::set<size_t>& growing) {
  std::vector<size_t> wide = widths;
  for (const Row& row : rows)
    for (const size_t column : growing) wide[column] = std::max(wide[column], row[column].size());
  for (const Row& row : rows) {
    out.write("\n");
    for (size_t i = 0; i < row.size(); ++i)
      out.write(concat(i == 0 ? "" : " ", padded(row[i], wide[i])));
  }
  out.write("\n");
}

/// What the original says on stdout, before it ends with 0; we end with 1.
Exit say_error(Out& out, std::string_view text) {
  out.write(concat("\nError: ", text, "\n"));
  return Exit::failed;
}

/// An error as Java's client writes it.
std::string java_error(ErrorCode code) {
  constexpr std::string_view kPackage = "org.apache.kafka.common.errors.";
  if (code == ErrorCode::non_empty_group)
    return concat(kPackage, "GroupNotEmptyException: The group is not empty.");
  if (code == ErrorCode::group_id_not_found)
    return concat(kPackage, "GroupIdNotFoundException: The group id does not exist.");
  return explain(code, "");
}

std::string capitalized(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 32);
  return word;
}

bool is_among(std::string_view names, std::string_view name) {
  return std::ranges::any_of(split(names, ','), [&](std::string_view one) {
    return to_lower(trim(one)) == to_lower(name);
  });
}

/// Consumer groups: classic ones of consumers, or of nobody, and those of KIP-848.
Result<std::vector<client::GroupListing>> consumer_groups(client::Client& client) {
  TRY_ASSIGN(auto groups, client::list_groups(client));
  std::erase_if(groups, [](const client::GroupListing& group) {
    const bool is_consumer = group.protocol_type == "consumer" || group.protocol_type.empty();
    return !is_consumer || group.type == "share" || group.type == "streams";
  });
  return groups;
}

Result<Exit> list_groups(Context& context, const Args& args, client::Client& client) {
  TRY_ASSIGN(const auto groups, consumer_groups(client));
  const bool has_type = args.flag("type"), has_state = args.flag("state");
  std::vector<client::GroupListing> shown;
  size_t width = 15;
  for (const client::GroupListing& group : groups) {
    if (args.value("states") && !is_among(*args.value("states"), group.state)) continue;
    if (args.value("types") && !is_among(*args.value("types"), group.type)) continue;
    width = std::max(width, group.id.size());
    shown.push_back(group);
  }
  const auto print = [&](const std::string& id, const std::string& type, const std::string& state) {
    std::string line = has_type || has_state ? padded(id, width + 10) : id;
    if (has_type) append_text(line, ' ', padded(type, 20));
    if (has_state) append_text(line, ' ', padded(state, 20));
    context.out().line(line);
  };
  if (has_type || has_state) print("GROUP", "TYPE", "STATE");
  for (const client::GroupListing& group : shown)
    print(group.id, capitalized(group.type), group.state);
  return Exit::done;
}

Result<std::vector<std::string>> chosen_groups(const Args& args, client::Client& client) {
  std::vector<std::string> out(args.list("group").begin(), args.list("group").end());
  if (args.flag("all-groups")) {
    TRY_ASSIGN(const auto groups, consumer_groups(client));
    for (const client::GroupListing& group : groups) out.push_back(group.id);
  } else if (out.empty()) {
    return usage_error("--group or --all-groups is missing");
  }
  std::ranges::sort(out);
  return out;
}

Result<Exit> describe_offsets(Context& context, const Args& args, client::Client& client,
                              const client::GroupDescription& group) {
  TRY_ASSIGN(auto positions, find_positions(client, group, false));
  // Who reads most comes first, and what nobody reads last.
  std::ranges::stable_sort(positions, std::greater(), [](const GroupPosition& position) {
    return position.owner == nullptr ? 0 : position.owner->assignment.size();
  });
  std::ranges::stable_sort(positions, {}, [&](const GroupPosition& position) {
    return position.owner == nullptr ? group.members.size()
                                     : static_cast<size_t>(position.owner - group.members.data());
  });
  if (positions.empty()) return Exit::done;
  const bool is_verbose = args.flag("verbose");
  Row heading = {"GROUP",          "TOPIC", "PARTITION",   "LEADER-EPOCH", "CURRENT-OFFSET",
                 "LOG-END-OFFSET", "LAG",   "CONSUMER-ID", "HOST",         "CLIENT-ID"};
  std::vector<Row> rows = {heading};
  for (const GroupPosition& position : positions) {
    const client::CommittedOffset& committed = position.committed;
    const client::GroupMember* const owner = position.owner;
    const auto known = [](int64_t number) {
      return number < 0 ? std::string("-") : concat(number);
    };
    rows.push_back({group.id, committed.partition.topic,
                    concat(committed.partition.partition.value),
                    known(committed.leader_epoch.value), known(committed.offset.value),
                    or_dash(position.log_end_offset), or_dash(position.lag),
                    owner == nullptr ? "-" : owner->member_id, owner == nullptr ? "-" : owner->host,
                    owner == nullptr ? "-" : owner->client_id});
  }
  std::vector<size_t> widths = {15, 15, 10, 15, 15, 15, 15, 15, 15, kFree};
  constexpr size_t kEpochColumn = 3;
  if (!is_verbose) {
    for (Row& row : rows) row.erase(row.begin() + kEpochColumn);
    widths.erase(widths.begin() + kEpochColumn);
  }
  const size_t shift = is_verbose ? 1 : 0;
  print_rows(context.out(), rows, widths, {0, 1, 6 + shift, 7 + shift});
  return Exit::done;
}

/// "t:0,1;u:2", or "-".
std::string assignment_text(const std::vector<TopicPartition>& partitions) {
  std::string out;
  std::string_view topic;
  for (const TopicPartition& at : partitions) {
    if (at.topic != topic)
      append_text(out, out.empty() ? "" : ";", at.topic, ':');
    else
      out += ',';
    append_text(out, at.partition.value);
    topic = at.topic;
  }
  return out.empty() ? "-" : out;
}

void describe_members(Context& context, const Args& args, const client::GroupDescription& group) {
  const bool is_verbose = args.flag("verbose");
  const bool has_instance = std::ranges::any_of(
      group.members,
      [](const client::GroupMember& member) { return member.instance_id.has_value(); });
  Row heading = {"GROUP", "CONSUMER-ID"};
  std::vector<size_t> widths = {15, 15};
  const auto add_column = [&](const std::string& name, size_t width) {
    heading.push_back(name);
    widths.push_back(width);
  };
  if (has_instance) add_column("GROUP-INSTANCE-ID", 17);
  add_column("HOST", 15);
  add_column("CLIENT-ID", 15);
  std::set<size_t> growing;
  for (size_t i = 0; i < heading.size(); ++i) growing.insert(i);
  add_column("#PARTITIONS", 15);
  if (is_verbose) {
    add_column("CURRENT-EPOCH", 15);
    growing.insert({heading.size(), heading.size() + 2});
    add_column("CURRENT-ASSIGNMENT", 20);
    add_column("TARGET-EPOCH", 15);
    add_column("TARGET-ASSIGNMENT", 20);
  }
  add_column("", kFree);  // the original leaves a blank at the end
  if (is_verbose) {
    heading.pop_back();
    widths.pop_back();
  }
  std::vector<Row> rows = {heading};
  const auto known = [](int32_t epoch) { return epoch < 0 ? std::string("-") : concat(epoch); };
  for (const client::GroupMember& member : group.members) {
    Row& row = rows.emplace_back(Row{group.id, member.member_id});
    if (has_instance) row.push_back(member.instance_id.value_or(""));
    row.insert(row.end(), {member.host, member.client_id, concat(member.assignment.size())});
    if (!is_verbose) {
      row.push_back("");
      continue;
    }
    const bool is_classic = group.type == "classic";
    row.insert(row.end(),
               {known(member.member_epoch), assignment_text(member.assignment),
                known(group.assignment_epoch), is_classic ? "-" : assignment_text(member.target)});
  }
  print_rows(context.out(), rows, widths, growing);
}

void describe_state(Context& context, const Args& args, client::Client& client,
                    const client::GroupDescription& group) {
  std::string coordinator = "-";
  for (const client::BrokerInfo& broker : client.cluster().brokers)
    if (broker.node_id == group.coordinator)
      coordinator =
          concat(broker.endpoint.host, ":", broker.endpoint.port, "  (", group.coordinator, ")");
  const auto known = [](int32_t epoch) { return epoch < 0 ? std::string("-") : concat(epoch); };
  Row heading = {"GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE"};
  Row row = {group.id, coordinator, group.assignor.empty() ? "-" : group.assignor, group.state};
  std::vector<size_t> widths = {15, 25, 20, 20};
  if (args.flag("verbose")) {
    heading.insert(heading.end(), {"GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"});
    row.insert(row.end(), {known(group.group_epoch), known(group.assignment_epoch)});
    widths.insert(widths.end(), {15, 25});
  }
  heading.push_back("#MEMBERS");
  row.push_back(concat(group.members.size()));
  widths.push_back(kFree);
  print_rows(context.out(), {heading, row}, widths, {0, 1});
}

Result<Exit> describe_groups(Context& context, const Args& args, client::Client& client) {
  TRY_ASSIGN(const auto ids, chosen_groups(args, client));
  Exit exit = Exit::done;
  for (const std::string& id : ids) {
    TRY_ASSIGN(const auto group, client::describe_group(client, id));
    if (group.error != ErrorCode::none) {
      // The original gives up here, with the other groups undescribed.
      exit = say_error(context.out(),
                       concat("Executing consumer group command failed due to "
                              "org.apache.kafka.common.errors.GroupIdNotFoundException: Group ",
                              id, " not found."));
      continue;
    }
    if (group.state == "Empty")
      context.err().write(concat("\nConsumer group '", id, "' has no active members.\n"));
    else if (group.state != "Stable")
      context.err().write(concat("\nWarning: Consumer group '", id, "' is rebalancing.\n"));
    if (args.flag("members"))
      describe_members(context, args, group);
    else if (args.flag("state"))
      describe_state(context, args, client, group);
    else
      TRY(describe_offsets(context, args, client, group));
  }
  return exit;
}

Result<Exit> delete_groups(Context& context, const Args& args, client::Client& client) {
  TRY_ASSIGN(const auto ids, chosen_groups(args, client));
  std::string done, failed;
  for (const std::string& id : ids) {
    const Status deleted = client::delete_group(client, id);
    if (deleted)
      append_text(done, done.empty() ? "" : ", ", "'", id, "'");
    else
      append_text(failed, "* Group '", id,
                  "' could not be deleted due to: ", java_error(deleted.error().code()), '\n');
  }
  if (failed.empty()) {
    context.out().line(
        concat("Deletion of requested consumer groups (", done, ") was successful."));
    return Exit::done;
  }
  const Exit exit = say_error(context.out(), "Deletion of some consumer groups failed:");
  context.out().write(failed);
  if (!done.empty())
    context.out().write(concat("\nThese consumer groups were deleted successfully: ", done, "\n"));
  return exit;
}

/// One group of a reset: its plan is added, and done when asked for. false: it was refused.
Result<bool> reset_one(Context& context, const Args& args, client::Client& client,
                       const std::string& group, const std::vector<TopicChoice>& topics,
                       std::vector<OffsetChange>& plan) {
  TRY_ASSIGN(Goal goal, read_goal(args, group, client.wall_ms()));
  std::erase_if(goal.rows, [&](const GroupOffset& row) { return row.group != group; });
  const auto made = plan_reset(context, args, client, group, topics, goal);
  if (!made && made.error().code() == ErrorCode::non_empty_group) {
    TRY_ASSIGN(const auto described, client::describe_group(client, group));
    say_error(context.out(),
              concat("Assignments can only be reset if the group '", group,
                     "' is inactive, but the current state is ", described.state, "."));
    return false;
  }
  if (!made) return fail(made.error());
  std::vector<client::CommittedOffset> offsets;
  for (const OffsetChange& change : made->changes)
    offsets.push_back(
        {.partition = change.after.partition, .offset = Offset(*change.after.offset)});
  plan.insert(plan.end(), made->changes.begin(), made->changes.end());
  if (!args.flag("execute") || args.flag("dry-run")) return made->is_whole;
  bool is_good = made->is_whole;
  TRY_ASSIGN(const auto codes, client::commit_offsets(client, group, {}, offsets));
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == ErrorCode::none) continue;
    is_good = false;
    say_error(context.out(), concat(offsets[i].partition.to_string(), ": ", explain(codes[i], "")));
  }
  return is_good;
}

Result<Exit> reset(Context& context, const Args& args, client::Client& client) {
  if (!args.flag("all-topics") && args.list("topic").empty() && !args.is_given("from-file"))
    return usage_error("One of the reset scopes should be defined: --all-topics, --topic.");
  TRY_ASSIGN(const auto topics, parse_topic_choices(args.list("topic")));
  TRY_ASSIGN(const auto groups, chosen_groups(args, client));
  std::vector<OffsetChange> plan;
  Exit exit = Exit::done;
  for (const std::string& group : groups) {
    TRY_ASSIGN(const bool is_good, reset_one(context, args, client, group, topics, plan));
    if (!is_good) exit = Exit::failed;
  }
  std::vector<Row> rows = {{"GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"}};
  std::vector<GroupOffset> offsets;
  for (const auto& [after, before, note] : plan) {
    if (note.starts_with("no record is that late"))
      context.out().write(concat("\nWarn: Partition ", after.partition.partition.value,
                                 " from topic ", after.partition.topic,
                                 " is empty. Falling back to latest known offset.\n"));
    rows.push_back({after.group, after.partition.topic, concat(after.partition.partition.value),
                    concat(*after.offset)});
    offsets.push_back(after);
  }
  if (args.flag("export"))
    context.out().line(group_offsets_to_csv(offsets, args.list("group").size() != 1));
  else
    print_rows(context.out(), rows, {15, 15, 10, kFree}, {0, 1});
  return exit;
}

Result<Exit> delete_offsets(Context& context, const Args& args, client::Client& client) {
  if (args.list("group").size() != 1 || args.list("topic").empty())
    return usage_error("--delete-offsets takes one --group, and --topic");
  const std::string& group = args.list("group")[0];
  TRY_ASSIGN(const auto topics, parse_topic_choices(args.list("topic")));
  TRY_ASSIGN(const auto partitions, named_partitions(client, topics));
  TRY_ASSIGN(const auto codes, client::delete_offsets(client, group, partitions));
  std::vector<Row> rows = {{"TOPIC", "PARTITION", "STATUS"}};
  bool has_failed = false;
  for (size_t i = 0; i < partitions.size(); ++i) {
    const bool is_good = codes[i] == ErrorCode::none;
    has_failed |= !is_good;
    rows.push_back({partitions[i].topic, concat(partitions[i].partition.value),
                    is_good ? "Successful" : concat("Error: ", explain(codes[i], ""))});
  }
  if (has_failed)
    say_error(context.out(), "Encountered some partition-level error, see the follow-up details.");
  else
    context.out().line(concat("Request succeeded for deleting offsets from group ", group, "."));
  print_rows(context.out(), rows, {15, 10, 15}, {0});
  return has_failed ? Exit::failed : Exit::done;
}

constexpr ToolAction kKafkaConsumerGroupsActions[] = {
    {"list", Access::read, list_groups},
    {"describe", Access::read, describe_groups},
    {"delete", Access::write, delete_groups},
    {"reset-offsets", Access::write, reset},
    {"delete-offsets", Access::write, delete_offsets}};

Result<Exit> kafka_consumer_groups(Context& context, const Args& args) {
  return run_action(kKafkaConsumerGroupsActions,
                    "Command must include exactly one action: --list, --describe, --delete, "
                    "--reset-offsets, --delete-offsets",
                    context, args);
}

constinit const Command kKafkaConsumerGroupsCommand = {
    .path = "kafka-consumer-groups",
    .usage = "--bootstrap-server HOST:PORT ACTION [OPTION...]",
    .summary = "Work on groups as Kafka's kafka-consumer-groups does",
    .description = "",
    .options = kKafkaConsumerGroupsRows,
    .operands_max = 0,
    .run = kafka_consumer_groups,
};

/// Their words as ours: other names, a value that may be left out, milliseconds, UTC.
std::vector<std::string> translated(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  std::string_view last;
  for (const std::string& word : words) {
    const bool is_option = word.starts_with("--");
    if (word == "--bootstrap-server")
      out.push_back("--broker");
    else if ((last == "--state" || last == "--type") && !is_option)
      out.insert(out.end(), {concat(last, "s"), word});
    else if (last == "--timeout")
      out.push_back(concat(word, "ms"));
    else if (last == "--to-datetime" && word.find_first_of("Z+") == word.npos)
      out.push_back(concat(word, "Z"));
    else
      out.push_back(word);
    last = word;
  }
  return out;
}

}  // namespace

Result<Exit> run_kafka_consumer_groups(const std::vector<std::string>& words, Out& out, Out& err) {
  TRY_ASSIGN(const Args args, parse_args(kKafkaConsumerGroupsCommand, translated(words)));
  if (args.flag("help")) {
    out.write(help_command(kKafkaConsumerGroupsCommand, out.columns()));
    return Exit::done;
  }
  Context context(args, out, err);
  return kafka_consumer_groups(context, args);
}

}  // namespace spool::cli
