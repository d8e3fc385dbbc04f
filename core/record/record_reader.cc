#include "core/record/record_reader.h"

namespace spool::record {

Status RecordReader::open(const EntryView& entry) {
  cursor_.reset();
  legacy_.clear();
  legacy_index_ = 0;
  if (entry.is_legacy()) {
    Status status = read_legacy(entry.bytes(), decompressor_, bytes_max_, legacy_);
    if (!status) legacy_.clear();
    return status;
  }
  const std::optional<BatchView> batch = entry.batch();
  if (!batch) return fail(ErrorCode::corrupt_message, "record batch smaller than its header");
  TRY_ASSIGN(const BytesView records,
             decompressor_.decompress(batch->codec(), batch->payload(), bytes_max_));
  cursor_.emplace(*batch, records);
  return {};
}

Result<std::optional<RecordView>> RecordReader::next() {
  if (cursor_) return cursor_->next();
  if (legacy_index_ == legacy_.size()) return std::nullopt;
  return legacy_[legacy_index_++];
}

}  // namespace spool::record
