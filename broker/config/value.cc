#include "broker/config/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/text.h"

namespace spool::broker {

using config_detail::invalid_value;

namespace config_detail {

std::optional<int64_t> parse_integer(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return parse_int<int64_t>(text);
}

std::optional<double> parse_double(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  if (!text.empty() && std::string_view("dDfF").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  const std::string word = to_lower(trim(text));
  if (word == "true") return true;
  if (word == "false") return false;
  return std::nullopt;
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> items;
  text = trim(text);
  if (text.empty()) return items;
  for (const std::string_view item : split(text, ',')) items.emplace_back(trim(item));
  return items;
}

std::vector<std::string> parse_set(std::string_view text) {
  std::vector<std::string> items;
  for (std::string& item : parse_list(text))
    if (std::ranges::find(items, item) == items.end()) items.push_back(std::move(item));
  return items;
}

std::string java_double(double value) {
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value),
                                          std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t e = text.find('e');
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  std::string_view exponent_text = text.substr(e + 1);
  if (exponent_text[0] == '+') exponent_text.remove_prefix(1);
  const int exponent = *parse_int<int>(exponent_text);

  std::string out = value < 0 ? "-" : "";
  if (exponent < -3 || exponent >= 7) {
    const std::string fraction = digits.size() > 1 ? digits.substr(1) : "0";
    return concat(out, digits[0], '.', fraction, 'E', exponent);
  }
  if (exponent < 0)
    return out + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  const size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0') + ".0";
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string canonical(const ConfigDef& def, std::string_view value) {
  switch (def.type) {
    case ConfigType::boolean:
      if (const auto parsed = parse_boolean(value)) return *parsed ? "true" : "false";
      break;
    case ConfigType::int_:
    case ConfigType::short_:
    case ConfigType::long_:
      if (const auto parsed = parse_integer(value)) return std::to_string(*parsed);
      break;
    case ConfigType::double_:
      if (const auto parsed = parse_double(value)) return java_double(*parsed);
      break;
    case ConfigType::list: {
      const bool is_set = def.rule == ConfigRule::list_of || def.rule == ConfigRule::non_empty_list;
      std::string out;
      for (const std::string& item : is_set ? parse_set(value) : parse_list(value))
        append_text(out, out.empty() ? "" : ",", item);
      return out;
    }
    default:
      break;
  }
  return std::string(trim(value));
}

std::unexpected<Error> invalid_value(const ConfigDef& def, std::string_view value,
                                     std::string_view reason) {
  // The value of a password stays out of logs and answers.
  return fail(ErrorCode::invalid_config,
              concat("Invalid value ", def.is_sensitive() ? "[hidden]" : value,
                     " for configuration ", def.name, ": ", reason));
}

}  // namespace config_detail

namespace {

using namespace config_detail;

struct IntegerType {
  std::string_view name;
  int64_t low;
  int64_t high;
};

IntegerType integer_type(ConfigType type) {
  if (type == ConfigType::short_) return {"SHORT", INT16_MIN, INT16_MAX};
  if (type == ConfigType::int_) return {"INT", INT32_MIN, INT32_MAX};
  return {"LONG", INT64_MIN, INT64_MAX};
}

template <class Number>
Status check_range(const ConfigDef& def, std::string_view shown, Number number) {
  if (def.low != INT64_MIN && number < static_cast<Number>(def.low))
    return invalid_value(def, shown, concat("Value must be at least ", def.low));
  if (def.high != INT64_MAX && number > static_cast<Number>(def.high))
    return invalid_value(def, shown, concat("Value must be no more than ", def.high));
  return {};
}

Status validate_integer(const ConfigDef& def, std::string_view value) {
  const IntegerType type = integer_type(def.type);
  const auto number = parse_integer(value);
  if (!number || *number < type.low || *number > type.high)
    return invalid_value(def, value, concat("Not a number of type ", type.name));
  if (def.rule == ConfigRule::gzip_level && *number != -1 && (*number < 1 || *number > 9))
    return invalid_value(def, std::to_string(*number),
                         "Value must be between 1 and 9 or equal to -1");
  if (def.rule == ConfigRule::range) return check_range(def, std::to_string(*number), *number);
  return {};
}

Status validate_double(const ConfigDef& def, std::string_view value) {
  const auto number = parse_double(value);
  if (!number) return invalid_value(def, value, "Not a number of type DOUBLE");
  if (def.rule == ConfigRule::range) return check_range(def, java_double(*number), *number);
  return {};
}

bool is_allowed(const ConfigDef& def, std::string_view item) {
  for (const std::string_view word : split(def.allowed, ','))
    if (trim(word) == item) return true;
  return false;
}

bool is_replica_list(const std::vector<std::string>& items) {
  if (items.size() == 1 && items[0] == "*") return true;
  for (const std::string& item : items) {
    const size_t colon = item.find(':');
    if (colon == std::string::npos) return false;
    const std::string_view view = item;
    if (!parse_int<uint32_t>(view.substr(0, colon)) || !parse_int<uint32_t>(view.substr(colon + 1)))
      return false;
  }
  return true;
}

/// "host:port", a host of at least one character.
bool is_host_port(std::string_view item) {
  const size_t colon = item.rfind(':');
  return colon != std::string_view::npos && colon > 0 && item.find('@') == std::string_view::npos &&
         parse_int<uint16_t>(item.substr(colon + 1)).has_value();
}

bool is_voter(std::string_view item) {
  const size_t at = item.find('@');
  return at != std::string_view::npos && parse_int<uint32_t>(item.substr(0, at)) &&
         is_host_port(item.substr(at + 1));
}

Status validate_set(const ConfigDef& def, std::string_view value) {
  const std::vector<std::string> items = parse_set(value);
  if (items.empty() && def.rule == ConfigRule::non_empty_list) {
    const std::string allowed =
        def.allowed.empty() ? "any non-empty value" : concat('[', def.allowed, ']');
    return fail(ErrorCode::invalid_config,
                concat("Configuration '", def.name,
                       "' must not be empty. Valid values include: ", allowed));
  }
  for (const std::string& item : items) {
    if (item.empty())
      return fail(ErrorCode::invalid_config,
                  concat("Configuration '", def.name, "' values must not be empty."));
    if (!def.allowed.empty() && !is_allowed(def, item))
      return invalid_value(def, item, concat("String must be one of: ", def.allowed));
  }
  return {};
}

Status validate_list(const ConfigDef& def, std::string_view value) {
  const std::vector<std::string> items = parse_list(value);
  switch (def.rule) {
    case ConfigRule::list_of:
    case ConfigRule::non_empty_list:
      return validate_set(def, value);
    case ConfigRule::throttled_replicas: {
      if (is_replica_list(items)) return {};
      std::string shown;
      for (const std::string& item : items) append_text(shown, shown.empty() ? "" : ", ", item);
      return invalid_value(
          def, concat('[', shown, ']'),
          concat(def.name,
                 " must be the literal '*' or a list of replicas in the following format: "
                 "[partitionId]:[brokerId],[partitionId]:[brokerId],..."));
    }
    case ConfigRule::quorum_voters:
      if (std::ranges::all_of(items, is_voter)) return {};
      return invalid_value(def, value, "Each entry should be in the form `{id}@{host}:{port}`.");
    case ConfigRule::quorum_servers:
      if (std::ranges::all_of(items, is_host_port)) return {};
      return invalid_value(def, value, "Each entry should be in the form \"{host}:{port}\"");
    default:
      return {};
  }
}

/// PnDTnHnMn.nS with at least one part, as java.time.Duration reads it; not negative.
bool is_duration(std::string_view text) {
  if (text.empty() || (text[0] != 'P' && text[0] != 'p')) return false;
  text.remove_prefix(1);
  std::string_view units = "DTHMS";
  bool has_part = false;
  while (!text.empty()) {
    if (text[0] == 'T' || text[0] == 't') {
      if (units.find('T') == std::string_view::npos || text.size() == 1) return false;
      units = "HMS";
      text.remove_prefix(1);
      continue;
    }
    const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    if (digits == 0 || digits == text.size() || !parse_double(text.substr(0, digits))) return false;
    const char unit = static_cast<char>(text[digits] & ~0x20);
    const size_t at = units.find(unit);
    const bool is_fraction = text.substr(0, digits).find('.') != std::string_view::npos;
    if (unit == 'T' || at == std::string_view::npos || (is_fraction && unit != 'S')) return false;
    if (unit != 'D' && units.find('T') != std::string_view::npos) return false;
    units.remove_prefix(at + 1);
    text.remove_prefix(digits + 1);
    has_part = true;
  }
  return has_part;
}

Status validate_string(const ConfigDef& def, std::string_view value) {
  const std::string text(trim(value));
  switch (def.rule) {
    case ConfigRule::one_of:
      if (is_allowed(def, text)) return {};
      return invalid_value(def, text, concat("String must be one of: ", def.allowed));
    case ConfigRule::one_of_ignoring_case: {
      std::string upper = text;
      for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      if (is_allowed(def, upper)) return {};
      return invalid_value(def, text,
                           concat("String must be one of (case insensitive): ", def.allowed));
    }
    case ConfigRule::non_empty:
      if (!text.empty()) return {};
      return invalid_value(def, text, "String must be non-empty");
    case ConfigRule::share_offset_reset: {
      constexpr std::string_view kByDuration = "by_duration:";
      if (text == "latest" || text == "earliest") return {};
      if (text.starts_with(kByDuration) &&
          is_duration(std::string_view(text).substr(kByDuration.size())))
        return {};
      return invalid_value(def, text, "Value must be latest, earliest or by_duration:PnDTnHnMn.nS");
    }
    default:
      return {};
  }
}

}  // namespace

Status validate_value(const ConfigDef& def, std::string_view value) {
  switch (def.type) {
    case ConfigType::boolean:
      if (parse_boolean(value)) return {};
      return invalid_value(def, value, "Expected value to be either true or false");
    case ConfigType::int_:
    case ConfigType::short_:
    case ConfigType::long_:
      return validate_integer(def, value);
    case ConfigType::double_:
      return validate_double(def, value);
    case ConfigType::list:
      return validate_list(def, value);
    case ConfigType::string:
    case ConfigType::class_:
    case ConfigType::password:
      return validate_string(def, value);
    case ConfigType::unknown:
      return {};
  }
  return {};
}

}  // namespace spool::broker
