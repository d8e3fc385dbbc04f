#include "core/client/groups.h"

#include <algorithm>
#include <map>

#include "core/base/text.h"
#include "core/protocol/messages/consumer_group_describe.h"
#include "core/protocol/messages/delete_groups.h"
#include "core/protocol/messages/describe_groups.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/list_groups.h"
#include "core/protocol/messages/offset_delete.h"
#include "core/protocol/messages/offset_fetch.h"
#include "core/protocol/records/consumer_protocol.h"

namespace spool::client {

namespace {

ErrorCode code_of(int16_t code) { return static_cast<ErrorCode>(code); }

/// The highest version of an API that brokers offer; -1 when they do not have it.
template <class Request>
Result<int16_t> offered(Client& client) {
  TRY_ASSIGN(const auto versions, client.broker_versions(Client::kAnyNode));
  const auto found = versions.find(Request::kInfo.api_key);
  return found == versions.end() ? int16_t{-1} : found->second.max;
}

/// Asks the group's coordinator until the answer is no error that passes, or time is up.
/// error_in  gives the code that decides, of an answer
template <class Response, class Request, class F>
Result<Reply<Response>> call_coordinator(Client& client, const std::string& group,
                                         const Request& request, F&& error_in,
                                         CallOptions options = {}) {
  const Client::Time deadline = client.now() + client.options().timeout;
  for (;;) {
    TRY_ASSIGN(const int32_t node, find_coordinator(client, group));
    auto reply = client.call<Response>(node, request, options);
    if (!reply) return reply;
    if (!is_passing_group_error(error_in(reply->body)) || !client.back_off(deadline)) return reply;
  }
}

}  // namespace

bool is_passing_group_error(ErrorCode code) {
  return code == ErrorCode::coordinator_load_in_progress ||
         code == ErrorCode::coordinator_not_available || code == ErrorCode::not_coordinator;
}

Result<int32_t> find_coordinator(Client& client, const std::string& group) {
  constexpr int16_t kVersionOfManyKeys = 4;
  const Client::Time deadline = client.now() + client.options().timeout;
  protocol::FindCoordinatorRequest request;
  TRY_ASSIGN(const int16_t version, offered<protocol::FindCoordinatorRequest>(client));
  if (version >= kVersionOfManyKeys)
    request.coordinator_keys = {group};
  else
    request.key = group;
  for (;;) {
    TRY_ASSIGN(const auto reply,
               client.call<protocol::FindCoordinatorResponse>(Client::kAnyNode, request));
    ErrorCode error = code_of(reply->error_code);
    int32_t node = reply->node_id;
    for (const auto& found : reply->coordinators) {
      error = code_of(found.error_code);
      node = found.node_id;
    }
    const auto is_known = [&] {
      return std::ranges::find(client.cluster().brokers, node, &BrokerInfo::node_id) !=
             client.cluster().brokers.end();
    };
    if (error == ErrorCode::none && !is_known())
      TRY(client.refresh_metadata(std::vector<std::string>{}));
    if (error == ErrorCode::none && is_known()) return node;
    if (error == ErrorCode::none) error = ErrorCode::coordinator_not_available;
    if (!is_passing_group_error(error) || !client.back_off(deadline))
      return fail(error, concat("coordinator of group ", group, ": ", error_name(error)));
  }
}

Result<std::vector<GroupListing>> list_groups(Client& client) {
  TRY(client.refresh_metadata(std::vector<std::string>{}));
  const Client::Time deadline = client.now() + client.options().timeout;
  std::vector<GroupListing> out;
  const auto brokers = client.cluster().brokers;
  for (const BrokerInfo& broker : brokers) {
    for (;;) {
      TRY_ASSIGN(const auto reply, client.call<protocol::ListGroupsResponse>(
                                       broker.node_id, protocol::ListGroupsRequest{}));
      const ErrorCode error = code_of(reply->error_code);
      for (const auto& group : reply->groups)
        out.push_back({group.group_id, group.group_type, group.protocol_type, group.group_state,
                       broker.node_id});
      if (error == ErrorCode::none) break;
      if (!is_passing_group_error(error) || !client.back_off(deadline))
        return fail(error, concat("groups of broker ", broker.node_id, ": ", error_name(error)));
    }
  }
  std::ranges::sort(out, {}, &GroupListing::id);
  return out;
}

namespace {

using ConsumerDescription = protocol::ConsumerGroupDescribeResponse;

std::vector<TopicPartition> partitions_of(const ConsumerDescription::Assignment& assignment) {
  std::vector<TopicPartition> out;
  for (const auto& topic : assignment.topic_partitions)
    for (const int32_t partition : topic.partitions)
      out.push_back({topic.topic_name, Partition(partition)});
  std::ranges::sort(out);
  return out;
}

/// What the leader of a classic group gave a member; nothing when the bytes are of another
/// protocol.
std::vector<TopicPartition> partitions_of(BytesView assignment) {
  constexpr size_t kVersionBytes = 2;
  std::vector<TopicPartition> out;
  if (assignment.size() < kVersionBytes) return out;
  using Assignment = protocol::ConsumerProtocolAssignment;
  const int16_t version =
      std::min(load_be<int16_t>(assignment.data()), Assignment::kInfo.versions.max);
  if (version < 0) return out;
  const auto decoded = protocol::decode<Assignment>(assignment.subspan(kVersionBytes), version);
  if (!decoded) return out;
  for (const auto& topic : decoded->assigned_partitions)
    for (const int32_t partition : topic.partitions)
      out.push_back({topic.topic, Partition(partition)});
  std::ranges::sort(out);
  return out;
}

GroupDescription to_description(const ConsumerDescription::DescribedGroup& from) {
  GroupDescription out;
  out.error = code_of(from.error_code);
  out.message = from.error_message.value_or("");
  out.id = from.group_id;
  out.type = "consumer";
  out.protocol_type = "consumer";
  out.state = from.group_state;
  out.assignor = from.assignor_name;
  out.group_epoch = from.group_epoch;
  out.assignment_epoch = from.assignment_epoch;
  for (const auto& member : from.members)
    out.members.push_back({member.member_id, member.instance_id, member.client_id,
                           member.client_host, member.member_epoch,
                           partitions_of(member.assignment),
                           partitions_of(member.target_assignment)});
  return out;
}

GroupDescription to_description(const protocol::DescribeGroupsResponse::DescribedGroup& from) {
  GroupDescription out;
  out.error = code_of(from.error_code);
  out.message = from.error_message.value_or("");
  out.id = from.group_id;
  out.type = "classic";
  out.protocol_type = from.protocol_type;
  out.state = from.group_state;
  out.assignor = from.protocol_data;
  for (const auto& member : from.members) {
    auto& to = out.members.emplace_back();
    to.member_id = member.member_id;
    to.instance_id = member.group_instance_id;
    to.client_id = member.client_id;
    to.host = member.client_host;
    to.assignment = partitions_of(member.member_assignment);
    to.target = to.assignment;
  }
  // Before version 6 a group that does not exist is one that is dead.
  if (out.error == ErrorCode::none && out.state == "Dead")
    out.error = ErrorCode::group_id_not_found;
  return out;
}

template <class Response, class Request>
Result<GroupDescription> describe_by(Client& client, const std::string& group,
                                     const Request& request) {
  const auto error_in = [](const Response& response) {
    return response.groups.empty() ? ErrorCode::none : code_of(response.groups[0].error_code);
  };
  TRY_ASSIGN(const auto reply, call_coordinator<Response>(client, group, request, error_in));
  if (reply->groups.size() != 1)
    return fail(ErrorCode::parse_error, concat("the broker's answer leaves group ", group, " out"));
  return to_description(reply->groups[0]);
}

}  // namespace

Result<GroupDescription> describe_group(Client& client, const std::string& group) {
  TRY_ASSIGN(const int16_t version, offered<protocol::ConsumerGroupDescribeRequest>(client));
  GroupDescription out{.error = ErrorCode::group_id_not_found};
  if (version >= 0) {
    protocol::ConsumerGroupDescribeRequest request;
    request.group_ids = {group};
    TRY_ASSIGN(out, describe_by<ConsumerDescription>(client, group, request));
  }
  const bool is_other =
      out.error == ErrorCode::group_id_not_found || out.error == ErrorCode::unsupported_version;
  if (is_other) {
    protocol::DescribeGroupsRequest request;
    request.groups = {group};
    TRY_ASSIGN(out, describe_by<protocol::DescribeGroupsResponse>(client, group, request));
  }
  TRY_ASSIGN(out.coordinator, find_coordinator(client, group));
  return out;
}

namespace {

using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;
constexpr int16_t kFetchVersionOfManyGroups = 8;
/// From version 10 on topics are ids; names hold also for topics that are gone.
constexpr int16_t kFetchVersionOfNames = 9;

/// Topics with their partitions, as requests list them.
template <class Topic, class F>
std::vector<Topic> by_topic(const std::vector<TopicPartition>& partitions, F&& add) {
  std::vector<Topic> out;
  for (size_t i = 0; i < partitions.size(); ++i) {
    auto at = std::ranges::find(out, partitions[i].topic, &Topic::name);
    if (at == out.end()) {
      out.emplace_back().name = partitions[i].topic;
      at = out.end() - 1;
    }
    add(*at, i);
  }
  return out;
}

OffsetFetchRequest offset_fetch_request(
    const std::string& group, const std::optional<std::vector<TopicPartition>>& partitions,
    int16_t version) {
  OffsetFetchRequest request;
  const auto add_index = [&](auto& topic, size_t i) {
    topic.partition_indexes.push_back((*partitions)[i].partition.value);
  };
  if (version >= kFetchVersionOfManyGroups) {
    auto& asked = request.groups.emplace_back();
    asked.group_id = group;
    asked.topics.reset();
    if (partitions)
      asked.topics = by_topic<OffsetFetchRequest::OffsetFetchRequestTopics>(*partitions, add_index);
    return request;
  }
  request.group_id = group;
  request.topics.reset();
  if (partitions)
    request.topics = by_topic<OffsetFetchRequest::OffsetFetchRequestTopic>(*partitions, add_index);
  return request;
}

/// A transaction that will commit offsets is open: the code of one partition says it for all.
ErrorCode error_of(const OffsetFetchResponse& response) {
  ErrorCode error = code_of(response.error_code);
  for (const auto& group : response.groups) {
    if (group.error_code != 0) error = code_of(group.error_code);
  }
  return error;
}

template <class Topics>
void add_offsets(const Topics& topics, std::vector<CommittedOffset>& out) {
  for (const auto& topic : topics)
    for (const auto& partition : topic.partitions)
      out.push_back({{topic.name, Partition(partition.partition_index)},
                     Offset(partition.committed_offset),
                     LeaderEpoch(partition.committed_leader_epoch),
                     partition.metadata.value_or(""),
                     code_of(partition.error_code)});
}

}  // namespace

Result<std::vector<CommittedOffset>> fetch_offsets(
    Client& client, const std::string& group,
    const std::optional<std::vector<TopicPartition>>& partitions, bool stable) {
  TRY_ASSIGN(const int16_t version, offered<OffsetFetchRequest>(client));
  OffsetFetchRequest request = offset_fetch_request(group, partitions, version);
  request.require_stable = stable;
  const Client::Time deadline = client.now() + client.options().timeout;
  for (;;) {
    TRY_ASSIGN(const auto reply,
               call_coordinator<OffsetFetchResponse>(client, group, request, error_of,
                                                     {.version_max = kFetchVersionOfNames}));
    if (const ErrorCode error = error_of(*reply); error != ErrorCode::none)
      return fail(error, concat("offsets of group ", group, ": ", error_name(error)));
    std::vector<CommittedOffset> out;
    add_offsets(reply->topics, out);
    for (const auto& answered : reply->groups) add_offsets(answered.topics, out);
    std::ranges::sort(out, {}, &CommittedOffset::partition);
    const bool is_unstable = std::ranges::any_of(out, [](const CommittedOffset& offset) {
      return offset.error == ErrorCode::unstable_offset_commit;
    });
    if (!is_unstable || !client.back_off(deadline)) return out;
  }
}

protocol::OffsetCommitRequest offset_commit_request(const std::string& group,
                                                    const Committer& committer,
                                                    const std::vector<CommittedOffset>& offsets) {
  using Topic = protocol::OffsetCommitRequest::OffsetCommitRequestTopic;
  protocol::OffsetCommitRequest request;
  request.group_id = group;
  request.generation_id_or_member_epoch = committer.epoch;
  request.member_id = committer.member_id;
  request.group_instance_id = committer.instance_id;
  std::vector<TopicPartition> partitions;
  for (const CommittedOffset& offset : offsets) partitions.push_back(offset.partition);
  request.topics = by_topic<Topic>(partitions, [&](Topic& topic, size_t i) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = partitions[i].partition.value;
    partition.committed_offset = offsets[i].offset.value;
    partition.committed_leader_epoch = offsets[i].leader_epoch.value;
    partition.committed_metadata = offsets[i].metadata;
  });
  return request;
}

