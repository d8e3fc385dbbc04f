#pragma once

#include <cstdint>
#include <limits>

#include "core/record/batch.h"

namespace spool::storage {

/// The topic configs that the log itself obeys (storage-format 8.1), under their Kafka names, with
/// Kafka's defaults.
struct LogConfig {
  bool is_deleted = true;     ///< cleanup.policy contains delete
  bool is_compacted = false;  ///< cleanup.policy contains compact

  int32_t segment_bytes = 1'073'741'824;
  int64_t segment_ms = 604'800'000;
  int64_t segment_jitter_ms = 0;
  int32_t segment_index_bytes = 10'485'760;
  int32_t index_interval_bytes = 4096;
  bool preallocate = false;

  int64_t retention_ms = 604'800'000;  ///< negative: unlimited
  int64_t retention_bytes = -1;        ///< negative: unlimited
  int64_t file_delete_delay_ms = 60'000;
  double min_cleanable_dirty_ratio = 0.5;
  int64_t min_compaction_lag_ms = 0;
  int64_t max_compaction_lag_ms = std::numeric_limits<int64_t>::max();
  int64_t delete_retention_ms = 86'400'000;  ///< how long tombstones and markers stay

  int64_t flush_messages = std::numeric_limits<int64_t>::max();
  int64_t flush_ms = std::numeric_limits<int64_t>::max();

  int32_t max_message_bytes = 1'048'588;
  record::TimestampType message_timestamp_type = record::TimestampType::create_time;
};

}  // namespace spool::storage
