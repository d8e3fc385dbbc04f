#pragma once

/// What writer and reader of the framed codecs agree on.

#include <array>
#include <cstdint>
#include <cstring>

#include "core/base/bytes.h"

namespace spool::compress {

/// xerial snappy framing: magic, version, minimum compatible version; then [int32 BE length, raw
/// block]...
inline constexpr std::array<uint8_t, 16> kSnappyHeader = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0,
                                                          0,    0,   0,   1,   0,   0,   0,   1};
inline constexpr size_t kSnappyMagicBytes = 8;
inline constexpr size_t kSnappyBlockBytes = 32768;
inline constexpr int64_t kSnappyChunkBytesMax = 512 << 20;

/// lz4 frame: magic (LE), FLG, BD, HC; then [uint32 LE size, block]..., top bit of size = stored;
/// size 0 = end.
inline constexpr uint32_t kLz4Magic = 0x184D2204;
inline constexpr uint8_t kLz4Flg = 0x60;  ///< version 01, independent blocks, nothing else
inline constexpr uint8_t kLz4Bd = 0x40;   ///< blocks of 64 KiB
inline constexpr size_t kLz4BlockBytes = 65536;
inline constexpr uint32_t kLz4Stored = 0x80000000;

inline uint32_t load_le32(const uint8_t* from) {
  uint32_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
inline void store_le32(uint8_t* to, uint32_t value) { std::memcpy(to, &value, sizeof value); }

}  // namespace spool::compress
