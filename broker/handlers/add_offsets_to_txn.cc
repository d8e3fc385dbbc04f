/// AddOffsetsToTxn: the offsets of a group become part of a transaction (KIP-98): the partition of
/// __consumer_offsets that keeps the group is added to it.
///
/// v0  first    v2  PRODUCER_FENCED    v3  flexible    v4  TRANSACTION_ABORTABLE
///
/// With transaction.version 2 clients do not ask: TxnOffsetCommit adds the partition.

#include "core/protocol/messages/add_offsets_to_txn.h"
#include "broker/group/service.h"
#include "broker/handlers/handlers.h"
#include "broker/txn/request.h"

namespace spool::broker {

using protocol::AddOffsetsToTxnRequest;
using protocol::AddOffsetsToTxnResponse;

namespace {

AddOffsetsToTxnResponse answer_offsets(const Request& request, ErrorCode error) {
  return {.error_code = txn::fenced_code(static_cast<int16_t>(error), request.version)};
}

}  // namespace

void handle_add_offsets_to_txn(Services& services, const Request& request,
                               AddOffsetsToTxnRequest message, Responder respond) {
  services.groups.ensure_topic([&services, &request, message = std::move(message),
                                respond = std::move(respond)](const Status& topic) mutable {
    if (!topic)
      return coordinator::answer_on_loop(
          request, std::move(respond),
          encode_response(request, answer_offsets(request, ErrorCode::coordinator_not_available)));
    const std::string id = message.transactional_id;
    coordinator::answer_in_turn(
        services.transactions, request, id, coordinator::Purpose::look, std::move(respond),
        [&services, &request, message = std::move(message)](txn::Turn& turn) {
          const coordinator::Producer producer{ProducerId(message.producer_id),
                                               ProducerEpoch(message.producer_epoch)};
          const int32_t partition = services.groups.partition_of(message.group_id);
          return answer_offsets(request,
                                turn.coordinator.add_partitions(
                                    turn.now, message.transactional_id, producer,
                                    {{std::string(group::kOffsetsTopic), {partition}}}, 0));
        },
        [&request](ErrorCode error) { return answer_offsets(request, error); });
  });
}

}  // namespace spool::broker
