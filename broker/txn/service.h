#pragma once

/// The transaction coordinators of this broker, one a partition of __transaction_state (see
/// coordinator/shard_set.h).

#include <functional>
#include <string>
#include <string_view>

#include "broker/coordinator/shard_set.h"
#include "broker/group/service.h"
#include "broker/topics/producer_ids.h"
#include "broker/txn/coordinator.h"
#include "broker/txn/markers.h"

namespace spool::broker::txn {

inline constexpr std::string_view kTransactionsTopic = "__transaction_state";

using Turn = coordinator::Turn<Coordinator>;
using Work = coordinator::Work<Coordinator>;

class Service {
 public:
  using Purpose = coordinator::Purpose;
  using Turn = txn::Turn;

  /// What is referred to outlives the service; the loops run from before start() to after stop().
  Service(coordinator::Parts parts, ProducerIdAllocator& producer_ids, group::Service& groups);
  ~Service();

  void start() { shards_.start(); }
  /// Answers everybody who waits. No work runs afterwards.
  void stop() { shards_.stop(); }

  /// Brings work to the coordinator of a transactional id. Any thread.
  void with_id(const std::string& id, Purpose purpose, Work work);
  /// Brings a copy of the work to every coordinator there is, then runs `done` on some loop.
  void with_all(std::function<void(ErrorCode error, Turn* turn)> work,
                std::move_only_function<void()> done);
  /// Makes the topic when there is none; `done` runs on some thread. Any thread.
  void ensure_topic(std::move_only_function<void(const Status&)> done) {
    shards_.ensure_topic(std::move(done));
  }
  const MarkerParts& marker_parts() const { return marker_parts_; }

  /// A commit of the metadata log: the topic may be gone.
  void on_metadata_change(const MetadataDelta& delta);

 private:
  coordinator::ShardKind shard_kind();
  void write_markers(coordinator::Shard& shard, const std::string& id,
                     const Transaction& transaction);

  const coordinator::Parts parts_;
  ProducerIdAllocator& producer_ids_;
  const Settings settings_;
  const MarkerParts marker_parts_;
  coordinator::ShardSet shards_;
};

}  // namespace spool::broker::txn
