#include "core/base/crc.h"

#include <doctest/doctest.h>

#include <random>

using namespace spool;

namespace {

Buffer random_bytes(size_t size) {
  std::mt19937 random(42);
  Buffer bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

}  // namespace

TEST_CASE("crc: check values of storage-format 0.3") {
  CHECK(crc32c(as_bytes("123456789")) == 0xE3069283u);
  CHECK(crc32c_by_table(as_bytes("123456789")) == 0xE3069283u);
  CHECK(crc32(as_bytes("123456789")) == 0xCBF43926u);
}

TEST_CASE("crc: nothing added leaves the previous value") {
  CHECK(crc32c({}) == 0);
  CHECK(crc32c_by_table({}) == 0);
  CHECK(crc32({}) == 0);
  CHECK(crc32c({}, 0xE3069283u) == 0xE3069283u);
  CHECK(crc32({}, 0xCBF43926u) == 0xCBF43926u);
}

TEST_CASE("crc32c: vectors of RFC 3720 B.4") {
  CHECK(crc32c(Buffer(32, 0x00)) == 0x8A9136AAu);
  CHECK(crc32c(Buffer(32, 0xff)) == 0x62A8AB43u);
}

TEST_CASE("crc32c: instruction and tables agree at every lane boundary and alignment") {
  const Buffer bytes = random_bytes(40000);
  for (const size_t size :
       {0, 1, 7, 8, 9, 255, 256, 767, 768, 769, 1536, 2047, 12287, 12288, 12289, 24576, 39000})
    for (const size_t start : {0, 1, 3, 8, 13}) {
      CAPTURE(size);
      CAPTURE(start);
      const BytesView view = BytesView(bytes).subspan(start, size);
      CHECK(crc32c(view) == crc32c_by_table(view));
    }
}

TEST_CASE("crc: in pieces equals at once") {
  const Buffer bytes = random_bytes(20000);
  const BytesView all(bytes);
  for (const size_t cut : {1, 8, 100, 769, 12288, 19999}) {
    CAPTURE(cut);
    CHECK(crc32c(all.subspan(cut), crc32c(all.first(cut))) == crc32c(all));
    CHECK(crc32c_by_table(all.subspan(cut), crc32c_by_table(all.first(cut))) == crc32c(all));
    CHECK(crc32(all.subspan(cut), crc32(all.first(cut))) == crc32(all));
  }
}
