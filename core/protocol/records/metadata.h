#pragma once

#include "core/protocol/schema.h"

/// Records of __cluster_metadata-0 (KIP-631); api_key is the record type. In the log a value is:
/// uvarint frame version 1, uvarint record type, uvarint version, the fields.
namespace spool::protocol {

/// Record type 0, versions 0-4, flexible.
///
/// v0  first version.
/// v1  adds InControlledShutdown.
/// v2  adds IsMigratingZkBroker.
/// v3  adds LogDirs.
/// v4  adds CordonedLogDirs.
struct RegisterBrokerRecord {
  static constexpr MessageInfo kInfo{.name = "RegisterBrokerRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 0,
                                     .versions = {0, 4},
                                     .flexible = {0}};

  struct BrokerEndpoint {
    std::string name;
    std::string host;
    uint16_t port = 0;
    int16_t security_protocol = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(BrokerEndpoint, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}),
                SPOOL_FIELD(security_protocol, "SecurityProtocol", {.versions = {0}}))
  };

  struct BrokerFeature {
    std::string name;
    int16_t min_supported_version = 0;
    int16_t max_supported_version = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(BrokerFeature, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(min_supported_version, "MinSupportedVersion", {.versions = {0}}),
                SPOOL_FIELD(max_supported_version, "MaxSupportedVersion", {.versions = {0}}))
  };

  int32_t broker_id = 0;
  bool is_migrating_zk_broker = false;
  Uuid incarnation_id;
  int64_t broker_epoch = 0;
  std::vector<BrokerEndpoint> end_points;
  std::vector<BrokerFeature> features;
  std::optional<std::string> rack = "";
  bool fenced = true;
  bool in_controlled_shutdown = false;
  std::vector<Uuid> log_dirs;
  std::optional<std::vector<Uuid>> cordoned_log_dirs;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RegisterBrokerRecord, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(is_migrating_zk_broker, "IsMigratingZkBroker", {.versions = {2}}),
              SPOOL_FIELD(incarnation_id, "IncarnationId", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}}),
              SPOOL_FIELD(end_points, "EndPoints", {.versions = {0}}),
              SPOOL_FIELD(features, "Features", {.versions = {0}}),
              SPOOL_FIELD(rack, "Rack", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(fenced, "Fenced", {.versions = {0}, .default_value = true}),
              SPOOL_FIELD(in_controlled_shutdown, "InControlledShutdown", {.versions = {1}}),
              SPOOL_FIELD(log_dirs, "LogDirs", {.versions = {3}, .tag = 0}),
              SPOOL_FIELD(cordoned_log_dirs, "CordonedLogDirs",
                          {.versions = {4}, .nullable = {4}, .tag = 1, .default_value = kNull}))
};

/// Record type 1, version 0, flexible.
struct UnregisterBrokerRecord {
  static constexpr MessageInfo kInfo{.name = "UnregisterBrokerRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 1,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t broker_id = 0;
  int64_t broker_epoch = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UnregisterBrokerRecord, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}}))
};

/// Record type 2, version 0, flexible.
struct TopicRecord {
  static constexpr MessageInfo kInfo{.name = "TopicRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 2,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::string name;
  Uuid topic_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(TopicRecord, SPOOL_FIELD(name, "Name", {.versions = {0}}),
              SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}))
};

/// Record type 3, versions 0-2, flexible.
///
/// v0  first version.
/// v1  adds Directories.
/// v2  adds EligibleLeaderReplicas, LastKnownElr.
struct PartitionRecord {
  static constexpr MessageInfo kInfo{.name = "PartitionRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 3,
                                     .versions = {0, 2},
                                     .flexible = {0}};

