#pragma once

/// Prints records in the form a command line asks for: --output text with -f, -K, -D, -Z, or jsonl,
/// json, csv, tsv, hex, raw, frames.

#include <functional>
#include <string>
#include <variant>

#include "cli/io/record_csv.h"
#include "cli/io/record_format.h"
#include "cli/io/record_frames.h"
#include "cli/io/record_json.h"
#include "cli/options.h"

namespace spool::cli {

/// What RecordWriter::make() reads.
inline constexpr Option kRecordOutputOptions[] = {
    {.name = "output",
     .kind = OptionKind::value,
     .value = "text|jsonl|json|csv|tsv|hex|raw|frames",
     .fallback = "text",
     .help = "Form of the records; jsonl, csv, tsv and frames lose nothing and can be produced",
     .group = "How"},
    {.name = "format",
     .letter = 'f',
     .kind = OptionKind::value,
     .value = "FORMAT",
     .help = "Print records as FORMAT says: %s value, %k key, %h headers, %t topic, %p partition, "
             "%o offset, %T timestamp and more, see the manual page",
     .group = "How"},
    {.name = "key-delimiter",
     .letter = 'K',
     .kind = OptionKind::value,
     .value = "TEXT",
     .help = "Print the key and TEXT before the value",
     .group = "How"},
    {.name = "delimiter",
     .letter = 'D',
     .kind = OptionKind::value,
     .value = "TEXT",
     .fallback = "\\n",
     .help = "Print TEXT after each record; \\n \\t \\xNN are understood",
     .group = "How"},
    {.name = "null", .letter = 'Z', .help = "Print null as NULL", .group = "How"},
    {.name = "null-marker",
     .kind = OptionKind::value,
     .value = "TEXT",
     .help = "Print null as TEXT",
     .group = "How"},
    {.name = "bytes",
     .kind = OptionKind::value,
     .value = "auto|base64|hex",
     .fallback = "auto",
     .help = "How JSON writes keys and values: auto is a string where they are UTF-8, else Base64",
     .group = "How"},
    {.name = "embed",
     .help = "Keys and values that are JSON stand in jsonl and json as they are, as key_json and "
             "value_json",
     .group = "How"},
    {.name = "columns",
     .kind = OptionKind::value,
     .value = "NAME,...",
     .help = "Columns of csv and tsv, in this order",
     .group = "How"},
    {.name = "no-header",
     .help = "Leave the row of column names of csv and tsv out",
     .group = "How"},
};

class RecordWriter {
 public:
  /// errors  invalid_argument: options that do not go together, a bad format
  static Result<RecordWriter> make(const Args& args);

  /// One of the forms that lose nothing: "jsonl", "csv", "tsv", "frames".
  static RecordWriter of_form(std::string_view form);

  /// Whatever the function appends. An error is failure() from then on.
  using Function = std::function<Status(std::string& out, const ShownRecord& shown)>;
  static RecordWriter of_function(Function function) { return RecordWriter(std::move(function)); }

  static RecordWriter of_format(RecordFormat format) { return RecordWriter(std::move(format)); }
  /// kcat's -J: its names, headers as one flat array, bytes as they are.
  static RecordWriter kcat_json(std::string delimiter) {
    return RecordWriter(KcatJson{std::move(delimiter)});
  }

  /// What stands before the first record.
  void begin(std::string& out);
  void append(std::string& out, const ShownRecord& shown);
  /// What stands behind the last one. Frames without it are known to be cut.
  void end(std::string& out);
  int64_t count() const { return count_; }
  /// Why a record could not be printed. None of the other forms ever fails.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  struct JsonLines {
    RecordJsonOptions options;
    bool is_array = false;
  };
  struct Rows {
    RecordRows rows;
    bool has_header = true;
  };
  struct KcatJson {
    std::string delimiter;
  };
  struct Hex {};
  struct Raw {};
  using Form =
      std::variant<RecordFormat, JsonLines, KcatJson, Rows, Hex, Raw, FrameWriter, Function>;

  explicit RecordWriter(Form form) : form_(std::move(form)) {}
  static Result<Form> make_text(const Args& args);

  Form form_;
  int64_t count_ = 0;
  std::optional<Error> failure_;
};

}  // namespace spool::cli
