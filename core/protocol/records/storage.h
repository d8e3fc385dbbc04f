#pragma once

#include "core/protocol/schema.h"

/// Files and internal topics of the broker's storage that Kafka describes as messages too: the
/// producer snapshot of a partition (its CRC-32C covers what follows it), and the records of
/// __remote_log_metadata (KIP-405), which a tool meets in data directories of brokers with tiered
/// storage. There a value is: uvarint frame version 0, uvarint record type, uvarint version, the
/// fields.
namespace spool::protocol {

/// ProducerSnapshot, version 1, not flexible. In the file the int16 version stands in front.
struct ProducerSnapshot {
  static constexpr MessageInfo kInfo{
      .name = "ProducerSnapshot", .type = MessageType::data, .versions = {1, 1}};

  struct ProducerEntry {
    int64_t producer_id = 0;
    int16_t epoch = 0;
    int32_t last_sequence = 0;
    int64_t last_offset = 0;
    int32_t offset_delta = 0;
    int64_t timestamp = 0;
    int32_t coordinator_epoch = 0;
    int64_t current_txn_first_offset = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ProducerEntry, SPOOL_FIELD(producer_id, "ProducerId", {.versions = {1}}),
                SPOOL_FIELD(epoch, "Epoch", {.versions = {1}}),
                SPOOL_FIELD(last_sequence, "LastSequence", {.versions = {1}}),
                SPOOL_FIELD(last_offset, "LastOffset", {.versions = {1}}),
                SPOOL_FIELD(offset_delta, "OffsetDelta", {.versions = {1}}),
                SPOOL_FIELD(timestamp, "Timestamp", {.versions = {1}}),
                SPOOL_FIELD(coordinator_epoch, "CoordinatorEpoch", {.versions = {1}}),
                SPOOL_FIELD(current_txn_first_offset, "CurrentTxnFirstOffset", {.versions = {1}}))
  };

  uint32_t crc = 0;
  std::vector<ProducerEntry> producer_entries;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ProducerSnapshot, SPOOL_FIELD(crc, "Crc", {.versions = {1}}),
              SPOOL_FIELD(producer_entries, "ProducerEntries", {.versions = {1}}))
};

/// A partition as the records below name it.
struct RemoteTopicIdPartition {
  std::string name;
  Uuid id;
  int32_t partition = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoteTopicIdPartition, SPOOL_FIELD(name, "Name", {.versions = {0}}),
              SPOOL_FIELD(id, "Id", {.versions = {0}}),
              SPOOL_FIELD(partition, "Partition", {.versions = {0}}))
};

/// A remote segment as the records below name it.
struct RemoteLogSegmentId {
  RemoteTopicIdPartition topic_id_partition;
  Uuid id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoteLogSegmentId,
              SPOOL_FIELD(topic_id_partition, "TopicIdPartition", {.versions = {0}}),
              SPOOL_FIELD(id, "Id", {.versions = {0}}))
};

/// First offset of a leader epoch within a remote segment.
struct RemoteSegmentLeaderEpoch {
  int32_t leader_epoch = 0;
  int64_t offset = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoteSegmentLeaderEpoch, SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
              SPOOL_FIELD(offset, "Offset", {.versions = {0}}))
};

/// Record type 0, version 0, flexible: a segment is being copied.
struct RemoteLogSegmentMetadataRecord {
  static constexpr MessageInfo kInfo{.name = "RemoteLogSegmentMetadataRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 0,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  RemoteLogSegmentId remote_log_segment_id;
  int64_t start_offset = 0;
  int64_t end_offset = 0;
  int32_t broker_id = 0;
  int64_t max_timestamp_ms = 0;
  int64_t event_timestamp_ms = 0;
  std::vector<RemoteSegmentLeaderEpoch> segment_leader_epochs;
  int32_t segment_size_in_bytes = 0;
  std::optional<BytesView> custom_metadata;
  int8_t remote_log_segment_state = 0;
  bool txn_index_empty = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoteLogSegmentMetadataRecord,
              SPOOL_FIELD(remote_log_segment_id, "RemoteLogSegmentId", {.versions = {0}}),
              SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}),
              SPOOL_FIELD(end_offset, "EndOffset", {.versions = {0}}),
              SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(max_timestamp_ms, "MaxTimestampMs", {.versions = {0}}),
              SPOOL_FIELD(event_timestamp_ms, "EventTimestampMs", {.versions = {0}}),
              SPOOL_FIELD(segment_leader_epochs, "SegmentLeaderEpochs", {.versions = {0}}),
              SPOOL_FIELD(segment_size_in_bytes, "SegmentSizeInBytes", {.versions = {0}}),
              SPOOL_FIELD(custom_metadata, "CustomMetadata",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(remote_log_segment_state, "RemoteLogSegmentState", {.versions = {0}}),
              SPOOL_FIELD(txn_index_empty, "TxnIndexEmpty", {.versions = {0}, .tag = 0}))
};