  int32_t partition_id = -1;
  Uuid topic_id;
  std::vector<int32_t> replicas;
  std::vector<int32_t> isr;
  std::vector<int32_t> removing_replicas;
  std::vector<int32_t> adding_replicas;
  int32_t leader = -1;
  int8_t leader_recovery_state = 0;
  int32_t leader_epoch = -1;
  int32_t partition_epoch = -1;
  std::vector<Uuid> directories;
  std::optional<std::vector<int32_t>> eligible_leader_replicas;
  std::optional<std::vector<int32_t>> last_known_elr;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(PartitionRecord,
              SPOOL_FIELD(partition_id, "PartitionId", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
              SPOOL_FIELD(replicas, "Replicas", {.versions = {0}}),
              SPOOL_FIELD(isr, "Isr", {.versions = {0}}),
              SPOOL_FIELD(removing_replicas, "RemovingReplicas", {.versions = {0}}),
              SPOOL_FIELD(adding_replicas, "AddingReplicas", {.versions = {0}}),
              SPOOL_FIELD(leader, "Leader", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(leader_recovery_state, "LeaderRecoveryState",
                          {.versions = {0}, .tag = 0}),
              SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(partition_epoch, "PartitionEpoch",
                          {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(directories, "Directories", {.versions = {1}}),
              SPOOL_FIELD(eligible_leader_replicas, "EligibleLeaderReplicas",
                          {.versions = {2}, .nullable = {2}, .tag = 1, .default_value = kNull}),
              SPOOL_FIELD(last_known_elr, "LastKnownElr",
                          {.versions = {2}, .nullable = {2}, .tag = 2, .default_value = kNull}))
};

/// Record type 4, version 0, flexible.
struct ConfigRecord {
  static constexpr MessageInfo kInfo{.name = "ConfigRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 4,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int8_t resource_type = 0;
  std::string resource_name;
  std::string name;
  std::optional<std::string> value = "";
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConfigRecord, SPOOL_FIELD(resource_type, "ResourceType", {.versions = {0}}),
              SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}),
              SPOOL_FIELD(name, "Name", {.versions = {0}}),
              SPOOL_FIELD(value, "Value", {.versions = {0}, .nullable = {0}}))
};

/// Record type 5, versions 0-2, flexible.
///
/// v0  first version.
/// v1  adds Directories.
/// v2  adds EligibleLeaderReplicas, LastKnownElr.
struct PartitionChangeRecord {
  static constexpr MessageInfo kInfo{.name = "PartitionChangeRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 5,
                                     .versions = {0, 2},
                                     .flexible = {0}};

  int32_t partition_id = -1;
  Uuid topic_id;
  std::optional<std::vector<int32_t>> isr;
  int32_t leader = -2;
  std::optional<std::vector<int32_t>> replicas;
  std::optional<std::vector<int32_t>> removing_replicas;
  std::optional<std::vector<int32_t>> adding_replicas;
  int8_t leader_recovery_state = -1;
  std::optional<std::vector<Uuid>> directories;
  std::optional<std::vector<int32_t>> eligible_leader_replicas;
  std::optional<std::vector<int32_t>> last_known_elr;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(PartitionChangeRecord,
              SPOOL_FIELD(partition_id, "PartitionId", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
              SPOOL_FIELD(isr, "Isr",
                          {.versions = {0}, .nullable = {0}, .tag = 0, .default_value = kNull}),
              SPOOL_FIELD(leader, "Leader", {.versions = {0}, .tag = 1, .default_value = -2}),
              SPOOL_FIELD(replicas, "Replicas",
                          {.versions = {0}, .nullable = {0}, .tag = 2, .default_value = kNull}),
              SPOOL_FIELD(removing_replicas, "RemovingReplicas",
                          {.versions = {0}, .nullable = {0}, .tag = 3, .default_value = kNull}),
              SPOOL_FIELD(adding_replicas, "AddingReplicas",
                          {.versions = {0}, .nullable = {0}, .tag = 4, .default_value = kNull}),
              SPOOL_FIELD(leader_recovery_state, "LeaderRecoveryState",
                          {.versions = {0}, .tag = 5, .default_value = -1}),
              SPOOL_FIELD(directories, "Directories",
                          {.versions = {1}, .nullable = {1}, .tag = 8, .default_value = kNull}),
              SPOOL_FIELD(eligible_leader_replicas, "EligibleLeaderReplicas",
                          {.versions = {2}, .nullable = {2}, .tag = 6, .default_value = kNull}),
              SPOOL_FIELD(last_known_elr, "LastKnownElr",
                          {.versions = {2}, .nullable = {2}, .tag = 7, .default_value = kNull}))
};

/// Record type 7, version 0, flexible.
struct FenceBrokerRecord {
  static constexpr MessageInfo kInfo{.name = "FenceBrokerRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 7,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t id = 0;
  int64_t epoch = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(FenceBrokerRecord, SPOOL_FIELD(id, "Id", {.versions = {0}}),
              SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}))
};

/// Record type 8, version 0, flexible.
struct UnfenceBrokerRecord {
  static constexpr MessageInfo kInfo{.name = "UnfenceBrokerRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 8,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t id = 0;
  int64_t epoch = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UnfenceBrokerRecord, SPOOL_FIELD(id, "Id", {.versions = {0}}),
              SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}))
};

