#include "cli/io/escapes.h"

#include "cli/io/json_text.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

std::optional<int> digit_of(char c, int base) {
  int value = -1;
  if (c >= '0' && c <= '9') value = c - '0';
  if (c >= 'a' && c <= 'f') value = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') value = c - 'A' + 10;
  if (value < 0 || value >= base) return std::nullopt;
  return value;
}

/// Up to `width` digits from `at` on.
std::optional<char> take_code(std::string_view text, size_t& at, size_t width, int base) {
  int value = 0;
  size_t taken = 0;
  for (; taken < width && at < text.size(); ++taken, ++at) {
    const auto digit = digit_of(text[at], base);
    if (!digit) break;
    value = value * base + *digit;
  }
  if (taken == 0 || value > 255) return std::nullopt;
  return static_cast<char>(value);
}

}  // namespace

std::optional<char> take_escape(std::string_view text, size_t& at) {
  if (at == text.size()) return std::nullopt;
  if (digit_of(text[at], 8)) return take_code(text, at, 3, 8);
  switch (text[at++]) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '\\':
      return '\\';
    case 'x':
      return take_code(text, at, 2, 16);
    default:
      return std::nullopt;
  }
}

Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    const auto c = take_escape(text, ++at);
    if (!c)
      return fail(
          ErrorCode::invalid_argument,
          concat("'", text,
                 "': after a backslash comes n, r, t, \\, xNN or up to three octal digits"));
    out += *c;
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text, std::string_view also_plain) {
  const bool has_bytes = !is_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (also_plain.find(c) != std::string_view::npos)
      out += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\\')
      out += "\\\\";
    else if (byte < 0x20 || byte == 0x7f || (has_bytes && byte >= 0x80))
      append_text(out, "\\x", hex({&c, 1}));
    else
      out += c;
  }
}

}  // namespace spool::cli
