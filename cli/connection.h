#pragma once

/// Where a command works and how its client behaves. Four can say so, the first that does counts:
/// the command line, the environment, a profile, a properties file.

#include <string>

#include "cli/client_properties.h"
#include "cli/options.h"
#include "core/base/error.h"
#include "core/client/client.h"

namespace spool::cli {

/// A broker, or a data directory opened in this process.
struct Target {
  bool is_directory = false;
  std::string where;  ///< "host:port[,host:port...]", or the directory
};

/// -b/--broker, --dir, SPOOL_BROKER, SPOOL_DIR, the profile, the properties file, localhost:9092.
/// Two of one rank are an error. There is no fallback from one kind to the other.
Result<Target> resolve_target(const Args& args);

/// What the profile, --properties and -X say together.
Result<ClientProperties> read_client_properties(const Args& args);

/// The options of a client, without bootstrap and transport.
Result<client::ClientOptions> client_options(const Args& args);

}  // namespace spool::cli
