#pragma once

/// Checks a partition directory against itself without changing anything (storage-format 9.5):
/// every entry's frame, CRC and records, the order of offsets, producers and transactions, and all
/// that is derived from the log: indexes, producer snapshots, leader epochs.
///
/// The work comes in units, runs of consecutive segments that begin where a producer snapshot gives
/// the state, so that one large partition can be checked by several threads. Memory a unit needs: a
/// window, the indexes of one segment, one decompressed batch; all bounded.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/checkpoint.h"
#include "core/storage/epoch_order.h"
#include "core/storage/file.h"
#include "core/storage/finding.h"

namespace spool::storage {

/// What one segment turned out to be.
struct SegmentFacts {
  Offset base_offset;
  int64_t size_bytes = 0;
  int64_t whole_bytes = 0;
  int64_t entries_count = 0;
  int64_t records_count = 0;  ///< that somebody wrote: without transaction markers
  std::optional<Offset> first_offset;  ///< of the first whole entry
  std::optional<Offset> last_offset;   ///< the largest of a whole entry
  int64_t max_timestamp_ms = -1;
  bool has_damage = false;    ///< ranges that are no whole entry
  bool has_disorder = false;  ///< whole entries out of order
  bool has_gap = false;       ///< offsets between entries that no entry has, or empty batches
  bool has_legacy = false;
  bool is_tail_open = false;  ///< the file grew while it was read: its last entry may be in flight
  std::vector<EpochRun> epochs;
};

struct VerifyOptions {
  bool checks_records = true;
  bool is_compacted = false;     ///< known to be: holes between segments are normal
  bool expects_metadata = true;  ///< partition.metadata must be there (KRaft)
  bool is_clean = false;         ///< the directory was closed in order: nothing may be half done
  int threads = 1;               ///< that one partition may keep busy
  int64_t chunk_bytes = 4 << 20;  ///< that one of several threads on a segment takes at a time
};

class PartitionVerifier {
 public:
  /// errors  not_found, io_error: the directory cannot be listed
  static Result<PartitionVerifier> open(FileSystem& fs, std::string path, VerifyOptions options);

  const std::string& path() const { return path_; }
  size_t unit_count() const { return units_.size(); }
  /// Bytes of log that the unit reads.
  int64_t unit_bytes(size_t unit) const;

  /// Checks one unit; different units may be checked at the same time by several threads.
  /// progress  grows by the bytes that have been read
  std::vector<Finding> verify_unit(size_t unit, std::atomic<int64_t>& progress);

  /// What concerns the partition as a whole; after all units.
  std::vector<Finding> finish();

  /// After finish(): exclusive end, and the first segment's base.
  Offset log_end_offset() const { return log_end_offset_; }
  Offset first_offset() const;
  const std::vector<SegmentFacts>& segments() const { return facts_; }

 private:
  struct SegmentFiles {
    Offset base_offset;
    int64_t size_bytes = 0;
    bool has_index = false;
    bool has_time_index = false;
    bool has_transaction_index = false;
  };
  struct Unit {
    size_t first = 0, last = 0;  // segments, half-open
  };

  PartitionVerifier(FileSystem& fs, std::string path, VerifyOptions options)
      : fs_(&fs), path_(std::move(path)), options_(options) {}
  Status list();
  void take_file(const DirectoryEntry& entry);
  void make_units();
  bool is_snapshot_usable(Offset offset) const;
  void check_gaps(FindingList& out) const;
  void check_epochs(FindingList& out) const;
  void check_epoch_file(const std::vector<EpochRun>& runs, FindingList& out) const;
  void check_small_files(FindingList& out) const;

  FileSystem* fs_;
  std::string path_;
  VerifyOptions options_;
  std::vector<SegmentFiles> segments_;
  std::vector<SegmentFacts> facts_;
  std::vector<Unit> units_;
  std::vector<Offset> snapshots_;
  std::vector<Finding> listing_findings_;
  bool has_epochs_ = false;
  bool has_metadata_ = false;
  Offset log_end_offset_{0};
};

/// What checking a single file by itself finds: a segment without its indexes, or one of the
/// others.
std::vector<Finding> verify_file(FileSystem& fs, const std::string& path,
                                 std::atomic<int64_t>& progress);

}  // namespace spool::storage
