#include "cli/connection.h"

#include <algorithm>
#include <cstdlib>

#include "cli/profile.h"

namespace spool::cli {

namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != 0 ? std::optional<std::string>(value) : std::nullopt;
}

/// A properties file named on the command line takes the place of the default profile, not of one
/// that is named.
Result<std::optional<Profile>> profile_of(const Args& args) {
  if (find_option(args.command(), "profile") == nullptr) return std::optional<Profile>();
  const auto name = owned(args.value("profile"));
  if (!name && args.is_given("properties")) return std::optional<Profile>();
  return find_profile(name);
}

Result<ClientProperties> read_client_properties(const Args& args,
                                                const std::optional<Profile>& profile) {
  ClientProperties out;
  if (find_option(args.command(), "properties") == nullptr) return out;
  if (const auto path = args.value("properties"))
    TRY(read_properties_file(out, std::string(*path)));
  if (profile && profile->properties) TRY(read_properties_file(out, *profile->properties));
  if (profile) {
    for (const auto& [name, value] : profile->settings) {
      const Status set = set_property(out, name, value);
      if (!set) return fail(set.error().with_context(profile->origin));
    }
    if (profile->timeout) out.timeout = out.request_timeout = profile->timeout;
    if (profile->connect_timeout) out.connect_timeout = profile->connect_timeout;
  }
  for (const std::string& setting : args.list("property")) TRY(set_property(out, setting));
  return out;
}

/// Of one rank: both is a contradiction.
Result<std::optional<Target>> one_of(const std::optional<std::string>& broker,
                                     const std::optional<std::string>& dir,
                                     std::string_view complaint) {
  if (broker && dir) return usage_error(std::string(complaint));
  if (broker) return std::optional(Target{false, *broker});
  if (dir) return std::optional(Target{true, *dir});
  return std::optional<Target>();
}

std::optional<std::string> given(const Args& args, std::string_view name) {
  return args.is_given(name) ? owned(args.value(name)) : std::nullopt;
}

}  // namespace

Result<Target> resolve_target(const Args& args) {
  TRY_ASSIGN(const auto by_flag,
             one_of(given(args, "broker"), given(args, "dir"),
                    "--broker and --dir are both given; a command works on a broker or on a "
                    "directory"));
  if (by_flag) return *by_flag;
  TRY_ASSIGN(
      const auto by_variable,
      one_of(variable("SPOOL_BROKER"), variable("SPOOL_DIR"),
             "SPOOL_BROKER and SPOOL_DIR are both set; unset one, or say --broker or --dir"));
  if (by_variable) return *by_variable;
  TRY_ASSIGN(const auto profile, profile_of(args));
  if (profile && profile->dir) return Target{true, *profile->dir};
  if (profile && profile->broker) return Target{false, *profile->broker};
  TRY_ASSIGN(const ClientProperties properties, read_client_properties(args, profile));
  return Target{false, properties.brokers.value_or(std::string(args.text("broker")))};
}

Result<ClientProperties> read_client_properties(const Args& args) {
  TRY_ASSIGN(const auto profile, profile_of(args));
  return read_client_properties(args, profile);
}

Result<client::ClientOptions> client_options(const Args& args) {
  TRY_ASSIGN(const ClientProperties properties, read_client_properties(args));
  TRY_ASSIGN(auto timeout, args.duration("timeout"));
  TRY_ASSIGN(auto connect_timeout, args.duration("connect-timeout"));
  if (!args.is_given("timeout") && properties.timeout) timeout = properties.timeout;
  if (!args.is_given("connect-timeout") && properties.connect_timeout)
    connect_timeout = properties.connect_timeout;
  client::ClientOptions options;
  options.timeout = timeout.value_or(options.timeout);
  options.request_timeout =
      std::min(properties.request_timeout.value_or(options.timeout), options.timeout);
  options.connect_timeout =
      std::min(connect_timeout.value_or(options.connect_timeout), options.timeout);
  if (properties.client_id) options.client_id = *properties.client_id;
  return options;
}

}  // namespace spool::cli
