/// Effective values: static and dynamic ones laid over each other, and how DescribeConfigs shows
/// them.

#include <algorithm>
#include <array>
#include <set>

#include "broker/config/config.h"
#include "broker/config/value.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace spool::broker {

using config_detail::canonical;
using config_detail::parse_boolean;
using config_detail::parse_double;
using config_detail::parse_integer;
using config_detail::parse_set;

namespace {

const std::string* find(const ConfigMap& map, std::string_view name) {
  const auto at = map.find(name);
  return at == map.end() ? nullptr : &at->second;
}

/// Broker settings whose value can be given in other units under other names (ms, minutes, hours).
/// A group lists them the strongest first.
constexpr std::array<std::array<std::string_view, 3>, 4> kUnitGroups = {{
    {"log.retention.ms", "log.retention.minutes", "log.retention.hours"},
    {"log.roll.ms", "log.roll.hours"},
    {"log.roll.jitter.ms", "log.roll.jitter.hours"},
    {"log.flush.interval.ms", "log.flush.scheduler.interval.ms"},
}};

/// The broker settings that may give the value of `name`, the strongest first.
std::vector<std::string_view> names_for(std::string_view name) {
  for (const auto& group : kUnitGroups) {
    if (std::ranges::find(group, name) == group.end()) continue;
    // Only the first name of the flush group is listed with its fallback.
    if (group[0] == "log.flush.interval.ms" && name != group[0]) break;
    std::vector<std::string_view> names;
    for (const std::string_view other : group)
      if (!other.empty()) names.push_back(other);
    return names;
  }
  return {name};
}

/// Lists what is set for one broker setting, the strongest first, beginning with `name` itself:
/// Kafka drops what stands in front of it, so that log.retention.hours does not show
/// log.retention.ms, and log.retention.ms shows nothing at all while only the hours are set.
class SynonymList {
 public:
  SynonymList(const BrokerConfig& config, const ConfigMap& broker, const ConfigMap& cluster)
      : config_(config), broker_(broker), cluster_(cluster) {}

  std::vector<ConfigSynonym> of(std::string_view name, bool is_sensitive) const {
    std::vector<ConfigSynonym> all;
    for (const std::string_view other : names_for(name)) add(all, other, is_sensitive);
    const auto first = std::ranges::find(all, name, &ConfigSynonym::name);
    return {first, all.end()};
  }

 private:
  void add(std::vector<ConfigSynonym>& out, std::string_view name, bool is_sensitive) const {
    const auto entry = [&](std::string_view value, ConfigSource source) {
      std::optional<std::string> shown;
      if (!is_sensitive) shown = value;
      out.push_back({std::string(name), std::move(shown), source});
    };
    if (const std::string* value = find(broker_, name)) entry(*value, ConfigSource::dynamic_broker);
    if (const std::string* value = find(cluster_, name))
      entry(*value, ConfigSource::dynamic_default_broker);
    if (const auto value = config_.given(name)) entry(*value, ConfigSource::static_broker);
    const ConfigDef* def = find_config(broker_configs(), name);
    if (def != nullptr && def->default_value != nullptr)
      entry(def->default_value, ConfigSource::default_config);
  }

