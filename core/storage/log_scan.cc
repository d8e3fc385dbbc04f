#include "core/storage/log_scan.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/crc.h"
#include "core/base/text.h"
#include "core/record/batch.h"

namespace spool::storage {

namespace {

using record::kBatchHeaderBytes;
using record::kCrcStart;
using record::kEntryFrameBytes;
using record::kEntryHeaderBytesMin;

// Each byte is like the one before it, and the first is 0: as fast as memory, for files that are
// mostly holes.
bool is_all_zero(BytesView bytes) {
  return !bytes.empty() && bytes[0] == 0 &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

constexpr size_t kMagicPos = 16;
constexpr size_t kSizePos = 8;
constexpr size_t kCrcPos = 17;
// Fields of a frame whose first min(size, 61) bytes are there.
EntryHeader decode_header(int64_t file_pos, BytesView bytes) {
  EntryHeader header{
      .file_pos = file_pos,
      .size_bytes = int64_t{load_be<int32_t>(bytes.data() + kSizePos)} + int64_t{kEntryFrameBytes},
      .magic = static_cast<int8_t>(bytes[kMagicPos])};
  header.base_offset = header.last_offset = Offset(load_be<int64_t>(bytes.data()));
  if (header.is_v2()) {
    header.is_undersized = header.size_bytes < static_cast<int64_t>(kBatchHeaderBytes) ||
                           bytes.size() < kBatchHeaderBytes;
    if (header.is_undersized) return header;
    header.leader_epoch = LeaderEpoch(load_be<int32_t>(bytes.data() + 12));
    header.attributes = load_be<int16_t>(bytes.data() + 21);
    header.last_offset = wrapping_add(header.base_offset, load_be<int32_t>(bytes.data() + 23));
    header.max_timestamp_ms = load_be<int64_t>(bytes.data() + 35);
    header.producer_id = ProducerId(load_be<int64_t>(bytes.data() + 43));
    return header;
  }
  const int64_t bytes_min = header.magic == 1 ? kLegacyV1BytesMin : kLegacyV0BytesMin;
  header.is_undersized = header.size_bytes < bytes_min;
  if (bytes.size() > 17) header.attributes = bytes[17];
  if (header.magic == 1 && bytes.size() >= 26)
    header.max_timestamp_ms = load_be<int64_t>(bytes.data() + 18);
  return header;
}

}  // namespace

LogScan::LogScan(const File& file, const ScanOptions& options, int64_t end)
    : file_(&file),
      options_(options),
      end_(end),
      budget_(std::min<int64_t>(end, int64_t{1} << 40) * 16 + (64 << 20)),
      window_(static_cast<size_t>(
          std::clamp<int64_t>(end, static_cast<int64_t>(kBatchHeaderBytes), kWindowBytes))) {}

Result<LogScan> LogScan::open(const File& file, const ScanOptions& options) {
  TRY_ASSIGN(int64_t size, file.size());
  if (options.size_bytes >= 0) size = std::min(size, options.size_bytes);
  return LogScan(file, options, size);
}

// At least bytes_min from file_pos on, fewer where the file ends.
Result<BytesView> LogScan::view(int64_t file_pos, size_t bytes_min) {
  const int64_t window_end = window_pos_ + static_cast<int64_t>(window_filled_);
  const bool is_there =
      file_pos >= window_pos_ && file_pos + static_cast<int64_t>(bytes_min) <= window_end;
  if (!is_there) {
    const int64_t left = std::max<int64_t>(end_ - file_pos, 0);
    const auto wanted =
        static_cast<size_t>(std::min<int64_t>(static_cast<int64_t>(window_.size()), left));
    TRY_ASSIGN(window_filled_, file_->read_at(file_pos, MutableBytes(window_).first(wanted)));
    window_pos_ = file_pos;
  }
  return BytesView(window_)
      .first(window_filled_)
      .subspan(static_cast<size_t>(file_pos - window_pos_));
}

// The header of a frame that lies inside the file; nullopt when there is none at file_pos.
Result<std::optional<EntryHeader>> LogScan::header_at(int64_t file_pos) {
  const int64_t left = end_ - file_pos;
  if (left <= static_cast<int64_t>(kEntryHeaderBytesMin)) return std::nullopt;
  TRY_ASSIGN(const BytesView bytes,
             view(file_pos, static_cast<size_t>(
                                std::min<int64_t>(left, static_cast<int64_t>(kBatchHeaderBytes)))));
  if (bytes.size() <= kEntryHeaderBytesMin) return std::nullopt;
  const int32_t size = load_be<int32_t>(bytes.data() + kSizePos);
  if (size < record::kLegacySizeMin || int64_t{size} + int64_t{kEntryFrameBytes} > left)
    return std::nullopt;
  return decode_header(file_pos, bytes.first(std::min(bytes.size(), kBatchHeaderBytes)));
}

Result<bool> LogScan::has_crc32c(int64_t from, int64_t to, uint32_t crc) {
  uint32_t sum = 0;
  for (int64_t at = from; at < to;) {
    TRY_ASSIGN(BytesView bytes, view(at, 1));
    if (bytes.empty()) return false;  // the file shrank
    bytes = bytes.first(std::min<size_t>(bytes.size(), static_cast<size_t>(to - at)));
    sum = crc32c(bytes, sum);
    at += static_cast<int64_t>(bytes.size());
  }
  return sum == crc;
}

Result<bool> LogScan::is_whole(const EntryHeader& header) {
  if (header.is_undersized || header.magic < 0 || header.magic > 2) return false;
  const auto size = static_cast<size_t>(header.size_bytes);
  if (size <= window_.size()) {
    TRY_ASSIGN(const BytesView bytes, view(header.file_pos, size));
    if (bytes.size() < size) return false;
    if (header.is_v2())
      return crc32c(bytes.first(size).subspan(kCrcStart)) ==
             load_be<uint32_t>(bytes.data() + kCrcPos);
    return crc32(bytes.first(size).subspan(kLegacyCrcStart)) ==
           load_be<uint32_t>(bytes.data() + 12);
  }
  TRY_ASSIGN(const BytesView head, view(header.file_pos, kBatchHeaderBytes));
  if (head.size() < kBatchHeaderBytes) return false;
  if (header.is_v2()) {
    const uint32_t crc = load_be<uint32_t>(head.data() + kCrcPos);
    return has_crc32c(header.file_pos + int64_t{kCrcStart}, header.end_pos(), crc);
  }
  const uint32_t crc = load_be<uint32_t>(head.data() + 12);
  uint32_t sum = 0;
  for (int64_t at = header.file_pos + int64_t{kLegacyCrcStart}; at < header.end_pos();) {
    TRY_ASSIGN(BytesView bytes, view(at, 1));
    if (bytes.empty()) return false;
    bytes = bytes.first(std::min<size_t>(bytes.size(), static_cast<size_t>(header.end_pos() - at)));
    sum = crc32(bytes, sum);
    at += static_cast<int64_t>(bytes.size());
  }
  return sum == crc;
}

Result<ScanItem> LogScan::item_of(const EntryHeader& header) {
  ScanItem item{.file_pos = header.file_pos,
                .size_bytes = header.size_bytes,
                .header = header,
                .has_header = true};
  const auto size = static_cast<size_t>(header.size_bytes);
  if (size <= window_.size()) {
    TRY_ASSIGN(const BytesView bytes, view(header.file_pos, size));
    if (bytes.size() >= size) item.bytes = bytes.first(size);
  } else if (size <= kBytesMax) {
    large_.resize(size);
    TRY_ASSIGN(const size_t got, file_->read_at(header.file_pos, large_));
    if (got == size) item.bytes = large_;
  }
  return item;
}

Result<std::optional<ScanItem>> LogScan::next() {
  if (file_pos_ >= end_) return std::nullopt;
  TRY_ASSIGN(const auto header, header_at(file_pos_));
  if (header) {
    TRY_ASSIGN(const bool whole, is_whole(*header));
    if (whole) return take_whole(*header);
  }
  TRY_ASSIGN(const auto straddling, find_straddling());
  if (straddling) return take_whole(*straddling);
  TRY_ASSIGN(ScanItem item, damaged());
  file_pos_ = item.end_pos();
  return item;
}

Result<std::optional<ScanItem>> LogScan::take_whole(const EntryHeader& header) {
  TRY_ASSIGN(ScanItem item, item_of(header));
  skip_behind(header);
  return std::optional(std::move(item));
}

void LogScan::skip_behind(const EntryHeader& entry) {
  whole_pos_ = entry.file_pos;
  file_pos_ = entry.end_pos();
  if (entry.is_v2()) leader_epoch_ = entry.leader_epoch;
}

// A whole entry that begins inside of the last whole one and ends behind it. Data of a record does
// not reach beyond its entry: this is what a copied page left of the entry it was written over.
Result<std::optional<EntryHeader>> LogScan::find_straddling() {
  if (whole_pos_ < 0) return std::nullopt;
  for (int64_t at = std::exchange(whole_pos_, -1) + 1; at < file_pos_; ++at) {
    EntryHeader entry;
    TRY_ASSIGN(const bool is_entry, is_candidate(at, end_, entry));
    if (!is_entry || entry.end_pos() <= file_pos_) continue;
    TRY_ASSIGN(const bool is_accepted, is_followed(entry));
    if (is_accepted) return entry;
  }
  return std::nullopt;
}

ScanItem LogScan::range(int64_t end_pos, Damage damage) const {
  return {.file_pos = file_pos_, .size_bytes = end_pos - file_pos_, .damage = damage};
}

// What begins at file_pos_ is not a whole entry.
Result<ScanItem> LogScan::damaged() {
  TRY_ASSIGN(const auto header, header_at(file_pos_));
  if (header) {
    TRY_ASSIGN(auto restored, with_magic_restored(*header));
    if (restored) return std::move(*restored);
    TRY_ASSIGN(const auto after, header_at(header->end_pos()));
    bool is_frame_confirmed = header->end_pos() == end_;
    if (after) {
      TRY_ASSIGN(is_frame_confirmed, is_whole(*after));
    }
    if (is_frame_confirmed) return damaged_frame(*header);
  }
  return damaged_without_frame(header);
}

// The frame ends where the file does, or where a whole entry begins. A size that happens to point
// there may still hide whole entries.
Result<ScanItem> LogScan::damaged_frame(const EntryHeader& header) {
  TRY_ASSIGN(const auto inner, find_whole(file_pos_ + 1, header.end_pos(), true));
  if (inner) {
    TRY_ASSIGN(auto restored, with_size_restored(*inner));
    if (restored) return std::move(*restored);
    return range(*inner, Damage::frame);
  }
  TRY_ASSIGN(ScanItem item, item_of(header));
  item.damage = header.is_undersized ? Damage::undersized : Damage::crc;
  item.has_header = !header.is_undersized && header.magic >= 0 && header.magic <= 2;
  return item;
}

Result<ScanItem> LogScan::damaged_without_frame(const std::optional<EntryHeader>& header) {
  TRY_ASSIGN(const int64_t zeros, zeros_end(file_pos_));
  if (zeros == end_) return range(end_, Damage::zero_tail);
  TRY_ASSIGN(const auto found, find_whole(file_pos_ + 1, end_, false));
  TRY_ASSIGN(auto restored, with_size_restored(found.value_or(end_)));
  if (restored) return std::move(*restored);
  const bool is_frame_plausible = header && header->magic >= 0 && header->magic <= 2 &&
                                  !header->is_undersized && are_offsets_plausible(*header);
  if (is_frame_plausible && header->end_pos() < found.value_or(end_)) {
    TRY_ASSIGN(ScanItem item, item_of(*header));
    item.damage = Damage::crc;
    return item;
  }
  if (found) return range(*found, Damage::frame);
  // Nothing whole follows. A header that reaches beyond the end is the batch that was being
  // written.
  const int64_t left = end_ - file_pos_;
  TRY_ASSIGN(const BytesView bytes,
             view(file_pos_, static_cast<size_t>(std::min<int64_t>(
                                 left, static_cast<int64_t>(kBatchHeaderBytes)))));
  if (bytes.size() < kEntryHeaderBytesMin) return range(end_, Damage::cut);
  const EntryHeader last =
      decode_header(file_pos_, bytes.first(std::min(bytes.size(), kBatchHeaderBytes)));
  const bool is_cut =
      last.size_bytes > left && last.magic >= 0 && last.magic <= 2 && are_offsets_plausible(last);
  ScanItem item = range(end_, is_cut ? Damage::cut : Damage::garbage_tail);
  if (is_cut) {
    item.header = last;
    item.has_header = !last.is_undersized;
  }
  return item;
}

Result<std::optional<ScanItem>> LogScan::with_magic_restored(const EntryHeader& header) {
  if (header.magic == 2 || header.size_bytes < static_cast<int64_t>(kBatchHeaderBytes) ||
      header.size_bytes > static_cast<int64_t>(kBytesMax))
    return std::nullopt;
  TRY_ASSIGN(const BytesView head, view(file_pos_, kBatchHeaderBytes));
  if (head.size() < kBatchHeaderBytes) return std::nullopt;
  TRY_ASSIGN(const bool matches, has_crc32c(file_pos_ + int64_t{kCrcStart}, header.end_pos(),
                                            load_be<uint32_t>(head.data() + kCrcPos)));
  if (!matches) return std::nullopt;
  restored_.resize(static_cast<size_t>(header.size_bytes));
  TRY_ASSIGN(const size_t got, file_->read_at(file_pos_, restored_));
  if (got < restored_.size()) return std::nullopt;
  restored_[kMagicPos] = 2;
  return ScanItem{.file_pos = file_pos_,
                  .size_bytes = header.size_bytes,
                  .header = decode_header(file_pos_, BytesView(restored_).first(kBatchHeaderBytes)),
                  .has_header = true,
                  .bytes = restored_,
                  .is_magic_restored = true};
}

// The bytes up to end_pos are one v2 batch but for its size field, and possibly its magic.
Result<std::optional<ScanItem>> LogScan::with_size_restored(int64_t end_pos) {
  const int64_t size = end_pos - file_pos_;
  if (size < static_cast<int64_t>(kBatchHeaderBytes) || size > static_cast<int64_t>(kBytesMax))
    return std::nullopt;
  TRY_ASSIGN(const BytesView head, view(file_pos_, kBatchHeaderBytes));
  if (head.size() < kBatchHeaderBytes) return std::nullopt;
  TRY_ASSIGN(const bool matches, has_crc32c(file_pos_ + int64_t{kCrcStart}, end_pos,
                                            load_be<uint32_t>(head.data() + kCrcPos)));
  if (!matches) return std::nullopt;
  restored_.resize(static_cast<size_t>(size));
  TRY_ASSIGN(const size_t got, file_->read_at(file_pos_, restored_));
  if (got < restored_.size()) return std::nullopt;
  store_be(restored_.data() + kSizePos, static_cast<int32_t>(size - int64_t{kEntryFrameBytes}));
  const bool is_magic_wrong = restored_[kMagicPos] != 2;
  restored_[kMagicPos] = 2;
  return ScanItem{.file_pos = file_pos_,
                  .size_bytes = size,
                  .header = decode_header(file_pos_, BytesView(restored_).first(kBatchHeaderBytes)),
                  .has_header = true,
                  .bytes = restored_,
                  .is_magic_restored = is_magic_wrong,
                  .is_size_restored = true};
}

bool LogScan::are_offsets_plausible(const EntryHeader& header) const {
  if (header.base_offset < options_.first_offset || header.last_offset < header.base_offset)
    return false;
  return header.last_offset < options_.end_offset &&
         header.last_offset - options_.first_offset <= kRelativeOffsetMax;
}

Result<int64_t> LogScan::zeros_end(int64_t from) {
  while (from < end_) {
    TRY_ASSIGN(const BytesView bytes, view(from, 1));
    if (is_all_zero(bytes)) {
      from += static_cast<int64_t>(bytes.size());
      continue;
    }
    const auto other = std::ranges::find_if(bytes, [](uint8_t byte) { return byte != 0; });
    from += other - bytes.begin();
    if (other != bytes.end() || bytes.empty()) return from;
  }
  return from;
}

// A whole entry at file_pos that ends at or before the limit and could belong here.
Result<bool> LogScan::is_candidate(int64_t file_pos, int64_t limit, EntryHeader& out) {
  TRY_ASSIGN(const auto header, header_at(file_pos));
  if (!header || header->is_undersized || header->end_pos() > limit) return false;
  if (!are_offsets_plausible(*header)) return false;
  budget_ -= header->size_bytes;
  if (budget_ <= 0) return false;
  out = *header;
  return is_whole(*header);
}

Result<bool> LogScan::is_followed(const EntryHeader& header) {
  const int64_t at = header.end_pos();
  if (end_ - at < static_cast<int64_t>(kEntryHeaderBytesMin)) return true;
  if (header.is_v2() && header.leader_epoch == leader_epoch_) return true;
  // Nothing before it was whole. A batch inside of a value comes from a client, which knows no
  // leader epoch, or begins at offset 0.
  if (leader_epoch_ == kNoLeaderEpoch && header.leader_epoch >= LeaderEpoch(0) &&
      header.base_offset > options_.first_offset)
    return true;
  TRY_ASSIGN(const auto after, header_at(at));
  if (after && after->magic >= 0 && after->magic <= 2) return true;
  TRY_ASSIGN(const BytesView bytes, view(at, kEntryHeaderBytesMin));
  return std::ranges::all_of(bytes.first(std::min(bytes.size(), kEntryHeaderBytesMin)),
                             [](uint8_t byte) { return byte == 0; });
}

// Whole entries from the first on end exactly at the limit.
Result<bool> LogScan::fills(const EntryHeader& first, int64_t limit) {
  int64_t at = first.end_pos();
  while (at < limit) {
    EntryHeader entry;
    TRY_ASSIGN(const bool is_next, is_candidate(at, limit, entry));
    if (!is_next) return false;
    at = entry.end_pos();
  }
  return at == limit;
}

// Where the first whole entry at or after `from` begins.
Result<std::optional<int64_t>> LogScan::find_whole(int64_t from, int64_t limit, bool must_fill) {
  for (int64_t at = from; at + static_cast<int64_t>(kEntryHeaderBytesMin) < limit; ++at) {
    if (budget_ <= 0) return std::nullopt;
    TRY_ASSIGN(BytesView bytes, view(at, kEntryHeaderBytesMin));
    if (bytes.size() < kEntryHeaderBytesMin) return std::nullopt;
    // Magic is a small number: skip to the next byte that can be one.
    const size_t last = std::min<size_t>(bytes.size(), static_cast<size_t>(limit - at));
    size_t skip = kMagicPos;
    while (skip < last && (bytes[skip] > 2 || load_be<int32_t>(bytes.data() + skip - 8) < 14))
      ++skip;
    at += static_cast<int64_t>(skip - kMagicPos);
    if (skip >= last) {
      --at;
      continue;
    }
    EntryHeader entry;
    TRY_ASSIGN(const bool is_entry, is_candidate(at, limit, entry));
    if (!is_entry) continue;
    TRY_ASSIGN(const bool is_accepted, must_fill ? fills(entry, limit) : is_followed(entry));
    if (is_accepted) return at;
  }
  return std::nullopt;
}

}  // namespace spool::storage
