#pragma once

/// One partition's log: segments in a directory, written at one end.
///
/// The log is the truth; indexes, snapshots and checkpoints are caches that loading rebuilds.
/// Appended, flushed and durable are three words: append() puts bytes into the page cache, flush()
/// makes everything below log_end_offset survive a power cut, and durable_offset() says how far
/// that has come.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/base/types.h"
#include "core/base/uuid.h"
#include "core/record/batch.h"
#include "core/storage/file.h"
#include "core/storage/log_config.h"
#include "core/storage/open_files.h"
#include "core/storage/producer_state.h"

namespace spool::storage {

/// Bytes of one segment file that hold whole batches (or, when a size limit cut them, end inside
/// one). Keeps the file open, also after the segment is deleted.
struct FileSlice {
  std::shared_ptr<const File> file;
  int64_t file_pos = 0;
  int64_t size_bytes = 0;
};

struct ReadResult {
  FileSlice slice;      ///< size 0 when there is nothing at or after the offset below the bound
  Offset first_offset;  ///< base offset of the first batch in the slice
  bool is_from_older_segment = false;  ///< the slice does not come from the active segment
};

struct TimestampOffset {
  int64_t timestamp_ms = -1;
  Offset offset;
  LeaderEpoch leader_epoch;
};

struct EpochEnd {
  LeaderEpoch leader_epoch;
  Offset end_offset;
};

struct AbortedTransaction {
  ProducerId producer_id;
  Offset first_offset;
  Offset last_offset;
  Offset last_stable_offset;
};

/// Where a batch comes from; decides which checks apply (storage-format 4.1).
enum class AppendOrigin { client, coordinator, raft_leader, replication };

struct AppendResult {
  Offset base_offset;               ///< first offset assigned (a duplicate: of the original)
  Offset last_offset;               ///< inclusive
  int64_t log_append_time_ms = -1;  ///< -1 unless the topic stamps append time
  Offset log_start_offset;
  bool is_duplicate = false;  ///< nothing was written: the batch is one of the producer's last five
};

struct LogOpenOptions {
  LogConfig config;
  bool is_clean = false;      ///< the directory carried the clean-shutdown marker
  bool is_read_only = false;  ///< write nothing at all: no recovery, no index growth, no deletion
  bool may_be_missing = false;  ///< read-only: a missing directory is an empty log, not an error
  Offset log_start_checkpoint{0};       ///< from log-start-offset-checkpoint, 0 when absent
  Offset recovery_point_checkpoint{0};  ///< from recovery-point-offset-checkpoint, 0 when absent
  int64_t producer_expiration_ms = 86'400'000;
  /// Goes into partition.metadata when the directory is made; nullopt: somebody else's business.
  std::optional<Uuid> topic_id;
  /// Limits the descriptors of all logs together; outlives the log. nullptr: no limit.
  OpenFiles* open_files = nullptr;
  /// Before every append, see that the file still ends where the last one left it. For the metadata
  /// log: a starting Kafka appends to it before it tries the directory's lock.
  bool checks_end_before_append = false;
};

/// One segment as it is now.
struct SegmentInfo {
  Offset base_offset;
  int64_t size_bytes = 0;
  bool is_active = false;
};

struct Segment;

/// How much of a log is worth compacting (storage-format 6.4).
struct CleanableRange {
  Offset first_dirty;        ///< everything below went through a round before
  Offset first_uncleanable;  ///< exclusive; the base of a segment
  int64_t clean_bytes = 0;
  int64_t cleanable_bytes = 0;
  bool is_overdue = false;  ///< something in it is older than max.compaction.lag.ms

  double dirty_ratio() const {
    const int64_t total = clean_bytes + cleanable_bytes;
    return total > 0 ? static_cast<double>(cleanable_bytes) / static_cast<double>(total) : 0;
  }
};

/// A finished segment as compaction sees it.
struct CompactionSource {
  std::shared_ptr<const Segment> segment;  ///< which one: a swap asks whether it is still there
  Offset base_offset;
  Offset next_base_offset;
  int64_t size_bytes = 0;
  int64_t modified_ms = 0;
  int64_t offset_index_bytes = 0;
  int64_t time_index_bytes = 0;
};

/// The last that an active producer wrote; the batch with it outlives its records.
struct LastRecord {
  std::optional<Offset> last_data_offset;  ///< nullopt: a marker came after its data
  ProducerEpoch producer_epoch;
};

/// What a compaction round starts from.
struct CompactionInput {
  std::vector<CompactionSource> sources;  ///< all segments below the asked offset
  std::unordered_map<ProducerId, LastRecord> last_records;
};

/// A segment whose files lie ready in the partition directory as *.cleaned, durable.
struct CleanedSegment {
  Offset base_offset;
  int64_t size_bytes = 0;
  int64_t first_timestamp_ms = -1;
  int64_t max_timestamp_ms = -1;
  Offset max_timestamp_offset;
  std::vector<AbortedTransaction> aborted;
};

/// Thread rule: append, roll, truncate, delete, configure and swap_in are called under the owner's partition
/// mutex (one writer at a time). read, offset lookups and the offset getters may run at the same
/// time as one writer from any thread.
class Log {
 public:
  /// Opens the partition directory `path` (created by the first change when missing), cleans
  /// left-over files, recovers as storage-format section 5 says and loads producer state. errors
  /// io_error and friends; parse_error for what Kafka too refuses to load (5.7)
  static Result<std::unique_ptr<Log>> open(FileSystem& fs, const Clock& clock, Logger& logger,
                                           std::string path, LogOpenOptions options);
  virtual ~Log() = default;

