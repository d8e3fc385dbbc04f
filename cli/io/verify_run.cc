#include "cli/io/verify_run.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::cli {

VerifyRun::VerifyRun(storage::FileSystem& fs, std::vector<VerifyTask> tasks, int threads)
    : fs_(fs), tasks_(std::move(tasks)), partitions_(tasks_.size()) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

VerifyRun::~VerifyRun() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

void VerifyRun::stop() {
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  is_done_.notify_all();
}

void VerifyRun::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (is_stopping_) return;
    Job job;
    if (!jobs_.empty()) {
      job = jobs_.front();
      jobs_.pop_front();
    } else if (next_task_ < tasks_.size()) {
      job.task = next_task_++;
    } else if (next_outcome_ >= tasks_.size()) {
      return;
    } else {
      // Somebody may still open a large partition and leave units to us.
      is_done_.wait(lock);
      continue;
    }
    lock.unlock();
    if (job.is_opening)
      open_task(job.task);
    else
      run_unit(job.task, job.unit);
    lock.lock();
  }
}

void VerifyRun::open_task(size_t task) {
  const VerifyTask& wanted = tasks_[task];
  auto outcome = std::make_unique<VerifyOutcome>();
  if (wanted.is_file) {
    outcome->findings = storage::verify_file(fs_, wanted.path, progress_);
    if (const auto info = fs_.info(wanted.path)) outcome->log_bytes = info->size_bytes;
    return put_outcome(task, std::move(outcome));
  }
  auto opened = storage::PartitionVerifier::open(fs_, wanted.path, wanted.options);
  if (!opened) {
    outcome->findings.push_back({.check = "unreadable",
                                 .path = wanted.path,
                                 .expected = "a directory that can be listed",
                                 .found = std::string(opened.error().text())});
    return put_outcome(task, std::move(outcome));
  }
  auto verifier = std::make_unique<storage::PartitionVerifier>(std::move(*opened));
  const size_t units = verifier->unit_count();
  {
    const std::lock_guard lock(mutex_);
    Partition& partition = partitions_[task];
    partition.verifier = std::move(verifier);
    partition.by_unit.resize(units);
    partition.units_left = units;
    for (size_t unit = units; unit-- > 1;)
      jobs_.push_front({.task = task, .unit = unit, .is_opening = false});
    if (units > 1) is_done_.notify_all();
  }
  if (units == 0) return finish_task(task);
  run_unit(task, 0);
}

void VerifyRun::run_unit(size_t task, size_t unit) {
  Partition& partition = partitions_[task];
  auto findings = partition.verifier->verify_unit(unit, progress_);
  bool is_last = false;
  {
    const std::lock_guard lock(mutex_);
    partition.by_unit[unit] = std::move(findings);
    is_last = --partition.units_left == 0;
  }
  if (is_last) finish_task(task);
}

void VerifyRun::finish_task(size_t task) {
  Partition& partition = partitions_[task];
  auto outcome = std::make_unique<VerifyOutcome>();
  for (auto& findings : partition.by_unit)
    std::ranges::move(findings, std::back_inserter(outcome->findings));
  std::ranges::move(partition.verifier->finish(), std::back_inserter(outcome->findings));
  outcome->ends = {partition.verifier->first_offset(), partition.verifier->log_end_offset()};
  outcome->segments_count = static_cast<int64_t>(partition.verifier->segments().size());
  for (const auto& facts : partition.verifier->segments()) outcome->log_bytes += facts.size_bytes;
  partition.verifier.reset();
  partition.by_unit.clear();
  put_outcome(task, std::move(outcome));
}

void VerifyRun::put_outcome(size_t task, std::unique_ptr<VerifyOutcome> outcome) {
  const std::lock_guard lock(mutex_);
  partitions_[task].outcome = std::move(outcome);
  is_done_.notify_all();
}

std::unique_ptr<VerifyOutcome> VerifyRun::next(std::chrono::milliseconds wait, bool& is_waiting) {
  std::unique_lock lock(mutex_);
  is_waiting = false;
  if (next_outcome_ >= tasks_.size()) return nullptr;
  const auto is_there = [&] { return partitions_[next_outcome_].outcome != nullptr; };
  if (!is_done_.wait_for(lock, wait, is_there)) {
    is_waiting = true;
    return nullptr;
  }
  auto outcome = std::move(partitions_[next_outcome_++].outcome);
  if (next_outcome_ >= tasks_.size()) is_done_.notify_all();
  return outcome;
}

VerifyOutcome verify_one(storage::FileSystem& fs, const VerifyTask& task) {
  VerifyRun run(fs, {task}, 1);
  std::unique_ptr<VerifyOutcome> outcome;
  while (outcome == nullptr) {
    bool is_waiting = false;
    outcome = run.next(std::chrono::hours(1), is_waiting);
  }
  return std::move(*outcome);
}

}  // namespace spool::cli
