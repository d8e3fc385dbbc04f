#pragma once

/// The sparse indexes of a segment: entries of one fixed size, no header, no checksum
/// (storage-format 3.1 to 3.4). All big-endian; offsets in the first two are relative to the
/// segment's base offset.
///
///   .index      int32 last offset of a batch | int32 position of its start           strictly
///   increasing offsets .timeindex  int64 timestamp T | int32 offset O: T is the largest up to
///   here, first seen in the batch that ends at O .txnindex   int16 version 0 | int64 producer id |
///   int64 first offset | int64 last offset (the marker's) |
///               int64 last stable offset when it ended                                absolute,
///               last offsets increase
///
/// Any whole number of entries is valid. Kafka preallocates the first two: after a crash zeros
/// follow the entries, and no real entry but the first can be all zero. We append instead: the
/// newest entries wait in memory and go to the file in blocks, so a file is short rather than
/// padded; recovery rebuilds either.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/file.h"

namespace spool::storage {

struct OffsetIndexEntry {
  static constexpr size_t kBytes = 8;
  int32_t relative_offset = 0;
  int32_t file_pos = 0;

  static OffsetIndexEntry decode(const uint8_t* from);
  void encode(uint8_t* to) const;
  int64_t key() const { return relative_offset; }
  bool operator==(const OffsetIndexEntry&) const = default;
};

struct TimeIndexEntry {
  static constexpr size_t kBytes = 12;
  int64_t timestamp_ms = -1;
  int32_t relative_offset = 0;

  static TimeIndexEntry decode(const uint8_t* from);
  void encode(uint8_t* to) const;
  int64_t key() const { return timestamp_ms; }
  bool operator==(const TimeIndexEntry&) const = default;
};

struct TransactionIndexEntry {
  static constexpr size_t kBytes = 34;
  int16_t version = 0;
  ProducerId producer_id;
  Offset first_offset;
  Offset last_offset;
  Offset last_stable_offset;

  static TransactionIndexEntry decode(const uint8_t* from);
  void encode(uint8_t* to) const;
};

/// An index file that is only read. Opened, asked and closed: indexes hold no descriptors.
template <class Entry>
class IndexReader {
 public:
  /// A missing file has no entries.
  static Result<IndexReader> open(FileSystem& fs, const std::string& path);

  /// Entries before the zero tail.
  int64_t count() const { return count_; }
  Result<Entry> at(int64_t index) const;
  /// The last entry with key <= target.
  Result<std::optional<Entry>> find(int64_t target) const;
  /// How many entries have a key < target.
  Result<int64_t> count_below(int64_t target) const;
  Result<std::vector<Entry>> all() const;

 private:
  Status drop_zero_tail();
  std::shared_ptr<File> file_;
  int64_t count_ = 0;
};

/// The index of a segment that may still grow: a file and the newest entries in memory. Not locked;
/// the log's mutex guards it.
template <class Entry>
class GrowingIndex {
 public:
  /// Entries kept in memory before a block is written: 512 KiB of log or more at the default
  /// interval.
  static constexpr size_t kTailMax = 128;

  /// Starts where the file ends.
  Status load(FileSystem& fs, const std::string& path);
  void clear() {
    file_count_ = 0;
    tail_.clear();
    last_.reset();
  }

  int64_t count() const { return file_count_ + static_cast<int64_t>(tail_.size()); }
  const std::optional<Entry>& last() const { return last_; }
  void append(const Entry& entry) {
    tail_.push_back(entry);
    last_ = entry;
  }
  bool is_tail_full() const { return tail_.size() >= kTailMax; }
  bool has_tail() const { return !tail_.empty(); }
  /// The last entry with key <= target among those in memory.
  std::optional<Entry> find_in_tail(int64_t target) const;
  std::vector<Entry> tail() const { return tail_; }

  /// Moves the entries in memory to the file, which is made when missing and cut to what it should
  /// hold.
  Status write_out(FileSystem& fs, const std::string& path);
  void release_memory() { std::vector<Entry>().swap(tail_); }

 private:
  int64_t file_count_ = 0;
  std::vector<Entry> tail_;
  std::optional<Entry> last_;
};

extern template class IndexReader<OffsetIndexEntry>;
extern template class IndexReader<TimeIndexEntry>;
extern template class IndexReader<TransactionIndexEntry>;
extern template class GrowingIndex<OffsetIndexEntry>;
extern template class GrowingIndex<TimeIndexEntry>;

}  // namespace spool::storage
