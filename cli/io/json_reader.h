#pragma once

/// Reads JSON (RFC 8259) front to back without building a tree: lines of records are many, and of
/// each member it is known what it should be. Strict: what is not JSON, or not UTF-8, is an error
/// with its position. Nothing is allocated but strings that have escapes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace spool::cli {

class JsonReader {
 public:
  /// text     borrowed; strings without escapes are views into it
  /// scratch  where strings with escapes are decoded to: it grows, and reserving text.size() bytes
  ///          before keeps the views into it good until it is cleared
  JsonReader(std::string_view text, std::string& scratch) : text_(text), scratch_(scratch) {}

  /// The first character of what comes next, 0 at the end. Nothing is taken but white space.
  char peek();
  /// Whether nothing but white space is left.
  bool is_at_end() { return peek() == 0 && at_ == text_.size(); }

  bool read_string(std::string_view& out);
  /// null is nullopt.
  bool read_nullable_string(std::optional<std::string_view>& out);
  bool read_int(int64_t& out);
  bool read_null();
  /// Any value; `raw` is its text.
  bool skip(std::string_view* raw = nullptr);

  /// Reads an object; f(std::string_view name) -> bool reads one member's value.
  template <class F>
  bool read_object(F&& f) {
    return read_list('{', '}', [&] {
      std::string_view name;
      return read_string(name) && expect(':') && f(name);
    });
  }
  /// Reads an array; f() -> bool reads one element.
  template <class F>
  bool read_array(F&& f) {
    return read_list('[', ']', f);
  }

  /// Ends the reading with this reason; returns false.
  bool fail_with(std::string_view reason);
  /// Why a read returned false: "at column N: reason", counted in bytes from 1.
  Error error() const;
  size_t position() const { return at_; }

 private:
  static constexpr int kDepthMax = 200;

  template <class F>
  bool read_list(char open, char close, F&& element) {
    if (!expect(open)) return false;
    if (++depth_ > kDepthMax) return fail_with("nested too deep");
    if (peek() == close) {
      ++at_;
    } else {
      for (;;) {
        if (!element()) return false;
        const char c = peek();
        if (c != ',' && c != close)
          return fail_with(close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
        ++at_;
        if (c == close) break;
      }
    }
    --depth_;
    return true;
  }
  bool expect(char c);
  bool read_word(std::string_view word);
  bool skip_number();
  bool decode_escape();
  bool read_code_unit(uint32_t& out);

  std::string_view text_;
  std::string& scratch_;
  size_t at_ = 0;
  int depth_ = 0;
  std::string_view reason_;
};

/// The text of the value that an RFC 6901 pointer ("/a/0/b") names in a JSON text; nullopt when the
/// text is not JSON or has no such value.
std::optional<std::string_view> find_by_pointer(std::string_view json, std::string_view pointer);

/// Whether the whole text is one JSON value.
bool is_json(std::string_view text);
/// The same without a line end in it: it can stand in a line of JSON as it is.
bool is_json_line(std::string_view text);

}  // namespace spool::cli
