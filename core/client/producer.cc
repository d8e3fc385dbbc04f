#include "core/client/producer.h"


#include <algorithm>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/produce.h"

namespace spool::client {

namespace {

constexpr size_t kSpareBuffersMax = 16;
/// Batches shrink to this at least when a broker finds them too large.
constexpr size_t kBatchBytesMin = 1024;
constexpr size_t kSharedBatchBytesMin = 16 << 10;
constexpr size_t kRecordErrorsShown = 3;

/// The partition's leader is not where we thought, or the topic changed under us (Java:
/// InvalidMetadataException).
bool wants_metadata(ErrorCode code) {
  switch (code) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::leader_not_available:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::replica_not_available:
    case ErrorCode::network_exception:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::fenced_leader_epoch:
    case ErrorCode::unknown_topic_id:
    case ErrorCode::inconsistent_topic_id:
    case ErrorCode::disconnected:
    case ErrorCode::timed_out:
    case ErrorCode::broker_not_available:
      return true;
    default:
      return false;
  }
}

/// Sending the same bytes again may succeed (Java: RetriableException).
bool is_retriable(ErrorCode code) {
  switch (code) {
    case ErrorCode::corrupt_message:
    case ErrorCode::request_timed_out:
    case ErrorCode::not_enough_replicas:
    case ErrorCode::not_enough_replicas_after_append:
    case ErrorCode::unknown_leader_epoch:
    case ErrorCode::throttling_quota_exceeded:
    case ErrorCode::concurrent_transactions:
      return true;
    default:
      return wants_metadata(code);
  }
}

/// A refusal as people read it: the broker's code and words; of what happened here, the words.
std::string words_of(ErrorCode code, std::string_view message) {
  const std::string_view name = error_name(code);
  if (message.empty() || message == name) return std::string(name);
  return code >= ErrorCode::io_error ? std::string(message) : concat(name, ": ", message);
}

uint64_t random_seed() {
  uint8_t bytes[8];
  fill_random(bytes);
  return load_be<uint64_t>(bytes) | 1;  // the generator stands still at 0
}

}  // namespace

struct Producer::Batch {
  PartitionQueue* queue;
  Buffer bytes;
  int32_t records_count;
  int32_t base_sequence;  ///< -1 when not idempotent
  Time deadline;
  int attempts = 0;
};

struct Producer::PartitionQueue {
  Topic* topic;
  Partition partition;
  record::BatchBuilder open;  ///< empty() when there is no open batch
  Time opened_at{};
  std::deque<std::unique_ptr<Batch>> sealed;  ///< waiting to be sent, in sequence order
  int in_flight = 0;
  Time not_before{};  ///< backing off until then
  std::string last_failure;  ///< why its oldest batch is still here

  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  int32_t next_sequence = 0;        ///< of the next batch sealed
  int32_t next_acked_sequence = 0;  ///< all below are written
  bool needs_restart = false;       ///< raise the epoch when nothing is in flight
  /// A broker that knows nothing of a producer takes whatever sequence comes first: until it has
  /// taken our first batch, no other may be on its way, or it would be taken in its place when the
  /// first is refused.
  bool is_established = false;
};

class Producer::Topic {
 public:
  explicit Topic(std::string topic_name) : name(std::move(topic_name)) {}

  const std::string name;
  std::deque<PartitionQueue> partitions;  ///< never shrinks; a deque keeps the addresses
  PartitionQueue* sticky = nullptr;
  size_t next_in_turn = 0;               ///< round robin
  size_t accepted_bytes_max = SIZE_MAX;  ///< a broker found more than this too large
};

/// One request under way: it owns its batches until it is answered.
struct Producer::Flight {
  int32_t node;
  std::vector<std::unique_ptr<Batch>> batches;
};

Result<std::unique_ptr<Producer>> Producer::create(Client& client, ProducerOptions options) {
  if (options.acks < -1 || options.acks > 1)
    return fail(ErrorCode::invalid_argument, "acks is all (-1), 0 or 1");
  if (options.is_idempotent && options.acks != -1)
    return fail(ErrorCode::invalid_argument, "an idempotent producer needs acks=all");
  if (options.in_flight_max < 1 || (options.is_idempotent && options.in_flight_max > 5))
    return fail(ErrorCode::invalid_argument,
                "requests in flight: 1 to 5, more only without idempotence");
  std::unique_ptr<Producer> producer(new Producer(client, std::move(options)));
  if (producer->options_.is_idempotent) TRY(producer->init_producer_id());
  return producer;
}

