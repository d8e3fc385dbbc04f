#pragma once

/// The metadata store: a one-voter KRaft log (__cluster_metadata-0) and the image that replaying it
/// gives.
///
/// Apache Kafka can open the directory after us and we after it (kraft A). A mutation is a group of
/// records; it returns when the group is in the log, on stable storage and in the image, or when
/// nothing of it is in the image. Several callers that wait at the same time share one fdatasync.
///
/// Thread rule: every member function may be called from any thread, except open(), activate() and
/// close_cleanly(), which their owner calls once, alone. A mutation blocks for an fdatasync: never
/// call one from an I/O loop.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/metadata/image.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/base/types.h"
#include "core/base/uuid.h"

namespace spool::storage {
class FileSystem;
}

namespace spool::broker {

/// Fills the span with random bytes.
using RandomBytes = std::function<void(MutableBytes)>;

/// Of a new directory: 4.0-IV3, which every Kafka 4.x reads.
inline constexpr int16_t kMetadataVersionNew = 25;
inline constexpr int64_t kProducerIdBlockSize = 1000;
inline constexpr size_t kTopicNameBytesMax = 249;

struct MetadataStoreOptions {
  std::string path;     ///< the data directory, which has meta.properties already
  int32_t node_id = 1;  ///< of meta.properties
  Uuid directory_id;    ///< of meta.properties
  bool is_read_only =
      false;  ///< writes nothing; voters and replicas may be foreign; activate() and mutations fail
  int64_t snapshot_interval_bytes = int64_t{20}
                                    << 20;  ///< metadata.log.max.record.bytes.between.snapshots
  int64_t retention_bytes = int64_t{100} << 20;  ///< metadata.max.retention.bytes
  int64_t batch_bytes_max = int64_t{8}
                            << 20;  ///< of one batch; a larger group becomes a transaction
};

/// What a running broker says about itself when it registers.
struct BrokerRegistration {
  std::vector<EndpointImage> endpoints;  ///< advertised, with the ports that were bound
  std::optional<std::string> rack;
  std::vector<std::pair<std::string, FeatureRange>>
      features;  ///< supported, besides metadata.version
  std::string controller_host =
      "localhost";  ///< in the voter record of a new directory; may be stale later
  uint16_t controller_port = 9093;
};

struct TopicSpec {
  std::string name;
  std::optional<Uuid> topic_id;  ///< chosen by the store when absent
  int32_t partitions_count = 1;
  std::vector<std::pair<std::string, std::string>> configs;
};

struct ConfigChange {
  ConfigResource resource;
  std::vector<std::pair<std::string, std::optional<std::string>>> values;  ///< nullopt deletes
};

struct ProducerIdBlock {
  ProducerId first;
  int64_t count = kProducerIdBlockSize;
};

/// Told of every commit, in log order, on a committing thread, without any lock held, before the
/// mutations of that commit return. Must not call a mutation of the store.
class MetadataListener {
 public:
  virtual ~MetadataListener() = default;
  virtual void on_metadata_change(const MetadataDelta& delta) = 0;
};

class MetadataStore {
 public:
  /// Holds the image still. Keep it for a few lines: writers wait for it. Never two at a time in
  /// one thread.
  class ReadGuard {
   public:
    ReadGuard(std::shared_mutex& mutex, const MetadataImage& image)
        : lock_(mutex), image_(&image) {}
    const MetadataImage& operator*() const { return *image_; }
    const MetadataImage* operator->() const { return image_; }

   private:
    std::shared_lock<std::shared_mutex> lock_;
    const MetadataImage* image_;
  };

  /// Replays the newest snapshot and the log after it. A new or merely formatted directory gives an
  /// empty image (or what Kafka's formatter put there), which activate() makes a log of. Cuts a
  /// torn tail, unless read-only. errors   corrupt_message: a damaged batch with valid ones behind
  /// it
  ///          unsupported: a record, control record or metadata.version that this release does not
  ///          know; a quorum or replicas of other nodes; partitions without a metadata log. The
  ///          text names it and says what to do. io_error and friends
  static Result<std::unique_ptr<MetadataStore>> open(storage::FileSystem& fs, const Clock& clock,
                                                     Logger& logger, RandomBytes random,
                                                     MetadataStoreOptions options);
  virtual ~MetadataStore() = default;

  /// Takes office: a new raft epoch, bootstrap records when the log has none, a registration with a
  /// new incarnation, and this node as the leader of every partition (kraft A.4). Durable
  /// when it returns; in a new directory only with the first mutation or close_cleanly().
  virtual Status activate(BrokerRegistration registration) = 0;
  /// Writes what Kafka writes on a clean stop, so that the next to open need not wait for a session
  /// to expire. Then the caller writes the clean marker with broker_epoch(). Nothing may be called
  /// afterwards but getters. Durable when it returns.
  virtual Status close_cleanly() = 0;

  virtual ReadGuard read() const = 0;
  virtual void set_listener(MetadataListener* listener) = 0;

  virtual bool is_active() const = 0;
  virtual int32_t node_id() const = 0;
  /// Of the registration of activate(); before that, of the last one in the log; -1 when there is
  /// none.
  virtual int64_t broker_epoch() const = 0;
  virtual int32_t raft_epoch() const = 0;
  /// 0 static voters, 1 voters in the log.
  virtual int16_t kraft_version() const = 0;
  /// Exclusive; equals the image's end between commits.
  virtual Offset log_end_offset() const = 0;

  /// errors   topic_already_exists, invalid_topic_exception, invalid_partitions, invalid_request
  virtual Result<Uuid> create_topic(TopicSpec spec) = 0;
  /// One flush for all; the answers in the order of the specs.
  virtual std::vector<Result<Uuid>> create_topics(std::vector<TopicSpec> specs) = 0;
  /// errors   unknown_topic_id
  virtual Status delete_topic(const Uuid& topic_id) = 0;
  /// Grows the topic to `partitions_count`. errors: unknown_topic_id, invalid_partitions (not more
  /// than there are)
  virtual Status create_partitions(const Uuid& topic_id, int32_t partitions_count) = 0;
  /// Sets and deletes, all or nothing. Values are the caller's to validate. Deleting what is not
  /// set writes nothing.
  virtual Status set_configs(std::vector<ConfigChange> changes) = 0;
  /// A block of ids that no one was ever given.
  virtual Result<ProducerIdBlock> next_producer_id_block() = 0;
  /// Any records (ACLs, users, quotas, features), all or nothing. They must fit the image: what
  /// replay would refuse is refused here, before anything is written. Byte fields must live until
  /// the call returns.
  virtual Status append(std::vector<MetadataRecord> records) = 0;

  /// Writes a snapshot of the image and drops log segments and snapshots that are no longer kept.
  virtual Status write_snapshot() = 0;
};

}  // namespace spool::broker
