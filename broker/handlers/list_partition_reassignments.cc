/// ListPartitionReassignments: partitions that are on their way to other brokers (KIP-455). On one
/// node there are none, unknown topics and partitions included: they are left out, as Kafka does.

#include "core/protocol/messages/list_partition_reassignments.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

protocol::ListPartitionReassignmentsResponse handle_list_partition_reassignments(
    Services&, const Request&, const protocol::ListPartitionReassignmentsRequest&) {
  protocol::ListPartitionReassignmentsResponse response;
  response.error_message = std::nullopt;
  return response;
}

}  // namespace spool::broker
