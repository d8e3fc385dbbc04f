#pragma once

/// Limits of users and client ids (KIP-13, 55, 124, 546, 599): which one is for a client, how much
/// of it is used, and how long the client has to wait.
///
/// Of the limits that fit a client the most specific is for it: user and client id, user with the
/// default client id, user; the default user in the same three forms; client id; default client id.
/// A limit of a user is shared by all the user's clients, one of a client id by all who use that
/// id, a default gives each its own.
///
/// No I/O, no clock. Thread rule: every function from any thread; one mutex. While no limit is set,
/// is_any_set() is all that a request costs.

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/metadata/image.h"
#include "broker/quota/windowed_rate.h"

namespace spool::broker {

enum class QuotaType : int8_t {
  produce,              ///< bytes of Produce requests, producer_byte_rate
  fetch,                ///< bytes of Fetch answers, consumer_byte_rate
  request,              ///< percent of one thread's time, request_percentage
  controller_mutation,  ///< partitions created and deleted, controller_mutation_rate
};
inline constexpr size_t kQuotaTypesCount = 4;

/// Whom a request comes from. Borrows.
struct QuotaClient {
  std::string_view user;
  std::string_view client_id;
};

class ClientQuotas {
 public:
  /// request, controller  windows of the two kinds of limits
  ClientQuotas(QuotaWindows request, QuotaWindows controller)
      : windows_(request), mutation_windows_(controller) {}

  /// Takes in all limits there are, in place of those before; what was used stays known.
  void replace(const std::map<QuotaEntity, QuotaMap>& quotas);

  /// Whether any limit for users or client ids is set.
  bool is_any_set() const { return is_any_set_.load(std::memory_order_relaxed); }

  std::optional<double> limit(QuotaType type, const QuotaClient& client) const;

  /// Adds to what the client has used of a rate (not of mutations) and says how long it has to
  /// wait, 0 within its limit. What is waited for the request rate is at most one window, as in
  /// Kafka.
  std::chrono::milliseconds record(QuotaType type, const QuotaClient& client, double value,
                                   Clock::Monotonic now);

  struct Mutation {
    bool is_accepted = true;
    std::chrono::milliseconds wait{0};
  };
  /// Charges for partitions made or deleted. A strict limit accepts while anything is left, then
  /// refuses without charging; else the charge is always made, and the client waits.
  Mutation mutate(const QuotaClient& client, int64_t partitions_count, bool is_strict,
                  Clock::Monotonic now);

  /// Clients that something is remembered of.
  size_t clients_count() const;

 private:
  struct Scope {
    double limit = 0;
    std::string key;  ///< who shares it
  };
  struct Usage {
    WindowedRate rate;
    TokenBucket bucket;
    Clock::Monotonic last_used{};
  };
  using Usages = std::unordered_map<std::string, Usage>;

  std::optional<Scope> scope_of(QuotaType type, const QuotaClient& client) const;
  Usage& usage_of(QuotaType type, const std::string& key, Clock::Monotonic now);

  const QuotaWindows windows_;
  const QuotaWindows mutation_windows_;
  std::atomic<bool> is_any_set_{false};
  mutable std::mutex mutex_;
  // All guarded by mutex_; one element a type.
  std::array<std::map<QuotaEntity, double>, kQuotaTypesCount> limits_;
  std::array<Usages, kQuotaTypesCount> usages_;
};

}  // namespace spool::broker
