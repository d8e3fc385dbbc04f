#include "broker/quota/client_quotas.h"

#include <algorithm>
#include <cmath>

#include "core/base/text.h"

namespace spool::broker {

using std::chrono::milliseconds;

namespace {

constexpr std::array<std::string_view, kQuotaTypesCount> kKeys = {
    "producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate"};
/// Client ids are whatever clients say: beyond this many, those that have been quiet are forgotten,
/// and if none has, the new ones share what is left.
constexpr size_t kClientsMax = 10'000;

/// A part of an entity: a name, or nullopt for the default; absent altogether when `is_part` is
/// false.
struct Part {
  bool is_part = false;
  bool is_default = false;
};
struct Form {
  Part user;
  Part client;
};
constexpr Part kNone{false, false};
constexpr Part kNamed{true, false};
constexpr Part kDefault{true, true};
/// The most specific first.
constexpr std::array<Form, 8> kForms = {{{kNamed, kNamed},
                                         {kNamed, kDefault},
                                         {kNamed, kNone},
                                         {kDefault, kNamed},
                                         {kDefault, kDefault},
                                         {kDefault, kNone},
                                         {kNone, kNamed},
                                         {kNone, kDefault}}};

std::optional<std::string> name_of(const Part& part, std::string_view name) {
  return part.is_default ? std::nullopt : std::optional<std::string>(name);
}

/// Sorted by type, as in the metadata image.
QuotaEntity entity_of(const Form& form, const QuotaClient& client) {
  QuotaEntity entity;
  if (form.client.is_part) entity.emplace_back("client-id", name_of(form.client, client.client_id));
  if (form.user.is_part) entity.emplace_back("user", name_of(form.user, client.user));
  return entity;
}

/// Who uses one allowance together.
std::string key_of(const Form& form, const QuotaClient& client) {
  std::string key;
  if (form.user.is_part) append_text(key, 'u', client.user.size(), ':', client.user);
  if (form.client.is_part) append_text(key, 'c', client.client_id);
  return key;
}

bool is_of_clients(const QuotaEntity& entity) {
  return std::ranges::none_of(entity, [](const auto& part) { return part.first == "ip"; });
}

milliseconds rounded(double wait_ms) {
  // A day is as good as for ever, and fits every field.
  constexpr double kMaxMs = 86'400'000;
  return milliseconds(std::llround(std::clamp(wait_ms, 0.0, kMaxMs)));
}

}  // namespace

void ClientQuotas::replace(const std::map<QuotaEntity, QuotaMap>& quotas) {
  std::lock_guard lock(mutex_);
  bool is_any = false;
  for (size_t type = 0; type < kQuotaTypesCount; ++type) {
    limits_[type].clear();
    for (const auto& [entity, values] : quotas) {
      const auto value = values.find(kKeys[type]);
      if (value != values.end() && is_of_clients(entity)) limits_[type][entity] = value->second;
    }
    if (limits_[type].empty()) usages_[type].clear();
    is_any = is_any || !limits_[type].empty();
  }
  is_any_set_.store(is_any, std::memory_order_relaxed);
}

std::optional<ClientQuotas::Scope> ClientQuotas::scope_of(QuotaType type,
                                                          const QuotaClient& client) const {
  const auto& limits = limits_[static_cast<size_t>(type)];
  if (limits.empty()) return std::nullopt;
  for (const Form& form : kForms) {
    const auto found = limits.find(entity_of(form, client));
    if (found != limits.end()) return Scope{found->second, key_of(form, client)};
  }
  return std::nullopt;
}

std::optional<double> ClientQuotas::limit(QuotaType type, const QuotaClient& client) const {
  std::lock_guard lock(mutex_);
  const auto scope = scope_of(type, client);
  return scope ? std::optional(scope->limit) : std::nullopt;
}

ClientQuotas::Usage& ClientQuotas::usage_of(QuotaType type, const std::string& key,
                                            Clock::Monotonic now) {
  Usages& usages = usages_[static_cast<size_t>(type)];
  auto found = usages.find(key);
  if (found == usages.end() && usages.size() >= kClientsMax) {
    const auto kept =
        std::max(windows_.size * windows_.count, mutation_windows_.size * mutation_windows_.count);
    std::erase_if(usages, [&](const auto& entry) { return now - entry.second.last_used > kept; });
    if (usages.size() >= kClientsMax) found = usages.try_emplace("").first;
  }
  if (found == usages.end()) found = usages.try_emplace(key).first;
  found->second.last_used = now;
  return found->second;
}

milliseconds ClientQuotas::record(QuotaType type, const QuotaClient& client, double value,
                                  Clock::Monotonic now) {
  std::lock_guard lock(mutex_);
  const auto scope = scope_of(type, client);
  if (!scope) return milliseconds(0);
  WindowedRate& rate = usage_of(type, scope->key, now).rate;
  rate.record(value, now, windows_);
  const double used = rate.per_second(now, windows_);
  if (used <= scope->limit) return milliseconds(0);
  // The time after which what was used, and nothing more, would be within the limit.
  const auto span_ms = static_cast<double>(rate.span(now, windows_).count());
  const milliseconds wait = rounded((used - scope->limit) / scope->limit * span_ms);
  return type == QuotaType::request ? std::min(wait, windows_.size) : wait;
}

ClientQuotas::Mutation ClientQuotas::mutate(const QuotaClient& client, int64_t partitions_count,
                                            bool is_strict, Clock::Monotonic now) {
  std::lock_guard lock(mutex_);
  const auto scope = scope_of(QuotaType::controller_mutation, client);
  if (!scope) return {};
  TokenBucket& bucket = usage_of(QuotaType::controller_mutation, scope->key, now).bucket;
  const auto wait_for = [&](double tokens) { return rounded(-tokens / scope->limit * 1000); };
  const double left = bucket.tokens(scope->limit, now, mutation_windows_);
  if (is_strict && left < 0) return {false, wait_for(left)};
  bucket.take(static_cast<double>(partitions_count), scope->limit, now, mutation_windows_);
  if (is_strict) return {};
  const double after = bucket.tokens(scope->limit, now, mutation_windows_);
  return {true, after < 0 ? wait_for(after) : milliseconds(0)};
}

size_t ClientQuotas::clients_count() const {
  std::lock_guard lock(mutex_);
  size_t count = 0;
  for (const Usages& usages : usages_) count += usages.size();
  return count;
}

}  // namespace spool::broker
