#include "broker/telemetry/client_telemetry.h"

#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "broker/config/dynamic.h"
#include "core/base/bytes.h"
#include "core/base/crc.h"
#include "core/base/text.h"

namespace spool::broker {

namespace {

constexpr int32_t kDefaultPushIntervalMs = 300'000;
constexpr std::string_view kAllMetrics = "*";
constexpr int8_t kCompressionTypeMax = 4;

std::string member_text(const TelemetryClient& client, std::string_view member) {
  if (member == "client_instance_id") return client.instance_id.to_string();
  if (member == "client_id") return std::string(client.client_id);
  if (member == "client_software_name") return std::string(client.software_name);
  if (member == "client_software_version") return std::string(client.software_version);
  if (member == "client_source_address") return std::string(client.address);
  return std::to_string(
      client.port);  // client_source_port: the configs were checked when they were set
}

bool matches(const ClientMetricsConfig& config, const TelemetryClient& client) {
  return std::ranges::all_of(config.match, [&](const ClientMetricsConfig::Match& match) {
    return re2::RE2::FullMatch(member_text(client, match.member),
                               re2::RE2(match.expression, re2::RE2::Quiet));
  });
}

// Java's hash code of a Uuid, which tells the subscriptions of two instances apart.
int32_t java_hash(const Uuid& id) {
  const uint64_t folded =
      load_be<uint64_t>(id.bytes.data()) ^ load_be<uint64_t>(id.bytes.data() + 8);
  return static_cast<int32_t>(static_cast<uint32_t>(folded >> 32) ^ static_cast<uint32_t>(folded));
}

int32_t subscription_id(const TelemetrySubscription& subscription, const Uuid& instance) {
  std::string text = "[";
  for (const std::string& metric : subscription.metrics)
    text += concat(text.size() > 1 ? ", " : "", metric);
  text += concat("]", subscription.push_interval_ms);
  return static_cast<int32_t>(crc32c(as_bytes(text))) ^ java_hash(instance);
}

}  // namespace

TelemetrySubscription telemetry_subscription(const MetadataImage& image,
                                             const TelemetryClient& client) {
  std::set<std::string> metrics;
  std::optional<int32_t> interval_ms;
  const auto& all = image.all_configs();
  for (auto entry = all.lower_bound({ConfigResourceType::client_metrics, ""});
       entry != all.end() && entry->first.type == ConfigResourceType::client_metrics; ++entry) {
    const ClientMetricsConfig config = client_metrics_config(entry->second);
    if (!matches(config, client)) continue;
    metrics.insert(config.metrics.begin(), config.metrics.end());
    interval_ms = std::min(interval_ms.value_or(config.interval_ms), config.interval_ms);
  }
  TelemetrySubscription subscription;
  if (metrics.contains(std::string(kAllMetrics)))
    subscription.metrics = {std::string(kAllMetrics)};
  else
    subscription.metrics.assign(metrics.begin(), metrics.end());
  subscription.push_interval_ms = interval_ms.value_or(kDefaultPushIntervalMs);
  subscription.id = subscription_id(subscription, client.instance_id);
  return subscription;
}

ClientTelemetry::Instance& ClientTelemetry::touch(const Uuid& id) {
  if (const auto found = by_id_.find(id); found != by_id_.end()) {
    instances_.splice(instances_.begin(), instances_, found->second);
    return instances_.front();
  }
  if (instances_.size() == kInstancesMax) {
    by_id_.erase(instances_.back().id);
    instances_.pop_back();
  }
  instances_.push_front({.id = id});
  by_id_.emplace(id, instances_.begin());
  return instances_.front();
}

ErrorCode ClientTelemetry::on_get(const Uuid& id, int32_t push_interval_ms, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  Instance& instance = touch(id);
  if (now_ms - std::max(instance.last_get_ms, instance.last_push_ms) >= push_interval_ms)
    instance.last_get_ms = now_ms;
  else if (instance.last_error != ErrorCode::unknown_subscription_id &&
           instance.last_error != ErrorCode::unsupported_compression_type)
    return ErrorCode::throttling_quota_exceeded;
  instance.last_error = ErrorCode::none;
  return ErrorCode::none;
}

ErrorCode ClientTelemetry::on_push(const Uuid& id, const TelemetrySubscription& subscription,
                                   const Push& push, size_t bytes_max, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  Instance& instance = touch(id);
  if (instance.is_terminating) return ErrorCode::invalid_request;
  const bool is_due = instance.last_get_ms > instance.last_push_ms ||
                      now_ms - instance.last_push_ms >= subscription.push_interval_ms;
  const auto check = [&] {
    if (!is_due && !push.is_terminating) return ErrorCode::throttling_quota_exceeded;
    if (push.subscription_id != subscription.id) return ErrorCode::unknown_subscription_id;
    if (push.compression_type < 0 || push.compression_type > kCompressionTypeMax)
      return ErrorCode::unsupported_compression_type;
    if (push.bytes > bytes_max) return ErrorCode::telemetry_too_large;
    return ErrorCode::none;
  };
  if (is_due) instance.last_push_ms = now_ms;
  instance.is_terminating = push.is_terminating;
  instance.last_error = check();
  return instance.last_error;
}

}  // namespace spool::broker
