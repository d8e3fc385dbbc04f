// config get KIND NAME [SETTING...]: settings, and where each comes from.

#include <algorithm>

#include "cli/cmd/configs.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr Option kConfigGetOptions[] = {
    {.name = "all", .letter = 'a', .help = "Settings at their default too", .group = "Settings"},
    {.name = "synonyms",
     .help = "A row for each place where a value is set, the one in force first",
     .group = "Settings"},
};
constexpr OptionRows kConfigGetRows[] = {kConfigGetOptions, kConnectionOptions, kOutputOptions};

constexpr Column kConfigGetColumns[] = {{"type"},   {"name"},         {"config"},      {"value"},
                                        {"source"}, {"is_read_only"}, {"is_sensitive"}};
constexpr int8_t kDefaultSource = 5;

void add_entry(const client::ConfigResource& resource, const client::ConfigEntry& entry,
               bool with_synonyms, Table& table) {
  const auto add = [&](std::string_view name, const std::optional<std::string>& value,
                       int8_t source) {
    table.add({std::string(config_kind(resource)), resource.name, std::string(name),
               value ? Cell(*value) : Cell(), config_source_name(source), entry.is_read_only,
               entry.is_sensitive});
  };
  if (!with_synonyms || entry.synonyms.empty()) return add(entry.name, entry.value, entry.source);
  for (const auto& synonym : entry.synonyms) add(synonym.name, synonym.value, synonym.source);
}

Result<Exit> run_config_get(Context& context, const Args& args) {
  std::span<const std::string> operands = args.operands();
  TRY_ASSIGN(const auto resource, take_resource(operands));
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto entries, client::describe_configs(session.client(), resource));
  TRY(session.close());
  Table table(kConfigGetColumns);
  for (const client::ConfigEntry& entry : entries) {
    const bool is_named = std::ranges::find(operands, entry.name) != operands.end();
    const bool is_wanted =
        operands.empty() ? args.flag("all") || entry.source != kDefaultSource : is_named;
    if (is_wanted) add_entry(resource, entry, args.flag("synonyms"), table);
  }
  Exit exit = Exit::done;
  for (const std::string& name : operands) {
    if (std::ranges::find(entries, name, &client::ConfigEntry::name) != entries.end()) continue;
    context.complain(concat(config_kind(resource), " ", resource.name, " has no setting ", name));
    exit = Exit::failed;
  }
  TRY(context.print(table));
  return exit;
}

}  // namespace

extern const Command kConfigGetCommand;
constinit const Command kConfigGetCommand = {
    .path = "config get",
    .usage = "[OPTION...] KIND [NAME] [SETTING...]",
    .summary = "Print settings and where they come from",
    .description =
        "KIND is topic, broker, cluster (what holds for all brokers, without NAME), client-metrics "
        "or group. Without SETTING those that differ from the default.",
    .examples =
        "spool config get topic orders\n"
        "spool config get cluster log.cleaner.threads",
    .options = kConfigGetRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_config_get,
};

}  // namespace spool::cli
