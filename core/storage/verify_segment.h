#pragma once

/// The checks of one segment, each fed with its entries in order (storage-format 9.5, 2 to 6).

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/record/record_reader.h"
#include "core/storage/finding.h"
#include "core/storage/index_file.h"
#include "core/storage/log_scan.h"
#include "core/storage/producer_state.h"
#include "core/storage/verify_log.h"

namespace spool::storage {

class CheckAhead;
struct CheckedChunk;

/// Offset index against the batches it points at.
class OffsetIndexCheck {
 public:
  Status load(FileSystem& fs, const std::string& path, FindingList& out, bool may_have_zero_tail);
  void take(const EntryHeader& entry, FindingList& out);
  void finish(const SegmentFacts& facts, FindingList& out);
  /// 0 and positions that the index has, below the end and at least `distance` apart.
  std::vector<int64_t> positions(int64_t distance, int64_t end) const;
  void disable() {
    entries_.clear();
    next_ = 0;
  }

 private:
  void report(size_t index, std::string_view check, std::string expected, FindingList& out) const;
  std::string path_;
  Offset base_offset_;
  std::vector<OffsetIndexEntry> entries_;
  size_t next_ = 0;

 public:
  void set_base(Offset base) { base_offset_ = base; }
};

/// Time index against the running maximum of timestamps.
class TimeIndexCheck {
 public:
  Status load(FileSystem& fs, const std::string& path, FindingList& out, bool may_have_zero_tail);
  void take(const EntryHeader& entry, FindingList& out);
  void finish(const SegmentFacts& facts, bool is_finished, FindingList& out);
  void disable() {
    entries_.clear();
    next_ = 0;
    is_loaded_ = false;
  }
  void set_base(Offset base) { base_offset_ = base; }

 private:
  void report(size_t index, std::string_view check, std::string expected, FindingList& out) const;
  std::string path_;
  Offset base_offset_;
  bool is_loaded_ = false;
  std::vector<TimeIndexEntry> entries_;
  size_t next_ = 0;
  int64_t max_timestamp_ms_ = -1;
};

/// Producers and transactions, replayed.
class ReplayCheck {
 public:
  /// Starts from a snapshot's state; without one the state is known only when the log begins there.
  void start(bool is_complete) { is_complete_ = is_complete; }
  ProducerStateManager& state() { return state_; }
  void begin_segment() { aborted_.clear(); }
  /// lost  entries before this one are missing or out of order: sequences prove nothing
  void take(const ScanItem& item, bool lost, const std::string& path, FindingList& out);
  void check_transaction_index(FileSystem& fs, const std::string& path, bool is_there,
                               const SegmentFacts& facts, FindingList& out);
  void check_snapshot(const std::string& path, BytesView file, bool lost, FindingList& out) const;

 private:
  void check_sequence(const record::BatchView& batch, const ScanItem& item, const std::string& path,
                      FindingList& out) const;
  ProducerStateManager state_;
  bool is_complete_ = false;
  std::vector<TransactionIndexEntry> aborted_;
};

/// Everything inside one entry.
class RecordsCheck {
 public:
  /// Larger batches are not taken apart: memory stays bounded.
  static constexpr size_t kDecompressedMax = 24 << 20;
  /// Returns the number of records, -1 when they cannot be read.
  int64_t take(const ScanItem& item, const std::string& path, FindingList& out);

 private:
  struct Seen {
    int64_t count = 0;
    int64_t max_timestamp_ms = -1;
    int64_t last_delta = -1;
    bool is_disordered = false;
  };
  Status walk(const ScanItem& item, Seen& seen);
  void check_batch(const record::BatchView& batch, const ScanItem& item, const Seen& seen,
                   const std::string& path, FindingList& out) const;
  record::RecordReader reader_{kDecompressedMax};
};

/// One segment with all of its checks.
class SegmentCheck {
 public:
  SegmentCheck(FileSystem& fs, std::string directory, const VerifyOptions& options)
      : fs_(fs), directory_(std::move(directory)), options_(options) {}

  struct Files {
    Offset base_offset;
    std::optional<Offset> next_base;  ///< nullopt: the last segment
    bool has_index = false;
    bool has_time_index = false;
    bool has_transaction_index = false;
    bool is_alone = false;  ///< only the .log is looked at
  };
  /// replay  carries the producers from segment to segment
  SegmentFacts run(const Files& files, ReplayCheck& replay, bool was_lost,
                   std::atomic<int64_t>& progress, FindingList& out);

 private:
  void take(const ScanItem& item, FindingList& out);
  void take_whole(const ScanItem& item, FindingList& out);
  void take_damage(const ScanItem& item, FindingList& out);
  void take_chunk(const CheckedChunk& chunk, FindingList& out);
  void take_entry(const EntryHeader& entry, FindingList& out);
  void note_records(const EntryHeader& entry, int64_t count);
  std::unique_ptr<CheckAhead> check_ahead(const File& file) const;
  void note_offsets(const EntryHeader& entry);
  void report_disorder(const File& file, const ScanOptions& bounds, FindingList& out);

  FileSystem& fs_;
  std::string directory_;
  const VerifyOptions& options_;
  std::string log_path_;
  Files files_;
  SegmentFacts facts_;
  bool is_lost_ = false;
  OffsetIndexCheck offset_index_;
  TimeIndexCheck time_index_;
  ReplayCheck* replay_ = nullptr;
  RecordsCheck records_;
};

}  // namespace spool::storage
