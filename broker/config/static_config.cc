/// The static values of a broker: gathered from file, environment and overrides, checked alone and
/// against each other.

#include <algorithm>
#include <set>

#include "broker/config/config.h"
#include "broker/config/value.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace spool::broker {

using config_detail::parse_boolean;
using config_detail::parse_double;
using config_detail::parse_integer;
using config_detail::parse_list;
using config_detail::parse_set;

namespace {

struct Given {
  std::string value;
  std::string origin;  ///< for messages: "server.properties:12", "KAFKA_LOG_DIRS", "--override"
};
using GivenMap = std::map<std::string, Given>;

/// Settings that plugins, not the broker, read; and settings of one listener. Kafka takes them
/// without a word.
bool is_foreign_but_known(std::string_view name) {
  return name.starts_with("listener.name.") || name.starts_with("rsm.config.") ||
         name.starts_with("rlmm.config.") || name == "super.users" ||
         name == "allow.everyone.if.no.acl.found";
}

Status gather(const ConfigInputs& inputs, GivenMap& given) {
  auto properties = parse_properties(inputs.file_text);
  if (!properties) return fail(properties.error().with_context(inputs.file_name));
  for (Property& property : *properties)
    given[property.key] = {std::move(property.value), concat(inputs.file_name, ':', property.line)};
  for (const auto& [variable, value] : inputs.environment)
    if (const auto name = config_name_of_environment(variable)) given[*name] = {value, variable};
  for (const std::string& item : inputs.overrides) {
    const size_t equals = item.find('=');
    const std::string_view name = trim(std::string_view(item).substr(0, equals));
    if (equals == std::string::npos || name.empty())
      return fail(ErrorCode::invalid_config, concat("--override ", item, ": expected key=value"));
    given[std::string(name)] = {item.substr(equals + 1), "--override"};
  }
  return {};
}

/// Numbers of rows whose limits are not a plain range in Kafka's table but are checked at its
/// start.
Status check_retention_time(const ConfigDef& def, std::string_view value) {
  if (def.name != "log.retention.ms" && def.name != "log.retention.minutes" &&
      def.name != "log.retention.hours")
    return {};
  if (*parse_integer(value) != 0) return {};
  return config_detail::invalid_value(def, value,
                                      "Value must be at least 1, or negative for no limit");
}

Status check_given(const std::string& name, const Given& given,
                   std::vector<std::string>& warnings) {
  const ConfigDef* def = find_config(broker_configs(), name);
  if (def == nullptr) {
    if (is_foreign_but_known(name))
      warnings.push_back(concat(given.origin, ": ", name, " is not supported and is ignored"));
    else
      warnings.push_back(
          concat(given.origin, ": ", name, " is not a known setting and is ignored"));
    return {};
  }
  Status status = validate_value(*def, given.value);
  if (status) status = check_retention_time(*def, given.value);
  if (!status) return fail(status.error().with_context(given.origin));
  const bool is_default =
      def->default_value != nullptr && config_detail::canonical(*def, given.value) ==
                                           config_detail::canonical(*def, def->default_value);
  if (def->support == ConfigSupport::ignored && !is_default)
    warnings.push_back(concat(given.origin, ": ", name, " is not supported and is ignored"));
  return {};
}

using ProtocolMap = std::map<std::string, std::string>;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

Result<ProtocolMap> parse_protocol_map(const std::vector<std::string>& items) {
  ProtocolMap map;
  for (const std::string& item : items) {
    const size_t colon = item.find(':');
    const std::string protocol =
        colon == std::string::npos ? "" : upper(trim(std::string_view(item).substr(colon + 1)));
    if (protocol != "PLAINTEXT" && protocol != "SSL" && protocol != "SASL_PLAINTEXT" &&
        protocol != "SASL_SSL")
      return fail(
          ErrorCode::invalid_config,
          concat("listener.security.protocol.map: '", item,
                 "': expected NAME:PROTOCOL with PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"));
    map[upper(trim(std::string_view(item).substr(0, colon)))] = protocol;
  }
  return map;
}

std::unexpected<Error> bad_address(std::string_view setting, std::string_view item,
                                   std::string_view reason) {
  return fail(ErrorCode::invalid_config, concat(setting, ": '", item, "': ", reason));
}

/// NAME://host:port, where host may be empty or an IPv6 address in brackets.
Result<ListenerAddress> parse_address(std::string_view setting, const std::string& item,
                                      const ProtocolMap& protocols) {
  const size_t scheme_end = item.find("://");
  const size_t colon = item.rfind(':');
  if (scheme_end == std::string::npos || scheme_end == 0 || colon < scheme_end + 3)
    return bad_address(setting, item, "expected NAME://host:port");
  ListenerAddress address;
  address.name = upper(trim(std::string_view(item).substr(0, scheme_end)));
  address.host = item.substr(scheme_end + 3, colon - scheme_end - 3);
  if (address.host.starts_with('[')) {
    if (!address.host.ends_with(']')) return bad_address(setting, item, "missing ]");
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return bad_address(setting, item, "an IPv6 address goes into brackets");
  }
  const auto port = parse_int<uint16_t>(std::string_view(item).substr(colon + 1));
  if (!port) return bad_address(setting, item, "the port must be a number from 0 to 65535");
  address.port = *port;
  const auto protocol = protocols.find(address.name);
  if (protocol == protocols.end())
    return bad_address(setting, item,
                       concat("no security protocol defined for listener ", address.name,
                              " in listener.security.protocol.map"));
  address.protocol = protocol->second;
  return address;
}

bool is_named(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const std::string& other) { return upper(other) == name; });
}

