/// CreatePartitions: gives topics more partitions.
///
/// v1  no change seen by clients     v2  flexible     v3  89 when a quota is exceeded (KIP-599)
///
/// Partitions are never taken away: a count that is no increase is refused (37). A topic named
/// twice has one entry, 42, in front of the others, and stays as it is. Topics are independent of
/// each other.

#include <algorithm>
#include <map>
#include <set>

#include "broker/handlers/create_topics.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/replica_assignment.h"
#include "core/base/text.h"
#include "core/protocol/messages/create_partitions.h"

namespace spool::broker {

using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using Asked = CreatePartitionsRequest::CreatePartitionsTopic;
using CreatePartitionsTopicResult = CreatePartitionsResponse::CreatePartitionsTopicResult;

namespace {

CreatePartitionsTopicResult answer_of(const std::string& name, const Status& status) {
  if (status) return {name, 0, std::nullopt, {}};
  // Kafka says nothing about a topic that is not there.
  if (status.error().code() == ErrorCode::unknown_topic_or_partition)
    return {name, wire_code(status.error().code()), std::nullopt, {}};
  return {name, wire_code(status.error().code()), std::string(status.error().text()), {}};
}

Status check_count(const Asked& asked, int32_t current) {
  if (asked.count == current)
    return fail(ErrorCode::invalid_partitions,
                concat("Topic already has ", current, " partition(s)."));
  if (asked.count < current)
    return fail(ErrorCode::invalid_partitions,
                concat("The topic ", asked.name, " currently has ", current, " partition(s); ",
                       asked.count, " would not be an increase."));
  return {};
}

Status check_assignments(const Asked& asked, int32_t current, int32_t node_id) {
  if (!asked.assignments) return {};
  const int32_t added = asked.count - current;
  if (asked.assignments->size() != static_cast<size_t>(added))
    return fail(ErrorCode::invalid_replica_assignment,
                concat("Attempted to add ", added, " additional partition(s), but only ",
                       asked.assignments->size(), " assignment(s) were specified."));
  for (const auto& assignment : *asked.assignments)
    TRY(check_replica_assignment(assignment.broker_ids, node_id));
  return {};
}

/// Checks one topic. Returns its id.
Result<Uuid> plan(const Services& services, const Asked& asked, int32_t& current) {
  const auto image = services.metadata.read();
  const TopicImage* topic = image->topic(asked.name);
  if (topic == nullptr) return fail(ErrorCode::unknown_topic_or_partition);
  current = static_cast<int32_t>(topic->partitions.size());
  TRY(check_count(asked, current));
  TRY(check_assignments(asked, current, services.node_id));
  return topic->id;
}

Status grow(Services& services, const Request& request, const Asked& asked, bool validate_only) {
  int32_t current = 0;
  TRY_ASSIGN(const Uuid topic_id, plan(services, asked, current));
  constexpr int16_t kStrictSince = 3;
  TRY(charge_mutation(request, asked.count - current, request.version >= kStrictSince));
  if (validate_only) return {};
  const Status grown = services.metadata.create_partitions(topic_id, asked.count);
  // Deleted between the check and now.
  if (!grown && grown.error().code() == ErrorCode::unknown_topic_id)
    return fail(ErrorCode::unknown_topic_or_partition);
  return grown;
}

/// New partitions of all topics of the request that are there.
int64_t added_count(const Services& services, const CreatePartitionsRequest& message) {
  const auto image = services.metadata.read();
  int64_t added = 0;
  for (const Asked& asked : message.topics)
    if (const TopicImage* topic = image->topic(asked.name))
      added += std::max<int64_t>(
          0, int64_t{asked.count} - static_cast<int64_t>(topic->partitions.size()));
  return added;
}

}  // namespace

CreatePartitionsResponse handle_create_partitions(Services& services, const Request& request,
                                                  const CreatePartitionsRequest& message) {
  std::map<std::string_view, int> named;
  for (const Asked& asked : message.topics) ++named[asked.name];
  CreatePartitionsResponse response;
  for (const auto& [name, times] : named)
    if (times > 1)
      response.results.push_back(
          answer_of(std::string(name), fail(ErrorCode::invalid_request, "Duplicate topic name.")));
  const bool is_too_much = added_count(services, message) > kPartitionsPerRequestMax;
  for (const Asked& asked : message.topics) {
    if (named[asked.name] > 1) continue;
    if (is_too_much) {
      response.results.push_back(answer_of(
          asked.name, fail(ErrorCode::policy_violation,
                           "Excessively large number of additional partitions per request.")));
      continue;
    }
    response.results.push_back(
        answer_of(asked.name, grow(services, request, asked, message.validate_only)));
  }
  return response;
}

}  // namespace spool::broker
