#include "broker/handlers/handlers.h"
#include "core/protocol/messages/add_offsets_to_txn.h"
#include "core/protocol/messages/add_partitions_to_txn.h"
#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/messages/alter_configs.h"
#include "core/protocol/messages/alter_partition_reassignments.h"
#include "core/protocol/messages/alter_replica_log_dirs.h"
#include "core/protocol/messages/consumer_group_describe.h"
#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/create_partitions.h"
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
#include "core/protocol/messages/describe_transactions.h"
#include "core/protocol/messages/elect_leaders.h"
#include "core/protocol/messages/end_txn.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/get_telemetry_subscriptions.h"
#include "core/protocol/messages/heartbeat.h"
#include "core/protocol/messages/incremental_alter_configs.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/join_group.h"
#include "core/protocol/messages/leave_group.h"
#include "core/protocol/messages/list_config_resources.h"
#include "core/protocol/messages/list_groups.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/list_partition_reassignments.h"
#include "core/protocol/messages/list_transactions.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/offset_commit.h"
#include "core/protocol/messages/offset_delete.h"
#include "core/protocol/messages/offset_fetch.h"
#include "core/protocol/messages/offset_for_leader_epoch.h"
#include "core/protocol/messages/produce.h"
#include "core/protocol/messages/push_telemetry.h"
#include "core/protocol/messages/sync_group.h"
#include "core/protocol/messages/txn_offset_commit.h"
#include "core/protocol/messages/unregister_broker.h"
#include "core/protocol/messages/unregister_controller.h"
#include "core/protocol/messages/update_features.h"
#include "core/protocol/messages/write_txn_markers.h"

