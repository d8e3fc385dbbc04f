#include "cli/cmd/configs.h"

#include <algorithm>

#include "cli/io/file_text.h"
#include "cli/io/json_reader.h"
#include "cli/io/json_text.h"
#include "cli/session.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

using client::ConfigChange;
using client::ConfigEntry;
using client::ConfigResource;
using client::ConfigResourceType;

constexpr std::pair<std::string_view, ConfigResourceType> kKinds[] = {
    {"topic", ConfigResourceType::topic},
    {"broker", ConfigResourceType::broker},
    {"client-metrics", ConfigResourceType::client_metrics},
    {"group", ConfigResourceType::group}};

std::optional<ConfigResourceType> parse_kind(std::string_view word) {
  for (const auto& [name, type] : kKinds)
    if (name == word) return type;
  return std::nullopt;
}

Cell value_cell(const std::optional<std::string>& value) { return value ? Cell(*value) : Cell(); }

/// The elements of a list setting without those to take away.
std::string without(std::string_view list, std::string_view taken) {
  std::string out;
  const auto gone = split(taken, ',');
  for (const std::string_view element : split(list, ',')) {
    if (element.empty() || std::ranges::find(gone, element) != gone.end()) continue;
    append_text(out, out.empty() ? "" : ",", element);
  }
  return out;
}

std::string with(std::string_view list, std::string_view added) {
  std::string out(list);
  const auto there = split(list, ',');
  for (const std::string_view element : split(added, ','))
    if (std::ranges::find(there, element) == there.end())
      append_text(out, out.empty() ? "" : ",", element);
  return out;
}

Cell after_cell(const ConfigChange& change, const std::optional<std::string>& before) {
  switch (change.kind) {
    case ConfigChange::Kind::set:
      return value_cell(change.value);
    case ConfigChange::Kind::append:
      return with(before.value_or(""), change.value.value_or(""));
    case ConfigChange::Kind::subtract:
      return without(before.value_or(""), change.value.value_or(""));
    default:
      return std::string("(default)");
  }
}

}  // namespace

std::string_view config_kind(const ConfigResource& resource) {
  if (resource.type == ConfigResourceType::broker && resource.name.empty()) return "cluster";
  for (const auto& [name, type] : kKinds)
    if (type == resource.type) return name;
  return "unknown";
}

Result<ConfigResource> take_resource(std::span<const std::string>& operands) {
  if (operands.empty()) return usage_error("of what? topic NAME, broker NAME, cluster, ...");
  const std::string& word = operands.front();
  operands = operands.subspan(1);
  if (word == "cluster") return ConfigResource{ConfigResourceType::broker, ""};
  const auto type = parse_kind(word);
  if (!type)
    return usage_error(concat("'", word,
                              "' has no settings; there are topic, broker, cluster, client-metrics "
                              "and group"));
  if (operands.empty()) return usage_error(concat("which ", word, "?"));
  ConfigResource out{*type, operands.front()};
  operands = operands.subspan(1);
  return out;
}

std::string config_source_name(int8_t source) {
  constexpr std::string_view kNames[] = {
      "unknown", "topic",  "broker",         "cluster", "server.properties",
      "default", "logger", "client-metrics", "group"};
  const bool is_known = source >= 0 && static_cast<size_t>(source) < std::size(kNames);
  return std::string(is_known ? kNames[static_cast<size_t>(source)] : kNames[0]);
}

bool is_set_here(const ConfigResource& resource, const ConfigEntry& entry) {
  switch (resource.type) {
    case ConfigResourceType::topic:
      return entry.source == 1;
    case ConfigResourceType::broker:
      return entry.source == (resource.name.empty() ? 3 : 2);
    case ConfigResourceType::broker_logger:
      return entry.source == 6;
    case ConfigResourceType::client_metrics:
      return entry.source == 7;
    case ConfigResourceType::group:
      return entry.source == 8;
  }
  return false;
}

