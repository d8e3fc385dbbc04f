#pragma once

/// kafka-configs for users, clients and ips: their settings are quotas, which belong to one name or
/// to a pair of a user and a client, and have requests of their own (KIP-546).

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "core/client/admin.h"

namespace spool::cli {

/// A user, a client or an ip, as the command line names it.
struct QuotaPart {
  std::string_view type;            ///< "user", "client-id", "ip"
  std::optional<std::string> name;  ///< nullopt: all there are; empty: the default
};

/// Prints the quotas of exactly these parts, and the SCRAM credentials of users.
Status describe_quotas(Context& context, client::Client& client,
                       const std::vector<QuotaPart>& parts);

/// Sets and removes quotas; every part has a name or is the default.
Status alter_quotas(client::Client& client, const std::vector<QuotaPart>& parts,
                    const std::vector<client::ConfigChange>& changes);

}  // namespace spool::cli
