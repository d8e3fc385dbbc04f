#pragma once

#include <string>
#include <string_view>

#include "core/base/types.h"
#include "core/record/batch.h"

namespace spool::cli {

/// A record and where it came from.
struct ShownRecord {
  std::string_view topic;
  Partition partition;
  const record::RecordView& record;
  record::TimestampType timestamp_type;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  int32_t broker = -1;  ///< that gave it
};

/// "create", "append" or "none", as JSON and columns write it.
std::string_view timestamp_type_name(record::TimestampType type);

/// A time as "2025-01-31T12:30:15.250Z", or in the local zone as "2025-01-31T13:30:15.250+01:00".
void append_iso_time(std::string& out, int64_t ms, bool is_local);

}  // namespace spool::cli
