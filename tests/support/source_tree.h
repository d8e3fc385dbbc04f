#pragma once

#include <string>
#include <string_view>

namespace spool {

/// The path of a file of the source tree: source_path("tests/golden/frames/messages.jsonl").
std::string source_path(std::string_view relative);

}  // namespace spool