/// The addresses that are ours to open: those of the controller are left out.
Result<std::vector<ListenerAddress>> parse_addresses(std::string_view setting,
                                                     const std::vector<std::string>& items,
                                                     const ProtocolMap& protocols,
                                                     const std::vector<std::string>& controllers) {
  std::vector<ListenerAddress> addresses;
  std::set<std::string> names;
  for (const std::string& item : items) {
    const std::string name = upper(trim(std::string_view(item).substr(0, item.find(':'))));
    if (is_named(controllers, name)) continue;
    TRY_ASSIGN(ListenerAddress address, parse_address(setting, item, protocols));
    if (!names.insert(address.name).second)
      return bad_address(setting, item, "each listener must have a different name");
    for (const ListenerAddress& other : addresses)
      if (setting == "listeners" && address.port != 0 && other.port == address.port &&
          other.host == address.host)
        return bad_address(setting, item, "each listener must have a different address");
    addresses.push_back(std::move(address));
  }
  return addresses;
}

}  // namespace

BrokerConfig::BrokerConfig() { CHECK(check_together().has_value()); }

Result<BrokerConfig> BrokerConfig::load(const ConfigInputs& inputs,
                                        std::vector<std::string>& warnings) {
  GivenMap given;
  TRY(gather(inputs, given));
  for (const auto& [name, entry] : given) TRY(check_given(name, entry, warnings));
  BrokerConfig config;
  for (auto& [name, entry] : given) config.given_[name] = std::move(entry.value);
  config.mirror_node_id();
  TRY(config.check_together());
  return config;
}

/// node.id and its older name broker.id are one setting: giving one gives the other.
void BrokerConfig::mirror_node_id() {
  if (given("node.id") && !given("broker.id")) given_["broker.id"] = given_["node.id"];
  if (!given("node.id") && integer("broker.id") >= 0) given_["node.id"] = given_["broker.id"];
}

std::optional<std::string_view> BrokerConfig::given(std::string_view name) const {
  const auto at = given_.find(name);
  if (at == given_.end()) return std::nullopt;
  return at->second;
}

std::optional<std::string_view> BrokerConfig::value(std::string_view name) const {
  if (const auto text = given(name)) return text;
  const ConfigDef* def = find_config(broker_configs(), name);
  CHECK(def != nullptr);
  if (def->default_value == nullptr) return std::nullopt;
  return std::string_view(def->default_value);
}