Producer::Producer(Client& client, ProducerOptions options)
    : client_(client),
      options_(std::move(options)),
      random_state_(random_seed()),
      self_(std::make_shared<Producer*>(this)) {}

Producer::~Producer() { *self_ = nullptr; }

Status Producer::init_producer_id() {
  protocol::InitProducerIdRequest request;
  request.transactional_id.reset();
  request.transaction_timeout_ms = INT32_MAX;
  const Time deadline = client_.now() + client_.options().timeout;
  for (;;) {
    auto reply = client_.call<protocol::InitProducerIdResponse>(Client::kAnyNode, request);
    if (!reply) return fail(std::move(reply.error()));
    const auto code = static_cast<ErrorCode>(reply->body.error_code);
    if (code == ErrorCode::none) {
      producer_id_ = ProducerId(reply->body.producer_id);
      producer_epoch_ = ProducerEpoch(reply->body.producer_epoch);
      needs_producer_id_ = false;
      return {};
    }
    const bool passes = is_retriable(code) || code == ErrorCode::coordinator_load_in_progress ||
                        code == ErrorCode::coordinator_not_available;
    if (!passes || !client_.back_off(deadline))
      return fail(code, concat("no producer id: ", error_name(code)));
  }
}

Result<Producer::Topic*> Producer::open_topic(const std::string& name, bool auto_create) {
  if (const auto found = topics_.find(name); found != topics_.end()) return found->second.get();
  TRY_ASSIGN(const TopicInfo* info, client_.wait_for_topic(name, auto_create));
  auto topic = std::make_unique<Topic>(name);
  add_partitions(*topic, info->partitions.size());
  next_sticky(*topic);
  return topics_.emplace(name, std::move(topic)).first->second.get();
}

void Producer::add_partitions(Topic& topic, size_t count) {
  while (topic.partitions.size() < count) {
    const auto number = static_cast<int32_t>(topic.partitions.size());
    PartitionQueue& queue = topic.partitions.emplace_back();
    queue.topic = &topic;
    queue.partition = Partition(number);
    queue.producer_id = producer_id_;
    queue.producer_epoch = producer_epoch_;
  }
}

uint64_t Producer::next_random() {
  // xorshift64: spreading load needs no better.
  random_state_ ^= random_state_ << 13;
  random_state_ ^= random_state_ >> 7;
  random_state_ ^= random_state_ << 17;
  return random_state_;
}

void Producer::next_sticky(Topic& topic) {
  topic.sticky = &topic.partitions[next_random() % topic.partitions.size()];
}

Result<Producer::PartitionQueue*> Producer::choose_partition(Topic& topic,
                                                             const ProducerRecord& record) {
  if (record.partition) {
    const auto index = static_cast<size_t>(record.partition->value);
    if (record.partition->value < 0 || index >= topic.partitions.size())
      return fail(ErrorCode::invalid_argument,
                  concat("topic ", topic.name, " has no partition ", record.partition->value,
                         "; the last is ", topic.partitions.size() - 1));
    return &topic.partitions[index];
  }
  const auto count = static_cast<int32_t>(topic.partitions.size());
  const auto at = [&](int32_t index) { return &topic.partitions[static_cast<size_t>(index)]; };
  switch (options_.partitioner) {
    case Partitioner::murmur2:
      return record.key ? at(partition_of_key(*record.key, count)) : topic.sticky;
    case Partitioner::fnv1a:
      return record.key ? at(partition_by_fnv1a(*record.key, count)) : topic.sticky;
    case Partitioner::crc32:
      return record.key && !record.key->empty() ? at(partition_by_crc32(*record.key, count))
                                                : topic.sticky;
    case Partitioner::random:
      return &topic.partitions[next_random() % topic.partitions.size()];
    case Partitioner::round_robin:
      return &topic.partitions[topic.next_in_turn++ % topic.partitions.size()];
  }
  return topic.sticky;
}