  const BrokerConfig& config_;
  const ConfigMap& broker_;
  const ConfigMap& cluster_;
};

EffectiveConfig entry_of(const ConfigDef& def, std::optional<std::string> value,
                         std::vector<ConfigSynonym> synonyms) {
  EffectiveConfig entry;
  entry.name = def.name;
  entry.type = def.type;
  entry.is_sensitive = def.is_sensitive();
  if (value && !entry.is_sensitive) entry.value = canonical(def, *value);
  if (!synonyms.empty()) entry.source = synonyms.front().source;
  entry.synonyms = std::move(synonyms);
  entry.doc = def.doc;
  return entry;
}

/// Kafka sets these at run time only, and describes them once they are set.
constexpr std::array<std::string_view, 3> kReplicationRates = {
    "follower.replication.throttled.rate",
    "leader.replication.throttled.rate",
    "replica.alter.log.dirs.io.max.bytes.per.second",
};
bool is_described_when_set(std::string_view name) {
  return find_config(broker_configs(), name) == nullptr ||
         std::ranges::find(kReplicationRates, name) != kReplicationRates.end();
}

/// The setting that one with a listener's prefix overrides: max.connections of
/// listener.name.internal.max.connections. nullptr: none.
const ConfigDef* overridden_by_listener(std::string_view name) {
  constexpr std::string_view kPrefix = "listener.name.";
  if (!name.starts_with(kPrefix)) return nullptr;
  const size_t dot = name.find('.', kPrefix.size());
  return dot == name.npos ? nullptr : find_config(broker_configs(), name.substr(dot + 1));
}

/// Settings in no table may be secrets of a plugin: named, never shown (Kafka does the same).
EffectiveConfig unknown_entry(std::string_view name, std::vector<ConfigSynonym> synonyms) {
  EffectiveConfig entry;
  entry.name = name;
  entry.type = ConfigType::unknown;
  entry.is_read_only = true;
  entry.is_sensitive = true;
  if (!synonyms.empty()) entry.source = synonyms.front().source;
  entry.synonyms = std::move(synonyms);
  return entry;
}

EffectiveConfig entry_when_set(std::string_view name, std::optional<std::string> value,
                               const SynonymList& broker_side) {
  if (const ConfigDef* def = find_config(broker_configs(), name)) {
    EffectiveConfig entry = entry_of(*def, std::move(value), broker_side.of(name, false));
    entry.is_read_only = false;
    return entry;
  }
  const ConfigDef* def = overridden_by_listener(name);
  if (def == nullptr) return unknown_entry(name, broker_side.of(name, true));
  std::vector<ConfigSynonym> synonyms = broker_side.of(name, def->is_sensitive());
  for (ConfigSynonym& general : broker_side.of(def->name, def->is_sensitive()))
    synonyms.push_back(std::move(general));
  EffectiveConfig entry = entry_of(*def, std::move(value), std::move(synonyms));
  entry.name = name;
  entry.is_read_only = true;
  return entry;
}

void put_first(std::vector<ConfigSynonym>& synonyms, std::string_view name,
               const std::string* value, ConfigSource source) {
  if (value != nullptr) synonyms.insert(synonyms.begin(), {std::string(name), *value, source});
}

std::optional<std::string> default_of(const ConfigDef& def) {
  if (def.default_value == nullptr) return std::nullopt;
  return std::string(def.default_value);
}

/// The broker setting that gives a group config its default; the group config's own name when there
/// is none.
std::string broker_name_of_group_config(std::string_view name) {
  if (name == "streams.assignor.name") return "group.streams.assignors";
  const std::string prefixed = concat("group.", name);
  return find_config(broker_configs(), prefixed) != nullptr ? prefixed : std::string(name);
}

}  // namespace

std::optional<std::string> ConfigView::broker_value(std::string_view name) const {
  if (const std::string* value = find(broker_dynamic_, name)) return *value;
  if (const std::string* value = find(cluster_dynamic_, name)) return *value;
  if (const auto value = static_.value(name)) return std::string(*value);
  return std::nullopt;
}

int64_t ConfigView::broker_integer(std::string_view name) const {
  const auto value = broker_value(name);
  const auto number = value ? parse_integer(*value) : std::nullopt;
  // A dynamic value that something else wrote may be anything; the static one was checked.
  return number ? *number : static_.integer(name);
}

std::optional<std::string> ConfigView::broker_side_topic_value(const ConfigDef& def) const {
  for (const BrokerSynonym& synonym : broker_synonyms(def.name)) {
    const auto value = broker_value(synonym.name);
    if (!value) continue;
    if (def.name == "retention.ms" || synonym.factor != 1) {
      const auto number = parse_integer(*value);
      if (!number) continue;
      if (*number < 0 && def.name == "retention.ms") return "-1";
      int64_t product = 0;
      if (__builtin_mul_overflow(*number, synonym.factor, &product)) product = INT64_MAX;
      return std::to_string(product);
    }
    return value;
  }
  return default_of(def);
}

std::optional<std::string> ConfigView::topic_value(std::string_view name,
                                                   const ConfigMap& topic_overrides) const {
  const ConfigDef* def = find_config(topic_configs(), name);
  CHECK(def != nullptr);
  if (const std::string* value = find(topic_overrides, name)) return canonical(*def, *value);
  auto value = broker_side_topic_value(*def);
  if (value) value = canonical(*def, *value);
  return value;
}

