#pragma once

/// Levels of metadata.version from which records or their versions may be written
/// (storage-format 7.6).

#include <cstdint>

namespace spool::broker {

inline constexpr int16_t kLevelMigration = 8;
/// 3.6-IV1: metadata transactions (KIP-868).
inline constexpr int16_t kLevelTransactions = 13;
/// 3.7-IV2: partitions and brokers name their directories (KIP-858).
inline constexpr int16_t kLevelDirectories = 17;
inline constexpr int16_t kLevelElr = 23;
inline constexpr int16_t kLevelCordonedDirs = 30;

}  // namespace spool::broker
