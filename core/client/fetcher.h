#pragma once

/// Reads partitions in order, from an offset on, until an end or for ever.
///
/// One Fetch is in flight on each broker; the next one goes out as soon as the last answer's batch
/// headers have been looked at, before its records are, so that the broker works while the caller
/// does. Several partitions on a broker share an incremental session (KIP-227).
///
/// The end is a snapshot: what the log end was when reading began. Reaching it is a matter of
/// position, not of records, so compaction holes and transaction markers at the end do not matter.
///
/// One thread; nothing happens outside its calls.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/client/admin.h"
#include "core/client/client.h"
#include "core/client/start_offset.h"
#include "core/record/control.h"
#include "core/record/record_reader.h"

namespace spool::client {

struct FetcherOptions {
  Isolation isolation = Isolation::read_uncommitted;
  bool stop_at_end = false;       ///< each partition ends where its log ended when start() ran
  bool stop_at_live_end = false;  ///< each partition ends when an answer reaches the log's end
  std::chrono::milliseconds wait_max{
      500};  ///< how long a broker may hold a Fetch that finds nothing
  int32_t bytes_min = 1;
  int32_t bytes_max = 8 << 20;  ///< of an answer, of which two are held; more makes nothing faster
  int32_t partition_bytes_max = 1 << 20;
  /// Told when a partition is read to its end as it is then, once for each end, after what stands
  /// before it has been handed out; is_last when that ends all reading.
  std::function<void(std::string_view topic, Partition partition, Offset end, bool is_last)> on_end;
  /// Told when records are gone that were to be read: retention overtook the reader, or the log was
  /// truncated.
  std::function<void(std::string_view topic, Partition partition, Offset expected, Offset resumed)>
      on_gap;
  /// Told when a partition is given up, which then counts as read to its end; without it, that is
  /// the failure of next().
  std::function<void(std::string_view topic, Partition partition, const Error& error)> on_lost;
  /// Asked when something has come in: whether next() is to return without records.
  std::function<bool()> is_interrupted;
};

/// What a record's batch says about it.
struct BatchInfo {
  record::TimestampType timestamp_type = record::TimestampType::create_time;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
};

/// What one answer holds for one partition.
struct Fetched {
  std::string_view topic;  ///< lives as long as the fetcher
  Partition partition;
  BytesView entries;  ///< whole and incomplete entries, as they came
  Offset from;  ///< records below were asked for by nobody: a batch begins before the offset wanted
  Offset until;  ///< records from here on lie behind the end
  Offset next;   ///< the position behind what this holds
  Offset high_watermark;
  int32_t node = -1;  ///< the broker that gave it
  struct Aborted {
    ProducerId producer_id;
    Offset first_offset;
  };
  std::vector<Aborted> aborted;  ///< read_committed: by first offset
  bool is_committed_only = false;
  std::shared_ptr<const IncomingFrame> frame;  ///< keeps the entries alive

  /// Calls f(const RecordView&, const BatchInfo&) -> bool for each record wanted, in order; false
  /// ends the walk. Control records and, when read committed, records of aborted transactions are
  /// left out. reader decompresses; views live until the next batch is read errors corrupt_message:
  /// a CRC does not match, or what record::RecordReader says; with topic, partition, offset
  template <class F>
  Status for_each(record::RecordReader& reader, F&& f) const;

  /// Calls f(const EntryView&) -> Result<bool> for each whole batch (or legacy message) with
  /// records that for_each() would give; of the first and the last some may lie outside [from,
  /// until). false ends the walk.
  template <class F>
  Status for_each_entry(F&& f) const;

 private:
  /// Whether the batch's records are to be shown; keeps track of the transactions that are aborted
  /// at this point.
  bool admits(const record::BatchView& batch, size_t& next_aborted,
              std::set<ProducerId>& aborted_now) const;
  Error broken_at(Offset offset, const Error& error) const;
  static BatchInfo info_of(const record::EntryView& entry);
};

/// Where records come from: partitions that were chosen, or those that a group gives.
class RecordSource {
 public:
  using Time = Clock::Monotonic;
  virtual ~RecordSource() = default;

