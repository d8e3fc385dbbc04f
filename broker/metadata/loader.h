#pragma once

/// Reads __cluster_metadata-0 from files: newest snapshot, the log after it, what a formatter left.
/// Writes nothing.
///
/// Stricter than Kafka where Kafka loses data in silence: it cuts a damaged batch together with all
/// that follows and then renames the directories of the topics defined there to "-stray". Here a
/// damaged batch is an error when a valid one follows it; only a tail that nothing follows is torn.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/metadata/image.h"
#include "broker/metadata/quorum_state.h"
#include "broker/metadata/replay.h"
#include "broker/metadata/snapshot.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/base/types.h"
#include "core/storage/file.h"

namespace spool::broker {

struct LoadedMetadata {
  MetadataImage image;
  QuorumImage quorum;
  bool has_directory = false;  ///< __cluster_metadata-0 exists
  bool has_segments = false;
  bool has_open_transaction = false;
  bool are_voters_in_log =
      false;  ///< in the log or its snapshot, and not only in a formatter's checkpoint
  bool is_log_behind_snapshot =
      false;  ///< the log ends before the snapshot does; it is to be thrown away
  Offset log_start_offset{0};
  Offset log_end_offset{0};            ///< of the intact log; of the snapshot when that is ahead
  int64_t torn_bytes = 0;              ///< at the end of the last segment
  int64_t log_bytes = 0;               ///< in the segments, intact
  std::optional<SnapshotId> snapshot;  ///< the one that was used
  std::vector<SnapshotId> snapshots;   ///< all but the formatter's, oldest first
  std::optional<QuorumState> quorum_state;  ///< nullopt: no file, or not readable
  std::vector<Buffer> bootstrap_values;     ///< records a formatter left for the first start; empty
                                            ///< once the log has data
};

/// errors  corrupt_message, unsupported, parse_error: the text names file and offset; io_error and
/// friends
Result<LoadedMetadata> load_metadata(storage::FileSystem& fs, Logger& logger,
                                     const std::string& data_directory);

}  // namespace spool::broker
