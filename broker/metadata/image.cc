#include "broker/metadata/image.h"

#include <algorithm>

#include "broker/metadata/record_codec.h"
#include "core/base/text.h"

namespace spool::broker {
namespace {

constexpr int32_t kLeaderUnchanged = -2;
constexpr int8_t kRecoveryStateUnchanged = -1;
constexpr std::string_view kKraftVersionFeature = "kraft.version";

std::string collision_key(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '.', '_');
  return key;
}

bool may_collide(std::string_view name) {
  return name.find_first_of("._") != std::string_view::npos;
}

// Directories follow their replicas; a replica that is new has not been assigned one (KIP-858).
std::vector<Uuid> directories_for(const PartitionImage& before,
                                  const std::vector<int32_t>& replicas) {
  if (before.directories.empty()) return {};
  std::vector<Uuid> directories(replicas.size(), kOneUuid);
  for (size_t i = 0; i < replicas.size(); ++i) {
    const auto old = std::find(before.replicas.begin(), before.replicas.end(), replicas[i]);
    const auto at = static_cast<size_t>(old - before.replicas.begin());
    if (at < before.directories.size()) directories[i] = before.directories[at];
  }
  return directories;
}

PartitionImage partition_of(const protocol::PartitionRecord& record) {
  return {.leader = record.leader,
          .leader_epoch = LeaderEpoch(record.leader_epoch),
          .partition_epoch = record.partition_epoch,
          .recovery_state = static_cast<LeaderRecoveryState>(record.leader_recovery_state),
          .replicas = record.replicas,
          .isr = record.isr,
          .removing_replicas = record.removing_replicas,
          .adding_replicas = record.adding_replicas,
          .directories = record.directories,
          .elr = record.eligible_leader_replicas.value_or(std::vector<int32_t>{}),
          .last_known_elr = record.last_known_elr.value_or(std::vector<int32_t>{})};
}

// Setting the leader raises the leader epoch, even to the same leader; any change raises the
// partition epoch.
void merge(PartitionImage& partition, const protocol::PartitionChangeRecord& change) {
  if (change.replicas) {
    partition.directories = directories_for(partition, *change.replicas);
    partition.replicas = *change.replicas;
  }
  if (change.directories) partition.directories = *change.directories;
  if (change.isr) partition.isr = *change.isr;
  if (change.removing_replicas) partition.removing_replicas = *change.removing_replicas;
  if (change.adding_replicas) partition.adding_replicas = *change.adding_replicas;
  if (change.eligible_leader_replicas) partition.elr = *change.eligible_leader_replicas;
  if (change.last_known_elr) partition.last_known_elr = *change.last_known_elr;
  if (change.leader_recovery_state != kRecoveryStateUnchanged)
    partition.recovery_state = static_cast<LeaderRecoveryState>(change.leader_recovery_state);
  if (change.leader != kLeaderUnchanged) {
    partition.leader = change.leader;
    ++partition.leader_epoch.value;
  }
  ++partition.partition_epoch;
}

template <class Wire>
std::vector<EndpointImage> endpoints_of(const std::vector<Wire>& wire) {
  std::vector<EndpointImage> endpoints;
  for (const Wire& e : wire) endpoints.push_back({e.name, e.host, e.port, e.security_protocol});
  return endpoints;
}

template <class Wire>
std::map<std::string, FeatureRange, std::less<>> ranges_of(const std::vector<Wire>& wire) {
  std::map<std::string, FeatureRange, std::less<>> ranges;
  for (const Wire& f : wire) ranges[f.name] = {f.min_supported_version, f.max_supported_version};
  return ranges;
}

template <class Wire>
std::vector<Wire> wire_endpoints(const std::vector<EndpointImage>& endpoints) {
  std::vector<Wire> wire;
  for (const EndpointImage& e : endpoints)
    wire.push_back(
        {.name = e.name, .host = e.host, .port = e.port, .security_protocol = e.security_protocol});
  return wire;
}

template <class Wire>
std::vector<Wire> wire_ranges(const std::map<std::string, FeatureRange, std::less<>>& ranges) {
  std::vector<Wire> wire;
  for (const auto& [name, range] : ranges)
    wire.push_back({.name = name,
                    .min_supported_version = range.min_level,
                    .max_supported_version = range.max_level});
  return wire;
}

QuotaEntity entity_of(const protocol::ClientQuotaRecord& record) {
  QuotaEntity entity;
  for (const auto& part : record.entity) entity.emplace_back(part.entity_type, part.entity_name);
  std::sort(entity.begin(), entity.end());
  return entity;
}

std::unexpected<Error> misfit(std::string text) {
  return fail(ErrorCode::parse_error, std::move(text));
}

}  // namespace

