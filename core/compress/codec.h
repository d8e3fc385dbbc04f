#pragma once

#include <cstdint>

namespace spool::compress {

/// Codec ids as they stand in the attributes of batches and legacy messages.
enum class Codec : int8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

}  // namespace spool::compress
