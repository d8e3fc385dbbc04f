// group describe [GROUP...]: where groups stand in each partition, and who reads it.

#include "cli/cmd/groups.h"
#include "cli/errors.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr OptionRows kGroupDescribeRows[] = {kConnectionOptions, kOutputOptions};
constexpr Column kGroupDescribeColumns[] = {{"group"},
                                            {"type"},
                                            {"state"},
                                            {"assignor"},
                                            {"topic"},
                                            {"partition", true},
                                            {"offset", true},
                                            {"log_end_offset", true},
                                            {"lag", true},
                                            {"lag_ms", true},
                                            {"leader_epoch", true},
                                            {"metadata"},
                                            {"member_id"},
                                            {"instance_id"},
                                            {"client_id"},
                                            {"host"},
                                            {"error"},
                                            {"message"}};
constexpr std::string_view kGroupDescribeTextColumns =
    "group,topic,partition,offset,log_end_offset,lag,lag_ms,member_id,host";

template <class T>
Cell known(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}

void add_row(const client::GroupDescription& group, const GroupPosition& position, Table& table) {
  const client::CommittedOffset& committed = position.committed;
  const bool has_commit = committed.offset != kNoOffset;
  const client::GroupMember* const owner = position.owner;
  const auto of_owner = [&](std::string client::GroupMember::* text) {
    return owner == nullptr ? Cell() : Cell(owner->*text);
  };
  const bool is_good = committed.error == ErrorCode::none;
  table.add({group.id, group.type, group.state, group.assignor, committed.partition.topic,
             int64_t{committed.partition.partition.value}, unless_negative(committed.offset.value),
             known(position.log_end_offset), known(position.lag), known(position.lag_ms),
             unless_negative(committed.leader_epoch.value),
             has_commit ? Cell(committed.metadata) : Cell(),
             of_owner(&client::GroupMember::member_id),
             owner == nullptr ? Cell() : known(owner->instance_id),
             of_owner(&client::GroupMember::client_id), of_owner(&client::GroupMember::host),
             is_good ? Cell() : Cell(std::string(error_name(committed.error))),
             is_good ? Cell() : Cell(explain(committed.error, ""))});
}

/// A group that is not there, or has nothing to show but itself.
void add_bare_row(const client::GroupDescription& group, Table& table) {
  std::vector<Cell> cells(std::size(kGroupDescribeColumns));
  const bool is_good = group.error == ErrorCode::none;
  cells[0] = group.id;
  if (is_good) {
    cells[1] = group.type;
    cells[2] = group.state;
    cells[3] = group.assignor;
  } else {
    cells[cells.size() - 2] = std::string(error_name(group.error));
    cells[cells.size() - 1] = explain(group.error, group.message);
  }
  table.add(std::move(cells));
}

std::string summary_of(const client::GroupDescription& group) {
  std::string out =
      concat("group ", group.id, ": ", group.state, ", ", group.type, ", ", group.members.size(),
             group.members.size() == 1 ? " member" : " members");
  if (!group.assignor.empty()) append_text(out, ", assignor ", group.assignor);
  return out;
}

/// Adds the group's rows; false when it has an error.
Result<bool> add_group(Context& context, client::Client& client, const std::string& id,
                       bool is_text, Table& table) {
  TRY_ASSIGN(auto group, client::describe_group(client, id));
  if (group.error != ErrorCode::none) {
    group.id = id;
    context.complain(concat("group describe: ", id, ": ", explain(group.error, group.message)));
    if (!is_text) add_bare_row(group, table);
    return false;
  }
  if (is_text) context.note(summary_of(group));
  TRY_ASSIGN(const auto positions, find_positions(client, group, true));
  if (positions.empty()) add_bare_row(group, table);
  bool is_whole = true;
  for (const GroupPosition& position : positions) {
    add_row(group, position, table);
    is_whole &= position.committed.error == ErrorCode::none;
  }
  return is_whole;
}

Result<Exit> run_group_describe(Context& context, const Args& args) {
  const bool is_text = args.text("output") == "text";
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto ids, find_groups(session.client(), args.operands(), true));
  Table table(kGroupDescribeColumns);
  Exit exit = Exit::done;
  for (const std::string& id : ids) {
    TRY_ASSIGN(const bool is_whole, add_group(context, session.client(), id, is_text, table));
    if (!is_whole) exit = Exit::failed;
  }
  TRY(session.close());
  if (is_text && table.row_count() == 0) return exit;
  if (is_text && !args.value("columns")) TRY(table.select(kGroupDescribeTextColumns));
  TRY(context.print(table));
  return exit;
}

}  // namespace

extern const Command kGroupDescribeCommand;
constinit const Command kGroupDescribeCommand = {
    .path = "group describe",
    .usage = "[OPTION...] [GROUP...]",
    .summary = "Print where groups stand, and who reads what",
    .description =
        "Without GROUP: of all groups. A GROUP that begins with ^ is a regular expression. lag_ms "
        "is how long ago the oldest record that the group has not read was written.",
    .examples = "spool group describe app",
    .options = kGroupDescribeRows,
    .operands_max = -1,
    .run = run_group_describe,
};

}  // namespace spool::cli
