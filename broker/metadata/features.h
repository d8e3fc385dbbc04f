#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "broker/metadata/image.h"

namespace spool::broker {

/// A feature this release can run at the levels min_level..max_level; 0 is "off".
struct SupportedFeature {
  std::string_view name;
  int16_t min_level;
  int16_t max_level;
};

inline constexpr std::string_view kGroupFeature = "group.version";
inline constexpr std::string_view kKraftFeature = "kraft.version";
inline constexpr std::string_view kTransactionFeature = "transaction.version";
/// From this level of group.version on there are groups of KIP-848.
inline constexpr int16_t kGroupVersionOfConsumerGroups = 1;

/// The highest level of transaction.version: every transaction raises its producer's epoch
/// (KIP-890).
inline constexpr int16_t kTransactionVersionMax = 2;

/// What ApiVersions lists and UpdateFeatures accepts, by name.
inline constexpr std::array kSupportedFeatures = {
    SupportedFeature{kGroupFeature, 0, kGroupVersionOfConsumerGroups},
    SupportedFeature{kKraftFeature, 0, 1},
    SupportedFeature{kMetadataVersionFeature, kMetadataVersionMin, kMetadataVersionMax},
    SupportedFeature{kTransactionFeature, 0, kTransactionVersionMax},
};

inline const SupportedFeature* find_supported_feature(std::string_view name) {
  const auto found = std::ranges::find(kSupportedFeatures, name, &SupportedFeature::name);
  return found != kSupportedFeatures.end() ? &*found : nullptr;
}

}  // namespace spool::broker
