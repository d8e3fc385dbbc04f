#pragma once

#include "core/protocol/schema.h"

/// StreamsGroupHeartbeat, API key 88, versions 0-1, flexible.
///
/// v0  KIP-1071.
/// v1  response adds AcceptableRecoveryLag, TopologyDescriptionRequired; response drops
///     AcceptableRecoveryLagLegacy.
namespace spool::protocol {

struct StreamsGroupHeartbeatRequest {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupHeartbeatRequest",
                                     .type = MessageType::request,
                                     .api_key = 88,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct KeyValue {
    std::string key;
    std::string value;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(KeyValue, SPOOL_FIELD(key, "Key", {.versions = {0}}),
                SPOOL_FIELD(value, "Value", {.versions = {0}}))
  };

  struct TopicInfo {
    std::string name;
    int32_t partitions = 0;
    int16_t replication_factor = 0;
    std::vector<KeyValue> topic_configs;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicInfo, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}),
                SPOOL_FIELD(replication_factor, "ReplicationFactor", {.versions = {0}}),
                SPOOL_FIELD(topic_configs, "TopicConfigs", {.versions = {0}}))
  };

  struct CopartitionGroup {
    std::vector<int16_t> source_topics;
    std::vector<int16_t> source_topic_regex;
    std::vector<int16_t> repartition_source_topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CopartitionGroup, SPOOL_FIELD(source_topics, "SourceTopics", {.versions = {0}}),
                SPOOL_FIELD(source_topic_regex, "SourceTopicRegex", {.versions = {0}}),
                SPOOL_FIELD(repartition_source_topics, "RepartitionSourceTopics",
                            {.versions = {0}}))
  };

  struct Subtopology {
    std::string subtopology_id;
    std::vector<std::string> source_topics;
    std::vector<std::string> source_topic_regex;
    std::vector<TopicInfo> state_changelog_topics;
    std::vector<std::string> repartition_sink_topics;
    std::vector<TopicInfo> repartition_source_topics;
    std::vector<CopartitionGroup> copartition_groups;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Subtopology, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(source_topics, "SourceTopics", {.versions = {0}}),
                SPOOL_FIELD(source_topic_regex, "SourceTopicRegex", {.versions = {0}}),
                SPOOL_FIELD(state_changelog_topics, "StateChangelogTopics", {.versions = {0}}),
                SPOOL_FIELD(repartition_sink_topics, "RepartitionSinkTopics", {.versions = {0}}),
                SPOOL_FIELD(repartition_source_topics, "RepartitionSourceTopics",
                            {.versions = {0}}),
                SPOOL_FIELD(copartition_groups, "CopartitionGroups", {.versions = {0}}))
  };

  struct Topology {
    int32_t epoch = 0;
    std::vector<Subtopology> subtopologies;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Topology, SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}),
                SPOOL_FIELD(subtopologies, "Subtopologies", {.versions = {0}}))
  };

  struct TaskIds {
    std::string subtopology_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TaskIds, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct Endpoint {
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Endpoint, SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}))
  };

  struct TaskOffset {
    std::string subtopology_id;
    int32_t partition = 0;
    int64_t offset = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TaskOffset, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(offset, "Offset", {.versions = {0}}))
  };

  std::string group_id;
  std::string member_id;
  int32_t member_epoch = 0;
  int32_t endpoint_information_epoch = 0;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  int32_t rebalance_timeout_ms = -1;
  std::optional<Topology> topology;
  std::optional<std::vector<TaskIds>> active_tasks;
  std::optional<std::vector<TaskIds>> standby_tasks;
  std::optional<std::vector<TaskIds>> warmup_tasks;
  std::optional<std::string> process_id;
  std::optional<Endpoint> user_endpoint;
  std::optional<std::vector<KeyValue>> client_tags;
  std::optional<std::vector<TaskOffset>> task_offsets;
  std::optional<std::vector<TaskOffset>> task_end_offsets;
  bool shutdown_application = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      StreamsGroupHeartbeatRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
      SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
      SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
      SPOOL_FIELD(endpoint_information_epoch, "EndpointInformationEpoch", {.versions = {0}}),
      SPOOL_FIELD(instance_id, "InstanceId",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(rack_id, "RackId", {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(rebalance_timeout_ms, "RebalanceTimeoutMs",
                  {.versions = {0}, .default_value = -1}),
      SPOOL_FIELD(topology, "Topology", {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(active_tasks, "ActiveTasks",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(standby_tasks, "StandbyTasks",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(warmup_tasks, "WarmupTasks",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(process_id, "ProcessId",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(user_endpoint, "UserEndpoint",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(client_tags, "ClientTags",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(task_offsets, "TaskOffsets",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(task_end_offsets, "TaskEndOffsets",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(shutdown_application, "ShutdownApplication", {.versions = {0}}))
};

struct StreamsGroupHeartbeatResponse {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupHeartbeatResponse",
                                     .type = MessageType::response,
                                     .api_key = 88,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct Status {
    int8_t status_code = 0;
    std::string status_detail;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Status, SPOOL_FIELD(status_code, "StatusCode", {.versions = {0}}),
                SPOOL_FIELD(status_detail, "StatusDetail", {.versions = {0}}))
  };

  struct TaskIds {
    std::string subtopology_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TaskIds, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct Endpoint {
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Endpoint, SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}))
  };

  struct TopicPartition {
    std::string topic;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartition, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct EndpointToPartitions {
    Endpoint user_endpoint;
    std::vector<TopicPartition> active_partitions;
    std::vector<TopicPartition> standby_partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EndpointToPartitions, SPOOL_FIELD(user_endpoint, "UserEndpoint", {.versions = {0}}),
                SPOOL_FIELD(active_partitions, "ActivePartitions", {.versions = {0}}),
                SPOOL_FIELD(standby_partitions, "StandbyPartitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::string member_id;
  int32_t member_epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  int32_t acceptable_recovery_lag_legacy = 0;
  int32_t task_offset_interval_ms = 0;
  int64_t acceptable_recovery_lag = -1;
  std::optional<std::vector<Status>> status = std::vector<Status>{};
  std::optional<std::vector<TaskIds>> active_tasks;
  std::optional<std::vector<TaskIds>> standby_tasks;
  std::optional<std::vector<TaskIds>> warmup_tasks;
  bool topology_description_required = false;
  int32_t endpoint_information_epoch = 0;
  std::optional<std::vector<EndpointToPartitions>> partitions_by_user_endpoint;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupHeartbeatResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
              SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(heartbeat_interval_ms, "HeartbeatIntervalMs", {.versions = {0}}),
              SPOOL_FIELD(acceptable_recovery_lag_legacy, "AcceptableRecoveryLagLegacy",
                          {.versions = {0, 0}}),
              SPOOL_FIELD(task_offset_interval_ms, "TaskOffsetIntervalMs", {.versions = {0}}),
              SPOOL_FIELD(acceptable_recovery_lag, "AcceptableRecoveryLag",
                          {.versions = {1}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(status, "Status", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(active_tasks, "ActiveTasks",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(standby_tasks, "StandbyTasks",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(warmup_tasks, "WarmupTasks",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(topology_description_required, "TopologyDescriptionRequired",
                          {.versions = {1}}),
              SPOOL_FIELD(endpoint_information_epoch, "EndpointInformationEpoch",
                          {.versions = {0}}),
              SPOOL_FIELD(partitions_by_user_endpoint, "PartitionsByUserEndpoint",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

}  // namespace spool::protocol
