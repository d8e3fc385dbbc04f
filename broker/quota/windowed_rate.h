#pragma once

/// The two ways in which Kafka measures what a client uses (its Rate over SampledStat, and its
/// TokenBucket of KIP-599). Plain arithmetic: the time is an argument.
/// Thread rule: none of their own; ClientQuotas guards them.

#include <chrono>
#include <cstdint>
#include <deque>

#include "core/base/clock.h"

namespace spool::broker {

/// quota.window.num and quota.window.size.seconds.
struct QuotaWindows {
  int count = 11;
  std::chrono::milliseconds size{1000};
};

/// A rate over the last windows. While fewer windows have passed than are kept, the time that is
/// still to come counts as passed: a client may use what its limit allows for all of it at once.
class WindowedRate {
 public:
  void record(double value, Clock::Monotonic now, const QuotaWindows& windows);
  /// What is used a second.
  double per_second(Clock::Monotonic now, const QuotaWindows& windows);
  /// The time that per_second() divides by.
  std::chrono::milliseconds span(Clock::Monotonic now, const QuotaWindows& windows);
  /// Nothing is remembered any more.
  bool is_idle(Clock::Monotonic now, const QuotaWindows& windows);

 private:
  struct Sample {
    Clock::Monotonic start;
    double value = 0;
  };

  void forget(Clock::Monotonic now, const QuotaWindows& windows);

  std::deque<Sample> samples_;  // oldest first
};

/// Tokens that come at a rate, as many as the windows hold at most. What is taken may leave less
/// than nothing: whoever comes then has to wait.
class TokenBucket {
 public:
  /// rate  tokens a second; may differ from call to call
  double tokens(double rate, Clock::Monotonic now, const QuotaWindows& windows);
  void take(double count, double rate, Clock::Monotonic now, const QuotaWindows& windows);

 private:
  void refill(double rate, Clock::Monotonic now, const QuotaWindows& windows);

  bool is_filled_ = false;  // full before its first use
  double tokens_ = 0;
  Clock::Monotonic updated_{};
};

}  // namespace spool::broker
