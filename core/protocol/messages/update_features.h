#pragma once

#include "core/protocol/schema.h"

/// UpdateFeatures, API key 57, versions 0-2, flexible.
///
/// v0  KIP-584.
/// v1  KIP-778: upgrade types and validate_only.
/// v2  KIP-1022: no results for single features.
namespace spool::protocol {

struct UpdateFeaturesRequest {
  static constexpr MessageInfo kInfo{.name = "UpdateFeaturesRequest",
                                     .type = MessageType::request,
                                     .api_key = 57,
                                     .versions = {0, 2},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  struct FeatureUpdateKey {
    std::string feature;
    int16_t max_version_level = 0;
    bool allow_downgrade = false;
    int8_t upgrade_type = 1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(FeatureUpdateKey, SPOOL_FIELD(feature, "Feature", {.versions = {0}}),
                SPOOL_FIELD(max_version_level, "MaxVersionLevel", {.versions = {0}}),
                SPOOL_FIELD(allow_downgrade, "AllowDowngrade", {.versions = {0, 0}}),
                SPOOL_FIELD(upgrade_type, "UpgradeType", {.versions = {1}, .default_value = 1}))
  };

  int32_t timeout_ms = 60000;
  std::vector<FeatureUpdateKey> feature_updates;
  bool validate_only = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UpdateFeaturesRequest,
              SPOOL_FIELD(timeout_ms, "timeoutMs", {.versions = {0}, .default_value = 60000}),
              SPOOL_FIELD(feature_updates, "FeatureUpdates", {.versions = {0}}),
              SPOOL_FIELD(validate_only, "ValidateOnly", {.versions = {1}}))
};

struct UpdateFeaturesResponse {
  static constexpr MessageInfo kInfo{.name = "UpdateFeaturesResponse",
                                     .type = MessageType::response,
                                     .api_key = 57,
                                     .versions = {0, 2},
                                     .flexible = {0}};

  struct UpdatableFeatureResult {
    std::string feature;
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(UpdatableFeatureResult, SPOOL_FIELD(feature, "Feature", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<UpdatableFeatureResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UpdateFeaturesResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(results, "Results", {.versions = {0, 1}, .is_ignorable = true}))
};

}  // namespace spool::protocol
