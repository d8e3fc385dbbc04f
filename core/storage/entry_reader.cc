#include "core/storage/entry_reader.h"

#include <algorithm>

#include "core/base/crc.h"
#include "core/base/text.h"

namespace spool::storage {

namespace {

constexpr size_t kLegacyTimestampEnd = 26;

void read_v2_fields(EntryHeader& header, BytesView bytes) {
  if (header.size_bytes < static_cast<int64_t>(record::kBatchHeaderBytes)) {
    header.is_undersized = true;
    return;
  }
  const uint8_t* const at = bytes.data();
  header.leader_epoch = LeaderEpoch(load_be<int32_t>(at + 12));
  header.attributes = load_be<int16_t>(at + 21);
  header.last_offset = wrapping_add(header.base_offset, load_be<int32_t>(at + 23));
  header.max_timestamp_ms = load_be<int64_t>(at + 35);
  header.producer_id = ProducerId(load_be<int64_t>(at + 43));
}

}  // namespace

Result<std::optional<EntryHeader>> EntryReader::next() {
  // Kafka's own condition: an entry needs more than the 17 bytes up to its magic.
  if (file_pos_ >= end_ - static_cast<int64_t>(record::kEntryHeaderBytesMin)) return std::nullopt;
  TRY_ASSIGN(const BytesView bytes, view(file_pos_, record::kEntryHeaderBytesMin));
  if (bytes.size() < record::kEntryHeaderBytesMin) return std::nullopt;  // the file shrank
  const int64_t size = load_be<int32_t>(bytes.data() + 8);
  if (size < record::kLegacySizeMin)
    return fail(ErrorCode::corrupt_message,
                concat(file_.path(), ": entry size ", size, " at position ", file_pos_));
  EntryHeader header{.file_pos = file_pos_,
                     .size_bytes = size + static_cast<int64_t>(record::kEntryFrameBytes),
                     .magic = static_cast<int8_t>(bytes[16])};
  if (header.size_bytes > end_ - file_pos_) return std::nullopt;
  header.base_offset = header.last_offset = Offset(load_be<int64_t>(bytes.data()));
  const size_t wanted = static_cast<size_t>(
      std::min<int64_t>(header.size_bytes, static_cast<int64_t>(record::kBatchHeaderBytes)));
  TRY_ASSIGN(const BytesView full, view(file_pos_, wanted));
  if (full.size() < wanted) return std::nullopt;
  if (header.is_v2()) {
    read_v2_fields(header, full);
  } else {
    header.attributes = full[17];
    if (header.magic == 1 && full.size() >= kLegacyTimestampEnd)
      header.max_timestamp_ms = load_be<int64_t>(full.data() + 18);
  }
  file_pos_ += header.size_bytes;
  return header;
}

// At least bytes_min from file_pos on, fewer where the file ends; what the window holds is not read
// again.
Result<BytesView> EntryReader::view(int64_t file_pos, size_t bytes_min) {
  const int64_t window_end = window_pos_ + static_cast<int64_t>(window_filled_);
  if (file_pos < window_pos_ || file_pos + static_cast<int64_t>(bytes_min) > window_end) {
    const size_t size = static_cast<size_t>(
        std::min<int64_t>(static_cast<int64_t>(window_.size()), end_ - file_pos));
    TRY_ASSIGN(window_filled_, file_.read_at(file_pos, window_.first(size)));
    window_pos_ = file_pos;
  }
  const auto skip = static_cast<size_t>(file_pos - window_pos_);
  return BytesView(window_).first(window_filled_).subspan(skip);
}

Result<BytesView> EntryReader::bytes(const EntryHeader& entry) {
  const auto size = static_cast<size_t>(entry.size_bytes);
  if (size <= window_.size()) {
    TRY_ASSIGN(const BytesView all, view(entry.file_pos, size));
    if (all.size() >= size) return all.first(size);
  } else {
    large_.resize(size);  // bounded by what the file holds: next() compared it with the end
    TRY_ASSIGN(const size_t got, file_.read_at(entry.file_pos, large_));
    if (got == size) return BytesView(large_);
  }
  return fail(ErrorCode::io_error,
              concat(file_.path(), ": short read at position ", entry.file_pos));
}

bool is_entry_valid(const EntryHeader& header, BytesView entry) {
  if (header.is_v2()) return !header.is_undersized && record::BatchView(entry).is_crc_valid();
  if (header.size_bytes < (header.magic == 1 ? kLegacyV1BytesMin : kLegacyV0BytesMin)) return false;
  return crc32(entry.subspan(kLegacyCrcStart)) == load_be<uint32_t>(entry.data() + 12);
}

}  // namespace spool::storage
