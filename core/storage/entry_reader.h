#pragma once

/// Walks the entries of a .log file (storage-format 9.1). Header fields are taken as they stand;
/// whether an entry is valid (size, CRC) is asked for where it matters: recovery, verification.

#include <cstdint>
#include <limits>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/record/batch.h"
#include "core/storage/file.h"

namespace spool::storage {

/// The header of one entry: a v2 batch, or a legacy message or wrapper (magic below 2).
struct EntryHeader {
  int64_t file_pos = 0;
  int64_t size_bytes = 0;  ///< of the whole entry
  int8_t magic = 2;
  Offset base_offset;  ///< legacy: the message's offset, also of a wrapper, whose first is only
                       ///< known decompressed
  Offset last_offset;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  int64_t max_timestamp_ms = -1;
  int16_t attributes = 0;
  ProducerId producer_id = kNoProducerId;
  bool is_undersized = false;  ///< v2 smaller than its header: the fields above are not there

  int64_t end_pos() const { return file_pos + size_bytes; }
  bool is_v2() const { return magic >= 2; }
  record::TimestampType timestamp_type() const {
    if (magic == 0) return record::TimestampType::none;
    return attributes & 8 ? record::TimestampType::log_append_time
                          : record::TimestampType::create_time;
  }
};

/// Of a legacy entry: where what its CRC covers begins, and the smallest whole ones.
inline constexpr size_t kLegacyCrcStart = 16;
inline constexpr int64_t kLegacyV0BytesMin = 12 + 14;
inline constexpr int64_t kLegacyV1BytesMin = 12 + 22;

/// An offset in a segment is kept as its distance from the segment's base offset.
inline constexpr int64_t kRelativeOffsetMax = std::numeric_limits<int32_t>::max();

/// offset + delta, for what a file claims: too much wraps around.
constexpr Offset wrapping_add(Offset offset, int32_t delta) {
  return Offset(static_cast<int64_t>(static_cast<uint64_t>(offset.value) +
                                     static_cast<uint64_t>(int64_t{delta})));
}

class EntryReader {
 public:
  /// Smallest window that holds a header.
  static constexpr size_t kWindowBytesMin = 64;

  /// Reads [begin, end) of `file`. `window` is working memory: bigger ones take fewer reads. All
  /// three outlive the reader.
  EntryReader(const File& file, int64_t begin, int64_t end, MutableBytes window)
      : file_(file), file_pos_(begin), end_(end), window_(window) {}

  /// The next entry; nullopt at the end, also where the last entry is cut short.
  /// errors  corrupt_message: a size below 14 (zero tails read so); io_error
  Result<std::optional<EntryHeader>> next();

  /// Bytes of the entry that next() returned last; valid until the next call.
  Result<BytesView> bytes(const EntryHeader& entry);

  /// Behind the last whole entry.
  int64_t file_pos() const { return file_pos_; }

 private:
  Result<BytesView> view(int64_t file_pos, size_t bytes_min);

  const File& file_;
  int64_t file_pos_;
  int64_t end_;
  MutableBytes window_;
  int64_t window_pos_ = 0;
  size_t window_filled_ = 0;
  Buffer large_;
};

/// Size and CRC of a whole entry are what its magic asks (recovery's notion of valid).
bool is_entry_valid(const EntryHeader& header, BytesView entry);

}  // namespace spool::storage
