#pragma once

/// When records at given places were written.

#include <optional>
#include <vector>

#include "core/base/types.h"
#include "core/client/client.h"

namespace spool::cli {

struct OffsetSpan {
  TopicPartition partition;
  Offset from;   ///< inclusive
  Offset until;  ///< exclusive
};

/// The timestamp of the first record in each span, ms since 1970; nullopt where there is none (any
/// more), or the partition cannot be read.
Result<std::vector<std::optional<int64_t>>> first_times(client::Client& client,
                                                        const std::vector<OffsetSpan>& spans);
/// The same of the last record.
Result<std::vector<std::optional<int64_t>>> last_times(client::Client& client,
                                                       const std::vector<OffsetSpan>& spans);

}  // namespace spool::cli
