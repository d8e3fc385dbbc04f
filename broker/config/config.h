#pragma once

/// Every setting Kafka 4.4 knows, in one table a kind (broker, topic, group, client metrics), and
/// the values a broker runs with.
///
/// A value of a topic config is looked up in this order (storage-format 8.1): override on the
/// topic, dynamic value of this broker, dynamic default of the cluster, static value
/// (server.properties, environment, --override), default. A setting with several names on the
/// broker side (log.retention.ms, .minutes, .hours) takes the first that is set.
///
/// Static values come from, in order of strength: --override, KAFKA_* environment variables, the
/// file, the default. Our defaults are Kafka's but for the laptop list, kept in table.cc beside
/// `kLaptopDefaults`.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/log_config.h"

namespace spool::broker {

/// Type of a setting; the numbers are DescribeConfigs' config_type.
enum class ConfigType : int8_t {
  unknown = 0,  ///< of settings that are in no table
  boolean = 1,
  string = 2,
  int_ = 3,
  short_ = 4,
  long_ = 5,
  double_ = 6,
  list = 7,
  class_ = 8,
  password = 9,
};

/// Where an effective value comes from; the numbers are DescribeConfigs' config_source.
enum class ConfigSource : int8_t {
  topic = 1,
  dynamic_broker = 2,
  dynamic_default_broker = 3,
  static_broker = 4,
  default_config = 5,
  broker_logger = 6,
  client_metrics = 7,
  group = 8,
};

/// What a value has to satisfy beyond its type.
enum class ConfigRule : int8_t {
  any,
  range,                 ///< low..high, both inclusive
  one_of,                ///< one word of `allowed`
  one_of_ignoring_case,  ///< the same in any case
  list_of,               ///< items of `allowed` (any item when empty); twice counts as once
  non_empty_list,        ///< the same, with at least one item
  gzip_level,            ///< 1..9 or -1
  throttled_replicas,    ///< "*" or partition:broker items
  share_offset_reset,    ///< latest, earliest, by_duration:<ISO 8601 duration>
  non_empty,             ///< a string of at least one character
  quorum_voters,         ///< id@host:port items
  quorum_servers,        ///< host:port items
};

/// How a broker setting may change while the broker runs.
enum class ConfigUpdate : int8_t { read_only, per_broker, cluster_wide };

/// Whether a static broker setting does something here. `ignored` settings are checked, kept,
/// described, and named in a warning when somebody sets them.
enum class ConfigSupport : int8_t { acts, ignored };

/// One row of a table.
struct ConfigDef {
  std::string_view name;
  ConfigType type;
  const char* default_value;  ///< as text, nullptr for null
  ConfigRule rule = ConfigRule::any;
  int64_t low = INT64_MIN;   ///< INT64_MIN: no lower bound
  int64_t high = INT64_MAX;  ///< INT64_MAX: no upper bound
  std::string_view allowed = {};
  ConfigUpdate update = ConfigUpdate::read_only;
  ConfigSupport support = ConfigSupport::acts;
  bool is_internal = false;  ///< settable, but never described
  std::string_view doc = {};

  bool is_sensitive() const { return type == ConfigType::password; }
};

/// The tables, sorted by name.
std::span<const ConfigDef> broker_configs();
std::span<const ConfigDef> topic_configs();
std::span<const ConfigDef> group_configs();
std::span<const ConfigDef> client_metrics_configs();

/// The row of a name, or nullptr.
const ConfigDef* find_config(std::span<const ConfigDef> table, std::string_view name);

/// One broker-side name of a topic config. Its value times `factor` is the topic's value (hours to
/// ms).
struct BrokerSynonym {
  std::string_view name;
  int64_t factor = 1;
};
/// Broker-side names of a topic config, the strongest first; empty when there is none.
std::span<const BrokerSynonym> broker_synonyms(std::string_view topic_config);

/// Checks one value against its row: type, then rule.
/// errors   invalid_config, in the words of Kafka's ConfigException
Status validate_value(const ConfigDef& def, std::string_view value);

// ---------------------------------------------------------------------------------------------------------------------
// Inputs

/// One `key=value` of a properties file and the line (from 1) it begins at.
struct Property {
  std::string key;
  std::string value;
  int32_t line = 0;
};

/// Parses Java's properties grammar: # and ! comments, `=`, `:` or white space between key and
/// value, \ continuation lines, \t \n \r \f \uXXXX escapes. The text is UTF-8. errors parse_error:
/// a malformed \uXXXX, with its line
Result<std::vector<Property>> parse_properties(std::string_view text);

/// The setting an environment variable of Kafka's container image names: KAFKA_LOG_DIRS is
/// log.dirs, two underscores are one, three are a dash. nullopt for names without KAFKA_ and for
/// those that configure the JVM (KAFKA_HEAP_OPTS…).
std::optional<std::string> config_name_of_environment(std::string_view variable);

/// What a start hands in.
struct ConfigInputs {
  std::string file_name;  ///< for messages
  std::string file_text;  ///< contents of server.properties; empty when there is none
  std::vector<std::pair<std::string, std::string>> environment;  ///< all variables, or none
  std::vector<std::string> overrides;                            ///< "key=value", later ones win
};

/// One address of `listeners` or `advertised.listeners`.
struct ListenerAddress {
  std::string name;      ///< upper case, e.g. "PLAINTEXT"
  std::string protocol;  ///< PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
  std::string host;      ///< empty: every address (advertised: the machine's name)
  uint16_t port = 0;
};

/// The same type as in metadata/image.h: settings by name.
using ConfigMap = std::map<std::string, std::string, std::less<>>;

/// The static values of one broker. Immutable after load(); safe from any thread.
class BrokerConfig {
 public:
  /// A broker without file, environment and overrides.
  BrokerConfig();