namespace {

/// The codes of an answer's partitions, in the order of those asked for.
template <class Topics>
std::vector<ErrorCode> codes_of(const Topics& topics,
                                const std::vector<TopicPartition>& partitions) {
  std::map<std::pair<std::string_view, int32_t>, ErrorCode> answered;
  for (const auto& topic : topics)
    for (const auto& partition : topic.partitions)
      answered[{topic.name, partition.partition_index}] = code_of(partition.error_code);
  std::vector<ErrorCode> out;
  for (const TopicPartition& at : partitions) {
    const auto found = answered.find({at.topic, at.partition.value});
    out.push_back(found == answered.end() ? ErrorCode::unknown_server_error : found->second);
  }
  return out;
}

}  // namespace

std::vector<ErrorCode> offset_commit_codes(const protocol::OffsetCommitResponse& response,
                                           const std::vector<CommittedOffset>& offsets) {
  std::vector<TopicPartition> partitions;
  for (const CommittedOffset& offset : offsets) partitions.push_back(offset.partition);
  return codes_of(response.topics, partitions);
}

Result<std::vector<ErrorCode>> commit_offsets(Client& client, const std::string& group,
                                              const Committer& committer,
                                              const std::vector<CommittedOffset>& offsets) {
  using protocol::OffsetCommitResponse;
  const auto error_in = [](const OffsetCommitResponse& response) {
    for (const auto& topic : response.topics)
      for (const auto& partition : topic.partitions)
        if (is_passing_group_error(code_of(partition.error_code)))
          return code_of(partition.error_code);
    return ErrorCode::none;
  };
  const auto request = offset_commit_request(group, committer, offsets);
  TRY_ASSIGN(const auto reply,
             call_coordinator<OffsetCommitResponse>(client, group, request, error_in,
                                                    {.version_max = kOffsetCommitVersionOfNames}));
  return offset_commit_codes(*reply, offsets);
}