std::vector<EffectiveConfig> ConfigView::describe_topic(const ConfigMap& topic_overrides) const {
  const SynonymList broker_side(static_, broker_dynamic_, cluster_dynamic_);
  std::vector<EffectiveConfig> entries;
  for (const ConfigDef& def : topic_configs()) {
    if (def.is_internal) continue;
    std::vector<ConfigSynonym> synonyms;
    if (const auto names = broker_synonyms(def.name); !names.empty())
      synonyms = broker_side.of(names.front().name, def.is_sensitive());
    put_first(synonyms, def.name, find(topic_overrides, def.name), ConfigSource::topic);
    entries.push_back(entry_of(def, topic_value(def.name, topic_overrides), std::move(synonyms)));
  }
  return entries;
}

std::vector<EffectiveConfig> ConfigView::describe_broker() const {
  const SynonymList broker_side(static_, broker_dynamic_, cluster_dynamic_);
  std::vector<EffectiveConfig> entries;
  for (const ConfigDef& def : broker_configs()) {
    if (def.is_internal) continue;
    entries.push_back(
        entry_of(def, broker_value(def.name), broker_side.of(def.name, def.is_sensitive())));
    entries.back().is_read_only = def.update == ConfigUpdate::read_only;
  }
  std::set<std::string_view> unknown;  // or not described while unset
  for (const ConfigMap* settings : {&static_.given_values(), &broker_dynamic_, &cluster_dynamic_})
    for (const auto& [name, value] : *settings)
      if (is_described_when_set(name)) unknown.insert(name);
  for (const std::string_view name : unknown)
    entries.push_back(entry_when_set(name, broker_value(name), broker_side));
  std::ranges::sort(entries, {}, &EffectiveConfig::name);
  return entries;
}

std::vector<EffectiveConfig> ConfigView::describe_cluster_defaults() const {
  std::vector<EffectiveConfig> entries;
  for (const auto& [name, value] : cluster_dynamic_) {
    const ConfigDef* def = find_config(broker_configs(), name);
    std::vector<ConfigSynonym> synonyms(1);
    synonyms[0].name = name;
    synonyms[0].source = ConfigSource::dynamic_default_broker;
    if (def == nullptr) {
      entries.push_back(unknown_entry(name, std::move(synonyms)));
      continue;
    }
    if (!def->is_sensitive()) synonyms[0].value = value;
    entries.push_back(entry_of(*def, value, std::move(synonyms)));
    entries.back().is_read_only = def->update == ConfigUpdate::read_only;
  }
  return entries;
}

std::vector<EffectiveConfig> ConfigView::describe_group(const ConfigMap& group_overrides) const {
  const SynonymList broker_side(static_, broker_dynamic_, cluster_dynamic_);
  std::vector<EffectiveConfig> entries;
  for (const ConfigDef& def : group_configs()) {
    if (def.is_internal) continue;
    const std::string broker_name = broker_name_of_group_config(def.name);
    const bool has_broker_side = find_config(broker_configs(), broker_name) != nullptr;
    std::optional<std::string> value =
        has_broker_side ? broker_value(broker_name) : default_of(def);
    std::vector<ConfigSynonym> synonyms = broker_side.of(broker_name, def.is_sensitive());
    if (!has_broker_side && value)
      synonyms.push_back({broker_name, value, ConfigSource::default_config});
    const std::string* override_value = find(group_overrides, def.name);
    put_first(synonyms, def.name, override_value, ConfigSource::group);
    if (override_value != nullptr) value = *override_value;
    entries.push_back(entry_of(def, std::move(value), std::move(synonyms)));
  }
  return entries;
}

std::vector<EffectiveConfig> ConfigView::describe_client_metrics(const ConfigMap& overrides) const {
  std::vector<EffectiveConfig> entries;
  for (const ConfigDef& def : client_metrics_configs()) {
    std::vector<ConfigSynonym> synonyms;
    const std::string* value = find(overrides, def.name);
    put_first(synonyms, def.name, value, ConfigSource::client_metrics);
    entries.push_back(
        entry_of(def, value != nullptr ? *value : default_of(def), std::move(synonyms)));
  }
  return entries;
}

namespace {

/// Reads effective topic values one by one; the first that does not parse is kept as the error.
class TopicValues {
 public:
  TopicValues(const ConfigView& view, const ConfigMap& overrides)
      : view_(view), overrides_(overrides) {}

