/// Fetch: batches from a partition's log, sent from the page cache as they lie there.
///
/// v4  KIP-98: isolation level          v5   log start offset       v7  KIP-227: sessions
/// v9  KIP-320: leader epoch checked    v11  preferred replica      v12 KIP-595: diverging epoch
/// v13 KIP-516: topic ids               v15  KIP-903: replica state v16 KIP-951: node endpoints
///
/// The answer waits until min_bytes are there or max_wait_ms has passed. It does not wait when
/// reading a partition fails, when there is nothing to wait for, or when a position lies in an
/// older segment (data is there, the limits alone kept it out). Partitions that do not exist end no
/// wait for others: a consumer whose topic was deleted would else ask without pause. At least one
/// whole batch leaves, however large it is (KIP-74).

#include <sys/uio.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <unordered_map>

#include "broker/config/config.h"
#include "broker/handlers/handlers.h"
#include "broker/topics/fetch_session.h"
#include "broker/topics/purgatory.h"
#include "broker/topics/topic_table.h"
#include "broker/topics/topic_view.h"
#include "core/protocol/messages/fetch.h"

namespace spool::broker {

using protocol::FetchRequest;
using protocol::FetchResponse;

namespace {

constexpr int32_t kFullEpoch = 0;
constexpr int32_t kFinalEpoch = -1;
/// A log that another process writes wakes nobody here: it is looked at this often while a reader
/// waits.
constexpr std::chrono::milliseconds kForeignLogPoll{20};

/// One partition of a fetch, and what was read from it last.
struct Item {
  FetchSpec spec;
  std::shared_ptr<const Topic> topic;  // null: unknown
  Replica* replica = nullptr;          // of topic; null: unknown
  bool is_waited_for = false;

  ErrorCode error = ErrorCode::none;
  int64_t high_watermark = -1;
  int64_t last_stable_offset = -1;
  int64_t log_start_offset = -1;
  std::optional<storage::EpochEnd> diverging_epoch;
  std::vector<storage::AbortedTransaction> aborted;
  storage::FileSlice slice;
  bool is_from_older_segment = false;
};

/// One Fetch, from its arrival to its answer. Loop thread only, but for wake().
class FetchRun final : public ReplicaWaiter, public std::enable_shared_from_this<FetchRun> {
 public:
  FetchRun(Services& services, const Request& request, FetchRequest message, Responder respond)
      : services_(services),
        request_(request),
        message_(std::move(message)),
        respond_(std::move(respond)) {}

  void start() {
    const bool is_known_isolation = message_.isolation_level == 0 || is_read_committed();
    if (!is_known_isolation && !message_.topics.empty()) return refuse_isolation();
    if (const ErrorCode error = open_session(); error != ErrorCode::none) return refuse(error);
    if (services_.is_read_only) refresh_all();
    read_all();
    if (is_satisfied() || message_.max_wait_ms <= 0) return finish();
    park();
  }

  void wake() override {
    if (is_wake_posted_.exchange(true)) return;
    request_.loop->post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) {
        self->is_wake_posted_ = false;
        self->look_again();
      }
    });
  }

 private:
  ErrorCode open_session();
  std::vector<FetchSpec> asked_specs() const;
  void take_specs(std::vector<FetchSpec> specs);
  void refresh_all();
  void read_all();
  void read_item(Item& item, int64_t& bytes_left, bool& is_first);
  Result<storage::ReadResult> read_log(Item& item, const storage::Log& log, Offset bound,
                                       int64_t bytes_max, bool at_least_one) const;
  ErrorCode check_item(Item& item, const storage::Log& log) const;
  bool is_satisfied() const;
  void park();
  void look_again();
  void poll_foreign_log(std::chrono::milliseconds left);
  void unpark();
  void finish();
  void warm_then_respond(std::vector<storage::FileSlice> cold);
  void name_leader(const Item& item, FetchResponse& response) const;
  void respond();
  void refuse(ErrorCode error);
  void refuse_isolation();
  bool is_read_committed() const { return message_.isolation_level == 1; }

  Services& services_;
  const Request& request_;
  const FetchRequest message_;
  Responder respond_;
  std::shared_ptr<FetchSession> session_;
  bool is_full_ = true;  // the answer names every partition
  std::vector<Item> items_;
  std::optional<net::EventLoop::Timer> deadline_;
  std::atomic<bool> is_wake_posted_{false};
};

