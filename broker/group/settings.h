#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/coordinator/machine.h"
#include "core/base/uuid.h"

namespace spool::broker::group {

using coordinator::Now;

/// Who asks.
struct Caller {
  std::string client_id;
  std::string client_host;  ///< as Kafka records it, "/127.0.0.1"
  int16_t version = 0;      ///< of the request
};

/// What Kafka's settings of the same names say (storage-format 8.5).
struct Settings {
  int32_t min_session_timeout_ms = 6000;
  int32_t max_session_timeout_ms = 1'800'000;
  int32_t initial_rebalance_delay_ms = 3000;
  int32_t max_size = INT32_MAX;
  int32_t new_member_join_timeout_ms = 300'000;  ///< Kafka's, not a setting
  /// That answers to what was written wait for others, to be flushed with them; -1: for changes of
  /// consumer groups a moment (Shard::linger_of), for others not.
  std::chrono::milliseconds append_linger{-1};
  int32_t offset_metadata_bytes_max = 4096;
  int64_t offsets_retention_ms = int64_t{10080} * 60'000;
  int64_t offsets_retention_check_interval_ms = 600'000;

  bool is_consumer_enabled = true;
  int32_t consumer_max_size = INT32_MAX;
  std::vector<std::string> consumer_assignors = {"uniform", "range"};  ///< never empty
  bool is_upgrade_enabled = true;
  bool is_downgrade_enabled = true;
  int64_t consumer_regex_refresh_interval_ms = 600'000;
};

/// What a consumer group runs with: the broker's settings, or the group's own.
struct ConsumerConfig {
  int32_t session_timeout_ms = 45'000;
  int32_t heartbeat_interval_ms = 5000;
  int32_t assignment_interval_ms = 1000;
};

/// The topics there are, as the coordinator needs to know them.
class TopicCatalog {
 public:
  struct Topic {
    std::string name;
    Uuid id;
    int32_t partitions_count = 0;
  };
  virtual ~TopicCatalog() = default;
  virtual std::optional<Topic> find(std::string_view name) const = 0;
  virtual std::optional<Topic> find(const Uuid& id) const = 0;
  virtual std::vector<std::string> names() const = 0;
};

}  // namespace spool::broker::group
