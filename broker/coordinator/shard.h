#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/config/config.h"
#include "broker/coordinator/machine.h"
#include "broker/coordinator/record.h"
#include "broker/handlers/handler.h"
#include "broker/metadata/store.h"
#include "broker/topics/topic_table.h"
#include "core/net/event_loop.h"
#include "core/net/worker_pool.h"
#include "core/record/batch_builder.h"
#include "core/record/record_reader.h"

namespace spool::broker::coordinator {

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
template <class Coordinator>
struct Turn {
  Coordinator& coordinator;
  Now now;
  Outlet outlet;
};

/// Runs on the shard's loop. turn: nullptr when `error` says why there is none.
template <class Coordinator>
using Work = std::move_only_function<void(ErrorCode error, Turn<Coordinator>* turn)>;

/// What shards work with. What it refers to outlives them; the loops run from before the first
/// request to after stop().
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

/// What the shards of one topic have in common.
struct ShardKind {
  std::string_view topic;
  std::string_view load_buffer_setting;
  record::Codec codec = record::Codec::none;
  std::function<std::unique_ptr<Machine>(Shard& shard, const std::string& name)> make;
  /// How long answers to what was written wait for others, to be flushed with them.
  std::function<std::chrono::milliseconds(std::span<const Record> records)> linger_of;
};

/// One partition of an internal topic and its coordinator. Its loop's, but for submit() and what
/// says otherwise.
class Shard final : public Journal {
 public:
  /// partition  -1: there is no topic yet; nothing is loaded and nothing can be written
  Shard(const Parts& parts, const ShardKind& kind, int32_t partition, net::EventLoop& loop);
  ~Shard() override;

  /// Runs work on the loop once the coordinator is there; at once when this is the loop and it is.
  /// Any thread.
  void submit(Work<Machine> work);
  /// Begins to load when nobody has asked yet. Any thread.
  void warm();
  void stop();
  /// Tells the coordinator of something when it is loaded; one that is not will see for itself. Any
  /// thread.
  void notify(std::move_only_function<void(Machine&, Now)> tell);
  /// The topic was deleted: the coordinator and what waits for it ends.
  void reset();
  net::EventLoop& loop() { return loop_; }
  /// Of this leadership of the partition; -1 while there is no topic.
  int32_t leader_epoch() const;
  /// Runs `then` on the loop once everything that was written so far is as safe as the settings
  /// ask.
  void when_safe(std::move_only_function<void(const Status& flushed)> then);

  Result<Offset> append(const RecordList& records, int64_t wall_ms, Producer producer) override;
  Status append_split(const RecordList& records, int64_t wall_ms) override;
  Status append_marker(Producer producer, const record::EndTxnMarker& marker,
                       int64_t wall_ms) override;

 private:
  enum class State { unloaded, loading, ready, failed, stopped };
  using Held = std::move_only_function<void(const Status& flushed)>;
  /// A coordinator that was made on a worker.
  struct Loaded {
    std::unique_ptr<Machine> machine;
    std::shared_ptr<const Topic> topic;
    Offset end{0};
    Status status;
  };

  void run(Work<Machine> work);
  void take_turn(Work<Machine> work);
  void end_turn();
  void begin_load();
  Loaded load();
  Status replay_log(Machine& machine, Replica& replica, Offset& position);
  Status replay_entry(Machine& machine, const record::EntryView& entry, Offset& position);
  void finish_load(Loaded loaded);
  void refuse_waiting(ErrorCode error);
  void follow_log();
  void arm_timer();
  void begin_linger(std::chrono::milliseconds linger);
  void answer_or_flush();
  void begin_flush();
  void finish_flush(const Status& flushed);
  Result<Offset> write_records(std::span<const Record> records, int64_t wall_ms, Producer producer);
  Result<Offset> write_batch(Buffer batch);
  Status check_writable() const;
  Replica* replica() const;
  Now now() const;
  ErrorCode absence() const;

  const Parts& parts_;
  const ShardKind& kind_;
  const int32_t partition_;
  net::EventLoop& loop_;
  const std::string name_;

  State state_ = State::unloaded;
  std::unique_ptr<Machine> machine_;
  std::shared_ptr<const Topic> topic_;
  Offset replayed_to_{0};  // read-only: what another process writes comes after it
  std::deque<Work<Machine>> waiting_;
  std::optional<net::EventLoop::Timer> timer_;
  std::optional<net::EventLoop::Timer> patience_;
  int64_t armed_ms_ = INT64_MAX;

  record::BatchBuilder builder_;
  compress::Compressor compressor_;
  record::RecordReader reader_;
  bool needs_flush_ = false;
  bool is_flushing_ = false;
  bool is_lingering_ = false;
  std::optional<net::EventLoop::Timer> linger_;
  std::vector<Held> held_;      // wait for the next flush, or the end of lingering
  std::vector<Held> flushing_;  // wait for the one that runs
};

}  // namespace spool::broker::coordinator