std::vector<FetchSpec> FetchRun::asked_specs() const {
  std::vector<FetchSpec> specs;
  for (const auto& topic : message_.topics)
    for (const auto& partition : topic.partitions)
      specs.push_back({{topic.topic, topic.topic_id, partition.partition},
                       partition.fetch_offset,
                       partition.partition_max_bytes,
                       std::max(partition.current_leader_epoch, -1),  // any below 0 means none
                       partition.last_fetched_epoch});
  return specs;
}

ErrorCode FetchRun::open_session() {
  const bool is_by_topic_id = request_.version >= 13;
  if (message_.session_epoch == kFullEpoch || message_.session_epoch == kFinalEpoch) {
    if (message_.session_id != 0) services_.fetch_sessions.remove(message_.session_id);
    if (message_.session_epoch == kFullEpoch && request_.version >= 7)
      session_ = services_.fetch_sessions.create(is_by_topic_id);
    if (session_ != nullptr) {
      session_->fill(asked_specs());
      take_specs(session_->partitions());
    } else {
      take_specs(asked_specs());
    }
    return ErrorCode::none;
  }
  session_ = services_.fetch_sessions.find(message_.session_id);
  if (session_ == nullptr) return ErrorCode::fetch_session_id_not_found;
  if (session_->is_by_topic_id() != is_by_topic_id) return ErrorCode::fetch_session_topic_id_error;
  std::vector<FetchKey> forgotten;
  for (const auto& topic : message_.forgotten_topics_data)
    for (const int32_t partition : topic.partitions)
      forgotten.push_back({topic.topic, topic.topic_id, partition});
  if (const Status updated = session_->update(message_.session_epoch, asked_specs(), forgotten);
      !updated)
    return updated.error().code();
  is_full_ = false;
  take_specs(session_->partitions());
  if (items_.empty()) {  // a session of nothing ends, and the answer is without one
    services_.fetch_sessions.remove(message_.session_id);
    session_ = nullptr;
  }
  return ErrorCode::none;
}

// Looks every partition up once; one that is named twice counts with what was said last.
void FetchRun::take_specs(std::vector<FetchSpec> specs) {
  items_.reserve(specs.size());
  std::unordered_map<FetchKey, size_t, FetchKeyHash> places;  // sessions have no twins
  for (FetchSpec& spec : specs) {
    if (session_ == nullptr && specs.size() > 1) {
      const auto [place, is_new] = places.try_emplace(spec.key, items_.size());
      if (!is_new) {
        items_[place->second].spec = std::move(spec);
        continue;
      }
    }
    Item item;
    const bool is_same_topic = !items_.empty() && items_.back().spec.key.topic == spec.key.topic &&
                               items_.back().spec.key.topic_id == spec.key.topic_id;
    if (is_same_topic)
      item.topic = items_.back().topic;
    else if (request_.version >= 13)
      item.topic = services_.topics.find(spec.key.topic_id);
    else
      item.topic = services_.topics.find(spec.key.topic);
    if (item.topic) item.replica = item.topic->partition(spec.key.partition);
    item.spec = std::move(spec);
    items_.push_back(std::move(item));
  }
}

// Takes in what another process has appended since. Wakes who waits for these partitions, this
// request too.
void FetchRun::refresh_all() {
  for (const Item& item : items_)
    if (item.replica != nullptr)
      (void)item.replica->with_log([](storage::Log& log) { return log.refresh(); });
}

void FetchRun::read_all() {
  int64_t bytes_left =
      std::min<int64_t>(message_.max_bytes, services_.config.integer("fetch.max.bytes"));
  bool is_first = true;
  for (Item& item : items_) read_item(item, bytes_left, is_first);
}

