#pragma once

#include "core/protocol/schema.h"

/// StreamsGroupDescribe, API key 89, versions 0-1, flexible.
///
/// v0  KIP-1071.
/// v1  request adds IncludeTopologyDescription; response adds Groups.TopologyDescription,
///     Groups.TopologyDescriptionStatus, Groups.AssignorName.
namespace spool::protocol {

struct StreamsGroupDescribeRequest {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupDescribeRequest",
                                     .type = MessageType::request,
                                     .api_key = 89,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;
  bool include_topology_description = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupDescribeRequest, SPOOL_FIELD(group_ids, "GroupIds", {.versions = {0}}),
              SPOOL_FIELD(include_authorized_operations, "IncludeAuthorizedOperations",
                          {.versions = {0}}),
              SPOOL_FIELD(include_topology_description, "IncludeTopologyDescription",
                          {.versions = {1}}))
};

struct StreamsGroupDescribeResponse {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupDescribeResponse",
                                     .type = MessageType::response,
                                     .api_key = 89,
                                     .versions = {0, 1},
                                     .flexible = {0}};

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

  struct Subtopology {
    std::string subtopology_id;
    std::vector<std::string> source_topics;
    std::vector<std::string> repartition_sink_topics;
    std::vector<TopicInfo> state_changelog_topics;
    std::vector<TopicInfo> repartition_source_topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Subtopology, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(source_topics, "SourceTopics", {.versions = {0}}),
                SPOOL_FIELD(repartition_sink_topics, "RepartitionSinkTopics", {.versions = {0}}),
                SPOOL_FIELD(state_changelog_topics, "StateChangelogTopics", {.versions = {0}}),
                SPOOL_FIELD(repartition_source_topics, "RepartitionSourceTopics",
                            {.versions = {0}}))
  };

  struct Topology {
    int32_t epoch = 0;
    std::optional<std::vector<Subtopology>> subtopologies;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Topology, SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}),
                SPOOL_FIELD(subtopologies, "Subtopologies",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
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

  struct TaskIds {
    std::string subtopology_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TaskIds, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct Assignment {
    std::vector<TaskIds> active_tasks;
    std::vector<TaskIds> standby_tasks;
    std::vector<TaskIds> warmup_tasks;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Assignment, SPOOL_FIELD(active_tasks, "ActiveTasks", {.versions = {0}}),
                SPOOL_FIELD(standby_tasks, "StandbyTasks", {.versions = {0}}),
                SPOOL_FIELD(warmup_tasks, "WarmupTasks", {.versions = {0}}))
  };

  struct Member {
    std::string member_id;
    int32_t member_epoch = 0;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::string client_id;
    std::string client_host;
    int32_t topology_epoch = 0;
    std::string process_id;
    std::optional<Endpoint> user_endpoint;
    std::vector<KeyValue> client_tags;
    std::vector<TaskOffset> task_offsets;
    std::vector<TaskOffset> task_end_offsets;
    Assignment assignment;
    Assignment target_assignment;
    bool is_classic = false;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Member, SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
                SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
                SPOOL_FIELD(instance_id, "InstanceId",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(rack_id, "RackId",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(client_id, "ClientId", {.versions = {0}}),
                SPOOL_FIELD(client_host, "ClientHost", {.versions = {0}}),
                SPOOL_FIELD(topology_epoch, "TopologyEpoch", {.versions = {0}}),
                SPOOL_FIELD(process_id, "ProcessId", {.versions = {0}}),
                SPOOL_FIELD(user_endpoint, "UserEndpoint",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(client_tags, "ClientTags", {.versions = {0}}),
                SPOOL_FIELD(task_offsets, "TaskOffsets", {.versions = {0}}),
                SPOOL_FIELD(task_end_offsets, "TaskEndOffsets", {.versions = {0}}),
                SPOOL_FIELD(assignment, "Assignment", {.versions = {0}}),
                SPOOL_FIELD(target_assignment, "TargetAssignment", {.versions = {0}}),
                SPOOL_FIELD(is_classic, "IsClassic", {.versions = {0}}))
  };

  struct TopologyDescriptionNode {
    std::string name;
    int8_t node_type = 0;
    std::vector<std::string> source_topics;
    std::optional<std::string> sink_topic;
    std::vector<std::string> stores;
    std::vector<std::string> successors;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopologyDescriptionNode, SPOOL_FIELD(name, "Name", {.versions = {1}}),
                SPOOL_FIELD(node_type, "NodeType", {.versions = {1}}),
                SPOOL_FIELD(source_topics, "SourceTopics", {.versions = {1}}),
                SPOOL_FIELD(sink_topic, "SinkTopic",
                            {.versions = {1}, .nullable = {1}, .default_value = kNull}),
                SPOOL_FIELD(stores, "Stores", {.versions = {1}}),
                SPOOL_FIELD(successors, "Successors", {.versions = {1}}))
  };

  struct TopologyDescriptionSubtopology {
    std::string subtopology_id;
    std::vector<TopologyDescriptionNode> nodes;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopologyDescriptionSubtopology,
                SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {1}}),
                SPOOL_FIELD(nodes, "Nodes", {.versions = {1}}))
  };

  struct TopologyDescriptionGlobalStore {
    TopologyDescriptionNode source;
    TopologyDescriptionNode processor;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopologyDescriptionGlobalStore, SPOOL_FIELD(source, "Source", {.versions = {1}}),
                SPOOL_FIELD(processor, "Processor", {.versions = {1}}))
  };

  struct TopologyDescription {
    std::vector<TopologyDescriptionSubtopology> subtopologies;
    std::vector<TopologyDescriptionGlobalStore> global_stores;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopologyDescription, SPOOL_FIELD(subtopologies, "Subtopologies", {.versions = {1}}),
                SPOOL_FIELD(global_stores, "GlobalStores", {.versions = {1}}))
  };

  struct DescribedGroup {
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    int32_t group_epoch = 0;
    int32_t assignment_epoch = 0;
    std::optional<Topology> topology;
    std::vector<Member> members;
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();
    std::optional<TopologyDescription> topology_description;
    int8_t topology_description_status = 0;
    std::optional<std::string> assignor_name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(
        DescribedGroup, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
        SPOOL_FIELD(error_message, "ErrorMessage",
                    {.versions = {0}, .nullable = {0}, .default_value = kNull}),
        SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
        SPOOL_FIELD(group_state, "GroupState", {.versions = {0}}),
        SPOOL_FIELD(group_epoch, "GroupEpoch", {.versions = {0}}),
        SPOOL_FIELD(assignment_epoch, "AssignmentEpoch", {.versions = {0}}),
        SPOOL_FIELD(topology, "Topology",
                    {.versions = {0}, .nullable = {0}, .default_value = kNull}),
        SPOOL_FIELD(members, "Members", {.versions = {0}}),
        SPOOL_FIELD(authorized_operations, "AuthorizedOperations",
                    {.versions = {0}, .default_value = std::numeric_limits<int32_t>::min()}),
        SPOOL_FIELD(topology_description, "TopologyDescription",
                    {.versions = {1}, .nullable = {1}, .default_value = kNull}),
        SPOOL_FIELD(topology_description_status, "TopologyDescriptionStatus", {.versions = {1}}),
        SPOOL_FIELD(
            assignor_name, "AssignorName",
            {.versions = {1}, .nullable = {1}, .default_value = kNull, .is_ignorable = true}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribedGroup> groups;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupDescribeResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(groups, "Groups", {.versions = {0}}))
};

}  // namespace spool::protocol