/// Record type 9, version 0, flexible.
struct RemoveTopicRecord {
  static constexpr MessageInfo kInfo{.name = "RemoveTopicRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 9,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  Uuid topic_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoveTopicRecord, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}))
};

/// Record type 10, version 0, flexible.
struct DelegationTokenRecord {
  static constexpr MessageInfo kInfo{.name = "DelegationTokenRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 10,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::string owner;
  std::string requester;
  std::vector<std::string> renewers;
  int64_t issue_timestamp = 0;
  int64_t max_timestamp = 0;
  int64_t expiration_timestamp = 0;
  std::string token_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DelegationTokenRecord, SPOOL_FIELD(owner, "Owner", {.versions = {0}}),
              SPOOL_FIELD(requester, "Requester", {.versions = {0}}),
              SPOOL_FIELD(renewers, "Renewers", {.versions = {0}}),
              SPOOL_FIELD(issue_timestamp, "IssueTimestamp", {.versions = {0}}),
              SPOOL_FIELD(max_timestamp, "MaxTimestamp", {.versions = {0}}),
              SPOOL_FIELD(expiration_timestamp, "ExpirationTimestamp", {.versions = {0}}),
              SPOOL_FIELD(token_id, "TokenId", {.versions = {0}}))
};

/// Record type 11, version 0, flexible.
struct UserScramCredentialRecord {
  static constexpr MessageInfo kInfo{.name = "UserScramCredentialRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 11,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::string name;
  int8_t mechanism = 0;
  BytesView salt;
  BytesView stored_key;
  BytesView server_key;
  int32_t iterations = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UserScramCredentialRecord, SPOOL_FIELD(name, "Name", {.versions = {0}}),
              SPOOL_FIELD(mechanism, "Mechanism", {.versions = {0}}),
              SPOOL_FIELD(salt, "Salt", {.versions = {0}}),
              SPOOL_FIELD(stored_key, "StoredKey", {.versions = {0}}),
              SPOOL_FIELD(server_key, "ServerKey", {.versions = {0}}),
              SPOOL_FIELD(iterations, "Iterations", {.versions = {0}}))
};

/// Record type 12, version 0, flexible.
struct FeatureLevelRecord {
  static constexpr MessageInfo kInfo{.name = "FeatureLevelRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 12,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::string name;
  int16_t feature_level = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(FeatureLevelRecord, SPOOL_FIELD(name, "Name", {.versions = {0}}),
              SPOOL_FIELD(feature_level, "FeatureLevel", {.versions = {0}}))
};

/// Record type 14, version 0, flexible.
struct ClientQuotaRecord {
  static constexpr MessageInfo kInfo{.name = "ClientQuotaRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 14,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct EntityData {
    std::string entity_type;
    std::optional<std::string> entity_name = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EntityData, SPOOL_FIELD(entity_type, "EntityType", {.versions = {0}}),
                SPOOL_FIELD(entity_name, "EntityName", {.versions = {0}, .nullable = {0}}))
  };

