#pragma once

/// Findings as lines: for people, and as JSON.

#include <string>
#include <string_view>

#include "core/storage/finding.h"

namespace spool::cli {

std::string_view severity_name(storage::Severity severity);

/// "PATH:POSITION: error batch-crc: offset 73: expected ..., found ...; repair would ..." and a
/// newline.
void append_finding_text(std::string& out, const storage::Finding& finding);

/// One JSON object and a newline: file, file_pos, offset, check, severity, expected, found, repair;
/// what does not apply is null.
void append_finding_json(std::string& out, const storage::Finding& finding);

}  // namespace spool::cli