void FetchRun::read_item(Item& item, int64_t& bytes_left, bool& is_first) {
  item.slice = {};
  item.is_from_older_segment = false;
  item.diverging_epoch.reset();
  item.aborted.clear();
  item.high_watermark = item.last_stable_offset = item.log_start_offset = -1;
  const auto refuse = [&](ErrorCode error) {
    item.error = static_cast<ErrorCode>(wire_code(error));
  };
  if (item.replica == nullptr)
    return refuse(request_.version >= 13 && !item.topic ? ErrorCode::unknown_topic_id
                                                        : ErrorCode::unknown_topic_or_partition);
  const auto log = item.replica->log();
  if (!log) return refuse(log.error().code());
  const Offset high_watermark = item.replica->high_watermark();
  const Offset last_stable_offset = item.replica->last_stable_offset();
  item.error = check_item(item, **log);
  if (item.error != ErrorCode::none) return;
  item.high_watermark = high_watermark.value;
  item.last_stable_offset = last_stable_offset.value;
  item.log_start_offset = (*log)->log_start_offset().value;
  if (item.diverging_epoch) return;

  const Offset from(item.spec.fetch_offset);
  const Offset bound = is_read_committed() ? last_stable_offset : high_watermark;
  if (from >= bound) return;
  if (item.spec.bytes_max < 0 || message_.max_bytes < 0) {
    item.high_watermark = item.last_stable_offset = item.log_start_offset = -1;
    return refuse(ErrorCode::unknown_server_error);
  }
  const int64_t bytes_max =
      std::max<int64_t>(0, std::min<int64_t>(item.spec.bytes_max, bytes_left));
  if (bytes_max == 0 && !is_first) return;
  auto read = read_log(item, **log, bound, bytes_max, is_first);
  if (!read) {
    item.high_watermark = item.last_stable_offset = item.log_start_offset = -1;
    return refuse(read.error().code());
  }
  item.slice = std::move(read->slice);
  item.is_from_older_segment = read->is_from_older_segment;
  if (item.slice.size_bytes > 0) is_first = false;
  bytes_left -= item.slice.size_bytes;
}

// The batches, and for a read_committed consumer the aborted transactions among them. Both of one
// state of the log: compaction may replace segments between the two questions, and a consumer that
// is not told of an abort would be given its records.
Result<storage::ReadResult> FetchRun::read_log(Item& item, const storage::Log& log, Offset bound,
                                               int64_t bytes_max, bool at_least_one) const {
  const Offset from(item.spec.fetch_offset);
  for (;;) {
    const uint64_t layout = log.layout_version();
    TRY_ASSIGN(auto read, log.read(from, bound, bytes_max, at_least_one));
    if (!is_read_committed()) return read;
    TRY_ASSIGN(item.aborted, log.aborted_transactions(from, bound));
    if (layout == log.layout_version()) return read;
  }
}

ErrorCode FetchRun::check_item(Item& item, const storage::Log& log) const {
  if (message_.replica_id >= 0 || message_.replica_state.replica_id >= 0)
    return ErrorCode::not_leader_or_follower;
  const FetchSpec& spec = item.spec;
  if (const ErrorCode error = item.replica->check_leader_epoch(spec.current_leader_epoch);
      error != ErrorCode::none)
    return error;
  const Offset from(spec.fetch_offset);
  if (spec.last_fetched_epoch >= 0) {
    const storage::EpochEnd end =
        item.replica->end_offset_for_epoch(LeaderEpoch(spec.last_fetched_epoch));
    if (end.leader_epoch < LeaderEpoch(0) || from < log.log_start_offset())
      return ErrorCode::offset_out_of_range;
    if (end.leader_epoch.value < spec.last_fetched_epoch || end.end_offset < from)
      item.diverging_epoch = end;
    if (item.diverging_epoch) return ErrorCode::none;
  }
  if (from < log.log_start_offset() || from > log.log_end_offset())
    return ErrorCode::offset_out_of_range;
  return ErrorCode::none;
}