// One overload a record type: first everything that can be wrong, then, unless it is only a check,
// the change.
struct MetadataImage::Applier {
  MetadataImage& image;
  MetadataDelta& delta;
  bool is_check;

  template <class T>
  void note_partition(const T& record) {
    const auto& created = delta.created_topics;
    if (!created.empty() && created.back() == record.topic_id) return;
    if (std::find(created.begin(), created.end(), record.topic_id) != created.end()) return;
    delta.changed_partitions.push_back({record.topic_id, Partition(record.partition_id)});
  }

  Result<BrokerImage*> broker(int32_t id, int64_t broker_epoch) {
    const auto found = image.brokers_.find(id);
    if (found == image.brokers_.end()) return misfit(concat("broker ", id, " is not registered"));
    if (found->second.broker_epoch != broker_epoch)
      return misfit(concat("broker ", id, " is registered at epoch ", found->second.broker_epoch,
                           ", not ", broker_epoch));
    return &found->second;
  }

  Status on(const protocol::NoOpRecord&) { return {}; }
  // What is left of the migration from ZooKeeper; 4.x reads it and does nothing.
  Status on(const protocol::ZkMigrationStateRecord&) { return {}; }
  Status on(const protocol::BeginTransactionRecord&) {
    return misfit("a transaction record is none of the image");
  }
  Status on(const protocol::EndTransactionRecord&) {
    return misfit("a transaction record is none of the image");
  }
  Status on(const protocol::AbortTransactionRecord&) {
    return misfit("a transaction record is none of the image");
  }

  Status on(const protocol::TopicRecord& record) {
    if (image.topics_.contains(record.name))
      return misfit(concat("topic ", record.name, " exists already"));
    if (image.topics_by_id_.contains(record.topic_id))
      return misfit(concat("topic id ", record.topic_id.to_string(), " exists already"));
    if (is_check) return {};
    auto topic = std::make_unique<TopicImage>();
    topic->name = record.name;
    topic->id = record.topic_id;
    image.topics_by_id_.emplace(record.topic_id, topic.get());
    if (may_collide(record.name))
      image.colliding_names_.emplace(collision_key(record.name), topic.get());
    image.topics_.emplace(record.name, std::move(topic));
    delta.created_topics.push_back(record.topic_id);
    return {};
  }

  Status on(const protocol::PartitionRecord& record) {
    const auto found = image.topics_by_id_.find(record.topic_id);
    if (found == image.topics_by_id_.end())
      return misfit(concat("partition of the unknown topic id ", record.topic_id.to_string()));
    auto& partitions = found->second->partitions;
    const int64_t number = record.partition_id;
    if (number < 0 || number >= kPartitionsPerTopicMax ||
        number > static_cast<int64_t>(partitions.size()) + kPartitionGapMax ||
        record.partition_epoch < 0)
      return misfit(
          concat("partition ", number, " of topic ", found->second->name, " is not possible"));
    if (is_check) return {};
    if (static_cast<size_t>(number) >= partitions.size())
      partitions.resize(static_cast<size_t>(number) + 1);
    PartitionImage& partition = partitions[static_cast<size_t>(number)];
    if (partition.partition_epoch < 0) ++image.partitions_count_;
    partition = partition_of(record);
    note_partition(record);
    return {};
  }

  Status on(const protocol::PartitionChangeRecord& record) {
    const auto found = image.topics_by_id_.find(record.topic_id);
    if (found == image.topics_by_id_.end())
      return misfit(
          concat("change of a partition of the unknown topic id ", record.topic_id.to_string()));
    const PartitionImage* partition = found->second->partition(record.partition_id);
    if (!partition || partition->partition_epoch < 0)
      return misfit(concat("change of the unknown partition ", found->second->name, "-",
                           record.partition_id));
    if (is_check) return {};
    merge(found->second->partitions[static_cast<size_t>(record.partition_id)], record);
    note_partition(record);
    return {};
  }

