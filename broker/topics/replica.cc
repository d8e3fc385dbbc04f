#include "broker/topics/replica.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::broker {

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
  if (is_offline_) return fail(ErrorCode::kafka_storage_error);
  if (is_open()) return open_log_;
  std::lock_guard lock(mutex_);
  return open_locked();
}

Result<storage::Log*> Replica::open_locked() {
  if (is_deleted_) return fail(ErrorCode::unknown_topic_or_partition);
  if (is_offline_) return fail(ErrorCode::kafka_storage_error);
  if (log_) return log_.get();
  storage::LogOpenOptions options;
  options.config = config_->log;
  options.is_clean = environment_.directory.was_clean();
  options.is_read_only = environment_.directory.is_read_only();
  // The metadata log has the partition and its directory is made by the first write: to a reader it is empty until then.
  options.may_be_missing = true;
  options.log_start_checkpoint = initial_checkpoints_.log_start;
  options.recovery_point_checkpoint = initial_checkpoints_.recovery_point;
  options.producer_expiration_ms = environment_.producer_expiration_ms;
  Result<std::unique_ptr<storage::Log>> opened = fail(ErrorCode::none);
  if (const Status claimed = claim_directory(); !claimed)
    opened = fail(claimed.error());
  else
    opened = storage::Log::open(environment_.fs, environment_.clock, environment_.logger,
                                environment_.directory.partition_path(name_.to_string()), std::move(options));
  if (!opened) {
    take_offline(opened.error());
    return fail(ErrorCode::kafka_storage_error, std::string(opened.error().text()));
  }
  log_ = std::move(*opened);
  open_log_ = log_.get();
  is_open_.store(true, std::memory_order_release);
  return log_.get();
}

// Makes the directory when there is none. One that says it belongs to another topic id is put aside as a stray, as Kafka
// does: it is what is left of a topic of the same name.
Status Replica::claim_directory() {
  storage::DataDirectory& directory = environment_.directory;
  if (directory.is_read_only()) return {};
  const std::string name = name_.to_string();
  const std::string path = directory.partition_path(name);
  if (environment_.fs.info(path)) {
    TRY_ASSIGN(const std::optional<Uuid> found_id, directory.topic_id(name));
    if (found_id == topic_id_) return {};
    const Uuid aside_id = Uuid::random(environment_.random);
    TRY_ASSIGN(const std::string aside, directory.set_aside(name, name_, storage::DirectoryKind::stray, aside_id));
    environment_.logger.warn(concat("directory ", name, " belongs to ",
                                    found_id ? "topic id " + found_id->to_string() : "no topic id", ", not to ",
                                    topic_id_.to_string(), "; it was renamed to ", aside));
  }
  TRY(environment_.fs.make_directory(path));
  return directory.write_topic_id(name, topic_id_);
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

bool Replica::is_flush_due() {
  std::lock_guard lock(mutex_);
  return log_ && log_->log_end_offset() - log_->recovery_point() >= config_->log.flush_messages;
}

Status Replica::flush() {
  std::lock_guard lock(mutex_);
  if (!log_ || is_deleted_) return {};
  return log_->flush();
}

Offset Replica::last_stable_offset() const {
  const Offset bound = high_watermark();
  const auto first_unstable = open_log_->first_unstable_offset();
  return first_unstable ? std::min(*first_unstable, bound) : bound;
}

ErrorCode Replica::check_leader_epoch(int32_t current_leader_epoch) const {
  if (current_leader_epoch < 0) return ErrorCode::none;
  const int32_t ours = leader_epoch_.load(std::memory_order_relaxed);
  if (current_leader_epoch < ours) return ErrorCode::fenced_leader_epoch;
  if (current_leader_epoch > ours) return ErrorCode::unknown_leader_epoch;
  return ErrorCode::none;
}

storage::EpochEnd Replica::end_offset_for_epoch(LeaderEpoch epoch) const {
  // The epoch file learns of our leadership with the first append; until then it begins at the log end.
  if (epoch == leader_epoch()) return {epoch, open_log_->log_end_offset()};
  return open_log_->end_offset_for_epoch(epoch).value_or(storage::EpochEnd{kNoLeaderEpoch, kNoOffset});
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
  if (!log_ || is_deleted_ || is_offline_) return {};
  const Status status = log_->close();
  is_offline_ = true;
  return status;
}

Replica::Checkpoints Replica::checkpoints() const {
  if (!is_open()) return initial_checkpoints_;
  return {open_log_->recovery_point(), open_log_->log_start_offset()};
}

std::optional<Offset> Replica::known_end_offset() const {
  if (!is_open()) return std::nullopt;
  return open_log_->log_end_offset();
}

}  // namespace spool::broker
