/// Metadata: brokers, topics and the leaders of their partitions; creates a topic that is asked for
/// by name when the request and auto.create.topics.enable allow it.
///
/// v0  an empty list means all topics          v1   null means all, empty none; controller id,
/// is_internal v2  cluster id                              v4   the client says whether topics may
/// be made (before: they may) v5  offline replicas    v7  leader epochs   v8   authorized
/// operations, of the cluster up to v10 v10 topic ids in the answer                 v12  topics may
/// be asked for by id (v10-11: 42 for the whole request) v13 top-level error (KIP-1102)
///
/// A topic that was just made is answered at once; Kafka answers 3 first. A topic asked for twice
/// is answered once.

#include <algorithm>
#include <set>

#include "broker/config/config.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/store.h"
#include "broker/topics/topic_table.h"
#include "broker/topics/topic_view.h"
#include "core/base/text.h"
#include "core/protocol/messages/metadata.h"

namespace spool::broker {

using protocol::MetadataRequest;
using protocol::MetadataResponse;
using MetadataResponseTopic = MetadataResponse::MetadataResponseTopic;

namespace {

MetadataResponseTopic describe(const Services& services, const Topic& topic, bool with_operations) {
  MetadataResponseTopic answer;
  answer.name = topic.name;
  answer.topic_id = topic.id;
  answer.is_internal = is_internal_topic(topic.name);
  for (const auto& replica : topic.partitions) {
    if (!replica) continue;
    auto& partition = answer.partitions.emplace_back();
    partition.partition_index = replica->name().partition.value;
    partition.leader_id = services.node_id;
    partition.leader_epoch = replica->leader_epoch().value;
    partition.replica_nodes = {services.node_id};
    partition.isr_nodes = {services.node_id};
  }
  if (with_operations) answer.topic_authorized_operations = kAllTopicOperations;
  return answer;
}

MetadataResponseTopic refuse(ErrorCode error, std::optional<std::string> name,
                             const Uuid& topic_id) {
  MetadataResponseTopic answer;
  answer.error_code = static_cast<int16_t>(error);
  answer.name = std::move(name);
  answer.topic_id = topic_id;
  return answer;
}

/// One answer in the making; holds nothing of the request's frame.
struct Metadata {
  Services& services;
  const Request& request;
  MetadataRequest message;
  MetadataResponse response;
  std::vector<std::string> missing;  // legal names that nobody has yet, in the order asked