  Status on(const protocol::RemoveTopicRecord& record) {
    const auto found = image.topics_by_id_.find(record.topic_id);
    if (found == image.topics_by_id_.end())
      return misfit(concat("removal of the unknown topic id ", record.topic_id.to_string()));
    if (is_check) return {};
    TopicImage* const topic = found->second;
    const auto partitions_count = static_cast<int32_t>(topic->partitions.size());
    if (std::erase(delta.created_topics, topic->id) == 0)
      delta.deleted_topics.push_back({topic->name, topic->id, partitions_count});
    const auto [first, last] = image.colliding_names_.equal_range(collision_key(topic->name));
    for (auto it = first; it != last;)
      it = it->second == topic ? image.colliding_names_.erase(it) : std::next(it);
    for (const PartitionImage& partition : topic->partitions)
      if (partition.partition_epoch >= 0) --image.partitions_count_;
    image.configs_.erase({ConfigResourceType::topic, topic->name});
    image.topics_by_id_.erase(found);
    image.topics_.erase(image.topics_.find(topic->name));
    return {};
  }

  Status on(const protocol::ConfigRecord& record) {
    if (is_check) return {};
    ConfigResource resource{static_cast<ConfigResourceType>(record.resource_type),
                            record.resource_name};
    delta.changed_configs.push_back(resource);
    if (record.value) {
      image.configs_[std::move(resource)][record.name] = *record.value;
    } else if (const auto found = image.configs_.find(resource); found != image.configs_.end()) {
      found->second.erase(record.name);
      if (found->second.empty()) image.configs_.erase(found);
    }
    return {};
  }

  Status on(const protocol::RegisterBrokerRecord& record) {
    if (is_check) return {};
    image.brokers_[record.broker_id] = {.id = record.broker_id,
                                        .incarnation_id = record.incarnation_id,
                                        .broker_epoch = record.broker_epoch,
                                        .endpoints = endpoints_of(record.end_points),
                                        .features = ranges_of(record.features),
                                        .rack = record.rack,
                                        .is_fenced = record.fenced,
                                        .is_in_controlled_shutdown = record.in_controlled_shutdown,
                                        .is_migrating_zk_broker = record.is_migrating_zk_broker,
                                        .log_dirs = record.log_dirs,
                                        .cordoned_log_dirs = record.cordoned_log_dirs};
    delta.has_changed_brokers = true;
    return {};
  }

  Status on(const protocol::UnregisterBrokerRecord& record) {
    TRY(broker(record.broker_id, record.broker_epoch));
    if (is_check) return {};
    image.brokers_.erase(record.broker_id);
    delta.has_changed_brokers = true;
    return {};
  }

  Status set_fenced(int32_t id, int64_t broker_epoch, bool is_fenced) {
    TRY_ASSIGN(BrokerImage * found, broker(id, broker_epoch));
    if (is_check) return {};
    found->is_fenced = is_fenced;
    delta.has_changed_brokers = true;
    return {};
  }
  Status on(const protocol::FenceBrokerRecord& record) {
    return set_fenced(record.id, record.epoch, true);
  }
  Status on(const protocol::UnfenceBrokerRecord& record) {
    return set_fenced(record.id, record.epoch, false);
  }

  Status on(const protocol::BrokerRegistrationChangeRecord& record) {
    TRY_ASSIGN(BrokerImage * found, broker(record.broker_id, record.broker_epoch));
    if (record.fenced < -1 || record.fenced > 1 || record.in_controlled_shutdown < 0 ||
        record.in_controlled_shutdown > 1)
      return misfit(concat("change of broker ", record.broker_id, " has values that mean nothing"));
    if (is_check) return {};
    if (record.fenced != 0) found->is_fenced = record.fenced > 0;
    if (record.in_controlled_shutdown != 0) found->is_in_controlled_shutdown = true;
    if (!record.log_dirs.empty()) found->log_dirs = record.log_dirs;
    if (record.cordoned_log_dirs) found->cordoned_log_dirs = record.cordoned_log_dirs;
    delta.has_changed_brokers = true;
    return {};
  }

  Status on(const protocol::RegisterControllerRecord& record) {
    if (is_check) return {};
    image.controllers_[record.controller_id] = {.id = record.controller_id,
                                                .incarnation_id = record.incarnation_id,
                                                .is_zk_migration_ready = record.zk_migration_ready,
                                                .endpoints = endpoints_of(record.end_points),
                                                .features = ranges_of(record.features)};
    return {};
  }
  Status on(const protocol::UnregisterControllerRecord& record) {
    if (!is_check) image.controllers_.erase(record.controller_id);
    return {};
  }

