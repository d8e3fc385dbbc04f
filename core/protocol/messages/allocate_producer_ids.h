#pragma once

#include "core/protocol/schema.h"

/// AllocateProducerIds, API key 67, version 0, flexible; between controllers and brokers only.
///
/// v0  KIP-730.
namespace spool::protocol {

struct AllocateProducerIdsRequest {
  static constexpr MessageInfo kInfo{.name = "AllocateProducerIdsRequest",
                                     .type = MessageType::request,
                                     .api_key = 67,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  int32_t broker_id = 0;
  int64_t broker_epoch = -1;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AllocateProducerIdsRequest, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}, .default_value = -1}))
};

struct AllocateProducerIdsResponse {
  static constexpr MessageInfo kInfo{.name = "AllocateProducerIdsResponse",
                                     .type = MessageType::response,
                                     .api_key = 67,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int64_t producer_id_start = 0;
  int32_t producer_id_len = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AllocateProducerIdsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(producer_id_start, "ProducerIdStart", {.versions = {0}}),
              SPOOL_FIELD(producer_id_len, "ProducerIdLen", {.versions = {0}}))
};

}  // namespace spool::protocol
