#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "broker/config/config.h"
#include "broker/topics/topic_table.h"
#include "core/net/event_loop.h"
#include "core/net/worker_pool.h"

namespace spool::broker {

/// What a broker does without being asked: retention, checkpoints, flush.ms, forgetting producers, removing directories
/// of deleted topics. Timers live on one loop, the work runs on the pool; a job never overlaps itself.
class Maintenance {
 public:
  Maintenance(net::EventLoop& loop, net::WorkerPool& workers, const Clock& clock, Logger& logger,
              const BrokerConfig& config, TopicTable& topics);

  /// Sets the timers; the first retention waits log.initial.task.delay.ms, as Kafka's.
  void start();
  /// No job starts any more; one that runs ends with the pool.
  void stop();

 private:
  struct Job {
    std::chrono::milliseconds interval;
    std::function<void()> work;
    std::unique_ptr<net::EventLoop::Timer> timer;
  };

  void add(int64_t interval_ms, int64_t first_ms, std::function<void()> work);
  void arm(Job& job, std::chrono::milliseconds delay);
  void apply_retention();
  void flush_aged();
  void bring_back();
  void forget_producers();
  void for_each_replica(const std::function<void(Replica&)>& visit);

  net::EventLoop& loop_;
  net::WorkerPool& workers_;
  const Clock& clock_;
  Logger& logger_;
  const BrokerConfig& config_;
  TopicTable& topics_;
  std::vector<std::unique_ptr<Job>> jobs_;  // filled by start(), then the loop's
  bool is_stopping_ = false;                // the loop's
};

}  // namespace spool::broker
