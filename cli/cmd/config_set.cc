// config set, append, subtract, unset: KIND NAME and the settings to change.

#include "cli/cmd/configs.h"

namespace spool::cli {

namespace {

using Kind = client::ConfigChange::Kind;

constexpr OptionRows kConfigSetRows[] = {kPlanOptions, kConfigChangeOptions, kConnectionOptions,
                                         kOutputOptions};

template <Kind kKind>
Result<Exit> run_config_set(Context& context, const Args& args) {
  std::span<const std::string> operands = args.operands();
  TRY_ASSIGN(const auto resource, take_resource(operands));
  ConfigWork work{resource, {}};
  if (operands.empty()) return usage_error("which settings?");
  for (const std::string& text : operands) {
    const size_t equals = text.find('=');
    const bool has_value = equals != std::string::npos;
    if (kKind == Kind::unset) {
      if (has_value) return usage_error(concat("'", text, "': a name alone is unset"));
      work.changes.push_back({text, kKind, std::nullopt});
      continue;
    }
    if (!has_value || equals == 0) return usage_error(concat("'", text, "' is not NAME=VALUE"));
    work.changes.push_back({text.substr(0, equals), kKind, text.substr(equals + 1)});
  }
  return change_configs(context, args, {work});
}

constexpr std::string_view kDescription =
    "KIND is topic, broker, cluster (what holds for all brokers, without NAME), client-metrics or "
    "group. Prints what would change and asks on a terminal; a script says --yes.";

}  // namespace

extern const Command kConfigSetCommand;
constinit const Command kConfigSetCommand = {
    .path = "config set",
    .usage = "[OPTION...] KIND [NAME] SETTING=VALUE...",
    .summary = "Change settings",
    .description = kDescription,
    .examples = "spool config set --undo-file undo.json topic orders retention.ms=3600000",
    .options = kConfigSetRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_config_set<Kind::set>,
};

extern const Command kConfigUnsetCommand;
constinit const Command kConfigUnsetCommand = {
    .path = "config unset",
    .usage = "[OPTION...] KIND [NAME] SETTING...",
    .summary = "Let settings go back to their default",
    .description = kDescription,
    .examples = "spool config unset topic orders retention.ms",
    .options = kConfigSetRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_config_set<Kind::unset>,
};

extern const Command kConfigAppendCommand;
constinit const Command kConfigAppendCommand = {
    .path = "config append",
    .usage = "[OPTION...] KIND [NAME] SETTING=ELEMENT,...",
    .summary = "Add elements to settings that are lists",
    .description = kDescription,
    .examples = "spool config append topic orders cleanup.policy=compact",
    .options = kConfigSetRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_config_set<Kind::append>,
};

extern const Command kConfigSubtractCommand;
constinit const Command kConfigSubtractCommand = {
    .path = "config subtract",
    .usage = "[OPTION...] KIND [NAME] SETTING=ELEMENT,...",
    .summary = "Take elements out of settings that are lists",
    .description = kDescription,
    .examples = "spool config subtract topic orders cleanup.policy=delete",
    .options = kConfigSetRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_config_set<Kind::subtract>,
};

}  // namespace spool::cli
