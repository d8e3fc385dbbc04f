#pragma once

#include "core/protocol/schema.h"

/// Produce, API key 0, versions 3-13, flexible from 9.
///
/// v3  KIP-98: record batches v2; transactional id.
/// v4  KIP-112: KAFKA_STORAGE_ERROR may be answered.
/// v5  KIP-107: log_start_offset in the response.
/// v6  KIP-219: the throttle is applied after the answer.
/// v7  KIP-110: zstd.
/// v8  KIP-467: record_errors and error_message in the response.
/// v9  KIP-482: flexible.
/// v10 KIP-951: current_leader and node_endpoints in the response.
/// v11 KIP-890: TRANSACTION_ABORTABLE may be answered.
/// v12 KIP-890: a transactional produce adds its partition to the transaction.
/// v13 KIP-516: topic ids instead of names.
namespace spool::protocol {

struct ProduceRequest {
  static constexpr MessageInfo kInfo{.name = "ProduceRequest",
                                     .type = MessageType::request,
                                     .api_key = 0,
                                     .versions = {3, 13},
                                     .flexible = {9},
                                     .listeners = kBrokerListener};

  struct PartitionProduceData {
    int32_t index = 0;
    Records records;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionProduceData, SPOOL_FIELD(index, "Index", {.versions = {0}}),
                SPOOL_FIELD(records, "Records", {.versions = {0}, .nullable = {0}}))
  };

  struct TopicProduceData {
    std::string name;
    Uuid topic_id;
    std::vector<PartitionProduceData> partition_data;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicProduceData,
                SPOOL_FIELD(name, "Name", {.versions = {0, 12}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {13}, .is_ignorable = true}),
                SPOOL_FIELD(partition_data, "PartitionData", {.versions = {0}}))
  };

  std::optional<std::string> transactional_id;
  int16_t acks = 0;
  int32_t timeout_ms = 0;
  std::vector<TopicProduceData> topic_data;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ProduceRequest,
              SPOOL_FIELD(transactional_id, "TransactionalId",
                          {.versions = {3}, .nullable = {3}, .default_value = kNull}),
              SPOOL_FIELD(acks, "Acks", {.versions = {0}}),
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {0}}),
              SPOOL_FIELD(topic_data, "TopicData", {.versions = {0}}))
};

struct ProduceResponse {
  static constexpr MessageInfo kInfo{.name = "ProduceResponse",
                                     .type = MessageType::response,
                                     .api_key = 0,
                                     .versions = {3, 13},
                                     .flexible = {9}};

  struct BatchIndexAndErrorMessage {
    int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(BatchIndexAndErrorMessage,
                SPOOL_FIELD(batch_index, "BatchIndex", {.versions = {8}}),
                SPOOL_FIELD(batch_index_error_message, "BatchIndexErrorMessage",
                            {.versions = {8}, .nullable = {8}, .default_value = kNull}))
  };

  struct LeaderIdAndEpoch {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(LeaderIdAndEpoch,
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {10}, .default_value = -1}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {10}, .default_value = -1}))
  };

  struct PartitionProduceResponse {
    int32_t index = 0;
    int16_t error_code = 0;
    int64_t base_offset = 0;
    int64_t log_append_time_ms = -1;
    int64_t log_start_offset = -1;
    std::vector<BatchIndexAndErrorMessage> record_errors;
    std::optional<std::string> error_message;
    LeaderIdAndEpoch current_leader;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionProduceResponse, SPOOL_FIELD(index, "Index", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(base_offset, "BaseOffset", {.versions = {0}}),
                SPOOL_FIELD(log_append_time_ms, "LogAppendTimeMs",
                            {.versions = {2}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(log_start_offset, "LogStartOffset",
                            {.versions = {5}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(record_errors, "RecordErrors", {.versions = {8}, .is_ignorable = true}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {8},
                             .nullable = {8},
                             .default_value = kNull,
                             .is_ignorable = true}),
                SPOOL_FIELD(current_leader, "CurrentLeader", {.versions = {10}, .tag = 0}))
  };

  struct TopicProduceResponse {
    std::string name;
    Uuid topic_id;
    std::vector<PartitionProduceResponse> partition_responses;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicProduceResponse,
                SPOOL_FIELD(name, "Name", {.versions = {0, 12}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {13}, .is_ignorable = true}),
                SPOOL_FIELD(partition_responses, "PartitionResponses", {.versions = {0}}))
  };

  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(NodeEndpoint, SPOOL_FIELD(node_id, "NodeId", {.versions = {10}}),
                SPOOL_FIELD(host, "Host", {.versions = {10}}),
                SPOOL_FIELD(port, "Port", {.versions = {10}}),
                SPOOL_FIELD(rack, "Rack",
                            {.versions = {10}, .nullable = {10}, .default_value = kNull}))
  };

  std::vector<TopicProduceResponse> responses;
  int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ProduceResponse, SPOOL_FIELD(responses, "Responses", {.versions = {0}}),
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(node_endpoints, "NodeEndpoints", {.versions = {10}, .tag = 0}))
};

}  // namespace spool::protocol
