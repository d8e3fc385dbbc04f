#pragma once

/// The handlers of all APIs; each is described in its own file, <stem>.cc.

#include "broker/handlers/handler.h"
#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/messages/alter_configs.h"
#include "core/protocol/messages/alter_partition_reassignments.h"
#include "core/protocol/messages/alter_replica_log_dirs.h"
#include "core/protocol/messages/create_partitions.h"
#include "core/protocol/messages/consumer_group_describe.h"
#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/delete_groups.h"
#include "core/protocol/messages/delete_records.h"
#include "core/protocol/messages/delete_topics.h"
#include "core/protocol/messages/describe_client_quotas.h"
#include "core/protocol/messages/describe_cluster.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/describe_groups.h"
#include "core/protocol/messages/describe_log_dirs.h"
#include "core/protocol/messages/describe_producers.h"
#include "core/protocol/messages/describe_quorum.h"
#include "core/protocol/messages/describe_topic_partitions.h"
#include "core/protocol/messages/elect_leaders.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/heartbeat.h"
#include "core/protocol/messages/incremental_alter_configs.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/join_group.h"
#include "core/protocol/messages/leave_group.h"
#include "core/protocol/messages/list_config_resources.h"
#include "core/protocol/messages/list_groups.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/list_partition_reassignments.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/offset_commit.h"
#include "core/protocol/messages/offset_delete.h"
#include "core/protocol/messages/offset_fetch.h"
#include "core/protocol/messages/offset_for_leader_epoch.h"
#include "core/protocol/messages/produce.h"
#include "core/protocol/messages/sync_group.h"
#include "core/protocol/messages/unregister_broker.h"
#include "core/protocol/messages/unregister_controller.h"
#include "core/protocol/messages/update_features.h"

namespace spool::broker {

void handle_api_versions(Services&, const Request&, Responder);

void handle_metadata(Services&, const Request&, protocol::MetadataRequest, Responder);
void handle_produce(Services&, const Request&, protocol::ProduceRequest, Responder);
void handle_fetch(Services&, const Request&, protocol::FetchRequest, Responder);

protocol::ListOffsetsResponse handle_list_offsets(Services&, const Request&,
                                                  const protocol::ListOffsetsRequest&);
protocol::OffsetForLeaderEpochResponse handle_offset_for_leader_epoch(
    Services&, const Request&, const protocol::OffsetForLeaderEpochRequest&);
protocol::InitProducerIdResponse handle_init_producer_id(Services&, const Request&,
                                                         const protocol::InitProducerIdRequest&);
protocol::CreateTopicsResponse handle_create_topics(Services&, const Request&,
                                                    const protocol::CreateTopicsRequest&);
protocol::DeleteTopicsResponse handle_delete_topics(Services&, const Request&,
                                                    const protocol::DeleteTopicsRequest&);
protocol::DescribeConfigsResponse handle_describe_configs(Services&, const Request&,
                                                          const protocol::DescribeConfigsRequest&);
protocol::DescribeClusterResponse handle_describe_cluster(Services&, const Request&,
                                                          const protocol::DescribeClusterRequest&);
protocol::DescribeTopicPartitionsResponse handle_describe_topic_partitions(
    Services&, const Request&, const protocol::DescribeTopicPartitionsRequest&);
protocol::DescribeLogDirsResponse handle_describe_log_dirs(Services&, const Request&,
                                                           const protocol::DescribeLogDirsRequest&);

protocol::AlterClientQuotasResponse handle_alter_client_quotas(
    Services&, const Request&, const protocol::AlterClientQuotasRequest&);
protocol::AlterConfigsResponse handle_alter_configs(Services&, const Request&,
                                                    const protocol::AlterConfigsRequest&);
protocol::AlterPartitionReassignmentsResponse handle_alter_partition_reassignments(
    Services&, const Request&, const protocol::AlterPartitionReassignmentsRequest&);
protocol::AlterReplicaLogDirsResponse handle_alter_replica_log_dirs(
    Services&, const Request&, const protocol::AlterReplicaLogDirsRequest&);
protocol::CreatePartitionsResponse handle_create_partitions(
    Services&, const Request&, const protocol::CreatePartitionsRequest&);
protocol::DeleteRecordsResponse handle_delete_records(Services&, const Request&,
                                                      const protocol::DeleteRecordsRequest&);
protocol::DescribeClientQuotasResponse handle_describe_client_quotas(
    Services&, const Request&, const protocol::DescribeClientQuotasRequest&);
protocol::DescribeProducersResponse handle_describe_producers(
    Services&, const Request&, const protocol::DescribeProducersRequest&);
protocol::DescribeQuorumResponse handle_describe_quorum(Services&, const Request&,
                                                        const protocol::DescribeQuorumRequest&);
protocol::ElectLeadersResponse handle_elect_leaders(Services&, const Request&,
                                                    const protocol::ElectLeadersRequest&);
protocol::IncrementalAlterConfigsResponse handle_incremental_alter_configs(
    Services&, const Request&, const protocol::IncrementalAlterConfigsRequest&);
protocol::ListConfigResourcesResponse handle_list_config_resources(
    Services&, const Request&, const protocol::ListConfigResourcesRequest&);
protocol::ListPartitionReassignmentsResponse handle_list_partition_reassignments(
    Services&, const Request&, const protocol::ListPartitionReassignmentsRequest&);
protocol::UnregisterBrokerResponse handle_unregister_broker(
    Services&, const Request&, const protocol::UnregisterBrokerRequest&);
protocol::UnregisterControllerResponse handle_unregister_controller(
    Services&, const Request&, const protocol::UnregisterControllerRequest&);
protocol::UpdateFeaturesResponse handle_update_features(Services&, const Request&,
                                                        const protocol::UpdateFeaturesRequest&);

// Groups: answered by the group's coordinator, on its loop.
void handle_find_coordinator(Services&, const Request&, protocol::FindCoordinatorRequest, Responder);
void handle_join_group(Services&, const Request&, protocol::JoinGroupRequest, Responder);
void handle_sync_group(Services&, const Request&, protocol::SyncGroupRequest, Responder);
void handle_heartbeat(Services&, const Request&, protocol::HeartbeatRequest, Responder);
void handle_leave_group(Services&, const Request&, protocol::LeaveGroupRequest, Responder);
void handle_offset_commit(Services&, const Request&, protocol::OffsetCommitRequest, Responder);
void handle_offset_fetch(Services&, const Request&, protocol::OffsetFetchRequest, Responder);
void handle_offset_delete(Services&, const Request&, protocol::OffsetDeleteRequest, Responder);
void handle_describe_groups(Services&, const Request&, protocol::DescribeGroupsRequest, Responder);
void handle_list_groups(Services&, const Request&, protocol::ListGroupsRequest, Responder);
void handle_delete_groups(Services&, const Request&, protocol::DeleteGroupsRequest, Responder);
void handle_consumer_group_heartbeat(Services&, const Request&,
                                     protocol::ConsumerGroupHeartbeatRequest, Responder);
void handle_consumer_group_describe(Services&, const Request&,
                                    protocol::ConsumerGroupDescribeRequest, Responder);

}  // namespace spool::broker
