#pragma once

#include "core/protocol/schema.h"

/// WriteTxnMarkers, API key 27, versions 1-2, flexible.
///
/// v1  KIP-482: flexible.
/// v2  KIP-1228: transaction version of the marker.
namespace spool::protocol {

struct WriteTxnMarkersRequest {
  static constexpr MessageInfo kInfo{.name = "WriteTxnMarkersRequest",
                                     .type = MessageType::request,
                                     .api_key = 27,
                                     .versions = {1, 2},
                                     .flexible = {1},
                                     .listeners = kBrokerListener};

  struct WritableTxnMarkerTopic {
    std::string name;
    std::vector<int32_t> partition_indexes;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(WritableTxnMarkerTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partition_indexes, "PartitionIndexes", {.versions = {0}}))
  };

  struct WritableTxnMarker {
    int64_t producer_id = 0;
    int16_t producer_epoch = 0;
    bool transaction_result = false;
    std::vector<WritableTxnMarkerTopic> topics;
    int32_t coordinator_epoch = 0;
    int8_t transaction_version = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(WritableTxnMarker, SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
                SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {0}}),
                SPOOL_FIELD(transaction_result, "TransactionResult", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
                SPOOL_FIELD(coordinator_epoch, "CoordinatorEpoch", {.versions = {0}}),
                SPOOL_FIELD(transaction_version, "TransactionVersion",
                            {.versions = {2}, .is_ignorable = true}))
  };

  std::vector<WritableTxnMarker> markers;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(WriteTxnMarkersRequest, SPOOL_FIELD(markers, "Markers", {.versions = {0}}))
};

struct WriteTxnMarkersResponse {
  static constexpr MessageInfo kInfo{.name = "WriteTxnMarkersResponse",
                                     .type = MessageType::response,
                                     .api_key = 27,
                                     .versions = {1, 2},
                                     .flexible = {1}};

  struct WritableTxnMarkerPartitionResult {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(WritableTxnMarkerPartitionResult,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
  };

  struct WritableTxnMarkerTopicResult {
    std::string name;
    std::vector<WritableTxnMarkerPartitionResult> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(WritableTxnMarkerTopicResult, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct WritableTxnMarkerResult {
    int64_t producer_id = 0;
    std::vector<WritableTxnMarkerTopicResult> topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(WritableTxnMarkerResult, SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
  };

  std::vector<WritableTxnMarkerResult> markers;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(WriteTxnMarkersResponse, SPOOL_FIELD(markers, "Markers", {.versions = {0}}))
};

}  // namespace spool::protocol
