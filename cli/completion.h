#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spool::cli {

/// The completion script for a shell (bash, zsh, fish), made from the commands' rows; nullopt for
/// another shell.
std::optional<std::string> completion_script(std::string_view shell);

}  // namespace spool::cli
