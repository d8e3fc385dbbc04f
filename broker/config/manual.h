#pragma once

#include <string>

namespace spool::broker {

/// man/spool-configs.7: every setting with its type, default, bounds and what it does, from the tables.
std::string config_manual();

}  // namespace spool::broker
