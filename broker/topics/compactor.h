#pragma once

/// Compaction in the background (storage-format 6.4, 6.5): looks for the log with most to gain,
/// cleans it, and again until there is nothing left to do.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/config/config.h"
#include "broker/metadata/store.h"
#include "broker/topics/topic_table.h"
#include "core/base/clock.h"
#include "core/base/logger.h"
#include "core/net/event_loop.h"
#include "core/net/worker_pool.h"
#include "core/storage/data_directory.h"
#include "core/storage/log_cleaner.h"

namespace spool::broker {

/// What compaction has done since the start, and is doing now.
struct CompactionMetrics {
  struct Running {
    std::string partition;
    int64_t bytes_done = 0;
    int64_t bytes_total = 0;
  };
  int64_t rounds_count = 0;
  int64_t failures_count = 0;
  int64_t bytes_read = 0;
  int64_t bytes_written = 0;
  int64_t bytes_gained = 0;
  int64_t records_read = 0;
  int64_t records_dropped = 0;
  int64_t last_round_ms = 0;
  double max_dirty_ratio = 0;  ///< of the logs that were looked at last
  int64_t uncleanable_count = 0;
  std::vector<Running> running;
};

/// Safe from any thread. The timer lives on one loop, the work runs on the pool; cycles never
/// overlap.
class Compactor {
 public:
  /// All references outlive the compactor.
  Compactor(net::EventLoop& loop, storage::FileSystem& fs, const Clock& clock, Logger& logger,
            const BrokerConfig& config, MetadataStore& metadata, storage::DataDirectory& directory,
            TopicTable& topics, net::WorkerPool& workers, const RandomBytes& random);

  /// A cycle every log.cleaner.backoff.ms from now on.
  void start();
  /// One cycle: log.cleaner.threads rounds at a time until no log is dirty enough; then retention
  /// of the compacted logs. Blocks.
  void run();
  /// Rounds that run end soon and change nothing; none begins any more.
  void stop();
  CompactionMetrics metrics() const;

 private:
  struct Settings {
    std::chrono::milliseconds backoff{15'000};
    int threads = 1;
    double bytes_per_second = 0;
    storage::CleanerSettings cleaner;
  };
  struct Candidate {
    std::shared_ptr<const Topic> topic;  // keeps the replica
    Replica* replica = nullptr;
    storage::CleanableRange range;
  };
  /// Partitions are told apart by topic id: a topic that is deleted and made again is another.
  using Key = std::pair<Uuid, int32_t>;
  class Pace;

  void arm();
  Settings settings() const;
  void work(const Settings& settings);
  std::optional<Candidate> choose();
  std::optional<Candidate> look_at(const std::shared_ptr<const Topic>& topic, Replica& replica);
  bool may_have_segments(Replica& replica);
  bool clean(const Candidate& candidate, const Settings& settings);
  void note(const Candidate& candidate, const storage::CleaningReport& report, int64_t took_ms);
  void note_failure(const Candidate& candidate, const Error& error);
  void apply_retention();
  void forget_deleted();
  void write_checkpoint();

  net::EventLoop& loop_;
  storage::FileSystem& fs_;
  const Clock& clock_;
  Logger& logger_;
  const BrokerConfig& config_;
  MetadataStore& metadata_;
  storage::DataDirectory& directory_;
  TopicTable& topics_;
  net::WorkerPool& workers_;
  storage::HashKey hash_key_;

  std::unique_ptr<net::EventLoop::Timer> timer_;  // the loop's
  std::mutex checkpoint_mutex_;                   // one writer of the file at a time; before mutex_

  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  // All guarded by mutex_.
  bool is_stopping_ = false;
  std::set<Key> in_progress_;
  std::set<Key> uncleanable_;  // until the next start
  std::set<Key> one_segment_;  // logs not opened yet that have nothing but an active segment
  std::map<Key, std::pair<TopicPartition, Offset>> checkpoints_;
  CompactionMetrics metrics_;
  std::map<Key, CompactionMetrics::Running> running_;
};

}  // namespace spool::broker
