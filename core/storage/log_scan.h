#pragma once

/// Reads a .log file that may be damaged anywhere, and finds everything in it that is whole.
///
/// The bytes outside a v2 batch's CRC (base offset, size, leader epoch, magic) can be wrong in a
/// batch whose records are untouched. The scan takes a file apart without gaps into entries that
/// are whole and ranges that are not:
///
///   * an entry is whole when its frame lies inside the file and its CRC matches;
///   * a wrong magic byte is put right when the CRC of a v2 batch matches under it;
///   * where an entry is not whole, the next whole one is looked for byte by byte. What lies
///   between
///     is damage; when its CRC matches over exactly these bytes, only its size field was wrong, and
///     it is handed out whole with the size restored.
///
/// A whole entry found by searching may be data: the value of a record can be a batch. So a found
/// entry must have offsets that fit the segment, and be followed by the end of the file, by zeros
/// or by something that looks like an entry; inside a frame that is itself confirmed by what
/// follows it, a chain of whole entries must fill the frame to its last byte.

#include <cstdint>
#include <limits>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/entry_reader.h"
#include "core/storage/file.h"

namespace spool::storage {

enum class Damage : uint8_t {
  none,          ///< a whole entry
  crc,           ///< the frame is sound, the checksum does not match
  undersized,    ///< the frame is sound, but smaller than the header of its magic
  frame,         ///< no entry begins here; the range ends where the next whole one does begin
  cut,           ///< the last entry reaches beyond the end of the file
  zero_tail,     ///< zeros up to the end of the file
  garbage_tail,  ///< anything else up to the end of the file
};

/// One piece of a .log file.
struct ScanItem {
  int64_t file_pos = 0;
  int64_t size_bytes = 0;  ///< in the file
  Damage damage = Damage::none;
  EntryHeader header;       ///< with fields restored; of damage only when has_header
  bool has_header = false;  ///< a whole entry; or damage whose header reads like one
  BytesView
      bytes;  ///< the entry with its fields restored; empty when larger than kBytesMax, or no frame
  bool is_magic_restored = false;
  bool is_size_restored = false;

  bool is_whole() const { return damage == Damage::none; }
  int64_t end_pos() const { return file_pos + size_bytes; }
};

struct ScanOptions {
  Offset first_offset{0};  ///< offsets below cannot be in this file: its base offset
  Offset end_offset{std::numeric_limits<int64_t>::max()};  ///< nor these: the next file's base
  int64_t size_bytes = -1;  ///< how much of the file to read; -1 is all of it
};

class LogScan {
 public:
  static constexpr size_t kWindowBytes = 256 << 10;
  /// Larger entries are checked in pieces, and handed out without their bytes.
  static constexpr size_t kBytesMax = 24 << 20;

  /// file  outlives the scan
  static Result<LogScan> open(const File& file, const ScanOptions& options);

  /// The next piece; nullopt after the last. Its bytes live until the next call.
  /// errors  io_error
  Result<std::optional<ScanItem>> next();

  /// Goes on behind a whole entry of which the caller knows that it is there, as if next() had
  /// returned it.
  void skip_behind(const EntryHeader& entry);

  int64_t file_pos() const { return file_pos_; }
  int64_t size_bytes() const { return end_; }
  /// The search for whole entries was given up because crafted bytes made it too expensive.
  bool has_given_up() const { return budget_ <= 0; }

 private:
  LogScan(const File& file, const ScanOptions& options, int64_t end);

  Result<BytesView> view(int64_t file_pos, size_t bytes_min);
  Result<std::optional<EntryHeader>> header_at(int64_t file_pos);
  Result<bool> is_whole(const EntryHeader& header);
  Result<bool> has_crc32c(int64_t from, int64_t to, uint32_t crc);
  Result<bool> is_followed(const EntryHeader& header);
  Result<bool> is_candidate(int64_t file_pos, int64_t limit, EntryHeader& out);
  Result<std::optional<int64_t>> find_whole(int64_t from, int64_t limit, bool must_fill);
  Result<bool> fills(const EntryHeader& first, int64_t limit);
  Result<int64_t> zeros_end(int64_t from);
  Result<ScanItem> item_of(const EntryHeader& header);
  Result<std::optional<ScanItem>> take_whole(const EntryHeader& header);
  Result<std::optional<EntryHeader>> find_straddling();
  Result<std::optional<ScanItem>> with_magic_restored(const EntryHeader& header);
  Result<std::optional<ScanItem>> with_size_restored(int64_t end_pos);
  Result<ScanItem> damaged();
  Result<ScanItem> damaged_frame(const EntryHeader& header);
  Result<ScanItem> damaged_without_frame(const std::optional<EntryHeader>& header);
  ScanItem range(int64_t end_pos, Damage damage) const;
  bool are_offsets_plausible(const EntryHeader& header) const;

  const File* file_;
  ScanOptions options_;
  int64_t end_;
  int64_t file_pos_ = 0;
  int64_t whole_pos_ = -1;                     // of the last piece, when that was a whole entry
  int64_t budget_;                             // bytes of CRC that searching may still cost
  LeaderEpoch leader_epoch_ = kNoLeaderEpoch;  // of the last whole batch
  Buffer window_;
  int64_t window_pos_ = 0;
  size_t window_filled_ = 0;
  Buffer large_;
  Buffer restored_;
};

}  // namespace spool::storage
