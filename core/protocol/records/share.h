#pragma once

#include "core/protocol/schema.h"

/// Keys and values in __share_group_state (KIP-932). In the log a key is: int16 record type, the
/// fields; a value is: int16 version, the fields. An update applies to the snapshot of the same
/// snapshot_epoch.
namespace spool::protocol {

/// Key of record type 0, version 0, not flexible.
struct ShareSnapshotKey {
  static constexpr MessageInfo kInfo{.name = "ShareSnapshotKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 0,
                                     .versions = {0, 0}};

  std::string group_id;
  Uuid topic_id;
  int32_t partition = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareSnapshotKey, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(topic_id, "TopicId", {.versions = {0, 0}}),
              SPOOL_FIELD(partition, "Partition", {.versions = {0, 0}}))
};

/// Value of record type 0, version 0, flexible.
struct ShareSnapshotValue {
  static constexpr MessageInfo kInfo{.name = "ShareSnapshotValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 0,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct StateBatch {
    int64_t first_offset = 0;
    int64_t last_offset = 0;
    int8_t delivery_state = 0;
    int16_t delivery_count = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(StateBatch, SPOOL_FIELD(first_offset, "FirstOffset", {.versions = {0}}),
                SPOOL_FIELD(last_offset, "LastOffset", {.versions = {0}}),
                SPOOL_FIELD(delivery_state, "DeliveryState", {.versions = {0}}),
                SPOOL_FIELD(delivery_count, "DeliveryCount", {.versions = {0}}))
  };

  int32_t snapshot_epoch = 0;
  int32_t state_epoch = 0;
  int32_t leader_epoch = 0;
  int64_t start_offset = 0;
  int32_t delivery_complete_count = -1;
  int64_t create_timestamp = 0;
  int64_t write_timestamp = 0;
  std::vector<StateBatch> state_batches;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareSnapshotValue, SPOOL_FIELD(snapshot_epoch, "SnapshotEpoch", {.versions = {0}}),
              SPOOL_FIELD(state_epoch, "StateEpoch", {.versions = {0}}),
              SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
              SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}),
              SPOOL_FIELD(delivery_complete_count, "DeliveryCompleteCount",
                          {.versions = {0}, .tag = 0, .default_value = -1}),
              SPOOL_FIELD(create_timestamp, "CreateTimestamp", {.versions = {0}}),
              SPOOL_FIELD(write_timestamp, "WriteTimestamp", {.versions = {0}}),
              SPOOL_FIELD(state_batches, "StateBatches", {.versions = {0}}))
};

/// Key of record type 1, version 0, not flexible.
struct ShareUpdateKey {
  static constexpr MessageInfo kInfo{.name = "ShareUpdateKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 1,
                                     .versions = {0, 0}};

  std::string group_id;
  Uuid topic_id;
  int32_t partition = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareUpdateKey, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(topic_id, "TopicId", {.versions = {0, 0}}),
              SPOOL_FIELD(partition, "Partition", {.versions = {0, 0}}))
};

/// Value of record type 1, version 0, flexible.
struct ShareUpdateValue {
  static constexpr MessageInfo kInfo{.name = "ShareUpdateValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 1,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct StateBatch {
    int64_t first_offset = 0;
    int64_t last_offset = 0;
    int8_t delivery_state = 0;
    int16_t delivery_count = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(StateBatch, SPOOL_FIELD(first_offset, "FirstOffset", {.versions = {0}}),
                SPOOL_FIELD(last_offset, "LastOffset", {.versions = {0}}),
                SPOOL_FIELD(delivery_state, "DeliveryState", {.versions = {0}}),
                SPOOL_FIELD(delivery_count, "DeliveryCount", {.versions = {0}}))
  };

  int32_t snapshot_epoch = 0;
  int32_t leader_epoch = 0;
  int64_t start_offset = 0;
  int32_t delivery_complete_count = -1;
  std::vector<StateBatch> state_batches;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareUpdateValue, SPOOL_FIELD(snapshot_epoch, "SnapshotEpoch", {.versions = {0}}),
              SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
              SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}),
              SPOOL_FIELD(delivery_complete_count, "DeliveryCompleteCount",
                          {.versions = {0}, .tag = 0, .default_value = -1}),
              SPOOL_FIELD(state_batches, "StateBatches", {.versions = {0}}))
};

}  // namespace spool::protocol
