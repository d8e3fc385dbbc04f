#include "broker/quota/request_quota.h"

#include <algorithm>

#include "broker/handlers/handler.h"

namespace spool::broker {

using std::chrono::milliseconds;

void RequestQuota::spend(std::chrono::nanoseconds time) {
  // One thread's whole second is 100 percent.
  const double percent = std::chrono::duration<double>(time).count() * 100;
  (void)quotas_.record(QuotaType::request, client(), percent, now());
}

milliseconds RequestQuota::settle(const Request& request, int64_t answer_bytes) {
  milliseconds wait(mutation_wait_ms_.load(std::memory_order_relaxed));
  const auto charge = [&](QuotaType type, int64_t amount) {
    wait = std::max(wait, quotas_.record(type, client(), static_cast<double>(amount), now()));
  };
  charge(QuotaType::request, 0);
  if (request.api_key == protocol::ApiKey::produce)
    charge(QuotaType::produce, static_cast<int64_t>(request.frame.size()));
  if (request.api_key == protocol::ApiKey::fetch) charge(QuotaType::fetch, answer_bytes);
  return wait;
}

Status RequestQuota::charge_mutation(int64_t partitions_count, bool is_strict) {
  const auto outcome = quotas_.mutate(client(), partitions_count, is_strict, now());
  const int64_t wait_ms = outcome.wait.count();
  if (wait_ms > mutation_wait_ms_) mutation_wait_ms_ = wait_ms;
  if (outcome.is_accepted) return {};
  return fail(ErrorCode::throttling_quota_exceeded, "The throttling quota has been exceeded.");
}

Status charge_mutation(const Request& request, int64_t partitions_count, bool is_strict) {
  if (!request.quota) return {};
  return request.quota->charge_mutation(partitions_count, is_strict);
}

}  // namespace spool::broker
