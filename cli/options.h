#pragma once

/// A parsed command line, and the option rows that several commands share.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "core/base/text.h"

namespace spool::cli {

/// Options and operands of one command line. Options are asked for by their long name; asking for
/// one that is not among the command's rows is a programming error and ends the process.
class Args {
 public:
  struct Given {
    const Option* row;
    std::vector<std::string> values;  ///< flags: one empty value each time the flag was given
  };

  Args(const Command& command, std::vector<Given> given, std::vector<std::string> operands)
      : command_(&command), given_(std::move(given)), operands_(std::move(operands)) {}

  const Command& command() const { return *command_; }
  const std::vector<std::string>& operands() const { return operands_; }

  /// Given on the command line (not by a default or a variable).
  bool is_given(std::string_view name) const { return find(name) != nullptr; }
  bool flag(std::string_view name) const { return is_given(name); }
  int flag_count(std::string_view name) const;

  /// The last value given, or the row's default; nullopt when there is neither.
  std::optional<std::string_view> value(std::string_view name) const;
  /// value() of a row that has a default.
  std::string_view text(std::string_view name) const;
  /// Every value given, in order; empty when none was.
  std::span<const std::string> list(std::string_view name) const;

  /// value() as an integer between bounds, both inclusive; nullopt when there is no value.
  /// errors  invalid_argument, naming the option, the value and the bounds
  template <std::integral T>
  Result<std::optional<T>> number(std::string_view name, T min = std::numeric_limits<T>::min(),
                                  T max = std::numeric_limits<T>::max()) const {
    const auto given = value(name);
    if (!given) return std::optional<T>();
    const auto parsed = parse_int<T>(*given);
    if (!parsed || *parsed < min || *parsed > max)
      return bad_number(name, *given, concat(min), concat(max));
    return std::optional<T>(*parsed);
  }

  /// value() as a span of time: "250ms", "5s", "2m", "1h"; a bare number is seconds.
  Result<std::optional<std::chrono::milliseconds>> duration(std::string_view name) const;

 private:
  const Given* find(std::string_view name) const;
  std::unexpected<Error> bad_number(std::string_view name, std::string_view given, std::string min,
                                    std::string max) const;

  const Command* command_;
  std::vector<Given> given_;
  std::vector<std::string> operands_;
};

/// Turns the words after the command's path into Args. The one place that knows CLI11
/// (cli/parser.cc). errors  invalid_argument, with what is wrong in the user's words
Result<Args> parse_args(const Command& command, const std::vector<std::string>& words);

/// "5s" and its like, see Args::duration.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The row of that long name, nullptr when the command has none.
const Option* find_option(const Command& command, std::string_view name);

/// The words a value is limited to: "text|json" is two; a value named in upper case is only a name.
std::vector<std::string_view> option_choices(const Option& row);

/// "-b, --broker HOST:PORT", as help and errors write it.
std::string option_text(const Option& row);

/// --quiet, --help, --help-json: part of every command without being named in its rows.
inline constexpr Option kCommonOptions[] = {
    {.name = "quiet", .letter = 'q', .help = "Say only what went wrong", .group = "Common"},
    {.name = "help", .letter = 'h', .help = "Print this help", .group = "Common"},
    {.name = "help-json", .help = "Print this help as JSON", .group = "Common"},
};

/// What connect() reads.
inline constexpr Option kConnectionOptions[] = {
    {.name = "broker",
     .letter = 'b',
     .kind = OptionKind::value,
     .value = "HOST:PORT",
     .fallback = "localhost:9092",
     .help = "Broker to work with; several, separated by commas, to start from",
     .group = "Where",
     .variable = "SPOOL_BROKER"},
    {.name = "dir",
     .kind = OptionKind::value,
     .value = "DIR",
     .help = "Data directory to work with instead, without any broker",
     .group = "Where",
     .variable = "SPOOL_DIR"},
    {.name = "timeout",
     .kind = OptionKind::value,
     .value = "TIME",
     .fallback = "30s",
     .help = "Longest wait for an answer: 500ms, 5s, 2m",
     .group = "Where"},
    {.name = "connect-timeout",
     .kind = OptionKind::value,
     .value = "TIME",
     .fallback = "5s",
     .help = "Longest wait for a connection",
     .group = "Where"},
    {.name = "profile",
     .kind = OptionKind::value,
     .value = "NAME",
     .help = "Work where this profile of .spool.toml or ~/.config/spool/profiles.toml says",
     .group = "Where",
     .variable = "SPOOL_PROFILE"},
    {.name = "properties",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Take settings from a client.properties of Java or a kcat.conf",
     .group = "Where"},
    {.name = "property",
     .letter = 'X',
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "One such setting, by its Java or its librdkafka name; may be repeated",
     .group = "Where"},
};

/// What Context::print reads.
inline constexpr Option kOutputOptions[] = {
    {.name = "output",
     .kind = OptionKind::value,
     .value = "text|json|jsonl|tsv|csv",
     .fallback = "text",
     .help = "Form of the result",
     .group = "Output"},
    {.name = "columns",
     .kind = OptionKind::value,
     .value = "NAME,...",
     .help = "Print these columns, in this order",
     .group = "Output"},
    {.name = "no-header", .help = "Leave the line of column names out", .group = "Output"},
};

/// What Context::confirm and announce read.
inline constexpr Option kPlanOptions[] = {
    {.name = "yes", .letter = 'y', .help = "Go on without asking", .group = "Plan"},
    {.name = "dry-run", .help = "Print what would be done, and do nothing", .group = "Plan"},
};

}  // namespace spool::cli
