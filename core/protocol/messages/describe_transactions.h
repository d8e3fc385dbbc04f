#pragma once

#include "core/protocol/schema.h"

/// DescribeTransactions, API key 65, version 0, flexible.
///
/// v0  KIP-664.
namespace spool::protocol {

struct DescribeTransactionsRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeTransactionsRequest",
                                     .type = MessageType::request,
                                     .api_key = 65,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  std::vector<std::string> transactional_ids;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeTransactionsRequest,
              SPOOL_FIELD(transactional_ids, "TransactionalIds", {.versions = {0}}))
};

struct DescribeTransactionsResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeTransactionsResponse",
                                     .type = MessageType::response,
                                     .api_key = 65,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TopicData {
    std::string topic;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct TransactionState {
    int16_t error_code = 0;
    std::string transactional_id;
    std::string transaction_state;
    int32_t transaction_timeout_ms = 0;
    int64_t transaction_start_time_ms = 0;
    int64_t producer_id = 0;
    int16_t producer_epoch = 0;
    std::vector<TopicData> topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TransactionState, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {0}}),
                SPOOL_FIELD(transaction_state, "TransactionState", {.versions = {0}}),
                SPOOL_FIELD(transaction_timeout_ms, "TransactionTimeoutMs", {.versions = {0}}),
                SPOOL_FIELD(transaction_start_time_ms, "TransactionStartTimeMs", {.versions = {0}}),
                SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
                SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<TransactionState> transaction_states;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeTransactionsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(transaction_states, "TransactionStates", {.versions = {0}}))
};

}  // namespace spool::protocol
