#include "cli/io/record_writer.h"

#include <algorithm>

#include "cli/io/escapes.h"
#include "cli/io/json_text.h"
#include "core/base/overloaded.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

/// An option and the forms it means something to.
struct Belongs {
  std::string_view option;
  std::string_view outputs;
};
constexpr Belongs kBelongs[] = {
    {"format", "text"},      {"key-delimiter", "text"}, {"delimiter", "text"},
    {"null", "text"},        {"null-marker", "text"},   {"bytes", "jsonl json"},
    {"embed", "jsonl json"}, {"columns", "csv tsv"},    {"no-header", "csv tsv"},
};

Status check_options(const Args& args, std::string_view output) {
  for (const Belongs& row : kBelongs) {
    const auto outputs = split(row.outputs, ' ');
    if (args.is_given(row.option) && std::ranges::find(outputs, output) == outputs.end())
      return usage_error(concat("--", row.option, " does not go with --output ", output));
  }
  if (!args.is_given("format")) return {};
  for (const std::string_view name : {"key-delimiter", "delimiter"})
    if (args.is_given(name)) return usage_error(concat("--", name, " does not go with --format"));
  return {};
}

JsonBytes json_bytes(std::string_view word) {
  return word == "base64" ? JsonBytes::base64
         : word == "hex"  ? JsonBytes::hex
                          : JsonBytes::automatic;
}

/// 16 bytes a line: their place, hexadecimal, and what of them is ASCII.
void append_hex_lines(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr size_t kLine = 16;
  for (size_t at = 0; at < bytes.size(); at += kLine) {
    const std::string_view line = bytes.substr(at, kLine);
    out += "    ";
    for (int shift = 28; shift >= 0; shift -= 4) out += kDigits[at >> shift & 15];
    for (size_t i = 0; i < kLine; ++i) {
      out += i % 8 == 0 ? "  " : " ";
      out += i < line.size() ? hex(line.substr(i, 1)) : "  ";
    }
    out += "  |";
    for (const char c : line) out += c >= 0x20 && c < 0x7f ? c : '.';
    out += "|\n";
  }
}

void append_hex_field(std::string& out, std::string_view name,
                      const std::optional<BytesView>& bytes) {
  if (!bytes) {
    append_text(out, "  ", name, ": null\n");
    return;
  }
  append_text(out, "  ", name, ": ", bytes->size(), bytes->size() == 1 ? " byte\n" : " bytes\n");
  append_hex_lines(out, as_text(*bytes));
}

void append_hex_record(std::string& out, const ShownRecord& shown) {
  append_text(out, shown.topic, '-', shown.partition.value, " offset ", shown.record.offset.value,
              " timestamp ", shown.record.timestamp_ms, "\n");
  append_hex_field(out, "key", shown.record.key);
  record::HeaderCursor cursor(shown.record);
  while (const auto header = cursor.next()) {
    append_hex_field(out, "header name", header->key);
    append_hex_field(out, "header value", header->value);
  }
  append_hex_field(out, "value", shown.record.value);
}

void append_kcat_bytes(std::string& out, const std::optional<BytesView>& bytes) {
  if (bytes)
    append_json_string(out, as_text(*bytes));
  else
    out += "null";
}

void append_kcat_json(std::string& out, const ShownRecord& shown) {
  const record::RecordView& record = shown.record;
  const bool has_append_time = shown.timestamp_type == record::TimestampType::log_append_time;
  const bool has_create_time = shown.timestamp_type == record::TimestampType::create_time;
  out += "{\"topic\":";
  append_json_string(out, shown.topic);
  append_text(out, ",\"partition\":", shown.partition.value, ",\"offset\":", record.offset.value,
              ",\"tstype\":\"",
              has_append_time ? "logappend" : (has_create_time ? "create" : "unknown"),
              "\",\"ts\":", record.timestamp_ms, ",\"broker\":", shown.broker);
  if (record.headers_count > 0) {
    out += ",\"headers\":[";
    record::HeaderCursor cursor(record);
    for (bool is_first = true; const auto header = cursor.next(); is_first = false) {
      if (!is_first) out += ',';
      append_json_string(out, as_text(header->key));
      out += ',';
      append_kcat_bytes(out, header->value);
    }
    out += ']';
  }
  out += ",\"key\":";
  append_kcat_bytes(out, record.key);
  out += ",\"payload\":";
  append_kcat_bytes(out, record.value);
  out += '}';
}

}  // namespace

