/// InitProducerId: an identity for an idempotent producer (KIP-98): a new producer id with epoch 0,
/// whatever it had before; or for a transactional one, from the coordinator of its transactional
/// id, which fences its predecessors.
///
/// v0  first    v2  flexible    v3  KIP-360: producer id and epoch of the caller    v4
/// PRODUCER_FENCED    v5  KIP-890

#include "core/protocol/messages/init_producer_id.h"
#include "broker/handlers/handlers.h"
#include "broker/topics/producer_ids.h"
#include "broker/txn/request.h"

namespace spool::broker {

using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;

namespace {

constexpr int16_t kInitVersionOfFencing = 4;

InitProducerIdResponse refuse_producer(ErrorCode error) {
  return {.error_code = wire_code(error), .producer_epoch = -1};
}

InitProducerIdResponse new_producer(Services& services) {
  const auto producer_id = services.producer_ids.next();
  if (!producer_id) return refuse_producer(producer_id.error().code());
  return {.producer_id = producer_id->value, .producer_epoch = 0};
}

void init_transactional(Services& services, const Request& request, InitProducerIdRequest message,
                        Responder respond) {
  const std::string id = *message.transactional_id;
  coordinator::answer_in_turn(
      services.transactions, request, id, coordinator::Purpose::write, std::move(respond),
      [&request, message = std::move(message)](txn::Turn& turn) {
        auto response = turn.coordinator.init_producer_id(turn.now, message);
        response.error_code =
            txn::fenced_code(response.error_code, request.version, kInitVersionOfFencing);
        return response;
      },
      refuse_producer);
}

}  // namespace

void handle_init_producer_id(Services& services, const Request& request,
                             InitProducerIdRequest message, Responder respond) {
  // One of them alone says nothing (v3 and later; before, both are -1).
  const bool is_half = (message.producer_id == -1) != (message.producer_epoch == -1);
  if (is_half || (message.transactional_id && message.transactional_id->empty()))
    return respond(encode_response(request, refuse_producer(ErrorCode::invalid_request)));
  if (message.transactional_id && !services.producer_ids.is_empty())
    return init_transactional(services, request, std::move(message), std::move(respond));
  // Taking ids from the metadata log blocks.
  services.workers.submit(
      [&services, &request, message = std::move(message), respond = std::move(respond)]() mutable {
        if (!message.transactional_id)
          return coordinator::answer_on_loop(request, std::move(respond),
                                             encode_response(request, new_producer(services)));
        services.producer_ids.fill();
        init_transactional(services, request, std::move(message), std::move(respond));
      });
}

}  // namespace spool::broker
