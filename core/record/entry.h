#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/record/batch.h"

namespace spool::record {

/// One entry of any magic, borrowed: a v2 batch or a legacy message with its framing. At least 26
/// bytes, of which only the framing has been looked at.
class EntryView {
 public:
  /// CHECKs that bytes hold the whole entry its size field tells of, and nothing else.
  explicit EntryView(BytesView bytes);

  BytesView bytes() const { return bytes_; }
  /// v2: base offset; legacy: the message's, of the last message inside a wrapper.
  Offset offset() const { return Offset(load_be<int64_t>(bytes_.data())); }
  int8_t magic() const { return static_cast<int8_t>(bytes_[16]); }
  bool is_legacy() const { return magic() < 2; }
  /// Large enough for what its magic needs, and the CRC matches.
  bool is_valid() const;
  /// The batch when the entry is a v2 one with room for its header, nullopt otherwise.
  std::optional<BatchView> batch() const;
  /// Last offset the entry covers; for a v2 entry too small for its header its base offset.
  Offset last_offset() const;

 private:
  BytesView bytes_;
};

/// Walks concatenated entries in memory (storage-format 9.1, the in-memory walk): Produce and Fetch
/// bodies, buffers of the cleaner.
class EntryCursor {
 public:
  /// bytes  live as long as the cursor and every view it returns
  explicit EntryCursor(BytesView bytes) : bytes_(bytes) {}

  /// The next entry; nullopt when fewer than 17 bytes are left or the last entry is incomplete.
  /// errors  corrupt_message: a size below 14 (looked at from 12 bytes on, as
  ///         ByteBufferLogInputStream of Kafka does), or magic outside 0..2
  Result<std::optional<EntryView>> next();
  /// Where the next entry begins; after the end, where the incomplete one would.
  size_t position() const { return position_; }

 private:
  BytesView bytes_;
  size_t position_ = 0;
};

}  // namespace spool::record
