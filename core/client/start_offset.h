#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/error.h"

namespace spool::client {

/// Where reading a partition begins.
struct StartOffset {
  enum class Kind : uint8_t {
    beginning,   ///< log start
    end,         ///< log end: only what comes
    offset,      ///< value: records from this offset on
    before_end,  ///< value: this many offsets before the end, or the beginning
    time,  ///< value: the first record at or after this time, ms since 1970; the end when there is
           ///< none
  };
  Kind kind = Kind::beginning;
  int64_t value = 0;

  bool operator==(const StartOffset&) const = default;
};

/// Reads "beginning" ("earliest", "start"), "end" ("latest"), "N", "-N", or a time behind "@":
/// milliseconds since 1970, "2025-01-31", "2025-01-31T12:30", "…:15", "…:15.250", followed by
/// nothing (local time) or "Z" (UTC), or "-90s", "-10m",
/// "-2h", "-7d" (that long before now). kcat's "s@" is taken for "@".
/// errors  invalid_argument, saying what is understood
Result<StartOffset> parse_start_offset(std::string_view text, int64_t now_ms);

}  // namespace spool::client
