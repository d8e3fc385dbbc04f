// Byte 0 is the codec, the rest its compressed bytes. Properties: never more than the limit; what
// decompresses also compresses and comes back; the limit is exact.

#include <algorithm>

#include "core/compress/codec.h"
#include "tests/fuzz/require.h"

using namespace spool;
using namespace spool::compress;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLimit = 1 << 20;
  if (size == 0) return 0;
  const auto codec = static_cast<Codec>(data[0] % 6);
  const auto checksum = data[0] & 0x80 ? Lz4Checksum::legacy : Lz4Checksum::correct;
  const BytesView bytes(data + 1, size - 1);
  Decompressor decompressor;
  const auto view = decompressor.decompress(codec, bytes, kLimit, checksum);
  if (!view) return 0;
  REQUIRE(view->size() <= kLimit);
  const Buffer plain = to_buffer(*view);
  if (!plain.empty())
    REQUIRE(!decompressor.decompress(codec, bytes, plain.size() - 1, checksum).has_value());
  REQUIRE(decompressor.decompress(codec, bytes, plain.size(), checksum).has_value());
  const auto again = compress::compress(codec, kDefaultLevel, plain);
  REQUIRE(again.has_value());
  const auto back = decompressor.decompress(codec, *again, plain.size());
  REQUIRE(back.has_value() && std::equal(back->begin(), back->end(), plain.begin(), plain.end()));
  return 0;
}
