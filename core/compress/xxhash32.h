#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace spool::compress {

/// xxHash, 32 bits, seed 0: the checksum of lz4 frame headers and blocks. xxhash32("") is
/// 0x02CC5D05.
uint32_t xxhash32(BytesView bytes);

}  // namespace spool::compress
