/// Java's properties grammar and the environment names of Kafka's container image.

#include <algorithm>
#include <array>

#include "broker/config/config.h"
#include "core/base/text.h"

namespace spool::broker {

namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

std::string_view without_leading_blanks(std::string_view line) {
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  return line;
}

/// Cuts the text at \n, \r or \r\n.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const size_t at = rest_.find_first_of("\r\n");
    line = rest_.substr(0, at);
    ++number_;
    if (at == std::string_view::npos) {
      rest_ = {};
      return true;
    }
    const bool is_pair = rest_[at] == '\r' && at + 1 < rest_.size() && rest_[at + 1] == '\n';
    rest_.remove_prefix(at + (is_pair ? 2 : 1));
    return true;
  }
  int32_t number() const { return number_; }

 private:
  std::string_view rest_;
  int32_t number_ = 0;
};

/// An odd number of backslashes at the end: the logical line goes on.
bool is_continued(std::string_view line) {
  const size_t last = line.find_last_not_of('\\');
  const size_t backslashes = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return backslashes % 2 == 1;
}

/// The next logical line that is neither blank nor a comment.
bool next_logical_line(Lines& lines, std::string& out, int32_t& first_line) {
  std::string_view line;
  while (lines.next(line)) {
    line = without_leading_blanks(line);
    if (line.empty() || line[0] == '#' || line[0] == '!') continue;
    first_line = lines.number();
    out.clear();
    while (is_continued(line)) {
      out += line.substr(0, line.size() - 1);
      if (!lines.next(line)) return true;
      line = without_leading_blanks(line);
    }
    out += line;
    return true;
  }
  return false;
}

void append_utf8(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  }
}

std::optional<uint32_t> hex_unit(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  if (error != std::errc{} || end != text.data() + 4) return std::nullopt;
  return value;
}

/// Reads the XXXX after "\u" at `at`, and a second "\uXXXX" when the first is the high half of a
/// surrogate pair. A lone half has no UTF-8 form and becomes U+FFFD.
bool unescape_unicode(std::string_view text, size_t& at, std::string& out) {
  const auto unit = hex_unit(text.substr(at));
  if (!unit) return false;
  at += 4;
  uint32_t point = *unit;
  if (point >= 0xd800 && point < 0xe000) {
    const bool has_more = point < 0xdc00 && text.substr(at).starts_with("\\u");
    const auto low = has_more ? hex_unit(text.substr(at + 2)) : std::nullopt;
    if (low && *low >= 0xdc00 && *low < 0xe000) {
      point = 0x10000 + ((point - 0xd800) << 10) + (*low - 0xdc00);
      at += 6;
    } else {
      point = 0xfffd;
    }
  }
  append_utf8(out, point);
  return true;
}

bool unescape(std::string_view text, std::string& out) {
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at++];
    if (c != '\\') {
      out += c;
      continue;
    }
    if (at == text.size()) return true;
    const char escaped = text[at++];
    switch (escaped) {
      case 't':
        out += '\t';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 'f':
        out += '\f';
        break;
      case 'u':
        if (!unescape_unicode(text, at, out)) return false;
        break;
      default:
        out += escaped;
    }
  }
  return true;
}

/// Where the key ends: the first '=', ':' or blank that no backslash escapes.
size_t key_end(std::string_view line) {
  size_t at = 0;
  while (at < line.size()) {
    if (line[at] == '\\') {
      at += 2;
      continue;
    }
    if (line[at] == '=' || line[at] == ':' || is_blank(line[at])) return at;
    ++at;
  }
  return line.size();
}

Result<Property> parse_line(std::string_view line, int32_t number) {
  const size_t end = key_end(line);
  std::string_view value = without_leading_blanks(line.substr(end));
  if (!value.empty() && (value[0] == '=' || value[0] == ':'))
    value = without_leading_blanks(value.substr(1));
  Property property;
  property.line = number;
  if (!unescape(line.substr(0, end), property.key) || !unescape(value, property.value))
    return fail(ErrorCode::parse_error,
                concat("line ", number, ": \\u must be followed by four hexadecimal digits"));
  return property;
}

/// Variables of Kafka's start scripts and images that carry the prefix and name no setting.
constexpr std::array<std::string_view, 16> kNotSettings = {
    "KAFKA_CLUSTER_ID",    "KAFKA_DEBUG",      "KAFKA_GC_LOG_OPTS",
    "KAFKA_HEAP_OPTS",     "KAFKA_HOME",       "KAFKA_JMX_HOSTNAME",
    "KAFKA_JMX_OPTS",      "KAFKA_JMX_PORT",   "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_LOG4J_LOGGERS", "KAFKA_LOG4J_OPTS", "KAFKA_LOG4J_ROOT_LOGLEVEL",
    "KAFKA_OPTS",          "KAFKA_MODE",       "KAFKA_TOOLS_LOG4J_LOGLEVEL",
    "KAFKA_VERSION",
};

}  // namespace

Result<std::vector<Property>> parse_properties(std::string_view text) {
  std::vector<Property> properties;
  Lines lines(text);
  std::string line;
  int32_t number = 0;
  while (next_logical_line(lines, line, number)) {
    TRY_ASSIGN(Property property, parse_line(line, number));
    properties.push_back(std::move(property));
  }
  return properties;
}

std::optional<std::string> config_name_of_environment(std::string_view variable) {
  constexpr std::string_view kPrefix = "KAFKA_";
  if (!variable.starts_with(kPrefix) || variable.size() == kPrefix.size()) return std::nullopt;
  if (std::ranges::find(kNotSettings, variable) != kNotSettings.end()) return std::nullopt;
  const std::string lower = to_lower(variable.substr(kPrefix.size()));
  std::string name;
  for (size_t at = 0; at < lower.size();) {
    const size_t next = std::min(lower.find_first_not_of('_', at), lower.size());
    switch (next - at) {
      case 0:
        name += lower[at++];
        continue;
      case 1:
        name += '.';
        break;
      case 2:
        name += '_';
        break;
      case 3:
        name += '-';
        break;
      default:
        name.append(next - at, '_');
    }
    at = next;
  }
  return name;
}

}  // namespace spool::broker
