#include "core/protocol/messages/add_offsets_to_txn.h"
#include "core/protocol/messages/add_partitions_to_txn.h"
#include "core/protocol/messages/allocate_producer_ids.h"
#include "core/protocol/messages/describe_transactions.h"
#include "core/protocol/messages/end_txn.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/list_transactions.h"
#include "core/protocol/messages/txn_offset_commit.h"
#include "core/protocol/messages/write_txn_markers.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMAS(InitProducerId)
SPOOL_SCHEMAS(AddPartitionsToTxn)
SPOOL_SCHEMAS(AddOffsetsToTxn)
SPOOL_SCHEMAS(EndTxn)
SPOOL_SCHEMAS(WriteTxnMarkers)
SPOOL_SCHEMAS(TxnOffsetCommit)
SPOOL_SCHEMAS(DescribeTransactions)
SPOOL_SCHEMAS(ListTransactions)
SPOOL_SCHEMAS(AllocateProducerIds)

}  // namespace spool::protocol
