// kafka-configs: --describe and --alter of Kafka's script.

#include <algorithm>

#include "cli/cmd/configs.h"
#include "cli/compat/kafka_quotas.h"
#include "cli/compat/kafka_tool.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

using client::ConfigChange;
using client::ConfigEntry;
using client::ConfigResource;
using client::ConfigResourceType;

constexpr Option kKafkaConfigsOptions[] = {
    {.name = "describe", .help = "Print settings", .group = "Action"},
    {.name = "alter", .help = "Change settings", .group = "Action"},
    {.name = "entity-type",
     .kind = OptionKind::list,
     .value = "TYPE",
     .help =
         "topics, brokers, broker-loggers, client-metrics, groups, users, clients or ips; users "
         "and clients may stand together"},
    {.name = "entity-name", .kind = OptionKind::list, .value = "NAME", .help = "Of this one"},
    {.name = "entity-default", .help = "What holds for all"},
    {.name = "user", .kind = OptionKind::value, .value = "NAME", .help = "Of this user"},
    {.name = "user-defaults", .help = "What holds for all users"},
    {.name = "client", .kind = OptionKind::value, .value = "NAME", .help = "Of this client id"},
    {.name = "client-defaults", .help = "What holds for all client ids"},
    {.name = "ip", .kind = OptionKind::value, .value = "ADDRESS", .help = "Of this address"},
    {.name = "ip-defaults", .help = "What holds for all addresses"},
    {.name = "topic", .kind = OptionKind::value, .value = "NAME", .help = "Of this topic"},
    {.name = "broker-id", .kind = OptionKind::value, .value = "ID", .help = "Of this broker"},
    {.name = "broker-defaults", .help = "What holds for all brokers"},
    {.name = "broker-logger", .kind = OptionKind::value, .value = "ID", .help = "Of its loggers"},
    {.name = "client-metrics", .kind = OptionKind::value, .value = "NAME", .help = "Of these"},
    {.name = "group", .kind = OptionKind::value, .value = "NAME", .help = "Of this group"},
    {.name = "all", .help = "Print defaults too"},
    {.name = "add-config",
     .kind = OptionKind::value,
     .value = "K=V,K=[V,V]",
     .help = "Settings to make",
     .group = "With --alter"},
    {.name = "delete-config",
     .kind = OptionKind::value,
     .value = "K,K",
     .help = "Settings to take away",
     .group = "With --alter"},
    {.name = "force", .help = "Taken and not needed", .group = "With --alter"},
};
constexpr OptionRows kKafkaConfigsRows[] = {kKafkaConfigsOptions, kConnectionOptions};
/// --broker is the script's word for an entity; the address is --bootstrap-server there.
constexpr OptionName kKafkaConfigsNames[] = {{"broker", "broker-id"}};

struct EntityType {
  std::string_view name;  ///< as the script writes it, in the plural
  std::string_view shorthand;
  ConfigResourceType type;
};
constexpr EntityType kTypes[] = {
    {"topics", "topic", ConfigResourceType::topic},
    {"brokers", "broker-id", ConfigResourceType::broker},
    {"broker-loggers", "broker-logger", ConfigResourceType::broker_logger},
    {"client-metrics", "client-metrics", ConfigResourceType::client_metrics},
    {"groups", "group", ConfigResourceType::group}};

struct Entities {
  const EntityType* type = nullptr;
  std::optional<std::string> name;  ///< nullopt: all there are
};

/// Types that have quotas instead of a configuration.
struct QuotaType {
  std::string_view name;
  std::string_view shorthand;
  std::string_view defaults;
  std::string_view type;  ///< as requests name it
};
/// In the script's order: it says of the first that it was updated.
constexpr QuotaType kQuotaTypes[] = {{"clients", "client", "client-defaults", "client-id"},
                                     {"users", "user", "user-defaults", "user"},
                                     {"ips", "ip", "ip-defaults", "ip"}};

/// The users, clients and ips that are named; empty when it is about something else.
Result<std::vector<QuotaPart>> read_quota_parts(const Args& args) {
  std::vector<QuotaPart> out;
  for (const QuotaType& type : kQuotaTypes) {
    if (const auto name = args.value(type.shorthand))
      out.push_back({type.type, std::string(*name)});
    if (args.flag(type.defaults)) out.push_back({type.type, ""});
  }
  const auto names = args.list("entity-name");
  size_t next_name = 0;
  for (const std::string& named : args.list("entity-type")) {
    const auto type = std::ranges::find(kQuotaTypes, named, &QuotaType::name);
    if (type == std::end(kQuotaTypes)) continue;
    QuotaPart& part = out.emplace_back(QuotaPart{type->type, std::nullopt});
    if (args.flag("entity-default"))
      part.name = "";
    else if (next_name < names.size())
      part.name = names[next_name++];
  }
  // Which of several types is the default one cannot be seen any more.
  if (out.size() > 1 && args.flag("entity-default") && !names.empty())
    return usage_error("--entity-default beside --entity-name: say --user, --client-defaults, ...");
  return out;
}