  /// The next batch of data. Waits until there is some, at most until `until` or until extra_fd is
  /// ready. returns  nullopt when there is none: is_done() tells whether there will be errors those
  /// of the cluster that waiting does not cure
  virtual Result<std::optional<Fetched>> next(Time until, int extra_fd = -1) = 0;
  /// Whether next() would not have to wait.
  virtual bool has_ready() const = 0;
  /// Every partition has reached its end and has been handed out.
  virtual bool is_done() const = 0;
  /// Reads no more of this partition.
  virtual void finish(std::string_view topic, Partition partition) = 0;
};

class Fetcher final : public RecordSource {
 public:
  Fetcher(Client& client, FetcherOptions options);
  ~Fetcher() override;
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// Adds a partition; only before start().
  /// stop  where reading ends, exclusive; a time that has not come yet is waited for
  void add(const std::string& topic, Partition partition, StartOffset start,
           std::optional<StartOffset> stop = std::nullopt);
  /// Finds out where to begin and, with stop_at_end, where to end.
  Status start();

  Result<std::optional<Fetched>> next(Time until, int extra_fd = -1) override;

  /// Where a partition stands after start(): the next offset, and the end that was set
  /// (INT64_MAX when there is none).
  struct Bounds {
    std::string_view topic;
    Partition partition;
    Offset log_start_offset;
    Offset position;
    Offset end;
  };
  std::vector<Bounds> bounds() const;
  void finish(std::string_view topic, Partition partition) override;
  bool has_ready() const override { return !ready_.empty(); }
  bool is_done() const override;

 private:
  struct PartitionState;
  struct NodeState;

  void send_due(Time now);
  void send_to(int32_t node, const std::vector<PartitionState*>& wanted);
  void on_answer(int32_t node, Result<IncomingFrame> answer);
  void on_request_error(NodeState& node, const std::vector<PartitionState*>& asked, ErrorCode code);
  void note_failure(PartitionState& state, ErrorCode code);
  void on_partition(PartitionState& state, int32_t node, const void* data,
                    std::shared_ptr<const IncomingFrame> frame);
  void on_partition_error(PartitionState& state, ErrorCode code);
  void note_end(PartitionState& state, Offset live_end);
  void tell_ends();
  PartitionState* find(std::string_view topic, const Uuid& id, int32_t partition, int16_t version);
  Status reset_out_of_range();
  Status resolve_times();
  Status give_up(PartitionState& state, const Error& error);
  Status refresh_if_due(Time now);
  Time next_event(Time now, Time until) const;

  Client& client_;
  FetcherOptions options_;
  std::vector<std::unique_ptr<PartitionState>> partitions_;
  std::map<std::pair<std::string, int32_t>, PartitionState*, std::less<>> by_name_;
  std::map<Uuid, std::string> topic_names_;  ///< by the ids we have asked with
  std::map<int32_t, NodeState> nodes_;
  std::deque<Fetched> ready_;
  std::vector<PartitionState*> ended_;  ///< on_end is to be told of these
  bool needs_metadata_ = false;
  bool needs_reset_ = false;
  Time metadata_not_before_{};
  std::optional<Error> failure_;
  /// Answers may come after the fetcher has gone: the client keeps the callbacks.
  std::shared_ptr<Fetcher*> self_;
};

template <class F>
Status Fetched::for_each_entry(F&& f) const {
  size_t next_aborted = 0;
  std::set<ProducerId> aborted_now;
  record::EntryCursor cursor(entries);
  for (;;) {
    auto entry = cursor.next();
    if (!entry) return fail(broken_at(from, entry.error()));
    if (!*entry) return {};
    const record::EntryView& view = **entry;
    if (view.last_offset() < from) continue;
    if (!view.is_legacy() && view.offset() >= until) return {};
    if (!view.is_valid())
      return fail(broken_at(view.offset(),
                            Error(ErrorCode::corrupt_message, "the checksum does not match")));
    if (const auto batch = view.batch(); batch && !admits(*batch, next_aborted, aborted_now))
      continue;
    TRY_ASSIGN(const bool goes_on, f(view));
    if (!goes_on) return {};
  }
}

template <class F>
Status Fetched::for_each(record::RecordReader& reader, F&& f) const {
  return for_each_entry([&](const record::EntryView& view) -> Result<bool> {
    bool goes_on = true;
    const BatchInfo info = info_of(view);
    Status walked = reader.for_each(view, [&](const record::RecordView& record) {
      if (record.offset < from) return true;
      goes_on = record.offset < until && f(record, info);
      return goes_on;
    });
    if (!walked) return fail(broken_at(view.offset(), walked.error()));
    return goes_on;
  });
}

}  // namespace spool::client
