#include "cli/io/json_reader.h"

#include <vector>

#include "cli/io/json_text.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

/// Appends a code point as UTF-8.
void append_code_point(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

char JsonReader::peek() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return c;
    ++at_;
  }
  return 0;
}

bool JsonReader::fail_with(std::string_view reason) {
  if (reason_.empty()) reason_ = reason;
  return false;
}

Error JsonReader::error() const {
  return Error(ErrorCode::parse_error,
               concat("at column ", at_ + 1, ": ", reason_.empty() ? "not JSON" : reason_));
}

bool JsonReader::expect(char c) {
  if (peek() != c || at_ == text_.size()) {
    switch (c) {
      case '{':
        return fail_with("expected an object");
      case '[':
        return fail_with("expected an array");
      case ':':
        return fail_with("expected ':'");
      default:
        return fail_with("expected a string");
    }
  }
  ++at_;
  return true;
}

bool JsonReader::read_word(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return fail_with("expected a value");
  at_ += word.size();
  return true;
}

bool JsonReader::read_null() {
  (void)peek();
  return read_word("null");
}

bool JsonReader::read_string(std::string_view& out) {
  if (!expect('"')) return false;
  const size_t begin = at_;
  const size_t decoded = scratch_.size();
  size_t plain = begin;
  bool has_escapes = false, has_high = false;
  for (;; ++at_) {
    at_ += plain_json_prefix(text_.substr(at_), !has_high);
    if (at_ == text_.size()) return fail_with("a string does not end");
    const auto c = static_cast<uint8_t>(text_[at_]);
    if (c == '"') break;
    if (c < 0x20) return fail_with("a control character in a string");
    has_high = has_high || c >= 0x80;
    if (c != '\\') continue;
    has_escapes = true;
    scratch_ += text_.substr(plain, at_ - plain);
    ++at_;
    if (!decode_escape()) return false;
    plain = at_;
    --at_;
  }
  if (has_high && !is_utf8(text_.substr(begin, at_ - begin))) return fail_with("not UTF-8");
  if (has_escapes) {
    scratch_ += text_.substr(plain, at_ - plain);
    out = std::string_view(scratch_).substr(decoded);
  } else {
    out = text_.substr(begin, at_ - begin);
  }
  ++at_;
  return true;
}

bool JsonReader::read_code_unit(uint32_t& out) {
  out = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    uint32_t digit;
    if (is_digit(c))
      digit = static_cast<uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<uint32_t>(c - 'A' + 10);
    else
      return fail_with("\\u wants four hexadecimal digits");
    out = out * 16 + digit;
  }
  return true;
}

/// Behind the backslash; leaves at_ behind the escape.
bool JsonReader::decode_escape() {
  const char c = at_ < text_.size() ? text_[at_++] : '\0';
  constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
  if (const size_t known = c == '\0' ? kFrom.npos : kFrom.find(c); known != kFrom.npos) {
    scratch_ += kTo[known];
    return true;
  }
  if (c != 'u') return fail_with("no such escape");
  uint32_t unit;
  if (!read_code_unit(unit)) return false;
  if (unit >= 0xd800 && unit <= 0xdfff) {
    uint32_t low = 0;
    if (unit >= 0xdc00 || !text_.substr(at_).starts_with("\\u"))
      return fail_with("half a surrogate pair");
    at_ += 2;
    if (!read_code_unit(low)) return false;
    if (low < 0xdc00 || low > 0xdfff) return fail_with("half a surrogate pair");
    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }
  append_code_point(scratch_, unit);
  return true;
}

bool JsonReader::read_nullable_string(std::optional<std::string_view>& out) {
  out.reset();
  if (peek() == 'n') return read_null();
  return read_string(out.emplace());
}

bool JsonReader::read_int(int64_t& out) {
  (void)peek();
  const size_t begin = at_;
  if (!skip_number()) return false;
  const auto parsed = parse_int<int64_t>(text_.substr(begin, at_ - begin));
  if (!parsed) {
    at_ = begin;
    return fail_with("expected a whole number");
  }
  out = *parsed;
  return true;
}

bool JsonReader::skip_number() {
  const auto digits = [&] {
    const size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > begin;
  };
  const auto take = [&](char c) {
    const bool is_there = at_ < text_.size() && text_[at_] == c;
    if (is_there) ++at_;
    return is_there;
  };
  (void)take('-');
  const bool has_zero = take('0');
  if (!has_zero && !digits()) return fail_with("expected a number");
  if (has_zero && at_ < text_.size() && is_digit(text_[at_]))
    return fail_with("a number begins with 0");
  if (take('.') && !digits()) return fail_with("digits are missing");
  if (take('e') || take('E')) {
    if (!take('+')) (void)take('-');
    if (!digits()) return fail_with("digits are missing");
  }
  return true;
}

bool JsonReader::skip(std::string_view* raw) {
  const char c = peek();
  const size_t begin = at_;
  const size_t decoded = scratch_.size();
  bool is_read = false;
  std::string_view ignored;
  if (c == '{')
    is_read = read_object([&](std::string_view) { return skip(); });
  else if (c == '[')
    is_read = read_array([&] { return skip(); });
  else if (c == '"')
    is_read = read_string(ignored);
  else if (c == 't')
    is_read = read_word("true");
  else if (c == 'f')
    is_read = read_word("false");
  else if (c == 'n')
    is_read = read_word("null");
  else if (c == '-' || is_digit(c))
    is_read = skip_number();
  else
    return fail_with("expected a value");
  scratch_.resize(decoded);
  if (is_read && raw != nullptr) *raw = text_.substr(begin, at_ - begin);
  return is_read;
}

namespace {

/// One step of a pointer with ~0 and ~1 resolved.
std::string pointer_step(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '~' && i + 1 < text.size();
    out += !is_escape ? text[i] : (text[++i] == '1' ? '/' : '~');
  }
  return out;
}

/// The text of the child `step` of the value that `json` is.
std::optional<std::string_view> child_of(std::string_view json, const std::string& step) {
  std::string scratch;
  JsonReader reader(json, scratch);
  std::optional<std::string_view> found;
  std::string_view raw;
  bool is_read = false;
  if (reader.peek() == '{') {
    is_read = reader.read_object([&](std::string_view name) {
      const bool is_it = name == step;
      if (!reader.skip(&raw)) return false;
      if (is_it) found = raw;
      return true;
    });
  } else if (reader.peek() == '[') {
    const auto wanted = parse_int<size_t>(step);
    size_t index = 0;
    is_read = reader.read_array([&] {
      if (!reader.skip(&raw)) return false;
      if (wanted && index == *wanted) found = raw;
      ++index;
      return true;
    });
  }
  return is_read ? found : std::nullopt;
}

}  // namespace

std::optional<std::string_view> find_by_pointer(std::string_view json, std::string_view pointer) {
  if (!is_json(json)) return std::nullopt;
  std::optional<std::string_view> at = json;
  if (pointer.empty()) return at;
  const auto steps = split(pointer, '/');
  for (size_t i = 1; i < steps.size() && at; ++i) at = child_of(*at, pointer_step(steps[i]));
  return at;
}

bool is_json(std::string_view text) {
  std::string scratch;
  JsonReader reader(text, scratch);
  return reader.skip() && reader.is_at_end();
}

bool is_json_line(std::string_view text) {
  return text.find_first_of("\r\n") == text.npos && is_json(text);
}

}  // namespace spool::cli
