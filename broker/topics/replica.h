#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/metadata/store.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/base/types.h"
#include "core/base/uuid.h"
#include "core/net/worker_pool.h"
#include "core/record/validate.h"
#include "core/storage/data_directory.h"
#include "core/storage/file.h"
#include "core/storage/log.h"
#include "core/storage/log_config.h"

namespace spool::broker {

/// Somebody who waits for a partition to change: an append, a moved bound, an error, deletion.
class ReplicaWaiter {
 public:
  virtual ~ReplicaWaiter() = default;
  /// Called on any thread, with the partition's waiter list locked: post and return.
  virtual void wake() = 0;
};

/// What a topic's configs mean for its partitions. Shared by all of them, never changed.
struct ReplicaConfig {
  storage::LogConfig log;
  record::ValidateOptions validate;  ///< but for what each request brings itself
};

/// This node's copy of a partition: its log, its leadership and those who wait for it.
///
/// The log is opened when it is first needed. One mutex guards writing; reading takes it only until the log is open.
/// On one node the in-sync set is this node, so the high watermark is the log end offset.
///
/// Storage that fails. An append that finds no room leaves the log as it was: it is refused, and the next may succeed.
/// A log whose bytes on the disk are in doubt (a failed fsync, a write that could not be undone) takes no more appends,
/// and one that cannot be opened serves nothing: the partition answers KAFKA_STORAGE_ERROR, the others go on.
/// bring_back() opens it anew when the storage works again.
class Replica : public std::enable_shared_from_this<Replica> {
 public:
  struct Environment {
    storage::FileSystem& fs;
    const Clock& clock;
    Logger& logger;
    storage::DataDirectory& directory;
    RandomBytes random;  ///< names directories that are put aside
    int64_t producer_expiration_ms;
    storage::OpenFiles* open_files = nullptr;  ///< limits the descriptors of all partitions
  };
  struct Checkpoints {
    Offset recovery_point{0};
    Offset log_start{0};
  };

  /// environment  outlives the partition
  Replica(const Environment& environment, TopicPartition name, Uuid topic_id, LeaderEpoch leader_epoch,
            std::shared_ptr<const ReplicaConfig> config, Checkpoints checkpoints);
  /// Lets go of the log without writing anything; close() comes first in an orderly stop.
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  const TopicPartition& name() const { return name_; }
  const Uuid& topic_id() const { return topic_id_; }
  LeaderEpoch leader_epoch() const { return LeaderEpoch(leader_epoch_.load(std::memory_order_relaxed)); }

  /// The log, opened now when it was not. Any thread; blocks while another thread opens it.
  /// errors  unknown_topic_or_partition: deleted meanwhile; kafka_storage_error: the log cannot be used
  Result<const storage::Log*> log();
  /// Whether log() was called with success: the partition then holds descriptors and unwritten state.
  bool is_open() const { return open_log() != nullptr; }

  /// Appends one validated batch and wakes who waits. See storage::Log::append.
  Result<storage::AppendResult> append(MutableBytes batch, storage::AppendOrigin origin);
  /// What the settings ask for now that something was appended: flush.messages is waited for, flush.ms and the end of
  /// a segment are not.
  enum class FlushNeed { none, later, before_answer };
  FlushNeed flush_need();
  using FlushDone = std::move_only_function<void(const Status&)>;
  /// Makes what was appended before this call survive a power cut, then calls `done`, both on a worker. Callers that
  /// come while a flush is running share the next one; appends go on meanwhile.
  void flush_then(net::WorkerPool& workers, FlushDone done);
  /// The same without anybody waiting; nothing when a flush is running already.
  void flush_later(net::WorkerPool& workers);
  /// Flushes now, on this thread, beside appends.
  Status flush();

  /// First offset that no reader gets: the last stable offset for read_committed, the high watermark else.
  /// Only after log() succeeded.
  Offset high_watermark() const { return open_log()->log_end_offset(); }
  Offset last_stable_offset() const;
  Offset log_start_offset() const { return open_log()->log_start_offset(); }

  /// Compares what a client believes with this leadership (KIP-320); -1 skips the check.
  ErrorCode check_leader_epoch(int32_t current_leader_epoch) const;
  /// Where an epoch ends; {-1, -1} for one we do not know. Only after log() succeeded.
  storage::EpochEnd end_offset_for_epoch(LeaderEpoch epoch) const;

  std::shared_ptr<const ReplicaConfig> config() const;
  void configure(std::shared_ptr<const ReplicaConfig> config);
  /// Runs `change` on the log under the partition's mutex, opening it first. For retention, DeleteRecords and the like.
  Status with_log(const std::function<Status(storage::Log&)>& change);

  /// What the log remembers of a producer, opening it first; nullopt: nothing.
  std::optional<storage::ProducerEntry> producer(ProducerId producer_id);

  void add_waiter(std::weak_ptr<ReplicaWaiter> waiter);
  void remove_waiter(const ReplicaWaiter* waiter);

  /// Whether its storage failed: bring_back() may help.
  bool is_out_of_service() const;
  /// Opens a log whose storage failed anew, recovering it from the last offset that is known to be on stable storage:
  /// what cannot be read any more is gone. Tries seldom while that does not succeed. Blocks.
  void bring_back();

  /// Ends service: appends and reads fail from now on, waiters wake. The files stay.
  void mark_deleted();
  /// Flushes and closes the log when it is open.
  Status close();

  /// Values for the checkpoint files; what the checkpoints said while the log has not been opened.
  Checkpoints checkpoints() const;
  /// Log end for the high-watermark checkpoint: nullopt while the log has not been opened.
  std::optional<Offset> known_end_offset() const;

 private:
  Result<storage::Log*> open_locked();
  Result<std::unique_ptr<storage::Log>> load_log(const Checkpoints& checkpoints, bool is_clean);
  void put_log(std::unique_ptr<storage::Log> log);
  const storage::Log* open_log() const { return open_log_.load(std::memory_order_acquire); }
  Result<bool> is_half_made(const std::string& path) const;
  Status claim_directory();
  void wake_waiters();
  /// Takes the partition out of service after its storage failed; says so once.
  void take_offline(const Error& error);
  void begin_flush(net::WorkerPool& workers);
  void run_flush(net::WorkerPool& workers);

  const Environment& environment_;
  const TopicPartition name_;
  const Uuid topic_id_;
  std::atomic<int32_t> leader_epoch_;
  const Checkpoints initial_checkpoints_;

  mutable std::mutex mutex_;
  std::shared_ptr<const ReplicaConfig> config_;  // guarded by mutex_
  std::unique_ptr<storage::Log> log_;        // guarded by mutex_; others use it through open_log_
  std::vector<std::unique_ptr<storage::Log>> retired_logs_;  // guarded by mutex_; failed, readers may still hold them
  std::atomic<const storage::Log*> open_log_{nullptr};
  std::atomic<bool> is_deleted_{false};
  std::atomic<bool> is_closed_{false};
  std::atomic<bool> is_offline_{false};  // the log could not be opened
  Clock::Monotonic next_try_{};          // guarded by mutex_
  std::chrono::seconds try_delay_{1};    // guarded by mutex_

  std::mutex flush_mutex_;
  std::vector<FlushDone> flush_waiters_;  // guarded by flush_mutex_
  bool is_flushing_ = false;              // guarded by flush_mutex_

  std::mutex waiters_mutex_;
  std::vector<std::weak_ptr<ReplicaWaiter>> waiters_;  // guarded by waiters_mutex_
};

}  // namespace spool::broker