bool FetchRun::is_satisfied() const {
  int64_t bytes = 0;
  bool has_replica = false;
  for (const Item& item : items_) {
    if (item.replica == nullptr) continue;
    has_replica = true;
    if (item.error != ErrorCode::none || item.diverging_epoch) return true;
    if (item.is_from_older_segment && item.slice.size_bytes > 0) return true;
    bytes += item.slice.size_bytes;
  }
  return !has_replica || bytes >= message_.min_bytes || services_.purgatory.is_closed();
}

void FetchRun::park() {
  const auto self = shared_from_this();
  services_.purgatory.add(self);
  for (Item& item : items_) {
    if (item.replica == nullptr) continue;
    item.replica->add_waiter(self);
    item.is_waited_for = true;
  }
  deadline_.emplace(*request_.loop);
  const std::chrono::milliseconds wait(message_.max_wait_ms);
  if (services_.is_read_only)
    poll_foreign_log(wait);
  else
    deadline_->set(wait, [weak = weak_from_this()] {
      if (const auto held = weak.lock()) held->finish();
    });
  // What came between the reading and the waiting woke nobody.
  look_again();
}

void FetchRun::poll_foreign_log(std::chrono::milliseconds left) {
  const auto pause = std::min(left, kForeignLogPoll);
  deadline_->set(pause, [weak = weak_from_this(), left = left - pause] {
    const auto self = weak.lock();
    if (!self || !self->respond_) return;
    self->refresh_all();
    self->read_all();
    if (self->is_satisfied() || left.count() <= 0) return self->finish();
    self->poll_foreign_log(left);
  });
}

void FetchRun::look_again() {
  if (!respond_) return;  // answered between the wake and now
  read_all();
  if (is_satisfied()) finish();
}

void FetchRun::unpark() {
  if (!deadline_) return;
  const auto self = shared_from_this();
  for (Item& item : items_)
    if (item.is_waited_for) item.replica->remove_waiter(this);
  services_.purgatory.remove(self);
  deadline_.reset();
}

/// Whether reading these bytes would wait for the disk.
bool is_cold(const storage::FileSlice& slice) {
  const int descriptor = slice.file->native_fd();
  if (descriptor < 0) return false;
  for (const int64_t file_pos : {slice.file_pos, slice.file_pos + slice.size_bytes - 1}) {
    uint8_t byte;
    iovec target{&byte, 1};
    if (::preadv2(descriptor, &target, 1, file_pos, RWF_NOWAIT) < 0 && errno == EAGAIN) return true;
  }
  return false;
}

void read_through(const storage::FileSlice& slice) {
  uint8_t scratch[64 << 10];
  for (int64_t done = 0; done < slice.size_bytes; done += static_cast<int64_t>(sizeof scratch)) {
    const auto want = std::min<int64_t>(slice.size_bytes - done, sizeof scratch);
    if (!slice.file->read_at(slice.file_pos + done,
                             MutableBytes(scratch, static_cast<size_t>(want))))
      return;
  }
}

void FetchRun::finish() {
  if (!respond_) return;
  unpark();
  std::vector<storage::FileSlice> cold;
  for (const Item& item : items_)
    if (item.slice.size_bytes > 0 && is_cold(item.slice)) cold.push_back(item.slice);
  if (cold.empty()) return respond();
  warm_then_respond(std::move(cold));
}

// The disk is waited for on a worker, so that other connections of this loop are not.
void FetchRun::warm_then_respond(std::vector<storage::FileSlice> cold) {
  services_.workers.submit([self = shared_from_this(), cold = std::move(cold)]() mutable {
    for (const storage::FileSlice& slice : cold) read_through(slice);
    net::EventLoop* loop = self->request_.loop;
    loop->post([self = std::move(self)] { self->respond(); });
  });
}

FetchOutcome outcome_of(const Item& item) {
  return {item.error, item.high_watermark, item.log_start_offset, item.slice.size_bytes > 0,
          item.diverging_epoch.has_value()};
}