  std::vector<EntityData> entity;
  std::string key;
  double value = 0;
  bool remove = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ClientQuotaRecord, SPOOL_FIELD(entity, "Entity", {.versions = {0}}),
              SPOOL_FIELD(key, "Key", {.versions = {0}}),
              SPOOL_FIELD(value, "Value", {.versions = {0}}),
              SPOOL_FIELD(remove, "Remove", {.versions = {0}}))
};

/// Record type 15, version 0, flexible.
struct ProducerIdsRecord {
  static constexpr MessageInfo kInfo{.name = "ProducerIdsRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 15,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t broker_id = 0;
  int64_t broker_epoch = -1;
  int64_t next_producer_id = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ProducerIdsRecord, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(next_producer_id, "NextProducerId", {.versions = {0}}))
};

/// Record type 17, versions 0-3, flexible.
///
/// v0  first version.
/// v1  adds InControlledShutdown.
/// v2  adds LogDirs.
/// v3  adds CordonedLogDirs.
struct BrokerRegistrationChangeRecord {
  static constexpr MessageInfo kInfo{.name = "BrokerRegistrationChangeRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 17,
                                     .versions = {0, 3},
                                     .flexible = {0}};

  int32_t broker_id = 0;
  int64_t broker_epoch = 0;
  int8_t fenced = 0;
  int8_t in_controlled_shutdown = 0;
  std::vector<Uuid> log_dirs;
  std::optional<std::vector<Uuid>> cordoned_log_dirs;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(BrokerRegistrationChangeRecord, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}}),
              SPOOL_FIELD(fenced, "Fenced", {.versions = {0}, .tag = 0}),
              SPOOL_FIELD(in_controlled_shutdown, "InControlledShutdown",
                          {.versions = {1}, .tag = 1}),
              SPOOL_FIELD(log_dirs, "LogDirs", {.versions = {2}, .tag = 2}),
              SPOOL_FIELD(cordoned_log_dirs, "CordonedLogDirs",
                          {.versions = {3}, .nullable = {3}, .tag = 3, .default_value = kNull}))
};

/// Record type 18, version 0, flexible.
struct AccessControlEntryRecord {
  static constexpr MessageInfo kInfo{.name = "AccessControlEntryRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 18,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  Uuid id;
  int8_t resource_type = 0;
  std::string resource_name;
  int8_t pattern_type = 0;
  std::string principal;
  std::string host;
  int8_t operation = 0;
  int8_t permission_type = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AccessControlEntryRecord, SPOOL_FIELD(id, "Id", {.versions = {0}}),
              SPOOL_FIELD(resource_type, "ResourceType", {.versions = {0}}),
              SPOOL_FIELD(resource_name, "ResourceName", {.versions = {0}}),
              SPOOL_FIELD(pattern_type, "PatternType", {.versions = {0}}),
              SPOOL_FIELD(principal, "Principal", {.versions = {0}}),
              SPOOL_FIELD(host, "Host", {.versions = {0}}),
              SPOOL_FIELD(operation, "Operation", {.versions = {0}}),
              SPOOL_FIELD(permission_type, "PermissionType", {.versions = {0}}))
};

