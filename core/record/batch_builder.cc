#include "core/record/batch_builder.h"

#include <algorithm>

#include "core/base/crc.h"

namespace spool::record {

namespace {

constexpr size_t kFirstCapacity = 4096;

int16_t attributes_of(const BatchOptions& options, Codec codec) {
  int16_t attributes = static_cast<int16_t>(codec);
  if (options.append_time_ms) attributes |= 8;
  if (options.is_transactional) attributes |= 16;
  if (options.is_control) attributes |= 32;
  if (options.delete_horizon_ms) attributes |= 64;
  return attributes;
}

}  // namespace

void BatchBuilder::reset(const BatchOptions& options, Buffer recycled) {
  options_ = options;
  if (recycled.capacity() > buffer_.capacity()) buffer_ = std::move(recycled);
  buffer_.resize(std::max(buffer_.capacity(), kFirstCapacity));
  forget_records();
}

void BatchBuilder::forget_records() {
  size_ = kBatchHeaderBytes;
  count_ = 0;
  last_offset_delta_ = -1;
  base_timestamp_ = -1;
  max_timestamp_ = -1;
}

void BatchBuilder::grow(size_t bytes) {
  buffer_.resize(std::max({size_ + bytes, buffer_.size() * 2, kFirstCapacity}));
}

Result<Buffer> BatchBuilder::finish(compress::Compressor& compressor) {
  if (size_ > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return fail(ErrorCode::message_too_large, "the records do not fit into one batch");
  const Codec codec = count_ == 0 ? Codec::none : options_.codec;
  Buffer out;
  if (codec == Codec::none) {
    out = std::move(buffer_);
    buffer_.clear();
    out.resize(size_);
  } else {
    out.reserve(kBatchHeaderBytes + (size_ - kBatchHeaderBytes) / 2 + 64);
    out.resize(kBatchHeaderBytes);
    TRY(compressor.compress(codec, options_.level,
                            BytesView(buffer_).first(size_).subspan(kBatchHeaderBytes), out));
    if (out.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
      return fail(ErrorCode::message_too_large, "the compressed records do not fit into one batch");
    if (out.capacity() > 2 * out.size()) out.shrink_to_fit();  // it may wait for long, among many
  }
  write_header(out.data(), out.size(), codec);
  update_crc(out);
  forget_records();
  return out;
}

void BatchBuilder::write_header(uint8_t* header, size_t batch_bytes, Codec codec) const {
  store_be<int64_t>(header, options_.base_offset.value);
  store_be<int32_t>(header + 8, static_cast<int32_t>(batch_bytes - kEntryFrameBytes));
  store_be<int32_t>(header + 12, options_.leader_epoch.value);
  store_be<int8_t>(header + 16, 2);
  store_be<int16_t>(header + 21, attributes_of(options_, codec));
  store_be<int32_t>(header + 23, std::max(last_offset_delta_, 0));
  store_be<int64_t>(header + 27, base_timestamp_);
  store_be<int64_t>(header + 35, options_.append_time_ms.value_or(max_timestamp_));
  store_be<int64_t>(header + 43, options_.producer_id.value);
  store_be<int16_t>(header + 51, options_.producer_epoch.value);
  store_be<int32_t>(header + 53, options_.base_sequence);
  store_be<int32_t>(header + 57, count_);
}

Buffer make_empty_batch(const BatchView& batch) {
  Buffer out = to_buffer(batch.bytes().first(kBatchHeaderBytes));
  store_be<int32_t>(out.data() + 8, kBatchSizeMin);
  store_be<int16_t>(out.data() + 21, batch.attributes() & (8 | 16 | 32));
  store_be<int64_t>(out.data() + 27, -1);
  store_be<int32_t>(out.data() + 57, 0);
  update_crc(out);
  return out;
}

}  // namespace spool::record
