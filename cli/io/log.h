#pragma once

#include <string_view>

#include "core/base/logger.h"

namespace spool::cli {

/// Warnings and errors of a part that logs, as lines on stderr; a command's user did not ask for
/// the rest. Unbuffered, one write a line, so lines of several threads do not mix.
class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel least = LogLevel::warn) : least_(least) {}
  void write(LogLevel level, std::string_view line) override;

 private:
  LogLevel least_;
};

}  // namespace spool::cli