Status Producer::append(Topic& topic, const ProducerRecord& record) {
  size_t bytes = record::BatchBuilder::record_bytes_max(record.key ? record.key->size() : 0,
                                                        record.value ? record.value->size() : 0);
  for (const record::HeaderView& header : record.headers)
    bytes += header.key.size() + (header.value ? header.value->size() : 0) + 2 * kUvarintBytesMax;
  if (bytes + record::kBatchHeaderBytes > options_.request_bytes_max) [[unlikely]]
    return fail(
        ErrorCode::message_too_large,
        concat("a record of about ", bytes, " bytes; the limit is ", options_.request_bytes_max));
  if (buffered_bytes_ > options_.buffer_bytes_max) [[unlikely]]
    TRY(wait_for_room());
  TRY_ASSIGN(PartitionQueue * queue, choose_partition(topic, record));
  size_t limit = options_.batch_bytes;
  if (options_.codec != compress::Codec::none)
    limit = std::min(limit * 4, options_.request_bytes_max);
  limit = std::min(limit, topic.accepted_bytes_max);
  // The open batches of many partitions share half of what the sealed ones may take.
  const size_t share = options_.buffer_bytes_max / 2 / topic.partitions.size();
  limit = std::min(limit, std::max(share, kSharedBatchBytesMin));
  if (!queue->open.empty() && queue->open.size_bytes() + bytes > limit) {
    seal(*queue);
    step(client_.now(), -1, nullptr);
    // A record without a key follows the sticky partition, which has just moved.
    const bool was_sticky = !record.partition && options_.partitioner != Partitioner::random &&
                            options_.partitioner != Partitioner::round_robin;
    if (was_sticky) {
      TRY_ASSIGN(queue, choose_partition(topic, record));
    }
  }
  if (queue->open.empty()) queue->opened_at = client_.now();
  queue->open.append(record.timestamp_ms, record.key, record.value, record.headers);
  return {};
}

Status Producer::append_batch(Topic& topic, Partition partition, BytesView bytes) {
  if (bytes.size() > options_.request_bytes_max)
    return fail(
        ErrorCode::message_too_large,
        concat("a batch of ", bytes.size(), " bytes; the limit is ", options_.request_bytes_max));
  if (buffered_bytes_ > options_.buffer_bytes_max) TRY(wait_for_room());
  TRY_ASSIGN(PartitionQueue * queue, choose_partition(topic, {.partition = partition}));
  if (!queue->open.empty()) seal(*queue);
  auto batch = std::make_unique<Batch>();
  batch->queue = queue;
  batch->bytes = to_buffer(bytes);
  batch->records_count = record::BatchView(bytes).records_count();
  batch->base_sequence = options_.is_idempotent ? queue->next_sequence : -1;
  batch->deadline = client_.now() + options_.delivery_timeout;
  record::set_base_offset(batch->bytes, Offset(0));
  record::set_leader_epoch(batch->bytes, kNoLeaderEpoch);
  record::set_producer(batch->bytes, options_.is_idempotent ? queue->producer_id : kNoProducerId,
                       options_.is_idempotent ? queue->producer_epoch : kNoProducerEpoch,
                       batch->base_sequence, false);
  buffered_bytes_ += batch->bytes.size();
  if (options_.is_idempotent)
    queue->next_sequence = record::advance_sequence(queue->next_sequence, batch->records_count);
  queue->sealed.push_back(std::move(batch));
  step(client_.now(), -1, nullptr);
  return {};
}

Status Producer::wait_for_room() {
  const Time deadline = client_.now() + options_.delivery_timeout;
  while (buffered_bytes_ > options_.buffer_bytes_max) {
    if (client_.now() >= deadline)
      return fail(ErrorCode::timed_out, "the buffer of unacknowledged records stayed full");
    step(deadline, -1, nullptr);
  }
  return {};
}

