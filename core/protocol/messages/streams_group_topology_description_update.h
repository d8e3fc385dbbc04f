#pragma once

#include "core/protocol/schema.h"

/// StreamsGroupTopologyDescriptionUpdate, API key 93, version 0, flexible.
///
/// v0  first version.
namespace spool::protocol {

struct StreamsGroupTopologyDescriptionUpdateRequest {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupTopologyDescriptionUpdateRequest",
                                     .type = MessageType::request,
                                     .api_key = 93,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct TopologyDescriptionNode {
    std::string name;
    int8_t node_type = 0;
    std::vector<std::string> source_topics;
    std::optional<std::string> sink_topic;
    std::vector<std::string> stores;
    std::vector<std::string> successors;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopologyDescriptionNode, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(node_type, "NodeType", {.versions = {0}}),
                SPOOL_FIELD(source_topics, "SourceTopics", {.versions = {0}}),
                SPOOL_FIELD(sink_topic, "SinkTopic",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(stores, "Stores", {.versions = {0}}),
                SPOOL_FIELD(successors, "Successors", {.versions = {0}}))
  };

  struct TopologyDescriptionSubtopology {
    std::string subtopology_id;
    std::vector<TopologyDescriptionNode> nodes;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopologyDescriptionSubtopology,
                SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(nodes, "Nodes", {.versions = {0}}))
  };

  struct TopologyDescriptionGlobalStore {
    TopologyDescriptionNode source;
    TopologyDescriptionNode processor;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopologyDescriptionGlobalStore, SPOOL_FIELD(source, "Source", {.versions = {0}}),
                SPOOL_FIELD(processor, "Processor", {.versions = {0}}))
  };

  struct TopologyDescription {
    std::vector<TopologyDescriptionSubtopology> subtopologies;
    std::vector<TopologyDescriptionGlobalStore> global_stores;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopologyDescription, SPOOL_FIELD(subtopologies, "Subtopologies", {.versions = {0}}),
                SPOOL_FIELD(global_stores, "GlobalStores", {.versions = {0}}))
  };

  std::string group_id;
  std::string member_id;
  int32_t topology_epoch = 0;
  TopologyDescription topology_description;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupTopologyDescriptionUpdateRequest,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
              SPOOL_FIELD(topology_epoch, "TopologyEpoch", {.versions = {0}}),
              SPOOL_FIELD(topology_description, "TopologyDescription", {.versions = {0}}))
};

struct StreamsGroupTopologyDescriptionUpdateResponse {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupTopologyDescriptionUpdateResponse",
                                     .type = MessageType::response,
                                     .api_key = 93,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupTopologyDescriptionUpdateResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

}  // namespace spool::protocol
