/// UpdateFeatures: raises or lowers the levels of features such as metadata.version (KIP-584). All
/// updates of a request are made, or none (95).
///
/// v0  downgrades are allowed or not     v1  upgrade, safe or unsafe downgrade; validate only
/// v2  no result a feature
///
/// metadata.version goes up only: a level once written may be needed to read the log. Up to 25
/// every Kafka 4.x can still open the directory, so raising it is a step that cannot be undone.

#include "broker/handlers/update_features.h"

#include "broker/handlers/handlers.h"
#include "broker/metadata/features.h"
#include "broker/metadata/record_codec.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/protocol/messages/update_features.h"
#include "core/protocol/records/metadata.h"

namespace spool::broker {

using protocol::UpdateFeaturesRequest;
using protocol::UpdateFeaturesResponse;
using Update = UpdateFeaturesRequest::FeatureUpdateKey;

namespace {

enum UpgradeType : int8_t { kUpgrade = 1, kSafeDowngrade = 2, kUnsafeDowngrade = 3 };

int8_t upgrade_type_of(const Update& update) {
  // Version 0 knows a flag only; its upgrade_type stays at its default.
  return update.allow_downgrade ? int8_t{kSafeDowngrade} : update.upgrade_type;
}

std::string check_direction(const Update& update, int16_t current) {
  const int16_t level = update.max_version_level;
  const int8_t type = upgrade_type_of(update);
  if (level < current && type == kUpgrade)
    return "Can't downgrade the version of this feature without setting the upgrade type to either "
           "safe or unsafe "
           "downgrade.";
  if (level > current && type != kUpgrade) return "Can't downgrade to a newer version.";
  if (update.feature == kKraftFeature && level < current)
    return "Can't downgrade the version of this feature.";
  if (update.feature == kKraftFeature && level != current)
    return "The voters of a directory are fixed or not from its first start on.";
  return {};
}

/// Why the update cannot be; empty when it can.
std::string problem_of(const Update& update, int16_t current, int32_t node_id) {
  const int8_t type = upgrade_type_of(update);
  if (type < kUpgrade || type > kUnsafeDowngrade)
    return "The controller does not support the given upgrade type.";
  if (update.max_version_level < 0) return "A feature version cannot be less than 0.";
  const SupportedFeature* supported = find_supported_feature(update.feature);
  if (supported == nullptr)
    return concat("Local controller ", node_id, " does not support this feature.");
  if (update.max_version_level < supported->min_level ||
      update.max_version_level > supported->max_level)
    return concat("Local controller ", node_id, " only supports versions ", supported->min_level,
                  '-', supported->max_level);
  return check_direction(update, current);
}

std::unexpected<Error> refused(std::string_view why) {
  return fail(
      ErrorCode::invalid_update_version,
      concat("The update failed for all features since the following feature had an error: ", why));
}

}  // namespace

Result<FeatureChanges> plan_feature_updates(const UpdateFeaturesRequest& request,
                                            const MetadataImage& image, int16_t kraft_version,
                                            int32_t node_id) {
  FeatureChanges changes;
  for (const Update& update : request.feature_updates) {
    const int16_t level = update.max_version_level;
    const int16_t current =
        update.feature == kKraftFeature ? kraft_version : image.feature_level(update.feature);
    if (const std::string problem = problem_of(update, current, node_id); !problem.empty())
      return refused(
          concat("Invalid update version ", level, " for feature ", update.feature, ". ", problem));
    if (level == current) continue;
    if (update.feature == kMetadataVersionFeature && level < current)
      return refused(
          concat("Unsupported metadata.version downgrade from ", current, " to ", level,
                 ". Refusing to perform the requested downgrade because it might delete metadata "
                 "information."));
    changes.emplace_back(update.feature, level);
  }
  return changes;
}

namespace {

Status update(Services& services, const UpdateFeaturesRequest& message) {
  FeatureChanges changes;
  {
    const auto image = services.metadata.read();
    TRY_ASSIGN(changes, plan_feature_updates(message, *image, services.metadata.kraft_version(),
                                             services.node_id));
  }
  if (message.validate_only || changes.empty()) return {};
  std::vector<MetadataRecord> records;
  for (auto& [name, level] : changes)
    records.emplace_back(
        protocol::FeatureLevelRecord{.name = std::move(name), .feature_level = level});
  return services.metadata.append(std::move(records));
}

}  // namespace

UpdateFeaturesResponse handle_update_features(Services& services, const Request& request,
                                              const UpdateFeaturesRequest& message) {
  UpdateFeaturesResponse response;
  response.error_message = std::nullopt;
  const Status status = update(services, message);
  if (!status) {
    response.error_code = wire_code(status.error().code());
    response.error_message = std::string(status.error().text());
  } else if (request.version < 2) {
    for (const Update& done : message.feature_updates)
      response.results.push_back({done.feature, 0, "NONE", {}});
  }
  return response;
}

}  // namespace spool::broker
