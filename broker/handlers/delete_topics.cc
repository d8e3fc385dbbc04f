/// DeleteTopics: takes topics out of the metadata log; their files go after file.delete.delay.ms.
///
/// v1-v5  by name            v3  73 when delete.topic.enable is false (before: 42)
/// v5     message            v6  by name or by id, not both (42)
///
/// A name that cannot be a topic's is an unknown one (3), not an invalid one. A topic that one
/// request names twice, by name or by id, is refused (42) and stays.

#include "broker/handlers/delete_topics.h"

#include <map>

#include "broker/config/config.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/store.h"
#include "broker/topics/topic_table.h"
#include "core/base/text.h"
#include "core/protocol/messages/delete_topics.h"

namespace spool::broker {

using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using DeletableTopicResult = DeleteTopicsResponse::DeletableTopicResult;
using State = DeleteTopicsRequest::DeleteTopicState;

namespace {

std::vector<State> states_of(const DeleteTopicsRequest& request) {
  std::vector<State> states = request.topics;
  for (const std::string& name : request.topic_names) states.push_back({name, {}, {}});
  return states;
}

DeletableTopicResult answer_to(const State& state, ErrorCode code,
                               std::optional<std::string> message) {
  DeletableTopicResult answer;
  answer.name = state.name;
  answer.topic_id = state.topic_id;
  answer.error_code = static_cast<int16_t>(code);
  answer.error_message = std::move(message);
  return answer;
}

DeletionPlan plan_one(const State& state, const MetadataImage& image) {
  const bool has_id = !state.topic_id.is_zero();
  if (state.name && has_id)
    return {answer_to(state, ErrorCode::invalid_request,
                      "You may not specify both topic name and topic id."),
            {}};
  if (!state.name && !has_id)
    return {
        answer_to(state, ErrorCode::invalid_request, "Neither topic name nor id were specified."),
        {}};
  const TopicImage* topic = has_id ? image.topic(state.topic_id) : image.topic(*state.name);
  if (topic == nullptr && has_id)
    return {
        answer_to(state, ErrorCode::unknown_topic_id, "This server does not host this topic ID."),
        {}};
  if (topic == nullptr)
    return {answer_to(state, ErrorCode::unknown_topic_or_partition,
                      "This server does not host this topic-partition."),
            {},
            true};
  DeletableTopicResult answer;
  answer.name = topic->name;
  answer.topic_id = topic->id;
  return {std::move(answer), topic->id, !has_id};
}

/// The entry says no more of the topic than both namings did.
void refuse_as_duplicate(DeletionPlan& plan, bool is_by_name) {
  plan.answer.error_code = static_cast<int16_t>(ErrorCode::invalid_request);
  if (plan.is_by_name != is_by_name) {
    plan.answer.error_message = "The provided topic name maps to an ID that was already supplied.";
  } else if (is_by_name) {
    plan.answer.error_message = "Duplicate topic name.";
    plan.answer.topic_id = {};
  } else {
    plan.answer.error_message = "Duplicate topic id.";
    plan.answer.name = std::nullopt;
  }
  plan.topic_id = std::nullopt;
}

/// Adds the plan unless its topic, or the same unknown name or id, was named before: then that
/// entry is refused. Entries that name nothing, or name both, are wrong each by itself.
void add(std::vector<DeletionPlan>& plans, std::map<std::string, size_t>& places, DeletionPlan plan,
         const State& state) {
  if (state.name.has_value() == state.topic_id.is_zero()) {
    const bool is_known = plan.topic_id.has_value();
    const auto [place, is_new] = places.try_emplace(
        is_known || !state.name ? plan.answer.topic_id.to_string() : concat('/', *state.name),
        plans.size());
    if (!is_new) return refuse_as_duplicate(plans[place->second], state.name.has_value());
  }
  plans.push_back(std::move(plan));
}

Status delete_one(Services& services, const Request& request, const Uuid& topic_id) {
  constexpr int16_t kStrictSince = 5;
  const auto topic = services.topics.find(topic_id);
  const auto partitions_count = topic ? static_cast<int64_t>(topic->partitions.size()) : 0;
  TRY(charge_mutation(request, partitions_count, request.version >= kStrictSince));
  return services.metadata.delete_topic(topic_id);
}

DeleteTopicsResponse refuse_all(const DeleteTopicsRequest& message, int16_t version) {
  const ErrorCode code =
      version < 3 ? ErrorCode::invalid_request : ErrorCode::topic_deletion_disabled;
  DeleteTopicsResponse response;
  for (const State& state : states_of(message))
    response.responses.push_back(answer_to(state, code, "Topic deletion is disabled."));
  return response;
}

}  // namespace

std::vector<DeletionPlan> plan_deletions(const DeleteTopicsRequest& request,
                                         const MetadataImage& image) {
  std::vector<DeletionPlan> plans;
  std::map<std::string, size_t> places;  // by id, or by a name that is nobody's
  for (const State& state : states_of(request)) add(plans, places, plan_one(state, image), state);
  return plans;
}

DeleteTopicsResponse handle_delete_topics(Services& services, const Request& request,
                                          const DeleteTopicsRequest& message) {
  if (!services.config.boolean("delete.topic.enable")) return refuse_all(message, request.version);
  std::vector<DeletionPlan> plans;
  {
    const auto image = services.metadata.read();
    plans = plan_deletions(message, *image);
  }
  DeleteTopicsResponse response;
  for (DeletionPlan& plan : plans) {
    if (plan.topic_id) {
      if (const Status status = delete_one(services, request, *plan.topic_id); !status) {
        plan.answer.error_code = wire_code(status.error().code());
        plan.answer.error_message = std::string(status.error().text());
      }
    }
    response.responses.push_back(std::move(plan.answer));
  }
  return response;
}

}  // namespace spool::broker
