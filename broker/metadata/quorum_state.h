#pragma once

/// The file quorum-state of the metadata directory (storage-format 7.9): one line of JSON, no
/// newline.
///
///   data_version 0 (static voters)     clusterId leaderId leaderEpoch votedId appliedOffset
///   currentVoters data_version data_version 1 (voters in the log) leaderId leaderEpoch votedId
///   votedDirectoryId data_version
///
/// Valid: a JSON object with data_version 0 or 1 and an integer leaderEpoch. For one voter the file
/// is a hint: the epochs of the log count, and the next one is above both.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/uuid.h"

namespace spool::broker {

struct QuorumState {
  int16_t data_version = 1;
  int32_t leader_id = -1;
  int32_t leader_epoch = 0;
  int32_t voted_id = -1;
  Uuid voted_directory_id;              ///< data_version 1
  std::string cluster_id;               ///< data_version 0
  int64_t applied_offset = 0;           ///< data_version 0
  std::vector<int32_t> current_voters;  ///< data_version 0

  bool operator==(const QuorumState&) const = default;
};

/// errors  parse_error
Result<QuorumState> parse_quorum_state(std::string_view text);
std::string format_quorum_state(const QuorumState& state);

}  // namespace spool::broker
