#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "broker/config/config.h"
#include "broker/loggers.h"
#include "broker/metadata/image.h"
#include "core/protocol/messages/describe_configs.h"

namespace spool::broker {

/// A type of config resource beside those of the image: levels of loggers last as long as the
/// process.
inline constexpr int8_t kBrokerLogger = 8;

/// Answers from the image and the static values.
/// has_topic  whether this node serves a topic; a directory read without its metadata log has
/// topics the image lacks
protocol::DescribeConfigsResponse describe_configs(
    const protocol::DescribeConfigsRequest& request, const MetadataImage& image,
    const BrokerConfig& config, const Loggers& loggers, int32_t node_id,
    const std::function<bool(const std::string&)>& has_topic);

}  // namespace spool::broker
