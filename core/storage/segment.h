#pragma once

/// One segment: `<base20>.log` with its indexes (storage-format 3.3, 4.5).

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/types.h"
#include "core/storage/file.h"
#include "core/storage/index_file.h"
#include "core/storage/log_config.h"

namespace spool::storage {

inline constexpr std::string_view kLogSuffix = ".log";
inline constexpr std::string_view kIndexSuffix = ".index";
inline constexpr std::string_view kTimeIndexSuffix = ".timeindex";
inline constexpr std::string_view kTransactionIndexSuffix = ".txnindex";
inline constexpr std::string_view kSnapshotSuffix = ".snapshot";
inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kCleanedSuffix = ".cleaned";
inline constexpr std::string_view kSwapSuffix = ".swap";

/// `directory`/`<offset20>``suffix`.
std::string offset_path(std::string_view directory, Offset offset, std::string_view suffix);

/// A file of one of the three indexes, by its name.
bool is_index_name(std::string_view name);

/// Removes a file that need not be there.
Status remove_if_there(FileSystem& fs, const std::string& path);

/// What the log keeps of a segment. Guarded by the log's mutex once it is in the log's list; only
/// the active segment (the last) changes.
struct Segment {
  static constexpr int64_t kUnknownTimestamp = std::numeric_limits<int64_t>::min();

  explicit Segment(Offset base) : base_offset(base), max_timestamp_offset(base) {}

  /// Takes a batch written at the end into account and indexes it when one is due.
  void note_batch(Offset last_offset, int64_t max_timestamp, int64_t batch_bytes,
                  int32_t index_interval_bytes);
  /// The last time index entry: the largest timestamp of the segment.
  void add_final_time_entry();
  bool is_index_full(int32_t segment_index_bytes) const;

  const Offset base_offset;
  int64_t size_bytes = 0;
  int64_t created_ms = 0;  ///< monotonic
  int64_t jitter_ms = 0;
  int64_t bytes_since_index_entry = 0;
  int64_t max_timestamp_ms = -1;
  Offset max_timestamp_offset;  ///< last offset of the first batch that has it
  int64_t first_timestamp_ms =
      kUnknownTimestamp;  ///< max timestamp of the first batch, once asked for
  GrowingIndex<OffsetIndexEntry> offset_index;  ///< of a finished segment: empty, the file has all
  GrowingIndex<TimeIndexEntry> time_index;
  bool knows_max_timestamp = true;  ///< finished segments learn it from the time index when asked
  std::shared_ptr<File> file;       ///< of the active segment, once used
  /// Of a segment that is being swapped in: its files do not have their names yet, so it is read
  /// through `file`, without indexes, and its aborted transactions are these.
  std::optional<std::vector<TransactionIndexEntry>> aborted_while_swapped;
};

}  // namespace spool::storage