Result<std::vector<ErrorCode>> delete_offsets(Client& client, const std::string& group,
                                              const std::vector<TopicPartition>& partitions) {
  using protocol::OffsetDeleteRequest;
  using protocol::OffsetDeleteResponse;
  OffsetDeleteRequest request;
  request.group_id = group;
  request.topics = by_topic<OffsetDeleteRequest::OffsetDeleteRequestTopic>(
      partitions, [&](auto& topic, size_t i) {
        topic.partitions.emplace_back().partition_index = partitions[i].partition.value;
      });
  const auto error_in = [](const OffsetDeleteResponse& response) {
    return code_of(response.error_code);
  };
  TRY_ASSIGN(const auto reply,
             call_coordinator<OffsetDeleteResponse>(client, group, request, error_in));
  const ErrorCode error = error_in(*reply);
  if (error != ErrorCode::none) return std::vector<ErrorCode>(partitions.size(), error);
  return codes_of(reply->topics, partitions);
}

Status delete_group(Client& client, const std::string& group) {
  using protocol::DeleteGroupsResponse;
  protocol::DeleteGroupsRequest request;
  request.groups_names = {group};
  const auto error_in = [](const DeleteGroupsResponse& response) {
    return response.results.empty() ? ErrorCode::unknown_server_error
                                    : code_of(response.results[0].error_code);
  };
  TRY_ASSIGN(const auto reply,
             call_coordinator<DeleteGroupsResponse>(client, group, request, error_in));
  if (const ErrorCode error = error_in(*reply); error != ErrorCode::none)
    return fail(error, reply->results.empty() ? std::string()
                                              : reply->results[0].error_message.value_or(""));
  return {};
}

}  // namespace spool::client
