#include "core/record/entry.h"

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/record/legacy.h"

namespace spool::record {

EntryView::EntryView(BytesView bytes) : bytes_(bytes) {
  CHECK(bytes.size() >= kEntryFrameBytes + kLegacySizeMin);
  CHECK(int64_t{load_be<int32_t>(bytes.data() + 8)} + int64_t{kEntryFrameBytes} ==
        static_cast<int64_t>(bytes.size()));
}

std::optional<BatchView> EntryView::batch() const {
  if (is_legacy() || bytes_.size() < kBatchHeaderBytes) return std::nullopt;
  return BatchView(bytes_);
}

bool EntryView::is_valid() const {
  if (is_legacy()) return LegacyView(bytes_).is_valid();
  const auto view = batch();
  return view && view->is_crc_valid();
}

Offset EntryView::last_offset() const {
  const auto view = batch();
  return view ? view->last_offset() : offset();
}

Result<std::optional<EntryView>> EntryCursor::next() {
  const BytesView rest = bytes_.subspan(position_);
  if (rest.size() < kEntryFrameBytes) return std::nullopt;
  const auto size = load_be<int32_t>(rest.data() + 8);
  if (size < kLegacySizeMin)
    return fail(ErrorCode::corrupt_message,
                concat("entry size ", size, " is below the minimum of ", kLegacySizeMin));
  if (rest.size() < kEntryHeaderBytesMin) return std::nullopt;
  const auto magic = static_cast<int8_t>(rest[16]);
  if (magic < 0 || magic > 2)
    return fail(ErrorCode::corrupt_message, concat("unknown magic ", static_cast<int>(magic)));
  const size_t entry_bytes = static_cast<size_t>(size) + kEntryFrameBytes;
  if (entry_bytes > rest.size()) return std::nullopt;
  position_ += entry_bytes;
  return EntryView(rest.first(entry_bytes));
}

}  // namespace spool::record
