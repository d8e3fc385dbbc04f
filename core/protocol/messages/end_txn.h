#pragma once

#include "core/protocol/schema.h"

/// EndTxn, API key 26, versions 0-5, flexible from 3.
///
/// v0  KIP-98.
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-588: PRODUCER_FENCED may be answered.
/// v3  KIP-482: flexible.
/// v4  KIP-890: TRANSACTION_ABORTABLE may be answered.
/// v5  KIP-890: producer id and bumped epoch in the response.
namespace spool::protocol {

struct EndTxnRequest {
  static constexpr MessageInfo kInfo{.name = "EndTxnRequest",
                                     .type = MessageType::request,
                                     .api_key = 26,
                                     .versions = {0, 5},
                                     .flexible = {3},
                                     .listeners = kBrokerListener};

  std::string transactional_id;
  int64_t producer_id = 0;
  int16_t producer_epoch = 0;
  bool committed = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(EndTxnRequest, SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {0}}),
              SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
              SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {0}}),
              SPOOL_FIELD(committed, "Committed", {.versions = {0}}))
};

struct EndTxnResponse {
  static constexpr MessageInfo kInfo{.name = "EndTxnResponse",
                                     .type = MessageType::response,
                                     .api_key = 26,
                                     .versions = {0, 5},
                                     .flexible = {3}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(EndTxnResponse, SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(producer_id, "ProducerId",
                          {.versions = {5}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(producer_epoch, "ProducerEpoch",
                          {.versions = {5}, .default_value = -1, .is_ignorable = true}))
};

}  // namespace spool::protocol
