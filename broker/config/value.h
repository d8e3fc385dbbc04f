#pragma once

/// Texts of settings as values: how Kafka reads them and how it writes them back. Used by the
/// config code only.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/config/config.h"
#include "core/base/error.h"

namespace spool::broker::config_detail {

/// Integer.parseInt and Long.parseLong: white space around it and a sign are fine.
std::optional<int64_t> parse_integer(std::string_view text);
/// Double.parseDouble without hexadecimal, NaN and Infinity.
std::optional<double> parse_double(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);
/// Items between commas, white space around each dropped; a blank text has no items.
std::vector<std::string> parse_list(std::string_view text);
/// The same, an item that comes again left out, as Kafka reads lists that allow no duplicates.
std::vector<std::string> parse_set(std::string_view text);

/// Double.toString: shortest digits; scientific below 1e-3 and from 1e7.
std::string java_double(double value);
/// A valid value as Kafka shows it: " +5 " is "5", "a, b" is "a,b".
std::string canonical(const ConfigDef& def, std::string_view value);

/// "Invalid value V for configuration NAME: reason".
std::unexpected<Error> invalid_value(const ConfigDef& def, std::string_view value,
                                     std::string_view reason);

}  // namespace spool::broker::config_detail
