#include "broker/coordinator/shard.h"

#include <algorithm>
#include <latch>

#include "core/base/text.h"
#include "core/record/control.h"

namespace spool::broker::coordinator {

namespace {

/// Who asks while a partition is replayed waits this long before being told to come again.
constexpr std::chrono::milliseconds kPatience{500};
/// Records of one batch; a batch that would be larger than the topic takes is refused before.
constexpr size_t kSplitRecordsMax = 1000;

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

Shard::Shard(const Parts& parts, const ShardKind& kind, int32_t partition, net::EventLoop& loop)
    : parts_(parts),
      kind_(kind),
      partition_(partition),
      loop_(loop),
      name_(concat(kind.topic, "-", partition)) {}

Shard::~Shard() = default;

Now Shard::now() const { return {parts_.clock.wall_ms(), parts_.clock.monotonic_ms()}; }

Replica* Shard::replica() const { return topic_ ? topic_->partition(partition_) : nullptr; }

int32_t Shard::leader_epoch() const {
  return replica() == nullptr ? -1 : replica()->leader_epoch().value;
}

// ---------------------------------------------------------------------------------------------------------------------
// Turns

void Shard::submit(Work<Machine> work) {
  if (loop_.is_loop_thread()) return run(std::move(work));
  loop_.post([this, work = std::move(work)]() mutable { run(std::move(work)); });
}

void Shard::warm() {
  loop_.post([this] {
    if (state_ == State::unloaded) begin_load();
  });
}

void Shard::notify(std::move_only_function<void(Machine&, Now)> tell) {
  loop_.post([this, tell = std::move(tell)]() mutable {
    if (state_ != State::ready || parts_.is_read_only) return;
    tell(*machine_, now());
    end_turn();
  });
}

ErrorCode Shard::absence() const {
  return state_ == State::loading ? ErrorCode::coordinator_load_in_progress
                                  : ErrorCode::not_coordinator;
}

void Shard::run(Work<Machine> work) {
  if (state_ == State::unloaded) begin_load();
  if (state_ == State::ready) return take_turn(std::move(work));
  if (state_ != State::loading || !patience_) return work(absence(), nullptr);
  waiting_.push_back(std::move(work));
}

void Shard::take_turn(Work<Machine> work) {
  if (parts_.is_read_only) follow_log();
  Turn<Machine> turn{*machine_, now(), Outlet(*this)};
  work(ErrorCode::none, &turn);
  end_turn();
}

void Shard::end_turn() {
  if (!parts_.is_read_only) machine_->advance(now());
  arm_timer();
  answer_or_flush();
}

// A heartbeat moves a deadline away: the timer stays as it is, wakes once in vain and is set anew.
void Shard::arm_timer() {
  if (parts_.is_read_only) return;
  const auto next_ms = machine_->next_deadline_ms();
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
    machine_ = kind_.make(*this, name_);
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
  loaded.topic = parts_.topics.find(kind_.topic);
  Replica* replica = loaded.topic ? loaded.topic->partition(partition_) : nullptr;
  loaded.machine = kind_.make(*this, name_);
  if (replica == nullptr)
    loaded.status = fail(ErrorCode::unknown_topic_or_partition);
  else
    loaded.status = replay_log(*loaded.machine, *replica, loaded.end);
  return loaded;
}

Status Shard::replay_log(Machine& machine, Replica& replica, Offset& position) {
  TRY_ASSIGN(const storage::Log* log, replica.log());
  const auto chunk_bytes = parts_.config.integer(kind_.load_buffer_setting);
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
      TRY(replay_entry(machine, *entry, position));
    }
    if (position == before)
      return fail(ErrorCode::corrupt_message,
                  concat("offset ", position.value, ": no whole batch can be read"));
  }
  return {};
}

