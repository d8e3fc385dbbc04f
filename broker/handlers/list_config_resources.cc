/// ListConfigResources: what DescribeConfigs can be asked about.
///
/// v0  client metrics subscriptions only     v1  by type, all types when none is named
///
/// Topics and nodes are all listed, groups and subscriptions only with settings of their own. A
/// type that is none is answered 35 for the whole request.

#include <algorithm>
#include <array>

#include "broker/handlers/describe_configs.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/store.h"
#include "broker/topics/topic_table.h"
#include "core/protocol/messages/list_config_resources.h"

namespace spool::broker {

using protocol::ListConfigResourcesRequest;
using protocol::ListConfigResourcesResponse;

namespace {

constexpr int8_t kTopic = 2;
constexpr int8_t kBroker = 4;
constexpr int8_t kClientMetrics = 16;
constexpr int8_t kGroup = 32;
/// In the order in which they are listed.
constexpr std::array<int8_t, 5> kTypes = {kGroup, kClientMetrics, kBrokerLogger, kBroker, kTopic};

void add_configured(const Services& services, ConfigResourceType type,
                    ListConfigResourcesResponse& response) {
  const auto image = services.metadata.read();
  for (const auto& [resource, values] : image->all_configs())
    if (resource.type == type && !values.empty())
      response.config_resources.push_back({resource.name, static_cast<int8_t>(type), {}});
}

void add(const Services& services, int8_t type, ListConfigResourcesResponse& response) {
  switch (type) {
    case kTopic:
      for (const auto& topic : services.topics.all())
        response.config_resources.push_back({topic->name, type, {}});
      return;
    case kBroker:
    case kBrokerLogger:
      response.config_resources.push_back({std::to_string(services.node_id), type, {}});
      return;
    default:
      add_configured(services, static_cast<ConfigResourceType>(type), response);
  }
}

}  // namespace

ListConfigResourcesResponse handle_list_config_resources(
    Services& services, const Request& request, const ListConfigResourcesRequest& message) {
  ListConfigResourcesResponse response;
  std::vector<int8_t> asked = message.resource_types;
  if (request.version == 0) asked = {kClientMetrics};
  for (const int8_t type : asked) {
    if (std::ranges::find(kTypes, type) != kTypes.end()) continue;
    response.error_code = static_cast<int16_t>(ErrorCode::unsupported_version);
    return response;
  }
  for (const int8_t type : kTypes)
    if (asked.empty() || std::ranges::find(asked, type) != asked.end())
      add(services, type, response);
  return response;
}

}  // namespace spool::broker
