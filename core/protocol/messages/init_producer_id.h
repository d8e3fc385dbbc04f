#pragma once

#include "core/protocol/schema.h"

/// InitProducerId, API key 22, versions 0-6, flexible from 2.
///
/// v0  KIP-98.
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
/// v3  KIP-360: producer id and epoch to continue with.
/// v4  KIP-588: PRODUCER_FENCED may be answered.
/// v5  KIP-890: TRANSACTION_ABORTABLE may be answered.
/// v6  KIP-939: two-phase commit; not stable in 4.4.
namespace spool::protocol {

struct InitProducerIdRequest {
  static constexpr MessageInfo kInfo{.name = "InitProducerIdRequest",
                                     .type = MessageType::request,
                                     .api_key = 22,
                                     .versions = {0, 6},
                                     .flexible = {2},
                                     .listeners = kBrokerListener,
                                     .is_newest_unstable = true};

  std::optional<std::string> transactional_id = "";
  int32_t transaction_timeout_ms = 0;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;
  bool enable2_pc = false;
  bool keep_prepared_txn = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(InitProducerIdRequest,
              SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(transaction_timeout_ms, "TransactionTimeoutMs", {.versions = {0}}),
              SPOOL_FIELD(producer_id, "ProducerId", {.versions = {3}, .default_value = -1}),
              SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {3}, .default_value = -1}),
              SPOOL_FIELD(enable2_pc, "Enable2Pc", {.versions = {6}}),
              SPOOL_FIELD(keep_prepared_txn, "KeepPreparedTxn", {.versions = {6}}))
};

struct InitProducerIdResponse {
  static constexpr MessageInfo kInfo{.name = "InitProducerIdResponse",
                                     .type = MessageType::response,
                                     .api_key = 22,
                                     .versions = {0, 6},
                                     .flexible = {2}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int64_t producer_id = -1;
  int16_t producer_epoch = 0;
  int64_t ongoing_txn_producer_id = -1;
  int16_t ongoing_txn_producer_epoch = -1;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(InitProducerIdResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {0}, .is_ignorable = true}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {0}}),
              SPOOL_FIELD(ongoing_txn_producer_id, "OngoingTxnProducerId",
                          {.versions = {6}, .default_value = -1}),
              SPOOL_FIELD(ongoing_txn_producer_epoch, "OngoingTxnProducerEpoch",
                          {.versions = {6}, .default_value = -1}))
};

}  // namespace spool::protocol
