#pragma once

/// What the config commands share.
///
/// Settings in a file (config export, import, and --undo-file):
///
///   {"version":1,"resources":[
///   {"type":"topic","name":"orders","settings":{"retention.ms":"3600000","cleanup.policy":null}}
///   ]}
///
/// null is: not set, so that the default holds.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "cli/options.h"
#include "core/client/admin.h"

namespace spool::cli {

/// "topic", "broker", "cluster" (all brokers), "client-metrics", "group".
std::string_view config_kind(const client::ConfigResource& resource);

/// Reads KIND and NAME off the front of the operands; "cluster" has no name.
/// errors  invalid_argument: what is missing, or no such kind
Result<client::ConfigResource> take_resource(std::span<const std::string>& operands);

/// Where a value comes from, by DescribeConfigs' number (KIP-226 and later).
std::string config_source_name(int8_t source);
/// Whether it was set for this resource itself, so that it can be unset.
bool is_set_here(const client::ConfigResource& resource, const client::ConfigEntry& entry);

/// Settings of one resource; nullopt is "not set".
using Settings = std::map<std::string, std::optional<std::string>>;
struct ResourceSettings {
  client::ConfigResource resource;
  Settings settings;
};

std::string settings_to_json(const std::vector<ResourceSettings>& all);
/// errors  parse_error, with the column
Result<std::vector<ResourceSettings>> settings_from_json(std::string_view text);

/// Adds rows "before, after" of the changes to a plan, and their inverse to `undo`.
Status plan_changes(client::Client& client, const client::ConfigResource& resource,
                    const std::vector<client::ConfigChange>& changes, Table& plan, Settings& undo);

/// Columns of such a plan.
inline constexpr Column kConfigPlanColumns[] = {
    {"type"}, {"name"}, {"config"}, {"before"}, {"after"}};

/// One resource and what is to change about it.
struct ConfigWork {
  client::ConfigResource resource;
  std::vector<client::ConfigChange> changes;
};
/// Shows the plan, asks, writes the undo file, and does it. errors of single resources are
/// complaints and exit 1.
Result<Exit> change_configs(Context& context, const Args& args,
                            const std::vector<ConfigWork>& work);

/// What change_configs() reads.
inline constexpr Option kConfigChangeOptions[] = {
    {.name = "undo-file",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Write to FILE what 'config import FILE' needs to take this back",
     .group = "Plan"},
};

}  // namespace spool::cli
