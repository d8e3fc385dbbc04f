/// ListTransactions: the transactional ids that this broker coordinates (KIP-664).
///
/// v1  KIP-994: only what has been open for longer    v2  KIP-1152: a pattern of the whole id
///
/// A word that is no state's name is told back; it alone lists nothing.

#include <re2/re2.h>

#include "broker/handlers/handlers.h"
#include "broker/txn/request.h"
#include "core/protocol/messages/list_transactions.h"

namespace spool::broker {

using protocol::ListTransactionsRequest;
using protocol::ListTransactionsResponse;

void handle_list_transactions(Services& services, const Request& request,
                              ListTransactionsRequest message, Responder respond) {
  const auto response = std::make_shared<ListTransactionsResponse>();
  for (const std::string& word : message.state_filters)
    if (!txn::is_state_name(word)) response->unknown_state_filters.push_back(word);
  std::function<bool(const std::string&)> matches;
  if (message.transactional_id_pattern && !message.transactional_id_pattern->empty()) {
    RE2::Options options;
    options.set_log_errors(false);
    const auto pattern = std::make_shared<const RE2>(*message.transactional_id_pattern, options);
    if (!pattern->ok()) {
      response->error_code = static_cast<int16_t>(ErrorCode::invalid_regular_expression);
      return respond(encode_response(request, *response));
    }
    matches = [pattern](const std::string& id) { return RE2::FullMatch(id, *pattern); };
  }
  services.transactions.with_all(
      [message = std::move(message), matches, response](ErrorCode error, txn::Turn* turn) {
        if (error != ErrorCode::none) response->error_code = static_cast<int16_t>(error);
        if (turn == nullptr) return;
        for (auto& listed : turn->coordinator.list(turn->now, message, matches))
          response->transaction_states.push_back(std::move(listed));
      },
      [&request, response, respond = std::move(respond)]() mutable {
        if (response->error_code != 0) response->transaction_states.clear();
        std::ranges::sort(response->transaction_states, {},
                          &ListTransactionsResponse::TransactionState::transactional_id);
        coordinator::answer_on_loop(request, std::move(respond),
                                    encode_response(request, *response));
      });
}

}  // namespace spool::broker