void Producer::seal(PartitionQueue& queue) {
  const int32_t count = queue.open.records_count();
  record::BatchOptions& header = queue.open.options();
  header.codec = options_.codec;
  header.level = options_.level;
  if (options_.is_idempotent) {
    header.producer_id = queue.producer_id;
    header.producer_epoch = queue.producer_epoch;
    header.base_sequence = queue.next_sequence;
  }
  auto batch = std::make_unique<Batch>();
  batch->queue = &queue;
  batch->records_count = count;
  batch->base_sequence = header.base_sequence;
  batch->deadline = queue.opened_at + options_.delivery_timeout;
  auto bytes = queue.open.finish(compressor_);
  Buffer spare;
  if (!spare_buffers_.empty()) {
    spare = std::move(spare_buffers_.back());
    spare_buffers_.pop_back();
  }
  queue.open.reset({}, std::move(spare));
  if (queue.topic->sticky == &queue) next_sticky(*queue.topic);
  if (!bytes) return finish(std::move(batch), kNoOffset, &bytes.error());
  batch->bytes = std::move(*bytes);
  buffered_bytes_ += batch->bytes.size();
  if (options_.is_idempotent)
    queue.next_sequence = record::advance_sequence(queue.next_sequence, count);
  queue.sealed.push_back(std::move(batch));
}

void Producer::seal_due(Time now) {
  for (auto& [name, topic] : topics_)
    for (PartitionQueue& queue : topic->partitions)
      if (!queue.open.empty() && (is_flushing_ || now >= queue.opened_at + options_.linger))
        seal(queue);
}

bool Producer::has_work() const {
  for (const auto& [name, topic] : topics_)
    for (const PartitionQueue& queue : topic->partitions)
      if (!queue.open.empty() || !queue.sealed.empty() || queue.in_flight > 0) return true;
  return client_.has_unsent();
}

bool Producer::poll(Time until, int extra_fd) {
  bool is_ready = false;
  step(until, extra_fd, &is_ready);
  return is_ready;
}

void Producer::step(Time until, int extra_fd, bool* is_extra_ready) {
  const Time now = client_.now();
  const int64_t settled_before = stats_.records_acked + stats_.records_failed;
  seal_due(now);
  expire(now);
  refresh_if_due(now);
  dispatch(now);
  // What the caller waits for may have come to its end without a word from a broker.
  const bool is_over = stats_.records_acked + stats_.records_failed != settled_before;
  const bool is_ready = client_.poll(is_over ? now : next_event(now, until), extra_fd);
  if (is_extra_ready != nullptr) *is_extra_ready = is_ready;
  dispatch(client_.now());
}

/// now  what dispatch() went by: what was not due then is waited for, also when it has become due
///      since
Producer::Time Producer::next_event(Time now, Time until) const {
  if (needs_metadata_) until = std::min(until, metadata_not_before_);
  for (const auto& [name, topic] : topics_)
    for (const PartitionQueue& queue : topic->partitions) {
      if (!queue.open.empty()) until = std::min(until, queue.opened_at + options_.linger);
      if (queue.sealed.empty()) continue;
      until = std::min(until, queue.sealed.front()->deadline);
      if (queue.not_before > now) until = std::min(until, queue.not_before);
    }
  return until;
}

Status Producer::flush(Time deadline, int extra_fd) {
  is_flushing_ = true;
  bool is_stopped = false;
  while (has_work() && !is_stopped && client_.now() < deadline)
    step(deadline, extra_fd, &is_stopped);
  is_flushing_ = false;
  if (!has_work()) return {};
  if (is_stopped) return fail(ErrorCode::cancelled, "stopped while records were unacknowledged");
  return fail(ErrorCode::timed_out, "records are still unacknowledged");
}

void Producer::refresh_if_due(Time now) {
  if (needs_producer_id_) {
    // Failing here is not the end: the batches wait until their own deadline, and this is tried
    // again.
    (void)init_producer_id();
  }
  if (!needs_metadata_ || now < metadata_not_before_) return;
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_) names.push_back(name);
  metadata_not_before_ = now + client_.options().retry_backoff;
  if (!client_.refresh_metadata(std::move(names))) return;
  needs_metadata_ = false;
  for (auto& [name, topic] : topics_)
    if (const TopicInfo* const info = client_.topic(name))
      add_partitions(*topic, info->partitions.size());
}

bool Producer::can_send(const PartitionQueue& queue, Time now) const {
  if (queue.sealed.empty() || now < queue.not_before || queue.in_flight >= options_.in_flight_max)
    return false;
  // A batch that is sent again goes alone: what is in flight behind it has still to come back.
  return queue.in_flight == 0 || ((queue.is_established || !options_.is_idempotent) &&
                                  queue.sealed.front()->attempts == 0 && !queue.needs_restart);
}

