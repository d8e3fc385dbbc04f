#include "core/protocol/messages/alter_share_group_offsets.h"
#include "core/protocol/messages/delete_share_group_offsets.h"
#include "core/protocol/messages/delete_share_group_state.h"
#include "core/protocol/messages/describe_share_group_offsets.h"
#include "core/protocol/messages/initialize_share_group_state.h"
#include "core/protocol/messages/read_share_group_state.h"
#include "core/protocol/messages/read_share_group_state_summary.h"
#include "core/protocol/messages/share_acknowledge.h"
#include "core/protocol/messages/share_fetch.h"
#include "core/protocol/messages/share_group_describe.h"
#include "core/protocol/messages/share_group_heartbeat.h"
#include "core/protocol/messages/write_share_group_state.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMAS(ShareGroupHeartbeat)
SPOOL_SCHEMAS(ShareGroupDescribe)
SPOOL_SCHEMAS(ShareFetch)
SPOOL_SCHEMAS(ShareAcknowledge)
SPOOL_SCHEMAS(InitializeShareGroupState)
SPOOL_SCHEMAS(ReadShareGroupState)
SPOOL_SCHEMAS(WriteShareGroupState)
SPOOL_SCHEMAS(DeleteShareGroupState)
SPOOL_SCHEMAS(ReadShareGroupStateSummary)
SPOOL_SCHEMAS(DescribeShareGroupOffsets)
SPOOL_SCHEMAS(AlterShareGroupOffsets)
SPOOL_SCHEMAS(DeleteShareGroupOffsets)

}  // namespace spool::protocol
