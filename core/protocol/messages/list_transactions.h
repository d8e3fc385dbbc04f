#pragma once

#include "core/protocol/schema.h"

/// ListTransactions, API key 66, versions 0-2, flexible.
///
/// v0  KIP-664.
/// v1  KIP-994: duration filter.
/// v2  KIP-1152: pattern of transactional ids.
namespace spool::protocol {

struct ListTransactionsRequest {
  static constexpr MessageInfo kInfo{.name = "ListTransactionsRequest",
                                     .type = MessageType::request,
                                     .api_key = 66,
                                     .versions = {0, 2},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  std::vector<std::string> state_filters;
  std::vector<int64_t> producer_id_filters;
  int64_t duration_filter = -1;
  std::optional<std::string> transactional_id_pattern;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListTransactionsRequest,
              SPOOL_FIELD(state_filters, "StateFilters", {.versions = {0}}),
              SPOOL_FIELD(producer_id_filters, "ProducerIdFilters", {.versions = {0}}),
              SPOOL_FIELD(duration_filter, "DurationFilter",
                          {.versions = {1}, .default_value = -1}),
              SPOOL_FIELD(transactional_id_pattern, "TransactionalIdPattern",
                          {.versions = {2}, .nullable = {2}, .default_value = kNull}))
};

struct ListTransactionsResponse {
  static constexpr MessageInfo kInfo{.name = "ListTransactionsResponse",
                                     .type = MessageType::response,
                                     .api_key = 66,
                                     .versions = {0, 2},
                                     .flexible = {0}};

  struct TransactionState {
    std::string transactional_id;
    int64_t producer_id = 0;
    std::string transaction_state;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TransactionState,
                SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {0}}),
                SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
                SPOOL_FIELD(transaction_state, "TransactionState", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<std::string> unknown_state_filters;
  std::vector<TransactionState> transaction_states;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListTransactionsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(unknown_state_filters, "UnknownStateFilters", {.versions = {0}}),
              SPOOL_FIELD(transaction_states, "TransactionStates", {.versions = {0}}))
};

}  // namespace spool::protocol
