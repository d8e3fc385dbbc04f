#pragma once

/// Legacy messages with their checksums, for who shows them.

#include "core/record/legacy.h"

namespace spool::record {

/// As read_legacy(); the stored checksum of each record's message is appended to `crcs`.
Status read_legacy_with_crcs(BytesView bytes, compress::Decompressor& decompressor,
                             size_t decompressed_bytes_max, std::vector<RecordView>& out,
                             std::vector<uint32_t>& crcs);

}  // namespace spool::record
