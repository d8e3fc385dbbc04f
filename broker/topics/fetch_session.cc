#include "broker/topics/fetch_session.h"

#include <limits>

namespace spool::broker {

Status FetchSession::update(int32_t request_epoch, const std::vector<FetchSpec>& changed,
                            const std::vector<FetchKey>& forgotten) {
  std::lock_guard lock(mutex_);
  if (request_epoch != next_epoch_) return fail(ErrorCode::invalid_fetch_session_epoch);
  next_epoch_ = request_epoch == std::numeric_limits<int32_t>::max() ? 1 : request_epoch + 1;
  for (const FetchSpec& spec : changed) put(spec);
  for (const FetchKey& key : forgotten) {
    const auto found = index_.find(key);
    if (found == index_.end()) continue;
    order_.erase(found->second);
    index_.erase(found);
  }
  return {};
}

void FetchSession::fill(const std::vector<FetchSpec>& partitions) {
  std::lock_guard lock(mutex_);
  for (const FetchSpec& spec : partitions) put(spec);
}

void FetchSession::put(const FetchSpec& spec) {
  const auto [found, is_new] = index_.try_emplace(spec.key);
  if (is_new)
    found->second = order_.insert(order_.end(), Cached{spec});
  else
    found->second->spec = spec;
}

std::vector<FetchSpec> FetchSession::partitions() const {
  std::lock_guard lock(mutex_);
  std::vector<FetchSpec> all;
  all.reserve(order_.size());
  for (const Cached& cached : order_) all.push_back(cached.spec);
  return all;
}

bool FetchSession::is_empty() const { return size() == 0; }

size_t FetchSession::size() const {
  std::lock_guard lock(mutex_);
  return order_.size();
}

bool FetchSession::record_outcome(const FetchKey& key, const FetchOutcome& outcome, bool is_full) {
  std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return is_full;
  Cached& cached = *found->second;
  const bool has_error = outcome.error != ErrorCode::none;
  const bool is_new = is_full || outcome.has_records || outcome.has_diverging_epoch || has_error || cached.had_error ||
                      outcome.high_watermark != cached.high_watermark ||
                      outcome.log_start_offset != cached.log_start_offset;
  cached.high_watermark = outcome.high_watermark;
  cached.log_start_offset = outcome.log_start_offset;
  cached.had_error = has_error;
  if (outcome.has_records) order_.splice(order_.end(), order_, found->second);
  return is_new;
}

std::shared_ptr<FetchSession> FetchSessionCache::create(bool is_by_topic_id) {
  std::lock_guard lock(mutex_);
  const auto now = clock_.monotonic();
  if (sessions_.size() >= slots_) {
    if (by_use_.empty()) return nullptr;
    const auto oldest = sessions_.find(by_use_.front());
    if (now - oldest->second.last_used < kEvictionAge) return nullptr;
    by_use_.pop_front();
    sessions_.erase(oldest);
  }
  int32_t session_id = 0;
  while (session_id <= 0 || sessions_.contains(session_id)) session_id = random31_();
  auto session = std::make_shared<FetchSession>(session_id, is_by_topic_id);
  sessions_[session_id] = {session, by_use_.insert(by_use_.end(), session_id), now};
  return session;
}

std::shared_ptr<FetchSession> FetchSessionCache::find(int32_t session_id) {
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return nullptr;
  found->second.last_used = clock_.monotonic();
  by_use_.splice(by_use_.end(), by_use_, found->second.use);
  return found->second.session;
}

void FetchSessionCache::remove(int32_t session_id) {
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return;
  by_use_.erase(found->second.use);
  sessions_.erase(found);
}

}  // namespace spool::broker
