#pragma once

/// Writes what survives of a group of segments into one new segment (storage-format 6.5):
/// `<base20>.log.cleaned` and its indexes, which a swap then puts in the place of the group.
///
/// What is kept, batch by batch:
///
///   batch   dropped   records of an aborted transaction; markers of transactions of which nothing
///                     is left, once their delete horizon has passed
///           emptied   such a batch, or one without survivors, that holds its producer's last
///                     sequence, or the last offset of the part that is cleaned
///   record  dropped   no key; a later record of its key exists; a tombstone whose horizon passed
///
/// A batch that loses nothing is copied byte for byte; others are rebuilt with their offsets,
/// timestamps, producer and codec. A batch that keeps a tombstone, and a marker that may go, get a
/// delete horizon the first time they are met: base timestamp and attribute bit 6.

#include <functional>
#include <optional>
#include <vector>

#include "core/record/batch_builder.h"
#include "core/storage/cleaned_transactions.h"
#include "core/storage/entry_reader.h"
#include "core/storage/log.h"
#include "core/storage/offset_map.h"
#include "core/storage/segment.h"

namespace spool::storage {

/// Asked before every step of a compaction with the bytes that it reads and writes; may sleep to
/// hold a rate. False: stop, the round is given up.
using CompactionPace = std::function<bool(int64_t io_bytes)>;

/// What a round decides by; the same for all its segments.
struct CleaningRules {
  const OffsetMap* offsets = nullptr;
  const std::unordered_map<ProducerId, LastRecord>* last_records = nullptr;
  Offset first_uncleanable;  ///< the batch that ends before it is never dropped
  int64_t now_ms = 0;
  int64_t delete_retention_ms = 0;
  int64_t legacy_horizon_ms = 0;  ///< tombstones of magic 0 and 1: of segments changed later
  int32_t index_interval_bytes = 4096;
};

struct CleaningCounts {
  int64_t bytes_read = 0;
  int64_t bytes_written = 0;
  int64_t records_read = 0;
  int64_t records_kept = 0;
  int64_t records_without_key = 0;
};

class SegmentCleaner {
 public:
  /// Working memory that goes from one segment to the next.
  struct Memory {
    Buffer window;  ///< for reading; its size is the size of a read
    Buffer output;
    record::BatchBuilder builder;
    compress::Compressor compressor;
    compress::Decompressor decompressor;
    std::vector<bool> keeps;
  };

  /// `base_offset` is that of the group's first segment. All references outlive the cleaner.
  SegmentCleaner(FileSystem& fs, std::string directory, Offset base_offset,
                 const CleaningRules& rules, CleanedTransactions& transactions, Memory& memory,
                 const CompactionPace& pace, CleaningCounts& counts);

  /// Makes the .cleaned files, empty.
  Status create();
  /// Takes in the next segment of the group.
  /// errors  corrupt_message: it is not what was written, nothing may be dropped; cancelled;
  /// io_error
  Status add(const CompactionSource& source);
  /// Completes the files and makes them durable.
  Result<CleanedSegment> finish(int64_t modified_ms);
  /// Removes the .cleaned files.
  Status discard();

 private:
  Status take(const EntryHeader& header, BytesView bytes, const CompactionSource& source);
  Status take_batch(const record::BatchView& batch);
  Status take_records(const record::BatchView& batch, bool keeps_empty, bool wants_horizon);
  Status take_legacy(const EntryHeader& header, BytesView bytes, bool keeps_tombstones);
  bool is_last_of_producer(const record::BatchView& batch) const;
  bool keeps_record(const record::RecordView& record, bool keeps_tombstones);
  Status rebuild(const record::BatchView& batch, BytesView records,
                 std::optional<int64_t> horizon_ms);
  Status emit_built(int32_t last_offset_delta);
  Status emit(BytesView batch, Offset last_offset, int64_t max_timestamp_ms);
  Status write_out();
  Status write_index_block();
  std::string path(std::string_view suffix) const;

  FileSystem& fs_;
  const std::string directory_;
  const CleaningRules& rules_;
  CleanedTransactions& transactions_;
  Memory& memory_;
  const CompactionPace& pace_;
  CleaningCounts& counts_;
  Segment segment_;
  std::shared_ptr<File> file_;
  int64_t written_bytes_ = 0;
  std::vector<AbortedTransaction> aborted_;
};

}  // namespace spool::storage
