#pragma once

/// The handlers of all APIs; each is described in its own file, <stem>.cc. That file includes the
/// messages it answers: all of them together take longer to read than most handlers.

#include "broker/handlers/handler.h"

namespace spool::protocol {
struct AddOffsetsToTxnRequest;
struct AddPartitionsToTxnRequest;
struct AlterClientQuotasRequest;
struct AlterClientQuotasResponse;
struct AlterConfigsRequest;
struct AlterConfigsResponse;
struct AlterPartitionReassignmentsRequest;
struct AlterPartitionReassignmentsResponse;
struct AlterReplicaLogDirsRequest;
struct AlterReplicaLogDirsResponse;
struct ConsumerGroupDescribeRequest;
struct ConsumerGroupHeartbeatRequest;
struct CreatePartitionsRequest;
struct CreatePartitionsResponse;
struct CreateTopicsRequest;
struct CreateTopicsResponse;
struct DeleteGroupsRequest;
struct DeleteRecordsRequest;
struct DeleteRecordsResponse;
struct DeleteTopicsRequest;
struct DeleteTopicsResponse;
struct DescribeClientQuotasRequest;
struct DescribeClientQuotasResponse;
struct DescribeClusterRequest;
struct DescribeClusterResponse;
struct DescribeConfigsRequest;
struct DescribeConfigsResponse;
struct DescribeGroupsRequest;
struct DescribeLogDirsRequest;
struct DescribeLogDirsResponse;
struct DescribeProducersRequest;
struct DescribeProducersResponse;
struct DescribeQuorumRequest;
struct DescribeQuorumResponse;
struct DescribeTopicPartitionsRequest;
struct DescribeTopicPartitionsResponse;
struct DescribeTransactionsRequest;
struct ElectLeadersRequest;
struct ElectLeadersResponse;
struct EndTxnRequest;
struct FetchRequest;
struct FindCoordinatorRequest;
struct GetTelemetrySubscriptionsRequest;
struct GetTelemetrySubscriptionsResponse;
struct HeartbeatRequest;
struct IncrementalAlterConfigsRequest;
struct IncrementalAlterConfigsResponse;
struct InitProducerIdRequest;
struct JoinGroupRequest;
struct LeaveGroupRequest;
struct ListConfigResourcesRequest;
struct ListConfigResourcesResponse;
struct ListGroupsRequest;
struct ListOffsetsRequest;
struct ListOffsetsResponse;
struct ListPartitionReassignmentsRequest;
struct ListPartitionReassignmentsResponse;
struct ListTransactionsRequest;
struct MetadataRequest;
struct OffsetCommitRequest;
struct OffsetDeleteRequest;
struct OffsetFetchRequest;
struct OffsetForLeaderEpochRequest;
struct OffsetForLeaderEpochResponse;
struct ProduceRequest;
struct PushTelemetryRequest;
struct PushTelemetryResponse;
struct SyncGroupRequest;
struct TxnOffsetCommitRequest;
struct UnregisterBrokerRequest;
struct UnregisterBrokerResponse;
struct UnregisterControllerRequest;
struct UnregisterControllerResponse;
struct UpdateFeaturesRequest;
struct UpdateFeaturesResponse;
struct WriteTxnMarkersRequest;
}  // namespace spool::protocol

namespace spool::broker {

void handle_api_versions(Services&, const Request&, Responder);

void handle_metadata(Services&, const Request&, protocol::MetadataRequest, Responder);
void handle_produce(Services&, const Request&, protocol::ProduceRequest, Responder);
void handle_fetch(Services&, const Request&, protocol::FetchRequest, Responder);

protocol::ListOffsetsResponse handle_list_offsets(Services&, const Request&,
                                                  const protocol::ListOffsetsRequest&);
protocol::OffsetForLeaderEpochResponse handle_offset_for_leader_epoch(
    Services&, const Request&, const protocol::OffsetForLeaderEpochRequest&);
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
protocol::GetTelemetrySubscriptionsResponse handle_get_telemetry_subscriptions(
    Services&, const Request&, const protocol::GetTelemetrySubscriptionsRequest&);
protocol::IncrementalAlterConfigsResponse handle_incremental_alter_configs(
    Services&, const Request&, const protocol::IncrementalAlterConfigsRequest&);
protocol::ListConfigResourcesResponse handle_list_config_resources(
    Services&, const Request&, const protocol::ListConfigResourcesRequest&);
protocol::ListPartitionReassignmentsResponse handle_list_partition_reassignments(
    Services&, const Request&, const protocol::ListPartitionReassignmentsRequest&);
protocol::PushTelemetryResponse handle_push_telemetry(Services&, const Request&,
                                                      const protocol::PushTelemetryRequest&);
protocol::UnregisterBrokerResponse handle_unregister_broker(
    Services&, const Request&, const protocol::UnregisterBrokerRequest&);
protocol::UnregisterControllerResponse handle_unregister_controller(
    Services&, const Request&, const protocol::UnregisterControllerRequest&);
protocol::UpdateFeaturesResponse handle_update_features(Services&, const Request&,
                                                        const protocol::UpdateFeaturesRequest&);

// Groups: answered by the group's coordinator, on its loop.
void handle_find_coordinator(Services&, const Request&, protocol::FindCoordinatorRequest,
                             Responder);
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

// Transactions: answered by the transaction's coordinator, on its loop.
void handle_init_producer_id(Services&, const Request&, protocol::InitProducerIdRequest, Responder);
void handle_add_partitions_to_txn(Services&, const Request&, protocol::AddPartitionsToTxnRequest,
                                  Responder);
void handle_add_offsets_to_txn(Services&, const Request&, protocol::AddOffsetsToTxnRequest,
                               Responder);
void handle_end_txn(Services&, const Request&, protocol::EndTxnRequest, Responder);
void handle_txn_offset_commit(Services&, const Request&, protocol::TxnOffsetCommitRequest,
                              Responder);
void handle_write_txn_markers(Services&, const Request&, protocol::WriteTxnMarkersRequest,
                              Responder);
void handle_describe_transactions(Services&, const Request&, protocol::DescribeTransactionsRequest,
                                  Responder);
void handle_list_transactions(Services&, const Request&, protocol::ListTransactionsRequest,
                              Responder);

}  // namespace spool::broker
