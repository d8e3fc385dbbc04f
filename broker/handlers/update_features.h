#pragma once

#include <utility>
#include <vector>

#include "broker/metadata/image.h"
#include "core/base/error.h"
#include "core/protocol/messages/update_features.h"

namespace spool::broker {

/// Levels to write: feature and new level, only those that change.
using FeatureChanges = std::vector<std::pair<std::string, int16_t>>;

/// Checks all updates of a request against the image; changes nothing.
/// kraft_version  of the metadata log: that level is not in the image
/// errors  invalid_update_version in Kafka's words
Result<FeatureChanges> plan_feature_updates(const protocol::UpdateFeaturesRequest& request,
                                            const MetadataImage& image, int16_t kraft_version,
                                            int32_t node_id);

}  // namespace spool::broker
