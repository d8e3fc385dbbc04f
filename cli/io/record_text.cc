#include "cli/io/record_text.h"

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

/// The character that the escape at text[at] (behind the backslash) stands for; `at` moves behind
/// it.
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

std::string_view type_name(record::TimestampType type) {
  switch (type) {
    case record::TimestampType::create_time:
      return "create";
    case record::TimestampType::log_append_time:
      return "append";
    default:
      return "none";
  }
}

int64_t length_of(const std::optional<BytesView>& bytes) {
  return bytes ? static_cast<int64_t>(bytes->size()) : -1;
}

}  // namespace

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

Result<RecordFormat> RecordFormat::parse(std::string_view format, std::string null_marker) {
  constexpr std::string_view kTokens = "sSRkKThtpo";
  RecordFormat out;
  out.null_marker_ = std::move(null_marker);
  std::string literal;
  for (size_t at = 0; at < format.size();) {
    if (format[at] == '\\') {
      const auto c = take_escape(format, ++at);
      if (!c)
        return fail(ErrorCode::invalid_argument,
                    concat("format '", format,
                           "': after a backslash comes n, r, t, \\, xNN or octal digits"));
      literal += *c;
    } else if (format[at] != '%') {
      literal += format[at++];
    } else if (at + 1 < format.size() && format[at + 1] == '%') {
      literal += '%';
      at += 2;
    } else {
      const char token = at + 1 < format.size() ? format[at + 1] : '\0';
      if (token == '\0' || !kTokens.contains(token))
        return fail(ErrorCode::invalid_argument,
                    concat("format '", format, "': % is followed by one of ", kTokens, " or %"));
      out.parts_.push_back({0, std::move(literal)});
      literal.clear();
      out.parts_.push_back({token, {}});
      at += 2;
    }
  }
  out.parts_.push_back({0, std::move(literal)});
  std::erase_if(out.parts_,
                [](const Part& part) { return part.token == 0 && part.literal.empty(); });
  return out;
}

RecordFormat RecordFormat::delimited(std::optional<std::string> key_delimiter,
                                     std::string delimiter, std::string null_marker) {
  RecordFormat out;
  out.null_marker_ = std::move(null_marker);
  if (key_delimiter) {
    out.parts_.push_back({'k', {}});
    out.parts_.push_back({0, std::move(*key_delimiter)});
  }
  out.parts_.push_back({'s', {}});
  out.parts_.push_back({0, std::move(delimiter)});
  return out;
}

void RecordFormat::append_bytes(std::string& out, const std::optional<BytesView>& bytes) const {
  out += bytes ? as_text(*bytes) : std::string_view(null_marker_);
}

void RecordFormat::append_headers(std::string& out, const record::RecordView& record) const {
  record::HeaderCursor cursor(record);
  for (bool is_first = true; const auto header = cursor.next(); is_first = false) {
    if (!is_first) out += ',';
    out += as_text(header->key);
    out += '=';
    out += header->value ? as_text(*header->value) : std::string_view("NULL");
  }
}

void RecordFormat::append_part(std::string& out, const Part& part, const ShownRecord& shown) const {
  const record::RecordView& record = shown.record;
  switch (part.token) {
    case 's':
      return append_bytes(out, record.value);
    case 'S':
      return append_text(out, length_of(record.value));
    case 'R': {
      char bytes[4];
      store_be(reinterpret_cast<uint8_t*>(bytes), static_cast<int32_t>(length_of(record.value)));
      out.append(bytes, sizeof bytes);
      return;
    }
    case 'k':
      return append_bytes(out, record.key);
    case 'K':
      return append_text(out, length_of(record.key));
    case 'T':
      return append_text(out, record.timestamp_ms);
    case 'h':
      return append_headers(out, record);
    case 't':
      return append_text(out, shown.topic);
    case 'p':
      return append_text(out, shown.partition.value);
    case 'o':
      return append_text(out, record.offset.value);
    default:
      out += part.literal;
  }
}

void RecordFormat::append(std::string& out, const ShownRecord& shown) const {
  for (const Part& part : parts_) append_part(out, part, shown);
}

void append_json_line(std::string& out, const ShownRecord& shown) {
  const record::RecordView& record = shown.record;
  out += "{\"topic\":";
  append_json_string(out, shown.topic);
  append_text(out, ",\"partition\":", shown.partition.value, ",\"offset\":", record.offset.value,
              ",\"timestamp\":", record.timestamp_ms, ",\"timestamp_type\":\"",
              type_name(shown.timestamp_type), "\",\"headers\":[");
  record::HeaderCursor cursor(record);
  for (bool is_first = true; const auto header = cursor.next(); is_first = false) {
    out += is_first ? "{\"name\":" : ",{\"name\":";
    append_json_bytes(out, header->key);
    out += ",\"value\":";
    append_json_bytes(out, header->value);
    out += '}';
  }
  out += "],\"key\":";
  append_json_bytes(out, record.key);
  out += ",\"value\":";
  append_json_bytes(out, record.value);
  out += "}\n";
}

}  // namespace spool::cli
