#pragma once

#include <string_view>

namespace spool {

enum class LogLevel { debug, info, warn, error };

/// Where a component tells a person what happened. Passed in, never global; safe from any thread.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void write(LogLevel level, std::string_view line) = 0;

  void debug(std::string_view line) { write(LogLevel::debug, line); }
  void info(std::string_view line) { write(LogLevel::info, line); }
  void warn(std::string_view line) { write(LogLevel::warn, line); }
  void error(std::string_view line) { write(LogLevel::error, line); }
};

/// Drops everything.
class NullLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view) override {}
};

}  // namespace spool
