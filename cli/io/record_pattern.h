#pragma once

/// Reads records as a format string says, in the language of record_format.h: what consume -f
/// prints, produce -f reads. Each token takes bytes off the front:
///
///   after a size token (%S %R for the value, %K for the key) the text has that many bytes, and -1
///   is null; with a number as modifier (%S{8}) a size has so many digits
///   %s{re:REGEX} takes what matches, %s{json} one JSON value
///   any other text goes up to the literal text behind its token, or to the end of the input behind
///   the last token
///   %T{iso} reads a date; %p %t %T are taken; %o %e %y %i are read and forgotten
///   %h reads name=value,name=value, NULL for null; behind %H, %h{...} reads so many headers

#include <memory>
#include <string>
#include <vector>

#include "cli/io/input_record.h"
#include "cli/io/record_format.h"
#include "cli/io/record_lines.h"

namespace spool::cli {

class PatternCutter final : public RecordCutter {
 public:
  /// rules  its null marker and is_empty_null hold for texts without a size
  /// errors invalid_argument: nothing says where a token ends; a bad regular expression
  static Result<std::unique_ptr<RecordCutter>> make(std::string_view format, LineRules rules);
  ~PatternCutter() override;

  Result<Cut> cut(std::string_view bytes, bool is_end, InputRecord& out) override;

 private:
  struct Step;
  struct Run;

  PatternCutter();
  static Result<std::vector<Step>> compile(const std::vector<FormatPart>& parts, bool is_inner);

  std::vector<Step> steps_;
  LineRules rules_;
  size_t tried_ = 0;  ///< an unfinished record had so many bytes when it was last looked at
  std::string kept_;  ///< decoded texts of the last record
};

}  // namespace spool::cli
