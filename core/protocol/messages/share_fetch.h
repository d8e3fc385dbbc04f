#pragma once

#include "core/protocol/schema.h"

/// ShareFetch, API key 78, versions 1-2, flexible.
///
/// v1  KIP-932.
/// v2  KIP-1206, KIP-1222: acquire mode, renewal of acquisition locks.
namespace spool::protocol {

struct ShareFetchRequest {
  static constexpr MessageInfo kInfo{.name = "ShareFetchRequest",
                                     .type = MessageType::request,
                                     .api_key = 78,
                                     .versions = {1, 2},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct AcknowledgementBatch {
    int64_t first_offset = 0;
    int64_t last_offset = 0;
    std::vector<int8_t> acknowledge_types;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AcknowledgementBatch, SPOOL_FIELD(first_offset, "FirstOffset", {.versions = {0}}),
                SPOOL_FIELD(last_offset, "LastOffset", {.versions = {0}}),
                SPOOL_FIELD(acknowledge_types, "AcknowledgeTypes", {.versions = {0}}))
  };

  struct FetchPartition {
    int32_t partition_index = 0;
    int32_t partition_max_bytes = 0;
    std::vector<AcknowledgementBatch> acknowledgement_batches;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(FetchPartition, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(partition_max_bytes, "PartitionMaxBytes", {.versions = {0, 0}}),
                SPOOL_FIELD(acknowledgement_batches, "AcknowledgementBatches", {.versions = {0}}))
  };

  struct FetchTopic {
    Uuid topic_id;
    std::vector<FetchPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(FetchTopic, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct ForgottenTopic {
    Uuid topic_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ForgottenTopic, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::optional<std::string> group_id;
  std::optional<std::string> member_id = "";
  int32_t share_session_epoch = 0;
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = 0x7fffffff;
  int32_t max_records = 0;
  int32_t batch_size = 0;
  int8_t share_acquire_mode = 0;
  bool is_renew_ack = false;
  std::vector<FetchTopic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareFetchRequest,
              SPOOL_FIELD(group_id, "GroupId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(share_session_epoch, "ShareSessionEpoch", {.versions = {0}}),
              SPOOL_FIELD(max_wait_ms, "MaxWaitMs", {.versions = {0}}),
              SPOOL_FIELD(min_bytes, "MinBytes", {.versions = {0}}),
              SPOOL_FIELD(max_bytes, "MaxBytes", {.versions = {0}, .default_value = 0x7fffffff}),
              SPOOL_FIELD(max_records, "MaxRecords", {.versions = {1}}),
              SPOOL_FIELD(batch_size, "BatchSize", {.versions = {1}}),
              SPOOL_FIELD(share_acquire_mode, "ShareAcquireMode",
                          {.versions = {2}, .is_ignorable = true}),
              SPOOL_FIELD(is_renew_ack, "IsRenewAck", {.versions = {2}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(forgotten_topics_data, "ForgottenTopicsData", {.versions = {0}}))
};

struct ShareFetchResponse {
  static constexpr MessageInfo kInfo{.name = "ShareFetchResponse",
                                     .type = MessageType::response,
                                     .api_key = 78,
                                     .versions = {1, 2},
                                     .flexible = {0}};

  struct LeaderIdAndEpoch {
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(LeaderIdAndEpoch, SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}))
  };

  struct AcquiredRecords {
    int64_t first_offset = 0;
    int64_t last_offset = 0;
    int16_t delivery_count = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AcquiredRecords, SPOOL_FIELD(first_offset, "FirstOffset", {.versions = {0}}),
                SPOOL_FIELD(last_offset, "LastOffset", {.versions = {0}}),
                SPOOL_FIELD(delivery_count, "DeliveryCount", {.versions = {0}}))
  };

  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    int16_t acknowledge_error_code = 0;
    std::optional<std::string> acknowledge_error_message;
    LeaderIdAndEpoch current_leader;
    Records records;
    std::vector<AcquiredRecords> acquired_records;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(acknowledge_error_code, "AcknowledgeErrorCode", {.versions = {0}}),
                SPOOL_FIELD(acknowledge_error_message, "AcknowledgeErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(current_leader, "CurrentLeader", {.versions = {0}}),
                SPOOL_FIELD(records, "Records", {.versions = {0}, .nullable = {0, 0}}),
                SPOOL_FIELD(acquired_records, "AcquiredRecords", {.versions = {0}}))
  };

  struct ShareFetchableTopicResponse {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ShareFetchableTopicResponse, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(NodeEndpoint, SPOOL_FIELD(node_id, "NodeId", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}),
                SPOOL_FIELD(rack, "Rack",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  int32_t acquisition_lock_timeout_ms = 0;
  std::vector<ShareFetchableTopicResponse> responses;
  std::vector<NodeEndpoint> node_endpoints;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareFetchResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(acquisition_lock_timeout_ms, "AcquisitionLockTimeoutMs",
                          {.versions = {1}}),
              SPOOL_FIELD(responses, "Responses", {.versions = {0}}),
              SPOOL_FIELD(node_endpoints, "NodeEndpoints", {.versions = {0}}))
};

}  // namespace spool::protocol