void Producer::dispatch(Time now) {
  std::map<int32_t, std::vector<PartitionQueue*>> by_node;
  for (auto& [name, topic] : topics_) {
    const TopicInfo* const info = client_.topic(name);
    for (PartitionQueue& queue : topic->partitions) {
      if (!can_send(queue, now)) continue;
      const auto index = static_cast<size_t>(queue.partition.value);
      if (info == nullptr || index >= info->partitions.size() ||
          info->partitions[index].leader < 0) {
        needs_metadata_ = true;
        queue.last_failure = "the partition has no leader";
        continue;
      }
      by_node[info->partitions[index].leader].push_back(&queue);
    }
  }
  for (auto& [node, queues] : by_node) send_to(node, std::move(queues));
}

void Producer::send_to(int32_t node, std::vector<PartitionQueue*> queues) {
  const Time now = client_.now();
  while (node_in_flight_[node] < options_.in_flight_max &&
         !(options_.acks == 0 && client_.has_unsent())) {
    auto flight = std::make_shared<Flight>();
    flight->node = node;
    protocol::ProduceRequest request;
    request.acks = options_.acks;
    request.timeout_ms = static_cast<int32_t>(options_.request_timeout.count());
    CallOptions call{.timeout = options_.request_timeout, .is_answered = options_.acks != 0};
    size_t bytes = 0;
    Topic* last_topic = nullptr;
    for (PartitionQueue* queue : queues) {
      if (!can_send(*queue, now)) continue;
      if (bytes > 0 && bytes + queue->sealed.front()->bytes.size() > options_.request_bytes_max)
        continue;
      if (queue->needs_restart && !restart_sequences(*queue)) continue;
      while (queue->sealed.front()->records_count > 1 &&
             queue->sealed.front()->bytes.size() > queue->topic->accepted_bytes_max) {
        std::unique_ptr<Batch> whole = std::move(queue->sealed.front());
        queue->sealed.pop_front();
        split(std::move(whole));
      }
      std::unique_ptr<Batch> batch = std::move(queue->sealed.front());
      queue->sealed.pop_front();
      ++queue->in_flight;
      bytes += batch->bytes.size();
      if (queue->topic != last_topic) {
        last_topic = queue->topic;
        auto& topic = request.topic_data.emplace_back();
        topic.name = last_topic->name;
        const TopicInfo* const info = client_.topic(last_topic->name);
        topic.topic_id = info == nullptr ? kZeroUuid : info->id;
        // A broker that told no id takes names only.
        if (topic.topic_id.is_zero()) call.version_max = 12;
      }
      auto& partition = request.topic_data.back().partition_data.emplace_back();
      partition.index = queue->partition.value;
      partition.records.is_null = false;
      partition.records.external_bytes = static_cast<int64_t>(batch->bytes.size());
      call.external.push_back(batch->bytes);
      flight->batches.push_back(std::move(batch));
    }
    if (flight->batches.empty()) return;
    ++node_in_flight_[node];
    client_.send_for_frame(node, request, std::move(call),
                           [self = self_, flight](Result<IncomingFrame> answer) {
                             if (*self != nullptr) (*self)->on_answer(*flight, std::move(answer));
                           });
  }
}

void Producer::on_answer(Flight& flight, Result<IncomingFrame> answer) {
  --node_in_flight_[flight.node];
  for (auto& batch : flight.batches) --batch->queue->in_flight;
  std::vector<std::unique_ptr<Batch>> batches = std::move(flight.batches);
  if (answer && options_.acks == 0) {
    for (auto& batch : batches) finish(std::move(batch), kNoOffset, nullptr);
    return;
  }
  Result<protocol::ProduceResponse> body =
      answer ? protocol::decode<protocol::ProduceResponse>(answer->body(), answer->version)
             : Result<protocol::ProduceResponse>(fail(answer.error()));
  for (auto& batch : batches) {
    if (!body) {
      settle(std::move(batch), body.error().code(), kNoOffset, body.error().text());
      continue;
    }
    const TopicInfo* const info = client_.topic(batch->queue->topic->name);
    const protocol::ProduceResponse::PartitionProduceResponse* found = nullptr;
    for (const auto& topic : body->responses) {
      const bool is_ours = answer->version >= 13 ? info != nullptr && topic.topic_id == info->id
                                                 : topic.name == batch->queue->topic->name;
      if (!is_ours && body->responses.size() > 1) continue;
      for (const auto& partition : topic.partition_responses)
        if (partition.index == batch->queue->partition.value) found = &partition;
    }
    if (found == nullptr) {
      settle(std::move(batch), ErrorCode::network_exception, kNoOffset,
             "the answer leaves the partition out");
      continue;
    }
    std::string message = found->error_message.value_or("");
    // A batch of thousands has thousands of complaints, mostly the same one.
    const size_t shown = std::min(found->record_errors.size(), kRecordErrorsShown);
    for (size_t i = 0; i < shown; ++i)
      append_text(message, message.empty() ? "" : "; ", "record ",
                  found->record_errors[i].batch_index, ": ",
                  found->record_errors[i].batch_index_error_message.value_or("rejected"));
    if (shown < found->record_errors.size())
      append_text(message, "; and ", found->record_errors.size() - shown, " more records");
    settle(std::move(batch), static_cast<ErrorCode>(found->error_code), Offset(found->base_offset),
           message);
  }
}