int64_t BrokerConfig::integer(std::string_view name) const { return *parse_integer(*value(name)); }
bool BrokerConfig::boolean(std::string_view name) const { return *parse_boolean(*value(name)); }
double BrokerConfig::real(std::string_view name) const { return *parse_double(*value(name)); }
std::string BrokerConfig::text(std::string_view name) const {
  return std::string(trim(value(name).value_or("")));
}
std::vector<std::string> BrokerConfig::list(std::string_view name) const {
  return parse_set(value(name).value_or(""));
}

int32_t BrokerConfig::node_id() const { return static_cast<int32_t>(integer("node.id")); }

bool BrokerConfig::has_log_dirs() const { return given("log.dirs") || given("log.dir"); }

std::vector<std::string> BrokerConfig::log_dirs() const {
  return value("log.dirs") ? list("log.dirs") : list("log.dir");
}

namespace {

Status check_identity(const BrokerConfig& config) {
  const auto broker_id = config.given("broker.id");
  if (broker_id && config.given("node.id") && config.integer("broker.id") >= 0 &&
      config.integer("broker.id") != config.integer("node.id"))
    return fail(ErrorCode::invalid_config,
                "broker.id and node.id are given and differ; they must be the same");
  if (!is_named(config.list("process.roles"), "BROKER"))
    return fail(
        ErrorCode::invalid_config,
        "process.roles: this broker is broker and controller in one; the role broker is missing");
  for (const std::string& voter : config.list("controller.quorum.voters"))
    if (parse_integer(voter.substr(0, voter.find('@'))) != config.node_id())
      return fail(ErrorCode::invalid_config,
                  concat("controller.quorum.voters: '", voter,
                         "' is another node; only a quorum of this node alone is supported"));
  return {};
}

Status check_limits(const BrokerConfig& config) {
  const int64_t queued_bytes = config.integer("queued.max.request.bytes");
  if (queued_bytes > 0 && queued_bytes < config.integer("socket.request.max.bytes"))
    return fail(ErrorCode::invalid_config,
                "queued.max.request.bytes must be larger or equal to socket.request.max.bytes");
  if (config.log_dirs().size() > 1)
    return fail(ErrorCode::invalid_config,
                "log.dirs: several data directories are not supported; name one");
  const int64_t min_lag = config.integer("log.cleaner.min.compaction.lag.ms");
  const int64_t max_lag = config.integer("log.cleaner.max.compaction.lag.ms");
  if (min_lag > max_lag)
    return fail(ErrorCode::invalid_config,
                concat("conflict topic config setting min.compaction.lag.ms (", min_lag,
                       ") > max.compaction.lag.ms (", max_lag, ")"));
  return {};
}

/// What clients can be sent to: only names of listeners that are open, and no address that means
/// "all of mine".
Status check_advertised(const std::vector<ListenerAddress>& advertised,
                        const std::vector<ListenerAddress>& listeners) {
  for (const ListenerAddress& address : advertised) {
    const bool is_open = std::ranges::any_of(
        listeners, [&](const ListenerAddress& other) { return other.name == address.name; });
    if (!is_open)
      return fail(ErrorCode::invalid_config,
                  concat("advertised.listeners: ", address.name, " is not one of listeners"));
    if (address.host == "0.0.0.0" || address.host == "::")
      return fail(ErrorCode::invalid_config,
                  concat("advertised.listeners cannot use the nonroutable meta-address ",
                         address.host, ". Use a routable IP address."));
  }
  return {};
}

}  // namespace

Status BrokerConfig::check_together() {
  TRY(check_identity(*this));
  TRY(check_limits(*this));
  TRY_ASSIGN(const ProtocolMap protocols,
             parse_protocol_map(list("listener.security.protocol.map")));
  const std::vector<std::string> controllers = list("controller.listener.names");
  TRY_ASSIGN(listeners_, parse_addresses("listeners", list("listeners"), protocols, controllers));
  if (listeners_.empty())
    return fail(ErrorCode::invalid_config,
                "listeners: there must be at least one that is not in controller.listener.names");
  if (!value("advertised.listeners")) {
    advertised_listeners_ = listeners_;
    return {};
  }
  TRY_ASSIGN(advertised_listeners_,
             parse_addresses("advertised.listeners", list("advertised.listeners"), protocols,
                             controllers));
  return check_advertised(advertised_listeners_, listeners_);
}

}  // namespace spool::broker