std::string settings_to_json(const std::vector<ResourceSettings>& all) {
  std::string out = "{\"version\":1,\"resources\":[";
  for (size_t i = 0; i < all.size(); ++i) {
    out += i == 0 ? "\n{\"type\":" : ",\n{\"type\":";
    append_json_string(out, config_kind(all[i].resource));
    out += ",\"name\":";
    append_json_string(out, all[i].resource.name);
    out += ",\"settings\":{";
    bool is_first = true;
    for (const auto& [name, value] : all[i].settings) {
      if (!is_first) out += ',';
      is_first = false;
      append_json_string(out, name);
      out += ':';
      if (value)
        append_json_string(out, *value);
      else
        out += "null";
    }
    out += "}}";
  }
  return out + "\n]}\n";
}

Result<std::vector<ResourceSettings>> settings_from_json(std::string_view text) {
  std::string scratch;
  scratch.reserve(text.size());
  JsonReader reader(text, scratch);
  std::vector<ResourceSettings> out;
  const auto read_settings = [&](Settings& settings) {
    return reader.read_object([&](std::string_view name) {
      std::optional<std::string_view> value;
      if (!reader.read_nullable_string(value)) return false;
      settings[std::string(name)] = value ? std::optional(std::string(*value)) : std::nullopt;
      return true;
    });
  };
  const auto read_resource = [&] {
    std::string_view type, name;
    ResourceSettings& one = out.emplace_back();
    const bool is_read = reader.read_object([&](std::string_view member) {
      if (member == "type") return reader.read_string(type);
      if (member == "name") return reader.read_string(name);
      if (member == "settings") return read_settings(one.settings);
      return reader.skip();
    });
    if (!is_read) return false;
    const auto kind = type == "cluster" ? ConfigResourceType::broker : parse_kind(type);
    if (!kind) return reader.fail_with("no such type of resource");
    one.resource = {*kind, std::string(name)};
    return true;
  };
  bool has_resources = false;
  const bool is_read = reader.read_object([&](std::string_view member) {
    if (member != "resources") return reader.skip();
    has_resources = true;
    return reader.read_array(read_resource);
  });
  if (!is_read || !reader.is_at_end()) return fail(reader.error());
  if (!has_resources) return fail(ErrorCode::parse_error, "\"resources\" is missing");
  return out;
}

Status plan_changes(client::Client& client, const ConfigResource& resource,
                    const std::vector<ConfigChange>& changes, Table& plan, Settings& undo) {
  TRY_ASSIGN(const auto entries, client::describe_configs(client, resource));
  for (const ConfigChange& change : changes) {
    const auto entry = std::ranges::find(entries, change.name, &ConfigEntry::name);
    std::optional<std::string> before;
    if (entry != entries.end()) before = entry->value;
    const bool was_set = entry != entries.end() && is_set_here(resource, *entry);
    undo[change.name] = was_set ? before : std::nullopt;
    plan.add({std::string(config_kind(resource)), resource.name, change.name, value_cell(before),
              after_cell(change, before)});
  }
  return {};
}

Result<Exit> change_configs(Context& context, const Args& args,
                            const std::vector<ConfigWork>& work) {
  const bool is_dry = args.flag("dry-run");
  TRY_ASSIGN(Session session, Session::open(args, is_dry ? Access::read : Access::write));
  client::Client& client = session.client();
  Table plan(kConfigPlanColumns);
  std::vector<ResourceSettings> undo;
  for (const ConfigWork& one : work)
    TRY(plan_changes(client, one.resource, one.changes, plan,
                     undo.emplace_back(one.resource, Settings{}).settings));
  TRY_ASSIGN(const auto end, context.confirm(plan, "Change these settings?"));
  if (end) {
    TRY(session.close());
    return *end;
  }
  if (const auto path = args.value("undo-file"))
    TRY(replace_file(std::string(*path), settings_to_json(undo), true));
  Exit exit = Exit::done;
  for (const ConfigWork& one : work) {
    const Status changed = client::alter_configs(client, one.resource, one.changes);
    if (changed) continue;
    context.complain(changed.error().text());
    exit = Exit::failed;
  }
  TRY(session.close());
  return exit;
}

}  // namespace spool::cli
