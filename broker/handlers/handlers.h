#pragma once

/// The handlers of all APIs; each is described in its own file, <stem>.cc.

#include "broker/handlers/handler.h"
#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/messages/alter_configs.h"
#include "core/protocol/messages/alter_partition_reassignments.h"
#include "core/protocol/messages/alter_replica_log_dirs.h"
#include "core/protocol/messages/create_partitions.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/delete_records.h"
#include "core/protocol/messages/delete_topics.h"
#include "core/protocol/messages/describe_client_quotas.h"
#include "core/protocol/messages/describe_cluster.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/describe_log_dirs.h"
#include "core/protocol/messages/describe_producers.h"
#include "core/protocol/messages/describe_quorum.h"
#include "core/protocol/messages/describe_topic_partitions.h"
#include "core/protocol/messages/elect_leaders.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/incremental_alter_configs.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/list_config_resources.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/list_partition_reassignments.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/offset_for_leader_epoch.h"
#include "core/protocol/messages/produce.h"
#include "core/protocol/messages/unregister_broker.h"
#include "core/protocol/messages/unregister_controller.h"
#include "core/protocol/messages/update_features.h"

namespace spool::broker {

void handle_api_versions(Services&, const Request&, Responder);

void handle_metadata(Services&, const Request&, protocol::MetadataRequest, Responder);
void handle_produce(Services&, const Request&, protocol::ProduceRequest, Responder);
void handle_fetch(Services&, const Request&, protocol::FetchRequest, Responder);

protocol::ListOffsetsResponse handle_list_offsets(Services&, const Request&, const protocol::ListOffsetsRequest&);
protocol::OffsetForLeaderEpochResponse handle_offset_for_leader_epoch(Services&, const Request&,
                                                                      const protocol::OffsetForLeaderEpochRequest&);
protocol::InitProducerIdResponse handle_init_producer_id(Services&, const Request&,
                                                         const protocol::InitProducerIdRequest&);
protocol::CreateTopicsResponse handle_create_topics(Services&, const Request&, const protocol::CreateTopicsRequest&);
protocol::DeleteTopicsResponse handle_delete_topics(Services&, const Request&, const protocol::DeleteTopicsRequest&);
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

}  // namespace spool::broker