  /// Reads and checks all inputs. Unknown and unsupported settings are named in `warnings`.
  /// errors   invalid_config naming setting, value, where it was given and what is allowed;
  /// parse_error
  static Result<BrokerConfig> load(const ConfigInputs& inputs, std::vector<std::string>& warnings);

  /// The value given for a setting; nullopt when none was given. Also finds settings that are not
  /// in the table.
  std::optional<std::string_view> given(std::string_view name) const;
  /// The given value, or else the default; nullopt for null. The name must be in the table.
  std::optional<std::string_view> value(std::string_view name) const;
  const ConfigMap& given_values() const { return given_; }

  // Typed values of rows of the table; the type must be the row's and the value not null.
  int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const;
  double real(std::string_view name) const;
  std::string text(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;

  // Values that several settings make together.
  int32_t node_id() const;
  std::vector<std::string> log_dirs() const;  ///< log.dirs, or else log.dir
  /// True when the start names no directory; the caller then chooses its default one.
  bool has_log_dirs() const;
  const std::vector<ListenerAddress>& listeners() const { return listeners_; }
  const std::vector<ListenerAddress>& advertised_listeners() const { return advertised_listeners_; }

 private:
  void mirror_node_id();
  Status check_together();

  ConfigMap given_;
  std::vector<ListenerAddress> listeners_;
  std::vector<ListenerAddress> advertised_listeners_;
};

// ---------------------------------------------------------------------------------------------------------------------
// Effective values

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;  ///< nullopt for null and for sensitive values
  ConfigSource source;
};

/// One entry as DescribeConfigs shows it.
struct EffectiveConfig {
  std::string name;
  std::optional<std::string> value;  ///< nullopt for null and for sensitive values
  ConfigSource source = ConfigSource::default_config;
  ConfigType type = ConfigType::string;
  bool is_read_only = false;
  bool is_sensitive = false;
  std::vector<ConfigSynonym> synonyms;  ///< the strongest first, as Kafka orders them
  std::string_view doc;                 ///< static storage
};

/// Static values with the dynamic ones of a metadata image laid over them. Borrows all three: they
/// outlive the view.
class ConfigView {
 public:
  /// broker_dynamic   config records of resource (broker, our node id)
  /// cluster_dynamic  config records of resource (broker, "")
  ConfigView(const BrokerConfig& broker, const ConfigMap& broker_dynamic,
             const ConfigMap& cluster_dynamic)
      : static_(broker), broker_dynamic_(broker_dynamic), cluster_dynamic_(cluster_dynamic) {}

  /// Effective value of one topic config (a name of topic_configs()) under the topic's overrides;
  /// nullopt for null.
  std::optional<std::string> topic_value(std::string_view name,
                                         const ConfigMap& topic_overrides) const;
  /// Every topic config but the internal ones (37 in Kafka 4.4), sorted by name.
  std::vector<EffectiveConfig> describe_topic(const ConfigMap& topic_overrides) const;
  /// Every broker config of this broker but the internal ones, sorted by name.
  std::vector<EffectiveConfig> describe_broker() const;
  /// The dynamic cluster-wide defaults that are set (resource broker with an empty name).
  std::vector<EffectiveConfig> describe_cluster_defaults() const;
  /// Group configs: overrides, else the broker's static value, else the default.
  std::vector<EffectiveConfig> describe_group(const ConfigMap& group_overrides) const;
  std::vector<EffectiveConfig> describe_client_metrics(const ConfigMap& overrides) const;

  /// Effective value of a broker config under the dynamic ones; nullopt for null. The name must be
  /// in the table.
  std::optional<std::string> broker_value(std::string_view name) const;
  int64_t broker_integer(std::string_view name) const;

  /// What the log of one topic runs with.
  /// errors   invalid_config: an override does not parse (a record written by something else)
  Result<storage::LogConfig> log_config(const ConfigMap& topic_overrides) const;

 private:
  std::optional<std::string> broker_side_topic_value(const ConfigDef& def) const;

  const BrokerConfig& static_;
  const ConfigMap& broker_dynamic_;
  const ConfigMap& cluster_dynamic_;
};

/// Checks the overrides a topic is to have (all of them, not only the changed ones), as Kafka's
/// controller does for CreateTopics and AlterConfigs: names, nulls, values, and values against each
/// other. errors   invalid_config in Kafka's words
Status validate_topic_configs(
    const std::vector<std::pair<std::string, std::optional<std::string>>>& overrides,
    const ConfigView& view);

}  // namespace spool::broker
