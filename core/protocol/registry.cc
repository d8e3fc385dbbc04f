#include "core/protocol/registry.h"

#include <array>

#include "core/protocol/messages/add_offsets_to_txn.h"
#include "core/protocol/messages/add_partitions_to_txn.h"
#include "core/protocol/messages/add_raft_voter.h"
#include "core/protocol/messages/allocate_producer_ids.h"
#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/messages/alter_configs.h"
#include "core/protocol/messages/alter_partition.h"
#include "core/protocol/messages/alter_partition_reassignments.h"
#include "core/protocol/messages/alter_replica_log_dirs.h"
#include "core/protocol/messages/alter_share_group_offsets.h"
#include "core/protocol/messages/alter_user_scram_credentials.h"
#include "core/protocol/messages/api_versions.h"
#include "core/protocol/messages/assign_replicas_to_dirs.h"
#include "core/protocol/messages/begin_quorum_epoch.h"
#include "core/protocol/messages/broker_heartbeat.h"
#include "core/protocol/messages/broker_registration.h"
#include "core/protocol/messages/consumer_group_describe.h"
#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/controller_registration.h"
#include "core/protocol/messages/create_acls.h"
#include "core/protocol/messages/create_delegation_token.h"
#include "core/protocol/messages/create_partitions.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/delete_acls.h"
#include "core/protocol/messages/delete_groups.h"
#include "core/protocol/messages/delete_records.h"
#include "core/protocol/messages/delete_share_group_offsets.h"
#include "core/protocol/messages/delete_share_group_state.h"
#include "core/protocol/messages/delete_topics.h"
#include "core/protocol/messages/describe_acls.h"
#include "core/protocol/messages/describe_client_quotas.h"
#include "core/protocol/messages/describe_cluster.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/describe_delegation_token.h"
#include "core/protocol/messages/describe_groups.h"
#include "core/protocol/messages/describe_log_dirs.h"
#include "core/protocol/messages/describe_producers.h"
#include "core/protocol/messages/describe_quorum.h"
#include "core/protocol/messages/describe_share_group_offsets.h"
#include "core/protocol/messages/describe_topic_partitions.h"
#include "core/protocol/messages/describe_transactions.h"
#include "core/protocol/messages/describe_user_scram_credentials.h"
#include "core/protocol/messages/elect_leaders.h"
#include "core/protocol/messages/end_quorum_epoch.h"
#include "core/protocol/messages/end_txn.h"
#include "core/protocol/messages/envelope.h"
#include "core/protocol/messages/expire_delegation_token.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/fetch_snapshot.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/get_telemetry_subscriptions.h"
#include "core/protocol/messages/header.h"
#include "core/protocol/messages/heartbeat.h"
#include "core/protocol/messages/incremental_alter_configs.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/initialize_share_group_state.h"
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
#include "core/protocol/messages/read_share_group_state.h"
#include "core/protocol/messages/read_share_group_state_summary.h"
#include "core/protocol/messages/remove_raft_voter.h"
#include "core/protocol/messages/renew_delegation_token.h"
#include "core/protocol/messages/sasl_authenticate.h"
#include "core/protocol/messages/sasl_handshake.h"
#include "core/protocol/messages/share_acknowledge.h"
#include "core/protocol/messages/share_fetch.h"
#include "core/protocol/messages/share_group_describe.h"
#include "core/protocol/messages/share_group_heartbeat.h"
#include "core/protocol/messages/streams_group_describe.h"
#include "core/protocol/messages/streams_group_heartbeat.h"
#include "core/protocol/messages/streams_group_topology_description_update.h"
#include "core/protocol/messages/sync_group.h"
#include "core/protocol/messages/txn_offset_commit.h"
#include "core/protocol/messages/unregister_broker.h"
#include "core/protocol/messages/unregister_controller.h"
#include "core/protocol/messages/update_features.h"
#include "core/protocol/messages/update_raft_voter.h"
#include "core/protocol/messages/vote.h"
#include "core/protocol/messages/write_share_group_state.h"
#include "core/protocol/messages/write_txn_markers.h"
#include "core/protocol/records/consumer_protocol.h"
#include "core/protocol/records/control.h"
#include "core/protocol/records/group.h"
#include "core/protocol/records/metadata.h"
#include "core/protocol/records/principal.h"
#include "core/protocol/records/raft.h"
#include "core/protocol/records/share.h"
#include "core/protocol/records/storage.h"
#include "core/protocol/records/transaction.h"

