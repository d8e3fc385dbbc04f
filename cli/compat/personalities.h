#pragma once

/// Other tools that spool behaves as when it is called by their name (a link named kcat, or kcat as
/// the first word): their options and their stdout, with exit codes that tell the truth.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/io/out.h"
#include "core/base/error.h"

namespace spool::cli {

struct Personality {
  std::string_view name;
  /// words  what followed the name. Errors end the process with a line on stderr, as a command's.
  Result<Exit> (*run)(const std::vector<std::string>& words, Out& out, Out& err);
};

std::span<const Personality> all_personalities();
/// By name, with or without ".sh"; nullptr when there is none.
const Personality* find_personality(std::string_view name);

}  // namespace spool::cli
