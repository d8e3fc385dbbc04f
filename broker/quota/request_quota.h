#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "broker/quota/client_quotas.h"
#include "core/base/clock.h"
#include "core/base/error.h"

namespace spool::broker {

struct Request;

/// What one request uses of its client's limits. Made only while limits are set; handlers and
/// workers share it. Thread rule: any thread.
class RequestQuota {
 public:
  /// quotas, clock  outlive it
  RequestQuota(ClientQuotas& quotas, const Clock& clock, std::string user, std::string client_id)
      : quotas_(quotas), clock_(clock), user_(std::move(user)), client_id_(std::move(client_id)) {}

  /// Time that a thread has worked on the request. It counts from the client's next answer on.
  void spend(std::chrono::nanoseconds time);
  /// Charges bytes that came (Produce) or go (Fetch), and says how long the client has to wait for
  /// all that it was charged for.
  std::chrono::milliseconds settle(const Request& request, int64_t answer_bytes);
  /// Charges for partitions that are made or deleted.
  /// errors  throttling_quota_exceeded: strict, and nothing is left
  Status charge_mutation(int64_t partitions_count, bool is_strict);

  Clock::Monotonic now() const { return clock_.monotonic(); }

 private:
  QuotaClient client() const { return {user_, client_id_}; }

  ClientQuotas& quotas_;
  const Clock& clock_;
  const std::string user_;
  const std::string client_id_;
  std::atomic<int64_t> mutation_wait_ms_{0};
};

/// Measures the time until its end for a request; costs nothing while no limit is set.
class QuotaTimer {
 public:
  explicit QuotaTimer(std::shared_ptr<RequestQuota> quota) : quota_(std::move(quota)) {
    if (quota_) started_ = quota_->now();
  }
  ~QuotaTimer() {
    if (quota_) quota_->spend(quota_->now() - started_);
  }
  QuotaTimer(const QuotaTimer&) = delete;
  QuotaTimer& operator=(const QuotaTimer&) = delete;

 private:
  std::shared_ptr<RequestQuota> quota_;
  Clock::Monotonic started_{};
};

/// RequestQuota::charge_mutation() for handlers: nothing to do while no limit is set.
Status charge_mutation(const Request& request, int64_t partitions_count, bool is_strict);

}  // namespace spool::broker
