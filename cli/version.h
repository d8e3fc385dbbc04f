#pragma once

#include <string_view>

namespace spool::cli {

/// As CMakeLists.txt has it.
inline constexpr std::string_view kVersion = SPOOL_VERSION;

}  // namespace spool::cli
