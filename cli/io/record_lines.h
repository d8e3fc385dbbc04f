#pragma once

#include <optional>
#include <string>

#include "cli/io/input_record.h"

namespace spool::cli {

/// Lines, or what another delimiter ends, as records.
struct LineRules {
  std::string delimiter = "\n";
  std::optional<std::string> key_delimiter;  ///< what stands before the first of it is the key
  std::optional<std::string> null_marker;    ///< what reads like this is null
  bool is_empty_null = false;
  bool skips_empty = false;  ///< an empty line is no record

  std::optional<BytesView> field(std::string_view text) const {
    if ((is_empty_null && text.empty()) || (null_marker && text == *null_marker))
      return std::nullopt;
    return as_bytes(text);
  }
};

class LineCutter final : public RecordCutter {
 public:
  explicit LineCutter(LineRules rules) : finder_(rules.delimiter), rules_(std::move(rules)) {}

  Result<Cut> cut(std::string_view bytes, bool is_end, InputRecord& out) override {
    const size_t end = finder_.find(bytes);
    // The last line needs no newline.
    if (end == bytes.npos && !is_end) return more();
    std::string_view line = bytes.substr(0, end);
    const size_t taken = end == bytes.npos ? bytes.size() : end + rules_.delimiter.size();
    if (rules_.skips_empty && line.empty()) return nothing(taken);
    if (rules_.key_delimiter) {
      const size_t at = line.find(*rules_.key_delimiter);
      if (at != line.npos) {
        out.key = rules_.field(line.substr(0, at));
        out.has_key = true;
        line.remove_prefix(at + rules_.key_delimiter->size());
      }
    }
    out.value = rules_.field(line);
    return taken_record(taken);
  }

 private:
  LineFinder finder_;
  LineRules rules_;
};

}  // namespace spool::cli
