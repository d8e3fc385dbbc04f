#pragma once

/// Record batches (magic 2) and the framing they share with legacy entries.
///
/// A .log file and the records field of Produce and Fetch are concatenated entries; each begins
/// with the same 17 bytes:
///
///   0   8  int64  offset (v2: base offset; v0/v1: offset of the message, of the last one inside a
///   wrapper) 8   4  int32  size: bytes after this field 12  4  v2: int32 partition leader epoch;
///   v0/v1: uint32 CRC 16  1  int8   magic
///
/// A v2 batch goes on:
///
///   17  4  uint32 crc: CRC-32C from byte 21 to the end
///   21  2  int16  attributes: 0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete
///   horizon 23  4  int32  last offset delta 27  8  int64  base timestamp, ms; the delete horizon
///   when bit 6 is set 35  8  int64  max timestamp, ms 43  8  int64  producer id, -1 none 51  2
///   int16  producer epoch, -1 none 53  4  int32  base sequence, -1 none 57  4  int32  records
///   count 61     records, compressed as one blob when the codec is not none
///
/// Valid: size >= 49, all of it present, and the CRC matches. Base offset, size, leader epoch and
/// magic lie outside the CRC, so a broker assigns them without recomputing it.

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/compress/codec.h"
#include "core/record/record_parser.h"

namespace spool::record {

inline constexpr size_t kEntryFrameBytes = 12;  ///< offset and size; an entry is this plus `size`
inline constexpr size_t kEntryHeaderBytesMin = 17;  ///< up to and including magic
inline constexpr size_t kBatchHeaderBytes = 61;
inline constexpr size_t kCrcStart = 21;        ///< the first byte that a v2 batch's CRC covers
inline constexpr int32_t kBatchSizeMin = 49;   ///< smallest `size` of a v2 batch: the header alone
inline constexpr int32_t kLegacySizeMin = 14;  ///< below this no entry of any magic is possible

using compress::Codec;
enum class TimestampType : int8_t { none = -1, create_time = 0, log_append_time = 1 };

/// One v2 batch, borrowed. Constructed only over bytes that hold at least the header; accessors
/// read the header as it is, whether or not the CRC matches.
class BatchView {
 public:
  /// CHECKs that bytes hold a whole v2 header and that the size field does not reach beyond them.
  explicit BatchView(BytesView bytes);

  BytesView bytes() const { return bytes_; }
  size_t size_bytes() const { return bytes_.size(); }

  Offset base_offset() const { return Offset(at<int64_t>(0)); }
  /// Wraps like Kafka's when a damaged header overflows.
  Offset last_offset() const {
    return Offset(static_cast<int64_t>(at<uint64_t>(0) +
                                       static_cast<uint64_t>(int64_t{last_offset_delta()})));
  }
  LeaderEpoch leader_epoch() const { return LeaderEpoch(at<int32_t>(12)); }
  int8_t magic() const { return at<int8_t>(16); }
  uint32_t crc() const { return at<uint32_t>(17); }
  int16_t attributes() const { return at<int16_t>(21); }
  int32_t last_offset_delta() const { return at<int32_t>(23); }
  int64_t base_timestamp() const { return at<int64_t>(27); }
  int64_t max_timestamp() const { return at<int64_t>(35); }
  ProducerId producer_id() const { return ProducerId(at<int64_t>(43)); }
  ProducerEpoch producer_epoch() const { return ProducerEpoch(at<int16_t>(51)); }
  int32_t base_sequence() const { return at<int32_t>(53); }
  int32_t records_count() const { return at<int32_t>(57); }
  BytesView payload() const { return bytes_.subspan(kBatchHeaderBytes); }

  /// The three codec bits as they are; 5 to 7 name no codec.
  int codec_bits() const { return attributes() & 7; }
  Codec codec() const { return static_cast<Codec>(codec_bits()); }
  TimestampType timestamp_type() const {
    return attributes() & 8 ? TimestampType::log_append_time : TimestampType::create_time;
  }
  bool is_transactional() const { return attributes() & 16; }
  bool is_control() const { return attributes() & 32; }
  bool has_delete_horizon() const { return attributes() & 64; }
  bool has_producer_id() const { return producer_id() > kNoProducerId; }
  bool is_crc_valid() const;
  /// base_sequence advanced over the batch, wrapping from 2147483647 to 0; -1 when there is none.
  int32_t last_sequence() const;