Status Shard::replay_entry(Machine& machine, const record::EntryView& entry, Offset& position) {
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
        machine.replay_marker(batch->producer_id(), marker->is_commit);
      return true;
    }
    ReplayedRecord replayed{record.offset.value, kNoProducerId, record.key, record.value};
    if (batch && batch->is_transactional()) replayed.producer_id = batch->producer_id();
    status = machine.replay(replayed);
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
    parts_.logger.error(concat(name_,
                               " cannot be loaded, there is no coordinator for what it keeps: ",
                               loaded.status.error().text()));
    state_ = State::failed;
    return refuse_waiting(ErrorCode::not_coordinator);
  }
  machine_ = std::move(loaded.machine);
  topic_ = std::move(loaded.topic);
  replayed_to_ = loaded.end;
  state_ = State::ready;
  if (machine_->unknown_records_count() > 0)
    parts_.logger.warn(concat(name_, ": ", machine_->unknown_records_count(),
                              " records are of types that are not known; they are left alone"));
  if (!parts_.is_read_only) machine_->loaded(now());
  std::deque<Work<Machine>> waiting = std::exchange(waiting_, {});
  for (Work<Machine>& work : waiting) take_turn(std::move(work));
  end_turn();
}

void Shard::refuse_waiting(ErrorCode error) {
  std::deque<Work<Machine>> waiting = std::exchange(waiting_, {});
  for (Work<Machine>& work : waiting) work(error, nullptr);
}

// Another process may have written since.
void Shard::follow_log() {
  if (replica() == nullptr) return;
  const Status refreshed =
      replica()->with_log([](storage::Log& log) -> Status { return log.refresh(); });
  Status done = refreshed;
  if (done) done = replay_log(*machine_, *replica(), replayed_to_);
  if (!done) parts_.logger.error(concat(name_, ": ", done.error().text()));
}

void Shard::stop() {
  if (machine_) machine_->stop(ErrorCode::not_coordinator);
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
  machine_.reset();
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
    return fail(ErrorCode::unknown_topic_or_partition, concat(kind_.topic, " does not exist"));
  return {};
}

Result<Offset> Shard::write_records(std::span<const Record> records, int64_t wall_ms,
                                    Producer producer) {
  record::BatchOptions options;
  options.codec = kind_.codec;
  options.producer_id = producer.id;
  options.producer_epoch = producer.epoch;
  options.is_transactional = producer.id != kNoProducerId;
  builder_.reset(options);
  for (const Record& record : records) {
    std::optional<BytesView> value;
    if (record.value) value = *record.value;
    builder_.append(wall_ms, BytesView(record.key), value);
  }
  TRY_ASSIGN(Buffer batch, builder_.finish(compressor_));
  const auto bytes_max = static_cast<size_t>(replica()->config()->log.max_message_bytes);
  if (batch.size() > bytes_max)
    return fail(ErrorCode::message_too_large,
                concat(records.size(), " records make a batch of ", batch.size(), " bytes; ", name_,
                       " takes ", bytes_max));
  TRY_ASSIGN(const Offset base_offset, write_batch(std::move(batch)));
  if (kind_.linger_of) begin_linger(kind_.linger_of(records));
  return base_offset;
}

Result<Offset> Shard::write_batch(Buffer batch) {
  Replica& log = *replica();
  TRY_ASSIGN(const storage::AppendResult written,
             log.append(batch, storage::AppendOrigin::coordinator));
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
  return written.base_offset;
}

Result<Offset> Shard::append(const RecordList& records, int64_t wall_ms, Producer producer) {
  TRY(check_writable());
  return write_records(records.records(), wall_ms, producer);
}

Status Shard::append_split(const RecordList& records, int64_t wall_ms) {
  TRY(check_writable());
  std::span<const Record> left = records.records();
  while (!left.empty()) {
    const size_t count = std::min(left.size(), kSplitRecordsMax);
    TRY(write_records(left.first(count), wall_ms, {}));
    left = left.subspan(count);
  }
  return {};
}

Status Shard::append_marker(Producer producer, const record::EndTxnMarker& marker,
                            int64_t wall_ms) {
  TRY(check_writable());
  TRY(write_batch(record::make_end_txn_marker(Offset(0), kNoLeaderEpoch, producer.id,
                                              producer.epoch, wall_ms, marker)));
  return {};
}

}  // namespace spool::broker::coordinator
