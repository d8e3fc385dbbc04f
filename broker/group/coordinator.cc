#include "broker/group/coordinator.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::broker::group {

using protocol::DeleteGroupsResponse;
using protocol::DescribeGroupsResponse;
using protocol::ListGroupsResponse;

std::string_view type_name(GroupType type) {
  switch (type) {
    case GroupType::classic:
      return "classic";
    case GroupType::consumer:
      return "consumer";
    case GroupType::share:
      return "share";
    case GroupType::streams:
      return "streams";
  }
  return "";
}

ErrorCode append_error(const Error& error) {
  switch (error.code()) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::not_enough_replicas:
    case ErrorCode::request_timed_out:
      return ErrorCode::coordinator_not_available;
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::invalid_argument:
      return ErrorCode::unknown_server_error;
    case ErrorCode::read_only:
      return ErrorCode::kafka_storage_error;
    default:
      return ErrorCode::not_coordinator;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Groups

Group* Coordinator::group_at(std::string_view group_id) {
  const auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : &found->second;
}

const Group* Coordinator::find(std::string_view group_id) const {
  const auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : &found->second;
}

ClassicGroup* Coordinator::find_classic(std::string_view group_id) {
  Group* group = group_at(group_id);
  return group == nullptr ? nullptr : group->classic.get();
}

ConsumerGroup* Coordinator::find_consumer(std::string_view group_id) {
  Group* group = group_at(group_id);
  return group == nullptr ? nullptr : group->consumer.get();
}

ConsumerGroup& Coordinator::make_consumer(const std::string& group_id) {
  Group& group = groups_[group_id];
  group.classic.reset();
  group.other.reset();
  group.consumer = std::make_unique<ConsumerGroup>(group_id);
  return *group.consumer;
}

ClassicGroup& Coordinator::make_classic(const std::string& group_id, int64_t wall_ms) {
  Group& group = groups_[group_id];
  group.consumer.reset();
  group.other.reset();
  group.classic = std::make_unique<ClassicGroup>(group_id, wall_ms);
  return *group.classic;
}

void Coordinator::forget_group(const std::string& group_id) {
  timers_.cancel(Kind::classic_join, group_id, "");
  timers_.cancel(Kind::classic_sync, group_id, "");
  timers_.cancel(Kind::regex_refresh, group_id, "");
  groups_.erase(group_id);
}

Result<Offset> Coordinator::write(const RecordList& records, Now now, Producer producer) {
  if (!records.status()) return fail(records.status().error());
  auto written = environment_.journal.append(records, now.wall_ms, producer);
  if (!written)
    environment_.logger.error(concat(environment_.name, ": append: ", written.error().text()));
  return written;
}

Status Coordinator::append(const RecordList& records, Now now) {
  TRY(write(records, now, {}));
  return {};
}

Status Coordinator::append_and_apply(const RecordList& records, Now now, Producer producer) {
  if (records.empty()) return {};
  TRY_ASSIGN(const Offset base_offset, write(records, now, producer));
  apply(records, base_offset, producer.id);
  return {};
}

// What was written is replayed, so that memory is what the next start will read.
void Coordinator::apply(const RecordList& records, Offset base_offset, ProducerId producer_id) {
  int64_t offset = base_offset.value;
  for (const Record& record : records.records()) {
    ReplayedRecord replayed;
    replayed.offset = offset++;
    replayed.producer_id = producer_id;
    replayed.key = record.key;
    if (record.value) replayed.value = *record.value;
    if (const Status done = replay(replayed); !done)
      environment_.logger.error(concat(environment_.name, ": ", done.error().text()));
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Describe, list, delete

DescribeGroupsResponse::DescribedGroup Coordinator::describe(const std::string& group_id,
                                                             int16_t version) const {
  DescribeGroupsResponse::DescribedGroup described;
  described.group_id = group_id;
  const Group* group = find(group_id);
  if (group == nullptr || !group->classic) {
    described.group_state = state_name(ClassicState::dead);
    if (version < 6) return described;
    described.error_code = static_cast<int16_t>(ErrorCode::group_id_not_found);
    described.error_message =
        concat("Group ", group_id, group == nullptr ? " not found." : " is not a classic group.");
    return described;
  }
  const ClassicGroup& classic = *group->classic;
  described.group_state = state_name(classic.state());
  described.protocol_type = classic.protocol_type().value_or("");
  const bool is_stable = classic.is(ClassicState::stable);
  if (is_stable) described.protocol_data = classic.protocol_name().value_or("");
  for (const auto& [id, member] : classic.members()) {
    auto& listed = described.members.emplace_back();
    listed.member_id = id;
    listed.group_instance_id = member.instance_id;
    listed.client_id = member.client_id;
    listed.client_host = member.client_host;
    if (!is_stable) continue;
    listed.member_metadata = member.metadata(described.protocol_data);
    listed.member_assignment = member.assignment;
  }
  return described;
}

namespace {

ListGroupsResponse::ListedGroup describe_briefly(const std::string& id, const Group& group) {
  ListGroupsResponse::ListedGroup listed;
  listed.group_id = id;
  listed.group_type = type_name(group.type());
  if (group.classic) {
    listed.protocol_type = group.classic->protocol_type().value_or("");
    listed.group_state = state_name(group.classic->state());
  } else if (group.consumer) {
    listed.protocol_type = "consumer";
    listed.group_state = group.consumer->state_name();
  } else {
    listed.protocol_type = listed.group_type;
    listed.group_state = group.other->members.empty() ? "Empty" : "Stable";
  }
  return listed;
}

bool passes(const std::vector<std::string>& filter, std::string_view word) {
  const auto is_same = [&](const std::string& wanted) {
    return to_lower(wanted) == to_lower(word);
  };
  return filter.empty() || std::ranges::any_of(filter, is_same);
}

}  // namespace

std::vector<ListGroupsResponse::ListedGroup> Coordinator::list(
    const protocol::ListGroupsRequest& request) const {
  std::vector<ListGroupsResponse::ListedGroup> listed;
  for (const auto& [id, group] : groups_) {
    auto entry = describe_briefly(id, group);
    if (passes(request.states_filter, entry.group_state) &&
        passes(request.types_filter, entry.group_type))
      listed.push_back(std::move(entry));
  }
  return listed;
}

void Coordinator::add_offset_tombstones(const std::string& group_id, RecordList& out) const {
  for (const auto& [topic, partitions] : offsets_.partitions_of(group_id, true))
    for (const int32_t partition : partitions)
      out.remove(protocol::OffsetCommitKey{group_id, topic, partition, {}});
}

DeleteGroupsResponse::DeletableGroupResult Coordinator::delete_group(Now now,
                                                                     const std::string& group_id) {
  DeleteGroupsResponse::DeletableGroupResult result;
  result.group_id = group_id;
  // Kafka 4.4 has the field for a message, and leaves it null.
  const auto refuse = [&](ErrorCode error, std::optional<std::string> message = std::nullopt) {
    result.error_code = static_cast<int16_t>(error);
    result.error_message = std::move(message);
    return result;
  };
  const Group* group = find(group_id);
  if (group == nullptr) return refuse(ErrorCode::group_id_not_found);
  if (!group->is_empty()) return refuse(ErrorCode::non_empty_group);
  if (group->other)
    return refuse(ErrorCode::group_id_not_found,
                  concat("Group ", group_id, " is a ", type_name(group->type()),
                         " group, which this broker does not coordinate."));
  RecordList records;
  add_offset_tombstones(group_id, records);
  if (group->consumer)
    add_consumer_tombstones(*group->consumer, records);
  else
    records.remove(protocol::GroupMetadataKey{group_id, {}});
  if (!records.status()) return refuse(ErrorCode::unknown_server_error, "");
  // The tombstone of the group comes last: cut short, the deletion can be asked for again.
  if (const Status done = environment_.journal.append_split(records, now.wall_ms); !done)
    return refuse(append_error(done.error()), std::string(done.error().text()));
  apply(records);
  return result;
}

// ---------------------------------------------------------------------------------------------------------------------
// Time

void Coordinator::loaded(Now now) {
  for (auto& [id, group] : groups_) {
    if (group.consumer) {
      for (const auto& [member_id, member] : group.consumer->members()) after_step(id, member, now);
      group.consumer->is_metadata_stale = true;
    }
    if (!group.classic) continue;
    for (const auto& [member_id, member] : group.classic->members())
      renew_session(*group.classic, member, now);
    // A group.max.size that was lowered meanwhile: the members settle by a rebalance who stays.
    if (group.classic->members().size() > static_cast<size_t>(settings().max_size))
      prepare_rebalance(*group.classic, now);
  }
  timers_.set(Kind::offsets_expiry, "", "",
              now.monotonic_ms + settings().offsets_retention_check_interval_ms);
}

void Coordinator::advance(Now now) {
  while (const auto due = timers_.take_due(now.monotonic_ms)) on_timer(*due, now);
}

void Coordinator::on_timer(const Timers::Key& key, Now now) {
  if (key.kind == Kind::offsets_expiry) return expire_offsets(now);
  if (ConsumerGroup* consumer = find_consumer(key.group))
    return on_consumer_timer(*consumer, key, now);
  ClassicGroup* group = find_classic(key.group);
  if (group == nullptr) return;
  switch (key.kind) {
    case Kind::classic_member:
      return expire_member(*group, key.member, now);
    case Kind::classic_join:
      return end_initial_delay(*group, now);
    case Kind::classic_sync:
      return expire_sync(*group, now);
    default:
      return;
  }
}

void Coordinator::on_consumer_timer(ConsumerGroup& group, const Timers::Key& key, Now now) {
  const auto expire = [&](std::string_view why) {
    expire_consumer_member(group, key.member, why, now);
  };
  switch (key.kind) {
    case Kind::consumer_session:
      return expire("its session has ended");
    case Kind::consumer_rebalance:
      return expire("it did not give up its partitions within the rebalance timeout");
    case Kind::consumer_join:
      return expire("it did not join again within the rebalance timeout");
    case Kind::consumer_sync:
      return expire("it did not sync within the rebalance timeout");
    case Kind::regex_refresh:
      return resolve_regexes(group, now);
    default:
      return;
  }
}

namespace {

/// Since when an offset's retention runs; nullopt: it does not expire as things are.
std::optional<int64_t> retention_base(const Group* group, const CommittedOffset& offset) {
  // A consumer group says of each topic whether anybody reads it.
  if (group == nullptr || !group->classic) return offset.commit_timestamp_ms;
  const ClassicGroup& classic = *group->classic;
  if (!classic.protocol_type()) return offset.commit_timestamp_ms;
  if (classic.is(ClassicState::empty))
    return classic.state_timestamp_ms() >= 0 ? classic.state_timestamp_ms()
                                             : offset.commit_timestamp_ms;
  // Of a live group only what nobody subscribes to expires.
  if (classic.uses_consumer_protocol() && classic.subscribed_topics() &&
      classic.is(ClassicState::stable))
    return offset.commit_timestamp_ms;
  return std::nullopt;
}

bool is_subscribed(const Group* group, std::string_view topic) {
  if (group == nullptr) return false;
  if (group->consumer) return group->consumer->is_subscribed_to(topic);
  return group->classic && group->classic->is_subscribed_to(topic);
}

}  // namespace

// Collects the offsets of one group that have expired. True: the group has none left.
bool Coordinator::collect_expired(const std::string& group_id, const Group* group, Now now,
                                  RecordList& out) {
  const CommittedOffsets::Topics* topics = offsets_.find(group_id);
  if (topics == nullptr) return !offsets_.has_pending(group_id);
  bool is_all_expired = !offsets_.has_pending(group_id);
  for (const auto& [topic, partitions] : *topics) {
    const bool is_topic_subscribed = is_subscribed(group, topic);
    for (const auto& [partition, offset] : partitions) {
      const auto base = retention_base(group, offset);
      const bool is_expired = offset.expire_timestamp_ms >= 0
                                  ? now.wall_ms >= offset.expire_timestamp_ms
                                  : base && now.wall_ms - *base >= settings().offsets_retention_ms;
      if (base && is_expired && !is_topic_subscribed &&
          !offsets_.is_pending(group_id, topic, partition))
        out.remove(protocol::OffsetCommitKey{group_id, topic, partition, {}});
      else
        is_all_expired = false;
    }
  }
  return is_all_expired;
}

void Coordinator::expire_offsets(Now now) {
  timers_.set(Kind::offsets_expiry, "", "",
              now.monotonic_ms + settings().offsets_retention_check_interval_ms);
  RecordList records;
  for (const auto& [id, group] : groups_) {
    if (group.other) continue;
    if (!collect_expired(id, &group, now, records)) continue;
    if (!group.is_empty()) continue;
    if (group.consumer)
      add_consumer_tombstones(*group.consumer, records);
    else
      records.remove(protocol::GroupMetadataKey{id, {}});
  }
  if (records.empty() || !records.status()) return;
  if (const Status done = environment_.journal.append_split(records, now.wall_ms); !done) {
    environment_.logger.error(
        concat(environment_.name, ": expiring offsets: ", done.error().text()));
    return;
  }
  apply(records);
}

void Coordinator::topics_deleted(Now now, const std::vector<std::string>& names) {
  RecordList records;
  for (const auto& [group_id, group] : groups_) {
    const auto known = offsets_.partitions_of(group_id, true);
    for (const std::string& name : names) {
      const auto found = known.find(name);
      if (found == known.end()) continue;
      for (const int32_t partition : found->second)
        records.remove(protocol::OffsetCommitKey{group_id, name, partition, {}});
    }
  }
  if (records.empty() || !records.status()) return;
  if (const Status done = environment_.journal.append_split(records, now.wall_ms); done)
    apply(records);
  else
    environment_.logger.error(
        concat(environment_.name, ": offsets of deleted topics: ", done.error().text()));
}

void Coordinator::stop(ErrorCode error) {
  for (auto& [id, group] : groups_) {
    if (!group.classic) continue;
    for (auto& [member_id, member] : group.classic->members()) {
      group.classic->answer_join(
          member, {.error_code = static_cast<int16_t>(error), .member_id = member_id});
      group.classic->answer_sync(member, {.error_code = static_cast<int16_t>(error)});
    }
  }
}

}  // namespace spool::broker::group
