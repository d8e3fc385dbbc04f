#pragma once

/// A batching producer. Records are encoded as they come into the open batch of their partition;
/// full or lingering batches are sealed and sent, one a partition and request, several requests in
/// flight on each broker.
///
/// Idempotence (KIP-98, KIP-360). A sealed batch has its producer id, epoch and first sequence in
/// its header, so that sending it again is harmless. What can go wrong, and what is done, mostly as
/// in Kafka's client without transactions:
///
///   a batch fails, may be retried: it goes back to the front of its partition's queue, in
///     sequence order, and is sent alone; those behind it are answered
///     OUT_OF_ORDER_SEQUENCE_NUMBER and follow
///   OUT_OF_ORDER_SEQUENCE_NUMBER for the batch that is next: the broker lost what it had
///     acknowledged, or forgot us; once nothing of the partition is in flight its epoch is raised
///     and its queue numbered from 0
///   a batch fails for good: the same, because its sequences are a gap now
///   a broker knows nothing of us: it takes any sequence as the first, so one batch goes alone
///     until it is acknowledged
///
/// The epoch is raised for one partition only: brokers track producers by partition, and the others
/// go on undisturbed.
///
/// One thread; nothing happens outside its calls.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/client/client.h"
#include "core/client/partitioner.h"
#include "core/compress/codec.h"
#include "core/record/batch_builder.h"
#include "core/record/record_reader.h"

namespace spool::client {

/// The fate of one batch. Views live for the call.
struct Delivery {
  std::string_view topic;
  Partition partition;
  Offset base_offset = kNoOffset;  ///< -1: not known (acks=0, or the broker had the batch already)
  int32_t records_count = 0;
  const Error* error = nullptr;  ///< nullptr: written
  BytesView batch = {};          ///< the batch as it was sent; empty when it could not be built
};

struct ProducerOptions {
  int16_t acks = -1;          ///< -1 all, 0 none, 1 leader
  bool is_idempotent = true;  ///< wants acks=-1
  Partitioner partitioner = Partitioner::murmur2;
  compress::Codec codec = compress::Codec::none;
  int level = compress::kDefaultLevel;
  /// A batch is sealed before it grows beyond this; with a codec, at four times this before
  /// compression.
  size_t batch_bytes = 256 << 10;
  std::chrono::milliseconds linger{5};
  size_t request_bytes_max = 1 << 20;  ///< also bounds one record, as max.request.size
  size_t buffer_bytes_max = 16 << 20;  ///< append() waits while more than this is unacknowledged
  int in_flight_max = 5;  ///< requests a broker, and batches a partition: brokers remember five
  std::chrono::milliseconds delivery_timeout{120'000};
  std::chrono::milliseconds request_timeout{30'000};
  std::function<void(const Delivery&)>
      on_delivery;  ///< called once a batch, from calls of the producer
};

/// A record to send; everything is copied by append().
struct ProducerRecord {
  std::optional<BytesView> key;
  std::optional<BytesView> value;
  std::span<const record::HeaderView> headers = {};
  int64_t timestamp_ms = 0;
  std::optional<Partition> partition;  ///< else as the partitioner says
};

class Producer {
 public:
  using Time = Clock::Monotonic;
  class Topic;

  struct Stats {
    int64_t records_acked = 0;
    int64_t records_failed = 0;
    int64_t batches_retried = 0;
    std::optional<Error> first_error;
  };

  /// Gets a producer id when idempotent. The client outlives the producer.
  /// errors  invalid_argument: options that contradict each other; what InitProducerId answers
  static Result<std::unique_ptr<Producer>> create(Client& client, ProducerOptions options);
  ~Producer();

  /// Looks the topic up, letting the broker create it. The handle lives as long as the producer.
  Result<Topic*> open_topic(const std::string& name, bool auto_create = true);

  /// Adds a record. Waits, serving the network, while the buffer is full.
  /// errors  message_too_large: larger than request_bytes_max; invalid_argument: no such partition;
  /// timed_out: the
  ///         buffer stayed full for the delivery timeout. The record was then not taken.
  Status append(Topic& topic, const ProducerRecord& record);

  /// Sends a whole batch as it is, but for its base offset, leader epoch and producer: its records
  /// stay compressed as they are. What append() gave for the partition goes before it.
  /// batch   complete v2 batch with a good CRC and without holes between its offsets, neither
  ///         control nor transactional nor LogAppendTime; copied
  /// errors  as append()
  Status append_batch(Topic& topic, Partition partition, BytesView batch);

  /// Seals what has lingered, sends, takes answers; waits until there is something to do, at most
  /// until `until`. returns  whether extra_fd is ready to read
  bool poll(Time until, int extra_fd = -1);

  /// Sends everything and waits until each batch has been acknowledged or has failed.
  /// extra_fd  ends the waiting when it is ready to read, -1 for none
  /// errors    timed_out: some are still open at the deadline; cancelled: extra_fd was ready first
  Status flush(Time deadline, int extra_fd = -1);

  /// Whether anything is unsent or unacknowledged.
  bool has_work() const;
  const Stats& stats() const { return stats_; }

 private:
  struct Batch;
  struct PartitionQueue;
  struct Flight;

  Producer(Client& client, ProducerOptions options);

  Status init_producer_id();
  void add_partitions(Topic& topic, size_t count);
  Result<PartitionQueue*> choose_partition(Topic& topic, const ProducerRecord& record);
  void next_sticky(Topic& topic);
  uint64_t next_random();
  Status wait_for_room();
  void seal(PartitionQueue& queue);
  void seal_due(Time now);
  void step(Time until, int extra_fd, bool* is_extra_ready);
  Time next_event(Time now, Time until) const;

  void dispatch(Time now);
  bool can_send(const PartitionQueue& queue, Time now) const;
  void send_to(int32_t node, std::vector<PartitionQueue*> queues);
  void on_answer(Flight& flight, Result<IncomingFrame> answer);
  void settle(std::unique_ptr<Batch> batch, ErrorCode code, Offset base_offset,
              std::string_view message);
  void requeue(std::unique_ptr<Batch> batch);
  static bool is_before(const Batch& a, const Batch& b);
  bool is_first(const Batch& batch) const;
  void insert_in_order(std::unique_ptr<Batch> batch);
  /// Puts smaller batches with the same records and sequences in its place.
  void split(std::unique_ptr<Batch> batch);
  void finish(std::unique_ptr<Batch> batch, Offset base_offset, const Error* error);
  void expire(Time now);
  /// Its time is over: failed, with the last failure as the reason.
  void give_up(std::unique_ptr<Batch> batch);
  /// False when that has to wait for a new producer id.
  bool restart_sequences(PartitionQueue& queue);
  void refresh_if_due(Time now);

  Client& client_;
  ProducerOptions options_;
  ProducerId producer_id_ = kNoProducerId;
  ProducerEpoch producer_epoch_ = kNoProducerEpoch;
  bool needs_producer_id_ = false;
  compress::Compressor compressor_;
  std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;
  std::map<int32_t, int> node_in_flight_;
  std::vector<Buffer> spare_buffers_;
  size_t buffered_bytes_ = 0;  ///< of sealed batches, until they are finished
  uint64_t random_state_;
  bool is_flushing_ = false;
  bool needs_metadata_ = false;
  Time metadata_not_before_{};
  Stats stats_;
  /// Answers may come after the producer has gone: the client keeps the callbacks.
  std::shared_ptr<Producer*> self_;
};

}  // namespace spool::client
