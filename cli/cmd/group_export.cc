// group export [GROUP...], group import FILE: committed offsets as a file, and back.

#include "cli/cmd/group_changes.h"
#include "cli/errors.h"
#include "cli/io/file_text.h"

namespace spool::cli {

namespace {

constexpr Option kExportOptions[] = {
    {.name = "csv",
     .help =
         "Print CSV of Kafka's tool: topic,partition,offset, with the group in front when there "
         "are several",
     .group = "Output"},
};
constexpr OptionRows kGroupExportRows[] = {kExportOptions, kConnectionOptions};

constexpr Option kImportOptions[] = {
    {.name = "group",
     .kind = OptionKind::value,
     .value = "GROUP",
     .help = "Whose the rows of a CSV are that name no group",
     .group = "What"},
};
constexpr OptionRows kGroupImportRows[] = {kImportOptions, kPlanOptions, kOffsetChangeOptions,
                                           kConnectionOptions, kOutputOptions};

Result<Exit> run_group_export(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  client::Client& client = session.client();
  TRY_ASSIGN(const auto groups, find_groups(client, args.operands(), true));
  std::vector<GroupOffset> all;
  for (const std::string& group : groups) {
    if (!args.operands().empty()) TRY(describe_existing(client, group));
    TRY_ASSIGN(const auto offsets, load_offsets(client, group));
    all.insert(all.end(), offsets.begin(), offsets.end());
  }
  TRY(session.close());
  context.out().write(args.flag("csv") ? group_offsets_to_csv(all, groups.size() != 1)
                                       : group_offsets_to_json(all));
  return Exit::done;
}

Result<Exit> run_group_import(Context& context, const Args& args) {
  const std::string& path = args.operands()[0];
  TRY_ASSIGN(const std::string text, read_file(path));
  auto rows = parse_group_offsets(text, args.value("group").value_or(""));
  if (!rows) return fail(rows.error().with_context(path));
  TRY_ASSIGN(Session session,
             Session::open(args, args.flag("dry-run") ? Access::read : Access::write));
  std::vector<OffsetChange> changes;
  for (GroupOffset& row : *rows) changes.push_back({.after = std::move(row)});
  TRY(check_groups(session.client(), changes));
  TRY(load_before(session.client(), changes));
  TRY_ASSIGN(const Exit exit,
             change_offsets(context, args, session.client(), changes, "Set these offsets?"));
  TRY(session.close());
  return exit;
}

}  // namespace

extern const Command kGroupExportCommand;
constinit const Command kGroupExportCommand = {
    .path = "group export",
    .usage = "[OPTION...] [GROUP...]",
    .summary = "Print what groups have committed, for group import",
    .description =
        "Without GROUP: of all groups. A GROUP that begins with ^ is a regular expression.",
    .examples = "spool group export app > app.json",
    .options = kGroupExportRows,
    .operands_max = -1,
    .run = run_group_export,
};

extern const Command kGroupImportCommand;
constinit const Command kGroupImportCommand = {
    .path = "group import",
    .usage = "[OPTION...] FILE",
    .summary = "Set what groups have committed, from a file",
    .description =
        "FILE is what group export printed, what --undo-file left behind, or CSV of Kafka's tool. "
        "Prints the plan and asks on a terminal; a script says --yes.",
    .examples = "spool group import --dry-run app.json",
    .options = kGroupImportRows,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_group_import,
};

}  // namespace spool::cli
