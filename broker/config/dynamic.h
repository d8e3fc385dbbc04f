#pragma once

/// Rules for settings that change while the broker runs, beyond the rows of the tables.

#include "broker/config/config.h"

namespace spool::broker {

enum class BrokerScope { this_broker, all_brokers };

/// Checks what a broker resource is to be set to, as Kafka's broker does before its controller sees
/// it. Settings that are in no table pass: a plugin may own them.
/// before, after  dynamic settings of the resource now and then
/// errors   invalid_config in Kafka's words (which answers it as an invalid request)
Status validate_dynamic_broker_configs(const ConfigMap& before, const ConfigMap& after,
                                       BrokerScope scope, const ConfigView& view);

/// Checks all settings a group is to have: names, values, and the broker's bounds for them.
/// errors   invalid_config in Kafka's words
Status validate_group_configs(const ConfigMap& overrides, const ConfigView& view);

/// Checks all settings a client metrics subscription is to have (KIP-714).
/// errors   invalid_request: unknown names, an interval out of range; invalid_config: a pattern
Status validate_client_metrics_configs(const ConfigMap& overrides);

/// A client metrics subscription, read.
struct ClientMetricsConfig {
  struct Match {
    std::string member;      ///< of the client: client_id, client_software_name, …
    std::string expression;  ///< RE2, has to match it whole
  };
  std::vector<std::string> metrics;
  int32_t interval_ms = 0;
  std::vector<Match> match;  ///< all have to hold
};
/// `overrides` passed validate_client_metrics_configs.
ClientMetricsConfig client_metrics_config(const ConfigMap& overrides);

}  // namespace spool::broker
