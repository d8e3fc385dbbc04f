#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/group/service.h"
#include "core/record/batch_builder.h"
#include "core/record/record_reader.h"

namespace spool::broker::group {

/// One partition of __consumer_offsets and its coordinator. Its loop's, but for submit() and what
/// says otherwise.
class Shard final : public Journal {
 public:
  /// partition  -1: there is no topic yet; nothing is loaded and nothing can be written
  Shard(Service& service, const Service::Parts& parts, const Settings& settings,
        const TopicCatalog& catalog, int32_t partition, net::EventLoop& loop);
  ~Shard() override;

  /// Runs work on the loop once the coordinator is there; at once when this is the loop and it is.
  /// Any thread.
  void submit(Work work);
  /// Begins to load when nobody has asked yet. Any thread.
  void warm();
  void stop();
  /// Tells the coordinator of something when it is loaded; one that is not will see for itself. Any
  /// thread.
  void notify(std::move_only_function<void(Coordinator&, Now)> tell);
  /// The topic was deleted: the coordinator and what waits for it ends.
  void reset();
  net::EventLoop& loop() { return loop_; }

  Status append(const RecordList& records, int64_t wall_ms) override;
  Status append_split(const RecordList& records, int64_t wall_ms) override;

 private:
  friend class Outlet;
  enum class State { unloaded, loading, ready, failed, stopped };
  using Held = std::move_only_function<void(const Status& flushed)>;
  /// A coordinator that was made on a worker.
  struct Loaded {
    std::unique_ptr<Coordinator> coordinator;
    std::shared_ptr<const Topic> topic;
    Offset end{0};
    Status status;
  };

  void run(Work work);
  void take_turn(Work work);
  void end_turn();
  void begin_load();
  Loaded load();
  Status replay_log(Coordinator& coordinator, Replica& replica, Offset& position);
  Status replay_entry(Coordinator& coordinator, const record::EntryView& entry, Offset& position);
  void finish_load(Loaded loaded);
  void refuse_waiting(ErrorCode error);
  void follow_log();
  void arm_timer();
  void when_safe(Held then);
  std::chrono::milliseconds linger_of(std::span<const Record> records) const;
  void begin_linger(std::chrono::milliseconds linger);
  void answer_or_flush();
  void begin_flush();
  void finish_flush(const Status& flushed);
  Status write_batch(std::span<const Record> records, int64_t wall_ms);
  Status check_writable() const;
  Replica* replica() const;
  Now now() const;
  ErrorCode absence() const;
  std::unique_ptr<Coordinator> make_coordinator();

  Service& service_;
  const Service::Parts& parts_;
  const Settings& settings_;
  const TopicCatalog& catalog_;
  const int32_t partition_;
  net::EventLoop& loop_;
  const std::string name_;

  State state_ = State::unloaded;
  std::unique_ptr<Coordinator> coordinator_;
  std::shared_ptr<const Topic> topic_;
  Offset replayed_to_{0};  // read-only: what another process writes comes after it
  std::deque<Work> waiting_;
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

}  // namespace spool::broker::group
