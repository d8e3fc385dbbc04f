#pragma once

/// What a command is: its place on the command line, its option rows, and the function that runs
/// it. The rows are the only description of the options: the parser, --help, --help-json,
/// completion and the check against the man page are all made from them.

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/error.h"

namespace spool::cli {

class Args;
class Context;

/// What the shell sees. The broker's --exec passes other numbers on, so an Exit may hold any of 0
/// to 255.
enum class Exit : int {
  done = 0,
  failed = 1,     ///< something failed, whatever part
  usage = 2,      ///< the command line asks for what cannot be, or a mutation was not confirmed
  not_found = 3,  ///< nothing matched, where that was asked for
  timed_out = 4,
  findings = 5,       ///< verify, diff, selftest found something
  interrupted = 130,  ///< SIGINT, after a clean flush
  broken_pipe = 141,  ///< the reader of our stdout went away; said by the code alone
  terminated = 143,   ///< SIGTERM, after a clean flush
};

enum class OptionKind : uint8_t {
  flag,   ///< --name
  value,  ///< --name VALUE, the last one counts
  list,   ///< --name VALUE, each one counts, in order
  rest,   ///< --name WORD...: everything that follows on the command line, options included
};

/// One option.
struct Option {
  std::string_view name;  ///< long name without dashes
  char letter = 0;        ///< short name, 0 for none
  OptionKind kind = OptionKind::flag;
  std::string_view value =
      {};  ///< what --help calls the value; "a|b|c" also limits it to these words
  std::string_view fallback = {};  ///< the value when the option is not given; empty: none
  std::string_view help = {};      ///< one sentence, no full stop
  std::string_view group = "Options";
  std::string_view variable = {};  ///< environment variable read when the option is not given
};

using OptionRows = std::span<const Option>;

/// One command, e.g. "topic create". Objects are constants that live as long as the process.
struct Command {
  std::string_view path;     ///< words after "spool": "topic create"
  std::string_view usage;    ///< what follows the path in the usage line: "[OPTION...] TOPIC..."
  std::string_view summary;  ///< one line for lists of commands, no full stop
  std::string_view description;    ///< paragraphs for --help, empty when the summary says it all
  std::string_view examples = {};  ///< command lines for the end of --help, a line each
  std::span<const OptionRows> options;  ///< groups of rows; shared ones stand in cli/options.h
  int operands_min = 0;
  int operands_max = 0;  ///< -1: any number
  /// Runs the command. An error ends the process with a line on stderr and the Exit of exit_of();
  /// anything printed before that stays printed.
  Result<Exit> (*run)(Context& context, const Args& args) = nullptr;
};

/// The exit code for a failure: timed_out is 4, invalid_argument 2, everything else 1.
Exit exit_of(const Error& error);

/// An error of usage: exit code 2 and a pointer to --help.
inline std::unexpected<Error> usage_error(std::string text) {
  return fail(ErrorCode::invalid_argument, std::move(text));
}

}  // namespace spool::cli
