#pragma once

#include "core/protocol/schema.h"

/// AddPartitionsToTxn, API key 24, versions 0-5, flexible from 3.
///
/// v0  KIP-98.
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-588: PRODUCER_FENCED may be answered.
/// v3  KIP-482: flexible.
/// v4  KIP-890: several transactions in one request, verify_only (between brokers).
/// v5  KIP-890: TRANSACTION_ABORTABLE may be answered.
namespace spool::protocol {

struct AddPartitionsToTxnRequest {
  static constexpr MessageInfo kInfo{.name = "AddPartitionsToTxnRequest",
                                     .type = MessageType::request,
                                     .api_key = 24,
                                     .versions = {0, 5},
                                     .flexible = {3},
                                     .listeners = kBrokerListener};

  struct AddPartitionsToTxnTopic {
    std::string name;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AddPartitionsToTxnTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct AddPartitionsToTxnTransaction {
    std::string transactional_id;
    int64_t producer_id = 0;
    int16_t producer_epoch = 0;
    bool verify_only = false;
    std::vector<AddPartitionsToTxnTopic> topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AddPartitionsToTxnTransaction,
                SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {4}}),
                SPOOL_FIELD(producer_id, "ProducerId", {.versions = {4}}),
                SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {4}}),
                SPOOL_FIELD(verify_only, "VerifyOnly", {.versions = {4}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {4}}))
  };

  std::vector<AddPartitionsToTxnTransaction> transactions;
  std::string v3_and_below_transactional_id;
  int64_t v3_and_below_producer_id = 0;
  int16_t v3_and_below_producer_epoch = 0;
  std::vector<AddPartitionsToTxnTopic> v3_and_below_topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      AddPartitionsToTxnRequest, SPOOL_FIELD(transactions, "Transactions", {.versions = {4}}),
      SPOOL_FIELD(v3_and_below_transactional_id, "V3AndBelowTransactionalId", {.versions = {0, 3}}),
      SPOOL_FIELD(v3_and_below_producer_id, "V3AndBelowProducerId", {.versions = {0, 3}}),
      SPOOL_FIELD(v3_and_below_producer_epoch, "V3AndBelowProducerEpoch", {.versions = {0, 3}}),
      SPOOL_FIELD(v3_and_below_topics, "V3AndBelowTopics", {.versions = {0, 3}}))
};

struct AddPartitionsToTxnResponse {
  static constexpr MessageInfo kInfo{.name = "AddPartitionsToTxnResponse",
                                     .type = MessageType::response,
                                     .api_key = 24,
                                     .versions = {0, 5},
                                     .flexible = {3}};

  struct AddPartitionsToTxnPartitionResult {
    int32_t partition_index = 0;
    int16_t partition_error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AddPartitionsToTxnPartitionResult,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(partition_error_code, "PartitionErrorCode", {.versions = {0}}))
  };

  struct AddPartitionsToTxnTopicResult {
    std::string name;
    std::vector<AddPartitionsToTxnPartitionResult> results_by_partition;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AddPartitionsToTxnTopicResult, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(results_by_partition, "ResultsByPartition", {.versions = {0}}))
  };

  struct AddPartitionsToTxnResult {
    std::string transactional_id;
    std::vector<AddPartitionsToTxnTopicResult> topic_results;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AddPartitionsToTxnResult,
                SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {4}}),
                SPOOL_FIELD(topic_results, "TopicResults", {.versions = {4}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<AddPartitionsToTxnResult> results_by_transaction;
  std::vector<AddPartitionsToTxnTopicResult> results_by_topic_v3_and_below;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AddPartitionsToTxnResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {4}, .is_ignorable = true}),
              SPOOL_FIELD(results_by_transaction, "ResultsByTransaction", {.versions = {4}}),
              SPOOL_FIELD(results_by_topic_v3_and_below, "ResultsByTopicV3AndBelow",
                          {.versions = {0, 3}}))
};

}  // namespace spool::protocol
