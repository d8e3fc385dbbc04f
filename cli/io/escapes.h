#pragma once

/// Backslash escapes in delimiters and format strings.

#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace spool::cli {

/// Resolves \n \r \t \0 \\ \xNN and \NNN (octal).
/// errors  invalid_argument: a backslash before anything else
Result<std::string> unescape(std::string_view text);

/// The character that the escape at text[at] (behind the backslash) stands for; `at` moves behind
/// it. nullopt when it is none.
std::optional<char> take_escape(std::string_view text, size_t& at);

/// Appends text with \n \r \t \\ and \xNN for what would break a line, a terminal or UTF-8;
/// characters of also_plain stay as they are.
void append_escaped(std::string& out, std::string_view text, std::string_view also_plain = {});

}  // namespace spool::cli
