#include "broker/topics/replica.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::broker {

namespace {
/// Between two tries to open a log whose storage failed: each reads what was not flushed, which can be much.
constexpr std::chrono::seconds kTryDelayMin{1};
constexpr std::chrono::seconds kTryDelayMax{60};
}  // namespace

Replica::Replica(const Environment& environment, TopicPartition name, Uuid topic_id, LeaderEpoch leader_epoch,
                 std::shared_ptr<const ReplicaConfig> config, Checkpoints checkpoints)
    : environment_(environment),
      name_(std::move(name)),
      topic_id_(topic_id),
      leader_epoch_(leader_epoch.value),
      initial_checkpoints_(checkpoints),
      config_(std::move(config)) {}

Replica::~Replica() {
  if (log_) log_->abandon();
}

Result<const storage::Log*> Replica::log() {
  if (is_deleted_) return fail(ErrorCode::unknown_topic_or_partition);
  if (const storage::Log* log = open_log(); log != nullptr && !is_closed_) return log;
  std::lock_guard lock(mutex_);
  return open_locked();
}

Result<storage::Log*> Replica::open_locked() {
  if (is_deleted_) return fail(ErrorCode::unknown_topic_or_partition);
  if (is_offline_ || is_closed_) return fail(ErrorCode::kafka_storage_error);
  if (log_) return log_.get();
  auto opened = load_log(initial_checkpoints_, environment_.directory.was_clean());
  if (!opened) {
    take_offline(opened.error());
    return fail(ErrorCode::kafka_storage_error, std::string(opened.error().text()));
  }
  put_log(std::move(*opened));
  return log_.get();
}

Result<std::unique_ptr<storage::Log>> Replica::load_log(const Checkpoints& checkpoints, bool is_clean) {
  storage::LogOpenOptions options;
  options.config = config_->log;
  options.is_clean = is_clean;
  options.is_read_only = environment_.directory.is_read_only();
  // The metadata log has the partition and its directory is made by the first write: to a reader it is empty until then.
  options.may_be_missing = true;
  options.log_start_checkpoint = checkpoints.log_start;
  options.recovery_point_checkpoint = checkpoints.recovery_point;
  options.producer_expiration_ms = environment_.producer_expiration_ms;
  options.topic_id = topic_id_;
  options.open_files = environment_.open_files;
  TRY(claim_directory());
  return storage::Log::open(environment_.fs, environment_.clock, environment_.logger,
                            environment_.directory.partition_path(name_.to_string()), std::move(options));
}

void Replica::put_log(std::unique_ptr<storage::Log> log) {
  log_ = std::move(log);
  open_log_.store(log_.get(), std::memory_order_release);
}

// Whether a process was killed between making the directory and saying in it whose it is.
Result<bool> Replica::is_half_made(const std::string& path) const {
  TRY_ASSIGN(const auto entries, environment_.fs.list(path));
  return std::all_of(entries.begin(), entries.end(),
                     [](const storage::DirectoryEntry& entry) { return entry.name.ends_with(".tmp"); });
}

// The log makes the directory when something is written to it. One that says it belongs to another topic id is put aside as a stray, as Kafka
// does: it is what is left of a topic of the same name.
Status Replica::claim_directory() {
  storage::DataDirectory& directory = environment_.directory;
  if (directory.is_read_only()) return {};
  const std::string name = name_.to_string();
  const std::string path = directory.partition_path(name);
  if (environment_.fs.info(path)) {
    TRY_ASSIGN(const std::optional<Uuid> found_id, directory.topic_id(name));
    if (found_id == topic_id_) return {};
    TRY_ASSIGN(const bool is_left_over, is_half_made(path));
    if (is_left_over) return directory.remove(name);
    const Uuid aside_id = Uuid::random(environment_.random);
    TRY_ASSIGN(const std::string aside, directory.set_aside(name, name_, storage::DirectoryKind::stray, aside_id));
    environment_.logger.warn(concat("directory ", name, " belongs to ",
                                    found_id ? "topic id " + found_id->to_string() : "no topic id", ", not to ",
                                    topic_id_.to_string(), "; it was renamed to ", aside));
  }
  return {};
}

