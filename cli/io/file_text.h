#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace spool::cli {

/// The whole of a small file that the user named.
/// errors  not_found, read_only, io_error, naming the path
Result<std::string> read_file(const std::string& path);

/// Puts `text` in place of the file, so that whoever looks sees the old or the new, never a half.
/// is_durable  also flush it to the disk
Status replace_file(const std::string& path, std::string_view text, bool is_durable);

}  // namespace spool::cli
