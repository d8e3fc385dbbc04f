#include "cli/io/unpack.h"

#include "core/base/text.h"

namespace spool::cli {

namespace {

/// Bytes that a letter takes; 0 of those that are no number and no character.
size_t width_of(char letter) {
  constexpr std::string_view kLetters = "bBcHhIiQq";
  constexpr size_t kWidths[] = {1, 1, 1, 2, 2, 4, 4, 8, 8};
  const size_t at = kLetters.find(letter);
  return at == kLetters.npos ? 0 : kWidths[at];
}

void append_packed(std::string& out, char letter, BytesView bytes, bool is_little) {
  uint64_t number = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    number = number << 8 | bytes[is_little ? bytes.size() - 1 - i : i];
  const bool is_signed = letter >= 'a';
  const size_t unused_bits = 64 - 8 * bytes.size();
  if (letter == 'c')
    out += static_cast<char>(number);
  else if (is_signed)
    append_text(out, static_cast<int64_t>(number << unused_bits) >> unused_bits);
  else
    append_text(out, number);
}

}  // namespace

Result<PackFormat> PackFormat::parse(std::string_view letters) {
  if (letters.empty()) return fail(ErrorCode::invalid_argument, "pack-format must not be empty");
  const size_t wrong = letters.find_first_not_of("<>bBhHiIqQcs $");
  if (wrong != letters.npos)
    return fail(ErrorCode::invalid_argument,
                concat("Invalid token '", letters[wrong], "' in pack-format"));
  if (const size_t end = letters.find('$'); end != letters.npos && end + 1 != letters.size())
    return fail(ErrorCode::invalid_argument, "$ is the end of a pack-format");
  PackFormat out;
  out.letters_ = letters;
  return out;
}

Status PackFormat::append(std::string& out, BytesView bytes) const {
  bool is_little = false;
  for (const char letter : letters_) {
    const size_t width = width_of(letter);
    if (width > bytes.size())
      return fail(ErrorCode::parse_error,
                  concat("value truncated, expected ", width, " bytes to unpack ", letter,
                         " but only ", bytes.size(), " bytes remaining"));
    if (width > 0) {
      append_packed(out, letter, bytes.first(width), is_little);
      bytes = bytes.subspan(width);
    } else if (letter == 's') {
      out += as_text(bytes);
      bytes = {};
    } else if (letter == ' ') {
      out += ' ';
    } else if (letter == '$') {
      if (!bytes.empty())
        return fail(ErrorCode::parse_error, concat("expected value end-of-input, but ",
                                                   bytes.size(), " bytes remaining"));
    } else {
      is_little = letter == '<';
    }
  }
  return {};
}

}  // namespace spool::cli
