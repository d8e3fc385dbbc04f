#pragma once

/// Records as rows, both ways. Nothing is lost: bytes stand as they are.
///
///   csv  RFC 4180. null is nothing between the commas, empty is "". Quoted when it has a comma, a
///        quote or a line end.
///   tsv  null is \N; tab, newline, return and backslash are \t \n \r \\.
///
/// Columns: topic, partition, offset, timestamp, timestamp_type, leader_epoch, headers (JSON, as in
/// record_json.h), key, value.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/io/input_record.h"
#include "cli/io/record_json.h"
#include "cli/io/shown_record.h"

namespace spool::cli {

enum class RecordColumn : uint8_t {
  topic,
  partition,
  offset,
  timestamp,
  timestamp_type,
  leader_epoch,
  headers,
  key,
  value,
};

/// Reads "key,value"; an empty list of names is all columns in the order above.
/// errors  invalid_argument: no such column, naming those there are
Result<std::vector<RecordColumn>> parse_record_columns(std::string_view names);

class RecordRows {
 public:
  RecordRows(char separator, std::vector<RecordColumn> columns)
      : separator_(separator), columns_(std::move(columns)) {}

  void append_heading(std::string& out) const;
  void append(std::string& out, const ShownRecord& shown) const;

 private:
  void append_cell(std::string& out, std::optional<std::string_view> bytes) const;
  void append_column(std::string& out, RecordColumn column, const ShownRecord& shown) const;

  char separator_;  ///< ',' is csv, a tab is tsv
  std::vector<RecordColumn> columns_;
};

/// Reads rows. The first names the columns unless they are given.
class RowCutter final : public RecordCutter {
 public:
  /// columns  empty: the first row has their names
  RowCutter(char separator, std::vector<RecordColumn> columns)
      : separator_(separator), columns_(std::move(columns)), has_columns_(!columns_.empty()) {}

  Result<Cut> cut(std::string_view bytes, bool is_end, InputRecord& out) override;

 private:
  struct CellAt {
    size_t begin = 0,
           size = 0;  ///< in row_, which holds the cells with quotes and escapes resolved
    bool is_null = false;
  };

  Result<size_t> read_row(std::string_view bytes, bool is_end);
  Result<size_t> read_csv_row(std::string_view bytes, bool is_end);
  Result<size_t> read_tsv_row(std::string_view bytes, bool is_end);
  Status read_columns();
  Status fill(InputRecord& out);
  Status fill_cell(RecordColumn column, std::optional<std::string_view> cell, InputRecord& out);

  char separator_;
  std::vector<RecordColumn> columns_;
  bool has_columns_;
  std::string row_;
  std::vector<CellAt> cells_;
  size_t tried_ = 0;  ///< an unfinished row had so many bytes when it was last looked at
  RecordJsonReader headers_;
};

}  // namespace spool::cli
