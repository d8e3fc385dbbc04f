#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace spool::net {

/// Threads for work that blocks: fsync, recovery, deletion, cold reads. Threads start when there is work for them.
/// Any thread may submit.
class WorkerPool {
 public:
  using Task = std::move_only_function<void()>;

  explicit WorkerPool(int threads_max) : threads_max_(threads_max) {}
  /// Waits like stop().
  ~WorkerPool() { stop(); }

  /// Queues a task. After stop() began the task is run by the caller, so that nobody waits for it in vain.
  void submit(Task task);
  /// Runs what is queued, then joins the threads.
  void stop();

 private:
  void run();

  const int threads_max_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<Task> tasks_;            // guarded by mutex_
  std::vector<std::thread> threads_;  // guarded by mutex_
  int idle_count_ = 0;                // guarded by mutex_
  bool is_stopping_ = false;          // guarded by mutex_
};

}  // namespace spool::net
