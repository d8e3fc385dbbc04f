/// InitProducerId: an identity for an idempotent producer (KIP-98): a new producer id with epoch 0,
/// or, for one that has an id and wants to go on, the next epoch (KIP-360).
///
/// v0  first    v2  flexible    v3  KIP-360: producer id and epoch of the caller    v4
/// PRODUCER_FENCED    v5  KIP-890
///
/// Transactional producers need the transaction coordinator, which this broker does not have: they
/// are answered 35.

#include "core/protocol/messages/init_producer_id.h"
#include "broker/handlers/handlers.h"
#include "broker/topics/producer_ids.h"

namespace spool::broker {

using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;

InitProducerIdResponse handle_init_producer_id(Services& services, const Request&,
                                               const InitProducerIdRequest& message) {
  InitProducerIdResponse response;
  const auto refuse = [&](ErrorCode error) {
    response.error_code = wire_code(error);
    response.producer_epoch = -1;
    return response;
  };
  // One of them alone says nothing (v3 and later; before, both are -1).
  if ((message.producer_id == -1) != (message.producer_epoch == -1))
    return refuse(ErrorCode::invalid_request);
  if (message.transactional_id)
    return refuse(message.transactional_id->empty() ? ErrorCode::invalid_request
                                                    : ErrorCode::unsupported_version);
  const auto producer_id = services.producer_ids.next();
  if (!producer_id) return refuse(producer_id.error().code());
  response.producer_id = producer_id->value;
  response.producer_epoch = 0;
  return response;
}

}  // namespace spool::broker
