#pragma once

/// The group coordinators of this broker, one a partition of __consumer_offsets (see
/// coordinator/shard_set.h).

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "broker/coordinator/shard_set.h"
#include "broker/group/coordinator.h"

namespace spool::broker::group {

inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";

using coordinator::Machine;
using coordinator::Outlet;
using Turn = coordinator::Turn<Coordinator>;
using Work = coordinator::Work<Coordinator>;

class Service {
 public:
  using Purpose = coordinator::Purpose;
  using Turn = group::Turn;
  using Parts = coordinator::Parts;

  /// What `parts` refers to outlives the service; the loops run from before start() to after
  /// stop().
  explicit Service(Parts parts);
  ~Service();

  void start() { shards_.start(); }
  /// Answers everybody who waits. No work runs afterwards.
  void stop() { shards_.stop(); }

  /// Brings work to the coordinator of a group. Any thread.
  void with_id(const std::string& group_id, Purpose purpose, Work work);
  /// Brings work to the coordinator of one partition of the topic, which is there. Any thread.
  void with_partition(int32_t partition, Work work);
  /// The partition that keeps a group; -1 while there is no topic. Any thread.
  int32_t partition_of(const std::string& group_id) const { return shards_.partition_of(group_id); }
  /// Brings a copy of the work to every coordinator there is, then runs `done` on some loop.
  void with_all(std::function<void(ErrorCode error, Turn* turn)> work,
                std::move_only_function<void()> done);
  /// Makes the topic when there is none; `done` runs on some thread. Any thread.
  void ensure_topic(std::move_only_function<void(const Status&)> done) {
    shards_.ensure_topic(std::move(done));
  }

  /// A commit of the metadata log: topics may be gone.
  void on_metadata_change(const MetadataDelta& delta);

 private:
  coordinator::ShardKind shard_kind();
  ConsumerConfig consumer_config(const std::string& group_id) const;

  const Parts parts_;
  Settings settings_;
  std::unique_ptr<TopicCatalog> catalog_;
  coordinator::ShardSet shards_;
};

}  // namespace spool::broker::group
