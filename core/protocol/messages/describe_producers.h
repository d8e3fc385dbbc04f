#pragma once

#include "core/protocol/schema.h"

/// DescribeProducers, API key 61, version 0, flexible.
///
/// v0  KIP-664.
namespace spool::protocol {

struct DescribeProducersRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeProducersRequest",
                                     .type = MessageType::request,
                                     .api_key = 61,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct TopicRequest {
    std::string name;
    std::vector<int32_t> partition_indexes;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicRequest, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partition_indexes, "PartitionIndexes", {.versions = {0}}))
  };

  std::vector<TopicRequest> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeProducersRequest, SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct DescribeProducersResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeProducersResponse",
                                     .type = MessageType::response,
                                     .api_key = 61,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct ProducerState {
    int64_t producer_id = 0;
    int32_t producer_epoch = 0;
    int32_t last_sequence = -1;
    int64_t last_timestamp = -1;
    int32_t coordinator_epoch = 0;
    int64_t current_txn_start_offset = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ProducerState, SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
                SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {0}}),
                SPOOL_FIELD(last_sequence, "LastSequence", {.versions = {0}, .default_value = -1}),
                SPOOL_FIELD(last_timestamp, "LastTimestamp",
                            {.versions = {0}, .default_value = -1}),
                SPOOL_FIELD(coordinator_epoch, "CoordinatorEpoch", {.versions = {0}}),
                SPOOL_FIELD(current_txn_start_offset, "CurrentTxnStartOffset",
                            {.versions = {0}, .default_value = -1}))
  };

  struct PartitionResponse {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<ProducerState> active_producers;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionResponse,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(active_producers, "ActiveProducers", {.versions = {0}}))
  };

  struct TopicResponse {
    std::string name;
    std::vector<PartitionResponse> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicResponse, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<TopicResponse> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeProducersResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
