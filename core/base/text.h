#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace spool {

namespace text_detail {
inline void add(std::string& out, std::string_view piece) { out += piece; }
inline void add(std::string& out, char piece) { out += piece; }
// A template, because a plain bool parameter would be preferred to string_view for string literals.
template <std::same_as<bool> T>
void add(std::string& out, T piece) {
  out += piece ? "true" : "false";
}
template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>)
void add(std::string& out, T piece) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, piece).ptr);
}
}  // namespace text_detail

/// Appends texts, characters and integers (decimal) to `out`.
template <class... Pieces>
void append_text(std::string& out, const Pieces&... pieces) {
  (text_detail::add(out, pieces), ...);
}

/// Joins texts, characters and integers (decimal): concat("fetch ", topic, '-', partition).
template <class... Pieces>
std::string concat(const Pieces&... pieces) {
  std::string out;
  append_text(out, pieces...);
  return out;
}

/// The whole of `text` as a decimal integer, nothing else around it; nullopt when it is not one or does not fit.
template <std::integral T>
std::optional<T> parse_int(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Without the white space at both ends.
std::string_view trim(std::string_view text);

/// The parts between separators, empty ones included; "" has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string to_lower(std::string_view ascii);
std::string hex(std::basic_string_view<char> bytes);

/// The bytes of hexadecimal digits, two a byte; nullopt for anything else.
std::optional<std::string> hex_decode(std::string_view text);

/// RFC 4648 Base64 with padding; the inverse returns nullopt for anything else.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace spool
