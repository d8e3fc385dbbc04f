#include "core/client/start_offset.h"

#include <time.h>

#include <optional>

#include "core/base/text.h"

namespace spool::client {

namespace {

using Kind = StartOffset::Kind;

/// Takes exactly `width` digits off the front.
std::optional<int> take_digits(std::string_view& text, size_t width) {
  if (text.size() < width) return std::nullopt;
  for (char c : text.substr(0, width))
    if (c < '0' || c > '9') return std::nullopt;
  const auto value = parse_int<int>(text.substr(0, width));
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// "2025-01-31[T12:30[:15[.250]]][Z]".
std::optional<int64_t> parse_date(std::string_view text) {
  tm parts{};
  int64_t ms = 0;
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || *month < 1 || *month > 12 || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || *day < 1 || *day > 31) return std::nullopt;
  parts.tm_year = *year - 1900;
  parts.tm_mon = *month - 1;
  parts.tm_mday = *day;
  if (take(text, 'T') || take(text, ' ')) {
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    parts.tm_hour = *hour;
    parts.tm_min = *minute;
    if (take(text, ':')) {
      const auto second = take_digits(text, 2);
      if (!second || *second > 60) return std::nullopt;
      parts.tm_sec = *second;
      if (take(text, '.')) {
        const auto fraction = take_digits(text, 3);
        if (!fraction) return std::nullopt;
        ms = *fraction;
      }
    }
  }
  bool is_utc = take(text, 'Z');
  int64_t zone_ms = 0;
  if (!is_utc && (text.starts_with('+') || text.starts_with('-'))) {
    const int64_t sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto hours = take_digits(text, 2);
    (void)take(text, ':');
    const auto minutes = take_digits(text, 2);
    if (!hours || !minutes || *hours > 18 || *minutes > 59) return std::nullopt;
    zone_ms = sign * (*hours * 60 + *minutes) * 60'000;
    is_utc = true;
  }
  if (!text.empty()) return std::nullopt;
  parts.tm_isdst = -1;
  const time_t seconds = is_utc ? ::timegm(&parts) : ::mktime(&parts);
  // The library turns February 30 into March 2; nobody who writes it means that.
  if (parts.tm_mday != *day) return std::nullopt;
  return int64_t{seconds} * 1000 + ms - zone_ms;
}

/// "90s", "10m", "2h", "7d", in milliseconds.
std::optional<int64_t> parse_span(std::string_view text) {
  constexpr int64_t kSpanCountMax = 1'000'000'000;
  if (text.empty()) return std::nullopt;
  const auto count = parse_int<int64_t>(text.substr(0, text.size() - 1));
  if (!count || *count < 0 || *count > kSpanCountMax) return std::nullopt;
  switch (text.back()) {
    case 's':
      return *count * 1000;
    case 'm':
      return *count * 60'000;
    case 'h':
      return *count * 3'600'000;
    case 'd':
      return *count * 86'400'000;
    default:
      return std::nullopt;
  }
}

/// "start+N" or "end-N" behind its word.
std::optional<int64_t> parse_distance(std::string_view text, std::string_view word, char sign) {
  if (!text.starts_with(word)) return std::nullopt;
  text.remove_prefix(word.size());
  if (!take(text, sign)) return std::nullopt;
  const auto distance = parse_int<int64_t>(text);
  return distance && *distance >= 0 ? distance : std::nullopt;
}

}  // namespace

std::optional<int64_t> parse_time(std::string_view text, int64_t now_ms) {
  if (text == "now") return now_ms;
  if (text.starts_with('-')) {
    const auto span = parse_span(text.substr(1));
    if (!span) return std::nullopt;
    return now_ms - *span;
  }
  if (const auto ms = parse_int<int64_t>(text)) return ms;
  return parse_date(text);
}

Result<StartOffset> parse_start_offset(std::string_view text, int64_t now_ms) {
  if (text == "beginning" || text == "earliest" || text == "start")
    return StartOffset{Kind::beginning};
  if (text == "end" || text == "latest") return StartOffset{Kind::end};
  if (const auto n = parse_distance(text, "start", '+')) return StartOffset{Kind::after_start, *n};
  if (const auto n = parse_distance(text, "end", '-')) return StartOffset{Kind::before_end, *n};
  std::string_view time = text.starts_with("s@") ? text.substr(1) : text;
  if (take(time, '@')) {
    const auto ms = parse_time(time, now_ms);
    if (ms) return StartOffset{Kind::time, *ms};
    return fail(ErrorCode::invalid_argument,
                concat("offset '", text,
                       "': a time is milliseconds since 1970, 2025-01-31T12:30:15Z, or -10m for "
                       "ten minutes ago"));
  }
  if (const auto number = parse_int<int64_t>(text); number && *number > INT64_MIN)
    return *number >= 0 && !text.starts_with('-') ? StartOffset{Kind::offset, *number}
                                                  : StartOffset{Kind::before_end, -*number};
  return fail(ErrorCode::invalid_argument,
              concat("offset '", text, "': expected beginning, end, N, -N or @TIME"));
}

Result<OffsetRange> parse_offset_range(std::string_view text, int64_t now_ms) {
  const auto whole = parse_start_offset(text, now_ms);
  if (whole) return OffsetRange{*whole, std::nullopt};
  // A time has colons too: the one that divides has something readable on both sides.
  for (size_t at = text.find(':'); at != text.npos; at = text.find(':', at + 1)) {
    const std::string_view left = text.substr(0, at), right = text.substr(at + 1);
    const Result<StartOffset> start =
        left.empty() ? Result<StartOffset>(StartOffset{}) : parse_start_offset(left, now_ms);
    if (!start) continue;
    if (right.empty()) return OffsetRange{*start, std::nullopt};
    const auto stop = parse_start_offset(right, now_ms);
    if (stop) return OffsetRange{*start, *stop};
  }
  return fail(whole.error());
}

}  // namespace spool::client
