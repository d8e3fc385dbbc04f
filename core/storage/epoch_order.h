#pragma once

/// Which batches of a partition have a leader epoch that cannot be.
///
/// Leader epochs lie outside the CRC, and never decrease from batch to batch. Where they do, the
/// longest chain of batches whose epochs do not, of several one with fewer changes of epoch, is
/// taken for true; the others get the epoch of their neighbour in the chain.

#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/file.h"

namespace spool::storage {

struct EntryHeader;

/// Neighbouring batches of one segment with the same leader epoch.
struct EpochRun {
  LeaderEpoch leader_epoch;
  Offset start_offset;  ///< of its first batch
  Offset segment;       ///< base offset of the file
  int64_t first_pos = 0;
  Offset last_start;  ///< base offset of its last batch
  int64_t batches_count = 0;
  LeaderEpoch right_epoch = kNoLeaderEpoch;  ///< set by decide_epochs

  bool is_wrong() const { return right_epoch != leader_epoch; }
};

/// Adds a batch, in the order of offsets, to the runs. Batches without an epoch and legacy entries
/// are none.
void add_to_runs(std::vector<EpochRun>& runs, Offset segment, const EntryHeader& entry);

/// Sets right_epoch of all runs of a partition.
void decide_epochs(std::vector<EpochRun>& runs);

/// Reads the segments of a directory and decides. Batches count where they belong (offset_order.h),
/// those without a place do not.
Result<std::vector<EpochRun>> decide_epochs(FileSystem& fs, const std::string& path,
                                            const std::vector<Offset>& segments);

}  // namespace spool::storage
