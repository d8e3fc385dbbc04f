/// DescribeCluster: cluster id, controller and brokers.
///
/// v0  brokers     v1  endpoint type: 1 brokers, 2 controllers     v2  fenced brokers when asked
///
/// A broker's listener tells of brokers only: asked for controllers it answers 114, for any other
/// type 115. The listener that the request came by decides which address is told.

#include "core/protocol/messages/describe_cluster.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/store.h"
#include "broker/topics/topic_view.h"
#include "core/base/text.h"

namespace spool::broker {

using protocol::DescribeClusterRequest;
using protocol::DescribeClusterResponse;

namespace {

constexpr int8_t kBrokers = 1;
constexpr int8_t kControllers = 2;

DescribeClusterResponse refuse(int8_t endpoint_type) {
  DescribeClusterResponse response;
  if (endpoint_type == kControllers) {
    response.error_code = static_cast<int16_t>(ErrorCode::mismatched_endpoint_type);
    response.error_message =
        "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type "
        "CONTROLLER";
  } else {
    response.error_code = static_cast<int16_t>(ErrorCode::unsupported_endpoint_type);
    response.error_message = concat("Unsupported endpoint type ", static_cast<int>(endpoint_type));
  }
  return response;
}

/// Registered brokers that are not this process: left over in a directory that came from a cluster.
void add_fenced(const Services& services, const std::string& listener_name,
                DescribeClusterResponse& response) {
  const auto image = services.metadata.read();
  for (const auto& [id, broker] : image->brokers()) {
    if (id == services.node_id || !broker.is_fenced) continue;
    for (const EndpointImage& endpoint : broker.endpoints)
      if (endpoint.name == listener_name)
        response.brokers.push_back({id, endpoint.host, endpoint.port, broker.rack, true, {}});
  }
}

}  // namespace

DescribeClusterResponse handle_describe_cluster(Services& services, const Request& request,
                                                const DescribeClusterRequest& message) {
  if (message.endpoint_type != kBrokers) return refuse(message.endpoint_type);
  DescribeClusterResponse response;
  const Endpoint& endpoint = services.endpoints[request.endpoint_index];
  response.cluster_id = services.cluster_id;
  response.controller_id = services.node_id;
  response.brokers.push_back(
      {services.node_id, endpoint.host, endpoint.port, broker_rack(services.config), false, {}});
  if (message.include_fenced_brokers) add_fenced(services, endpoint.listener_name, response);
  if (message.include_cluster_authorized_operations)
    response.cluster_authorized_operations = kAllClusterOperations;
  return response;
}

}  // namespace spool::broker
