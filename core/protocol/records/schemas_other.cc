#include "core/protocol/records/consumer_protocol.h"
#include "core/protocol/records/control.h"
#include "core/protocol/records/principal.h"
#include "core/protocol/records/raft.h"
#include "core/protocol/records/share.h"
#include "core/protocol/records/storage.h"
#include "core/protocol/records/transaction.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMA(TransactionLogKey)
SPOOL_SCHEMA(TransactionLogValue)
SPOOL_SCHEMA(ShareSnapshotKey)
SPOOL_SCHEMA(ShareSnapshotValue)
SPOOL_SCHEMA(ShareUpdateKey)
SPOOL_SCHEMA(ShareUpdateValue)
SPOOL_SCHEMA(QuorumStateData)
SPOOL_SCHEMA(ControlRecordTypeSchema)
SPOOL_SCHEMA(EndTxnMarker)
SPOOL_SCHEMA(LeaderChangeMessage)
SPOOL_SCHEMA(SnapshotHeaderRecord)
SPOOL_SCHEMA(SnapshotFooterRecord)
SPOOL_SCHEMA(KRaftVersionRecord)
SPOOL_SCHEMA(VotersRecord)
SPOOL_SCHEMA(AbortedTxn)
SPOOL_SCHEMA(ConsumerProtocolSubscription)
SPOOL_SCHEMA(ConsumerProtocolAssignment)
SPOOL_SCHEMA(DefaultPrincipalData)
SPOOL_SCHEMA(ProducerSnapshot)
SPOOL_SCHEMA(RemoteLogSegmentMetadataRecord)
SPOOL_SCHEMA(RemoteLogSegmentMetadataUpdateRecord)
SPOOL_SCHEMA(RemotePartitionDeleteMetadataRecord)
SPOOL_SCHEMA(RemoteLogSegmentMetadataSnapshotRecord)

}  // namespace spool::protocol
