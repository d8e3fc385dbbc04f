#include "core/storage/offset_map.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/check.h"

namespace spool::storage {

namespace {

/// The state of SipHash: four words, mixed by rounds (Aumasson, Bernstein 2012).
struct SipState {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
    v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
    v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
  }
  void take(uint64_t word) {
    v3 ^= word;
    round(), round();
    v0 ^= word;
  }
  uint64_t finish() {
    round(), round(), round(), round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

// Room for this many is always there, so that a load factor of nearly nothing cannot stop a round
// from advancing.
constexpr int64_t kKeysMin = 1;
// Slots a key when there is memory to spare: short runs of collisions.
constexpr double kComfortableLoad = 0.7;

}  // namespace

std::array<uint64_t, 2> siphash128(const HashKey& key, BytesView bytes) {
  SipState state{key.k0 ^ 0x736f6d6570736575, key.k1 ^ 0x646f72616e646f6d ^ 0xee,
                 key.k0 ^ 0x6c7967656e657261, key.k1 ^ 0x7465646279746573};
  const uint8_t* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    state.take(word);
  }
  uint64_t last = uint64_t{bytes.size()} << 56;
  for (size_t i = 0; i < left; ++i) last |= uint64_t{at[i]} << (8 * i);
  state.take(last);
  state.v2 ^= 0xee;
  const uint64_t low = state.finish();
  state.v1 ^= 0xdd;
  return {low, state.finish()};
}

OffsetMap::OffsetMap(const HashKey& hash_key, int64_t memory_bytes, double load_factor,
                     int64_t keys_expected)
    : hash_key_(hash_key) {
  const int64_t slots_max = std::max<int64_t>(memory_bytes / kSlotBytes, kKeysMin + 1);
  const double factor = std::clamp(load_factor, 0.0, 1.0);
  // One slot stays empty, so that every search ends.
  keys_max_ = std::clamp(static_cast<int64_t>(static_cast<double>(slots_max) * factor), kKeysMin,
                         slots_max - 1);
  const double wanted = static_cast<double>(std::max<int64_t>(keys_expected, 1)) / kComfortableLoad;
  slot_count_ = wanted + 1 < static_cast<double>(slots_max) ? static_cast<size_t>(wanted) + 2
                                                            : static_cast<size_t>(slots_max);
  slot_count_ = std::min(slot_count_, static_cast<size_t>(slots_max));
  keys_max_ = std::min(keys_max_, static_cast<int64_t>(slot_count_) - 1);
  // From calloc: pages that no key falls into are never touched.
  slots_.reset(static_cast<Slot*>(std::calloc(slot_count_, sizeof(Slot))));
  CHECK(slots_ != nullptr);
}

// Where the hash is, or the empty slot where it belongs.
OffsetMap::Slot& OffsetMap::slot_of(const Hash& hash) const {
  size_t index = static_cast<size_t>(hash[0] % slot_count_);
  while (slots_[index].offset_plus_one != 0 && slots_[index].hash != hash)
    if (++index == slot_count_) index = 0;
  return slots_[index];
}

bool OffsetMap::put(BytesView key, Offset offset) {
  if (keys_count_ >= keys_max_) return false;
  const Hash hash = siphash128(hash_key_, key);
  Slot& slot = slot_of(hash);
  if (slot.offset_plus_one == 0) ++keys_count_;
  slot = {hash, offset.value + 1};
  raise_latest_offset(offset);
  return true;
}

Offset OffsetMap::find(BytesView key) const {
  return Offset(slot_of(siphash128(hash_key_, key)).offset_plus_one - 1);
}

}  // namespace spool::storage
