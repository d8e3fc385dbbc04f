/// TxnOffsetCommit: a group's positions, which count once the transaction is committed (KIP-98).
///
/// v2  KIP-320: leader epoch    v3  KIP-447: generation, member, instance; flexible
/// v4  TRANSACTION_ABORTABLE    v5  KIP-890: joins the transaction by itself    v6  topic ids
///
/// The transaction's coordinator says whether the transaction goes on, and keeps it from ending
/// until the group's coordinator has written the offsets: behind the marker they would hang.

#include "core/protocol/messages/txn_offset_commit.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"
#include "broker/txn/request.h"

namespace spool::broker {

using protocol::TxnOffsetCommitRequest;
using protocol::TxnOffsetCommitResponse;

namespace {

constexpr int16_t kCommitVersionOfAbortable = 4;
constexpr int16_t kCommitVersionOfImplicitJoin = 5;

TxnOffsetCommitResponse refuse_offsets(const TxnOffsetCommitRequest& message, ErrorCode error) {
  TxnOffsetCommitResponse response;
  for (const auto& topic : message.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    answers.topic_id = topic.topic_id;
    for (const auto& partition : topic.partitions)
      answers.partitions.push_back({partition.partition_index, static_cast<int16_t>(error), {}});
  }
  return response;
}

/// Whether the group's partition is part of the transaction; makes it so from v5 on.
ErrorCode join_with_offsets(const Services& services, const Request& request, txn::Turn& turn,
                            const TxnOffsetCommitRequest& message) {
  const std::string& id = message.transactional_id;
  const std::string topic(group::kOffsetsTopic);
  const int32_t partition = services.groups.partition_of(message.group_id);
  const coordinator::Producer producer{ProducerId(message.producer_id),
                                       ProducerEpoch(message.producer_epoch)};
  ErrorCode error;
  if (request.version >= kCommitVersionOfImplicitJoin) {
    error = turn.coordinator.add_partitions(turn.now, id, producer, {{topic, {partition}}},
                                            txn::kEpochBumps);
  } else {
    error = turn.coordinator.check_ongoing(id, producer);
    if (error == ErrorCode::none && !turn.coordinator.has_partition(id, topic, partition))
      error = request.version >= kCommitVersionOfAbortable ? ErrorCode::transaction_abortable
                                                           : ErrorCode::invalid_txn_state;
  }
  return error == ErrorCode::producer_fenced ? ErrorCode::invalid_producer_epoch : error;
}

void release(Services& services, const std::string& id) {
  services.transactions.with_id(id, coordinator::Purpose::look, [id](ErrorCode, txn::Turn* turn) {
    if (turn != nullptr) turn->coordinator.unpin(id);
  });
}

void commit_offsets(Services& services, const Request& request,
                    std::shared_ptr<const TxnOffsetCommitRequest> message, Responder respond) {
  services.groups.with_id(
      message->group_id, coordinator::Purpose::write,
      [&services, &request, message, respond = std::move(respond)](ErrorCode error,
                                                                   group::Turn* turn) mutable {
        Response response =
            encode_response(request, turn == nullptr ? refuse_offsets(*message, error)
                                                     : turn->coordinator.commit_in_transaction(
                                                           turn->now, *message, request.version));
        release(services, message->transactional_id);
        if (turn == nullptr)
          return coordinator::answer_on_loop(request, std::move(respond), std::move(response));
        turn->outlet.send(request, std::move(respond), std::move(response));
      });
}

}  // namespace

void handle_txn_offset_commit(Services& services, const Request& request,
                              TxnOffsetCommitRequest message, Responder respond) {
  if (message.group_id.empty())
    return respond(encode_response(request, refuse_offsets(message, ErrorCode::invalid_group_id)));
  const auto shared = std::make_shared<const TxnOffsetCommitRequest>(std::move(message));
  services.groups.ensure_topic([&services, &request, shared,
                                respond = std::move(respond)](const Status& topic) mutable {
    if (!topic)
      return coordinator::answer_on_loop(
          request, std::move(respond),
          encode_response(request, refuse_offsets(*shared, ErrorCode::coordinator_not_available)));
    services.transactions.with_id(
        shared->transactional_id, coordinator::Purpose::look,
        [&services, &request, shared, respond = std::move(respond)](ErrorCode error,
                                                                    txn::Turn* turn) mutable {
          if (turn != nullptr) error = join_with_offsets(services, request, *turn, *shared);
          if (error != ErrorCode::none)
            return coordinator::answer_on_loop(
                request, std::move(respond),
                encode_response(request, refuse_offsets(*shared, error)));
          turn->coordinator.pin(shared->transactional_id);
          turn->outlet.when_safe([&services, &request, shared,
                                  respond = std::move(respond)](const Status& flushed) mutable {
            if (!flushed) {
              release(services, shared->transactional_id);
              return coordinator::answer_on_loop(request, std::move(respond), Response::close());
            }
            commit_offsets(services, request, shared, std::move(respond));
          });
        });
  });
}

}  // namespace spool::broker