  virtual const std::string& path() const = 0;
  virtual const LogConfig& config() const = 0;
  virtual void configure(LogConfig config) = 0;

  virtual Offset log_start_offset() const = 0;
  virtual Offset log_end_offset() const = 0;
  virtual Offset recovery_point()
      const = 0;  ///< every offset below is known to be on stable storage
  /// First offset of the oldest open transaction; nullopt when there is none.
  virtual std::optional<Offset> first_unstable_offset() const = 0;
  virtual int64_t size_bytes() const = 0;
  virtual std::vector<SegmentInfo> segments() const = 0;
  /// A write failed and could not be undone: every further append fails with kafka_storage_error.
  virtual bool is_offline() const = 0;
  /// A log opened read-only: takes in what another process appended, rolled or deleted since.
  virtual Status refresh() = 0;

  /// Appends one batch at the log end: assigns base_offset and leader epoch in place (both outside
  /// the CRC), checks producer state, rolls when due, writes, indexes. batch    complete v2 batch,
  /// validated (record/validate.h); changed in place errors   record_list_too_large,
  /// out_of_order_sequence_number, invalid_producer_epoch, invalid_txn_state;
  ///          kafka_storage_error (and io_error, out_of_space): nothing was acknowledged, bytes
  ///          past the old end were cut off again or the log is offline
  /// durable  no; see flush()
  virtual Result<AppendResult> append(MutableBytes batch, LeaderEpoch leader_epoch,
                                      AppendOrigin origin) = 0;

  /// A slice that begins with the batch holding `from` (or the next one after a gap) and ends
  /// before `bound`. bytes_max      a limit; with `at_least_one` the first batch is returned whole
  /// even when it is larger errors         offset_out_of_range: from < log start or > log end
  virtual Result<ReadResult> read(Offset from, Offset bound, int64_t bytes_max,
                                  bool at_least_one) const = 0;

  /// First record with timestamp >= the asked one and offset >= log start; nullopt when none.
  virtual Result<std::optional<TimestampOffset>> offset_for_timestamp(
      int64_t timestamp_ms) const = 0;
  /// The record with the largest timestamp (ties: the first); nullopt for an empty log.
  virtual Result<std::optional<TimestampOffset>> max_timestamp() const = 0;

  /// Leader-epoch cache (storage-format 3.6).
  virtual Status assign_epoch_start(LeaderEpoch epoch, Offset start) = 0;
  virtual std::optional<LeaderEpoch> latest_epoch() const = 0;
  virtual std::optional<EpochEnd> end_offset_for_epoch(LeaderEpoch epoch) const = 0;
  virtual std::optional<LeaderEpoch> epoch_at(Offset offset) const = 0;

  /// Aborted transactions that overlap [from, bound), in marker order.
  virtual Result<std::vector<AbortedTransaction>> aborted_transactions(Offset from,
                                                                       Offset bound) const = 0;
  virtual const ProducerStateManager& producer_state() const = 0;
  virtual void expire_producers(int64_t now_ms) = 0;

  /// Makes everything below log_end_offset survive a power cut; recovery_point follows. May run
  /// beside an append: call it without the partition mutex.
  virtual Status flush() = 0;
  /// Writes everything above the recovery point once more, in place, and flushes it. For a log that
  /// is opened after an fsync failed: the kernel counts the pages that it could not write as
  /// written, and another fsync alone would say so too. Before the first append; durable when it
  /// returns.
  virtual Status rewrite_unflushed() = 0;
  /// flush.messages or flush.ms ask for a flush, or a finished segment waits for one. Under the
  /// partition mutex.
  virtual bool is_flush_due() const = 0;
  /// Gives descriptors of idle files back; they are opened again on demand.
  virtual void release_files() = 0;
  virtual Status roll() = 0;  ///< starts a new active segment
  /// Deletes whole segments by log start, size and time (6.1). Returns how many; files go after
  /// file.delete.delay.ms by way of delete_due_files().
  virtual Result<int> delete_old_segments(Offset high_watermark) = 0;
  virtual Result<int> delete_due_files() = 0;

  /// Goes up whenever segments are replaced or deleted. A read and what is asked about it (aborted
  /// transactions) belong together when the number was the same before and after.
  virtual uint64_t layout_version() const = 0;
  /// What compaction could do, from where the last round ended (its checkpoint). Under the
  /// partition mutex.
  virtual Result<CleanableRange> cleanable_range(std::optional<Offset> checkpoint) = 0;
  /// Under the partition mutex. The round itself runs without it.
  virtual Result<CompactionInput> compaction_input(Offset first_uncleanable) = 0;
  /// Puts a cleaned segment in the place of its sources (6.6). Readers keep what they have open.
  /// Under the partition mutex; the caller syncs the directory afterwards, without it.
  /// errors  cancelled: the sources are no longer there (retention, truncation); the .cleaned files
  ///         are then gone too
  virtual Status swap_in(const std::vector<CompactionSource>& sources,
                         const CleanedSegment& cleaned) = 0;

  virtual Status advance_log_start(Offset to) = 0;
  virtual Status truncate_to(Offset offset) = 0;
  virtual Status truncate_fully_and_start_at(Offset offset) = 0;

  /// Flushes, writes the producer snapshot, trims indexes and closes (5.9). Nothing may be called
  /// afterwards.
  virtual Status close() = 0;
  /// Lets go of the files without writing anything: a crash, or a topic being deleted.
  virtual void abandon() = 0;
};

}  // namespace spool::storage