Result<storage::AppendResult> Replica::append(MutableBytes batch, storage::AppendOrigin origin) {
  Result<storage::AppendResult> result = fail(ErrorCode::none);
  {
    std::lock_guard lock(mutex_);
    auto log = open_locked();
    if (!log) return fail(std::move(log.error()));
    result = (*log)->append(batch, leader_epoch(), origin);
  }
  if (result)
    wake_waiters();
  else if (wire_code(result.error().code()) == static_cast<int16_t>(ErrorCode::kafka_storage_error))
    environment_.logger.error(concat("append to ", name_.to_string(), ": ", result.error().text()));
  return result;
}

Replica::FlushNeed Replica::flush_need() {
  std::lock_guard lock(mutex_);
  if (!log_ || !log_->is_flush_due()) return FlushNeed::none;
  const bool is_waited_for = log_->log_end_offset() - log_->recovery_point() >= config_->log.flush_messages;
  return is_waited_for ? FlushNeed::before_answer : FlushNeed::later;
}

void Replica::flush_then(net::WorkerPool& workers, FlushDone done) {
  {
    std::lock_guard lock(flush_mutex_);
    flush_waiters_.push_back(std::move(done));
    if (std::exchange(is_flushing_, true)) return;
  }
  begin_flush(workers);
}

void Replica::flush_later(net::WorkerPool& workers) {
  {
    std::lock_guard lock(flush_mutex_);
    if (std::exchange(is_flushing_, true)) return;
  }
  begin_flush(workers);
}

void Replica::begin_flush(net::WorkerPool& workers) {
  workers.submit([self = shared_from_this(), &workers] { self->run_flush(workers); });
}

// One flush, for everybody who waited when it began. Whoever came meanwhile gets the next, behind the work that others
// have queued: one busy partition must not keep a worker to itself.
void Replica::run_flush(net::WorkerPool& workers) {
  std::vector<FlushDone> waiters;
  {
    std::lock_guard lock(flush_mutex_);
    waiters.swap(flush_waiters_);
  }
  const Status flushed = flush();
  for (FlushDone& done : waiters) done(flushed);
  {
    std::lock_guard lock(flush_mutex_);
    if (flush_waiters_.empty()) {
      is_flushing_ = false;
      return;
    }
  }
  begin_flush(workers);
}

// Without the partition's mutex: log_ changes only when its storage has failed, and is kept then.
Status Replica::flush() {
  storage::Log* log;
  {
    std::lock_guard lock(mutex_);
    if (!log_ || is_deleted_ || is_closed_) return {};
    log = log_.get();
  }
  return log->flush();
}

bool Replica::is_out_of_service() const {
  if (is_deleted_ || is_closed_ || environment_.directory.is_read_only()) return false;
  const storage::Log* log = open_log();
  return is_offline_ || (log != nullptr && log->is_offline());
}

void Replica::bring_back() {
  std::lock_guard lock(mutex_);
  if (!is_out_of_service() || environment_.clock.monotonic() < next_try_) return;
  const Checkpoints known = checkpoints();
  auto opened = load_log(known, false);
  if (opened) {
    // What the kernel was asked to write and could not counts as written to it: only writing it again makes it so.
    if (Status rewritten = (*opened)->rewrite_unflushed(); !rewritten) {
      (*opened)->abandon();
      opened = fail(std::move(rewritten.error()));
    }
  }
  if (!opened) {
    try_delay_ = std::min(try_delay_ * 2, kTryDelayMax);
    next_try_ = environment_.clock.monotonic() + try_delay_;
    return;
  }
  try_delay_ = kTryDelayMin;
  const Offset end = (*opened)->log_end_offset();
  const Offset end_before = log_ ? log_->log_end_offset() : end;
  environment_.logger.warn(concat("partition ", name_.to_string(), " is back in service, its log ends at ", end.value,
                                  end < end_before ? concat("; what was up to ", end_before.value, " is lost") : ""));
  if (log_) {
    log_->abandon();
    retired_logs_.push_back(std::move(log_));
  }
  put_log(std::move(*opened));
  is_offline_ = false;
  wake_waiters();
}

