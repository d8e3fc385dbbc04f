/// EndTxn: commits or aborts a transaction (KIP-98). Answered when its markers are written.
///
/// v0  first    v2  PRODUCER_FENCED    v3  flexible    v4  TRANSACTION_ABORTABLE
/// v5  KIP-890: the producer goes on with the id and epoch of the answer

#include "core/protocol/messages/end_txn.h"
#include "broker/handlers/handlers.h"
#include "broker/txn/request.h"

namespace spool::broker {

using protocol::EndTxnRequest;
using protocol::EndTxnResponse;

namespace {

Response answer_end(const Request& request, EndTxnResponse response) {
  response.error_code = txn::fenced_code(response.error_code, request.version);
  return encode_response(request, response);
}

}  // namespace

void handle_end_txn(Services& services, const Request& request, EndTxnRequest message,
                    Responder respond) {
  const std::string id = message.transactional_id;
  services.transactions.with_id(
      id, coordinator::Purpose::look,
      [&request, message = std::move(message), respond = std::move(respond)](
          ErrorCode error, txn::Turn* turn) mutable {
        if (turn == nullptr)
          return coordinator::answer_on_loop(
              request, std::move(respond),
              answer_end(request, {.error_code = static_cast<int16_t>(error)}));
        turn->coordinator.end(
            turn->now, message, request.version,
            [&request, outlet = turn->outlet,
             respond = std::move(respond)](const EndTxnResponse& response) mutable {
              outlet.send(request, std::move(respond), answer_end(request, response));
            });
      });
}

}  // namespace spool::broker
