#pragma once

#include "core/protocol/schema.h"

/// ShareAcknowledge, API key 79, versions 1-2, flexible.
///
/// v1  KIP-932.
/// v2  KIP-1222: renewal of acquisition locks.
namespace spool::protocol {

struct ShareAcknowledgeRequest {
  static constexpr MessageInfo kInfo{.name = "ShareAcknowledgeRequest",
                                     .type = MessageType::request,
                                     .api_key = 79,
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

  struct AcknowledgePartition {
    int32_t partition_index = 0;
    std::vector<AcknowledgementBatch> acknowledgement_batches;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AcknowledgePartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(acknowledgement_batches, "AcknowledgementBatches", {.versions = {0}}))
  };

  struct AcknowledgeTopic {
    Uuid topic_id;
    std::vector<AcknowledgePartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AcknowledgeTopic, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::optional<std::string> group_id;
  std::optional<std::string> member_id = "";
  int32_t share_session_epoch = 0;
  bool is_renew_ack = false;
  std::vector<AcknowledgeTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareAcknowledgeRequest,
              SPOOL_FIELD(group_id, "GroupId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(share_session_epoch, "ShareSessionEpoch", {.versions = {0}}),
              SPOOL_FIELD(is_renew_ack, "IsRenewAck", {.versions = {2}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct ShareAcknowledgeResponse {
  static constexpr MessageInfo kInfo{.name = "ShareAcknowledgeResponse",
                                     .type = MessageType::response,
                                     .api_key = 79,
                                     .versions = {1, 2},
                                     .flexible = {0}};

  struct LeaderIdAndEpoch {
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(LeaderIdAndEpoch, SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}))
  };

  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    LeaderIdAndEpoch current_leader;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(current_leader, "CurrentLeader", {.versions = {0}}))
  };

  struct ShareAcknowledgeTopicResponse {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ShareAcknowledgeTopicResponse, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
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
  std::vector<ShareAcknowledgeTopicResponse> responses;
  std::vector<NodeEndpoint> node_endpoints;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareAcknowledgeResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(acquisition_lock_timeout_ms, "AcquisitionLockTimeoutMs",
                          {.versions = {2}, .is_ignorable = true}),
              SPOOL_FIELD(responses, "Responses", {.versions = {0}}),
              SPOOL_FIELD(node_endpoints, "NodeEndpoints", {.versions = {0}}))
};

}  // namespace spool::protocol
