#include "core/compress/xxhash32.h"

#include <bit>

#include "core/compress/format.h"

namespace spool::compress {

namespace {

constexpr uint32_t kPrime1 = 0x9E3779B1;
constexpr uint32_t kPrime2 = 0x85EBCA77;
constexpr uint32_t kPrime3 = 0xC2B2AE3D;
constexpr uint32_t kPrime4 = 0x27D4EB2F;
constexpr uint32_t kPrime5 = 0x165667B1;

uint32_t mixed(uint32_t lane, const uint8_t* at) {
  return std::rotl(lane + load_le32(at) * kPrime2, 13) * kPrime1;
}

}  // namespace

uint32_t xxhash32(BytesView bytes) {
  const uint8_t* at = bytes.data();
  size_t left = bytes.size();
  uint32_t hash = kPrime5;
  if (left >= 16) {
    uint32_t lanes[4] = {kPrime1 + kPrime2, kPrime2, 0, 0u - kPrime1};
    for (; left >= 16; left -= 16)
      for (uint32_t& lane : lanes) {
        lane = mixed(lane, at);
        at += 4;
      }
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
           std::rotl(lanes[3], 18);
  }
  hash += static_cast<uint32_t>(bytes.size());
  for (; left >= 4; left -= 4, at += 4)
    hash = std::rotl(hash + load_le32(at) * kPrime3, 17) * kPrime4;
  for (; left > 0; --left, ++at) hash = std::rotl(hash + *at * kPrime5, 11) * kPrime1;
  hash = (hash ^ hash >> 15) * kPrime2;
  hash = (hash ^ hash >> 13) * kPrime3;
  return hash ^ hash >> 16;
}

}  // namespace spool::compress
