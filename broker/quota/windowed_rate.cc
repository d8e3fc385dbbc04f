#include "broker/quota/windowed_rate.h"

#include <algorithm>

namespace spool::broker {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

void WindowedRate::forget(Clock::Monotonic now, const QuotaWindows& windows) {
  const milliseconds age = windows.size * windows.count;
  while (!samples_.empty() && now - samples_.front().start >= age) samples_.pop_front();
}

void WindowedRate::record(double value, Clock::Monotonic now, const QuotaWindows& windows) {
  forget(now, windows);
  if (samples_.empty() || now - samples_.back().start >= windows.size) samples_.push_back({now, 0});
  samples_.back().value += value;
}

milliseconds WindowedRate::span(Clock::Monotonic now, const QuotaWindows& windows) {
  forget(now, windows);
  const auto elapsed = samples_.empty() ? milliseconds(0)
                                        : duration_cast<milliseconds>(now - samples_.front().start);
  const int64_t missing = windows.count - 1 - elapsed / windows.size;
  return missing > 0 ? elapsed + missing * windows.size : elapsed;
}

double WindowedRate::per_second(Clock::Monotonic now, const QuotaWindows& windows) {
  const Seconds divisor = std::max(span(now, windows), milliseconds(1));
  double total = 0;
  for (const Sample& sample : samples_) total += sample.value;
  return total / divisor.count();
}

bool WindowedRate::is_idle(Clock::Monotonic now, const QuotaWindows& windows) {
  forget(now, windows);
  return samples_.empty();
}

void TokenBucket::refill(double rate, Clock::Monotonic now, const QuotaWindows& windows) {
  const double burst = rate * Seconds(windows.size).count() * windows.count;
  const double earned = rate * Seconds(now - updated_).count();
  tokens_ = is_filled_ ? std::min(burst, tokens_ + earned) : burst;
  is_filled_ = true;
  updated_ = now;
}

double TokenBucket::tokens(double rate, Clock::Monotonic now, const QuotaWindows& windows) {
  refill(rate, now, windows);
  return tokens_;
}

void TokenBucket::take(double count, double rate, Clock::Monotonic now,
                       const QuotaWindows& windows) {
  refill(rate, now, windows);
  tokens_ -= count;
}

}  // namespace spool::broker
