#pragma once

/// The implementation of Log; included by its own .cc files and by nobody else.
///
///   partition_log.cc  append, roll, flush, close, the small questions
///   log_read.cc       finding offsets and timestamps, slices
///   log_load.cc       opening: left-over files, clean and unclean loads, recovery, reading beside
///   another process log_trim.cc       retention, deletion, truncation
///   log_swap.cc       what compaction asks of the log, and putting its results in place
///
/// Locks: the owner's partition mutex serialises everything that changes the log. `mutex_` guards
/// what readers share with the writer (the segment list and what is in it, the epoch cache, cached
/// files); it is held for a few stores. `flush_mutex_` keeps flushes one at a time and is taken
/// before `mutex_`. Producer state belongs to the writer.

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/entry_reader.h"
#include "core/storage/leader_epochs.h"
#include "core/storage/log.h"
#include "core/storage/segment.h"

namespace spool::storage {

/// What a reader needs of one segment, taken under the lock and used without it.
struct SegmentView {
  std::shared_ptr<const File> file;
  Offset base_offset;
  int64_t size_bytes = 0;
  bool is_active = false;
  /// The batch holding the asked offset, when it is among the last appended.
  std::optional<EntryHeader> recent;
  /// Where to start looking; -1: the index file has to be asked.
  int64_t start_pos = -1;
  /// Of the log when the view was taken. An index file that is opened later belongs to `file` only
  /// when the log still has it.
  uint64_t layout_version = 0;
};

/// The files of one partition directory, by what their names say.
struct DirectoryContents {
  struct SegmentFiles {
    Offset base_offset;
    bool has_offset_index = false;
    bool has_time_index = false;
    bool has_transaction_index = false;
  };
  std::vector<SegmentFiles> segments;  ///< ascending
  std::vector<Offset> snapshots;       ///< ascending
  std::vector<std::string> orphans;    ///< index files without their .log
  bool has_epochs = false;
  bool has_left_overs = false;
};

class PartitionLog final : public Log, private FileHolder {
 public:
  PartitionLog(FileSystem& fs, const Clock& clock, Logger& logger, std::string path,
               LogOpenOptions options);
  ~PartitionLog() override;
  Status load();

  const std::string& path() const override { return path_; }
  const LogConfig& config() const override { return config_; }
  void configure(LogConfig config) override { config_ = config; }

  Offset log_start_offset() const override { return Offset(log_start_offset_.load()); }
  Offset log_end_offset() const override { return Offset(log_end_offset_.load()); }
  Offset recovery_point() const override { return Offset(recovery_point_.load()); }
  std::optional<Offset> first_unstable_offset() const override;
  int64_t size_bytes() const override;
  std::vector<SegmentInfo> segments() const override;
  bool is_offline() const override { return is_offline_.load(); }
  Status refresh() override;

  Result<AppendResult> append(MutableBytes batch, LeaderEpoch leader_epoch,
                              AppendOrigin origin) override;
  Result<ReadResult> read(Offset from, Offset bound, int64_t bytes_max,
                          bool at_least_one) const override;
  Result<std::optional<TimestampOffset>> offset_for_timestamp(int64_t timestamp_ms) const override;
  Result<std::optional<TimestampOffset>> max_timestamp() const override;

  Status assign_epoch_start(LeaderEpoch epoch, Offset start) override;
  std::optional<LeaderEpoch> latest_epoch() const override;
  std::optional<EpochEnd> end_offset_for_epoch(LeaderEpoch epoch) const override;
  std::optional<LeaderEpoch> epoch_at(Offset offset) const override;

  Result<std::vector<AbortedTransaction>> aborted_transactions(Offset from,
                                                               Offset bound) const override;
  const ProducerStateManager& producer_state() const override { return producers_; }
  void expire_producers(int64_t now_ms) override;

