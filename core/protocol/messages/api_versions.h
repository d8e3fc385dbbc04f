#pragma once

#include "core/protocol/schema.h"

/// ApiVersions, API key 18, versions 0-5, flexible from 3.
///
/// v0  also answers any version it does not know, with UNSUPPORTED_VERSION (KIP-511).
/// v1  KIP-124: throttle time.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  KIP-482: flexible body (the response header stays version 0); KIP-511: client name and
///     version; KIP-584: features.
/// v4  KIP-584: features whose minimum is 0 are listed too.
/// v5  KIP-1242: cluster id and node id the client expects.
namespace spool::protocol {

struct ApiVersionsRequest {
  static constexpr MessageInfo kInfo{.name = "ApiVersionsRequest",
                                     .type = MessageType::request,
                                     .api_key = 18,
                                     .versions = {0, 5},
                                     .flexible = {3},
                                     .listeners = kAnyListener};

  std::string client_software_name;
  std::string client_software_version;
  std::optional<std::string> cluster_id;
  int32_t node_id = -1;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      ApiVersionsRequest,
      SPOOL_FIELD(client_software_name, "ClientSoftwareName",
                  {.versions = {3}, .is_ignorable = true}),
      SPOOL_FIELD(client_software_version, "ClientSoftwareVersion",
                  {.versions = {3}, .is_ignorable = true}),
      SPOOL_FIELD(cluster_id, "ClusterId",
                  {.versions = {5}, .nullable = {5}, .default_value = kNull, .is_ignorable = true}),
      SPOOL_FIELD(node_id, "NodeId", {.versions = {5}, .default_value = -1, .is_ignorable = true}))
};

struct ApiVersionsResponse {
  static constexpr MessageInfo kInfo{.name = "ApiVersionsResponse",
                                     .type = MessageType::response,
                                     .api_key = 18,
                                     .versions = {0, 5},
                                     .flexible = {3}};

  struct ApiVersion {
    int16_t api_key = 0;
    int16_t min_version = 0;
    int16_t max_version = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ApiVersion, SPOOL_FIELD(api_key, "ApiKey", {.versions = {0}}),
                SPOOL_FIELD(min_version, "MinVersion", {.versions = {0}}),
                SPOOL_FIELD(max_version, "MaxVersion", {.versions = {0}}))
  };

  struct SupportedFeatureKey {
    std::string name;
    int16_t min_version = 0;
    int16_t max_version = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(SupportedFeatureKey, SPOOL_FIELD(name, "Name", {.versions = {3}}),
                SPOOL_FIELD(min_version, "MinVersion", {.versions = {3}}),
                SPOOL_FIELD(max_version, "MaxVersion", {.versions = {3}}))
  };

  struct FinalizedFeatureKey {
    std::string name;
    int16_t max_version_level = 0;
    int16_t min_version_level = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(FinalizedFeatureKey, SPOOL_FIELD(name, "Name", {.versions = {3}}),
                SPOOL_FIELD(max_version_level, "MaxVersionLevel", {.versions = {3}}),
                SPOOL_FIELD(min_version_level, "MinVersionLevel", {.versions = {3}}))
  };

  int16_t error_code = 0;
  std::vector<ApiVersion> api_keys;
  int32_t throttle_time_ms = 0;
  std::vector<SupportedFeatureKey> supported_features;
  int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeatureKey> finalized_features;
  bool zk_migration_ready = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ApiVersionsResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(api_keys, "ApiKeys", {.versions = {0}}),
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(supported_features, "SupportedFeatures",
                          {.versions = {3}, .tag = 0, .is_ignorable = true}),
              SPOOL_FIELD(finalized_features_epoch, "FinalizedFeaturesEpoch",
                          {.versions = {3}, .tag = 1, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(finalized_features, "FinalizedFeatures",
                          {.versions = {3}, .tag = 2, .is_ignorable = true}),
              SPOOL_FIELD(zk_migration_ready, "ZkMigrationReady",
                          {.versions = {3}, .tag = 3, .is_ignorable = true}))
};

}  // namespace spool::protocol
