#pragma once

#include <memory>
#include <mutex>
#include <unordered_set>

#include "broker/topics/replica.h"

namespace spool::broker {

/// The requests that wait for something to happen. Owns them: partitions and timers refer to them weakly, so that a
/// request that was answered is gone. One mutex.
class Purgatory {
 public:
  void add(std::shared_ptr<ReplicaWaiter> waiter) {
    std::lock_guard lock(mutex_);
    waiters_.insert(std::move(waiter));
  }
  void remove(const std::shared_ptr<ReplicaWaiter>& waiter) {
    std::lock_guard lock(mutex_);
    waiters_.erase(waiter);
  }

  /// Wakes everything that waits; whatever looks again finds is_closed() and answers with what it has.
  void close() {
    std::lock_guard lock(mutex_);
    is_closed_ = true;
    for (const auto& waiter : waiters_) waiter->wake();
  }
  bool is_closed() const {
    std::lock_guard lock(mutex_);
    return is_closed_;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_set<std::shared_ptr<ReplicaWaiter>> waiters_;  // guarded by mutex_
  bool is_closed_ = false;                                      // guarded by mutex_
};

}  // namespace spool::broker