/// Record type 19, version 0, flexible.
struct RemoveAccessControlEntryRecord {
  static constexpr MessageInfo kInfo{.name = "RemoveAccessControlEntryRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 19,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  Uuid id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoveAccessControlEntryRecord, SPOOL_FIELD(id, "Id", {.versions = {0}}))
};

/// Record type 20, version 0, flexible.
struct NoOpRecord {
  static constexpr MessageInfo kInfo{.name = "NoOpRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 20,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(NoOpRecord)
};

/// Record type 21, version 0, flexible.
struct ZkMigrationStateRecord {
  static constexpr MessageInfo kInfo{.name = "ZkMigrationStateRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 21,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int8_t zk_migration_state = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ZkMigrationStateRecord,
              SPOOL_FIELD(zk_migration_state, "ZkMigrationState", {.versions = {0}}))
};

/// Record type 22, version 0, flexible.
struct RemoveUserScramCredentialRecord {
  static constexpr MessageInfo kInfo{.name = "RemoveUserScramCredentialRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 22,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::string name;
  int8_t mechanism = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoveUserScramCredentialRecord, SPOOL_FIELD(name, "Name", {.versions = {0}}),
              SPOOL_FIELD(mechanism, "Mechanism", {.versions = {0}}))
};

/// Record type 23, version 0, flexible.
struct BeginTransactionRecord {
  static constexpr MessageInfo kInfo{.name = "BeginTransactionRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 23,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::optional<std::string> name;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(BeginTransactionRecord,
              SPOOL_FIELD(name, "Name",
                          {.versions = {0}, .nullable = {0}, .tag = 0, .default_value = kNull}))
};

/// Record type 24, version 0, flexible.
struct EndTransactionRecord {
  static constexpr MessageInfo kInfo{.name = "EndTransactionRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 24,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(EndTransactionRecord)
};

/// Record type 25, version 0, flexible.
struct AbortTransactionRecord {
  static constexpr MessageInfo kInfo{.name = "AbortTransactionRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 25,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::optional<std::string> reason;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AbortTransactionRecord,
              SPOOL_FIELD(reason, "Reason",
                          {.versions = {0}, .nullable = {0}, .tag = 0, .default_value = kNull}))
};

/// Record type 26, version 0, flexible.
struct RemoveDelegationTokenRecord {
  static constexpr MessageInfo kInfo{.name = "RemoveDelegationTokenRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 26,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::string token_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoveDelegationTokenRecord, SPOOL_FIELD(token_id, "TokenId", {.versions = {0}}))
};

/// Record type 27, version 0, flexible.
struct RegisterControllerRecord {
  static constexpr MessageInfo kInfo{.name = "RegisterControllerRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 27,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct ControllerEndpoint {
    std::string name;
    std::string host;
    uint16_t port = 0;
    int16_t security_protocol = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ControllerEndpoint, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}),
                SPOOL_FIELD(security_protocol, "SecurityProtocol", {.versions = {0}}))
  };

  struct ControllerFeature {
    std::string name;
    int16_t min_supported_version = 0;
    int16_t max_supported_version = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ControllerFeature, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(min_supported_version, "MinSupportedVersion", {.versions = {0}}),
                SPOOL_FIELD(max_supported_version, "MaxSupportedVersion", {.versions = {0}}))
  };

  int32_t controller_id = 0;
  Uuid incarnation_id;
  bool zk_migration_ready = false;
  std::vector<ControllerEndpoint> end_points;
  std::vector<ControllerFeature> features;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RegisterControllerRecord,
              SPOOL_FIELD(controller_id, "ControllerId", {.versions = {0}}),
              SPOOL_FIELD(incarnation_id, "IncarnationId", {.versions = {0}}),
              SPOOL_FIELD(zk_migration_ready, "ZkMigrationReady", {.versions = {0}}),
              SPOOL_FIELD(end_points, "EndPoints", {.versions = {0}}),
              SPOOL_FIELD(features, "Features", {.versions = {0}}))
};

/// Record type 28, version 0, flexible.
struct ClearElrRecord {
  static constexpr MessageInfo kInfo{.name = "ClearElrRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 28,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::string topic_name;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ClearElrRecord, SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}))
};

/// Record type 29, version 0, flexible.
struct UnregisterControllerRecord {
  static constexpr MessageInfo kInfo{.name = "UnregisterControllerRecord",
                                     .type = MessageType::metadata,
                                     .api_key = 29,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t controller_id = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UnregisterControllerRecord,
              SPOOL_FIELD(controller_id, "ControllerId", {.versions = {0}}))
};

}  // namespace spool::protocol
