#include "cli/io/record_format.h"

#include <time.h>

#include "cli/io/escapes.h"
#include "cli/io/json_reader.h"
#include "cli/io/json_text.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

constexpr std::string_view kTokens = "svSVRkKTyhHtpoei";
constexpr std::string_view kBytesTokens = "skt";
constexpr std::string_view kNumberTokens = "SKRTHpoei";

int64_t length_of(const std::optional<BytesView>& bytes) {
  return bytes ? static_cast<int64_t>(bytes->size()) : -1;
}

struct NamedForm {
  std::string_view name;
  NumberForm form;
};
constexpr NamedForm kNumberForms[] = {
    {"decimal", NumberForm::decimal}, {"ascii", NumberForm::decimal},
    {"hex", NumberForm::hex},         {"be8", NumberForm::be8},
    {"byte", NumberForm::be8},        {"be16", NumberForm::be16},
    {"be32", NumberForm::be32},       {"be64", NumberForm::be64},
    {"le16", NumberForm::le16},       {"le32", NumberForm::le32},
    {"le64", NumberForm::le64},       {"big8", NumberForm::be8},
    {"big16", NumberForm::be16},      {"big32", NumberForm::be32},
    {"big64", NumberForm::be64},      {"little16", NumberForm::le16},
    {"little32", NumberForm::le32},   {"little64", NumberForm::le64}};

/// Parses one format string; the same for the one inside %h{...}.
class FormatParser {
 public:
  FormatParser(std::string_view format, bool is_inner) : format_(format), is_inner_(is_inner) {}

  Result<std::vector<FormatPart>> parse() {
    while (at_ < format_.size()) {
      if (format_[at_] == '\\')
        TRY(read_escape());
      else if (format_[at_] == '%')
        TRY(read_token());
      else
        add_literal(format_[at_++]);
    }
    return std::move(parts_);
  }

 private:
  std::unexpected<Error> wrong(size_t at, std::string_view what) const {
    return fail(ErrorCode::invalid_argument,
                concat("format '", format_, "', character ", at + 1, ": ", what));
  }

  void add_literal(char c) {
    if (parts_.empty() || parts_.back().token != 0) parts_.emplace_back();
    parts_.back().literal += c;
  }

  Status read_escape() {
    const size_t begin = at_;
    const auto c = take_escape(format_, ++at_);
    if (!c) return wrong(begin, "after a backslash comes n, r, t, \\, xNN or octal digits");
    add_literal(*c);
    return {};
  }

  Status read_token() {
    const size_t begin = at_++;
    const char token = at_ < format_.size() ? format_[at_] : '\0';
    if (token == '%' || token == '{' || token == '}') {
      add_literal(token);
      ++at_;
      return {};
    }
    const std::string_view known = is_inner_ ? "skSK" : kTokens;
    if (token == '\0' || !known.contains(token))
      return wrong(begin, concat("% is followed by one of ", known, " or %"));
    ++at_;
    FormatPart part;
    part.token = token == 'v' ? 's' : token == 'V' ? 'S' : token;
    if (token == 'R') {
      part.token = 'S';
      part.number = NumberForm::be32;
    }
    if (token == 'h' && at_ < format_.size() && format_[at_] == '[') TRY(read_name(part));
    if (at_ < format_.size() && format_[at_] == '{') TRY(read_modifiers(part));
    parts_.push_back(std::move(part));
    return {};
  }

  Status read_name(FormatPart& part) {
    const size_t begin = at_++;
    const size_t end = format_.find(']', at_);
    if (end == format_.npos) return wrong(begin, "the ']' is missing");
    part.literal = format_.substr(at_, end - at_);
    part.has_name = true;
    at_ = end + 1;
    return {};
  }

  Status read_modifiers(FormatPart& part) {
    const size_t begin = at_;
    int depth = 0;
    do {
      if (at_ == format_.size()) return wrong(begin, "the '}' is missing");
      // %{ and %} are braces that open and close nothing.
      if (format_[at_] == '%' && at_ + 1 < format_.size())
        ++at_;
      else if (format_[at_] == '{')
        ++depth;
      else if (format_[at_] == '}')
        --depth;
      ++at_;
    } while (depth > 0);
    const std::string_view inside = format_.substr(begin + 1, at_ - begin - 2);
    if (part.token == 'h' && !part.has_name) {
      TRY_ASSIGN(part.inner, FormatParser(inside, true).parse());
      return {};
    }
    return read_modifier_list(part, inside, begin + 1);
  }

  Status read_modifier_list(FormatPart& part, std::string_view inside, size_t at) {
    while (true) {
      // A pattern, a null text and a time format go on to the brace: they may have commas.
      const bool is_rest = inside.starts_with("re:") || inside.starts_with("null=") ||
                           inside.starts_with("utc:") || inside.starts_with("local:");
      const size_t comma = is_rest ? inside.npos : inside.find(',');
      if (!set_modifier(part, inside.substr(0, comma)))
        return wrong(at, concat("%", part.token, " knows no '", inside.substr(0, comma), "'"));
      if (comma == inside.npos) return {};
      inside.remove_prefix(comma + 1);
      at += comma + 1;
    }
  }

