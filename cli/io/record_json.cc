#include "cli/io/record_json.h"

#include <charconv>
#include <cstring>

#include "cli/io/json_reader.h"
#include "cli/io/json_text.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

void append_bytes(std::string& out, const std::optional<BytesView>& bytes, JsonBytes form) {
  if (!bytes || form == JsonBytes::automatic) return append_json_bytes(out, bytes);
  if (form == JsonBytes::base64)
    append_text(out, "{\"b64\":\"", base64_encode(as_text(*bytes)), "\"}");
  else
    append_text(out, "{\"hex\":\"", hex(as_text(*bytes)), "\"}");
}

void append_member(std::string& out, std::string_view name, const std::optional<BytesView>& bytes,
                   const RecordJsonOptions& options) {
  append_text(out, ",\"", name);
  if (options.embeds && bytes && is_json_line(as_text(*bytes))) {
    append_text(out, "_json\":", as_text(*bytes));
    return;
  }
  out += "\":";
  append_bytes(out, bytes, options.bytes);
}

constexpr size_t kNumberCharsMax = 20;  // of an int64

/// The members whose length is bounded, of every record: put together where they need no room made.
void append_bounded_members(std::string& out, const ShownRecord& shown) {
  char text[256];
  char* at = text;
  const auto name = [&]<size_t N>(const char(&literal)[N]) {
    std::memcpy(at, literal, N - 1);
    at += N - 1;
  };
  const auto number = [&](auto value) { at = std::to_chars(at, at + kNumberCharsMax, value).ptr; };
  const std::string_view type = timestamp_type_name(shown.timestamp_type);
  name(",\"partition\":");
  number(shown.partition.value);
  name(",\"offset\":");
  number(shown.record.offset.value);
  name(",\"timestamp\":");
  number(shown.record.timestamp_ms);
  name(",\"timestamp_type\":\"");
  at += type.copy(at, type.size());
  name("\",\"leader_epoch\":");
  number(shown.leader_epoch.value);
  name(",\"headers\":");
  out.append(text, at);
}

std::string_view without_space(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
    line.remove_suffix(1);
  return line;
}

}  // namespace

void append_headers_json(std::string& out, const record::RecordView& record, JsonBytes bytes) {
  out += '[';
  record::HeaderCursor cursor(record);
  for (bool is_first = true; const auto header = cursor.next(); is_first = false) {
    out += is_first ? "{\"name\":" : ",{\"name\":";
    append_bytes(out, header->key,
                 bytes == JsonBytes::automatic || is_utf8(as_text(header->key))
                     ? JsonBytes::automatic
                     : bytes);
    out += ",\"value\":";
    append_bytes(out, header->value, bytes);
    out += '}';
  }
  out += ']';
}

void append_record_json(std::string& out, const ShownRecord& shown,
                        const RecordJsonOptions& options) {
  const record::RecordView& record = shown.record;
  out += "{\"topic\":";
  append_json_string(out, shown.topic);
  append_bounded_members(out, shown);
  if (record.headers_count == 0)
    out += "[]";
  else
    append_headers_json(out, record, options.bytes);
  append_member(out, "key", record.key, options);
  append_member(out, "value", record.value, options);
  out += '}';
}

Status RecordJsonReader::read(std::string_view line, InputRecord& out) {
  scratch_.clear();
  decoded_.clear();
  // Decoding never makes text longer, so views into these stay good.
  scratch_.reserve(line.size());
  decoded_.reserve(line.size());
  has_value_ = false;
  JsonReader reader(line, scratch_);
  const bool is_read =
      reader.read_object([&](std::string_view name) { return read_member(reader, name, out); });
  if (!is_read) return fail(reader.error());
  if (!reader.is_at_end()) {
    (void)reader.fail_with("more behind the object");
    return fail(reader.error());
  }
  if (!has_value_)
    return fail(ErrorCode::parse_error, "neither \"value\" nor \"payload\" is there");
  return {};
}

Status RecordJsonReader::read_headers(std::string_view text,
                                      std::vector<record::HeaderView>& headers) {
  scratch_.clear();
  decoded_.clear();
  scratch_.reserve(text.size());
  decoded_.reserve(text.size());
  JsonReader reader(text, scratch_);
  if (!read_headers_value(reader, headers) || !reader.is_at_end()) return fail(reader.error());
  return {};
}

BytesView RecordJsonReader::keep(std::string_view bytes) {
  const size_t at = decoded_.size();
  decoded_ += bytes;
  return as_bytes(std::string_view(decoded_).substr(at));
}

