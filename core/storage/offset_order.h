#pragma once

/// Which entries of a segment are out of order when offsets do not increase.
///
/// Base offsets lie outside the CRC, and a page of a file can be there twice: a whole entry can
/// claim offsets that others have, or lie where it does not belong. The longest chain of entries
/// whose offsets increase, of several the one with the fewest holes, is taken for true; a hole that
/// the entries left out there fill exactly is none. Of two batches with one body at different
/// offsets one is a copy. What is left out of the chain is one of these, the first that fits:
///
///   * a copy of one in the chain;
///   * an entry with a wrong base offset, where it, with others left out beside it, fills the hole
///   between the neighbours exactly: its base offset is put right;
///   * an entry in a wrong place (a copied page may be all that is left of the original), where
///   nobody else has its offsets: it goes where they belong;
///   * a copy of one in the chain with another base offset;
///   * one that cannot be placed.

#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/file.h"
#include "core/storage/log_scan.h"

namespace spool::storage {

struct OrderDecision {
  enum class Kind : uint8_t { duplicate, rebase, move, unplaceable };
  int64_t file_pos = 0;
  Kind kind = Kind::unplaceable;
  Offset base_offset;   ///< as the file has it
  Offset fixed_offset;  ///< rebase: what the base offset was
};

/// A whole entry as far as order goes.
struct OrderedEntry {
  int64_t file_pos = 0;
  Offset base_offset;
  Offset last_offset;
  uint32_t crc = 0;
};

/// entries  in file order
/// bounds   offsets outside of them are out of order by themselves
std::vector<OrderDecision> decide_order(const std::vector<OrderedEntry>& entries,
                                        const ScanOptions& bounds);

/// Scans the file and decides; at most kOrderedEntriesMax entries are looked at.
inline constexpr size_t kOrderedEntriesMax = 1 << 20;
Result<std::vector<OrderDecision>> decide_order(const File& file, const ScanOptions& bounds);

/// The stored checksum of an entry.
uint32_t entry_crc(const EntryHeader& header, BytesView entry);

}  // namespace spool::storage
