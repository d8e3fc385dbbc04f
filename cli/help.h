#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace spool::cli {

// Lines are wrapped to a width, as a rule that of Out::columns().

/// `spool --help`.
std::string help_overview(size_t width);
/// `spool topic --help`: the verbs of a noun.
std::string help_noun(std::string_view noun, size_t width);
/// `spool topic create --help`.
std::string help_command(const Command& command, size_t width);
/// `spool --help-json` (every command), `spool topic create --help-json` (one): an array or an
/// object with path, usage, summary, options; for programs, and for the tests that compare it with
/// the man pages.
std::string help_json_all();
std::string help_json(const Command& command);

}  // namespace spool::cli
