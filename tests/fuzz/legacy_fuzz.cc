// The value of a wrapper, uncompressed: byte 0 chooses magic, codec and timestamp type of the
// wrapper around it, the rest are its inner messages, whose CRCs are put right. Properties: no
// crash; with no error there is at least one record and the last one has the wrapper's offset
// (magic 1, offset not 0).

#include "core/base/crc.h"
#include "core/record/entry.h"
#include "core/record/record_reader.h"
#include "tests/fuzz/require.h"

using namespace spool;
using namespace spool::record;

namespace {

constexpr int64_t kWrapperOffset = 1000;

void put_crcs_right(Buffer& inner) {
  size_t at = 0;
  while (inner.size() - at >= 26) {
    const auto size = load_be<int32_t>(inner.data() + at + 8);
    if (size < kLegacySizeMin || static_cast<size_t>(size) + 12 > inner.size() - at) return;
    const size_t bytes = static_cast<size_t>(size) + 12;
    store_be(inner.data() + at + 12, crc32(BytesView(inner).subspan(at + 16, bytes - 16)));
    at += bytes;
  }
}

Buffer wrap(int8_t magic, int8_t attributes, BytesView inner) {
  Buffer value;
  compress::Compressor compressor;
  const auto checksum = magic == 0 ? compress::Lz4Checksum::legacy : compress::Lz4Checksum::correct;
  REQUIRE(compressor
              .compress(static_cast<Codec>(attributes & 7), compress::kDefaultLevel, inner, value,
                        checksum)
              .has_value());
  Buffer out(18);
  store_be(out.data(), kWrapperOffset);
  out[16] = static_cast<uint8_t>(magic);
  out[17] = static_cast<uint8_t>(attributes);
  if (magic == 1) append_be<int64_t>(out, 77);
  append_be<int32_t>(out, -1);
  append_be<int32_t>(out, static_cast<int32_t>(value.size()));
  append(out, value);
  store_be(out.data() + 8, static_cast<int32_t>(out.size() - 12));
  store_be(out.data() + 12, crc32(BytesView(out).subspan(16)));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto magic = static_cast<int8_t>(data[0] & 1);
  const auto codec = static_cast<int8_t>(1 + (data[0] >> 1 & 1) + (data[0] >> 2 & 1));
  const auto attributes = static_cast<int8_t>(codec | (data[0] & 8));
  Buffer inner(data + 1, data + size);
  put_crcs_right(inner);
  const Buffer bytes = wrap(magic, attributes, inner);
  const EntryView entry(bytes);
  REQUIRE(entry.is_valid());
  RecordReader reader(1 << 20);
  int count = 0;
  Offset last;
  const Status status = reader.for_each(entry, [&](const RecordView& record) {
    ++count;
    last = record.offset;
    if (magic == 1 && (attributes & 8)) REQUIRE(record.timestamp_ms == 77);
  });
  if (!status) return 0;
  REQUIRE(count > 0);
  if (magic == 1) REQUIRE(last.value == kWrapperOffset);
  return 0;
}
