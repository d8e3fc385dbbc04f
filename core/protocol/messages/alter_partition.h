#pragma once

#include "core/protocol/schema.h"

/// AlterPartition, API key 56, versions 2-3, flexible; between controllers and brokers only.
///
/// v2  first version.
/// v3  request adds Topics.Partitions.NewIsrWithEpochs; request drops Topics.Partitions.NewIsr.
namespace spool::protocol {

struct AlterPartitionRequest {
  static constexpr MessageInfo kInfo{.name = "AlterPartitionRequest",
                                     .type = MessageType::request,
                                     .api_key = 56,
                                     .versions = {2, 3},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  struct BrokerState {
    int32_t broker_id = 0;
    int64_t broker_epoch = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(BrokerState, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {3}}),
                SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {3}, .default_value = -1}))
  };

  struct PartitionData {
    int32_t partition_index = 0;
    int32_t leader_epoch = 0;
    std::vector<int32_t> new_isr;
    std::vector<BrokerState> new_isr_with_epochs;
    int8_t leader_recovery_state = 0;
    int32_t partition_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(new_isr, "NewIsr", {.versions = {0, 2}}),
                SPOOL_FIELD(new_isr_with_epochs, "NewIsrWithEpochs", {.versions = {3}}),
                SPOOL_FIELD(leader_recovery_state, "LeaderRecoveryState", {.versions = {1}}),
                SPOOL_FIELD(partition_epoch, "PartitionEpoch", {.versions = {0}}))
  };

  struct TopicData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData,
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {2}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t broker_id = 0;
  int64_t broker_epoch = -1;
  std::vector<TopicData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterPartitionRequest, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct AlterPartitionResponse {
  static constexpr MessageInfo kInfo{.name = "AlterPartitionResponse",
                                     .type = MessageType::response,
                                     .api_key = 56,
                                     .versions = {2, 3},
                                     .flexible = {0}};

  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    std::vector<int32_t> isr;
    int8_t leader_recovery_state = 0;
    int32_t partition_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(isr, "Isr", {.versions = {0}}),
                SPOOL_FIELD(leader_recovery_state, "LeaderRecoveryState",
                            {.versions = {1}, .is_ignorable = true}),
                SPOOL_FIELD(partition_epoch, "PartitionEpoch", {.versions = {0}}))
  };

  struct TopicData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData,
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {2}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<TopicData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterPartitionResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