  Status on(const protocol::FeatureLevelRecord& record) {
    if (record.name == kMetadataVersionFeature &&
        (record.feature_level < kMetadataVersionMin || record.feature_level > kMetadataVersionMax))
      return fail(ErrorCode::unsupported, concat("metadata.version ", record.feature_level,
                                                 " is not one that this release reads (",
                                                 kMetadataVersionMin, " to ", kMetadataVersionMax,
                                                 "); if a newer Kafka raised it, only that Kafka "
                                                 "or a newer release opens the directory"));
    if (is_check || record.name == kKraftVersionFeature) return {};
    if (record.feature_level == 0) {
      image.features_.erase(record.name);
    } else {
      image.features_[record.name] = record.feature_level;
    }
    delta.has_changed_features = true;
    return {};
  }

  Status on(const protocol::ClientQuotaRecord& record) {
    if (is_check) return {};
    QuotaEntity entity = entity_of(record);
    delta.has_changed_quotas = true;
    if (!record.remove) {
      image.quotas_[std::move(entity)][record.key] = record.value;
    } else if (const auto found = image.quotas_.find(entity); found != image.quotas_.end()) {
      found->second.erase(record.key);
      if (found->second.empty()) image.quotas_.erase(found);
    }
    return {};
  }

  Status on(const protocol::ProducerIdsRecord& record) {
    if (image.producer_ids_ && record.next_producer_id <= image.producer_ids_->next_producer_id)
      return misfit(concat("the next producer id ", record.next_producer_id, " is not above ",
                           image.producer_ids_->next_producer_id));
    if (is_check) return {};
    image.producer_ids_ = {record.broker_id, record.broker_epoch, record.next_producer_id};
    return {};
  }

  Status on(const protocol::AccessControlEntryRecord& record) {
    if (image.acls_.contains(record.id))
      return misfit(concat("ACL ", record.id.to_string(), " exists already"));
    if (is_check) return {};
    image.acls_[record.id] = {.resource_type = record.resource_type,
                              .resource_name = record.resource_name,
                              .pattern_type = record.pattern_type,
                              .principal = record.principal,
                              .host = record.host,
                              .operation = record.operation,
                              .permission_type = record.permission_type};
    delta.has_changed_acls = true;
    return {};
  }
  Status on(const protocol::RemoveAccessControlEntryRecord& record) {
    const auto found = image.acls_.find(record.id);
    if (found == image.acls_.end())
      return misfit(concat("removal of the unknown ACL ", record.id.to_string()));
    if (is_check) return {};
    image.acls_.erase(found);
    delta.has_changed_acls = true;
    return {};
  }

  Status on(const protocol::UserScramCredentialRecord& record) {
    if (is_check) return {};
    image.scram_[{static_cast<ScramMechanism>(record.mechanism), record.name}] = {
        to_buffer(record.salt), to_buffer(record.stored_key), to_buffer(record.server_key),
        record.iterations};
    delta.has_changed_scram = true;
    return {};
  }
  Status on(const protocol::RemoveUserScramCredentialRecord& record) {
    const auto found =
        image.scram_.find({static_cast<ScramMechanism>(record.mechanism), record.name});
    if (found == image.scram_.end())
      return misfit(
          concat("removal of a SCRAM credential that user ", record.name, " does not have"));
    if (is_check) return {};
    image.scram_.erase(found);
    delta.has_changed_scram = true;
    return {};
  }

  Status on(const protocol::DelegationTokenRecord& record) {
    if (is_check) return {};
    image.tokens_[record.token_id] = {.owner = record.owner,
                                      .requester = record.requester,
                                      .renewers = record.renewers,
                                      .issue_timestamp_ms = record.issue_timestamp,
                                      .max_timestamp_ms = record.max_timestamp,
                                      .expiration_timestamp_ms = record.expiration_timestamp};
    delta.has_changed_tokens = true;
    return {};
  }
  Status on(const protocol::RemoveDelegationTokenRecord& record) {
    if (is_check) return {};
    image.tokens_.erase(record.token_id);
    delta.has_changed_tokens = true;
    return {};
  }