Offset Replica::last_stable_offset() const {
  const Offset bound = high_watermark();
  const auto first_unstable = open_log()->first_unstable_offset();
  return first_unstable ? std::min(*first_unstable, bound) : bound;
}

ErrorCode Replica::check_leader_epoch(int32_t current_leader_epoch) const {
  if (current_leader_epoch == kNoLeaderEpoch.value) return ErrorCode::none;
  const int32_t ours = leader_epoch_.load(std::memory_order_relaxed);
  if (current_leader_epoch < ours) return ErrorCode::fenced_leader_epoch;
  if (current_leader_epoch > ours) return ErrorCode::unknown_leader_epoch;
  return ErrorCode::none;
}

storage::EpochEnd Replica::end_offset_for_epoch(LeaderEpoch epoch) const {
  // The epoch file learns of our leadership with the first append; until then it begins at the log end.
  if (epoch == leader_epoch()) return {epoch, open_log()->log_end_offset()};
  return open_log()->end_offset_for_epoch(epoch).value_or(storage::EpochEnd{kNoLeaderEpoch, kNoOffset});
}

std::shared_ptr<const ReplicaConfig> Replica::config() const {
  std::lock_guard lock(mutex_);
  return config_;
}

void Replica::configure(std::shared_ptr<const ReplicaConfig> config) {
  std::lock_guard lock(mutex_);
  config_ = std::move(config);
  if (log_) log_->configure(config_->log);
}

Status Replica::with_log(const std::function<Status(storage::Log&)>& change) {
  Status status;
  {
    std::lock_guard lock(mutex_);
    auto log = open_locked();
    if (!log) return fail(std::move(log.error()));
    status = change(**log);
  }
  wake_waiters();
  return status;
}

std::optional<storage::ProducerEntry> Replica::producer(ProducerId producer_id) {
  std::lock_guard lock(mutex_);
  const auto log = open_locked();
  const storage::ProducerEntry* entry = log ? (*log)->producer_state().find(producer_id) : nullptr;
  return entry == nullptr ? std::nullopt : std::optional(*entry);
}

void Replica::add_waiter(std::weak_ptr<ReplicaWaiter> waiter) {
  std::lock_guard lock(waiters_mutex_);
  waiters_.push_back(std::move(waiter));
}

void Replica::remove_waiter(const ReplicaWaiter* waiter) {
  std::lock_guard lock(waiters_mutex_);
  std::erase_if(waiters_, [&](const auto& candidate) {
    const auto held = candidate.lock();
    return !held || held.get() == waiter;
  });
}

void Replica::wake_waiters() {
  std::lock_guard lock(waiters_mutex_);
  for (const auto& candidate : waiters_)
    if (const auto waiter = candidate.lock()) waiter->wake();
}

void Replica::mark_deleted() {
  is_deleted_ = true;
  // An append that is inside the log finishes before the caller goes on to rename the directory.
  { std::lock_guard lock(mutex_); }
  wake_waiters();
}

void Replica::take_offline(const Error& error) {
  is_offline_ = true;
  environment_.logger.error(concat("partition ", name_.to_string(), " is out of service: ", error.text()));
}

Status Replica::close() {
  std::lock_guard lock(mutex_);
  if (is_out_of_service() && !log_)
    return fail(ErrorCode::kafka_storage_error, concat("partition ", name_.to_string(), " is out of service"));
  if (!log_ || is_deleted_ || is_closed_) return {};
  is_closed_ = true;
  return log_->close();
}

Replica::Checkpoints Replica::checkpoints() const {
  const storage::Log* log = open_log();
  if (log == nullptr) return initial_checkpoints_;
  return {log->recovery_point(), log->log_start_offset()};
}

std::optional<Offset> Replica::known_end_offset() const {
  const storage::Log* log = open_log();
  if (log == nullptr) return std::nullopt;
  return log->log_end_offset();
}

}  // namespace spool::broker
