#pragma once

/// The table of all commands, and looking one up.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace spool::cli {

/// Every command, in the order of `spool --help`.
std::span<const Command* const> all_commands();

struct Lookup {
  const Command* command = nullptr;
  size_t word_count = 0;  ///< words of the path
};

/// The command whose path the words begin with; the longest one wins.
Lookup find_command(const std::vector<std::string>& words);

/// Paths that begin with `noun` and a space: "topic" has "topic create" and its sisters.
std::vector<const Command*> commands_of(std::string_view noun);

/// The known words nearest to a mistyped one, best first, at most three.
std::vector<std::string_view> nearest(std::string_view word,
                                      const std::vector<std::string_view>& known);

}  // namespace spool::cli