  void clear_elr(TopicImage& topic) {
    protocol::PartitionChangeRecord change;
    change.topic_id = topic.id;
    change.eligible_leader_replicas.emplace();
    change.last_known_elr.emplace();
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      PartitionImage& partition = topic.partitions[i];
      if (partition.elr.empty() && partition.last_known_elr.empty()) continue;
      change.partition_id = static_cast<int32_t>(i);
      merge(partition, change);
      note_partition(change);
    }
  }
  Status on(const protocol::ClearElrRecord& record) {
    const auto found = image.topics_.find(record.topic_name);
    if (!record.topic_name.empty() && found == image.topics_.end())
      return misfit(
          concat("clearing the eligible leaders of the unknown topic ", record.topic_name));
    if (is_check) return {};
    if (found != image.topics_.end()) {
      clear_elr(*found->second);
    } else {
      for (const auto& [name, topic] : image.topics_) clear_elr(*topic);
    }
    return {};
  }
};

Status MetadataImage::apply(const MetadataRecord& record, MetadataDelta* delta) {
  MetadataDelta unused;
  Applier applier{*this, delta ? *delta : unused, false};
  return std::visit([&](const auto& body) { return applier.on(body); }, record.body);
}

Status MetadataImage::check(const MetadataRecord& record) const {
  MetadataDelta unused;
  // With is_check the applier only looks.
  Applier applier{const_cast<MetadataImage&>(*this), unused, true};
  return std::visit([&](const auto& body) { return applier.on(body); }, record.body);
}

void MetadataImage::advance(Offset end_offset, int32_t raft_epoch, int64_t timestamp_ms) {
  end_offset_ = end_offset;
  raft_epoch_ = raft_epoch;
  last_timestamp_ms_ = timestamp_ms;
}

