#include "core/protocol/messages/api_versions.h"
#include "core/protocol/messages/delete_records.h"
#include "core/protocol/messages/describe_producers.h"
#include "core/protocol/messages/describe_topic_partitions.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/header.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/offset_for_leader_epoch.h"
#include "core/protocol/messages/produce.h"
#include "core/protocol/messages/sasl_authenticate.h"
#include "core/protocol/messages/sasl_handshake.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMAS(Produce)
SPOOL_SCHEMAS(Fetch)
SPOOL_SCHEMAS(ListOffsets)
SPOOL_SCHEMAS(Metadata)
SPOOL_SCHEMAS(FindCoordinator)
SPOOL_SCHEMAS(SaslHandshake)
SPOOL_SCHEMAS(ApiVersions)
SPOOL_SCHEMAS(DeleteRecords)
SPOOL_SCHEMAS(OffsetForLeaderEpoch)
SPOOL_SCHEMAS(SaslAuthenticate)
SPOOL_SCHEMAS(DescribeProducers)
SPOOL_SCHEMAS(DescribeTopicPartitions)
SPOOL_SCHEMA(RequestHeader)
SPOOL_SCHEMA(ResponseHeader)

}  // namespace spool::protocol
