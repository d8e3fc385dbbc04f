#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/base/varint.h"
#include "core/compress/codec.h"
#include "core/record/batch.h"

namespace spool::record {

/// What a batch's header says beyond what its records say.
struct BatchOptions {
  Offset base_offset{0};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  Codec codec = Codec::none;
  int level = compress::kDefaultLevel;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  int32_t base_sequence = -1;
  bool is_transactional = false;
  bool is_control = false;
  std::optional<int64_t> append_time_ms;  ///< stamps the batch LogAppendTime with this time
  std::optional<int64_t>
      delete_horizon_ms;  ///< goes where the base timestamp was, with bit 6 (compaction)
};

/// Builds one v2 batch. Records are encoded straight behind the space of the header; finish()
/// compresses them when asked to and fills the header in.
class BatchBuilder {
 public:
  BatchBuilder() { reset({}); }
  explicit BatchBuilder(const BatchOptions& options, Buffer recycled = {}) {
    reset(options, std::move(recycled));
  }

  /// Starts a new batch. `recycled` gives its memory; without one the builder goes on with what it
  /// has.
  void reset(const BatchOptions& options, Buffer recycled = {});
  /// May be changed until finish(): a producer knows its id and sequence only when it sends.
  BatchOptions& options() { return options_; }

  bool empty() const { return count_ == 0; }
  int32_t records_count() const { return count_; }
  /// Header and records so far, before compression.
  size_t size_bytes() const { return size_; }
  int64_t max_timestamp() const { return max_timestamp_; }
  /// No record of these sizes takes more, as long as the timestamps of the batch lie within 24 days
  /// of each other.
  static size_t record_bytes_max(size_t key_bytes, size_t value_bytes) {
    return key_bytes + value_bytes + 31;
  }

  /// Makes room for a batch of this size at once, where appending would grow step by step.
  void reserve(size_t batch_bytes) {
    if (buffer_.size() < batch_bytes) grow(batch_bytes - size_);
  }

  /// Appends a record at the next offset. Everything is copied. nullopt is null; an empty view is
  /// empty bytes.
  void append(int64_t timestamp_ms, std::optional<BytesView> key, std::optional<BytesView> value,
              std::span<const HeaderView> headers = {}) {
    append_at_delta(last_offset_delta_ + 1, timestamp_ms, key, value, headers);
  }

  /// Appends a record at base offset + offset_delta, which must be larger than the last one:
  /// compaction leaves gaps.
  void append_at_delta(int32_t offset_delta, int64_t timestamp_ms, std::optional<BytesView> key,
                       std::optional<BytesView> value, std::span<const HeaderView> headers) {
    size_t headers_bytes = 0;
    for (const HeaderView& header : headers) headers_bytes += header_bytes(header);
    uint8_t* to =
        begin_record(offset_delta, timestamp_ms, key, value, headers.size(), headers_bytes);
    for (const HeaderView& header : headers) {
      to = write_nullable(to, header.key);
      to = write_nullable(to, header.value);
    }
    size_ = static_cast<size_t>(to - buffer_.data());
  }

  /// Appends a copy of a record of another batch, its headers as they are encoded there.
  void append_copy(int32_t offset_delta, const RecordView& record) {
    uint8_t* to = begin_record(offset_delta, record.timestamp_ms, record.key, record.value,
                               static_cast<size_t>(record.headers_count), record.headers.size());
    if (!record.headers.empty()) std::memcpy(to, record.headers.data(), record.headers.size());
    size_ = static_cast<size_t>(to - buffer_.data()) + record.headers.size();
  }

  /// The batch covers offsets up to base + this although its last record lies before (compaction).
  void extend_to_delta(int32_t last_offset_delta) {
    if (last_offset_delta > last_offset_delta_) last_offset_delta_ = last_offset_delta;
  }

  /// Completes the batch, hands its memory over and starts the next one with the same options. A
  /// batch without records is the header alone, as compaction leaves it. errors  message_too_large:
  /// larger than a batch can be; others of the compressor
  Result<Buffer> finish(compress::Compressor& compressor);

 private:
  static size_t varint_bytes(uint64_t zigzag) {
    return static_cast<size_t>(std::bit_width(zigzag | 1) + 6) / 7;
  }
  static size_t nullable_bytes(const std::optional<BytesView>& bytes) {
    return bytes ? varint_bytes(uint64_t{bytes->size()} << 1) + bytes->size() : 1;
  }
  static size_t header_bytes(const HeaderView& header) {
    return nullable_bytes(header.key) + nullable_bytes(header.value);
  }
  static uint8_t* write_nullable(uint8_t* to, const std::optional<BytesView>& bytes) {
    if (!bytes) {
      *to++ = 1;  // -1
      return to;
    }
    to = write_uvarint(to, uint64_t{bytes->size()} << 1);
    if (!bytes->empty()) std::memcpy(to, bytes->data(), bytes->size());
    return to + bytes->size();
  }

  // Writes everything up to the headers, for which room is made.
  uint8_t* begin_record(int32_t offset_delta, int64_t timestamp_ms,
                        const std::optional<BytesView>& key, const std::optional<BytesView>& value,
                        size_t headers_count, size_t headers_bytes) {
    if (count_ == 0) {
      max_timestamp_ = timestamp_ms;
      base_timestamp_ = options_.delete_horizon_ms.value_or(timestamp_ms);
    }
    const uint64_t timestamp_delta = zigzag64(static_cast<int64_t>(
        static_cast<uint64_t>(timestamp_ms) - static_cast<uint64_t>(base_timestamp_)));
    const uint64_t zigzag_offset = zigzag32(offset_delta);
    const uint64_t zigzag_headers = uint64_t{headers_count} << 1;
    const size_t body = 1 + varint_bytes(timestamp_delta) + varint_bytes(zigzag_offset) +
                        nullable_bytes(key) + nullable_bytes(value) + varint_bytes(zigzag_headers) +
                        headers_bytes;
    if (buffer_.size() < size_ + body + kVarlongBytesMax) [[unlikely]]
      grow(body + kVarlongBytesMax);
    uint8_t* to = buffer_.data() + size_;
    to = write_uvarint(to, uint64_t{body} << 1);
    *to++ = 0;  // attributes
    to = write_uvarint(to, timestamp_delta);
    to = write_uvarint(to, zigzag_offset);
    to = write_nullable(to, key);
    to = write_nullable(to, value);
    to = write_uvarint(to, zigzag_headers);
    ++count_;
    last_offset_delta_ = offset_delta;
    if (timestamp_ms > max_timestamp_) max_timestamp_ = timestamp_ms;
    return to;
  }

  void grow(size_t bytes);
  void forget_records();
  void write_header(uint8_t* header, size_t batch_bytes, Codec codec) const;

  BatchOptions options_;
  Buffer buffer_;  // sized to what it may hold; size_ bytes are used
  size_t size_ = 0;
  int32_t count_ = 0;
  int32_t last_offset_delta_ = -1;
  int64_t base_timestamp_ = -1;
  int64_t max_timestamp_ = -1;
};

/// What compaction leaves of a batch whose records are all gone: its header, so that offsets and
/// the producer's last sequence stay known.
Buffer make_empty_batch(const BatchView& batch);

}  // namespace spool::record
