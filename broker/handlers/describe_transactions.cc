/// DescribeTransactions: what the coordinators know of transactional ids (KIP-664).

#include "core/protocol/messages/describe_transactions.h"
#include "broker/handlers/handlers.h"
#include "broker/txn/request.h"

namespace spool::broker {

using protocol::DescribeTransactionsRequest;
using protocol::DescribeTransactionsResponse;
using DescribedTransaction = DescribeTransactionsResponse::TransactionState;

void handle_describe_transactions(Services& services, const Request& request,
                                  DescribeTransactionsRequest message, Responder respond) {
  const auto ids =
      std::make_shared<const std::vector<std::string>>(std::move(message.transactional_ids));
  coordinator::ask_each<DescribedTransaction>(
      services.transactions, request, *ids, coordinator::Purpose::look,
      [ids](ErrorCode error, txn::Turn* turn, size_t index) {
        if (turn != nullptr) return turn->coordinator.describe((*ids)[index]);
        DescribedTransaction refused;
        refused.error_code = static_cast<int16_t>(error);
        refused.transactional_id = (*ids)[index];
        return refused;
      },
      [&request,
       respond = std::move(respond)](std::vector<DescribedTransaction> described) mutable {
        DescribeTransactionsResponse response;
        response.transaction_states = std::move(described);
        respond(encode_response(request, response));
      });
}

}  // namespace spool::broker