  Status flush() override;
  Status rewrite_unflushed() override;
  bool is_flush_due() const override;
  void release_files() override;
  Status roll() override;
  Result<int> delete_old_segments(Offset high_watermark) override;
  Result<int> delete_due_files() override;
  uint64_t layout_version() const override { return layout_version_.load(); }
  Result<CleanableRange> cleanable_range(std::optional<Offset> checkpoint) override;
  Result<CompactionInput> compaction_input(Offset first_uncleanable) override;
  Status swap_in(const std::vector<CompactionSource>& sources,
                 const CleanedSegment& cleaned) override;
  Status advance_log_start(Offset to) override;
  Status truncate_to(Offset offset) override;
  Status truncate_fully_and_start_at(Offset offset) override;
  Status close() override;
  void abandon() override;

 private:
  using SegmentList = std::vector<std::shared_ptr<Segment>>;
  struct DueFile {
    std::string path;
    int64_t set_aside_ms;  ///< monotonic
  };

  // Files (partition_log.cc).
  Status ensure_directory();
  void note_open_file() const;
  bool try_release_files() override;

  // Append (partition_log.cc).
  Status check_appendable(MutableBytes bytes, LeaderEpoch leader_epoch, AppendOrigin origin) const;
  Status roll_if_due(const record::BatchView& batch);
  Result<bool> is_roll_due(const record::BatchView& batch);
  Result<int64_t> first_timestamp(Segment& segment) const;
  Status roll_to(Offset base_offset);
  Status write_batch(const record::BatchView& batch);
  Status undo_write(File& file, int64_t size_bytes, Error cause);
  void publish(const record::BatchView& batch);
  Status note_producer(const record::BatchView& batch);
  Status append_aborted(const CompletedTransaction& completed);
  Status write_epochs_file();
  Status write_snapshot(Offset offset);
  Status take_offline(Error cause);
  void set_first_unstable();
  Result<std::shared_ptr<File>> active_file();
  Result<std::shared_ptr<Segment>> create_segment(Offset base_offset);
  void set_segments(SegmentList segments);
  Status finish_segment(Segment& segment);
  Segment& active() const { return *segments_.back(); }
  Status sync_pending(const SegmentList& pending, bool syncs_directory, bool syncs_epochs) const;
  Status sync_segment(const Segment& segment, bool is_active) const;
  Status sync_if_there(const std::string& path) const;
  Status rewrite_segment(const Segment& segment, Offset from) const;

  // Reading (log_read.cc).
  Result<std::optional<SegmentView>> view_at(Offset offset, bool at_or_after) const;
  Result<std::shared_ptr<const File>> file_of(const Segment& segment, bool is_active) const;
  Result<int64_t> index_start_pos(Offset base_offset, Offset target) const;
  Result<std::optional<EntryHeader>> find_entry(const SegmentView& view, Offset target) const;
  Result<int64_t> bound_pos(const SegmentView& view, Offset bound) const;
  Result<int64_t> largest_timestamp(Offset base_offset) const;
  Result<TimeIndexEntry> time_entry_before(Offset base_offset, int64_t timestamp_ms) const;
  Result<std::optional<TimestampOffset>> find_timestamp(const SegmentView& view,
                                                        int64_t timestamp_ms, Offset from) const;
  Result<std::optional<TimestampOffset>> find_record(EntryReader& reader, const EntryHeader& entry,
                                                     int64_t timestamp_ms, Offset from) const;

  Result<std::vector<AbortedTransaction>> collect_aborted(Offset from, Offset bound) const;
  Result<std::vector<TransactionIndexEntry>> transaction_entries(const Segment& segment) const;