void Producer::settle(std::unique_ptr<Batch> batch, ErrorCode code, Offset base_offset,
                      std::string_view message) {
  PartitionQueue& queue = *batch->queue;
  if (code == ErrorCode::none) return finish(std::move(batch), base_offset, nullptr);
  // Written by an earlier attempt whose answer was lost; where, the broker no longer knows.
  if (code == ErrorCode::duplicate_sequence_number)
    return finish(std::move(batch), kNoOffset, nullptr);
  if (wants_metadata(code)) needs_metadata_ = true;
  const bool lost_sequence =
      options_.is_idempotent &&
      (code == ErrorCode::out_of_order_sequence_number || code == ErrorCode::unknown_producer_id);
  // Next is what follows all that was acknowledged, and what went alone before all others.
  const bool is_next = batch->base_sequence == queue.next_acked_sequence ||
                       (queue.in_flight == 0 && is_first(*batch));
  if (lost_sequence && is_next) queue.needs_restart = true;
  const bool is_late = client_.now() >= batch->deadline;
  if (lost_sequence || is_retriable(code)) {
    queue.last_failure = words_of(code, message);
    return is_late ? give_up(std::move(batch)) : requeue(std::move(batch));
  }
  if (code == ErrorCode::message_too_large && batch->records_count > 1 && !is_late) {
    // The limit is somewhere below: half is a guess, from which the next answer goes on.
    size_t& limit = queue.topic->accepted_bytes_max;
    limit = std::max(kBatchBytesMin, std::min(limit, batch->bytes.size() / 2));
    return split(std::move(batch));
  }
  const Error error(
      code, concat(queue.topic->name, '-', queue.partition.value, ": ", words_of(code, message)));
  finish(std::move(batch), kNoOffset, &error);
}

void Producer::requeue(std::unique_ptr<Batch> batch) {
  ++batch->attempts;
  ++stats_.batches_retried;
  batch->queue->not_before = client_.now() + client_.options().retry_backoff;
  insert_in_order(std::move(batch));
}

bool Producer::is_before(const Batch& a, const Batch& b) {
  // Without sequences it is the deadline, set when the batch was opened, that tells the order.
  if (a.base_sequence < 0) return a.deadline < b.deadline;
  // Sequences wrap from 2^31 - 1 to 0: the sign of the difference of 31-bit numbers says which is
  // later.
  const uint32_t ahead =
      (static_cast<uint32_t>(b.base_sequence) << 1) - (static_cast<uint32_t>(a.base_sequence) << 1);
  return static_cast<int32_t>(ahead) > 0;
}

bool Producer::is_first(const Batch& batch) const {
  const auto& sealed = batch.queue->sealed;
  return sealed.empty() || is_before(batch, *sealed.front());
}

void Producer::insert_in_order(std::unique_ptr<Batch> batch) {
  auto& sealed = batch->queue->sealed;
  const auto at =
      std::ranges::find_if(sealed, [&](const auto& other) { return is_before(*batch, *other); });
  sealed.insert(at, std::move(batch));
}