std::string_view singular_of(std::string_view types) {
  if (types.ends_with('s')) types.remove_suffix(1);
  return types;
}

void say_updated(Context& context, std::string_view types, const std::string& name) {
  context.out().line(
      name.empty() ? concat("Completed updating default config for ", types, " in the cluster.")
                   : concat("Completed updating config for ", singular_of(types), " ", name, "."));
}

Result<Entities> read_entities(const Args& args) {
  Entities out;
  for (const EntityType& type : kTypes)
    if (const auto name = args.value(type.shorthand)) out = {&type, std::string(*name)};
  if (args.flag("broker-defaults")) out = {&kTypes[1], ""};
  const auto named = args.value("entity-type");
  if (named) {
    const auto type = std::ranges::find(kTypes, *named, &EntityType::name);
    if (type == std::end(kTypes))
      return usage_error(concat("--entity-type ", *named,
                                ": there are topics, brokers, broker-loggers, client-metrics, "
                                "groups, users, clients and ips"));
    out.type = &*type;
    if (const auto name = args.value("entity-name")) out.name = *name;
    if (args.flag("entity-default")) out.name = "";
  }
  if (out.type == nullptr) return usage_error("At least one entity type must be specified");
  return out;
}

/// The names of all resources of the type.
Result<std::vector<std::string>> all_names(client::Client& client, ConfigResourceType type) {
  std::vector<std::string> out;
  if (type == ConfigResourceType::topic) {
    TRY_ASSIGN(const auto topics, client::list_topics(client));
    for (const client::TopicInfo& topic : topics) out.push_back(topic.name);
  } else if (type == ConfigResourceType::broker || type == ConfigResourceType::broker_logger) {
    TRY_ASSIGN(const auto cluster, client::describe_cluster(client));
    for (const client::BrokerInfo& broker : cluster.brokers) out.push_back(concat(broker.node_id));
    if (type == ConfigResourceType::broker) out.push_back("");
  } else {
    return usage_error("--entity-name is needed for this type");
  }
  return out;
}

/// AdminClient's word for where a value comes from.
std::string_view source_word(int8_t source) {
  constexpr std::string_view kWords[] = {"UNKNOWN",
                                         "DYNAMIC_TOPIC_CONFIG",
                                         "DYNAMIC_BROKER_CONFIG",
                                         "DYNAMIC_DEFAULT_BROKER_CONFIG",
                                         "STATIC_BROKER_CONFIG",
                                         "DEFAULT_CONFIG",
                                         "DYNAMIC_BROKER_LOGGER_CONFIG",
                                         "DYNAMIC_CLIENT_METRICS_CONFIG",
                                         "GROUP_CONFIG"};
  const bool is_known = source >= 0 && static_cast<size_t>(source) < std::size(kWords);
  return kWords[is_known ? static_cast<size_t>(source) : 0];
}

std::string entry_line(const ConfigEntry& entry) {
  std::string line = concat("  ", entry.name, "=", entry.value.value_or("null"),
                            " sensitive=", entry.is_sensitive, " synonyms={");
  for (size_t i = 0; i < entry.synonyms.size(); ++i)
    append_text(line, i == 0 ? "" : ", ", source_word(entry.synonyms[i].source), ":",
                entry.synonyms[i].name, "=", entry.synonyms[i].value.value_or("null"));
  return line + "}";
}

Status describe_one(Context& context, client::Client& client, const EntityType& type,
                    const std::string& name, bool is_all) {
  const ConfigResource resource{type.type, name};
  TRY_ASSIGN(auto entries, client::describe_configs(client, resource));
  if (name.empty())
    context.out().line(concat("Default configs for ", type.name, " in the cluster are:"));
  else
    context.out().line(concat(is_all ? "All" : "Dynamic", " configs for ", singular_of(type.name),
                              " ", name, " are:"));
  std::ranges::sort(entries, {}, &ConfigEntry::name);
  for (const ConfigEntry& entry : entries)
    if (is_all || is_set_here(resource, entry)) context.out().line(entry_line(entry));
  return {};
}

