#include "core/record/legacy.h"

#include "core/base/check.h"
#include "core/base/crc.h"
#include "core/base/text.h"
#include "core/record/legacy_crcs.h"

namespace spool::record {

namespace {

constexpr size_t kCrcStartLegacy = 16;

std::unexpected<Error> invalid(std::string text) {
  return fail(ErrorCode::invalid_record, std::move(text));
}

// One length-prefixed field; moves `rest` behind it. False when it does not fit.
bool take_field(BytesView& rest, std::optional<BytesView>& out) {
  if (rest.size() < 4) return false;
  const auto length = load_be<int32_t>(rest.data());
  rest = rest.subspan(4);
  out.reset();
  if (length < 0) return true;
  if (static_cast<size_t>(length) > rest.size()) return false;
  out = rest.first(static_cast<size_t>(length));
  rest = rest.subspan(static_cast<size_t>(length));
  return true;
}

Result<RecordView> record_of(const LegacyView& message) {
  TRY_ASSIGN(const LegacyView::Fields fields, message.fields());
  RecordView record;
  record.offset = message.offset();
  record.timestamp_ms = message.timestamp_ms();
  record.key = fields.key;
  record.value = fields.value;
  return record;
}

// The next inner message. nullopt at the end, which an incomplete message also is.
Result<std::optional<LegacyView>> take_inner(BytesView& rest) {
  if (rest.size() < kEntryFrameBytes) return std::nullopt;
  const auto size = load_be<int32_t>(rest.data() + 8);
  if (size < kLegacySizeMin)
    return fail(ErrorCode::corrupt_message, concat("inner message of size ", size));
  const size_t bytes = static_cast<size_t>(size) + kEntryFrameBytes;
  if (bytes > rest.size()) return std::nullopt;
  const LegacyView message(rest.first(bytes));
  rest = rest.subspan(bytes);
  if (message.magic() < 0 || message.magic() > 1)
    return invalid(concat("inner message of magic ", static_cast<int>(message.magic())));
  if (!message.is_valid())
    return fail(ErrorCode::corrupt_message, "inner message with a wrong CRC");
  if (message.is_wrapper()) return invalid("inner message is compressed");
  return message;
}

// What is added to the offsets inside: none in magic 0, whose inner offsets are absolute, and in
// wrappers of magic 1 that some producers sent with offset 0.
Result<int64_t> inner_base(const LegacyView& wrapper, Offset last_inner) {
  if (wrapper.magic() == 0 || wrapper.offset().value == 0) return 0;
  if (wrapper.offset() < last_inner)
    return invalid(concat("wrapper offset ", wrapper.offset().value,
                          " is below the last inner offset ", last_inner.value));
  return static_cast<int64_t>(static_cast<uint64_t>(wrapper.offset().value) -
                              static_cast<uint64_t>(last_inner.value));
}

Status read_wrapper(const LegacyView& wrapper, compress::Decompressor& decompressor,
                    size_t decompressed_bytes_max, std::vector<RecordView>& out,
                    std::vector<uint32_t>* crcs) {
  if (wrapper.codec_bits() > static_cast<int>(Codec::lz4))
    return invalid(concat("codec ", wrapper.codec_bits(), " in a message of magic ",
                          static_cast<int>(wrapper.magic())));
  TRY_ASSIGN(const LegacyView::Fields fields, wrapper.fields());
  if (!fields.value) return invalid("wrapper without a value");
  const auto checksum =
      wrapper.magic() == 0 ? compress::Lz4Checksum::legacy : compress::Lz4Checksum::correct;
  TRY_ASSIGN(BytesView rest, decompressor.decompress(wrapper.codec(), *fields.value,
                                                     decompressed_bytes_max, checksum));
  const size_t first = out.size();
  for (;;) {
    TRY_ASSIGN(const std::optional<LegacyView> message, take_inner(rest));
    if (!message) break;
    TRY_ASSIGN(RecordView record, record_of(*message));
    if (wrapper.timestamp_type() == TimestampType::log_append_time)
      record.timestamp_ms = wrapper.timestamp_ms();
    out.push_back(record);
    if (crcs != nullptr) crcs->push_back(message->crc());
  }
  if (out.size() == first) return invalid("wrapper without inner messages");
  TRY_ASSIGN(const int64_t base, inner_base(wrapper, out.back().offset));
  for (size_t i = first; i < out.size(); ++i)
    out[i].offset = Offset(static_cast<int64_t>(static_cast<uint64_t>(out[i].offset.value) +
                                                static_cast<uint64_t>(base)));
  return {};
}

}  // namespace

LegacyView::LegacyView(BytesView bytes) : bytes_(bytes) {
  CHECK(bytes.size() >= kEntryFrameBytes + kLegacySizeMin);
}

TimestampType LegacyView::timestamp_type() const {
  if (!has_timestamp()) return TimestampType::none;
  return attributes() & 8 ? TimestampType::log_append_time : TimestampType::create_time;
}

int64_t LegacyView::timestamp_ms() const {
  return has_timestamp() && bytes_.size() >= 26 ? load_be<int64_t>(bytes_.data() + 18) : -1;
}

bool LegacyView::is_valid() const {
  const int32_t size_min = has_timestamp() ? kLegacyV1SizeMin : kLegacySizeMin;
  return bytes_.size() >= kEntryFrameBytes + static_cast<size_t>(size_min) &&
         crc32(bytes_.subspan(kCrcStartLegacy)) == crc();
}

Result<LegacyView::Fields> LegacyView::fields() const {
  const size_t start = has_timestamp() ? 26 : 18;
  if (bytes_.size() < start) return invalid("legacy message cut short");
  BytesView rest = bytes_.subspan(start);
  Fields fields;
  if (!take_field(rest, fields.key) || !take_field(rest, fields.value))
    return invalid("key or value of a legacy message reaches beyond it");
  return fields;
}

namespace {

Status read_entry(BytesView bytes, compress::Decompressor& decompressor,
                  size_t decompressed_bytes_max, std::vector<RecordView>& out,
                  std::vector<uint32_t>* crcs) {
  const LegacyView message(bytes);
  if (message.is_wrapper())
    return read_wrapper(message, decompressor, decompressed_bytes_max, out, crcs);
  TRY_ASSIGN(const RecordView record, record_of(message));
  out.push_back(record);
  if (crcs != nullptr) crcs->push_back(message.crc());
  return {};
}

}  // namespace

Status read_legacy(BytesView bytes, compress::Decompressor& decompressor,
                   size_t decompressed_bytes_max, std::vector<RecordView>& out) {
  return read_entry(bytes, decompressor, decompressed_bytes_max, out, nullptr);
}

Status read_legacy_with_crcs(BytesView bytes, compress::Decompressor& decompressor,
                             size_t decompressed_bytes_max, std::vector<RecordView>& out,
                             std::vector<uint32_t>& crcs) {
  return read_entry(bytes, decompressor, decompressed_bytes_max, out, &crcs);
}

}  // namespace spool::record
