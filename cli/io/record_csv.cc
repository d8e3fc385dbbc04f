#include "cli/io/record_csv.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::cli {

namespace {

constexpr std::string_view kColumnNames[] = {
    "topic",        "partition", "offset", "timestamp", "timestamp_type",
    "leader_epoch", "headers",   "key",    "value"};

/// An unfinished row is looked at again only when it has grown by a third: a value of many
/// megabytes would be read over and over otherwise.
constexpr size_t kLongRowBytes = 1 << 20;

Result<RecordColumn> parse_column(std::string_view name) {
  const auto at = std::ranges::find(kColumnNames, name);
  if (at != std::end(kColumnNames)) return static_cast<RecordColumn>(at - kColumnNames);
  std::string known;
  for (const std::string_view column : kColumnNames)
    append_text(known, known.empty() ? "" : ", ", column);
  return fail(ErrorCode::invalid_argument,
              concat("there is no column '", name, "'; there are ", known));
}

}  // namespace

Result<std::vector<RecordColumn>> parse_record_columns(std::string_view names) {
  std::vector<RecordColumn> out;
  for (size_t i = 0; names.empty() && i < std::size(kColumnNames); ++i)
    out.push_back(static_cast<RecordColumn>(i));
  if (names.empty()) return out;
  for (const std::string_view name : split(names, ',')) {
    TRY_ASSIGN(const RecordColumn column, parse_column(trim(name)));
    if (std::ranges::find(out, column) != out.end())
      return fail(ErrorCode::invalid_argument, concat("column '", trim(name), "' is there twice"));
    out.push_back(column);
  }
  return out;
}

void RecordRows::append_heading(std::string& out) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) out += separator_;
    out += kColumnNames[static_cast<size_t>(columns_[i])];
  }
  out += '\n';
}

void RecordRows::append_cell(std::string& out, std::optional<std::string_view> bytes) const {
  if (separator_ == '\t') {
    if (!bytes) {
      out += "\\N";
      return;
    }
    for (const char c : *bytes) {
      const size_t known = std::string_view("\t\n\r\\").find(c);
      if (known == std::string_view::npos)
        out += c;
      else
        append_text(out, '\\', "tnr\\"[known]);
    }
    return;
  }
  if (!bytes) return;
  if (!bytes->empty() && bytes->find_first_of("\",\r\n") == bytes->npos) {
    out += *bytes;
    return;
  }
  out += '"';
  for (const char c : *bytes) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void RecordRows::append_column(std::string& out, RecordColumn column,
                               const ShownRecord& shown) const {
  const record::RecordView& record = shown.record;
  const auto text = [](const std::optional<BytesView>& bytes) {
    return bytes ? std::optional(as_text(*bytes)) : std::nullopt;
  };
  switch (column) {
    case RecordColumn::topic:
      return append_cell(out, shown.topic);
    case RecordColumn::partition:
      return append_text(out, shown.partition.value);
    case RecordColumn::offset:
      return append_text(out, record.offset.value);
    case RecordColumn::timestamp:
      return append_text(out, record.timestamp_ms);
    case RecordColumn::timestamp_type:
      return append_text(out, timestamp_type_name(shown.timestamp_type));
    case RecordColumn::leader_epoch:
      return append_text(out, shown.leader_epoch.value);
    case RecordColumn::headers: {
      std::string json;
      append_headers_json(json, record);
      return append_cell(out, json);
    }
    case RecordColumn::key:
      return append_cell(out, text(record.key));
    case RecordColumn::value:
      return append_cell(out, text(record.value));
  }
}

void RecordRows::append(std::string& out, const ShownRecord& shown) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) out += separator_;
    append_column(out, columns_[i], shown);
  }
  out += '\n';
}

/// Bytes of the row that begins here, its line end included; 0: more are needed.
Result<size_t> RowCutter::read_row(std::string_view bytes, bool is_end) {
  if (!is_end && tried_ >= kLongRowBytes && bytes.size() < tried_ + tried_ / 3) return 0;
  row_.clear();
  cells_.clear();
  TRY_ASSIGN(const size_t taken,
             separator_ == '\t' ? read_tsv_row(bytes, is_end) : read_csv_row(bytes, is_end));
  tried_ = taken == 0 ? bytes.size() : 0;
  return taken;
}

