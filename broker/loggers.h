#pragma once

/// The broker's loggers, under names that Kafka's users know (KIP-412).
///
/// Each part of the broker writes to a logger of its own, which lets through what is at its level or
/// above. A logger without a level of its own has root's. Levels change while the broker runs, by
/// IncrementalAlterConfigs of the resource type BROKER_LOGGER, and last as long as the process.

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/logger.h"

namespace spool::broker {

/// Kafka's levels. A Logger writes debug to error; the outer two let everything and nothing through.
enum class LogThreshold : int8_t { trace, debug, info, warn, error, fatal };

/// "INFO"; nullopt for what is no level, also for one in lower case.
std::optional<LogThreshold> parse_log_threshold(std::string_view name);
std::string_view name_of(LogThreshold threshold);

/// Safe from any thread.
class Loggers {
 public:
  enum Part : size_t { root, network, requests, metadata, groups, log_manager, cleaner, logs, transactions };
  static constexpr size_t kPartsCount = transactions + 1;

  /// sink  gets what is let through; outlives this object and all who write to it
  Loggers(Logger& sink, LogThreshold root_threshold);
  Loggers(const Loggers&) = delete;
  Loggers& operator=(const Loggers&) = delete;

  static std::string_view name_of(Part part);
  /// nullopt: there is no logger of that name.
  static std::optional<Part> find(std::string_view name);

  Logger& of(Part part) { return parts_[part]; }
  /// The level in force: its own, or root's.
  LogThreshold threshold(Part part) const;
  void set(Part part, LogThreshold threshold) { parts_[part].own = static_cast<int8_t>(threshold); }
  /// Back to root's level; root itself keeps its own.
  void unset(Part part);

 private:
  static constexpr int8_t kInherited = -1;

  struct Filter final : Logger {
    void write(LogLevel level, std::string_view line) override;

    Loggers* loggers = nullptr;
    Part part = root;
    std::atomic<int8_t> own{kInherited};
  };

  Logger& sink_;
  std::array<Filter, kPartsCount> parts_;
};

}  // namespace spool::broker
