#pragma once

/// Runs the checks of many partitions on several threads and hands the findings out in the order of
/// the paths. Threads take whole partitions, and units of large ones, so that neither many small
/// logs nor one large log leave cores idle.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/storage/finding.h"
#include "core/storage/verify_directory.h"
#include "core/storage/verify_log.h"

namespace spool::cli {

/// One partition, or one file, to check.
struct VerifyTask {
  std::string path;
  storage::VerifyOptions options;
  bool is_file = false;
};

/// What came of a task.
struct VerifyOutcome {
  std::vector<storage::Finding> findings;
  storage::PartitionEnds ends;
  int64_t log_bytes = 0;
  int64_t segments_count = 0;
};

/// One thread calls next() until it returns nothing; the work is done by others.
class VerifyRun {
 public:
  VerifyRun(storage::FileSystem& fs, std::vector<VerifyTask> tasks, int threads);
  ~VerifyRun();

  /// The outcome of the next task in order; nullptr after the last. Waits at most `wait`; then
  /// `is_waiting` is set.
  std::unique_ptr<VerifyOutcome> next(std::chrono::milliseconds wait, bool& is_waiting);
  int64_t bytes_done() const { return progress_; }
  /// Ends early: threads finish the unit they are at.
  void stop();

 private:
  struct Job {
    size_t task = 0;
    size_t unit = 0;
    bool is_opening = true;
  };
  struct Partition {
    std::unique_ptr<storage::PartitionVerifier> verifier;
    std::vector<std::vector<storage::Finding>> by_unit;
    size_t units_left = 0;
    std::unique_ptr<VerifyOutcome> outcome;  // set when done
  };

  void work();
  void open_task(size_t task);
  void run_unit(size_t task, size_t unit);
  void finish_task(size_t task);
  void put_outcome(size_t task, std::unique_ptr<VerifyOutcome> outcome);

  storage::FileSystem& fs_;
  const std::vector<VerifyTask> tasks_;
  std::atomic<int64_t> progress_ = 0;
  std::mutex mutex_;  // guards what follows
  std::condition_variable is_done_;
  std::deque<Job> jobs_;  // of partitions that are open; before the others
  size_t next_task_ = 0;
  std::vector<Partition> partitions_;
  size_t next_outcome_ = 0;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

/// The same for one task, in one go.
VerifyOutcome verify_one(storage::FileSystem& fs, const VerifyTask& task);

}  // namespace spool::cli
