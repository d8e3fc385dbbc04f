// group delete GROUP...: groups with everything they have committed.

#include "cli/cmd/group_changes.h"
#include "cli/errors.h"

namespace spool::cli {

namespace {

constexpr Option kGroupDeleteOptions[] = {
    {.name = "if-exists", .help = "A group that does not exist is no failure", .group = "Groups"},
};
constexpr OptionRows kGroupDeleteRows[] = {kGroupDeleteOptions, kPlanOptions, kOffsetChangeOptions,
                                           kConnectionOptions, kOutputOptions};
constexpr Column kGroupDeletePlanColumns[] = {
    {"group"}, {"state"}, {"members", true}, {"partitions", true}, {"action"}};

struct DeletionPlan {
  Table table{kGroupDeletePlanColumns};
  std::vector<std::string> groups;  ///< those to delete
  std::vector<GroupOffset> offsets;
  Exit exit = Exit::done;  ///< failed when one cannot be deleted
};

Status add_to_plan(Context& context, const Args& args, client::Client& client,
                   const std::string& id, DeletionPlan& plan) {
  TRY_ASSIGN(const auto group, client::describe_group(client, id));
  if (group.error == ErrorCode::group_id_not_found && args.flag("if-exists")) {
    plan.table.add({id, Cell(), Cell(), Cell(), std::string("none: not there")});
    return {};
  }
  Status usable = check_inactive(group);
  if (group.error != ErrorCode::none)
    usable = fail(group.error, concat(id, ": ", explain(group.error, group.message)));
  if (!usable) {
    context.complain(concat("group delete: ", usable.error().text()));
    plan.exit = Exit::failed;
    return {};
  }
  TRY_ASSIGN(const auto offsets, load_offsets(client, id));
  plan.table.add({id, group.state, static_cast<int64_t>(group.members.size()),
                  static_cast<int64_t>(offsets.size()), std::string("delete")});
  plan.groups.push_back(id);
  plan.offsets.insert(plan.offsets.end(), offsets.begin(), offsets.end());
  return {};
}

Result<Exit> delete_planned(Context& context, const Args& args, client::Client& client,
                            DeletionPlan& plan) {
  if (plan.groups.empty() && !args.flag("dry-run")) return plan.exit;
  TRY_ASSIGN(const auto end, context.confirm(plan.table, "Delete, with all committed offsets?"));
  if (end) return *end == Exit::done ? plan.exit : *end;
  TRY(write_undo_file(args, plan.offsets));
  for (const std::string& id : plan.groups) {
    const Status deleted = client::delete_group(client, id);
    if (deleted) {
      context.note(concat("deleted ", id));
      continue;
    }
    plan.exit = Exit::failed;
    context.complain(concat("group delete: ", id, ": ", explain(deleted.error().code(), "")));
  }
  return plan.exit;
}

Result<Exit> run_group_delete(Context& context, const Args& args) {
  TRY_ASSIGN(Session session,
             Session::open(args, args.flag("dry-run") ? Access::read : Access::write));
  TRY_ASSIGN(const auto ids, find_groups(session.client(), args.operands(), false));
  DeletionPlan plan;
  for (const std::string& id : ids) TRY(add_to_plan(context, args, session.client(), id, plan));
  TRY_ASSIGN(const Exit exit, delete_planned(context, args, session.client(), plan));
  TRY(session.close());
  return exit;
}

}  // namespace

extern const Command kGroupDeleteCommand;
constinit const Command kGroupDeleteCommand = {
    .path = "group delete",
    .usage = "[OPTION...] GROUP...",
    .summary = "Delete groups and what they have committed",
    .description =
        "Refuses a group that has members. Prints what would go and asks on a terminal; a script "
        "says --yes. A GROUP that begins with ^ is a regular expression.",
    .examples = "spool group delete app",
    .options = kGroupDeleteRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_group_delete,
};

}  // namespace spool::cli
