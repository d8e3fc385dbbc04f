#include "cli/io/time_text.h"

#include <chrono>

#include "core/base/text.h"

namespace spool::cli {

namespace {

// A number of exactly `width` digits at the beginning of the text, which moves behind it.
std::optional<int> take_digits(std::string_view& text, size_t width) {
  if (text.size() < width) return std::nullopt;
  for (const char c : text.substr(0, width))
    if (c < '0' || c > '9') return std::nullopt;
  const auto number = parse_int<int>(text.substr(0, width));
  text.remove_prefix(width);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> parse_clock_ms(std::string_view text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int64_t ms = (int64_t{*hour} * 60 + *minute) * 60'000;
  if (take(text, ':')) {
    const auto second = take_digits(text, 2);
    if (!second || *second > 60) return std::nullopt;
    ms += int64_t{*second} * 1000;
    if (take(text, '.')) {
      const auto fraction = take_digits(text, 3);
      if (!fraction) return std::nullopt;
      ms += *fraction;
    }
  }
  take(text, 'Z');
  if (!text.empty()) return std::nullopt;
  return ms;
}

}  // namespace

std::optional<int64_t> parse_time_ms(std::string_view text) {
  if (const auto number = parse_int<int64_t>(text)) return number;
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const int64_t day_ms =
      int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * 86'400'000;
  if (text.empty() || text == "Z") return day_ms;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto clock_ms = parse_clock_ms(text);
  if (!clock_ms) return std::nullopt;
  return day_ms + *clock_ms;
}

std::optional<TimeRange> parse_time_range(std::string_view text) {
  // Times have colons too: the one that leaves a time, or nothing, on both sides divides.
  for (size_t at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    const std::string_view from = text.substr(0, at), until = text.substr(at + 1);
    TimeRange range{parse_time_ms(from), parse_time_ms(until)};
    if ((from.empty() || range.from_ms) && (until.empty() || range.until_ms)) return range;
  }
  return std::nullopt;
}

namespace {

// Of "7D", "2H" or "4.5S": the count and its unit, which the text moves behind.
bool take_part(std::string_view& text, std::string_view units, char& unit, int64_t& ms) {
  constexpr int64_t kCountMax = 100'000'000;
  const size_t end = text.find_first_of(units);
  if (end == std::string_view::npos) return false;
  unit = text[end];
  const auto halves = split(text.substr(0, end), '.');
  const auto whole = parse_int<int64_t>(halves[0]);
  if (!whole || *whole < 0 || *whole > kCountMax) return false;
  const int64_t unit_ms = unit == 'D'   ? 86'400'000
                          : unit == 'H' ? 3'600'000
                          : unit == 'M' ? 60'000
                                        : 1000;
  ms = *whole * unit_ms;
  if (halves.size() > 1) {
    const std::string padded = concat(halves[1].substr(0, 3), "000");
    const auto fraction = parse_int<int64_t>(std::string_view(padded).substr(0, 3));
    if (halves.size() > 2 || unit != 'S' || !fraction || *fraction < 0) return false;
    ms += *fraction;
  }
  text.remove_prefix(end + 1);
  return true;
}

}  // namespace

std::optional<int64_t> parse_iso_duration_ms(std::string_view text) {
  if (!take(text, 'P') || text.empty()) return std::nullopt;
  int64_t total = 0, ms = 0;
  char unit = 0;
  if (!text.starts_with('T')) {
    if (!take_part(text, "D", unit, ms)) return std::nullopt;
    total = ms;
    if (text.empty()) return total;
  }
  if (!take(text, 'T') || text.empty()) return std::nullopt;
  for (std::string_view units = "HMS"; !text.empty(); units = units.substr(units.find(unit) + 1)) {
    if (!take_part(text, units, unit, ms)) return std::nullopt;
    total += ms;
  }
  return total;
}

}  // namespace spool::cli
