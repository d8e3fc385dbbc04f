#pragma once

#include <chrono>
#include <cstdint>

namespace spool {

/// Time as an argument. Wall time stamps records; monotonic time measures waits, so a jump of the wall clock ends no
/// session. Implementations are safe to call from any thread.
class Clock {
 public:
  using Monotonic = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01 UTC.
  virtual int64_t wall_ms() const = 0;
  virtual Monotonic monotonic() const = 0;
  /// The same in milliseconds from an unknown origin, for differences.
  int64_t monotonic_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(monotonic().time_since_epoch())
        .count();
  }
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  int64_t wall_ms() const override {
    using std::chrono::system_clock;
    return std::chrono::duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count();
  }
  Monotonic monotonic() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace spool
