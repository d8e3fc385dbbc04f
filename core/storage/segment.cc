#include "core/storage/segment.h"

#include "core/base/text.h"

namespace spool::storage {

namespace {

constexpr size_t kOffsetDigits = 20;

void add_time_entry(GrowingIndex<TimeIndexEntry>& index, int64_t timestamp_ms, int64_t relative) {
  const int64_t last = index.last() ? index.last()->timestamp_ms : -1;
  if (timestamp_ms > last)
    index.append({.timestamp_ms = timestamp_ms, .relative_offset = static_cast<int32_t>(relative)});
}

}  // namespace

std::string offset_path(std::string_view directory, Offset offset, std::string_view suffix) {
  const std::string digits = concat(offset.value);
  std::string path;
  path.reserve(directory.size() + 1 + kOffsetDigits + suffix.size());
  append_text(path, directory, '/');
  if (digits.size() < kOffsetDigits) path.append(kOffsetDigits - digits.size(), '0');
  append_text(path, digits, suffix);
  return path;
}

bool is_index_name(std::string_view name) {
  return name.ends_with(kIndexSuffix) || name.ends_with(kTimeIndexSuffix) ||
         name.ends_with(kTransactionIndexSuffix);
}

Status remove_if_there(FileSystem& fs, const std::string& path) {
  auto removed = fs.remove_file(path);
  if (!removed && removed.error().code() == ErrorCode::not_found) return {};
  return removed;
}

void Segment::note_batch(Offset last_offset, int64_t max_timestamp, int64_t batch_bytes,
                         int32_t index_interval_bytes) {
  if (size_bytes == 0) first_timestamp_ms = max_timestamp;
  if (max_timestamp > max_timestamp_ms) {
    max_timestamp_ms = max_timestamp;
    max_timestamp_offset = last_offset;
  }
  // An offset that does not increase (a damaged log) is kept, but never indexed.
  const int64_t relative = last_offset - base_offset;
  const bool is_increasing =
      !offset_index.last() || relative > offset_index.last()->relative_offset;
  if (bytes_since_index_entry > index_interval_bytes && is_increasing) {
    offset_index.append({.relative_offset = static_cast<int32_t>(relative),
                         .file_pos = static_cast<int32_t>(size_bytes)});
    add_time_entry(time_index, max_timestamp_ms, max_timestamp_offset - base_offset);
    bytes_since_index_entry = 0;
  }
  bytes_since_index_entry += batch_bytes;
  size_bytes += batch_bytes;
}

void Segment::add_final_time_entry() {
  add_time_entry(time_index, max_timestamp_ms, max_timestamp_offset - base_offset);
}

bool Segment::is_index_full(int32_t segment_index_bytes) const {
  const int64_t offset_capacity =
      segment_index_bytes / static_cast<int64_t>(OffsetIndexEntry::kBytes);
  const int64_t time_capacity = segment_index_bytes / static_cast<int64_t>(TimeIndexEntry::kBytes);
  return offset_index.count() >= offset_capacity || time_index.count() >= time_capacity - 1;
}

}  // namespace spool::storage
