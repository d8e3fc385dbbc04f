#include "broker/topics/partition.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::broker {

Partition::Partition(const Environment& environment, TopicPartition name, Uuid topic_id, LeaderEpoch leader_epoch,
                     storage::LogConfig config, Checkpoints checkpoints)
    : environment_(environment),
      name_(std::move(name)),
      topic_id_(topic_id),
      leader_epoch_(leader_epoch.value),
      initial_checkpoints_(checkpoints),
      config_(std::move(config)) {}

Partition::~Partition() {
  if (log_) log_->abandon();
}

Result<const storage::Log*> Partition::log() {
  if (is_deleted_) return fail(ErrorCode::unknown_topic_or_partition);
  if (is_offline_) return fail(ErrorCode::kafka_storage_error);
  if (is_open()) return open_log_;
  std::lock_guard lock(mutex_);
  return open_locked();
}

Result<storage::Log*> Partition::open_locked() {
  if (is_deleted_) return fail(ErrorCode::unknown_topic_or_partition);
  if (is_offline_) return fail(ErrorCode::kafka_storage_error);
  if (log_) return log_.get();
  storage::LogOpenOptions options;
  options.config = config_;
  options.is_clean = environment_.is_clean;
  options.is_read_only = environment_.is_read_only;
  options.log_start_checkpoint = initial_checkpoints_.log_start;
  options.recovery_point_checkpoint = initial_checkpoints_.recovery_point;
  options.producer_expiration_ms = environment_.producer_expiration_ms;
  auto opened = storage::Log::open(environment_.fs, environment_.clock, environment_.logger,
                                   environment_.data_dir + "/" + name_.to_string(), std::move(options));
  if (!opened) {
    take_offline(opened.error());
    return fail(ErrorCode::kafka_storage_error, std::string(opened.error().text()));
  }
  log_ = std::move(*opened);
  open_log_ = log_.get();
  is_open_.store(true, std::memory_order_release);
  return log_.get();
}

Result<storage::AppendResult> Partition::append(MutableBytes batch, storage::AppendOrigin origin) {
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

bool Partition::is_flush_due() {
  std::lock_guard lock(mutex_);
  return log_ && log_->log_end_offset() - log_->recovery_point() >= config_.flush_messages;
}

Status Partition::flush() {
  std::lock_guard lock(mutex_);
  if (!log_ || is_deleted_) return {};
  return log_->flush();
}

Offset Partition::last_stable_offset() const {
  const Offset bound = high_watermark();
  const auto first_unstable = open_log_->first_unstable_offset();
  return first_unstable ? std::min(*first_unstable, bound) : bound;
}

ErrorCode Partition::check_leader_epoch(int32_t current_leader_epoch) const {
  if (current_leader_epoch < 0) return ErrorCode::none;
  const int32_t ours = leader_epoch_.load(std::memory_order_relaxed);
  if (current_leader_epoch < ours) return ErrorCode::fenced_leader_epoch;
  if (current_leader_epoch > ours) return ErrorCode::unknown_leader_epoch;
  return ErrorCode::none;
}

storage::EpochEnd Partition::end_offset_for_epoch(LeaderEpoch epoch) const {
  // The epoch file learns of our leadership with the first append; until then it begins at the log end.
  if (epoch == leader_epoch()) return {epoch, open_log_->log_end_offset()};
  return open_log_->end_offset_for_epoch(epoch).value_or(storage::EpochEnd{kNoLeaderEpoch, kNoOffset});
}

void Partition::configure(storage::LogConfig config) {
  std::lock_guard lock(mutex_);
  config_ = std::move(config);
  if (log_) log_->configure(config_);
}

Status Partition::with_log(const std::function<Status(storage::Log&)>& change) {
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

void Partition::add_waiter(std::shared_ptr<PartitionWaiter> waiter) {
  std::lock_guard lock(waiters_mutex_);
  waiters_.push_back(std::move(waiter));
}

void Partition::remove_waiter(const PartitionWaiter* waiter) {
  std::lock_guard lock(waiters_mutex_);
  std::erase_if(waiters_, [&](const auto& candidate) { return candidate.get() == waiter; });
}

void Partition::wake_waiters() {
  std::lock_guard lock(waiters_mutex_);
  for (const auto& waiter : waiters_) waiter->wake();
}

void Partition::mark_deleted() {
  is_deleted_ = true;
  // An append that is inside the log finishes before the caller goes on to rename the directory.
  { std::lock_guard lock(mutex_); }
  wake_waiters();
}

void Partition::take_offline(const Error& error) {
  is_offline_ = true;
  environment_.logger.error(concat("partition ", name_.to_string(), " is out of service: ", error.text()));
}

Status Partition::close() {
  std::lock_guard lock(mutex_);
  if (!log_ || is_deleted_ || is_offline_) return {};
  const Status status = log_->close();
  is_offline_ = true;
  return status;
}

Partition::Checkpoints Partition::checkpoints() const {
  if (!is_open()) return initial_checkpoints_;
  return {open_log_->recovery_point(), open_log_->log_start_offset()};
}

std::optional<Offset> Partition::known_end_offset() const {
  if (!is_open()) return std::nullopt;
  return open_log_->log_end_offset();
}

}  // namespace spool::broker
