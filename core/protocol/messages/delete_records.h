#pragma once

#include "core/protocol/schema.h"

/// DeleteRecords, API key 21, versions 0-2, flexible from 2.
///
/// v0  KIP-107.
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
namespace spool::protocol {

struct DeleteRecordsRequest {
  static constexpr MessageInfo kInfo{.name = "DeleteRecordsRequest",
                                     .type = MessageType::request,
                                     .api_key = 21,
                                     .versions = {0, 2},
                                     .flexible = {2},
                                     .listeners = kBrokerListener};

  struct DeleteRecordsPartition {
    int32_t partition_index = 0;
    int64_t offset = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteRecordsPartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(offset, "Offset", {.versions = {0}}))
  };

  struct DeleteRecordsTopic {
    std::string name;
    std::vector<DeleteRecordsPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteRecordsTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<DeleteRecordsTopic> topics;
  int32_t timeout_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteRecordsRequest, SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {0}}))
};

struct DeleteRecordsResponse {
  static constexpr MessageInfo kInfo{.name = "DeleteRecordsResponse",
                                     .type = MessageType::response,
                                     .api_key = 21,
                                     .versions = {0, 2},
                                     .flexible = {2}};

  struct DeleteRecordsPartitionResult {
    int32_t partition_index = 0;
    int64_t low_watermark = 0;
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteRecordsPartitionResult,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(low_watermark, "LowWatermark", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
  };

  struct DeleteRecordsTopicResult {
    std::string name;
    std::vector<DeleteRecordsPartitionResult> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteRecordsTopicResult, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DeleteRecordsTopicResult> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteRecordsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
