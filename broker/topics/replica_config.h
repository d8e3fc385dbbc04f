#pragma once

#include "broker/config/config.h"
#include "broker/topics/replica.h"

namespace spool::broker {

/// What a topic's overrides make of its partitions.
/// errors   invalid_config: a value does not parse
Result<ReplicaConfig> replica_config(const ConfigView& view, const ConfigMap& overrides);

}  // namespace spool::broker