namespace spool::broker {

namespace {

using enum protocol::ApiKey;

// Versions as Apache Kafka 4.4 offers them. Produce is advertised from version 0, because old
// librdkafka reads the range as a feature test, but served from 3.
constexpr Api kApis[] = {
    {produce, 0, 13, 3, true, later<protocol::ProduceRequest, handle_produce>},
    {fetch, 4, 18, 4, true, later<protocol::FetchRequest, handle_fetch>},
    {list_offsets, 1, 11, 1, true, on_worker<protocol::ListOffsetsRequest, handle_list_offsets>},
    {metadata, 0, 13, 0, true, later<protocol::MetadataRequest, handle_metadata>},
    {offset_commit, 2, 10, 2, true, later<protocol::OffsetCommitRequest, handle_offset_commit>},
    {offset_fetch, 1, 10, 1, true, later<protocol::OffsetFetchRequest, handle_offset_fetch>},
    {find_coordinator, 0, 6, 0, true,
     later<protocol::FindCoordinatorRequest, handle_find_coordinator>},
    {join_group, 0, 9, 0, true, later<protocol::JoinGroupRequest, handle_join_group>},
    {heartbeat, 0, 4, 0, true, later<protocol::HeartbeatRequest, handle_heartbeat>},
    {leave_group, 0, 5, 0, true, later<protocol::LeaveGroupRequest, handle_leave_group>},
    {sync_group, 0, 5, 0, true, later<protocol::SyncGroupRequest, handle_sync_group>},
    {describe_groups, 0, 6, 0, true,
     later<protocol::DescribeGroupsRequest, handle_describe_groups>},
    {list_groups, 0, 5, 0, true, later<protocol::ListGroupsRequest, handle_list_groups>},
    {api_versions, 0, 5, 0, true, handle_api_versions},
    {create_topics, 2, 7, 2, true, on_worker<protocol::CreateTopicsRequest, handle_create_topics>},
    {delete_topics, 1, 6, 1, true, on_worker<protocol::DeleteTopicsRequest, handle_delete_topics>},
    {delete_records, 0, 2, 0, true,
     on_worker<protocol::DeleteRecordsRequest, handle_delete_records>},
    {init_producer_id, 0, 5, 0, true,
     later<protocol::InitProducerIdRequest, handle_init_producer_id>},
    {offset_for_leader_epoch, 2, 4, 2, true,
     on_worker<protocol::OffsetForLeaderEpochRequest, handle_offset_for_leader_epoch>},
    {add_partitions_to_txn, 0, 5, 0, true,
     later<protocol::AddPartitionsToTxnRequest, handle_add_partitions_to_txn>},
    {add_offsets_to_txn, 0, 4, 0, true,
     later<protocol::AddOffsetsToTxnRequest, handle_add_offsets_to_txn>},
    {end_txn, 0, 5, 0, true, later<protocol::EndTxnRequest, handle_end_txn>},
    {write_txn_markers, 1, 2, 1, true,
     later<protocol::WriteTxnMarkersRequest, handle_write_txn_markers>},
    {txn_offset_commit, 0, 6, 0, true,
     later<protocol::TxnOffsetCommitRequest, handle_txn_offset_commit>},
    {describe_configs, 1, 4, 1, true,
     on_loop<protocol::DescribeConfigsRequest, handle_describe_configs>},
    {alter_configs, 0, 2, 0, true, on_worker<protocol::AlterConfigsRequest, handle_alter_configs>},
    {alter_replica_log_dirs, 1, 2, 1, true,
     on_loop<protocol::AlterReplicaLogDirsRequest, handle_alter_replica_log_dirs>},
    {describe_log_dirs, 1, 5, 1, true,
     on_worker<protocol::DescribeLogDirsRequest, handle_describe_log_dirs>},
    {create_partitions, 0, 3, 0, true,
     on_worker<protocol::CreatePartitionsRequest, handle_create_partitions>},
    {delete_groups, 0, 3, 0, true, later<protocol::DeleteGroupsRequest, handle_delete_groups>},
    {elect_leaders, 0, 2, 0, true, on_loop<protocol::ElectLeadersRequest, handle_elect_leaders>},
    {incremental_alter_configs, 0, 1, 0, true,
     on_worker<protocol::IncrementalAlterConfigsRequest, handle_incremental_alter_configs>},
    {alter_partition_reassignments, 0, 1, 0, true,
     on_loop<protocol::AlterPartitionReassignmentsRequest, handle_alter_partition_reassignments>},
    {list_partition_reassignments, 0, 0, 0, true,
     on_loop<protocol::ListPartitionReassignmentsRequest, handle_list_partition_reassignments>},
    {offset_delete, 0, 0, 0, true, later<protocol::OffsetDeleteRequest, handle_offset_delete>},
    {describe_client_quotas, 0, 1, 0, true,
     on_loop<protocol::DescribeClientQuotasRequest, handle_describe_client_quotas>},
    {alter_client_quotas, 0, 1, 0, true,
     on_worker<protocol::AlterClientQuotasRequest, handle_alter_client_quotas>},
    {describe_quorum, 0, 2, 0, true,
     on_loop<protocol::DescribeQuorumRequest, handle_describe_quorum>},
    {update_features, 0, 2, 0, true,
     on_worker<protocol::UpdateFeaturesRequest, handle_update_features>},
    {describe_cluster, 0, 2, 0, true,
     on_loop<protocol::DescribeClusterRequest, handle_describe_cluster>},
    {describe_producers, 0, 0, 0, true,
     on_worker<protocol::DescribeProducersRequest, handle_describe_producers>},
    {unregister_broker, 0, 0, 0, true,
     on_worker<protocol::UnregisterBrokerRequest, handle_unregister_broker>},
    {describe_transactions, 0, 0, 0, true,
     later<protocol::DescribeTransactionsRequest, handle_describe_transactions>},
    {list_transactions, 0, 2, 0, true,
     later<protocol::ListTransactionsRequest, handle_list_transactions>},
    {consumer_group_heartbeat, 0, 1, 0, true,
     later<protocol::ConsumerGroupHeartbeatRequest, handle_consumer_group_heartbeat>},
    {consumer_group_describe, 0, 1, 0, true,
     later<protocol::ConsumerGroupDescribeRequest, handle_consumer_group_describe>},
    {get_telemetry_subscriptions, 0, 0, 0, false,
     on_worker<protocol::GetTelemetrySubscriptionsRequest, handle_get_telemetry_subscriptions>},
    {push_telemetry, 0, 0, 0, false,
     on_worker<protocol::PushTelemetryRequest, handle_push_telemetry>},
    {list_config_resources, 0, 1, 0, true,
     on_loop<protocol::ListConfigResourcesRequest, handle_list_config_resources>},
    {describe_topic_partitions, 0, 0, 0, true,
     on_loop<protocol::DescribeTopicPartitionsRequest, handle_describe_topic_partitions>},
    {unregister_controller, 0, 0, 0, true,
     on_worker<protocol::UnregisterControllerRequest, handle_unregister_controller>},
};

}  // namespace

std::span<const Api> api_table() { return kApis; }

}  // namespace spool::broker
