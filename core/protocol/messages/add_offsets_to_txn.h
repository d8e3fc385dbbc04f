#pragma once

#include "core/protocol/schema.h"

/// AddOffsetsToTxn, API key 25, versions 0-4, flexible from 3.
///
/// v0  KIP-98.
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-588: PRODUCER_FENCED may be answered.
/// v3  KIP-482: flexible.
/// v4  KIP-890: TRANSACTION_ABORTABLE may be answered.
namespace spool::protocol {

struct AddOffsetsToTxnRequest {
  static constexpr MessageInfo kInfo{.name = "AddOffsetsToTxnRequest",
                                     .type = MessageType::request,
                                     .api_key = 25,
                                     .versions = {0, 4},
                                     .flexible = {3},
                                     .listeners = kBrokerListener};

  std::string transactional_id;
  int64_t producer_id = 0;
  int16_t producer_epoch = 0;
  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AddOffsetsToTxnRequest,
              SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {0}}),
              SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
              SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {0}}),
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}))
};

struct AddOffsetsToTxnResponse {
  static constexpr MessageInfo kInfo{.name = "AddOffsetsToTxnResponse",
                                     .type = MessageType::response,
                                     .api_key = 25,
                                     .versions = {0, 4},
                                     .flexible = {3}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AddOffsetsToTxnResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
};

}  // namespace spool::protocol