Result<RecordWriter::Form> RecordWriter::make_text(const Args& args) {
  std::string null_marker(args.value("null-marker").value_or(args.flag("null") ? "NULL" : ""));
  if (const auto format = args.value("format")) {
    TRY_ASSIGN(RecordFormat parsed, RecordFormat::parse(*format, std::move(null_marker)));
    return Form(std::move(parsed));
  }
  TRY_ASSIGN(std::string delimiter, unescape(args.text("delimiter")));
  std::optional<std::string> key_delimiter;
  if (const auto given = args.value("key-delimiter")) {
    TRY_ASSIGN(key_delimiter, unescape(*given));
  }
  return Form(RecordFormat::delimited(std::move(key_delimiter), std::move(delimiter),
                                      std::move(null_marker)));
}

Result<RecordWriter> RecordWriter::make(const Args& args) {
  const std::string_view output = args.text("output");
  TRY(check_options(args, output));
  if (output == "jsonl" || output == "json")
    return RecordWriter(
        JsonLines{{json_bytes(args.text("bytes")), args.flag("embed")}, output == "json"});
  if (output == "csv" || output == "tsv") {
    auto columns = parse_record_columns(args.value("columns").value_or(""));
    if (!columns) return fail(columns.error().with_context("--columns"));
    return RecordWriter(Rows{RecordRows(output == "csv" ? ',' : '\t', std::move(*columns)),
                             !args.flag("no-header")});
  }
  if (output == "hex") return RecordWriter(Hex{});
  if (output == "raw") return RecordWriter(Raw{});
  if (output == "frames") return RecordWriter(FrameWriter());
  TRY_ASSIGN(Form text, make_text(args));
  return RecordWriter(std::move(text));
}

RecordWriter RecordWriter::of_form(std::string_view form) {
  if (form == "jsonl") return RecordWriter(JsonLines{});
  if (form == "frames") return RecordWriter(FrameWriter());
  auto columns = parse_record_columns("");
  return RecordWriter(Rows{RecordRows(form == "csv" ? ',' : '\t', std::move(*columns)), true});
}

void RecordWriter::begin(std::string& out) {
  if (auto* frames = std::get_if<FrameWriter>(&form_)) frames->begin(out);
  if (const auto* rows = std::get_if<Rows>(&form_); rows != nullptr && rows->has_header)
    rows->rows.append_heading(out);
  if (const auto* json = std::get_if<JsonLines>(&form_); json != nullptr && json->is_array)
    out += '[';
}

void RecordWriter::append(std::string& out, const ShownRecord& shown) {
  ++count_;
  std::visit(Overloaded{[&](const RecordFormat& format) { format.append(out, shown, count_); },
                        [&](const JsonLines& json) {
                          if (json.is_array) out += count_ == 1 ? "\n  " : ",\n  ";
                          append_record_json(out, shown, json.options);
                          if (!json.is_array) out += '\n';
                        },
                        [&](const KcatJson& json) {
                          append_kcat_json(out, shown);
                          out += json.delimiter;
                        },
                        [&](const Rows& rows) { rows.rows.append(out, shown); },
                        [&](Hex) { append_hex_record(out, shown); },
                        [&](Raw) {
                          if (shown.record.value) out += as_text(*shown.record.value);
                        },
                        [&](FrameWriter& frames) { frames.append(out, shown); },
                        [&](const Function& function) {
                          if (const Status printed = function(out, shown); !printed)
                            failure_ = printed.error();
                        }},
             form_);
}

void RecordWriter::end(std::string& out) {
  if (auto* frames = std::get_if<FrameWriter>(&form_)) frames->end(out);
  if (const auto* json = std::get_if<JsonLines>(&form_); json != nullptr && json->is_array)
    out += count_ == 0 ? "]\n" : "\n]\n";
}

}  // namespace spool::cli
