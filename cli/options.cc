#include "cli/options.h"

#include <algorithm>
#include <cstdlib>

#include "core/base/check.h"

namespace spool::cli {

const Option* find_option(const Command& command, std::string_view name) {
  for (const OptionRows rows : command.options)
    for (const Option& row : rows)
      if (row.name == name) return &row;
  for (const Option& row : kCommonOptions)
    if (row.name == name) return &row;
  return nullptr;
}

std::string option_text(const Option& row) {
  std::string out =
      row.letter != 0 ? concat('-', row.letter, ", --", row.name) : concat("--", row.name);
  if (!row.value.empty()) append_text(out, ' ', row.value);
  return out;
}

std::vector<std::string_view> option_choices(const Option& row) {
  const bool is_choice =
      row.value.find('|') != std::string_view::npos &&
      std::ranges::none_of(row.value, [](char c) { return (c >= 'A' && c <= 'Z') || c == '@'; });
  return is_choice ? split(row.value, '|') : std::vector<std::string_view>();
}

const Args::Given* Args::find(std::string_view name) const {
  CHECK(find_option(*command_, name) != nullptr);
  const auto at =
      std::ranges::find_if(given_, [&](const Given& given) { return given.row->name == name; });
  return at == given_.end() ? nullptr : &*at;
}

int Args::flag_count(std::string_view name) const {
  const Given* given = find(name);
  return given == nullptr ? 0 : static_cast<int>(given->values.size());
}

std::optional<std::string_view> Args::value(std::string_view name) const {
  if (const Given* given = find(name)) return given->values.back();
  const Option* row = find_option(*command_, name);
  if (!row->variable.empty()) {
    const char* from_environment = std::getenv(std::string(row->variable).c_str());
    if (from_environment != nullptr && *from_environment != 0) return from_environment;
  }
  if (!row->fallback.empty()) return row->fallback;
  return std::nullopt;
}

std::string_view Args::text(std::string_view name) const {
  const auto given = value(name);
  CHECK(given.has_value());
  return *given;
}

std::span<const std::string> Args::list(std::string_view name) const {
  const Given* given = find(name);
  if (given == nullptr) return {};
  return given->values;
}

std::unexpected<Error> Args::bad_number(std::string_view name, std::string_view given,
                                        std::string min, std::string max) const {
  return usage_error(
      concat("--", name, ": '", given, "' is not a whole number from ", min, " to ", max));
}

Result<std::optional<std::chrono::milliseconds>> Args::duration(std::string_view name) const {
  const auto given = value(name);
  if (!given) return std::optional<std::chrono::milliseconds>();
  const auto parsed = parse_duration(*given);
  if (!parsed)
    return usage_error(
        concat("--", name, ": '", *given, "' is not a span of time; write 500ms, 5s, 2m or 1h"));
  return parsed;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_int<int64_t>(text.substr(0, digits));
  const std::string_view unit = text.substr(digits);
  // A hundred years in milliseconds: what is longer is a slip of the finger, and sums of two never
  // overflow.
  constexpr int64_t kMax = 100LL * 366 * 24 * 3600 * 1000;
  int64_t unit_ms = 0;
  if (unit == "ms") unit_ms = 1;
  if (unit == "s" || unit.empty()) unit_ms = 1000;
  if (unit == "m" || unit == "min") unit_ms = 60 * 1000;
  if (unit == "h") unit_ms = 3600 * 1000;
  if (unit == "d") unit_ms = 24 * 3600 * 1000;
  if (!count || unit_ms == 0 || *count > kMax / unit_ms) return std::nullopt;
  return std::chrono::milliseconds(*count * unit_ms);
}

}  // namespace spool::cli
