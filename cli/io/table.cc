#include "cli/io/table.h"

#include <algorithm>

#include "cli/io/escapes.h"
#include "cli/io/json_text.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string join(const std::vector<int64_t>& numbers) {
  std::string out;
  for (const int64_t number : numbers) append_text(out, out.empty() ? "" : ",", number);
  return out;
}

/// What would break a line or a terminal as \n \t \r \\ \xHH; all else as it is. Bytes that are not
/// UTF-8 as \xHH.
std::string escape(std::string_view text, std::string_view also_plain) {
  std::string out;
  append_escaped(out, text, also_plain);
  return out;
}

std::string text_cell(const Cell& cell) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string("-"); },
                 [](const std::string& text) { return text.empty() ? "\"\"" : escape(text, "\\"); },
                 [](int64_t number) { return concat(number); },
                 [](bool truth) { return std::string(truth ? "yes" : "no"); },
                 [](const std::vector<int64_t>& list) {
                   return list.empty() ? std::string("-") : join(list);
                 }},
      cell);
}

std::string tsv_cell(const Cell& cell) {
  return std::visit(Overloaded{[](std::monostate) { return std::string("\\N"); },
                               [](const std::string& text) { return escape(text, ""); },
                               [](int64_t number) { return concat(number); },
                               [](bool truth) { return concat(truth); },
                               [](const std::vector<int64_t>& list) { return join(list); }},
                    cell);
}

std::string csv_text(std::string_view text) {
  // A text is quoted also when it is empty: without quotes it would be null.
  const bool is_quoted = text.empty() || text.find_first_of("\",\r\n") != std::string_view::npos;
  // The backslash is left alone in readable text: CSV has its own quoting, and readers know no
  // backslashes.
  const std::string plain = is_utf8(text) ? std::string(text) : escape(text, "\n\r\t");
  if (!is_quoted) return plain;
  std::string out = "\"";
  for (const char c : plain) append_text(out, c == '"' ? "\"\"" : std::string_view(&c, 1));
  return out + '"';
}

std::string csv_cell(const Cell& cell) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); },
                 [](const std::string& text) { return csv_text(text); },
                 [](int64_t number) { return concat(number); },
                 [](bool truth) { return concat(truth); },
                 [](const std::vector<int64_t>& list) { return csv_text(join(list)); }},
      cell);
}

void append_json_cell(std::string& out, const Cell& cell) {
  std::visit(
      Overloaded{[&](std::monostate) { out += "null"; },
                 [&](const std::string& text) { append_json_bytes(out, as_bytes(text)); },
                 [&](int64_t number) { append_text(out, number); },
                 [&](bool truth) { append_text(out, truth); },
                 [&](const std::vector<int64_t>& list) { append_text(out, "[", join(list), "]"); }},
      cell);
}

/// Columns that a terminal uses for it: code points, which is right for all but wide scripts.
size_t display_width(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

std::string heading(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    c = c == '_' ? ' ' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  return out;
}

}  // namespace

std::optional<OutputForm> parse_output_form(std::string_view text) {
  if (text == "text") return OutputForm::text;
  if (text == "json") return OutputForm::json;
  if (text == "jsonl") return OutputForm::jsonl;
  if (text == "tsv") return OutputForm::tsv;
  if (text == "csv") return OutputForm::csv;
  return std::nullopt;
}

void Table::add(std::vector<Cell> cells) {
  CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

Status Table::select(std::string_view comma_separated_names) {
  std::vector<size_t> chosen;
  for (const std::string_view name : split(comma_separated_names, ',')) {
    const auto at = std::ranges::find(columns_, trim(name), &Column::name);
    if (at == columns_.end()) {
      std::string known;
      for (const Column& column : columns_)
        append_text(known, known.empty() ? "" : ", ", column.name);
      return fail(ErrorCode::invalid_argument,
                  concat("--columns: there is no column '", trim(name), "'; there are ", known));
    }
    chosen.push_back(static_cast<size_t>(at - columns_.begin()));
  }
  std::vector<Column> columns;
  for (const size_t i : chosen) columns.push_back(columns_[i]);
  for (auto& row : rows_) {
    std::vector<Cell> cells;
    for (const size_t i : chosen) cells.push_back(row[i]);
    row = std::move(cells);
  }
  columns_ = std::move(columns);
  return {};
}

void Table::print(Out& out, OutputForm form, bool with_header) const {
  switch (form) {
    case OutputForm::text:
      return print_text(out, with_header);
    case OutputForm::json:
      return print_json(out, false);
    case OutputForm::jsonl:
      return print_json(out, true);
    case OutputForm::tsv:
    case OutputForm::csv:
      return print_separated(out, form, with_header);
  }
}

void Table::print_text(Out& out, bool with_header) const {
  if (rows_.empty()) return;
  std::vector<std::vector<std::string>> lines;
  if (with_header) {
    auto& line = lines.emplace_back();
    for (const Column& column : columns_) line.push_back(heading(column.name));
  }
  for (const auto& row : rows_) {
    auto& line = lines.emplace_back();
    for (const Cell& cell : row) line.push_back(text_cell(cell));
  }
  std::vector<size_t> widths(columns_.size());
  for (const auto& line : lines)
    for (size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], display_width(line[i]));

  for (size_t l = 0; l < lines.size(); ++l) {
    std::string text;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string padding(widths[i] - display_width(lines[l][i]), ' ');
      if (i > 0) text += "  ";
      text += columns_[i].is_number ? padding + lines[l][i] : lines[l][i] + padding;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out.line(with_header && l == 0 && out.has_colour() ? concat("\x1b[1m", text, "\x1b[0m") : text);
  }
}

void Table::print_json(Out& out, bool as_lines) const {
  if (!as_lines) out.write("[");
  for (size_t r = 0; r < rows_.size(); ++r) {
    std::string text = as_lines ? "" : (r == 0 ? "\n  " : ",\n  ");
    for (size_t i = 0; i < columns_.size(); ++i) {
      text += i == 0 ? "{" : ",";
      append_json_string(text, columns_[i].name);
      text += ":";
      append_json_cell(text, rows_[r][i]);
    }
    text += as_lines ? "}\n" : "}";
    out.write(text);
  }
  if (!as_lines) out.write(rows_.empty() ? "]\n" : "\n]\n");
}

void Table::print_separated(Out& out, OutputForm form, bool with_header) const {
  const std::string_view separator = form == OutputForm::csv ? "," : "\t";
  std::string text;
  if (with_header) {
    for (size_t i = 0; i < columns_.size(); ++i)
      append_text(text, i == 0 ? "" : separator, columns_[i].name);
    out.line(text);
  }
  for (const auto& row : rows_) {
    text.clear();
    for (size_t i = 0; i < row.size(); ++i)
      append_text(text, i == 0 ? "" : separator,
                  form == OutputForm::csv ? csv_cell(row[i]) : tsv_cell(row[i]));
    out.line(text);
  }
}

}  // namespace spool::cli
