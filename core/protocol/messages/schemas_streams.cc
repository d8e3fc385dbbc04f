#include "core/protocol/messages/streams_group_describe.h"
#include "core/protocol/messages/streams_group_heartbeat.h"
#include "core/protocol/messages/streams_group_topology_description_update.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMAS(StreamsGroupHeartbeat)
SPOOL_SCHEMAS(StreamsGroupDescribe)
SPOOL_SCHEMAS(StreamsGroupTopologyDescriptionUpdate)

}  // namespace spool::protocol
