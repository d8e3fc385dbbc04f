#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/compress/codec.h"
#include "core/record/batch.h"
#include "core/record/entry.h"
#include "core/record/legacy.h"

namespace spool::record {

/// What Kafka accepts as the largest decompressed batch when nobody says otherwise.
inline constexpr size_t kDecompressedBytesMax = 2147483639;

/// Reads the records of entries of any magic, decompressing into memory that it keeps. One thread
/// at a time.
class RecordReader {
 public:
  explicit RecordReader(size_t decompressed_bytes_max = kDecompressedBytesMax)
      : bytes_max_(decompressed_bytes_max) {}

  /// Starts on an entry. The entry's bytes stay alive until the next open().
  /// errors  corrupt_message: too small for its header; invalid_record, parse_error,
  /// message_too_large, unsupported:
  ///         the payload cannot be had. The CRC is not looked at: EntryView::is_valid() does.
  Status open(const EntryView& entry);
  /// The next record; nullopt after the last. Views live until the next open().
  Result<std::optional<RecordView>> next();

  /// Calls f(const RecordView&) for every record. f returns nothing, or a bool: false ends the walk
  /// without an error.
  template <class F>
  Status for_each(const EntryView& entry, F&& f) {
    TRY(open(entry));
    if (cursor_) {
      RecordView record;
      while (cursor_->next(record))
        if (!call(f, record)) return {};
      return cursor_->status();
    }
    for (const RecordView& record : legacy_)
      if (!call(f, record)) return {};
    return {};
  }

  /// Calls f(const RawRecord&) for every record of a batch, for loops that need few of the fields.
  template <class F>
  Status for_each_raw(const BatchView& batch, F&& f) {
    TRY(open(EntryView(batch.bytes())));
    RecordCursor cursor = *cursor_;  // a local one can live in registers
    RawRecord record;
    while (cursor.next(record)) f(record);
    return cursor.status();
  }

 private:
  template <class F>
  static bool call(F& f, const RecordView& record) {
    if constexpr (std::same_as<decltype(f(record)), bool>) return f(record);
    f(record);
    return true;
  }

  compress::Decompressor decompressor_;
  size_t bytes_max_;
  std::optional<RecordCursor> cursor_;  // of a v2 batch
  std::vector<RecordView> legacy_;      // the records of a legacy entry
  size_t legacy_index_ = 0;
};

}  // namespace spool::record
