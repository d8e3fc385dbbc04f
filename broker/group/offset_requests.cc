#include "broker/group/coordinator.h"
#include "core/base/text.h"

namespace spool::broker::group {

using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;
using protocol::OffsetDeleteRequest;
using protocol::OffsetDeleteResponse;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;
using protocol::TxnOffsetCommitRequest;
using protocol::TxnOffsetCommitResponse;
using FetchedGroup = OffsetFetchResponse::OffsetFetchResponseGroup;
using FetchedPartition = OffsetFetchResponse::OffsetFetchResponsePartitions;

namespace {

constexpr int16_t kVersionOfMemberEpochs = 9;
constexpr int16_t kVersionOfTopicIds = 10;
constexpr int16_t kTransactionalVersionOfTopicIds = 6;
/// Values that an old client gave a retention of its own.
constexpr int16_t kValueWithExpiry = 1;

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// OffsetCommit

ErrorCode Coordinator::check_classic_commit(ClassicGroup& group, const OffsetCommitRequest& request,
                                            Now now) {
  const int32_t generation = request.generation_id_or_member_epoch;
  // Somebody outside: an administrator, or a consumer that assigns its partitions itself.
  if (generation < 0 && group.is(ClassicState::empty)) return ErrorCode::none;
  const bool names_member =
      generation >= 0 || !request.member_id.empty() || request.group_instance_id;
  if (!names_member) return ErrorCode::unknown_member_id;
  const ErrorCode error = group.check_member(request.member_id, request.group_instance_id);
  if (error != ErrorCode::none) return error;
  if (generation != group.generation()) return ErrorCode::illegal_generation;
  if (group.is(ClassicState::completing_rebalance)) return ErrorCode::rebalance_in_progress;
  // Who commits is alive.
  renew_session(group, *group.member(request.member_id), now);
  return ErrorCode::none;
}

ErrorCode Coordinator::check_commit(Now now, const Caller& caller,
                                    const OffsetCommitRequest& request) {
  Group* group = group_at(request.group_id);
  if (group == nullptr) {
    if (request.generation_id_or_member_epoch < 0) return ErrorCode::none;
    return caller.version >= kVersionOfMemberEpochs ? ErrorCode::group_id_not_found
                                                    : ErrorCode::illegal_generation;
  }
  if (group->classic) return check_classic_commit(*group->classic, request, now);
  if (group->consumer) return check_consumer_commit(*group->consumer, caller, request);
  return ErrorCode::group_id_not_found;
}

// A member may commit what it was given at an epoch that it has left since: its answer may be under
// way (KIP-1251).
ErrorCode Coordinator::check_consumer_commit(const ConsumerGroup& group, const Caller& caller,
                                             const OffsetCommitRequest& request) const {
  const int32_t epoch = request.generation_id_or_member_epoch;
  if (epoch < 0 && group.members().empty()) return ErrorCode::none;
  const ConsumerMember* member = group.member(request.member_id);
  if (member == nullptr) return ErrorCode::unknown_member_id;
  if (member->classic)
    return epoch == member->epoch ? ErrorCode::none : ErrorCode::illegal_generation;
  if (caller.version < kVersionOfMemberEpochs) return ErrorCode::unsupported_version;
  if (epoch == member->epoch) return ErrorCode::none;
  if (epoch > member->epoch) return ErrorCode::stale_member_epoch;
  for (const auto& topic : request.topics) {
    const auto known = caller.version >= kVersionOfTopicIds
                           ? environment_.topics.find(topic.topic_id)
                           : environment_.topics.find(topic.name);
    const auto held = known ? member->assigned.find(known->id) : member->assigned.end();
    for (const auto& partition : topic.partitions) {
      if (held == member->assigned.end()) return ErrorCode::stale_member_epoch;
      const auto at = held->second.find(partition.partition_index);
      if (at == held->second.end() || at->second > epoch) return ErrorCode::stale_member_epoch;
    }
  }
  return ErrorCode::none;
}

// Nobody needs to say which member it is; who says so has to be it. Not whether a rebalance is
// under way: the transaction has begun before.
ErrorCode Coordinator::check_commit_in_transaction(const OffsetCommitRequest& request) const {
  const int32_t generation = request.generation_id_or_member_epoch;
  const Group* group = find(request.group_id);
  if (group == nullptr) return generation < 0 ? ErrorCode::none : ErrorCode::illegal_generation;
  if (group->other) return ErrorCode::group_id_not_found;
  const bool names_member =
      generation >= 0 || !request.member_id.empty() || request.group_instance_id;
  if (!names_member || (generation < 0 && group->is_empty())) return ErrorCode::none;
  if (group->classic) {
    const ErrorCode error =
        group->classic->check_member(request.member_id, request.group_instance_id);
    if (error != ErrorCode::none) return error;
    return generation == group->classic->generation() ? ErrorCode::none
                                                      : ErrorCode::illegal_generation;
  }
  const ConsumerMember* member = group->consumer->member(request.member_id);
  if (member == nullptr) return ErrorCode::unknown_member_id;
  if (generation == member->epoch) return ErrorCode::none;
  return member->classic ? ErrorCode::illegal_generation : ErrorCode::stale_member_epoch;
}

OffsetCommitResponse Coordinator::commit(Now now, const Caller& caller,
                                         const OffsetCommitRequest& request) {
  return write_commit(now, request, caller.version >= kVersionOfTopicIds, {},
                      [&] { return check_commit(now, caller, request); });
}

TxnOffsetCommitResponse Coordinator::commit_in_transaction(Now now,
                                                           const TxnOffsetCommitRequest& request,
                                                           int16_t version) {
  OffsetCommitRequest same;
  same.group_id = request.group_id;
  same.generation_id_or_member_epoch = request.generation_id_or_member_epoch;
  same.member_id = request.member_id;
  same.group_instance_id = request.group_instance_id;
  for (const auto& topic : request.topics) {
    auto& copy = same.topics.emplace_back();
    copy.name = topic.name;
    copy.topic_id = topic.topic_id;
    for (const auto& partition : topic.partitions)
      copy.partitions.push_back({partition.partition_index,
                                 partition.committed_offset,
                                 partition.committed_leader_epoch,
                                 partition.committed_metadata,
                                 {}});
  }
  const Producer producer{ProducerId(request.producer_id), ProducerEpoch(request.producer_epoch)};
  const OffsetCommitResponse done =
      write_commit(now, same, version >= kTransactionalVersionOfTopicIds, producer,
                   [&] { return check_commit_in_transaction(same); });
  TxnOffsetCommitResponse response;
  for (const auto& topic : done.topics) {
    auto& copy = response.topics.emplace_back();
    copy.name = topic.name;
    copy.topic_id = topic.topic_id;
    for (const auto& partition : topic.partitions)
      copy.partitions.push_back({partition.partition_index, partition.error_code, {}});
  }
  return response;
}

ErrorCode Coordinator::end_transaction(Now now, Producer producer,
                                       const record::EndTxnMarker& marker) {
  const Status done = environment_.journal.append_marker(producer, marker, now.wall_ms);
  if (!done) return done.error().code();
  replay_marker(producer.id, marker.is_commit);
  return ErrorCode::none;
}

OffsetCommitResponse Coordinator::write_commit(Now now, const OffsetCommitRequest& request,
                                               bool is_by_id, Producer producer,
                                               const std::function<ErrorCode()>& check) {
  OffsetCommitResponse response;
  RecordList records;
  std::vector<int16_t*> written;  // the codes of what is in `records`
  for (const auto& topic : request.topics) {
    const auto found =
        is_by_id ? environment_.topics.find(topic.topic_id) : environment_.topics.find(topic.name);
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    answers.topic_id = topic.topic_id;
    // The addresses of the codes are kept: the vector must not grow under them.
    answers.partitions.reserve(topic.partitions.size());
    for (const auto& partition : topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      const std::string metadata = partition.committed_metadata.value_or("");
      const auto refuse = [&](ErrorCode error) { answer.error_code = static_cast<int16_t>(error); };
      if (!found && is_by_id) {
        refuse(ErrorCode::unknown_topic_id);
      } else if (!found || partition.partition_index < 0 ||
                 partition.partition_index >= found->partitions_count) {
        refuse(ErrorCode::unknown_topic_or_partition);
      } else if (metadata.size() > static_cast<size_t>(settings().offset_metadata_bytes_max)) {
        refuse(ErrorCode::offset_metadata_too_large);
        written.push_back(nullptr);
      } else {
        protocol::OffsetCommitValue value;
        value.offset = partition.committed_offset;
        value.leader_epoch = partition.committed_leader_epoch;
        value.metadata = metadata;
        value.commit_timestamp = now.wall_ms;
        value.topic_id = found->id;
        const bool has_expiry = request.retention_time_ms >= 0;
        if (has_expiry) value.expire_timestamp = now.wall_ms + request.retention_time_ms;
        records.add(
            protocol::OffsetCommitKey{request.group_id, found->name, partition.partition_index, {}},
            value, has_expiry ? kValueWithExpiry : protocol::OffsetCommitValue::kInfo.versions.max);
        written.push_back(&answer.error_code);
      }
    }
  }
  if (written.empty()) return response;
  ErrorCode error = check();
  if (error == ErrorCode::none)
    if (const Status done = append_and_apply(records, now, producer); !done) {
      error = append_error(done.error());
      if (done.error().code() == ErrorCode::message_too_large)
        error = ErrorCode::invalid_commit_offset_size;
      if (done.error().code() == ErrorCode::invalid_producer_epoch)
        error = ErrorCode::invalid_producer_epoch;
    }
  if (error != ErrorCode::none)
    for (int16_t* code : written)
      if (code != nullptr) *code = static_cast<int16_t>(error);
  return response;
}

// ---------------------------------------------------------------------------------------------------------------------
// OffsetFetch

namespace {

FetchedPartition fetched(int32_t partition, const CommittedOffset* offset, bool is_unstable) {
  FetchedPartition answer;
  answer.partition_index = partition;
  answer.committed_offset = -1;
  if (is_unstable) {
    answer.error_code = static_cast<int16_t>(ErrorCode::unstable_offset_commit);
  } else if (offset != nullptr) {
    answer.committed_offset = offset->offset;
    answer.committed_leader_epoch = offset->leader_epoch;
    answer.metadata = offset->metadata;
  }
  return answer;
}

}  // namespace

FetchedGroup Coordinator::fetch(Now, const OffsetFetchRequest::OffsetFetchRequestGroup& request,
                                bool requires_stable) {
  FetchedGroup answer;
  answer.group_id = request.group_id;
  // Who says that it is a member has to be one; who does not may read.
  const ConsumerGroup* consumer = find_consumer(request.group_id);
  const bool names_member =
      request.member_epoch >= 0 || (request.member_id && !request.member_id->empty());
  if (consumer != nullptr && names_member) {
    const ConsumerMember* member = consumer->member(request.member_id.value_or(""));
    ErrorCode error = ErrorCode::none;
    if (member == nullptr)
      error = ErrorCode::unknown_member_id;
    else if (member->epoch != request.member_epoch)
      error = ErrorCode::stale_member_epoch;
    answer.error_code = static_cast<int16_t>(error);
    if (error != ErrorCode::none) return answer;
  }
  const auto add = [&](auto& partitions, const std::string& topic, int32_t partition) {
    const bool is_unstable =
        requires_stable && offsets_.is_pending(request.group_id, topic, partition);
    partitions.push_back(
        fetched(partition, offsets_.find(request.group_id, topic, partition), is_unstable));
  };
  if (request.topics) {
    for (const auto& topic : *request.topics) {
      auto& listed = answer.topics.emplace_back();
      listed.name = topic.name;
      listed.topic_id = topic.topic_id;
      for (const int32_t partition : topic.partition_indexes)
        add(listed.partitions, topic.name, partition);
    }
    return answer;
  }
  const auto known = offsets_.partitions_of(request.group_id, false);
  for (const auto& [topic, partitions] : known) {
    auto& listed = answer.topics.emplace_back();
    listed.name = topic;
    for (const int32_t partition : partitions) add(listed.partitions, topic, partition);
  }
  return answer;
}

// ---------------------------------------------------------------------------------------------------------------------
// OffsetDelete

OffsetDeleteResponse Coordinator::delete_offsets(Now now, const OffsetDeleteRequest& request) {
  OffsetDeleteResponse response;
  const auto refuse = [&](ErrorCode error) {
    response.error_code = static_cast<int16_t>(error);
    response.topics.clear();
    return response;
  };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_group_id);
  const Group* group = find(request.group_id);
  if (group == nullptr || group->other) return refuse(ErrorCode::group_id_not_found);
  if (group->classic && !group->is_empty() && !group->classic->uses_consumer_protocol())
    return refuse(ErrorCode::non_empty_group);
  const auto is_subscribed = [&](const std::string& topic) {
    return group->classic ? group->classic->is_subscribed_to(topic)
                          : group->consumer->is_subscribed_to(topic);
  };
  RecordList records;
  for (const auto& topic : request.topics) {
    const auto found = environment_.topics.find(topic.name);
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& partition : topic.partitions) {
      ErrorCode error = ErrorCode::none;
      const int32_t number = partition.partition_index;
      if (!found || number < 0 || number >= found->partitions_count)
        error = ErrorCode::unknown_topic_or_partition;
      else if (is_subscribed(topic.name))
        error = ErrorCode::group_subscribed_to_topic;
      else if (offsets_.find(request.group_id, topic.name, number) != nullptr ||
               offsets_.is_pending(request.group_id, topic.name, number))
        records.remove(protocol::OffsetCommitKey{request.group_id, topic.name, number, {}});
      answers.partitions.push_back({number, static_cast<int16_t>(error), {}});
    }
  }
  if (const Status done = append_and_apply(records, now); !done)
    return refuse(append_error(done.error()));
  return response;
}

}  // namespace spool::broker::group
