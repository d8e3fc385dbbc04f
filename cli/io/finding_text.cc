#include "cli/io/finding_text.h"

#include "cli/io/json_text.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

// A damaged file name or a parser's complaint need not be UTF-8.
void append_any_string(std::string& out, std::string_view text) {
  if (is_utf8(text))
    append_json_string(out, text);
  else
    append_json_bytes(out, as_bytes(text));
}

void append_number_or_null(std::string& out, const std::optional<int64_t>& number) {
  if (number)
    append_text(out, *number);
  else
    out += "null";
}

}  // namespace

std::string_view severity_name(storage::Severity severity) {
  switch (severity) {
    case storage::Severity::info:
      return "info";
    case storage::Severity::warning:
      return "warning";
    case storage::Severity::error:
      return "error";
  }
  return "error";
}

void append_finding_text(std::string& out, const storage::Finding& finding) {
  append_text(out, finding.path, ':');
  if (finding.file_pos) append_text(out, *finding.file_pos, ':');
  append_text(out, ' ', severity_name(finding.severity), ' ', finding.check, ':');
  if (finding.offset) append_text(out, " offset ", *finding.offset, ':');
  if (!finding.expected.empty()) append_text(out, " expected ", finding.expected, ", found");
  append_text(out, ' ', finding.found);
  if (!finding.repair.empty()) append_text(out, "; repair would ", finding.repair);
  out += '\n';
}

void append_finding_json(std::string& out, const storage::Finding& finding) {
  out += "{\"file\":";
  append_any_string(out, finding.path);
  out += ",\"file_pos\":";
  append_number_or_null(out, finding.file_pos);
  out += ",\"offset\":";
  append_number_or_null(out, finding.offset);
  append_text(out, ",\"check\":\"", finding.check, "\",\"severity\":\"",
              severity_name(finding.severity), "\",\"expected\":");
  append_any_string(out, finding.expected);
  out += ",\"found\":";
  append_any_string(out, finding.found);
  out += ",\"repair\":";
  if (finding.repair.empty())
    out += "null";
  else
    append_any_string(out, finding.repair);
  out += "}\n";
}

}  // namespace spool::cli
