#include "core/protocol/records/metadata.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMA(RegisterBrokerRecord)
SPOOL_SCHEMA(UnregisterBrokerRecord)
SPOOL_SCHEMA(TopicRecord)
SPOOL_SCHEMA(PartitionRecord)
SPOOL_SCHEMA(ConfigRecord)
SPOOL_SCHEMA(PartitionChangeRecord)
SPOOL_SCHEMA(FenceBrokerRecord)
SPOOL_SCHEMA(UnfenceBrokerRecord)
SPOOL_SCHEMA(RemoveTopicRecord)
SPOOL_SCHEMA(DelegationTokenRecord)
SPOOL_SCHEMA(UserScramCredentialRecord)
SPOOL_SCHEMA(FeatureLevelRecord)
SPOOL_SCHEMA(ClientQuotaRecord)
SPOOL_SCHEMA(ProducerIdsRecord)
SPOOL_SCHEMA(BrokerRegistrationChangeRecord)
SPOOL_SCHEMA(AccessControlEntryRecord)
SPOOL_SCHEMA(RemoveAccessControlEntryRecord)
SPOOL_SCHEMA(NoOpRecord)
SPOOL_SCHEMA(ZkMigrationStateRecord)
SPOOL_SCHEMA(RemoveUserScramCredentialRecord)
SPOOL_SCHEMA(BeginTransactionRecord)
SPOOL_SCHEMA(EndTransactionRecord)
SPOOL_SCHEMA(AbortTransactionRecord)
SPOOL_SCHEMA(RemoveDelegationTokenRecord)
SPOOL_SCHEMA(RegisterControllerRecord)
SPOOL_SCHEMA(ClearElrRecord)
SPOOL_SCHEMA(UnregisterControllerRecord)

}  // namespace spool::protocol
