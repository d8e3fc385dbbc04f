#pragma once

/// The topics this node serves: follows the metadata image, owns the partitions.

#include <deque>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/config/config.h"
#include "broker/metadata/store.h"
#include "broker/topics/replica.h"
#include "core/net/worker_pool.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

/// One topic. Immutable; a topic that grows is replaced by a new object with the same partitions in it.
struct Topic {
  std::string name;
  Uuid id;
  std::vector<std::shared_ptr<Replica>> partitions;  ///< by number

  Replica* partition(int32_t number) const {
    return number >= 0 && static_cast<size_t>(number) < partitions.size()
               ? partitions[static_cast<size_t>(number)].get()
               : nullptr;
  }
};

/// Lookups by any thread; changes come from the metadata store's commits.
class TopicTable final : public MetadataListener {
 public:
  /// What `environment` refers to, `config` and `metadata` outlive the table.
  TopicTable(Replica::Environment environment, const BrokerConfig& config, MetadataStore& metadata);

  /// Takes in the whole image: partitions of live topics, strays, directories left half deleted (5.1). Opens every log
  /// when the directory was not closed cleanly, on the pool's threads.
  Status load(net::WorkerPool& workers);

  std::shared_ptr<const Topic> find(std::string_view name) const;
  std::shared_ptr<const Topic> find(const Uuid& id) const;
  /// Whether a topic of this name went within the last second: long enough for whoever deleted it to see that it is gone.
  bool was_just_deleted(std::string_view name) const;
  /// A copy of the table, sorted by name.
  std::vector<std::shared_ptr<const Topic>> all() const;

  void on_metadata_change(const MetadataDelta& delta) override;

  /// Removes directories of topics whose file.delete.delay.ms has passed. Blocks.
  void remove_due_directories();
  /// Writes the three offset checkpoints when something changed. Blocks.
  Status write_checkpoints();
  /// Flushes and closes every open log, writes the checkpoints. Blocks.
  Status close();

 private:
  struct Doomed {
    std::string directory_name;
    Clock::Monotonic due;
  };
  struct Deleted {
    std::string name;
    Clock::Monotonic since;
  };

  std::shared_ptr<const Topic> make_topic(const MetadataImage& image, const TopicImage& topic, const Topic* before) const;
  std::shared_ptr<const ReplicaConfig> config_of(const MetadataImage& image, const std::string& topic) const;
  Replica::Checkpoints checkpoints_of(const TopicPartition& partition) const;
  void put(std::shared_ptr<const Topic> topic);
  void remove(const MetadataDelta::DeletedTopic& deleted);
  void configure(const MetadataImage& image, const Topic& topic) const;
  void doom(std::string directory_name);
  Status sort_out_directories();
  void add_unknown_directories(const std::vector<storage::PartitionDirectory>& directories);
  void recover_all(net::WorkerPool& workers);

  const Replica::Environment environment_;
  storage::DataDirectory& directory_;
  const BrokerConfig& config_;
  MetadataStore& metadata_;

  /// Lets the map be searched by a view.
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };

  mutable std::shared_mutex mutex_;
  // All three guarded by mutex_.
  std::unordered_map<std::string, std::shared_ptr<const Topic>, NameHash, std::equal_to<>> by_name_;
  std::unordered_map<Uuid, std::shared_ptr<const Topic>> by_id_;
  std::deque<Deleted> just_deleted_;  // oldest first

  std::mutex doomed_mutex_;
  std::vector<Doomed> doomed_;  // guarded by doomed_mutex_

  std::mutex written_mutex_;
  // What the checkpoint files hold; guarded by written_mutex_.
  storage::OffsetCheckpoint written_recovery_points_, written_log_starts_, written_high_watermarks_;
};

}  // namespace spool::broker