  std::string text(std::string_view name) {
    const ConfigDef* def = find_config(topic_configs(), name);
    CHECK(def != nullptr);
    const std::string value = view_.topic_value(name, overrides_).value_or("");
    if (Status valid = validate_value(*def, value); !valid && status_) status_ = std::move(valid);
    return value;
  }
  int64_t integer(std::string_view name) { return parse_integer(text(name)).value_or(0); }
  int32_t int32(std::string_view name) { return static_cast<int32_t>(integer(name)); }
  bool boolean(std::string_view name) { return parse_boolean(text(name)).value_or(false); }
  double real(std::string_view name) { return parse_double(text(name)).value_or(0); }
  Status& status() { return status_; }

 private:
  const ConfigView& view_;
  const ConfigMap& overrides_;
  Status status_;
};

}  // namespace

Result<storage::LogConfig> ConfigView::log_config(const ConfigMap& topic_overrides) const {
  TopicValues values(*this, topic_overrides);
  storage::LogConfig config;
  const std::vector<std::string> policy = parse_set(values.text("cleanup.policy"));
  config.is_deleted = std::ranges::find(policy, "delete") != policy.end();
  config.is_compacted = std::ranges::find(policy, "compact") != policy.end();
  config.segment_bytes = values.int32("segment.bytes");
  if (topic_value("internal.segment.bytes", topic_overrides))
    config.segment_bytes = values.int32("internal.segment.bytes");
  config.segment_ms = values.integer("segment.ms");
  config.segment_jitter_ms = values.integer("segment.jitter.ms");
  config.segment_index_bytes = values.int32("segment.index.bytes");
  config.index_interval_bytes = values.int32("index.interval.bytes");
  config.preallocate = values.boolean("preallocate");
  config.retention_ms = values.integer("retention.ms");
  config.retention_bytes = values.integer("retention.bytes");
  config.file_delete_delay_ms = values.integer("file.delete.delay.ms");
  config.min_cleanable_dirty_ratio = values.real("min.cleanable.dirty.ratio");
  config.min_compaction_lag_ms = values.integer("min.compaction.lag.ms");
  config.max_compaction_lag_ms = values.integer("max.compaction.lag.ms");
  config.delete_retention_ms = values.integer("delete.retention.ms");
  config.flush_messages = values.integer("flush.messages");
  config.flush_ms = values.integer("flush.ms");
  config.max_message_bytes = values.int32("max.message.bytes");
  config.message_timestamp_type = values.text("message.timestamp.type") == "LogAppendTime"
                                      ? record::TimestampType::log_append_time
                                      : record::TimestampType::create_time;
  if (!values.status()) return fail(std::move(values.status().error()));
  return config;
}

namespace {

using Overrides = std::vector<std::pair<std::string, std::optional<std::string>>>;

Status refuse_nulls(const Overrides& overrides) {
  std::string names;
  for (const auto& [name, value] : overrides)
    if (!value) append_text(names, names.empty() ? "" : ",", name);
  if (names.empty()) return {};
  return fail(ErrorCode::invalid_config,
              concat("Null value not supported for topic configs: ", names));
}

Status check_topic_values_together(const ConfigMap& values, const ConfigView& view) {
  const auto lag = [&](std::string_view name) {
    return parse_integer(view.topic_value(name, values).value_or("")).value_or(0);
  };
  const int64_t min_lag = lag("min.compaction.lag.ms");
  const int64_t max_lag = lag("max.compaction.lag.ms");
  if (min_lag > max_lag)
    return fail(ErrorCode::invalid_config,
                concat("conflict topic config setting min.compaction.lag.ms (", min_lag,
                       ") > max.compaction.lag.ms (", max_lag, ")"));
  if (view.topic_value("remote.storage.enable", values) == "true")
    return fail(
        ErrorCode::invalid_config,
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with "
        "remote log storage.");
  return {};
}

}  // namespace

Status validate_topic_configs(const Overrides& overrides, const ConfigView& view) {
  TRY(refuse_nulls(overrides));
  for (const auto& [name, value] : overrides)
    if (find_config(topic_configs(), name) == nullptr)
      return fail(ErrorCode::invalid_config, concat("Unknown topic config name: ", name));
  ConfigMap values;
  for (const auto& [name, value] : overrides) {
    TRY(validate_value(*find_config(topic_configs(), name), *value));
    values[name] = *value;
  }
  return check_topic_values_together(values, view);
}

}  // namespace spool::broker