namespace spool::protocol {
namespace {

template <class M>
constexpr MessageEntry entry(std::string_view topic = {}) {
  return {&M::kInfo, &schema_of<M>, topic};
}

constexpr MessageEntry kMessages[] = {
    entry<ProduceRequest>(),
    entry<ProduceResponse>(),
    entry<FetchRequest>(),
    entry<FetchResponse>(),
    entry<ListOffsetsRequest>(),
    entry<ListOffsetsResponse>(),
    entry<MetadataRequest>(),
    entry<MetadataResponse>(),
    entry<OffsetCommitRequest>(),
    entry<OffsetCommitResponse>(),
    entry<OffsetFetchRequest>(),
    entry<OffsetFetchResponse>(),
    entry<FindCoordinatorRequest>(),
    entry<FindCoordinatorResponse>(),
    entry<JoinGroupRequest>(),
    entry<JoinGroupResponse>(),
    entry<HeartbeatRequest>(),
    entry<HeartbeatResponse>(),
    entry<LeaveGroupRequest>(),
    entry<LeaveGroupResponse>(),
    entry<SyncGroupRequest>(),
    entry<SyncGroupResponse>(),
    entry<DescribeGroupsRequest>(),
    entry<DescribeGroupsResponse>(),
    entry<ListGroupsRequest>(),
    entry<ListGroupsResponse>(),
    entry<SaslHandshakeRequest>(),
    entry<SaslHandshakeResponse>(),
    entry<ApiVersionsRequest>(),
    entry<ApiVersionsResponse>(),
    entry<CreateTopicsRequest>(),
    entry<CreateTopicsResponse>(),
    entry<DeleteTopicsRequest>(),
    entry<DeleteTopicsResponse>(),
    entry<DeleteRecordsRequest>(),
    entry<DeleteRecordsResponse>(),
    entry<InitProducerIdRequest>(),
    entry<InitProducerIdResponse>(),
    entry<OffsetForLeaderEpochRequest>(),
    entry<OffsetForLeaderEpochResponse>(),
    entry<AddPartitionsToTxnRequest>(),
    entry<AddPartitionsToTxnResponse>(),
    entry<AddOffsetsToTxnRequest>(),
    entry<AddOffsetsToTxnResponse>(),
    entry<EndTxnRequest>(),
    entry<EndTxnResponse>(),
    entry<WriteTxnMarkersRequest>(),
    entry<WriteTxnMarkersResponse>(),
    entry<TxnOffsetCommitRequest>(),
    entry<TxnOffsetCommitResponse>(),
    entry<DescribeAclsRequest>(),
    entry<DescribeAclsResponse>(),
    entry<CreateAclsRequest>(),
    entry<CreateAclsResponse>(),
    entry<DeleteAclsRequest>(),
    entry<DeleteAclsResponse>(),
    entry<DescribeConfigsRequest>(),
    entry<DescribeConfigsResponse>(),
    entry<AlterConfigsRequest>(),
    entry<AlterConfigsResponse>(),
    entry<AlterReplicaLogDirsRequest>(),
    entry<AlterReplicaLogDirsResponse>(),
    entry<DescribeLogDirsRequest>(),
    entry<DescribeLogDirsResponse>(),
    entry<SaslAuthenticateRequest>(),
    entry<SaslAuthenticateResponse>(),
    entry<CreatePartitionsRequest>(),
    entry<CreatePartitionsResponse>(),
    entry<CreateDelegationTokenRequest>(),
    entry<CreateDelegationTokenResponse>(),
    entry<RenewDelegationTokenRequest>(),
    entry<RenewDelegationTokenResponse>(),
    entry<ExpireDelegationTokenRequest>(),
    entry<ExpireDelegationTokenResponse>(),
    entry<DescribeDelegationTokenRequest>(),
    entry<DescribeDelegationTokenResponse>(),
    entry<DeleteGroupsRequest>(),
    entry<DeleteGroupsResponse>(),
    entry<ElectLeadersRequest>(),
    entry<ElectLeadersResponse>(),
    entry<IncrementalAlterConfigsRequest>(),
    entry<IncrementalAlterConfigsResponse>(),
    entry<AlterPartitionReassignmentsRequest>(),
    entry<AlterPartitionReassignmentsResponse>(),
    entry<ListPartitionReassignmentsRequest>(),
    entry<ListPartitionReassignmentsResponse>(),
    entry<OffsetDeleteRequest>(),
    entry<OffsetDeleteResponse>(),
    entry<DescribeClientQuotasRequest>(),
    entry<DescribeClientQuotasResponse>(),
    entry<AlterClientQuotasRequest>(),
    entry<AlterClientQuotasResponse>(),
    entry<DescribeUserScramCredentialsRequest>(),
    entry<DescribeUserScramCredentialsResponse>(),
    entry<AlterUserScramCredentialsRequest>(),
    entry<AlterUserScramCredentialsResponse>(),
    entry<VoteRequest>(),
    entry<VoteResponse>(),
    entry<BeginQuorumEpochRequest>(),
    entry<BeginQuorumEpochResponse>(),
    entry<EndQuorumEpochRequest>(),
    entry<EndQuorumEpochResponse>(),
    entry<DescribeQuorumRequest>(),
    entry<DescribeQuorumResponse>(),
    entry<AlterPartitionRequest>(),
    entry<AlterPartitionResponse>(),
    entry<UpdateFeaturesRequest>(),
    entry<UpdateFeaturesResponse>(),
    entry<EnvelopeRequest>(),
    entry<EnvelopeResponse>(),
    entry<FetchSnapshotRequest>(),
    entry<FetchSnapshotResponse>(),
    entry<DescribeClusterRequest>(),
    entry<DescribeClusterResponse>(),
    entry<DescribeProducersRequest>(),
    entry<DescribeProducersResponse>(),
    entry<BrokerRegistrationRequest>(),
    entry<BrokerRegistrationResponse>(),
    entry<BrokerHeartbeatRequest>(),
    entry<BrokerHeartbeatResponse>(),
    entry<UnregisterBrokerRequest>(),
    entry<UnregisterBrokerResponse>(),
    entry<DescribeTransactionsRequest>(),
    entry<DescribeTransactionsResponse>(),
    entry<ListTransactionsRequest>(),
    entry<ListTransactionsResponse>(),
    entry<AllocateProducerIdsRequest>(),
    entry<AllocateProducerIdsResponse>(),
    entry<ConsumerGroupHeartbeatRequest>(),
    entry<ConsumerGroupHeartbeatResponse>(),
    entry<ConsumerGroupDescribeRequest>(),
    entry<ConsumerGroupDescribeResponse>(),
    entry<ControllerRegistrationRequest>(),
    entry<ControllerRegistrationResponse>(),
    entry<GetTelemetrySubscriptionsRequest>(),
    entry<GetTelemetrySubscriptionsResponse>(),
    entry<PushTelemetryRequest>(),
    entry<PushTelemetryResponse>(),
    entry<AssignReplicasToDirsRequest>(),
    entry<AssignReplicasToDirsResponse>(),
    entry<ListConfigResourcesRequest>(),
    entry<ListConfigResourcesResponse>(),
    entry<DescribeTopicPartitionsRequest>(),
    entry<DescribeTopicPartitionsResponse>(),
    entry<ShareGroupHeartbeatRequest>(),
    entry<ShareGroupHeartbeatResponse>(),
    entry<ShareGroupDescribeRequest>(),
    entry<ShareGroupDescribeResponse>(),
    entry<ShareFetchRequest>(),
    entry<ShareFetchResponse>(),
    entry<ShareAcknowledgeRequest>(),
    entry<ShareAcknowledgeResponse>(),
    entry<AddRaftVoterRequest>(),
    entry<AddRaftVoterResponse>(),
    entry<RemoveRaftVoterRequest>(),
    entry<RemoveRaftVoterResponse>(),
    entry<UpdateRaftVoterRequest>(),
    entry<UpdateRaftVoterResponse>(),
    entry<InitializeShareGroupStateRequest>(),
    entry<InitializeShareGroupStateResponse>(),
    entry<ReadShareGroupStateRequest>(),
    entry<ReadShareGroupStateResponse>(),
    entry<WriteShareGroupStateRequest>(),
    entry<WriteShareGroupStateResponse>(),
    entry<DeleteShareGroupStateRequest>(),
    entry<DeleteShareGroupStateResponse>(),
    entry<ReadShareGroupStateSummaryRequest>(),
    entry<ReadShareGroupStateSummaryResponse>(),
    entry<StreamsGroupHeartbeatRequest>(),
    entry<StreamsGroupHeartbeatResponse>(),
    entry<StreamsGroupDescribeRequest>(),
    entry<StreamsGroupDescribeResponse>(),
    entry<DescribeShareGroupOffsetsRequest>(),
    entry<DescribeShareGroupOffsetsResponse>(),
    entry<AlterShareGroupOffsetsRequest>(),
    entry<AlterShareGroupOffsetsResponse>(),
    entry<DeleteShareGroupOffsetsRequest>(),
    entry<DeleteShareGroupOffsetsResponse>(),
    entry<StreamsGroupTopologyDescriptionUpdateRequest>(),
    entry<StreamsGroupTopologyDescriptionUpdateResponse>(),
    entry<UnregisterControllerRequest>(),
    entry<UnregisterControllerResponse>(),
    entry<RequestHeader>(),
    entry<ResponseHeader>(),
    entry<RegisterBrokerRecord>("__cluster_metadata"),
    entry<UnregisterBrokerRecord>("__cluster_metadata"),
    entry<TopicRecord>("__cluster_metadata"),
    entry<PartitionRecord>("__cluster_metadata"),
    entry<ConfigRecord>("__cluster_metadata"),
    entry<PartitionChangeRecord>("__cluster_metadata"),
    entry<FenceBrokerRecord>("__cluster_metadata"),
    entry<UnfenceBrokerRecord>("__cluster_metadata"),
    entry<RemoveTopicRecord>("__cluster_metadata"),
    entry<DelegationTokenRecord>("__cluster_metadata"),
    entry<UserScramCredentialRecord>("__cluster_metadata"),
    entry<FeatureLevelRecord>("__cluster_metadata"),
    entry<ClientQuotaRecord>("__cluster_metadata"),
    entry<ProducerIdsRecord>("__cluster_metadata"),
    entry<BrokerRegistrationChangeRecord>("__cluster_metadata"),
    entry<AccessControlEntryRecord>("__cluster_metadata"),
    entry<RemoveAccessControlEntryRecord>("__cluster_metadata"),
    entry<NoOpRecord>("__cluster_metadata"),
    entry<ZkMigrationStateRecord>("__cluster_metadata"),
    entry<RemoveUserScramCredentialRecord>("__cluster_metadata"),
    entry<BeginTransactionRecord>("__cluster_metadata"),
    entry<EndTransactionRecord>("__cluster_metadata"),
    entry<AbortTransactionRecord>("__cluster_metadata"),
    entry<RemoveDelegationTokenRecord>("__cluster_metadata"),
    entry<RegisterControllerRecord>("__cluster_metadata"),
    entry<ClearElrRecord>("__cluster_metadata"),
    entry<UnregisterControllerRecord>("__cluster_metadata"),
    entry<LegacyOffsetCommitKey>("__consumer_offsets"),
    entry<LegacyOffsetCommitValue>("__consumer_offsets"),
    entry<OffsetCommitKey>("__consumer_offsets"),
    entry<OffsetCommitValue>("__consumer_offsets"),
    entry<GroupMetadataKey>("__consumer_offsets"),
    entry<GroupMetadataValue>("__consumer_offsets"),
    entry<ConsumerGroupMetadataKey>("__consumer_offsets"),
    entry<ConsumerGroupMetadataValue>("__consumer_offsets"),
    entry<ConsumerGroupPartitionMetadataKey>("__consumer_offsets"),
    entry<ConsumerGroupPartitionMetadataValue>("__consumer_offsets"),
    entry<ConsumerGroupMemberMetadataKey>("__consumer_offsets"),
    entry<ConsumerGroupMemberMetadataValue>("__consumer_offsets"),
    entry<ConsumerGroupTargetAssignmentMetadataKey>("__consumer_offsets"),
    entry<ConsumerGroupTargetAssignmentMetadataValue>("__consumer_offsets"),
    entry<ConsumerGroupTargetAssignmentMemberKey>("__consumer_offsets"),
    entry<ConsumerGroupTargetAssignmentMemberValue>("__consumer_offsets"),
    entry<ConsumerGroupCurrentMemberAssignmentKey>("__consumer_offsets"),
    entry<ConsumerGroupCurrentMemberAssignmentValue>("__consumer_offsets"),
    entry<ShareGroupMemberMetadataKey>("__consumer_offsets"),
    entry<ShareGroupMemberMetadataValue>("__consumer_offsets"),
    entry<ShareGroupMetadataKey>("__consumer_offsets"),
    entry<ShareGroupMetadataValue>("__consumer_offsets"),
    entry<ShareGroupTargetAssignmentMetadataKey>("__consumer_offsets"),
    entry<ShareGroupTargetAssignmentMetadataValue>("__consumer_offsets"),
    entry<ShareGroupTargetAssignmentMemberKey>("__consumer_offsets"),
    entry<ShareGroupTargetAssignmentMemberValue>("__consumer_offsets"),
    entry<ShareGroupCurrentMemberAssignmentKey>("__consumer_offsets"),
    entry<ShareGroupCurrentMemberAssignmentValue>("__consumer_offsets"),
    entry<ShareGroupStatePartitionMetadataKey>("__consumer_offsets"),
    entry<ShareGroupStatePartitionMetadataValue>("__consumer_offsets"),
    entry<ConsumerGroupRegularExpressionKey>("__consumer_offsets"),
    entry<ConsumerGroupRegularExpressionValue>("__consumer_offsets"),
    entry<StreamsGroupMetadataKey>("__consumer_offsets"),
    entry<StreamsGroupMetadataValue>("__consumer_offsets"),
    entry<StreamsGroupMemberMetadataKey>("__consumer_offsets"),
    entry<StreamsGroupMemberMetadataValue>("__consumer_offsets"),
    entry<StreamsGroupTargetAssignmentMetadataKey>("__consumer_offsets"),
    entry<StreamsGroupTargetAssignmentMetadataValue>("__consumer_offsets"),
    entry<StreamsGroupTargetAssignmentMemberKey>("__consumer_offsets"),
    entry<StreamsGroupTargetAssignmentMemberValue>("__consumer_offsets"),
    entry<StreamsGroupCurrentMemberAssignmentKey>("__consumer_offsets"),
    entry<StreamsGroupCurrentMemberAssignmentValue>("__consumer_offsets"),
    entry<StreamsGroupTopologyKey>("__consumer_offsets"),
    entry<StreamsGroupTopologyValue>("__consumer_offsets"),
    entry<TransactionLogKey>("__transaction_state"),
    entry<TransactionLogValue>("__transaction_state"),
    entry<ShareSnapshotKey>("__share_group_state"),
    entry<ShareSnapshotValue>("__share_group_state"),
    entry<ShareUpdateKey>("__share_group_state"),
    entry<ShareUpdateValue>("__share_group_state"),
    entry<QuorumStateData>(),
    entry<ControlRecordTypeSchema>(),
    entry<EndTxnMarker>(),
    entry<LeaderChangeMessage>(),
    entry<SnapshotHeaderRecord>(),
    entry<SnapshotFooterRecord>(),
    entry<KRaftVersionRecord>(),
    entry<VotersRecord>(),
    entry<AbortedTxn>(),
    entry<ConsumerProtocolSubscription>(),
    entry<ConsumerProtocolAssignment>(),
    entry<DefaultPrincipalData>(),
    entry<ProducerSnapshot>(),
    entry<RemoteLogSegmentMetadataRecord>("__remote_log_metadata"),
    entry<RemoteLogSegmentMetadataUpdateRecord>("__remote_log_metadata"),
    entry<RemotePartitionDeleteMetadataRecord>("__remote_log_metadata"),
    entry<RemoteLogSegmentMetadataSnapshotRecord>("__remote_log_metadata"),
};

const MessageEntry* find_if(auto matches) {
  for (const MessageEntry& each : kMessages)
    if (matches(each)) return &each;
  return nullptr;
}

constexpr std::string_view kRequestSuffix = "Request";

/// Information about the requests by key: names and header versions are asked for with every frame.
constexpr int16_t kApiKeyMax = 94;
constexpr auto kRequests = [] {
  std::array<const MessageInfo*, kApiKeyMax + 1> requests{};
  for (const MessageEntry& each : kMessages)
    if (each.info->type == MessageType::request) requests[each.info->api_key] = each.info;
  return requests;
}();

const MessageInfo* request_info(ApiKey key) {
  const auto number = static_cast<int16_t>(key);
  return number < 0 || number > kApiKeyMax ? nullptr : kRequests[number];
}

}  // namespace

std::span<const MessageEntry> all_messages() { return kMessages; }

const MessageEntry* find_message(ApiKey key, MessageType type) {
  return find_if([&](const MessageEntry& each) {
    return each.info->type == type && each.info->api_key == static_cast<int16_t>(key);
  });
}

const MessageEntry* find_message(std::string_view name) {
  return find_if([&](const MessageEntry& each) { return each.info->name == name; });
}

const MessageEntry* find_record(std::string_view topic, MessageType type, int16_t record_type) {
  return find_if([&](const MessageEntry& each) {
    return !each.topic.empty() && each.topic == topic && each.info->type == type &&
           each.info->api_key == record_type;
  });
}

std::string_view api_name(ApiKey key) {
  const MessageInfo* request = request_info(key);
  if (request == nullptr) return {};
  return request->name.substr(0, request->name.size() - kRequestSuffix.size());
}

int16_t api_key_of(std::string_view name) {
  for (const MessageInfo* request : kRequests)
    if (request != nullptr && api_name(request->key()) == name) return request->api_key;
  return kNoApiKey;
}

int16_t request_header_version(ApiKey key, int16_t version) {
  const MessageInfo* request = request_info(key);
  return request != nullptr && request->flexible.has(version) ? 2 : 1;
}

int16_t response_header_version(ApiKey key, int16_t version) {
  if (key == ApiKey::api_versions) return 0;
  const MessageInfo* request = request_info(key);
  return request != nullptr && request->flexible.has(version) ? 1 : 0;
}

}  // namespace spool::protocol