/// Record type 1, version 0, flexible: the state of a copy changes.
struct RemoteLogSegmentMetadataUpdateRecord {
  static constexpr MessageInfo kInfo{.name = "RemoteLogSegmentMetadataUpdateRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 1,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  RemoteLogSegmentId remote_log_segment_id;
  int32_t broker_id = 0;
  int64_t event_timestamp_ms = 0;
  std::optional<BytesView> custom_metadata;
  int8_t remote_log_segment_state = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoteLogSegmentMetadataUpdateRecord,
              SPOOL_FIELD(remote_log_segment_id, "RemoteLogSegmentId", {.versions = {0}}),
              SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(event_timestamp_ms, "EventTimestampMs", {.versions = {0}}),
              SPOOL_FIELD(custom_metadata, "CustomMetadata",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(remote_log_segment_state, "RemoteLogSegmentState", {.versions = {0}}))
};

/// Record type 2, version 0, flexible: a partition's remote data is to be deleted.
struct RemotePartitionDeleteMetadataRecord {
  static constexpr MessageInfo kInfo{.name = "RemotePartitionDeleteMetadataRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 2,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  RemoteTopicIdPartition topic_id_partition;
  int32_t broker_id = 0;
  int64_t event_timestamp_ms = 0;
  int8_t remote_partition_delete_state = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemotePartitionDeleteMetadataRecord,
              SPOOL_FIELD(topic_id_partition, "TopicIdPartition", {.versions = {0}}),
              SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(event_timestamp_ms, "EventTimestampMs", {.versions = {0}}),
              SPOOL_FIELD(remote_partition_delete_state, "RemotePartitionDeleteState",
                          {.versions = {0}}))
};

/// Record type 3, version 0, flexible: an entry of the metadata manager's own snapshot file.
struct RemoteLogSegmentMetadataSnapshotRecord {
  static constexpr MessageInfo kInfo{.name = "RemoteLogSegmentMetadataSnapshotRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 3,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  Uuid segment_id;
  int64_t start_offset = 0;
  int64_t end_offset = 0;
  int32_t broker_id = 0;
  int64_t max_timestamp_ms = 0;
  int64_t event_timestamp_ms = 0;
  std::vector<RemoteSegmentLeaderEpoch> segment_leader_epochs;
  int32_t segment_size_in_bytes = 0;
  std::optional<BytesView> custom_metadata;
  int8_t remote_log_segment_state = 0;
  bool txn_index_empty = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoteLogSegmentMetadataSnapshotRecord,
              SPOOL_FIELD(segment_id, "SegmentId", {.versions = {0}}),
              SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}),
              SPOOL_FIELD(end_offset, "EndOffset", {.versions = {0}}),
              SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(max_timestamp_ms, "MaxTimestampMs", {.versions = {0}}),
              SPOOL_FIELD(event_timestamp_ms, "EventTimestampMs", {.versions = {0}}),
              SPOOL_FIELD(segment_leader_epochs, "SegmentLeaderEpochs", {.versions = {0}}),
              SPOOL_FIELD(segment_size_in_bytes, "SegmentSizeInBytes", {.versions = {0}}),
              SPOOL_FIELD(custom_metadata, "CustomMetadata",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(remote_log_segment_state, "RemoteLogSegmentState", {.versions = {0}}),
              SPOOL_FIELD(txn_index_empty, "TxnIndexEmpty", {.versions = {0}, .tag = 0}))
};

}  // namespace spool::protocol
