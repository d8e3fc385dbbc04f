#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace spool {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78): v2 batches and producer snapshots. Uses the processor's
/// instruction where there is one, tables elsewhere. crc32c("123456789") is 0xE3069283.
/// previous  the result over the bytes before, 0 at the start
uint32_t crc32c(BytesView bytes, uint32_t previous = 0);

/// The same value by tables alone, as on a processor without the instruction.
uint32_t crc32c_by_table(BytesView bytes, uint32_t previous = 0);

/// CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320): legacy messages and gzip. crc32("123456789") is 0xCBF43926.
uint32_t crc32(BytesView bytes, uint32_t previous = 0);

}  // namespace spool
