#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace spool::client {

inline constexpr uint16_t kDefaultPort = 9092;

/// Where a broker listens.
struct Endpoint {
  std::string host;
  uint16_t port = kDefaultPort;

  /// "host:port", with brackets around an IPv6 address.
  std::string to_string() const;
  bool operator==(const Endpoint&) const = default;
};

/// Reads "host", "host:port", "[::1]:9092" or "PLAINTEXT://host:port"; the port defaults to 9092.
/// errors  invalid_argument, naming what was given
Result<Endpoint> parse_endpoint(std::string_view text);

/// Reads a comma-separated bootstrap list; empty parts are skipped, an empty list is an error.
Result<std::vector<Endpoint>> parse_bootstrap(std::string_view text);

}  // namespace spool::client
