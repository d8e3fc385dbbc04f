#pragma once

/// Messages of magic 0 and 1, which brokers up to 3.x wrote and every broker still reads.
///
///   0   8  int64  offset
///   8   4  int32  size: bytes after this field; at least 14 (magic 0) or 22 (magic 1)
///   12  4  uint32 CRC-32 over byte 16 to the end
///   16  1  int8   magic
///   17  1  int8   attributes: bits 0-2 codec (0 to 3), bit 3 timestamp type (magic 1)
///   18  8  int64  timestamp, magic 1 only
///       4  int32  key length, -1 null; then the key
///       4  int32  value length, -1 null; then the value
///
/// Valid: size at least the minimum of its magic, and the CRC matches. With a codec the message is
/// a wrapper: its value is the compressed concatenation of inner messages (storage-format 2.5).

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/compress/codec.h"
#include "core/record/batch.h"

namespace spool::record {

inline constexpr int32_t kLegacyV1SizeMin = 22;

/// One legacy message, borrowed. Accessors read what is there, whether or not the CRC matches.
class LegacyView {
 public:
  /// CHECKs that bytes hold the smallest message there is (26 bytes).
  explicit LegacyView(BytesView bytes);

  Offset offset() const { return Offset(load_be<int64_t>(bytes_.data())); }
  uint32_t crc() const { return load_be<uint32_t>(bytes_.data() + 12); }
  int8_t magic() const { return static_cast<int8_t>(bytes_[16]); }
  int8_t attributes() const { return static_cast<int8_t>(bytes_[17]); }
  int codec_bits() const { return attributes() & 7; }
  Codec codec() const { return static_cast<Codec>(codec_bits()); }
  bool is_wrapper() const { return codec_bits() != 0; }
  TimestampType timestamp_type() const;
  /// -1 for magic 0.
  int64_t timestamp_ms() const;
  bool is_valid() const;

  struct Fields {
    std::optional<BytesView> key;
    std::optional<BytesView> value;
  };
  /// Key and value. Errors: invalid_record when a length reaches beyond the message.
  Result<Fields> fields() const;

 private:
  bool has_timestamp() const { return magic() == 1; }
  BytesView bytes_;
};

/// Appends the records of one legacy entry to `out`: one, or those of the wrapper, with absolute
/// offsets. Borrowed from `bytes` and, for a wrapper, from the decompressor until its next call.
/// errors  invalid_record: a rule of storage-format 2.5 is broken; corrupt_message: an inner size
/// or CRC is wrong;
///         those of the decompressor
Status read_legacy(BytesView bytes, compress::Decompressor& decompressor,
                   size_t decompressed_bytes_max, std::vector<RecordView>& out);

}  // namespace spool::record
