#pragma once

/// Client telemetry (KIP-714): which metrics a client is to push and how often, and whether a push
/// keeps to that.
///
/// Nothing here or behind it keeps what was pushed: like a Kafka node without a metrics plugin, the
/// broker answers the two requests but does not advertise them.

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/metadata/image.h"
#include "core/base/error.h"
#include "core/base/uuid.h"

namespace spool::broker {

/// What a subscription's `match` looks at. Borrows.
struct TelemetryClient {
  Uuid instance_id;
  std::string_view client_id;
  std::string_view software_name;
  std::string_view software_version;
  std::string_view address;
  uint16_t port = 0;
};

/// All subscriptions that match a client, as one.
struct TelemetrySubscription {
  int32_t id = 0;                    ///< changes with the two below; as Kafka computes it
  std::vector<std::string> metrics;  ///< prefixes of names, ascending; "*" alone: all
  int32_t push_interval_ms = 0;
};

/// The subscription of a client by the client-metrics configs of `image`: the union of the metrics,
/// the shortest interval; no metrics every 5 minutes when none matches.
TelemetrySubscription telemetry_subscription(const MetadataImage& image,
                                             const TelemetryClient& client);

/// Remembers when each client instance asked and pushed. No I/O, no clock. Any thread; one mutex.
class ClientTelemetry {
 public:
  /// Whether the instance may ask for its subscription again: once an interval, or at once after a
  /// push that was refused for something the new answer mends. none, or throttling_quota_exceeded.
  ErrorCode on_get(const Uuid& id, int32_t push_interval_ms, int64_t now_ms);

  struct Push {
    int32_t subscription_id = 0;
    bool is_terminating = false;  ///< the last push of the instance; may come before its time
    int8_t compression_type = 0;
    size_t bytes = 0;  ///< as they came, compressed
  };
  /// Whether the push is accepted.
  /// bytes_max  telemetry.max.bytes
  /// errors     invalid_request: after the last push; throttling_quota_exceeded: before its time;
  ///            unknown_subscription_id; unsupported_compression_type; telemetry_too_large
  ErrorCode on_push(const Uuid& id, const TelemetrySubscription& subscription,
                    const Push& push, size_t bytes_max, int64_t now_ms);

  /// How many instances are remembered at most; the one that has been silent longest goes first.
  static constexpr size_t kInstancesMax = 16'384;

 private:
  struct Instance {
    Uuid id;
    int64_t last_get_ms =
        INT64_MIN / 2;  // far enough back for any interval, and still subtracted from safely
    int64_t last_push_ms = INT64_MIN / 2;
    bool is_terminating = false;
    ErrorCode last_error = ErrorCode::none;
  };

  Instance& touch(const Uuid& id);

  std::mutex mutex_;
  std::list<Instance> instances_;  // the one heard of last in front
  std::unordered_map<Uuid, std::list<Instance>::iterator> by_id_;
};

}  // namespace spool::broker