  // Loading (log_load.cc).
  Status load_contents(const DirectoryContents& contents);
  Status clean_left_overs();
  Result<DirectoryContents> read_directory() const;
  Status load_epochs(const DirectoryContents& contents);
  Status load_for_writing(const DirectoryContents& contents);
  Status load_read_only(const DirectoryContents& contents);
  Result<SegmentList> list_segments(const DirectoryContents& contents) const;
  Status recover_segments(const DirectoryContents& contents);
  Result<bool> is_transaction_index_sound(const DirectoryContents::SegmentFiles& files) const;
  Result<int64_t> recover_segment(Segment& segment, bool is_continuation);
  Result<bool> recover_entry(Segment& fresh, EntryReader& reader, const EntryHeader& entry);
  bool is_segment_base(Offset offset) const;
  Status load_active_segment();
  Result<std::optional<Offset>> scan_tail(Segment& segment) const;
  Result<Offset> scan_tail_read_only(Segment& segment) const;
  Status start_empty_at(Offset offset);
  Status drop_stray_snapshots(const DirectoryContents& contents);
  Status rebuild_producers(Offset end);
  bool load_snapshot_at_end(const DirectoryContents& contents);
  Status load_newest_snapshot(Offset end);
  Status replay_producers(Offset end);
  Status replay_segment(const Segment& segment, Offset from, Offset end);
  Status delete_segments_from(size_t index);
  Status drop_segments_from(size_t index);

  // Compaction (log_swap.cc).
  size_t segment_index(Offset offset) const;
  Result<Offset> first_uncleanable(Offset first_dirty) const;
  Result<bool> is_compaction_overdue(Offset first_dirty);
  bool has_sources(const std::vector<CompactionSource>& sources, size_t first) const;
  Status name_swap_files(const CleanedSegment& cleaned);
  Status withdraw_cleaned(Offset base_offset);
  Status put_in_place(std::shared_ptr<Segment> fresh, const SegmentList& old);

  // Trimming (log_trim.cc).
  Status set_segment_files_aside(const Segment& segment, bool keeps_snapshot = false);
  Status remove_first_segments(size_t count);
  Result<size_t> count_deletable(Offset high_watermark) const;
  bool is_committed(size_t segment_index, Offset high_watermark) const;
  Result<int64_t> retention_timestamp(const Segment& segment) const;
  Status truncate_segment(Segment& segment, Offset offset);

  FileSystem& fs_;
  const Clock& clock_;
  Logger& logger_;
  const std::string path_;
  LogConfig config_;
  const LogOpenOptions options_;

  mutable std::mutex mutex_;
  std::mutex flush_mutex_;
  SegmentList segments_;  // ascending by base offset; the last is active
  LeaderEpochCache epochs_;
  mutable std::shared_ptr<const File> recent_file_;  // of the finished segment read last
  mutable Offset recent_file_base_ = kNoOffset;

  /// The batches appended last, for readers at the tail: they need neither index nor file.
  static constexpr size_t kRecentMax = 8;
  struct RecentBatch {
    Offset base_offset = kNoOffset;
    Offset last_offset = kNoOffset;
    int64_t file_pos = 0;
    int64_t size_bytes = 0;
  };
  std::array<RecentBatch, kRecentMax> recent_;
  size_t recent_next_ = 0;

  std::atomic<int64_t> log_start_offset_{0};
  std::atomic<int64_t> log_end_offset_{0};
  std::atomic<int64_t> recovery_point_{0};
  std::atomic<int64_t> first_unstable_offset_{-1};
  std::atomic<int64_t> size_bytes_{0};
  std::atomic<int64_t> last_flush_ms_{0};
  std::atomic<bool> is_offline_{false};
  std::atomic<bool> is_unborn_{false};  // there is no directory yet
  std::atomic<uint64_t> layout_version_{0};  // changed under mutex_

  ProducerStateManager producers_;
  Offset newest_snapshot_ = kNoOffset;
  std::vector<DueFile> due_files_;
  bool are_epochs_unwritten_ = false;   // guarded by mutex_; the file lacks what epochs_ has
  bool are_epochs_unsynced_ = false;    // guarded by mutex_
  bool is_directory_unsynced_ = false;  // guarded by mutex_
  bool are_epochs_lost_ = false;  // no readable leader-epoch-checkpoint when it was loaded
  bool is_new_ = false;       // the directory was made by us: its entry is not durable yet
  bool is_changed_ = false;   // something for close() to write
  uint32_t truncations_ = 0;  // guarded by mutex_; a flush that ran beside one proves nothing
};

/// `a` - `b` without overflow: timestamps are foreign numbers.
int64_t saturating_sub(int64_t a, int64_t b);

}  // namespace spool::storage
