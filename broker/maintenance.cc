#include "broker/maintenance.h"

#include <algorithm>
#include <latch>

#include "core/base/text.h"

namespace spool::broker {

namespace {
/// A timer beyond this is no timer: Kafka's way to say "never" is the largest number there is.
constexpr int64_t kNeverMs = int64_t{365} * 24 * 3600 * 1000;
/// How often failed storage is looked for; a partition that does not come back is tried less often.
constexpr int64_t kBringBackMs = 5000;
}  // namespace

Maintenance::Maintenance(net::EventLoop& loop, net::WorkerPool& workers, const Clock& clock, Logger& logger,
                         const BrokerConfig& config, TopicTable& topics)
    : loop_(loop), workers_(workers), clock_(clock), logger_(logger), config_(config), topics_(topics) {}

void Maintenance::start() {
  const int64_t first_ms = config_.integer("log.initial.task.delay.ms");
  const int64_t delete_delay_ms = config_.integer("log.segment.delete.delay.ms");
  const int64_t checkpoint_ms = config_.integer("replica.high.watermark.checkpoint.interval.ms");
  const int64_t flush_scheduler_ms = config_.integer("log.flush.scheduler.interval.ms");
  const int64_t producer_check_ms = config_.integer("producer.id.expiration.check.interval.ms");
  add(config_.integer("log.retention.check.interval.ms"), first_ms, [this] { apply_retention(); });
  add(checkpoint_ms, checkpoint_ms, [this] {
    flush_aged();
    if (const Status written = topics_.write_checkpoints(); !written)
      logger_.error(concat("writing checkpoints: ", written.error().text()));
  });
  add(flush_scheduler_ms, first_ms, [this] { flush_aged(); });
  add(producer_check_ms, producer_check_ms, [this] { forget_producers(); });
  add(kBringBackMs, kBringBackMs, [this] { bring_back(); });
  add(std::max<int64_t>(delete_delay_ms, 1000), delete_delay_ms, [this] { topics_.remove_due_directories(); });
}

void Maintenance::add(int64_t interval_ms, int64_t first_ms, std::function<void()> work) {
  if (interval_ms <= 0 || interval_ms > kNeverMs) return;
  auto job = std::make_unique<Job>();
  job->interval = std::chrono::milliseconds(interval_ms);
  job->work = std::move(work);
  job->timer = std::make_unique<net::EventLoop::Timer>(loop_);
  Job& added = *job;
  jobs_.push_back(std::move(job));
  loop_.post([this, &added, first_ms] { arm(added, std::chrono::milliseconds(first_ms)); });
}

void Maintenance::arm(Job& job, std::chrono::milliseconds delay) {
  if (is_stopping_) return;
  job.timer->set(delay, [this, &job] {
    if (is_stopping_) return;
    workers_.submit([this, &job] {
      job.work();
      loop_.post([this, &job] { arm(job, job.interval); });
    });
  });
}

void Maintenance::stop() {
  std::latch stopped(1);
  loop_.post([this, &stopped] {
    is_stopping_ = true;
    for (const auto& job : jobs_) job->timer.reset();
    stopped.count_down();
  });
  stopped.wait();
}

void Maintenance::for_each_replica(const std::function<void(Replica&)>& visit) {
  for (const auto& topic : topics_.all())
    for (const auto& replica : topic->partitions)
      if (replica) visit(*replica);
}

void Maintenance::apply_retention() {
  for_each_replica([this](Replica& replica) {
    const Status done = replica.with_log([&](storage::Log& log) -> Status {
      TRY_ASSIGN(const int deleted_count, log.delete_old_segments(log.log_end_offset()));
      if (deleted_count > 0)
        logger_.info(concat(replica.name().to_string(), ": deleted ", deleted_count,
                            " segments, the log now starts at ", log.log_start_offset().value));
      TRY(log.delete_due_files());
      return {};
    });
    if (!done && done.error().code() != ErrorCode::unknown_topic_or_partition)
      logger_.error(concat("retention of ", replica.name().to_string(), ": ", done.error().text()));
  });
}

// What nobody appends to any more, and what a quiet end of a segment left.
void Maintenance::flush_aged() {
  for_each_replica([this](Replica& replica) {
    if (replica.is_out_of_service() || replica.flush_need() == Replica::FlushNeed::none) return;
    if (const Status flushed = replica.flush(); !flushed)
      logger_.error(concat("flush of ", replica.name().to_string(), ": ", flushed.error().text()));
  });
}

void Maintenance::bring_back() {
  for_each_replica([](Replica& replica) {
    if (replica.is_out_of_service()) replica.bring_back();
  });
}

void Maintenance::forget_producers() {
  for_each_replica([this](Replica& replica) {
    if (!replica.is_open()) return;
    (void)replica.with_log([this](storage::Log& log) -> Status {
      log.expire_producers(clock_.wall_ms());
      return {};
    });
  });
}

}  // namespace spool::broker
