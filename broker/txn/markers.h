#pragma once

/// Writing the markers that end transactions, into any partition of this broker.

#include <functional>

#include "broker/coordinator/record.h"
#include "broker/group/service.h"
#include "broker/topics/topic_table.h"
#include "core/base/clock.h"
#include "core/net/worker_pool.h"

namespace spool::broker::txn {

/// What it takes; outlives every marker under way.
struct MarkerParts {
  const Clock& clock;
  TopicTable& topics;
  net::WorkerPool& workers;
  group::Service& groups;
};

using MarkerDone = std::move_only_function<void(ErrorCode)>;

/// Ends the producer's transaction in one partition. A partition of __consumer_offsets gets its
/// marker by its coordinator, for whom the offsets of the transaction count from then on.
/// done  called once, on any thread, when the marker is as safe as the partition's settings ask:
///       none; unknown_topic_or_partition; invalid_producer_epoch, transaction_coordinator_fenced
///       when the partition knows of something newer; or why it could not be written
void write_marker(const MarkerParts& parts, const std::string& topic, int32_t partition,
                  coordinator::Producer producer, const record::EndTxnMarker& marker,
                  MarkerDone done);

}  // namespace spool::broker::txn
