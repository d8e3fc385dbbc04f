#include "cli/io/json_text.h"

#include <bit>
#include <cstring>

#include "core/base/text.h"

namespace spool::cli {

namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none (Unicode
/// 15, table 3-7).
size_t sequence_bytes(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0u; };
  const auto is_tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const auto lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return is_tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool is_overlong = lead == 0xe0 && byte(1) < 0xa0;
    const bool is_surrogate = lead == 0xed && byte(1) > 0x9f;
    return is_tail(1) && is_tail(2) && !is_overlong && !is_surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool is_overlong = lead == 0xf0 && byte(1) < 0x90;
    const bool is_too_high = lead == 0xf4 && byte(1) > 0x8f;
    return is_tail(1) && is_tail(2) && is_tail(3) && !is_overlong && !is_too_high ? 4 : 0;
  }
  return 0;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_text(out, "\\u00", hex({&c, 1}));
  }
}

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

uint64_t load_word(const char* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// The high bit of each byte below `limit` (at most 0x80). Bytes behind the first one found may be
/// wrong: borrows run upwards.
constexpr uint64_t bytes_below(uint64_t word, uint8_t limit) {
  return (word - kOnes * limit) & ~word & kHighs;
}

constexpr uint64_t bytes_equal(uint64_t word, uint8_t value) {
  return bytes_below(word ^ kOnes * value, 1);
}

/// Sixteen bytes that the compiler compares at once, on any processor.
using JsonBlock = uint8_t __attribute__((vector_size(16)));

bool is_plain_block(const char* from, uint8_t high_mask) {
  JsonBlock block;
  std::memcpy(&block, from, sizeof block);
  const auto found = (block < 0x20) | (block == '"') | (block == '\\') | (block == 0x7f) |
                     ((block & high_mask) != 0);
  uint64_t halves[2];
  std::memcpy(halves, &found, sizeof halves);
  return (halves[0] | halves[1]) == 0;
}

}  // namespace

size_t plain_json_prefix(std::string_view text, bool stops_at_high) {
  size_t at = 0;
  const uint8_t high_byte = stops_at_high ? 0x80 : 0;
  while (at + sizeof(JsonBlock) <= text.size() && is_plain_block(text.data() + at, high_byte))
    at += sizeof(JsonBlock);
  const uint64_t high_mask = stops_at_high ? kHighs : 0;
  for (; at + 8 <= text.size(); at += 8) {
    const uint64_t word = load_word(text.data() + at);
    const uint64_t found = bytes_below(word, 0x20) | bytes_equal(word, '"') |
                           bytes_equal(word, '\\') | bytes_equal(word, 0x7f) | (word & high_mask);
    if (found != 0) return at + static_cast<size_t>(std::countr_zero(found)) / 8;
  }
  for (; at < text.size(); ++at) {
    const auto c = static_cast<uint8_t>(text[at]);
    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f || (stops_at_high && c >= 0x80)) break;
  }
  return at;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (text.size() >= 8 && (load_word(text.data()) & kHighs) == 0) {
      text.remove_prefix(8);
      continue;
    }
    const size_t length = sequence_bytes(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const size_t plain = plain_json_prefix(text, false);
    out += text.substr(0, plain);
    if (plain == text.size()) break;
    append_escape(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

void append_json_bytes(std::string& out, std::optional<BytesView> bytes) {
  if (!bytes) {
    out += "null";
  } else if (plain_json_prefix(as_text(*bytes), true) == bytes->size()) {
    append_text(out, '"', as_text(*bytes), '"');
  } else if (const std::string_view text = as_text(*bytes); is_utf8(text)) {
    append_json_string(out, text);
  } else {
    append_text(out, "{\"b64\":\"", base64_encode(text), "\"}");
  }
}

}  // namespace spool::cli
