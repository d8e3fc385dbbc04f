#include "core/protocol/messages/add_raft_voter.h"
#include "core/protocol/messages/alter_partition.h"
#include "core/protocol/messages/alter_partition_reassignments.h"
#include "core/protocol/messages/assign_replicas_to_dirs.h"
#include "core/protocol/messages/begin_quorum_epoch.h"
#include "core/protocol/messages/broker_heartbeat.h"
#include "core/protocol/messages/broker_registration.h"
#include "core/protocol/messages/controller_registration.h"
#include "core/protocol/messages/describe_cluster.h"
#include "core/protocol/messages/describe_quorum.h"
#include "core/protocol/messages/elect_leaders.h"
#include "core/protocol/messages/end_quorum_epoch.h"
#include "core/protocol/messages/envelope.h"
#include "core/protocol/messages/fetch_snapshot.h"
#include "core/protocol/messages/list_partition_reassignments.h"
#include "core/protocol/messages/remove_raft_voter.h"
#include "core/protocol/messages/unregister_broker.h"
#include "core/protocol/messages/unregister_controller.h"
#include "core/protocol/messages/update_features.h"
#include "core/protocol/messages/update_raft_voter.h"
#include "core/protocol/messages/vote.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMAS(ElectLeaders)
SPOOL_SCHEMAS(AlterPartitionReassignments)
SPOOL_SCHEMAS(ListPartitionReassignments)
SPOOL_SCHEMAS(Vote)
SPOOL_SCHEMAS(BeginQuorumEpoch)
SPOOL_SCHEMAS(EndQuorumEpoch)
SPOOL_SCHEMAS(DescribeQuorum)
SPOOL_SCHEMAS(AlterPartition)
SPOOL_SCHEMAS(UpdateFeatures)
SPOOL_SCHEMAS(Envelope)
SPOOL_SCHEMAS(FetchSnapshot)
SPOOL_SCHEMAS(DescribeCluster)
SPOOL_SCHEMAS(BrokerRegistration)
SPOOL_SCHEMAS(BrokerHeartbeat)
SPOOL_SCHEMAS(UnregisterBroker)
SPOOL_SCHEMAS(ControllerRegistration)
SPOOL_SCHEMAS(AssignReplicasToDirs)
SPOOL_SCHEMAS(AddRaftVoter)
SPOOL_SCHEMAS(RemoveRaftVoter)
SPOOL_SCHEMAS(UpdateRaftVoter)
SPOOL_SCHEMAS(UnregisterController)

}  // namespace spool::protocol
