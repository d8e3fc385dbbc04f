#pragma once

/// The group coordinators of this broker, one a partition of __consumer_offsets, and how requests
/// reach them.
///
/// A shard belongs to one loop. Its coordinator is made by replaying the partition on a worker when
/// somebody first asks for it; who asks meanwhile waits, and is told to come again when it takes
/// long. What a coordinator writes is in the log before an answer leaves, and on stable storage
/// where flush.messages asks for it: answers then wait for a flush that others share.
///
/// The topic is made when a group first needs it. A directory opened for reading has coordinators
/// too, which follow the log and refuse to write.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "broker/config/config.h"
#include "broker/group/coordinator.h"
#include "broker/handlers/handler.h"
#include "broker/metadata/store.h"
#include "broker/topics/topic_table.h"
#include "core/net/event_loop.h"
#include "core/net/worker_pool.h"

namespace spool::broker::group {

inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";

/// The partition of `partitions_count` that keeps a group (or a transactional id): Java's string
/// hash.
int32_t partition_for(std::string_view id, int32_t partitions_count);

class Service;

class Shard;

/// The way out of a shard: what is sent leaves once everything the shard has written so far is as
/// safe as the settings ask. Outlives the turn it came from, as parked requests do; any turn of the
/// same shard may use it.
class Outlet {
 public:
  explicit Outlet(Shard& shard) : shard_(&shard) {}
  void send(const Request& request, Responder respond, Response response) const;
  /// Runs `then` on the shard's loop, with what came of the flush.
  void when_safe(std::move_only_function<void(const Status& flushed)> then) const;

 private:
  Shard* shard_;
};

/// What a request may use while it has its coordinator.
struct Turn {
  Coordinator& coordinator;
  Now now;
  Outlet outlet;
};

/// Runs on the shard's loop. turn: nullptr when `error` says why there is none.
using Work = std::move_only_function<void(ErrorCode error, Turn* turn)>;

class Service {
 public:
  enum class Purpose {
    look,   ///< a group that is not there needs no topic
    write,  ///< makes the topic when there is none
  };
  struct Parts {
    const Clock& clock;
    Logger& logger;
    const BrokerConfig& config;
    MetadataStore& metadata;
    TopicTable& topics;
    net::WorkerPool& workers;
    RandomBytes random;
    std::vector<net::EventLoop*> loops;
    int32_t node_id;
    bool is_read_only;
    bool is_serving;  ///< loads everything at the start, so that nobody waits for it
  };

  /// What `parts` refers to outlives the service; the loops run from before start() to after
  /// stop().
  explicit Service(Parts parts);
  ~Service();

  void start();
  /// Answers everybody who waits. No work runs afterwards.
  void stop();

  /// Brings work to the coordinator of a group. Any thread.
  void with_group(const std::string& group_id, Purpose purpose, Work work);
  /// Brings a copy of the work to every coordinator there is, then runs `done` on some loop.
  void with_all(std::function<void(ErrorCode error, Turn* turn)> work,
                std::move_only_function<void()> done);
  /// Makes the topic when there is none; `done` runs on some thread. Any thread.
  void ensure_topic(std::move_only_function<void(const Status&)> done);

  /// A commit of the metadata log: topics may be gone.
  void on_metadata_change(const MetadataDelta& delta);

 private:
  friend class Shard;
  ConsumerConfig consumer_config(const std::string& group_id) const;
  Shard& shard_of(int32_t partition);
  Shard& shard_for(const std::string& group_id);

  const Parts parts_;
  Settings settings_;
  std::unique_ptr<TopicCatalog> catalog_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Shard>> shards_;  // by partition; guarded by mutex_, made once
  std::unique_ptr<Shard> absent_;               // answers while there is no topic
};

}  // namespace spool::broker::group