 private:
  template <class T>
  T at(size_t byte) const {
    return load_be<T>(bytes_.data() + byte);
  }
  BytesView bytes_;
};

/// Changes of a complete v2 batch in place. The first two lie outside the CRC, the third recomputes
/// it.
void set_base_offset(MutableBytes batch, Offset base_offset);
void set_leader_epoch(MutableBytes batch, LeaderEpoch leader_epoch);
void set_producer(MutableBytes batch, ProducerId producer_id, ProducerEpoch producer_epoch,
                  int32_t base_sequence, bool is_transactional);
/// Computes and stores the CRC of a complete v2 batch.
void update_crc(MutableBytes batch);

/// Sequence arithmetic of producers: 0..2147483647, then 0 again.
int32_t advance_sequence(int32_t sequence, int32_t by);

/// A header of a record: the key is never null, the value may be.
struct HeaderView {
  BytesView key;
  std::optional<BytesView> value;
};

/// One record inside a batch, borrowed from the batch's (decompressed) bytes.
struct RecordView {
  Offset offset;
  int64_t timestamp_ms = -1;
  int32_t offset_delta = 0;
  int32_t sequence = -1;
  std::optional<BytesView> key;
  std::optional<BytesView> value;
  int32_t headers_count = 0;
  BytesView headers;  ///< encoded; HeaderCursor reads them
};

/// Walks the encoded headers of one record that next() of a RecordCursor has already checked.
class HeaderCursor {
 public:
  explicit HeaderCursor(const RecordView& record)
      : rest_(record.headers), left_(record.headers_count) {}
  /// The next header, or nullopt after the last.
  std::optional<HeaderView> next();

 private:
  BytesView rest_;
  int32_t left_;
};

/// Walks the records of a v2 batch whose payload has been decompressed. Checks each against the
/// rules of storage-format 2.2 before it is handed out.
class RecordCursor {
 public:
  /// records  the batch's payload after decompression; lives as long as the cursor and every view
  /// it returns
  RecordCursor(const BatchView& batch, BytesView records);
  /// The next record; nullopt after the last, having checked that nothing is left over. Errors:
  /// invalid_record.
  Result<std::optional<RecordView>> next();
  /// The same for loops that count nanoseconds: true and `out` filled, or false after the last
  /// record or at the first bad one; status() tells which.
  bool next(RecordView& out) {
    RawRecord raw;
    if (!next(raw)) return false;
    fill(raw, out);
    return true;
  }
  bool next(RawRecord& out) {
    if (index_ >= count_) return false;
    const uint8_t* at = rest_.data();
    const uint8_t* const end = at + rest_.size();
    if (at == end || !parse_record(at, end, out)) {
      is_malformed_ = true;
      return false;
    }
    rest_ = BytesView(at, static_cast<size_t>(end - at));
    ++index_;
    return true;
  }
  /// After next(out) returned false: ok when every record was read and nothing is left over.
  Status status() const;

 private:
  // Sums beyond 64 bits wrap, as they do in Kafka: damaged batches hold any numbers.
  static int64_t wrapping_add(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
  void fill(const RawRecord& raw, RecordView& out) const {
    out.offset = Offset(wrapping_add(base_offset_.value, raw.offset_delta));
    out.timestamp_ms =
        is_append_time_ ? append_time_ : wrapping_add(base_timestamp_, raw.timestamp_delta);
    out.offset_delta = raw.offset_delta;
    out.sequence = base_sequence_ == -1 ? -1 : advance_sequence(base_sequence_, raw.offset_delta);
    out.key.reset();
    if (raw.key != nullptr) out.key.emplace(raw.key, raw.key_bytes);
    out.value.reset();
    if (raw.value != nullptr) out.value.emplace(raw.value, raw.value_bytes);
    out.headers_count = raw.headers_count;
    out.headers = BytesView(raw.headers, raw.headers_bytes);
  }

  BytesView rest_;
  Offset base_offset_;
  int64_t base_timestamp_;
  int64_t append_time_;
  bool is_append_time_;
  int32_t base_sequence_;
  int32_t count_;
  int32_t index_ = 0;
  bool is_malformed_ = false;
};

}  // namespace spool::record