Result<size_t> RowCutter::read_csv_row(std::string_view bytes, bool is_end) {
  for (size_t at = 0;;) {
    CellAt cell{.begin = row_.size()};
    if (at < bytes.size() && bytes[at] == '"') {
      for (++at;; ++at) {
        const size_t quote = bytes.find('"', at);
        if (quote == bytes.npos) {
          if (!is_end) return 0;
          return fail(ErrorCode::parse_error, "a quoted cell does not end");
        }
        row_ += bytes.substr(at, quote - at);
        at = quote + 1;
        if (at == bytes.size() && !is_end) return 0;
        if (at == bytes.size() || bytes[at] != '"') break;
        row_ += '"';
      }
      const bool is_followed_well =
          at == bytes.size() || bytes[at] == separator_ || bytes[at] == '\n' || bytes[at] == '\r';
      if (!is_followed_well)
        return fail(ErrorCode::parse_error,
                    "a quoted cell goes on behind its quote; a quote inside is written twice");
    } else {
      const char stops[] = {separator_, '\n'};
      size_t end = bytes.find_first_of(std::string_view(stops, 2), at);
      if (end == bytes.npos && !is_end) return 0;
      end = std::min(end, bytes.size());
      std::string_view text = bytes.substr(at, end - at);
      if ((end == bytes.size() || bytes[end] == '\n') && text.ends_with('\r'))
        text.remove_suffix(1);
      cell.is_null = text.empty();
      row_ += text;
      at = end;
    }
    cell.size = row_.size() - cell.begin;
    cells_.push_back(cell);
    if (at < bytes.size() && bytes[at] == '\r') {
      if (at + 1 == bytes.size() && !is_end) return 0;
      ++at;
    }
    if (at >= bytes.size()) return bytes.size();
    if (bytes[at] == '\n') return at + 1;
    ++at;  // the separator
  }
}

Result<size_t> RowCutter::read_tsv_row(std::string_view bytes, bool is_end) {
  const size_t newline = bytes.find('\n');
  if (newline == bytes.npos && !is_end) return 0;
  std::string_view line = bytes.substr(0, newline);
  if (line.ends_with('\r')) line.remove_suffix(1);
  for (const std::string_view text : split(line, '\t')) {
    CellAt cell{.begin = row_.size(), .is_null = text == "\\N"};
    for (size_t i = 0; i < text.size() && !cell.is_null; ++i) {
      if (text[i] != '\\') {
        row_ += text[i];
        continue;
      }
      const size_t known = ++i < text.size() ? std::string_view("tnr\\").find(text[i]) : 4;
      if (known >= 4)
        return fail(ErrorCode::parse_error, "after a backslash comes t, n, r or a backslash");
      row_ += "\t\n\r\\"[known];
    }
    cell.size = row_.size() - cell.begin;
    cells_.push_back(cell);
  }
  return newline == bytes.npos ? bytes.size() : newline + 1;
}

Status RowCutter::read_columns() {
  for (const CellAt& cell : cells_) {
    const std::string_view name = std::string_view(row_).substr(cell.begin, cell.size);
    TRY_ASSIGN(const RecordColumn column, parse_column(trim(name)));
    if (std::ranges::find(columns_, column) != columns_.end())
      return fail(ErrorCode::parse_error, concat("column '", name, "' is there twice"));
    columns_.push_back(column);
  }
  has_columns_ = true;
  return {};
}

Status RowCutter::fill(InputRecord& out) {
  if (cells_.size() != columns_.size())
    return fail(ErrorCode::parse_error,
                concat(cells_.size(), " cells in a row of ", columns_.size(), " columns"));
  for (size_t i = 0; i < columns_.size(); ++i) {
    const CellAt& cell = cells_[i];
    const auto text = cell.is_null
                          ? std::nullopt
                          : std::optional(std::string_view(row_).substr(cell.begin, cell.size));
    TRY(fill_cell(columns_[i], text, out));
  }
  return {};
}

Status RowCutter::fill_cell(RecordColumn column, std::optional<std::string_view> cell,
                            InputRecord& out) {
  switch (column) {
    case RecordColumn::topic:
      out.topic = cell;
      return {};
    case RecordColumn::partition: {
      if (!cell) return {};
      const auto number = parse_int<int32_t>(*cell);
      if (!number || *number < 0)
        return fail(ErrorCode::parse_error, concat("'", *cell, "' is no number of a partition"));
      out.partition = Partition(*number);
      return {};
    }
    case RecordColumn::timestamp: {
      if (!cell) return {};
      const auto number = parse_int<int64_t>(*cell);
      if (!number)
        return fail(ErrorCode::parse_error, concat("'", *cell, "' is no time in milliseconds"));
      out.timestamp_ms = *number;
      return {};
    }
    case RecordColumn::headers:
      if (!cell) return {};
      if (const Status read = headers_.read_headers(*cell, out.headers); !read)
        return fail(read.error().with_context("headers"));
      return {};
    case RecordColumn::key:
      out.has_key = true;
      out.key = cell ? std::optional(as_bytes(*cell)) : std::nullopt;
      return {};
    case RecordColumn::value:
      out.value = cell ? std::optional(as_bytes(*cell)) : std::nullopt;
      return {};
    default:
      return {};  // what only the broker decides
  }
}

Result<RecordCutter::Cut> RowCutter::cut(std::string_view bytes, bool is_end, InputRecord& out) {
  TRY_ASSIGN(const size_t taken, read_row(bytes, is_end));
  if (taken == 0) return more();
  if (!has_columns_) {
    if (const Status read = read_columns(); !read)
      return fail(ErrorCode::parse_error, concat("header row: ", read.error().text()));
    return nothing(taken);
  }
  const bool is_blank =
      cells_.size() == 1 && columns_.size() > 1 && cells_[0].is_null && separator_ == ',';
  if (is_blank) return nothing(taken);
  if (const Status filled = fill(out); !filled) return bad(taken, filled.error());
  return taken_record(taken);
}

}  // namespace spool::cli