  bool may_create() const {
    return message.allow_auto_topic_creation && !services.is_read_only &&
           services.config.boolean("auto.create.topics.enable");
  }
  bool is_all() const {
    return !message.topics || (request.version == 0 && message.topics->empty());
  }
};

void answer_named(Metadata& metadata, const std::string& name) {
  if (const auto topic = metadata.services.topics.find(name)) {
    metadata.response.topics.push_back(
        describe(metadata.services, *topic, metadata.message.include_topic_authorized_operations));
  } else if (!storage::topic_name_problem(name).empty()) {
    metadata.response.topics.push_back(refuse(ErrorCode::invalid_topic_exception, name, {}));
  } else if (metadata.may_create()) {
    metadata.missing.push_back(name);
  } else {
    metadata.response.topics.push_back(refuse(ErrorCode::unknown_topic_or_partition, name, {}));
  }
}

void answer_by_id(Metadata& metadata, const Uuid& topic_id) {
  if (const auto topic = metadata.services.topics.find(topic_id))
    metadata.response.topics.push_back(
        describe(metadata.services, *topic, metadata.message.include_topic_authorized_operations));
  else
    metadata.response.topics.push_back(refuse(ErrorCode::unknown_topic_id, std::nullopt, topic_id));
}

/// What spoils the whole request: an id or a null name before v12 (42), from then on a topic with
/// neither id nor name (-1, Kafka's slip) where none has an id.
ErrorCode problem_of(const Metadata& metadata) {
  if (metadata.is_all()) return ErrorCode::none;
  const auto& topics = *metadata.message.topics;
  const bool has_id =
      std::ranges::any_of(topics, [](const auto& asked) { return !asked.topic_id.is_zero(); });
  const bool has_null = std::ranges::any_of(topics, [](const auto& asked) { return !asked.name; });
  if (metadata.request.version < 12)
    return has_id || has_null ? ErrorCode::invalid_request : ErrorCode::none;
  return has_null && !has_id ? ErrorCode::unknown_server_error : ErrorCode::none;
}

/// Every topic with the error, and nothing of the cluster.
MetadataResponse refuse_all(const Metadata& metadata, ErrorCode error) {
  MetadataResponse response;
  if (metadata.request.version >= 13) response.error_code = static_cast<int16_t>(error);
  for (const auto& asked : *metadata.message.topics)
    response.topics.push_back(refuse(error, asked.name.value_or(""), asked.topic_id));
  return response;
}

void answer_topics(Metadata& metadata) {
  if (metadata.is_all()) {
    for (const auto& topic : metadata.services.topics.all())
      metadata.response.topics.push_back(describe(
          metadata.services, *topic, metadata.message.include_topic_authorized_operations));
    return;
  }
  const auto has_topic_id = [](const auto& asked) { return !asked.topic_id.is_zero(); };
  // Where one topic is asked for by its id, those without are not answered at all, by Kafka neither.
  const bool by_id = std::ranges::any_of(*metadata.message.topics, has_topic_id);
  std::set<std::pair<Uuid, std::optional<std::string>>> answered;
  for (const auto& asked : *metadata.message.topics) {
    if (by_id && !has_topic_id(asked)) continue;
    if (!answered.emplace(asked.topic_id, asked.name).second) continue;
    if (has_topic_id(asked))
      answer_by_id(metadata, asked.topic_id);
    else
      answer_named(metadata, *asked.name);
  }
}

void answer_cluster(Metadata& metadata) {
  const Services& services = metadata.services;
  MetadataResponse& response = metadata.response;
  const Endpoint& endpoint = services.endpoints[metadata.request.endpoint_index];
  response.brokers.push_back(
      {services.node_id, endpoint.host, endpoint.port, broker_rack(services.config), {}});
  response.cluster_id = services.cluster_id;
  response.controller_id = services.node_id;
  if (metadata.message.include_cluster_authorized_operations)
    response.cluster_authorized_operations = kAllClusterOperations;
}

// Blocks for the metadata log.
void create_missing(Metadata& metadata) {
  std::vector<TopicSpec> specs;
  const auto partitions_count =
      static_cast<int32_t>(metadata.services.config.integer("num.partitions"));
  for (const std::string& name : metadata.missing) {
    // A name that differs from another by '.' and '_' only is not made, here without a word
    // (checklist 20).
    const bool collides = metadata.services.metadata.read()->colliding_topic(name) != nullptr;
    if (!collides) specs.push_back({name, std::nullopt, partitions_count, {}});
  }
  const std::vector<Result<Uuid>> created =
      metadata.services.metadata.create_topics(std::move(specs));
  for (const Result<Uuid>& topic : created)
    if (!topic && topic.error().code() != ErrorCode::topic_already_exists)
      metadata.services.logger.error(concat("creating a topic: ", topic.error().text()));
  for (const std::string& name : metadata.missing) {
    // Kafka always answers 3 the first time. Of a name just deleted we do, too: a client whose
    // requests cannot but allow creation has no other way to see that its topic is gone.
    const auto topic = metadata.services.topics.find(name);
    if (topic && !metadata.services.topics.was_just_deleted(name))
      metadata.response.topics.push_back(describe(
          metadata.services, *topic, metadata.message.include_topic_authorized_operations));
    else
      metadata.response.topics.push_back(refuse(ErrorCode::unknown_topic_or_partition, name, {}));
  }
}

}  // namespace

void handle_metadata(Services& services, const Request& request, MetadataRequest message,
                     Responder respond) {
  Metadata metadata{services, request, std::move(message), {}, {}};
  if (const ErrorCode error = problem_of(metadata); error != ErrorCode::none)
    return respond(encode_response(request, refuse_all(metadata, error)));
  answer_cluster(metadata);
  answer_topics(metadata);
  if (metadata.missing.empty()) return respond(encode_response(request, metadata.response));
  services.workers.submit([metadata = std::move(metadata), respond = std::move(respond)]() mutable {
    create_missing(metadata);
    Response response = encode_response(metadata.request, metadata.response);
    metadata.request.loop->post(
        [respond = std::move(respond), response = std::move(response)]() mutable {
          respond(std::move(response));
        });
  });
}

}  // namespace spool::broker