bool RecordJsonReader::read_member(JsonReader& reader, std::string_view name, InputRecord& out) {
  if (name == "value" || name == "payload") {
    has_value_ = true;
    return read_bytes(reader, out.value);
  }
  if (name == "key") {
    out.has_key = true;
    return read_bytes(reader, out.key);
  }
  if (name == "headers") return read_headers_value(reader, out.headers);
  if (name == "value_json" || name == "key_json") {
    std::string_view raw;
    if (!reader.skip(&raw)) return false;
    const bool is_key = name[0] == 'k';
    (is_key ? out.key : out.value) = as_bytes(raw);
    (is_key ? out.has_key : has_value_) = true;
    return true;
  }
  if (name == "topic") return reader.read_string(out.topic.emplace());
  int64_t number = 0;
  if (name == "timestamp" || name == "ts") {
    if (!reader.read_int(number)) return false;
    // kcat writes -1 for a record without a time.
    if (number != -1) out.timestamp_ms = number;
    return true;
  }
  if (name == "partition") {
    if (!reader.read_int(number)) return false;
    if (number < 0 || number > INT32_MAX) return reader.fail_with("no number of a partition");
    out.partition = Partition(static_cast<int32_t>(number));
    return true;
  }
  return reader.skip();
}

bool RecordJsonReader::read_bytes(JsonReader& reader, std::optional<BytesView>& out) {
  out.reset();
  const char c = reader.peek();
  if (c == 'n') return reader.read_null();
  std::string_view text;
  if (c == '"') {
    if (!reader.read_string(text)) return false;
    out = as_bytes(text);
    return true;
  }
  if (!reader.skip(&text)) return false;
  if (c == '{') {
    std::string scratch;
    JsonReader inside(text, scratch);
    std::string_view encoded;
    char form = 0;
    int count = 0;
    (void)inside.read_object([&](std::string_view name) {
      ++count;
      form = name == "b64" ? 'b' : name == "hex" ? 'h' : '\0';
      return form != 0 && inside.read_string(encoded);
    });
    if (count == 1 && form != 0) {
      const auto bytes = form == 'b' ? base64_decode(encoded) : hex_decode(encoded);
      if (!bytes) return reader.fail_with(form == 'b' ? "not Base64" : "not hexadecimal");
      out = keep(*bytes);
      return true;
    }
  }
  out = as_bytes(text);
  return true;
}

bool RecordJsonReader::read_headers_value(JsonReader& reader,
                                          std::vector<record::HeaderView>& headers) {
  if (reader.peek() == 'n') return reader.read_null();
  if (reader.peek() != '{') return read_header_array(reader, headers);
  return reader.read_object([&](std::string_view name) {
    headers.push_back({as_bytes(name), std::nullopt});
    return read_bytes(reader, headers.back().value);
  });
}

bool RecordJsonReader::read_header_array(JsonReader& reader,
                                         std::vector<record::HeaderView>& headers) {
  std::optional<std::string_view> flat_name;  // kcat's: name, value, name, value
  const bool is_read =
      reader.read_array([&] { return read_header_element(reader, flat_name, headers); });
  if (is_read && flat_name) return reader.fail_with("a header without a value");
  return is_read;
}

bool RecordJsonReader::read_header_element(JsonReader& reader,
                                           std::optional<std::string_view>& flat_name,
                                           std::vector<record::HeaderView>& headers) {
  if (flat_name) {
    headers.push_back({as_bytes(*flat_name), std::nullopt});
    flat_name.reset();
    return read_bytes(reader, headers.back().value);
  }
  std::optional<BytesView> name, value;
  int members = 0;
  bool is_read = false;
  switch (reader.peek()) {
    case '{':
      is_read = reader.read_object([&](std::string_view member) {
        if (member == "name" || member == "key") return read_bytes(reader, name);
        if (member == "value") return read_bytes(reader, value);
        return reader.skip();
      });
      break;
    case '[':
      is_read = reader.read_array([&] {
        ++members;
        return members <= 2 ? read_bytes(reader, members == 1 ? name : value)
                            : reader.fail_with("a header is a name and a value");
      });
      break;
    default:
      return reader.read_string(flat_name.emplace());
  }
  if (!is_read) return false;
  if (!name) return reader.fail_with("a header without a name");
  headers.push_back({*name, value});
  return true;
}

Result<RecordCutter::Cut> JsonLineCutter::cut(std::string_view bytes, bool is_end,
                                              InputRecord& out) {
  size_t end = finder_.find(bytes);
  const bool has_newline = end != bytes.npos;
  if (!has_newline && !is_end) return more();
  if (!has_newline) end = bytes.size();
  const size_t taken = end + (has_newline ? 1 : 0);
  const std::string_view line = without_space(bytes.substr(0, end));
  if (line.empty()) return nothing(taken);
  if (const Status read = reader_.read(line, out); !read) return bad(taken, read.error());
  return taken_record(taken);
}

}  // namespace spool::cli
