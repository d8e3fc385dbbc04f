#include "core/net/worker_pool.h"

namespace spool::net {

void WorkerPool::submit(Task task) {
  std::unique_lock lock(mutex_);
  if (is_stopping_) {
    lock.unlock();
    task();
    return;
  }
  tasks_.push_back(std::move(task));
  const bool is_thread_needed = static_cast<int>(tasks_.size()) > idle_count_;
  if (is_thread_needed && static_cast<int>(threads_.size()) < threads_max_)
    threads_.emplace_back([this] { run(); });
  else
    has_work_.notify_one();
}

void WorkerPool::stop() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    threads.swap(threads_);
  }
  has_work_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_count_;
    has_work_.wait(lock, [this] { return !tasks_.empty() || is_stopping_; });
    --idle_count_;
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

}  // namespace spool::net
