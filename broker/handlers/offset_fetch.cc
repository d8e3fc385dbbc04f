/// OffsetFetch: what a group has committed.
///
/// v2  null topics ask for everything; error of the whole request    v5  KIP-320: leader epoch
/// v7  KIP-447: require_stable, 88 while a transaction decides       v8  KIP-709: several groups
/// v9  KIP-848: member id and epoch                                  v10 topic ids
///
/// A partition without a commit, also of a topic or group that is not known: offset -1, no error.

#include "core/protocol/messages/offset_fetch.h"
#include "broker/group/request.h"
#include "broker/handlers/handlers.h"

namespace spool::broker {

using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;
using AskedGroup = OffsetFetchRequest::OffsetFetchRequestGroup;
using FetchedGroup = OffsetFetchResponse::OffsetFetchResponseGroup;

namespace {

constexpr int16_t kVersionOfGroupError = 2;
constexpr int16_t kVersionOfManyGroups = 8;
constexpr int16_t kVersionOfTopicIds = 10;

/// The one group of an older request, in the form of the newer ones.
AskedGroup only_group(const OffsetFetchRequest& message) {
  AskedGroup group;
  group.group_id = message.group_id;
  group.topics.reset();
  if (!message.topics) return group;
  auto& topics = group.topics.emplace();
  for (const auto& topic : *message.topics)
    topics.push_back({topic.name, {}, topic.partition_indexes, {}});
  return group;
}

FetchedGroup refuse(const AskedGroup& asked, ErrorCode error) {
  FetchedGroup answer;
  answer.group_id = asked.group_id;
  answer.error_code = static_cast<int16_t>(error);
  return answer;
}

FetchedGroup fetch_group(const Services& services, group::Turn& turn, AskedGroup asked,
                         const Request& request, bool requires_stable) {
  if (request.version < kVersionOfTopicIds)
    return turn.coordinator.fetch(turn.now, asked, requires_stable);
  // By id: coordinators know names. A topic that nobody knows keeps its id and an empty name.
  if (asked.topics)
    for (auto& topic : *asked.topics) {
      const auto known = services.topics.find(topic.topic_id);
      topic.name = known ? known->name : "";
    }
  FetchedGroup answer = turn.coordinator.fetch(turn.now, asked, requires_stable);
  for (auto& topic : answer.topics) {
    const auto known = services.topics.find(topic.name);
    if (!asked.topics && known) topic.topic_id = known->id;
    if (known) continue;
    for (auto& partition : topic.partitions) {
      partition.committed_offset = -1;
      partition.error_code = static_cast<int16_t>(ErrorCode::unknown_topic_id);
    }
  }
  if (!asked.topics)
    std::erase_if(answer.topics, [](const auto& topic) { return topic.topic_id.is_zero(); });
  return answer;
}

OffsetFetchResponse in_old_form(const OffsetFetchRequest& message, FetchedGroup group,
                                int16_t version) {
  OffsetFetchResponse response;
  if (version >= kVersionOfGroupError) response.error_code = group.error_code;
  // Version 1 has no place for the error but the partitions.
  if (group.error_code != 0 && message.topics && version < kVersionOfGroupError)
    for (const auto& asked : *message.topics) {
      auto& topic = group.topics.emplace_back();
      topic.name = asked.name;
      for (const int32_t partition : asked.partition_indexes)
        topic.partitions.push_back({partition, -1, -1, "", group.error_code, {}});
    }
  for (auto& fetched : group.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = std::move(fetched.name);
    for (auto& partition : fetched.partitions)
      topic.partitions.push_back({partition.partition_index,
                                  partition.committed_offset,
                                  partition.committed_leader_epoch,
                                  std::move(partition.metadata),
                                  partition.error_code,
                                  {}});
  }
  return response;
}

}  // namespace

void handle_offset_fetch(Services& services, const Request& request, OffsetFetchRequest message,
                         Responder respond) {
  const auto shared = std::make_shared<OffsetFetchRequest>(std::move(message));
  if (request.version < kVersionOfManyGroups) {
    shared->groups.clear();
    shared->groups.push_back(only_group(*shared));
  }
  std::vector<std::string> ids;
  for (const AskedGroup& asked : shared->groups) ids.push_back(asked.group_id);
  group::ask_each_group<FetchedGroup>(
      services, request, ids, group::Service::Purpose::look,
      [&services, &request, shared](ErrorCode error, group::Turn* turn, size_t index) {
        const AskedGroup& asked = shared->groups[index];
        if (turn == nullptr) return refuse(asked, error);
        return fetch_group(services, *turn, asked, request, shared->require_stable);
      },
      [&request, shared, respond = std::move(respond)](std::vector<FetchedGroup> groups) mutable {
        OffsetFetchResponse response;
        if (request.version < kVersionOfManyGroups)
          response = in_old_form(*shared, std::move(groups.front()), request.version);
        else
          response.groups = std::move(groups);
        respond(encode_response(request, response));
      });
}

}  // namespace spool::broker