  static bool set_modifier(FormatPart& part, std::string_view word) {
    const bool is_bytes = kBytesTokens.contains(part.token) || part.token == 'h';
    if (is_bytes && set_bytes_form(part, word)) return true;
    if (part.token == 'T' && set_time_form(part, word)) return true;
    if (!kNumberTokens.contains(part.token)) return false;
    for (const NamedForm& known : kNumberForms)
      if (known.name == word) {
        part.number = known.form;
        return true;
      }
    const auto digits = parse_int<int>(word);
    if (!digits || *digits < 1 || *digits > 19) return false;
    part.digits = *digits;
    return true;
  }

  static bool set_bytes_form(FormatPart& part, std::string_view word) {
    constexpr std::pair<std::string_view, BytesForm> kForms[] = {
        {"hex", BytesForm::hex},     {"base64", BytesForm::base64}, {"json", BytesForm::json},
        {"embed", BytesForm::embed}, {"escape", BytesForm::escape}, {"plain", BytesForm::plain}};
    for (const auto& [name, form] : kForms)
      if (name == word) {
        part.bytes = form;
        return true;
      }
    if (word.starts_with("null=")) {
      part.null_text = word.substr(5);
    } else if (word.starts_with("re:")) {
      part.pattern = word.substr(3);
    } else {
      return false;
    }
    return true;
  }

  static bool set_time_form(FormatPart& part, std::string_view word) {
    if (word == "iso") {
      part.time = TimeForm::iso;
    } else if (word == "local") {
      part.time = TimeForm::local;
    } else if (word == "s") {
      part.time = TimeForm::seconds;
    } else if (word == "ms") {
      part.time = TimeForm::number;
    } else if (word.starts_with("utc:") || word.starts_with("local:")) {
      part.time = word[0] == 'u' ? TimeForm::strftime_utc : TimeForm::strftime_local;
      part.literal = word.substr(word.find(':') + 1);
    } else {
      return false;
    }
    return true;
  }

  std::string_view format_;
  bool is_inner_;
  size_t at_ = 0;
  std::vector<FormatPart> parts_;
};

template <class T>
void append_big_endian(std::string& out, int64_t number) {
  uint8_t bytes[sizeof(T)];
  store_be(bytes, static_cast<T>(number));
  out += as_text(bytes);
}

template <class T>
void append_little_endian(std::string& out, int64_t number) {
  const auto value = static_cast<T>(number);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_time(std::string& out, const FormatPart& part, int64_t ms) {
  switch (part.time) {
    case TimeForm::number:
      return append_number(out, part.number, ms);
    case TimeForm::seconds:
      return append_number(out, part.number, ms / 1000);
    case TimeForm::iso:
    case TimeForm::local:
      return append_iso_time(out, ms, part.time == TimeForm::local);
    default:
      break;
  }
  const auto when = static_cast<time_t>(ms < 0 ? (ms - 999) / 1000 : ms / 1000);
  tm parts{};
  const bool is_local = part.time == TimeForm::strftime_local;
  if ((is_local ? ::localtime_r(&when, &parts) : ::gmtime_r(&when, &parts)) == nullptr)
    return append_text(out, ms);
  char text[512];
  out.append(text, ::strftime(text, sizeof text, part.literal.c_str(), &parts));
}

}  // namespace

size_t number_bytes(NumberForm form) {
  switch (form) {
    case NumberForm::be8:
      return 1;
    case NumberForm::be16:
    case NumberForm::le16:
      return 2;
    case NumberForm::be32:
    case NumberForm::le32:
      return 4;
    case NumberForm::be64:
    case NumberForm::le64:
      return 8;
    default:
      return 0;
  }
}

void append_number(std::string& out, NumberForm form, int64_t number) {
  switch (form) {
    case NumberForm::decimal:
      return append_text(out, number);
    case NumberForm::hex: {
      char digits[20];
      const auto bits = static_cast<uint64_t>(number);
      out.append(digits, std::to_chars(digits, digits + sizeof digits, bits, 16).ptr);
      return;
    }
    case NumberForm::be8:
      return append_big_endian<int8_t>(out, number);
    case NumberForm::be16:
      return append_big_endian<int16_t>(out, number);
    case NumberForm::be32:
      return append_big_endian<int32_t>(out, number);
    case NumberForm::be64:
      return append_big_endian<int64_t>(out, number);
    case NumberForm::le16:
      return append_little_endian<int16_t>(out, number);
    case NumberForm::le32:
      return append_little_endian<int32_t>(out, number);
    case NumberForm::le64:
      return append_little_endian<int64_t>(out, number);
  }
}