const TopicImage* MetadataImage::topic(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

const TopicImage* MetadataImage::topic(const Uuid& id) const {
  const auto found = topics_by_id_.find(id);
  return found == topics_by_id_.end() ? nullptr : found->second;
}

const PartitionImage* MetadataImage::partition(std::string_view topic_name, int32_t number) const {
  const TopicImage* found = topic(topic_name);
  return found ? found->partition(number) : nullptr;
}

const TopicImage* MetadataImage::colliding_topic(std::string_view name) const {
  if (!may_collide(name)) return nullptr;
  const auto [first, last] = colliding_names_.equal_range(collision_key(name));
  for (auto it = first; it != last; ++it)
    if (it->second->name != name) return it->second;
  return nullptr;
}

const ConfigMap& MetadataImage::configs(ConfigResourceType type, std::string_view name) const {
  const auto found = configs_.find({type, std::string(name)});
  return found == configs_.end() ? no_configs_ : found->second;
}

int16_t MetadataImage::feature_level(std::string_view name) const {
  const auto found = features_.find(name);
  return found == features_.end() ? int16_t{0} : found->second;
}

namespace {

void add_features(const MetadataImage& image, std::vector<MetadataRecord>& out) {
  const auto add = [&](const std::string& name, int16_t level) {
    out.emplace_back(protocol::FeatureLevelRecord{.name = name, .feature_level = level});
  };
  if (image.metadata_version() != 0)
    add(std::string(kMetadataVersionFeature), image.metadata_version());
  for (const auto& [name, level] : image.features())
    if (name != kMetadataVersionFeature) add(name, level);
}

void add_nodes(const MetadataImage& image, std::vector<MetadataRecord>& out) {
  using Broker = protocol::RegisterBrokerRecord;
  using Controller = protocol::RegisterControllerRecord;
  for (const auto& [id, broker] : image.brokers())
    out.emplace_back(Broker{.broker_id = id,
                            .is_migrating_zk_broker = broker.is_migrating_zk_broker,
                            .incarnation_id = broker.incarnation_id,
                            .broker_epoch = broker.broker_epoch,
                            .end_points = wire_endpoints<Broker::BrokerEndpoint>(broker.endpoints),
                            .features = wire_ranges<Broker::BrokerFeature>(broker.features),
                            .rack = broker.rack,
                            .fenced = broker.is_fenced,
                            .in_controlled_shutdown = broker.is_in_controlled_shutdown,
                            .log_dirs = broker.log_dirs,
                            .cordoned_log_dirs = broker.cordoned_log_dirs});
  for (const auto& [id, controller] : image.controllers())
    out.emplace_back(Controller{
        .controller_id = id,
        .incarnation_id = controller.incarnation_id,
        .zk_migration_ready = controller.is_zk_migration_ready,
        .end_points = wire_endpoints<Controller::ControllerEndpoint>(controller.endpoints),
        .features = wire_ranges<Controller::ControllerFeature>(controller.features)});
}

void add_partition(const TopicImage& topic, size_t number, std::vector<MetadataRecord>& out) {
  const PartitionImage& partition = topic.partitions[number];
  protocol::PartitionRecord record{
      .partition_id = static_cast<int32_t>(number),
      .topic_id = topic.id,
      .replicas = partition.replicas,
      .isr = partition.isr,
      .removing_replicas = partition.removing_replicas,
      .adding_replicas = partition.adding_replicas,
      .leader = partition.leader,
      .leader_recovery_state = static_cast<int8_t>(partition.recovery_state),
      .leader_epoch = partition.leader_epoch.value,
      .partition_epoch = partition.partition_epoch,
      .directories = partition.directories};
  if (!partition.elr.empty()) record.eligible_leader_replicas = partition.elr;
  if (!partition.last_known_elr.empty()) record.last_known_elr = partition.last_known_elr;
  out.emplace_back(std::move(record));
}

void add_topics(const MetadataImage& image, std::vector<MetadataRecord>& out) {
  for (const auto& [name, topic] : image.topics()) {
    out.emplace_back(protocol::TopicRecord{.name = name, .topic_id = topic->id});
    for (size_t i = 0; i < topic->partitions.size(); ++i) add_partition(*topic, i, out);
  }
}

void add_configs(const MetadataImage& image, std::vector<MetadataRecord>& out) {
  for (const auto& [resource, values] : image.all_configs())
    for (const auto& [key, value] : values)
      out.emplace_back(protocol::ConfigRecord{.resource_type = static_cast<int8_t>(resource.type),
                                              .resource_name = resource.name,
                                              .name = key,
                                              .value = value});
}

void add_quotas(const MetadataImage& image, std::vector<MetadataRecord>& out) {
  for (const auto& [entity, values] : image.client_quotas()) {
    protocol::ClientQuotaRecord record;
    for (const auto& [type, name] : entity)
      record.entity.push_back({.entity_type = type, .entity_name = name});
    for (const auto& [key, value] : values) {
      record.key = key;
      record.value = value;
      out.emplace_back(record);
    }
  }
}

void add_security(const MetadataImage& image, std::vector<MetadataRecord>& out) {
  for (const auto& [id, acl] : image.acls())
    out.emplace_back(protocol::AccessControlEntryRecord{.id = id,
                                                        .resource_type = acl.resource_type,
                                                        .resource_name = acl.resource_name,
                                                        .pattern_type = acl.pattern_type,
                                                        .principal = acl.principal,
                                                        .host = acl.host,
                                                        .operation = acl.operation,
                                                        .permission_type = acl.permission_type});
  for (const auto& [key, credential] : image.scram_credentials())
    out.emplace_back(
        protocol::UserScramCredentialRecord{.name = key.user,
                                            .mechanism = static_cast<int8_t>(key.mechanism),
                                            .salt = credential.salt,
                                            .stored_key = credential.stored_key,
                                            .server_key = credential.server_key,
                                            .iterations = credential.iterations});
  for (const auto& [id, token] : image.delegation_tokens())
    out.emplace_back(
        protocol::DelegationTokenRecord{.owner = token.owner,
                                        .requester = token.requester,
                                        .renewers = token.renewers,
                                        .issue_timestamp = token.issue_timestamp_ms,
                                        .max_timestamp = token.max_timestamp_ms,
                                        .expiration_timestamp = token.expiration_timestamp_ms,
                                        .token_id = id});
}

}  // namespace

std::vector<MetadataRecord> MetadataImage::to_records() const {
  std::vector<MetadataRecord> records;
  records.reserve(static_cast<size_t>(partitions_count_) + 2 * topics_.size() + 16);
  add_features(*this, records);
  add_nodes(*this, records);
  add_topics(*this, records);
  add_configs(*this, records);
  add_quotas(*this, records);
  if (producer_ids_)
    records.emplace_back(
        protocol::ProducerIdsRecord{.broker_id = producer_ids_->broker_id,
                                    .broker_epoch = producer_ids_->broker_epoch,
                                    .next_producer_id = producer_ids_->next_producer_id});
  add_security(*this, records);
  return records;
}

}  // namespace spool::broker
