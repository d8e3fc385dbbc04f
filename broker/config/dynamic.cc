#include "broker/config/dynamic.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <vector>

#include "broker/config/value.h"
#include "core/base/text.h"

namespace spool::broker {

using config_detail::parse_integer;
using config_detail::parse_list;

namespace {

using Names = std::vector<std::string_view>;

/// "message: [a, b]".
Status refuse(std::string_view message, const Names& names) {
  if (names.empty()) return {};
  std::string list;
  for (const std::string_view name : names) append_text(list, list.empty() ? "" : ", ", name);
  return fail(ErrorCode::invalid_config, concat(message, ": [", list, ']'));
}

template <class Predicate>
Names known_names(const ConfigMap& settings, Predicate matches) {
  Names names;
  for (const auto& [name, value] : settings) {
    const ConfigDef* def = find_config(broker_configs(), name);
    if (def != nullptr && matches(*def)) names.push_back(def->name);
  }
  return names;
}

/// Keys and certificates belong to a listener: without its prefix they cannot change.
bool is_of_listener(const ConfigDef& def) {
  return def.name.starts_with("ssl.") && def.update == ConfigUpdate::per_broker;
}

constexpr std::array<std::string_view, 9> kThreadCounts = {
    "background.threads",
    "log.cleaner.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "remote.log.manager.copier.thread.pool.size",
    "remote.log.manager.expiration.thread.pool.size",
    "remote.log.reader.threads",
};

/// Threads come and go by at most a factor of two at a time.
Status check_thread_count(std::string_view name, int64_t wanted, int64_t current) {
  const auto refused = [&](std::string_view why) {
    return fail(ErrorCode::invalid_config,
                concat("Dynamic thread count update validation failed for ", name, '=', wanted,
                       ", value should ", why, current));
  };
  if (wanted == current) return {};
  if (wanted <= 0)
    return fail(ErrorCode::invalid_config,
                concat("Dynamic thread count update validation failed for ", name, '=', wanted,
                       ", value should be at least 1"));
  if (wanted < current / 2) return refused("be at least half the current value ");
  if (wanted > current * 2) return refused("not be greater than double the current value ");
  return {};
}

/// The number a setting is to have: the new value, or the one in force.
int64_t number_of(const ConfigMap& settings, std::string_view name, const ConfigView& view) {
  const auto at = settings.find(name);
  return at != settings.end() ? *parse_integer(at->second) : view.broker_integer(name);
}

Status require(bool holds, std::string_view why) {
  if (holds) return {};
  return fail(ErrorCode::invalid_config, concat("requirement failed: ", why));
}

/// What Kafka's KafkaConfig demands beyond the rows of its table, of the settings that can change.
Status check_requirements(const ConfigMap& settings, const ConfigView& view) {
  const auto is_given = [&](std::string_view name) { return settings.contains(name); };
  const auto number = [&](std::string_view name) { return number_of(settings, name, view); };
  if (is_given("log.retention.ms"))  // below 0 is no limit
    TRY(require(number("log.retention.ms") != 0,
                "log.retention.ms must be unlimited (-1) or, greater than or equal to 1"));
  if (is_given("log.roll.ms"))
    TRY(require(number("log.roll.ms") >= 1, "log.roll.ms must be greater than or equal to 1"));
  if (is_given("log.cleaner.dedupe.buffer.size"))
    TRY(require(number("log.cleaner.dedupe.buffer.size") / number("log.cleaner.threads") > 1 << 20,
                "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread."));
  const std::string overrides = view.broker_value("max.connections.per.ip.overrides").value_or("");
  if (is_given("max.connections.per.ip"))
    TRY(require(number("max.connections.per.ip") > 0 || !overrides.empty() ||
                    is_given("max.connections.per.ip.overrides"),
                "max.connections.per.ip can be set to zero only if "
                "max.connections.per.ip.overrides property is set."));
  if (is_given("max.connections") && number("max.connections") == 0)
    return fail(ErrorCode::invalid_config, "Invalid max.connections 0");
  return {};
}

/// "host:count,host:count".
Status check_ip_overrides(const ConfigMap& settings) {
  const auto at = settings.find("max.connections.per.ip.overrides");
  if (at == settings.end()) return {};
  for (const std::string& item : parse_list(at->second)) {
    const size_t colon = item.rfind(':');
    if (colon == std::string::npos || !parse_int<int32_t>(trim(item.substr(colon + 1))))
      return fail(ErrorCode::invalid_config,
                  concat("Error parsing configuration property "
                         "'max.connections.per.ip.overrides': no HOST:COUNT: ",
                         item));
  }
  return {};
}

Status check_compaction_lag(const ConfigMap& settings, const ConfigView& view) {
  const int64_t min_lag = number_of(settings, "log.cleaner.min.compaction.lag.ms", view);
  const int64_t max_lag = number_of(settings, "log.cleaner.max.compaction.lag.ms", view);
  if (min_lag <= max_lag) return {};
  return fail(ErrorCode::invalid_config,
              concat("conflict topic config setting min.compaction.lag.ms (", min_lag,
                     ") > max.compaction.lag.ms (", max_lag, ')'));
}

Status check_values(const ConfigMap& settings) {
  for (const auto& [name, value] : settings)
    if (const ConfigDef* def = find_config(broker_configs(), name))
      TRY(validate_value(*def, value));
  return check_ip_overrides(settings);
}

Status check_threads(const ConfigMap& before, const ConfigMap& after, const ConfigView& view) {
  for (const std::string_view name : kThreadCounts) {
    const auto wanted = after.find(name);
    if (wanted == after.end()) continue;
    const auto known = before.find(name);
    if (known != before.end() && known->second == wanted->second) continue;
    TRY(check_thread_count(name, *parse_integer(wanted->second), view.broker_integer(name)));
  }
  return {};
}

}  // namespace

Status validate_dynamic_broker_configs(const ConfigMap& before, const ConfigMap& after,
                                       BrokerScope scope, const ConfigView& view) {
  const auto is_fixed = [](const ConfigDef& def) { return def.update == ConfigUpdate::read_only; };
  TRY(refuse("Cannot update these configs dynamically", known_names(after, is_fixed)));
  TRY(refuse(
      "These security configs can be dynamically updated only per-listener using the listener "
      "prefix",
      known_names(after, is_of_listener)));
  TRY(check_values(after));
  const auto is_own = [](const ConfigDef& def) { return def.update == ConfigUpdate::per_broker; };
  if (scope == BrokerScope::all_brokers)
    TRY(refuse("Cannot update these configs at default cluster level, broker id must be specified",
               known_names(after, is_own)));
  TRY(check_requirements(after, view));
  TRY(check_compaction_lag(after, view));
  return check_threads(before, after, view);
}

namespace {

/// The broker sets the bounds of what a group may ask for: consumer.session.timeout.ms lies between
/// group.consumer.min.session.timeout.ms and group.consumer.max.session.timeout.ms.
Status check_group_bounds(std::string_view name, std::string_view value, const ConfigView& view) {
  const size_t dot = name.find('.');
  const std::string prefix = concat("group.", name.substr(0, dot));
  const std::string low_name = concat(prefix, ".min", name.substr(dot));
  const std::string high_name = concat(prefix, ".max", name.substr(dot));
  const bool has_low = find_config(broker_configs(), low_name) != nullptr;
  const bool has_high = find_config(broker_configs(), high_name) != nullptr;
  if (!has_low || !has_high) return {};
  const int64_t number = *parse_integer(value);
  const int64_t low = view.broker_integer(low_name);
  const int64_t high = view.broker_integer(high_name);
  if (number >= low && number <= high) return {};
  return fail(ErrorCode::invalid_config,
              concat(name, " must be in the range ", low, " to ", high, " inclusive."));
}

Status check_beats_within_session(std::string_view kind, const ConfigMap& overrides,
                                  const ConfigView& view) {
  const auto effective = [&](std::string_view name) {
    const auto at = overrides.find(name);
    return at != overrides.end() ? *parse_integer(at->second)
                                 : view.broker_integer(concat("group.", name));
  };
  const std::string session = concat(kind, ".session.timeout.ms");
  const std::string heartbeat = concat(kind, ".heartbeat.interval.ms");
  if (effective(session) > effective(heartbeat)) return {};
  return fail(ErrorCode::invalid_config, concat(session, " must be greater than ", heartbeat));
}

}  // namespace

Status validate_group_configs(const ConfigMap& overrides, const ConfigView& view) {
  for (const auto& [name, value] : overrides)
    if (find_config(group_configs(), name) == nullptr)
      return fail(ErrorCode::invalid_config, concat("Unknown group config name: ", name));
  for (const auto& [name, value] : overrides) {
    TRY(validate_value(*find_config(group_configs(), name), value));
    TRY(check_group_bounds(name, value, view));
  }
  for (const std::string_view kind : {"consumer", "share", "streams"})
    TRY(check_beats_within_session(kind, overrides, view));
  return {};
}

namespace {

constexpr std::array<std::string_view, 6> kClientMatchers = {
    "client_id",
    "client_instance_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
};

ClientMetricsConfig::Match parse_match(std::string_view item) {
  const size_t equals = std::min(item.find('='), item.size());
  return {std::string(trim(item.substr(0, equals))),
          std::string(trim(item.substr(std::min(equals + 1, item.size()))))};
}

bool is_client_pattern(std::string_view item) {
  const auto [member, expression] = parse_match(item);
  return !expression.empty() &&
         std::ranges::find(kClientMatchers, member) != kClientMatchers.end() &&
         re2::RE2(expression, re2::RE2::Quiet).ok();
}

Status check_push_interval(std::string_view value) {
  constexpr int64_t kMinMs = 100;
  constexpr int64_t kMaxMs = 3'600'000;
  const int64_t interval_ms = *parse_integer(value);
  if (interval_ms >= kMinMs && interval_ms <= kMaxMs) return {};
  return fail(ErrorCode::invalid_request,
              concat("Invalid value ", interval_ms, " for interval.ms, interval must be between ",
                     kMinMs, " and ", kMaxMs, " (1 hour)"));
}

}  // namespace

Status validate_client_metrics_configs(const ConfigMap& overrides) {
  for (const auto& [name, value] : overrides)
    if (find_config(client_metrics_configs(), name) == nullptr)
      return fail(ErrorCode::invalid_request,
                  concat("Unknown client metrics configuration: ", name));
  for (const auto& [name, value] : overrides) {
    TRY(validate_value(*find_config(client_metrics_configs(), name), value));
    if (name == "interval.ms") TRY(check_push_interval(value));
    if (name != "match") continue;
    for (const std::string& item : parse_list(value))
      if (!is_client_pattern(item))
        return fail(ErrorCode::invalid_config, concat("Illegal client matching pattern: ", item));
  }
  return {};
}

ClientMetricsConfig client_metrics_config(const ConfigMap& overrides) {
  const auto value = [&](std::string_view name) {
    const auto found = overrides.find(name);
    return found == overrides.end() ? find_config(client_metrics_configs(), name)->default_value
                                    : std::string_view(found->second);
  };
  ClientMetricsConfig config;
  config.metrics = parse_list(value("metrics"));
  config.interval_ms = static_cast<int32_t>(*parse_integer(value("interval.ms")));
  for (const std::string& item : parse_list(value("match")))
    config.match.push_back(parse_match(item));
  return config;
}

}  // namespace spool::broker
