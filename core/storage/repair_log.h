#pragma once

/// Makes a whole partition directory of a damaged one. The damaged one is only read: the result is
/// a new directory, which takes its place afterwards or not.
///
///   plan    every segment is taken apart (LogScan): whole entries whose records can be read are
///           kept, with base offset, size and magic put right where that is certain; the rest is
///           left out and counted
///   build   kept bytes are copied; derived files that are wrong are left behind, and the log is
///           opened once, as after a crash, which rebuilds them
///
/// Offsets of what was left out become a hole, as compaction leaves them. Where the hole reaches
/// the next segment, an empty batch covers it: a reader then knows that the offsets are not just
/// missing.

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/base/uuid.h"
#include "core/storage/file.h"
#include "core/storage/finding.h"
#include "core/storage/log_scan.h"

namespace spool::storage {

/// One thing that repair does, and what it costs.
struct RepairStep {
  std::string path;
  std::string_view action;  ///< stable name: take-out, cut, restore-field, rebuild-indexes, ...
  std::string detail;
  int64_t lost_records = 0;  ///< -1: nobody can know
  int64_t lost_bytes = 0;
  std::optional<int64_t> lost_from, lost_to;  ///< offsets, inclusive
};

struct PartitionRepair {
  std::string path;
  std::vector<RepairStep> steps;

  /// Bytes of a segment that stay, in order.
  struct Piece {
    int64_t file_pos = 0;
    int64_t size_bytes = 0;
    std::optional<Offset> base_offset;  ///< put right
    bool restores_size = false;
    bool restores_magic = false;
    std::optional<LeaderEpoch> leader_epoch;  ///< put right
  };
  struct SegmentRepair {
    Offset base_offset;
    std::vector<Piece> pieces;
    std::optional<Offset> covers_from;  ///< an empty batch from here to the next segment
    Offset next_base;
    LeaderEpoch leader_epoch = kNoLeaderEpoch;  ///< of the empty batch
  };
  std::vector<SegmentRepair> segments;     ///< whose .log changes
  std::vector<std::string> dropped_files;  ///< names left behind; loading makes them anew
  std::optional<Offset> recovery_point;    ///< from here on the log is recovered
  bool rebuilds_epochs = false;
  bool writes_metadata = false;

  bool is_empty() const { return steps.empty(); }
};

/// What to do about findings of PartitionVerifier.
/// topic_id  from the metadata log, for a missing partition.metadata
Result<PartitionRepair> plan_repair(FileSystem& fs, const std::string& path,
                                    const std::vector<Finding>& findings,
                                    const std::optional<Uuid>& topic_id);

/// Builds the repaired partition in the new directory `target`, durable when it returns.
Status build_repaired(FileSystem& fs, const Clock& clock, Logger& logger,
                      const PartitionRepair& repair, const std::string& target,
                      const std::optional<Uuid>& topic_id);

/// Copies a file, byte for byte. Durable when it returns.
Status copy_file(FileSystem& fs, const std::string& from, const std::string& to);
/// Copies a directory with all that is in it, but for a data directory's lock. Durable when it
/// returns.
Status copy_tree(FileSystem& fs, const std::string& from, const std::string& to);

}  // namespace spool::storage