FetchResponse::PartitionData answer_of(const Item& item, bool is_read_committed) {
  FetchResponse::PartitionData answer;
  answer.partition_index = item.spec.key.partition;
  answer.error_code = static_cast<int16_t>(item.error);
  answer.high_watermark = item.high_watermark;
  answer.last_stable_offset = item.last_stable_offset;
  answer.log_start_offset = item.log_start_offset;
  if (item.diverging_epoch) {
    answer.diverging_epoch.epoch = item.diverging_epoch->leader_epoch.value;
    answer.diverging_epoch.end_offset = item.diverging_epoch->end_offset.value;
  }
  // As Kafka: null to who does not ask for it, but an empty list where there is no partition.
  if (!is_read_committed && item.replica != nullptr) answer.aborted_transactions.reset();
  for (const storage::AbortedTransaction& aborted : item.aborted)
    answer.aborted_transactions->push_back(
        {aborted.producer_id.value, aborted.first_offset.value, {}});
  answer.records.is_null = false;
  answer.records.external_bytes = item.slice.size_bytes;
  return answer;
}

// Tells a client with an old leadership the current one, so that it need not ask for metadata first
// (KIP-951).
void FetchRun::name_leader(const Item& item, FetchResponse& response) const {
  constexpr int16_t kVersionSince = 16;
  const bool is_about_leader = item.error == ErrorCode::not_leader_or_follower ||
                               item.error == ErrorCode::fenced_leader_epoch;
  if (request_.version < kVersionSince || !is_about_leader) return;
  auto& leader = response.responses.back().partitions.back().current_leader;
  leader.leader_id = services_.node_id;
  leader.leader_epoch = item.replica->leader_epoch().value;
  if (!response.node_endpoints.empty()) return;
  const Endpoint& endpoint = services_.endpoints[request_.endpoint_index];
  response.node_endpoints.push_back(
      {services_.node_id, endpoint.host, endpoint.port, broker_rack(services_.config), {}});
}

void FetchRun::respond() {
  FetchResponse response;
  response.session_id = session_ ? session_->id() : 0;
  std::vector<std::vector<storage::FileSlice>> slices;
  const FetchKey* group = nullptr;
  for (Item& item : items_) {
    const FetchKey& key = item.spec.key;
    if (session_ && !session_->record_outcome(key, outcome_of(item), is_full_)) continue;
    if (group == nullptr || group->topic != key.topic || group->topic_id != key.topic_id) {
      auto& topic = response.responses.emplace_back();
      topic.topic = key.topic;
      topic.topic_id = key.topic_id;
      group = &key;
    }
    response.responses.back().partitions.push_back(answer_of(item, is_read_committed()));
    name_leader(item, response);
    if (item.slice.size_bytes > 0) slices.push_back({std::move(item.slice)});
  }
  auto respond = std::move(respond_);
  respond_ = nullptr;
  respond(encode_response(request_, response, std::move(slices)));
}

// An isolation level that is none: up to v12 the error stands in front and at every partition, as
// Kafka has it.
void FetchRun::refuse_isolation() {
  FetchResponse response;
  response.error_code = static_cast<int16_t>(ErrorCode::unknown_server_error);
  if (request_.version < 13)
    for (const auto& asked_topic : message_.topics) {
      auto& topic = response.responses.emplace_back();
      topic.topic = asked_topic.topic;
      for (const auto& asked : asked_topic.partitions) {
        auto& answer = topic.partitions.emplace_back();
        answer.partition_index = asked.partition;
        answer.error_code = response.error_code;
        answer.high_watermark = -1;
        answer.records.is_null = false;
      }
    }
  auto respond = std::move(respond_);
  respond_ = nullptr;
  respond(encode_response(request_, response));
}

void FetchRun::refuse(ErrorCode error) {
  FetchResponse response;
  response.error_code = static_cast<int16_t>(error);
  auto respond = std::move(respond_);
  respond_ = nullptr;
  respond(encode_response(request_, response));
}

}  // namespace

void handle_fetch(Services& services, const Request& request, FetchRequest message,
                  Responder respond) {
  std::make_shared<FetchRun>(services, request, std::move(message), std::move(respond))->start();
}

}  // namespace spool::broker
