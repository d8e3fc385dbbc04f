// config export and import: settings as a file.

#include "cli/cmd/configs.h"
#include "cli/io/file_text.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr OptionRows kConfigExportRows[] = {kConnectionOptions};
constexpr OptionRows kConfigImportRows[] = {kPlanOptions, kConfigChangeOptions, kConnectionOptions,
                                            kOutputOptions};

/// All topics, what holds for all brokers, and each broker.
Result<std::vector<client::ConfigResource>> all_resources(client::Client& client) {
  std::vector<client::ConfigResource> out;
  out.push_back({client::ConfigResourceType::broker, ""});
  TRY_ASSIGN(const auto cluster, client::describe_cluster(client));
  for (const client::BrokerInfo& broker : cluster.brokers)
    out.push_back({client::ConfigResourceType::broker, concat(broker.node_id)});
  TRY_ASSIGN(const auto topics, client::list_topics(client));
  for (const client::TopicInfo& topic : topics)
    out.push_back({client::ConfigResourceType::topic, topic.name});
  return out;
}

Result<Exit> run_config_export(Context& context, const Args& args) {
  std::span<const std::string> operands = args.operands();
  std::vector<client::ConfigResource> resources;
  while (!operands.empty()) {
    TRY_ASSIGN(auto resource, take_resource(operands));
    resources.push_back(std::move(resource));
  }
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  const bool is_everything = resources.empty();
  if (is_everything) {
    TRY_ASSIGN(resources, all_resources(session.client()));
  }
  std::vector<ResourceSettings> all;
  for (const client::ConfigResource& resource : resources) {
    TRY_ASSIGN(const auto entries, client::describe_configs(session.client(), resource));
    ResourceSettings one{resource, {}};
    for (const client::ConfigEntry& entry : entries)
      // A secret is not told: exporting it as unset would delete it at the next import.
      if (is_set_here(resource, entry) && !entry.is_sensitive)
        one.settings[entry.name] = entry.value;
    if (!one.settings.empty() || !is_everything) all.push_back(std::move(one));
  }
  TRY(session.close());
  context.out().write(settings_to_json(all));
  TRY(context.out().flush());
  return Exit::done;
}

Result<Exit> run_config_import(Context& context, const Args& args) {
  const std::string& path = args.operands()[0];
  TRY_ASSIGN(const std::string text, read_file(path));
  const auto all = settings_from_json(text);
  if (!all) return fail(ErrorCode::parse_error, concat(path, ": ", all.error().text()));
  std::vector<ConfigWork> work;
  for (const ResourceSettings& one : *all) {
    ConfigWork& item = work.emplace_back(one.resource, std::vector<client::ConfigChange>{});
    for (const auto& [name, value] : one.settings)
      item.changes.push_back(
          {name, value ? client::ConfigChange::Kind::set : client::ConfigChange::Kind::unset,
           value});
    if (item.changes.empty()) work.pop_back();
  }
  if (work.empty()) {
    context.note("nothing is set there");
    return Exit::done;
  }
  return change_configs(context, args, work);
}

}  // namespace

extern const Command kConfigExportCommand;
constinit const Command kConfigExportCommand = {
    .path = "config export",
    .usage = "[OPTION...] [KIND [NAME]]...",
    .summary = "Print what is set as JSON that 'config import' takes",
    .description = "Without KIND, all topics and brokers. Secrets are left out.",
    .examples = "spool config export topic > topics.json",
    .options = kConfigExportRows,
    .operands_max = -1,
    .run = run_config_export,
};

extern const Command kConfigImportCommand;
constinit const Command kConfigImportCommand = {
    .path = "config import",
    .usage = "[OPTION...] FILE",
    .summary = "Change settings to what a file says",
    .description =
        "Settings that the file does not name stay as they are. Prints what would change and asks "
        "on a terminal; a script says --yes.",
    .examples = "spool config import --dry-run topics.json",
    .options = kConfigImportRows,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_config_import,
};

}  // namespace spool::cli
