#pragma once

/// Rows and columns as a command's result, printed in the form that --output asks for:
///   text   aligned columns under a heading, for people; null is "-", an empty text is ""; on a
///          terminal that is too narrow cells go on in the next line
///   json   one array of objects
///   jsonl  one object a line
///   tsv    a heading and rows; tab, newline, return and backslash are \t \n \r \\, null is \N,
///   bytes that are not
///          UTF-8 are \xHH
///   csv    RFC 4180; null is nothing between the commas, an empty text is ""; bytes as in tsv
/// JSON keys are the column names. null, empty and present stay distinct in every form.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/io/out.h"
#include "core/base/error.h"

namespace spool::cli {

enum class OutputForm : uint8_t { text, json, jsonl, tsv, csv };
std::optional<OutputForm> parse_output_form(std::string_view text);

/// null, text (any bytes), number, truth, list of numbers.
using Cell = std::variant<std::monostate, std::string, int64_t, bool, std::vector<int64_t>>;

/// A number where -1 and its like say that there is none.
inline Cell unless_negative(int64_t number) { return number < 0 ? Cell() : Cell(number); }

struct Column {
  std::string_view name;   ///< snake_case: the JSON key
  bool is_number = false;  ///< right-aligned in text
};

/// Collects rows and prints them once. Small results only: everything is held until print().
class Table {
 public:
  explicit Table(std::span<const Column> columns) : columns_(columns.begin(), columns.end()) {}

  /// cells  as many as there are columns
  void add(std::vector<Cell> cells);
  size_t row_count() const { return rows_.size(); }

  /// Keeps the named columns, in that order.
  /// errors  invalid_argument: no such column, naming those there are
  Status select(std::string_view comma_separated_names);

  void print(Out& out, OutputForm form, bool with_header) const;

 private:
  void print_text(Out& out, bool with_header) const;
  void fit(std::vector<size_t>& widths, const std::vector<std::vector<std::string>>& lines,
           bool with_header, size_t room) const;
  std::vector<std::string> line_text(const std::vector<std::string>& cells,
                                     const std::vector<size_t>& widths) const;
  void print_json(Out& out, bool as_lines) const;
  void print_separated(Out& out, OutputForm form, bool with_header) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace spool::cli
