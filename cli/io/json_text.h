#pragma once

/// JSON output, written straight into text. Reading JSON is the business of others.

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace spool::cli {

bool is_utf8(std::string_view text);

/// Where the first character is that a JSON string does not hold as it is: a quote, a backslash, or
/// a control character; also bytes from 0x80 on when those are asked for. text.size() when none.
size_t plain_json_prefix(std::string_view text, bool stops_at_high);

/// Appends `text` as a JSON string; it must be UTF-8 (see append_json_bytes for what may not be).
void append_json_string(std::string& out, std::string_view text);

/// Appends bytes without loss, three-valued: null, a string where the bytes are UTF-8, else
/// {"b64":"..."}.
void append_json_bytes(std::string& out, std::optional<BytesView> bytes);

}  // namespace spool::cli
