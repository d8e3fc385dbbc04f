#include "broker/txn/markers.h"

namespace spool::broker::txn {

namespace {

ErrorCode code_of(const Status& status) { return status ? ErrorCode::none : status.error().code(); }

void write_to_group(const MarkerParts& parts, int32_t partition, coordinator::Producer producer,
                    const record::EndTxnMarker& marker, MarkerDone done) {
  parts.groups.with_partition(partition, [producer, marker, done = std::move(done)](
                                             ErrorCode error, group::Turn* turn) mutable {
    if (turn == nullptr) return done(error);
    error = turn->coordinator.end_transaction(turn->now, producer, marker);
    turn->outlet.when_safe([error, done = std::move(done)](const Status& flushed) mutable {
      done(error == ErrorCode::none ? code_of(flushed) : error);
    });
  });
}

}  // namespace

void write_marker(const MarkerParts& parts, const std::string& topic_name, int32_t partition,
                  coordinator::Producer producer, const record::EndTxnMarker& marker,
                  MarkerDone done) {
  const auto topic = parts.topics.find(topic_name);
  Replica* replica = topic ? topic->partition(partition) : nullptr;
  if (replica == nullptr) return done(ErrorCode::unknown_topic_or_partition);
  if (topic_name == group::kOffsetsTopic)
    return write_to_group(parts, partition, producer, marker, std::move(done));
  Buffer batch = record::make_end_txn_marker(Offset(0), kNoLeaderEpoch, producer.id, producer.epoch,
                                             parts.clock.wall_ms(), marker);
  const auto written = replica->append(batch, storage::AppendOrigin::coordinator);
  if (!written) return done(written.error().code());
  switch (replica->flush_need()) {
    case Replica::FlushNeed::none:
      return done(ErrorCode::none);
    case Replica::FlushNeed::later:
      replica->flush_later(parts.workers);
      return done(ErrorCode::none);
    case Replica::FlushNeed::before_answer:
      return replica->flush_then(
          parts.workers,
          [done = std::move(done)](const Status& flushed) mutable { done(code_of(flushed)); });
  }
}

}  // namespace spool::broker::txn
