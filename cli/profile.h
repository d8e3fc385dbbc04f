#pragma once

/// Profiles: named places to work with, in .spool.toml of this directory or one above it, and in
/// ~/.config/spool/profiles.toml of the user.
///
///     default = "local"
///     [profiles.local]
///     broker = "localhost:9092"            # or dir = "data"
///     timeout = "10s"                      # and connect-timeout
///     properties = "client.properties"     # both paths are relative to this file
///     set = { acks = "all", "linger.ms" = 20 }

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace spool::cli {

struct Profile {
  std::string origin;  ///< "profile 'local' of /path/.spool.toml", for errors
  std::optional<std::string> broker;
  std::optional<std::string> dir;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<std::chrono::milliseconds> connect_timeout;
  std::optional<std::string> properties;
  std::vector<std::pair<std::string, std::string>> settings;
};

/// The profile of that name, or the default one when no name is given; nullopt when there is none.
/// errors  not_found: no profile has the name; parse_error and invalid_argument: a file that is
///         wrong, with path and line
Result<std::optional<Profile>> find_profile(const std::optional<std::string>& name);

}  // namespace spool::cli