Result<std::vector<FormatPart>> parse_format(std::string_view format) {
  return FormatParser(format, false).parse();
}

Result<RecordFormat> RecordFormat::parse(std::string_view format, std::string null_marker) {
  RecordFormat out;
  out.null_marker_ = std::move(null_marker);
  TRY_ASSIGN(out.parts_, parse_format(format));
  for (const FormatPart& part : out.parts_)
    if (part.pattern || part.digits > 0)
      return fail(ErrorCode::invalid_argument,
                  concat("format '", format, "': {", part.pattern ? "re:..." : "N",
                         "} is for records that are read, not printed"));
  return out;
}

RecordFormat RecordFormat::delimited(std::optional<std::string> key_delimiter,
                                     std::string delimiter, std::string null_marker) {
  RecordFormat out;
  out.null_marker_ = std::move(null_marker);
  if (key_delimiter) {
    out.parts_.push_back({.token = 'k'});
    out.parts_.push_back({.literal = std::move(*key_delimiter)});
  }
  out.parts_.push_back({.token = 's'});
  out.parts_.push_back({.literal = std::move(delimiter)});
  return out;
}

void RecordFormat::append_bytes(std::string& out, const FormatPart& part,
                                const std::optional<BytesView>& bytes) const {
  const bool is_json = part.bytes == BytesForm::json || part.bytes == BytesForm::embed;
  const bool is_null = !bytes || (shows_empty_as_null_ && bytes->empty());
  if (is_null && (!is_json || part.null_text)) {
    out += part.null_text ? *part.null_text : null_marker_;
    return;
  }
  switch (part.bytes) {
    case BytesForm::plain:
      out += as_text(*bytes);
      return;
    case BytesForm::hex:
      out += hex(as_text(*bytes));
      return;
    case BytesForm::base64:
      out += base64_encode(as_text(*bytes));
      return;
    case BytesForm::escape:
      return append_escaped(out, as_text(*bytes));
    case BytesForm::json:
      return append_json_bytes(out, bytes);
    case BytesForm::embed:
      if (bytes && is_json_line(as_text(*bytes)))
        out += as_text(*bytes);
      else
        append_json_bytes(out, bytes);
  }
}

void RecordFormat::append_header(std::string& out, const FormatPart& part,
                                 const record::HeaderView& header) const {
  for (const FormatPart& inner : part.inner) {
    switch (inner.token) {
      case 'k':
        append_bytes(out, inner, header.key);
        break;
      case 's':
        append_bytes(out, inner, header.value);
        break;
      case 'K':
        append_number(out, inner.number, length_of(header.key));
        break;
      case 'S':
        append_number(out, inner.number, length_of(header.value));
        break;
      default:
        out += inner.literal;
    }
  }
}

void RecordFormat::append_headers(std::string& out, const FormatPart& part,
                                  const record::RecordView& record) const {
  record::HeaderCursor cursor(record);
  if (part.has_name) {
    // Of several, the last: that is what Kafka's Headers.lastHeader() gives.
    std::optional<BytesView> found;
    while (const auto header = cursor.next())
      if (as_text(header->key) == part.literal) found = header->value;
    return append_bytes(out, part, found);
  }
  for (bool is_first = true; const auto header = cursor.next(); is_first = false) {
    if (!part.inner.empty()) {
      append_header(out, part, *header);
      continue;
    }
    if (!is_first) out += ',';
    out += as_text(header->key);
    out += '=';
    out += header->value ? as_text(*header->value) : std::string_view("NULL");
  }
}

void RecordFormat::append_part(std::string& out, const FormatPart& part, const ShownRecord& shown,
                               int64_t counter, const Readable& readable) const {
  const record::RecordView& record = shown.record;
  switch (part.token) {
    case 's':
      return append_bytes(out, part, readable.value);
    case 'S':
      return append_number(out, part.number, length_of(record.value));
    case 'k':
      return append_bytes(out, part, readable.key);
    case 'K':
      return append_number(out, part.number, length_of(record.key));
    case 'T':
      return append_time(out, part, record.timestamp_ms);
    case 'y':
      out += timestamp_type_name(shown.timestamp_type);
      return;
    case 'h':
      return append_headers(out, part, record);
    case 'H':
      return append_number(out, part.number, record.headers_count);
    case 't':
      return append_bytes(out, part, as_bytes(shown.topic));
    case 'p':
      return append_number(out, part.number, shown.partition.value);
    case 'o':
      return append_number(out, part.number, record.offset.value);
    case 'e':
      return append_number(out, part.number, shown.leader_epoch.value);
    case 'i':
      return append_number(out, part.number, counter);
    default:
      out += part.literal;
  }
}

void RecordFormat::append(std::string& out, const ShownRecord& shown, int64_t counter,
                          const Readable& readable) const {
  for (const FormatPart& part : parts_) append_part(out, part, shown, counter, readable);
}

}  // namespace spool::cli
