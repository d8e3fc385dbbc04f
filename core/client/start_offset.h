#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/error.h"

namespace spool::client {

/// Where reading a partition begins, or where it stops.
struct StartOffset {
  enum class Kind : uint8_t {
    beginning,    ///< log start
    end,          ///< log end: only what comes
    offset,       ///< value: records from this offset on
    before_end,   ///< value: this many offsets before the end, or the beginning
    after_start,  ///< value: this many offsets behind the log start
    time,  ///< value: the first record at or after this time, ms since 1970; the end when there is
           ///< none
  };
  Kind kind = Kind::beginning;
  int64_t value = 0;

  bool operator==(const StartOffset&) const = default;
};

/// Reads "beginning" ("earliest", "start"), "end" ("latest"), "start+N", "end-N", "N", "-N", or a
/// time behind "@": milliseconds since 1970, "2025-01-31", "2025-01-31T12:30", "…:15", "…:15.250",
/// followed by nothing (local time), "Z" (UTC) or "+02:00", or "-90s", "-10m", "-2h", "-7d" (that
/// long before now), or "now". kcat's "s@" is taken for "@".
/// errors  invalid_argument, saying what is understood
Result<StartOffset> parse_start_offset(std::string_view text, int64_t now_ms);

/// From where, and up to where (exclusive) when that was said.
struct OffsetRange {
  StartOffset start;
  std::optional<StartOffset> stop;

  bool operator==(const OffsetRange&) const = default;
};

/// Reads what parse_start_offset() takes, or "A:B" with such a text on each side: "100:200",
/// ":end",
/// "@-2h:@-1h". An empty side is the beginning, or no stop at all.
/// errors  invalid_argument, saying what is understood
Result<OffsetRange> parse_offset_range(std::string_view text, int64_t now_ms);

/// Milliseconds since 1970 of what may stand behind "@", nullopt when it is no time.
std::optional<int64_t> parse_time(std::string_view text, int64_t now_ms);

}  // namespace spool::client
