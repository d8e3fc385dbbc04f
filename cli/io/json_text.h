#pragma once

/// JSON output, written straight into text. Reading JSON is the business of others.

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace spool::cli {

bool is_utf8(std::string_view text);

/// Appends `text` as a JSON string; it must be UTF-8 (see append_json_bytes for what may not be).
void append_json_string(std::string& out, std::string_view text);

/// Appends bytes without loss, three-valued: null, a string where the bytes are UTF-8, else
/// {"b64":"..."}.
void append_json_bytes(std::string& out, std::optional<BytesView> bytes);

}  // namespace spool::cli
