#include "broker/group/coordinator.h"
#include "broker/group/embedded_protocol.h"
#include "core/base/text.h"

namespace spool::broker::group {

using coordinator::decode_value;

namespace {

constexpr size_t kTypeBytes = 2;
/// The first record of a type that is not known is told of, the others are counted.
constexpr int64_t kUnknownToldMax = 5;

}  // namespace

Status Coordinator::replay(const ReplayedRecord& record) {
  const auto at = [&] { return concat("offset ", record.offset); };
  if (!record.key || record.key->size() < kTypeBytes)
    return fail(ErrorCode::corrupt_message, concat(at(), ": the key holds no record type"));
  const auto type = load_be<int16_t>(record.key->data());
  const Status done = replay_value(type, record.key->subspan(kTypeBytes), record);
  if (done) return {};
  return fail(ErrorCode::corrupt_message,
              concat(at(), ": record type ", type, ": ", done.error().text()));
}

Status Coordinator::replay_value(int16_t type, BytesView key, const ReplayedRecord& record) {
  switch (type) {
    case 0:
    case 1:
      return replay_offset(type, key, record);
    case 2:
      return replay_classic(key, record);
    case 3:
      return replay_consumer_group(key, record);
    case 4:
      return replay_partition_metadata(key, record);
    case 5:
      return replay_consumer_member(key, record);
    case 6:
      return replay_target_epoch(key, record);
    case 7:
      return replay_target(key, record);
    case 8:
      return replay_assignment(key, record);
    case 16:
      return replay_regex(key, record);
    case 10:
    case 14:
      return replay_other(GroupType::share, true, false, key, record);
    case 11:
      return replay_other(GroupType::share, false, true, key, record);
    case 9:
    case 12:
    case 13:
    case 15:
      return {};  // details of share groups, which only their coordinator needs
    case 17:
      return replay_other(GroupType::streams, false, true, key, record);
    case 19:
    case 22:
      return replay_other(GroupType::streams, true, false, key, record);
    case 20:
    case 21:
    case 23:
      return {};  // and of streams groups
    default:
      break;
  }
  // A newer Kafka wrote it. It stays in the log as it is, and compaction keeps it.
  if (++unknown_records_count_ <= kUnknownToldMax)
    environment_.logger.warn(concat(environment_.name, ": offset ", record.offset, ": record type ",
                                    type, " is not known; it is left alone"));
  return {};
}

// Types 0 and 1 differ in their number only.
Status Coordinator::replay_offset(int16_t, BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(const auto key, protocol::decode<protocol::OffsetCommitKey>(key_bytes, 0));
  if (!record.value) {
    offsets_.remove(key.group, key.topic, key.partition);
    return {};
  }
  TRY_ASSIGN(auto value, decode_value<protocol::OffsetCommitValue>(*record.value));
  // Whoever only commits has a group too, an empty one that no record tells of.
  if (find(key.group) == nullptr) make_classic(key.group, value.commit_timestamp);
  CommittedOffset offset{value.offset,           value.leader_epoch,     std::move(value.metadata),
                         value.commit_timestamp, value.expire_timestamp, value.topic_id,
                         record.offset};
  if (record.producer_id != kNoProducerId)
    offsets_.put_pending(record.producer_id, key.group, key.topic, key.partition,
                         std::move(offset));
  else
    offsets_.put(key.group, key.topic, key.partition, std::move(offset));
  return {};
}

void Coordinator::replay_marker(ProducerId producer_id, bool is_commit) {
  offsets_.end_transaction(producer_id, is_commit);
}

Status Coordinator::replay_classic(BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(const auto key, protocol::decode<protocol::GroupMetadataKey>(key_bytes, 0));
  if (!record.value) {
    if (find_classic(key.group) != nullptr) forget_group(key.group);
    return {};
  }
  TRY_ASSIGN(auto value, decode_value<protocol::GroupMetadataValue>(*record.value));
  std::vector<ClassicMember> members;
  for (auto& written : value.members) {
    ClassicMember& member = members.emplace_back();
    member.id = std::move(written.member_id);
    member.instance_id = std::move(written.group_instance_id);
    member.client_id = std::move(written.client_id);
    member.client_host = std::move(written.client_host);
    member.session_timeout_ms = written.session_timeout;
    member.rebalance_timeout_ms =
        written.rebalance_timeout == -1 ? written.session_timeout : written.rebalance_timeout;
    member.protocols.push_back({value.protocol.value_or(""), to_buffer(written.subscription)});
    member.assignment = to_buffer(written.assignment);
  }
  std::optional<std::string> protocol_type;
  if (!value.protocol_type.empty()) protocol_type = std::move(value.protocol_type);
  make_classic(key.group, value.current_state_timestamp)
      .load(value.generation, std::move(protocol_type), std::move(value.protocol),
            std::move(value.leader), value.current_state_timestamp, std::move(members));
  return {};
}

// ---------------------------------------------------------------------------------------------------------------------
// Consumer groups. Tombstones may come in any order: compaction keeps the last record of a key.

ConsumerGroup* Coordinator::consumer_of(const std::string& group_id, const ReplayedRecord& record) {
  if (ConsumerGroup* known = find_consumer(group_id)) return known;
  // Commits alone make a simple group; it gives way. What else is there does not.
  const Group* other = find(group_id);
  const bool is_free = other == nullptr || (other->classic && other->classic->is_simple());
  if (!record.value || !is_free) return nullptr;
  return &make_consumer(group_id);
}

Status Coordinator::replay_consumer_group(BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(const auto key, protocol::decode<protocol::ConsumerGroupMetadataKey>(key_bytes, 0));
  ConsumerGroup* group = consumer_of(key.group_id, record);
  if (!record.value) {
    if (group != nullptr) forget_group(key.group_id);
    return {};
  }
  TRY_ASSIGN(const auto value, decode_value<protocol::ConsumerGroupMetadataValue>(*record.value));
  if (group == nullptr) return {};
  group->epoch = value.epoch;
  group->metadata_hash = value.metadata_hash;
  return {};
}

Status Coordinator::replay_partition_metadata(BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(const auto key,
             protocol::decode<protocol::ConsumerGroupPartitionMetadataKey>(key_bytes, 0));
  if (ConsumerGroup* group = consumer_of(key.group_id, record))
    group->has_partition_metadata_record = record.value.has_value();
  return {};
}

Status Coordinator::replay_consumer_member(BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(const auto key,
             protocol::decode<protocol::ConsumerGroupMemberMetadataKey>(key_bytes, 0));
  ConsumerGroup* group = consumer_of(key.group_id, record);
  if (!record.value) {
    if (group != nullptr) group->remove(key.member_id);
    return {};
  }
  TRY_ASSIGN(auto value, decode_value<protocol::ConsumerGroupMemberMetadataValue>(*record.value));
  if (group == nullptr) return {};
  const ConsumerMember* known = group->member(key.member_id);
  ConsumerMember member = known == nullptr ? ConsumerMember{} : *known;
  member.id = key.member_id;
  member.instance_id = std::move(value.instance_id);
  member.rack_id = std::move(value.rack_id);
  member.client_id = std::move(value.client_id);
  member.client_host = std::move(value.client_host);
  member.subscribed_topics =
      Names(value.subscribed_topic_names.begin(), value.subscribed_topic_names.end());
  member.subscribed_regex = value.subscribed_topic_regex.value_or("");
  member.rebalance_timeout_ms = value.rebalance_timeout_ms;
  member.server_assignor = std::move(value.server_assignor);
  member.classic.reset();
  if (value.classic_member_metadata) {
    auto& classic = member.classic.emplace(ConsumerMember::Classic{});
    classic.session_timeout_ms = value.classic_member_metadata->session_timeout_ms;
    for (const auto& offered : value.classic_member_metadata->supported_protocols)
      classic.protocols.push_back({offered.name, to_buffer(offered.metadata)});
    if (classic.protocols.empty())
      return fail(ErrorCode::corrupt_message, "a classic member without a protocol");
  }
  group->put(std::move(member));
  return {};
}

Status Coordinator::replay_target_epoch(BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(const auto key,
             protocol::decode<protocol::ConsumerGroupTargetAssignmentMetadataKey>(key_bytes, 0));
  ConsumerGroup* group = consumer_of(key.group_id, record);
  if (!record.value) {
    if (group != nullptr) group->assignment_epoch = 0;
    return {};
  }
  TRY_ASSIGN(const auto value,
             decode_value<protocol::ConsumerGroupTargetAssignmentMetadataValue>(*record.value));
  if (group == nullptr) return {};
  group->assignment_epoch = value.assignment_epoch;
  group->assignment_timestamp_ms = value.assignment_timestamp;
  return {};
}

Status Coordinator::replay_target(BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(const auto key,
             protocol::decode<protocol::ConsumerGroupTargetAssignmentMemberKey>(key_bytes, 0));
  ConsumerGroup* group = consumer_of(key.group_id, record);
  if (!record.value) {
    if (group != nullptr) group->remove_target(key.member_id);
    return {};
  }
  TRY_ASSIGN(const auto value,
             decode_value<protocol::ConsumerGroupTargetAssignmentMemberValue>(*record.value));
  PartitionSet target;
  for (const auto& topic : value.topic_partitions)
    target[topic.topic_id].insert(topic.partitions.begin(), topic.partitions.end());
  if (group != nullptr) group->set_target(key.member_id, std::move(target));
  return {};
}

namespace {

template <class Topics>
Result<PartitionEpochs> held_of(const Topics& topics, int32_t member_epoch) {
  PartitionEpochs held;
  for (const auto& topic : topics) {
    // Before 4.3 there are no epochs of single partitions: the member's stands for all.
    const bool has_epochs = topic.assignment_epochs && !topic.assignment_epochs->empty();
    if (has_epochs && topic.assignment_epochs->size() != topic.partitions.size())
      return fail(ErrorCode::corrupt_message, "assignment epochs and partitions differ in number");
    for (size_t i = 0; i < topic.partitions.size(); ++i)
      held[topic.topic_id][topic.partitions[i]] =
          has_epochs ? (*topic.assignment_epochs)[i] : member_epoch;
  }
  return held;
}

}  // namespace

Status Coordinator::replay_assignment(BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(const auto key,
             protocol::decode<protocol::ConsumerGroupCurrentMemberAssignmentKey>(key_bytes, 0));
  ConsumerGroup* group = consumer_of(key.group_id, record);
  const ConsumerMember* known = group == nullptr ? nullptr : group->member(key.member_id);
  if (!record.value && known == nullptr) return {};
  ConsumerMember member = known == nullptr ? ConsumerMember{} : *known;
  member.id = key.member_id;
  member.epoch = -1;
  member.previous_epoch = -1;
  member.state = MemberState::stable;
  member.assigned.clear();
  member.pending_revocation.clear();
  if (record.value) {
    TRY_ASSIGN(const auto value,
               decode_value<protocol::ConsumerGroupCurrentMemberAssignmentValue>(*record.value));
    member.epoch = value.member_epoch;
    member.previous_epoch = value.previous_member_epoch;
    member.state = value.state >= 0 && value.state <= 2 ? static_cast<MemberState>(value.state)
                                                        : MemberState::unknown;
    TRY_ASSIGN(member.assigned, held_of(value.assigned_partitions, value.member_epoch));
    TRY_ASSIGN(member.pending_revocation,
               held_of(value.partitions_pending_revocation, value.member_epoch));
  }
  if (group != nullptr) group->put(std::move(member));
  return {};
}

Status Coordinator::replay_regex(BytesView key_bytes, const ReplayedRecord& record) {
  TRY_ASSIGN(auto key, protocol::decode<protocol::ConsumerGroupRegularExpressionKey>(key_bytes, 0));
  ConsumerGroup* group = consumer_of(key.group_id, record);
  if (!record.value) {
    if (group != nullptr) group->regexes.erase(key.regular_expression);
    return {};
  }
  TRY_ASSIGN(const auto value,
             decode_value<protocol::ConsumerGroupRegularExpressionValue>(*record.value));
  if (group != nullptr)
    group->regexes[key.regular_expression] = {Names(value.topics.begin(), value.topics.end()),
                                              value.version, value.timestamp};
  return {};
}

// ---------------------------------------------------------------------------------------------------------------------
// Groups that others coordinate

// Every such key begins with the group's id, a member's goes on with the member's.
Status Coordinator::replay_other(GroupType type, bool is_member, bool is_group, BytesView key_bytes,
                                 const ReplayedRecord& record) {
  std::string group_id, member_id;
  if (is_member) {
    TRY_ASSIGN(auto key, protocol::decode<protocol::ShareGroupMemberMetadataKey>(key_bytes, 0));
    group_id = std::move(key.group_id);
    member_id = std::move(key.member_id);
  } else {
    TRY_ASSIGN(auto key, protocol::decode<protocol::ShareGroupMetadataKey>(key_bytes, 0));
    group_id = std::move(key.group_id);
  }
  if (!record.value) {
    // Compaction may have left the tombstone of a member without its group.
    Group* known = group_at(group_id);
    if (known == nullptr || !known->other) return {};
    if (is_group) groups_.erase(group_id);
    if (!is_group && is_member) known->other->members.erase(member_id);
    return {};
  }
  Group& group = groups_[group_id];
  if (!group.other || group.other->type != type) {
    group.classic.reset();
    group.consumer.reset();
    group.other = std::make_unique<OtherGroup>();
    group.other->type = type;
  }
  if (is_member) group.other->members.insert(std::move(member_id));
  return {};
}

}  // namespace spool::broker::group
