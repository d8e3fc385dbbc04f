#pragma once

/// The latest offset of every key in the part of a log that a compaction round looks at
/// (storage-format 6.5).
///
/// Keys are told apart by a 128-bit hash, as in Kafka; but the hash is keyed with a number that
/// nobody outside knows (SipHash-2-4), so that no two keys can be made to collide and take each
/// other's records away. A slot takes 24 bytes: hash and offset; collisions of slots go to the next
/// one.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/types.h"

namespace spool::storage {

struct HashKey {
  uint64_t k0 = 0;
  uint64_t k1 = 0;
};

/// SipHash-2-4 with 128 bits of result.
std::array<uint64_t, 2> siphash128(const HashKey& key, BytesView bytes);

class OffsetMap {
 public:
  static constexpr int64_t kSlotBytes = 24;

  /// memory_bytes   what the slots may take at most: memory_bytes / 24 of them
  /// load_factor    share of these slots that may be filled
  /// keys_expected  no more keys than this will come; a smaller table then does
  OffsetMap(const HashKey& hash_key, int64_t memory_bytes, double load_factor,
            int64_t keys_expected);

  /// Remembers the offset, which is above all before it. False: the map is full, nothing changed.
  bool put(BytesView key, Offset offset);
  /// kNoOffset for a key that was never put.
  Offset find(BytesView key) const;

  /// Everything up to this offset has been looked at; kNoOffset before the first.
  Offset latest_offset() const { return latest_offset_; }
  void raise_latest_offset(Offset offset) { latest_offset_ = std::max(latest_offset_, offset); }
  int64_t keys_count() const { return keys_count_; }
  int64_t memory_bytes() const { return static_cast<int64_t>(slot_count_) * kSlotBytes; }

 private:
  using Hash = std::array<uint64_t, 2>;
  struct Slot {
    Hash hash;
    int64_t offset_plus_one;  // 0: empty
  };
  struct FreeSlots {
    void operator()(Slot* slots) const { std::free(slots); }
  };
  Slot& slot_of(const Hash& hash) const;

  HashKey hash_key_;
  int64_t keys_max_;
  size_t slot_count_;
  std::unique_ptr<Slot[], FreeSlots> slots_;
  int64_t keys_count_ = 0;
  Offset latest_offset_ = kNoOffset;
};

}  // namespace spool::storage