void Producer::split(std::unique_ptr<Batch> batch) {
  const auto parts =
      static_cast<int64_t>(batch->bytes.size() / batch->queue->topic->accepted_bytes_max) + 1;
  const auto part_count = static_cast<int32_t>(
      std::max<int64_t>(1, batch->records_count / std::max<int64_t>(2, parts)));
  const record::EntryView entry(batch->bytes);
  const record::BatchView header(batch->bytes);
  record::RecordReader reader;
  record::BatchBuilder builder;
  int32_t sequence = batch->base_sequence;
  const auto finish_part = [&] {
    auto part = std::make_unique<Batch>();
    part->queue = batch->queue;
    part->records_count = builder.records_count();
    part->base_sequence = sequence;
    part->deadline = batch->deadline;
    builder.options() = {.codec = options_.codec,
                         .level = options_.level,
                         .producer_id = header.producer_id(),
                         .producer_epoch = header.producer_epoch(),
                         .base_sequence = sequence};
    if (sequence >= 0) sequence = record::advance_sequence(sequence, part->records_count);
    auto bytes = builder.finish(compressor_);
    CHECK(bytes.has_value());
    builder.reset({});
    part->bytes = std::move(*bytes);
    buffered_bytes_ += part->bytes.size();
    insert_in_order(std::move(part));
  };
  const Status walked = reader.for_each(entry, [&](const record::RecordView& record) {
    builder.append_copy(builder.records_count(), record);
    if (builder.records_count() == part_count) finish_part();
  });
  CHECK(walked.has_value());  // our own batch
  if (!builder.empty()) finish_part();
  buffered_bytes_ -= batch->bytes.size();
}

void Producer::finish(std::unique_ptr<Batch> batch, Offset base_offset, const Error* error) {
  PartitionQueue& queue = *batch->queue;
  buffered_bytes_ -= batch->bytes.size();
  if (error == nullptr) {
    stats_.records_acked += batch->records_count;
    queue.is_established = true;
    queue.last_failure.clear();
    if (batch->base_sequence >= 0)
      queue.next_acked_sequence =
          record::advance_sequence(batch->base_sequence, batch->records_count);
  } else {
    stats_.records_failed += batch->records_count;
    if (!stats_.first_error) stats_.first_error = *error;
    // Its sequences will never come: those behind it would wait for them for ever.
    if (batch->base_sequence >= 0) queue.needs_restart = true;
  }
  if (options_.on_delivery)
    options_.on_delivery({queue.topic->name, queue.partition, base_offset, batch->records_count,
                          error, batch->bytes});
  if (spare_buffers_.size() < kSpareBuffersMax) spare_buffers_.push_back(std::move(batch->bytes));
}

void Producer::expire(Time now) {
  for (auto& [name, topic] : topics_)
    for (PartitionQueue& queue : topic->partitions)
      while (!queue.sealed.empty() && queue.sealed.front()->deadline <= now) {
        std::unique_ptr<Batch> batch = std::move(queue.sealed.front());
        queue.sealed.pop_front();
        give_up(std::move(batch));
      }
}

void Producer::give_up(std::unique_ptr<Batch> batch) {
  const PartitionQueue& queue = *batch->queue;
  const std::string_view why = queue.last_failure;
  const Error error(
      ErrorCode::timed_out,
      concat(queue.topic->name, '-', queue.partition.value, ": not acknowledged within ",
             options_.delivery_timeout.count(), " ms", why.empty() ? "" : ": ", why));
  finish(std::move(batch), kNoOffset, &error);
}

bool Producer::restart_sequences(PartitionQueue& queue) {
  CHECK(queue.in_flight == 0);
  // When the producer has moved on for another partition's sake already, going up to it is enough
  // here.
  if (queue.producer_id == producer_id_ && queue.producer_epoch == producer_epoch_) {
    if (producer_epoch_.value == INT16_MAX) {
      needs_producer_id_ = true;
      return false;
    }
    producer_epoch_ = ProducerEpoch(static_cast<int16_t>(producer_epoch_.value + 1));
  }
  queue.needs_restart = false;
  queue.is_established = false;
  queue.producer_id = producer_id_;
  queue.producer_epoch = producer_epoch_;
  queue.next_acked_sequence = 0;
  int32_t sequence = 0;
  for (auto& batch : queue.sealed) {
    record::set_producer(batch->bytes, queue.producer_id, queue.producer_epoch, sequence, false);
    batch->base_sequence = sequence;
    sequence = record::advance_sequence(sequence, batch->records_count);
  }
  queue.next_sequence = sequence;
  return true;
}

}  // namespace spool::client
