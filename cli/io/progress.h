#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spool::cli {

/// The numbers behind a progress line. Times are arguments.
class Progress {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kInterval{500};

  /// total_bytes  of the input, when they are known
  Progress(Time start, std::optional<int64_t> total_bytes)
      : start_(start), next_(start + kInterval), total_bytes_(total_bytes) {}

  bool is_due(Time now) const { return now >= next_; }
  Time next() const { return next_; }
  /// "12,345 records  1.2 MB  24,000/s  35 %  0:12 left", and when it is due again.
  std::string line(Time now, int64_t records, int64_t bytes);

 private:
  Time start_;
  Time next_;
  std::optional<int64_t> total_bytes_;
};

/// "12,345"
std::string grouped(int64_t number);
/// "1 batch", "12,345 batches"
std::string counted(int64_t count, std::string_view noun);
/// "1.2 MB"; decimal units
std::string short_bytes(int64_t bytes);

}  // namespace spool::cli
