#include "broker/group/shard.h"

#include <algorithm>
#include <latch>

#include "core/base/text.h"
#include "core/record/control.h"

namespace spool::broker::group {

namespace {

/// Who asks while a partition is replayed waits this long before being told to come again.
constexpr std::chrono::milliseconds kPatience{500};
constexpr std::chrono::milliseconds kChangeLinger{2};
/// Records of one batch; a batch that would be larger than the topic takes is refused before.
constexpr size_t kSplitRecordsMax = 1000;

record::Codec codec_of(const BrokerConfig& config) {
  const int64_t codec = config.integer("offsets.topic.compression.codec");
  return codec > 0 && codec <= 4 ? static_cast<record::Codec>(codec) : record::Codec::none;
}

}  // namespace

void Outlet::send(const Request& request, Responder respond, Response response) const {
  net::EventLoop* const loop = request.loop;
  when_safe([loop, respond = std::move(respond),
             response = std::move(response)](const Status& flushed) mutable {
    // What is not known to be on stable storage is neither done nor undone: the client has to ask.
    if (!flushed) response = Response::close();
    if (loop->is_loop_thread()) return respond(std::move(response));
    loop->post([respond = std::move(respond), response = std::move(response)]() mutable {
      respond(std::move(response));
    });
  });
}

void Outlet::when_safe(std::move_only_function<void(const Status&)> then) const {
  shard_->when_safe(std::move(then));
}

Shard::Shard(Service& service, const Service::Parts& parts, const Settings& settings,
             const TopicCatalog& catalog, int32_t partition, net::EventLoop& loop)
    : service_(service),
      parts_(parts),
      settings_(settings),
      catalog_(catalog),
      partition_(partition),
      loop_(loop),
      name_(concat(kOffsetsTopic, "-", partition)) {
  record::BatchOptions options;
  options.codec = codec_of(parts.config);
  builder_.reset(options);
}

Shard::~Shard() = default;

Now Shard::now() const { return {parts_.clock.wall_ms(), parts_.clock.monotonic_ms()}; }

Replica* Shard::replica() const { return topic_ ? topic_->partition(partition_) : nullptr; }

std::unique_ptr<Coordinator> Shard::make_coordinator() {
  const RandomBytes& random = parts_.random;
  return std::make_unique<Coordinator>(Coordinator::Environment{
      *this, catalog_, settings_, parts_.logger,
      [&random] { return Uuid::random([&](MutableBytes bytes) { random(bytes); }); },
      [this](const std::string& group_id) { return service_.consumer_config(group_id); }, name_});
}

// ---------------------------------------------------------------------------------------------------------------------
// Turns

void Shard::submit(Work work) {
  if (loop_.is_loop_thread()) return run(std::move(work));
  loop_.post([this, work = std::move(work)]() mutable { run(std::move(work)); });
}

void Shard::warm() {
  loop_.post([this] {
    if (state_ == State::unloaded) begin_load();
  });
}

void Shard::notify(std::move_only_function<void(Coordinator&, Now)> tell) {
  loop_.post([this, tell = std::move(tell)]() mutable {
    if (state_ != State::ready || parts_.is_read_only) return;
    tell(*coordinator_, now());
    end_turn();
  });
}

ErrorCode Shard::absence() const {
  return state_ == State::loading ? ErrorCode::coordinator_load_in_progress
                                  : ErrorCode::not_coordinator;
}

void Shard::run(Work work) {
  if (state_ == State::unloaded) begin_load();
  if (state_ == State::ready) return take_turn(std::move(work));
  if (state_ != State::loading || !patience_) return work(absence(), nullptr);
  waiting_.push_back(std::move(work));
}

void Shard::take_turn(Work work) {
  if (parts_.is_read_only) follow_log();
  Turn turn{*coordinator_, now(), Outlet(*this)};
  work(ErrorCode::none, &turn);
  end_turn();
}

void Shard::end_turn() {
  if (!parts_.is_read_only) coordinator_->advance(now());
  arm_timer();
  answer_or_flush();
}

// A heartbeat moves a deadline away: the timer stays as it is, wakes once in vain and is set anew.
void Shard::arm_timer() {
  if (parts_.is_read_only) return;
  const auto next_ms = coordinator_->next_deadline_ms();
  if (!next_ms || *next_ms >= armed_ms_) return;
  armed_ms_ = *next_ms;
  if (!timer_) timer_.emplace(loop_);
  const std::chrono::milliseconds delay(
      std::max<int64_t>(*next_ms - parts_.clock.monotonic_ms(), 0));
  timer_->set(delay, [this] {
    armed_ms_ = INT64_MAX;
    if (state_ == State::ready) end_turn();
  });
}

void Shard::when_safe(Held then) {
  if (needs_flush_ || is_flushing_ || is_lingering_)
    held_.push_back(std::move(then));
  else
    then({});
}

// group.coordinator.append.linger.ms. Kafka's answers take a few milliseconds, and librdkafka
// (2.12) counts on it: when a heartbeat that changed a consumer group (KIP-848) is answered before
// the application's next call, it joins again with a request that any broker refuses.
std::chrono::milliseconds Shard::linger_of(std::span<const Record> records) const {
  if (settings_.append_linger.count() >= 0) return settings_.append_linger;
  const bool has_change = std::ranges::any_of(records, [](const Record& record) {
    return load_be<int16_t>(record.key.data()) >= protocol::ConsumerGroupMetadataKey::kInfo.api_key;
  });
  return has_change ? kChangeLinger : std::chrono::milliseconds(0);
}

void Shard::begin_linger(std::chrono::milliseconds linger) {
  if (is_lingering_ || linger.count() == 0) return;
  is_lingering_ = true;
  if (!linger_) linger_.emplace(loop_);
  linger_->set(linger, [this] {
    is_lingering_ = false;
    answer_or_flush();
  });
}

void Shard::answer_or_flush() {
  if (is_flushing_ || is_lingering_) return;
  if (needs_flush_) return begin_flush();
  for (Held& held : std::exchange(held_, {})) held({});
}

// Whatever is answered while a flush runs waits for the next, also what only looked: nobody learns
// of a commit that a power cut may take back.
void Shard::begin_flush() {
  needs_flush_ = false;
  is_flushing_ = true;
  flushing_ = std::exchange(held_, {});
  replica()->flush_then(parts_.workers, [this](const Status& flushed) {
    loop_.post([this, flushed] { finish_flush(flushed); });
  });
}

void Shard::finish_flush(const Status& flushed) {
  is_flushing_ = false;
  if (!flushed)
    parts_.logger.error(concat(name_, ": flush: ", flushed.error().text(),
                               "; the connections that wait for it are closed"));
  std::vector<Held> done = std::exchange(flushing_, {});
  // What was only looked at while the flush ran is as safe as the flush made it.
  if (!needs_flush_ && !is_lingering_)
    std::ranges::move(std::exchange(held_, {}), std::back_inserter(done));
  for (Held& held : done) held(flushed);
  answer_or_flush();
}

// ---------------------------------------------------------------------------------------------------------------------
// Loading

void Shard::begin_load() {
  if (partition_ < 0) {
    coordinator_ = make_coordinator();
    state_ = State::ready;
    return;
  }
  state_ = State::loading;
  patience_.emplace(loop_);
  patience_->set(kPatience, [this] {
    patience_.reset();
    refuse_waiting(ErrorCode::coordinator_load_in_progress);
  });
  parts_.workers.submit([this] {
    auto loaded = std::make_shared<Loaded>(load());
    loop_.post([this, loaded] { finish_load(std::move(*loaded)); });
  });
}

Shard::Loaded Shard::load() {
  Loaded loaded;
  loaded.topic = parts_.topics.find(kOffsetsTopic);
  Replica* replica = loaded.topic ? loaded.topic->partition(partition_) : nullptr;
  loaded.coordinator = make_coordinator();
  if (replica == nullptr)
    loaded.status = fail(ErrorCode::unknown_topic_or_partition);
  else
    loaded.status = replay_log(*loaded.coordinator, *replica, loaded.end);
  return loaded;
}

Status Shard::replay_log(Coordinator& coordinator, Replica& replica, Offset& position) {
  TRY_ASSIGN(const storage::Log* log, replica.log());
  const auto chunk_bytes = parts_.config.integer("offsets.load.buffer.size");
  const Offset end = log->log_end_offset();
  position = std::max(position, log->log_start_offset());
  Buffer chunk;
  while (position < end) {
    TRY_ASSIGN(const storage::ReadResult part, log->read(position, end, chunk_bytes, true));
    if (part.slice.size_bytes == 0) break;  // compaction has taken what was at the end
    chunk.resize(static_cast<size_t>(part.slice.size_bytes));
    TRY_ASSIGN(const size_t got, part.slice.file->read_at(part.slice.file_pos, chunk));
    const Offset before = position;
    record::EntryCursor entries(BytesView(chunk).first(got));
    for (;;) {
      TRY_ASSIGN(const std::optional<record::EntryView> entry, entries.next());
      if (!entry) break;
      TRY(replay_entry(coordinator, *entry, position));
    }
    if (position == before)
      return fail(ErrorCode::corrupt_message,
                  concat("offset ", position.value, ": no whole batch can be read"));
  }
  return {};
}

Status Shard::replay_entry(Coordinator& coordinator, const record::EntryView& entry,
                           Offset& position) {
  if (!entry.is_valid())
    return fail(ErrorCode::corrupt_message,
                concat("offset ", entry.offset().value, ": the batch is damaged"));
  const auto batch = entry.batch();
  const bool is_control = batch && batch->is_control();
  Status status;
  const Status read = reader_.for_each(entry, [&](const record::RecordView& record) {
    if (record.offset < position) return true;
    if (is_control) {
      if (const auto marker = record::parse_end_txn_marker(record))
        coordinator.replay_marker(batch->producer_id(), marker->is_commit);
      return true;
    }
    ReplayedRecord replayed{record.offset.value, kNoProducerId, record.key, record.value};
    if (batch && batch->is_transactional()) replayed.producer_id = batch->producer_id();
    status = coordinator.replay(replayed);
    return status.has_value();
  });
  TRY(std::move(status));
  if (!read)
    return fail(ErrorCode::corrupt_message,
                concat("offset ", entry.offset().value, ": ", read.error().text()));
  position = entry.last_offset() + 1;
  return {};
}

void Shard::finish_load(Loaded loaded) {
  patience_.reset();
  if (state_ != State::loading) return;
  if (!loaded.status) {
    parts_.logger.error(concat(name_, " cannot be loaded, its groups have no coordinator: ",
                               loaded.status.error().text()));
    state_ = State::failed;
    return refuse_waiting(ErrorCode::not_coordinator);
  }
  coordinator_ = std::move(loaded.coordinator);
  topic_ = std::move(loaded.topic);
  replayed_to_ = loaded.end;
  state_ = State::ready;
  if (coordinator_->unknown_records_count() > 0)
    parts_.logger.warn(concat(name_, ": ", coordinator_->unknown_records_count(),
                              " records are of types that are not known; they are left alone"));
  if (!parts_.is_read_only) coordinator_->loaded(now());
  std::deque<Work> waiting = std::exchange(waiting_, {});
  for (Work& work : waiting) take_turn(std::move(work));
  end_turn();
}

void Shard::refuse_waiting(ErrorCode error) {
  std::deque<Work> waiting = std::exchange(waiting_, {});
  for (Work& work : waiting) work(error, nullptr);
}

// Another process may have written since.
void Shard::follow_log() {
  if (replica() == nullptr) return;
  const Status refreshed =
      replica()->with_log([](storage::Log& log) -> Status { return log.refresh(); });
  Status done = refreshed;
  if (done) done = replay_log(*coordinator_, *replica(), replayed_to_);
  if (!done) parts_.logger.error(concat(name_, ": ", done.error().text()));
}

void Shard::stop() {
  if (coordinator_) coordinator_->stop(ErrorCode::not_coordinator);
  state_ = State::stopped;
  refuse_waiting(ErrorCode::not_coordinator);
  timer_.reset();
  patience_.reset();
  linger_.reset();
  is_lingering_ = false;
  if (is_flushing_) return;  // its end answers
  needs_flush_ = false;
  for (Held& held : std::exchange(held_, {})) held(fail(ErrorCode::not_coordinator));
}

void Shard::reset() {
  stop();
  coordinator_.reset();
  topic_.reset();
  replayed_to_ = Offset(0);
  armed_ms_ = INT64_MAX;
  state_ = State::unloaded;
}

// ---------------------------------------------------------------------------------------------------------------------
// Writing

Status Shard::check_writable() const {
  if (parts_.is_read_only)
    return fail(ErrorCode::read_only, "the directory was opened for reading");
  if (replica() == nullptr)
    return fail(ErrorCode::unknown_topic_or_partition, concat(kOffsetsTopic, " does not exist"));
  return {};
}

Status Shard::write_batch(std::span<const Record> records, int64_t wall_ms) {
  Replica& log = *replica();
  for (const Record& record : records) {
    std::optional<BytesView> value;
    if (record.value) value = *record.value;
    builder_.append(wall_ms, BytesView(record.key), value);
  }
  TRY_ASSIGN(Buffer batch, builder_.finish(compressor_));
  const auto bytes_max = static_cast<size_t>(log.config()->log.max_message_bytes);
  if (batch.size() > bytes_max)
    return fail(ErrorCode::message_too_large,
                concat(records.size(), " records make a batch of ", batch.size(), " bytes; ", name_,
                       " takes ", bytes_max));
  TRY(log.append(batch, storage::AppendOrigin::coordinator));
  begin_linger(linger_of(records));
  switch (log.flush_need()) {
    case Replica::FlushNeed::none:
      break;
    case Replica::FlushNeed::later:
      log.flush_later(parts_.workers);
      break;
    case Replica::FlushNeed::before_answer:
      needs_flush_ = true;
      break;
  }
  return {};
}

Status Shard::append(const RecordList& records, int64_t wall_ms) {
  TRY(check_writable());
  return write_batch(records.records(), wall_ms);
}

Status Shard::append_split(const RecordList& records, int64_t wall_ms) {
  TRY(check_writable());
  std::span<const Record> left = records.records();
  while (!left.empty()) {
    const size_t count = std::min(left.size(), kSplitRecordsMax);
    TRY(write_batch(left.first(count), wall_ms));
    left = left.subspan(count);
  }
  return {};
}

}  // namespace spool::broker::group
