// group members [GROUP...]: who is in groups, and what each one reads.

#include "cli/cmd/groups.h"
#include "cli/errors.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr OptionRows kGroupMembersRows[] = {kConnectionOptions, kOutputOptions};
constexpr Column kGroupMembersColumns[] = {
    {"group"},      {"state"}, {"member_id"},          {"instance_id"},
    {"client_id"},  {"host"},  {"member_epoch", true}, {"partitions", true},
    {"assignment"}, {"target"}};
constexpr std::string_view kGroupMembersTextColumns =
    "group,state,member_id,client_id,host,partitions,assignment";

Result<Exit> run_group_members(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto ids, find_groups(session.client(), args.operands(), true));
  Table table(kGroupMembersColumns);
  Exit exit = Exit::done;
  for (const std::string& id : ids) {
    TRY_ASSIGN(const auto group, client::describe_group(session.client(), id));
    if (group.error != ErrorCode::none) {
      context.complain(concat("group members: ", id, ": ", explain(group.error, group.message)));
      exit = Exit::failed;
    }
    for (const client::GroupMember& member : group.members)
      table.add({group.id, group.state, member.member_id,
                 member.instance_id ? Cell(*member.instance_id) : Cell(), member.client_id,
                 member.host, unless_negative(member.member_epoch),
                 static_cast<int64_t>(member.assignment.size()), partitions_cell(member.assignment),
                 partitions_cell(member.target)});
  }
  TRY(session.close());
  if (args.text("output") == "text" && !args.value("columns"))
    TRY(table.select(kGroupMembersTextColumns));
  TRY(context.print(table));
  return exit;
}

}  // namespace

extern const Command kGroupMembersCommand;
constinit const Command kGroupMembersCommand = {
    .path = "group members",
    .usage = "[OPTION...] [GROUP...]",
    .summary = "Print the members of groups and what they read",
    .description =
        "Without GROUP: of all groups. A GROUP that begins with ^ is a regular expression. target "
        "is what a member of the newer protocol is to read once others have let go of it.",
    .examples = "spool group members app",
    .options = kGroupMembersRows,
    .operands_max = -1,
    .run = run_group_members,
};

}  // namespace spool::cli
