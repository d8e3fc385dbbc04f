#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace spool::cli {

/// A broker's refusal for a person: its message where it sent one, else ours, and what to do next
/// where we know it.
std::string explain(ErrorCode code, std::string_view message);

}  // namespace spool::cli
