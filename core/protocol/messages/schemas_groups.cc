#include "core/protocol/messages/consumer_group_describe.h"
#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/delete_groups.h"
#include "core/protocol/messages/describe_groups.h"
#include "core/protocol/messages/heartbeat.h"
#include "core/protocol/messages/join_group.h"
#include "core/protocol/messages/leave_group.h"
#include "core/protocol/messages/list_groups.h"
#include "core/protocol/messages/offset_commit.h"
#include "core/protocol/messages/offset_delete.h"
#include "core/protocol/messages/offset_fetch.h"
#include "core/protocol/messages/sync_group.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMAS(OffsetCommit)
SPOOL_SCHEMAS(OffsetFetch)
SPOOL_SCHEMAS(JoinGroup)
SPOOL_SCHEMAS(Heartbeat)
SPOOL_SCHEMAS(LeaveGroup)
SPOOL_SCHEMAS(SyncGroup)
SPOOL_SCHEMAS(DescribeGroups)
SPOOL_SCHEMAS(ListGroups)
SPOOL_SCHEMAS(DeleteGroups)
SPOOL_SCHEMAS(OffsetDelete)
SPOOL_SCHEMAS(ConsumerGroupHeartbeat)
SPOOL_SCHEMAS(ConsumerGroupDescribe)

}  // namespace spool::protocol
