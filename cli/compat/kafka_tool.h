#pragma once

/// What the personalities of Kafka's scripts share: their names for options that we have too, and
/// how they name sets of topics.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/io/out.h"
#include "cli/session.h"
#include "core/base/error.h"
#include "core/client/admin.h"

namespace spool::cli {

/// An option of the script and the one of ours that it is.
struct OptionName {
  std::string_view theirs;
  std::string_view ours;
};

/// --bootstrap-server, --command-config and their like, from before and after KIP-1147.
inline constexpr OptionName kConnectionNames[] = {
    {"bootstrap-server", "broker"},    {"bootstrap-servers", "broker"},
    {"broker-list", "broker"},         {"command-config", "properties"},
    {"consumer.config", "properties"}, {"producer.config", "properties"},
    {"consumer-config", "properties"}, {"producer-config", "properties"},
    {"command-property", "property"},  {"consumer-property", "property"},
    {"producer-property", "property"}};

/// Parses the words as the command's, with their names for options, and runs it.
/// names  of this script; looked at before kConnectionNames
Result<Exit> run_tool(const Command& command, std::span<const OptionName> names,
                      const std::vector<std::string>& words, Out& out, Out& err);

/// Topics whose whole name matches the expression ("a|b", "a,b"); all when there is none.
Result<std::vector<client::TopicInfo>> matching_topics(client::Client& client,
                                                       std::optional<std::string_view> expression,
                                                       bool with_internal);

/// What a script does for one of its options, of which a command line has exactly one.
struct ToolAction {
  std::string_view option;
  Access access;
  Result<Exit> (*run)(Context& context, const Args& args, client::Client& client);
};

/// Opens a session for the chosen action and runs it.
/// usage  the error for none or several of them
Result<Exit> run_action(std::span<const ToolAction> actions, std::string_view usage,
                        Context& context, const Args& args);

/// "1,2,3", as the tools list brokers.
std::string joined(const std::vector<int32_t>& numbers);

/// A property as "true" or "false"; what else it says is an error.
Result<bool> parse_bool(std::string_view name, std::string_view value);

}  // namespace spool::cli
