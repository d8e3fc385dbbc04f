#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/crc.h"

namespace spool::client {

/// MurmurHash2 with the seed of Kafka's Java client (Utils.murmur2).
inline uint32_t murmur2(BytesView key) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMix = 0x5bd1e995;
  const auto length = static_cast<uint32_t>(key.size());
  uint32_t hash = kSeed ^ length;
  const uint8_t* at = key.data();
  for (uint32_t words = length / 4; words > 0; --words, at += 4) {
    uint32_t word;
    std::memcpy(&word, at, sizeof word);
    word *= kMix;
    word ^= word >> 24;
    word *= kMix;
    hash = hash * kMix ^ word;
  }
  const uint32_t rest = length % 4;
  if (rest == 3) hash ^= uint32_t{at[2]} << 16;
  if (rest >= 2) hash ^= uint32_t{at[1]} << 8;
  if (rest >= 1) {
    hash ^= at[0];
    hash *= kMix;
  }
  hash ^= hash >> 13;
  hash *= kMix;
  return hash ^ hash >> 15;
}

/// How a record without an explicit partition finds one.
enum class Partitioner : uint8_t {
  murmur2,      ///< by key as Java's clients and librdkafka's murmur2_random; else sticky (KIP-480)
  crc32,        ///< by key as librdkafka's default, consistent_random; an empty key is none
  fnv1a,        ///< by key as librdkafka's fnv1a_random and Sarama
  random,       ///< any, whatever the key
  round_robin,  ///< one after the other, whatever the key
};

/// The partition that Kafka's default partitioner gives a key; an empty key counts as a key.
inline int32_t partition_of_key(BytesView key, int32_t partitions_count) {
  return static_cast<int32_t>(murmur2(key) & 0x7fffffff) % partitions_count;
}

/// librdkafka's consistent partitioner (rd_kafka_msg_partitioner_consistent).
inline int32_t partition_by_crc32(BytesView key, int32_t partitions_count) {
  return static_cast<int32_t>(crc32(key) % static_cast<uint32_t>(partitions_count));
}

/// librdkafka's fnv1a partitioner; the absolute value is for Sarama's sake (rd_fnv1a).
inline int32_t partition_by_fnv1a(BytesView key, int32_t partitions_count) {
  uint32_t hash = 0x811c9dc5;
  for (const uint8_t byte : key) hash = (hash ^ byte) * 0x01000193;
  if (hash >> 31 != 0) hash = 0 - hash;
  return static_cast<int32_t>(hash % static_cast<uint32_t>(partitions_count));
}

}  // namespace spool::client
