#pragma once

#include "core/protocol/schema.h"

/// Keys and values in __transaction_state (KIP-98, KIP-890). In the log a key is: int16 record
/// type, the fields; a value is: int16 version, the fields.
namespace spool::protocol {

/// Key of record type 0, version 0, not flexible.
struct TransactionLogKey {
  static constexpr MessageInfo kInfo{.name = "TransactionLogKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 0,
                                     .versions = {0, 0}};

  std::string transactional_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(TransactionLogKey,
              SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {0, 0}}))
};

/// Value of record type 0, versions 0-1, flexible from 1.
///
/// v0  first version.
/// v1  adds PreviousProducerId, NextProducerId, NextProducerEpoch, ClientTransactionVersion;
///     KIP-482: flexible.
struct TransactionLogValue {
  static constexpr MessageInfo kInfo{.name = "TransactionLogValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 0,
                                     .versions = {0, 1},
                                     .flexible = {1}};

  struct PartitionsSchema {
    std::string topic;
    std::vector<int32_t> partition_ids;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionsSchema, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partition_ids, "PartitionIds", {.versions = {0}}))
  };

  int64_t producer_id = 0;
  int64_t previous_producer_id = -1;
  int64_t next_producer_id = -1;
  int16_t producer_epoch = 0;
  int16_t next_producer_epoch = -1;
  int32_t transaction_timeout_ms = 0;
  int8_t transaction_status = 0;
  std::optional<std::vector<PartitionsSchema>> transaction_partitions =
      std::vector<PartitionsSchema>{};
  int64_t transaction_last_update_timestamp_ms = 0;
  int64_t transaction_start_timestamp_ms = 0;
  int16_t client_transaction_version = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(TransactionLogValue, SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
              SPOOL_FIELD(previous_producer_id, "PreviousProducerId",
                          {.versions = {1}, .tag = 0, .default_value = -1}),
              SPOOL_FIELD(next_producer_id, "NextProducerId",
                          {.versions = {1}, .tag = 1, .default_value = -1}),
              SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {0}}),
              SPOOL_FIELD(next_producer_epoch, "NextProducerEpoch",
                          {.versions = {1}, .tag = 3, .default_value = -1}),
              SPOOL_FIELD(transaction_timeout_ms, "TransactionTimeoutMs", {.versions = {0}}),
              SPOOL_FIELD(transaction_status, "TransactionStatus", {.versions = {0}}),
              SPOOL_FIELD(transaction_partitions, "TransactionPartitions",
                          {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(transaction_last_update_timestamp_ms, "TransactionLastUpdateTimestampMs",
                          {.versions = {0}}),
              SPOOL_FIELD(transaction_start_timestamp_ms, "TransactionStartTimestampMs",
                          {.versions = {0}}),
              SPOOL_FIELD(client_transaction_version, "ClientTransactionVersion",
                          {.versions = {1}, .tag = 2}))
};

}  // namespace spool::protocol
