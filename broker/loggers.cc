#include "broker/loggers.h"

#include <algorithm>

namespace spool::broker {

namespace {

constexpr std::array<std::string_view, 6> kThresholdNames = {"TRACE", "DEBUG", "INFO",
                                                             "WARN",  "ERROR", "FATAL"};

constexpr std::array<std::string_view, Loggers::kPartsCount> kLoggerNames = {
    "root",
    "kafka.network.SocketServer",
    "kafka.server.KafkaApis",
    "org.apache.kafka.controller.QuorumController",
    "org.apache.kafka.coordinator.group.GroupCoordinatorService",
    "org.apache.kafka.storage.internals.log.LogManager",
    "org.apache.kafka.storage.internals.log.LogCleaner",
    "org.apache.kafka.storage.internals.log.UnifiedLog",
    "kafka.coordinator.transaction.TransactionCoordinator",
};

LogThreshold threshold_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return LogThreshold::debug;
    case LogLevel::info:
      return LogThreshold::info;
    case LogLevel::warn:
      return LogThreshold::warn;
    case LogLevel::error:
      return LogThreshold::error;
  }
  return LogThreshold::error;
}

}  // namespace

std::optional<LogThreshold> parse_log_threshold(std::string_view name) {
  const auto found = std::ranges::find(kThresholdNames, name);
  if (found == kThresholdNames.end()) return std::nullopt;
  return static_cast<LogThreshold>(found - kThresholdNames.begin());
}

std::string_view name_of(LogThreshold threshold) {
  return kThresholdNames[static_cast<size_t>(threshold)];
}

Loggers::Loggers(Logger& sink, LogThreshold root_threshold) : sink_(sink) {
  for (size_t part = 0; part < kPartsCount; ++part) {
    parts_[part].loggers = this;
    parts_[part].part = static_cast<Part>(part);
  }
  set(root, root_threshold);
}

std::string_view Loggers::name_of(Part part) { return kLoggerNames[part]; }

std::optional<Loggers::Part> Loggers::find(std::string_view name) {
  const auto found = std::ranges::find(kLoggerNames, name);
  if (found == kLoggerNames.end()) return std::nullopt;
  return static_cast<Part>(found - kLoggerNames.begin());
}

LogThreshold Loggers::threshold(Part part) const {
  const int8_t own = parts_[part].own;
  return static_cast<LogThreshold>(own == kInherited ? parts_[root].own.load() : own);
}

void Loggers::unset(Part part) {
  if (part != root) parts_[part].own = kInherited;
}

void Loggers::Filter::write(LogLevel level, std::string_view line) {
  if (threshold_of(level) >= loggers->threshold(part)) loggers->sink_.write(level, line);
}

}  // namespace spool::broker
