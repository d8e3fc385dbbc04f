#pragma once

/// Times as people write them.

#include <cstdint>
#include <optional>
#include <string_view>

namespace spool::cli {

/// "1700000000000" (ms since 1970), or UTC: "2025-01-31", "2025-01-31T12:30",
/// "2025-01-31T12:30:15", "2025-01-31T12:30:15.250", each with or without a Z.
std::optional<int64_t> parse_time_ms(std::string_view text);

struct TimeRange {
  std::optional<int64_t> from_ms;   ///< inclusive
  std::optional<int64_t> until_ms;  ///< exclusive
};
/// "A:B", "A:" or ":B". A colon inside a time belongs to it.
std::optional<TimeRange> parse_time_range(std::string_view text);

/// ISO 8601's "P7DT2H3M4.5S" as Java's Duration reads it, in milliseconds; nullopt when it is none.
std::optional<int64_t> parse_iso_duration_ms(std::string_view text);

}  // namespace spool::cli
