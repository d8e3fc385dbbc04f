#pragma once

/// The coordinators of one internal topic on this broker, one a partition, and how requests reach
/// them.
///
/// A shard belongs to one loop. Its coordinator is made by replaying the partition on a worker when
/// somebody first asks for it; who asks meanwhile waits, and is told to come again when it takes
/// long. What a coordinator writes is in the log before an answer leaves, and on stable storage
/// where flush.messages asks for it: answers then wait for a flush that others share.
///
/// The topic is made when somebody first needs it. A directory opened for reading has coordinators
/// too, which follow the log and refuse to write.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "broker/coordinator/shard.h"

namespace spool::broker::coordinator {

/// The partition of `partitions_count` that keeps an id (of a group, of a transaction): Java's
/// string hash.
int32_t partition_for(std::string_view id, int32_t partitions_count);

enum class Purpose {
  look,   ///< an id that is not there needs no topic
  write,  ///< makes the topic when there is none
};

class ShardSet {
 public:
  /// topic_spec  what the topic is made as
  ShardSet(const Parts& parts, ShardKind kind, TopicSpec topic_spec);
  ~ShardSet();

  void start();
  /// Answers everybody who waits. No work runs afterwards.
  void stop();

  /// Brings work to the coordinator of an id. Any thread.
  void submit(const std::string& id, Purpose purpose, Work<Machine> work);
  /// The same for the coordinator of one partition of the topic, which must be there.
  void submit_to(int32_t partition, Work<Machine> work);
  /// Brings a copy of the work to every coordinator there is, one at a time, then runs `done` on
  /// some loop.
  void submit_to_all(std::function<void(ErrorCode error, Turn<Machine>* turn)> work,
                     std::move_only_function<void()> done);
  /// Makes the topic when there is none; `done` runs on some thread. Any thread.
  void ensure_topic(std::move_only_function<void(const Status&)> done);

  /// The topic was deleted: every coordinator begins anew.
  void reset();
  /// Tells every coordinator that is loaded.
  void notify_all(const std::function<void(Machine&, Now)>& tell);
  /// The partition of an id; -1 while there is no topic.
  int32_t partition_of(const std::string& id) const;

 private:
  Shard& shard_of(int32_t partition);
  Shard& shard_for(const std::string& id);

  const Parts& parts_;
  const ShardKind kind_;
  const TopicSpec topic_spec_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Shard>> shards_;  // by partition; guarded by mutex_, made once
  std::unique_ptr<Shard> absent_;               // answers while there is no topic
};

/// `work` for shards whose machines are all of type Coordinator.
template <class Coordinator, class Callable>
auto adapt(Callable work) {
  return [work = std::move(work)](ErrorCode error, Turn<Machine>* turn) mutable {
    if (turn == nullptr) return work(error, nullptr);
    Turn<Coordinator> own{static_cast<Coordinator&>(turn->coordinator), turn->now, turn->outlet};
    work(error, &own);
  };
}

}  // namespace spool::broker::coordinator
