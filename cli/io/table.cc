#include "cli/io/table.h"

#include <algorithm>
#include <numeric>

#include "cli/io/escapes.h"
#include "cli/io/json_text.h"
#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

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

constexpr std::string_view kGap = "  ";

/// Columns that a terminal uses for it: code points, which is right for all but wide scripts.
size_t display_width(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

size_t longest_word(std::string_view text) {
  size_t out = 0;
  for (const std::string_view word : split(text, ' ')) out = std::max(out, display_width(word));
  return out;
}

/// Bytes of the text's first `width` code points.
size_t bytes_of_width(std::string_view text, size_t width) {
  size_t at = 0;
  for (; at < text.size(); ++at)
    if ((static_cast<uint8_t>(text[at]) & 0xc0) != 0x80 && width-- == 0) break;
  return at;
}

/// The text in pieces of at most this width, broken behind a blank, a comma or a slash where there
/// is one.
std::vector<std::string_view> broken(std::string_view text, size_t width) {
  std::vector<std::string_view> out;
  while (display_width(text) > width) {
    const size_t room = bytes_of_width(text, width);
    const size_t blank = text.substr(0, room + 1).rfind(' ');
    const size_t mark = text.substr(0, room).find_last_of(",/;");
    const bool is_at_blank = blank != text.npos && blank > 0 && (mark == text.npos || blank > mark);
    const size_t end = is_at_blank ? blank : mark != text.npos ? mark + 1 : room;
    out.push_back(text.substr(0, end));
    text.remove_prefix(is_at_blank ? end + 1 : end);
  }
  out.push_back(text);
  return out;
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
  if (out.is_terminal()) fit(widths, lines, with_header, out.columns());
  for (size_t l = 0; l < lines.size(); ++l) {
    const bool is_bold = with_header && l == 0 && out.has_colour();
    for (const std::string& text : line_text(lines[l], widths))
      out.line(is_bold ? concat("\x1b[1m", text, "\x1b[0m") : text);
  }
}

/// Makes columns narrower, the widest first, until they stand beside each other; their cells are
/// broken then. Numbers stay whole. A table that cannot be made to fit is left to the terminal.
void Table::fit(std::vector<size_t>& widths, const std::vector<std::vector<std::string>>& lines,
                bool with_header, size_t room) const {
  constexpr size_t kTextMin = 12;
  std::vector<size_t> least(columns_.size());
  for (size_t l = 0; l < lines.size(); ++l)
    for (size_t i = 0; i < columns_.size(); ++i) {
      const size_t width = display_width(lines[l][i]);
      const bool is_heading = with_header && l == 0;
      const size_t needed = is_heading              ? longest_word(lines[l][i])
                            : columns_[i].is_number ? width
                                                    : std::min(width, kTextMin);
      least[i] = std::max(least[i], needed);
    }
  const size_t gaps = kGap.size() * (columns_.size() - 1);
  size_t total = std::accumulate(widths.begin(), widths.end(), gaps);
  if (std::accumulate(least.begin(), least.end(), gaps) > room) return;
  for (; total > room; --total) {
    size_t widest = 0;
    for (size_t i = 0; i < widths.size(); ++i)
      if (widths[i] > least[i] && (widths[widest] <= least[widest] || widths[i] > widths[widest]))
        widest = i;
    --widths[widest];
  }
}

/// One line of the table: several on the screen when a cell is wider than its column.
std::vector<std::string> Table::line_text(const std::vector<std::string>& cells,
                                          const std::vector<size_t>& widths) const {
  std::vector<std::vector<std::string_view>> pieces;
  size_t height = 1;
  for (size_t i = 0; i < cells.size(); ++i) {
    height = std::max(height, pieces.emplace_back(broken(cells[i], widths[i])).size());
  }
  std::vector<std::string> out(height);
  for (size_t row = 0; row < height; ++row) {
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string_view piece = row < pieces[i].size() ? pieces[i][row] : std::string_view();
      const std::string padding(widths[i] - display_width(piece), ' ');
      if (i > 0) out[row] += kGap;
      if (columns_[i].is_number)
        append_text(out[row], padding, piece);
      else
        append_text(out[row], piece, padding);
    }
    out[row].erase(out[row].find_last_not_of(' ') + 1);
  }
  return out;
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
