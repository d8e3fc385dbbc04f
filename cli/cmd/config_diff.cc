// config diff KIND NAME NAME: settings that two of a kind do not share.

#include <map>

#include "cli/cmd/configs.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr OptionRows kConfigDiffRows[] = {kConnectionOptions, kOutputOptions};

constexpr Column kConfigDiffColumns[] = {{"config"}, {"left"}, {"right"}};

Cell cell_of(const std::map<std::string, client::ConfigEntry>& entries, const std::string& name) {
  const auto found = entries.find(name);
  return found == entries.end() || !found->second.value ? Cell() : Cell(*found->second.value);
}

Result<std::map<std::string, client::ConfigEntry>> describe(
    client::Client& client, const client::ConfigResource& resource) {
  TRY_ASSIGN(const auto entries, client::describe_configs(client, resource));
  std::map<std::string, client::ConfigEntry> out;
  for (const client::ConfigEntry& entry : entries) out.emplace(entry.name, entry);
  return out;
}

Result<Exit> run_config_diff(Context& context, const Args& args) {
  std::span<const std::string> operands = args.operands();
  TRY_ASSIGN(const auto left, take_resource(operands));
  if (operands.size() != 1) return usage_error("compare with which?");
  const client::ConfigResource right{left.type, operands.front()};
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto ours, describe(session.client(), left));
  TRY_ASSIGN(const auto theirs, describe(session.client(), right));
  TRY(session.close());
  Table table(kConfigDiffColumns);
  for (const auto& [name, entry] : ours)
    if (cell_of(ours, name) != cell_of(theirs, name))
      table.add({name, cell_of(ours, name), cell_of(theirs, name)});
  for (const auto& [name, entry] : theirs)
    if (!ours.contains(name)) table.add({name, Cell(), cell_of(theirs, name)});
  const bool differs = table.row_count() > 0;
  TRY(context.print(table));
  return differs ? Exit::findings : Exit::done;
}

}  // namespace

extern const Command kConfigDiffCommand;
constinit const Command kConfigDiffCommand = {
    .path = "config diff",
    .usage = "[OPTION...] KIND NAME NAME",
    .summary = "Compare the settings of two topics, brokers or groups",
    .description = "Exit code 5 when they differ.",
    .examples = "spool config diff topic orders payments",
    .options = kConfigDiffRows,
    .operands_min = 3,
    .operands_max = 3,
    .run = run_config_diff,
};

}  // namespace spool::cli
