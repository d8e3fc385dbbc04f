#pragma once

/// One round of compaction over one log (storage-format 6.5): of every key only the latest record
/// stays.
///
///   1  read the dirty part, remember the latest offset of every key (OffsetMap)
///   2  group all segments up to where that came, within segment.bytes and the index size
///   3  rewrite each group into one segment (SegmentCleaner) and swap it in (Log::swap_in)
///
/// The log's owner lends its mutex for moments only; appends and reads go on beside a round. A
/// round that ends in an error has changed nothing that counts: each group is swapped in one step.

#include <functional>
#include <string>

#include "core/storage/log.h"
#include "core/storage/offset_map.h"
#include "core/storage/segment_cleaner.h"

namespace spool::storage {

struct CleanerSettings {
  int64_t dedupe_bytes = 134'217'728;  ///< log.cleaner.dedupe.buffer.size, of this thread
  double load_factor = 0.9;            ///< log.cleaner.io.buffer.load.factor
  int64_t io_buffer_bytes = 524'288;   ///< log.cleaner.io.buffer.size, of this thread
  HashKey hash_key;                    ///< random
};

struct CleaningReport {
  Offset first_dirty;
  Offset end_offset;  ///< exclusive: the next round's first_dirty, for the checkpoint
  int64_t segments_before = 0;
  int64_t segments_after = 0;
  int64_t bytes_before = 0;
  int64_t bytes_after = 0;
  int64_t keys_count = 0;
  int64_t map_bytes = 0;  ///< memory that the keys took
  CleaningCounts counts;  ///< of the rewriting; dirty bytes are read twice
  int64_t dirty_bytes_read = 0;
};

/// Runs `change` on the log under its owner's mutex. Its errors end the round.
using WithLog = std::function<Status(const std::function<Status(Log&)>& change)>;

/// Tells how a round goes on: what is read so far of all there is to read.
using CleaningProgress = std::function<void(int64_t bytes_done, int64_t bytes_total)>;

/// range   as Log::cleanable_range() gave it; where cleanable_bytes is 0 nothing happens
/// pace    asked all the time, see CompactionPace
/// errors  cancelled; corrupt_message: the log is damaged, leave it alone; io_error, out_of_space
Result<CleaningReport> clean_log(FileSystem& fs, const WithLog& with_log,
                                 const CleanableRange& range, int64_t now_ms,
                                 const CleanerSettings& settings, const CompactionPace& pace,
                                 const CleaningProgress& progress);

/// Groups segments for step 2: [begin, end) indexes into `sources`. Exposed for tests.
std::vector<std::pair<size_t, size_t>> group_segments(const std::vector<CompactionSource>& sources,
                                                      int64_t segment_bytes, int64_t index_bytes);

}  // namespace spool::storage