Result<Exit> describe(Context& context, const Args& args, const Entities& entities) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  std::vector<std::string> names;
  if (entities.name) {
    names.push_back(*entities.name);
  } else {
    TRY_ASSIGN(names, all_names(session.client(), entities.type->type));
  }
  for (const std::string& name : names)
    TRY(describe_one(context, session.client(), *entities.type, name, args.flag("all")));
  TRY(session.close());
  return Exit::done;
}

/// "a=b,c=[d,e]": commas inside brackets belong to the value.
Status read_added(std::string_view text, std::vector<ConfigChange>& changes) {
  while (!text.empty()) {
    const size_t equals = text.find('=');
    if (equals == text.npos || equals == 0)
      return usage_error(concat("Invalid entity config: '", text, "' is not K=V"));
    ConfigChange change{.name = std::string(trim(text.substr(0, equals)))};
    text.remove_prefix(equals + 1);
    const bool is_list = text.starts_with('[');
    const size_t end = is_list ? text.find(']') : std::min(text.find(','), text.size());
    if (end == text.npos) return usage_error(concat("Invalid entity config: '", text, "' lacks ]"));
    change.value = std::string(text.substr(is_list ? 1 : 0, end - (is_list ? 1 : 0)));
    text.remove_prefix(end + (is_list ? 1 : 0));
    if (text.starts_with(',')) text.remove_prefix(1);
    changes.push_back(std::move(change));
  }
  return {};
}

Result<std::vector<ConfigChange>> read_changes(const Args& args) {
  std::vector<ConfigChange> changes;
  if (const auto added = args.value("add-config")) TRY(read_added(*added, changes));
  if (const auto taken = args.value("delete-config"))
    for (const std::string_view name : split(*taken, ','))
      changes.push_back({std::string(trim(name)), ConfigChange::Kind::unset, std::nullopt});
  if (changes.empty())
    return usage_error(
        "At least one of --add-config or --delete-config must be specified with "
        "--alter");
  return changes;
}

Result<Exit> alter(Context& context, const Args& args, const Entities& entities) {
  if (!entities.name) return usage_error("an entity name must be specified with --alter");
  TRY_ASSIGN(const auto changes, read_changes(args));
  TRY_ASSIGN(Session session, Session::open(args, Access::write));
  TRY(client::alter_configs(session.client(), {entities.type->type, *entities.name}, changes));
  TRY(session.close());
  say_updated(context, entities.type->name, *entities.name);
  return Exit::done;
}

Result<Exit> run_quotas(Context& context, const Args& args, const std::vector<QuotaPart>& parts) {
  const bool is_change = args.flag("alter");
  for (const QuotaPart& part : parts)
    if (is_change && !part.name)
      return usage_error("an entity name must be specified with --alter");
  std::vector<ConfigChange> changes;
  if (is_change) {
    TRY_ASSIGN(changes, read_changes(args));
  }
  TRY_ASSIGN(Session session, Session::open(args, is_change ? Access::write : Access::read));
  TRY(is_change ? alter_quotas(session.client(), parts, changes)
                : describe_quotas(context, session.client(), parts));
  TRY(session.close());
  const auto type = std::ranges::find(kQuotaTypes, parts[0].type, &QuotaType::type);
  if (is_change) say_updated(context, type->name, *parts[0].name);
  return Exit::done;
}

Result<Exit> kafka_configs(Context& context, const Args& args) {
  if (args.flag("describe") == args.flag("alter"))
    return usage_error("Command must include exactly one action: --describe, --alter");
  TRY_ASSIGN(const auto quota_parts, read_quota_parts(args));
  if (!quota_parts.empty()) return run_quotas(context, args, quota_parts);
  TRY_ASSIGN(const Entities entities, read_entities(args));
  return args.flag("alter") ? alter(context, args, entities) : describe(context, args, entities);
}

constinit const Command kKafkaConfigsCommand = {
    .path = "kafka-configs",
    .usage = "--bootstrap-server HOST:PORT ACTION [OPTION...]",
    .summary = "Work with settings as Kafka's kafka-configs does",
    .description = "",
    .options = kKafkaConfigsRows,
    .run = kafka_configs,
};

}  // namespace

Result<Exit> run_kafka_configs(const std::vector<std::string>& words, Out& out, Out& err) {
  return run_tool(kKafkaConfigsCommand, kKafkaConfigsNames, words, out, err);
}

}  // namespace spool::cli
