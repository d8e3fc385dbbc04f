/// CreateTopics: makes topics with their configs, or with validate_only says what would come of it.
///
/// v2-v4  code and message a topic           v4  -1 for the broker's partition count and
/// replication factor v5     partitions, replication factor and all configs of what was made v7
/// topic id
///
/// The checks and their order are Kafka's controller's: names twice (42), too many partitions in
/// the request (44), names (17), existing topics (36), configs (40), and last partitions (37),
/// replicas (38) and assignments (39). Topics are independent of each other. -1 is taken in every
/// version, as Kafka does.

#include "broker/handlers/create_topics.h"


#include <algorithm>
#include <map>
#include <set>

#include "broker/handlers/handlers.h"
#include "broker/handlers/replica_assignment.h"
#include "broker/handlers/topic_name.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/protocol/messages/create_topics.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using CreatableTopic = CreateTopicsRequest::CreatableTopic;
using CreatableTopicResult = CreateTopicsResponse::CreatableTopicResult;

namespace {

CreatableTopicResult refused(std::string name, const Error& error) {
  CreatableTopicResult answer;
  answer.name = std::move(name);
  answer.error_code = wire_code(error.code());
  answer.error_message = std::string(error.text());
  return answer;
}

/// One check of the request against what is there and what this broker runs with.
class TopicPlanner {
 public:
  TopicPlanner(const MetadataImage& image, const BrokerConfig& config, int32_t node_id)
      : image_(image),
        config_(config),
        view_(config, image.configs(ConfigResourceType::broker, std::to_string(node_id)),
              image.configs(ConfigResourceType::broker, "")),
        node_id_(node_id) {}

  int64_t partitions_of(const CreatableTopic& topic) const {
    if (!topic.assignments.empty()) return static_cast<int64_t>(topic.assignments.size());
    if (topic.num_partitions == -1) return config_.integer("num.partitions");
    return std::max(topic.num_partitions, 0);
  }

  TopicPlan plan(const CreatableTopic& topic) const {
    TopicPlan plan;
    plan.answer.name = topic.name;
    if (const Status status = check(topic); !status) {
      plan.answer = refused(topic.name, status.error());
      return plan;
    }
    plan.spec = TopicSpec{topic.name, std::nullopt, static_cast<int32_t>(partitions_of(topic)), {}};
    ConfigMap overrides;
    for (const auto& config : topic.configs) overrides[config.name] = *config.value;
    plan.spec->configs.assign(overrides.begin(), overrides.end());
    fill(plan, overrides);
    return plan;
  }

 private:
  Status check(const CreatableTopic& topic) const {
    TRY(check_name(topic.name));
    TRY(check_configs(topic));
    if (!topic.assignments.empty()) return check_assignments(topic);
    if (topic.replication_factor == 0 || topic.replication_factor < -1)
      return fail(ErrorCode::invalid_replication_factor,
                  "Replication factor must be larger than 0, or -1 to use the default value.");
    if (topic.num_partitions == 0 || topic.num_partitions < -1)
      return fail(ErrorCode::invalid_partitions,
                  "Number of partitions was set to an invalid non-positive value.");
    const int64_t factor = topic.replication_factor == -1
                               ? config_.integer("default.replication.factor")
                               : topic.replication_factor;
    if (factor > 1)
      return fail(ErrorCode::invalid_replication_factor,
                  concat("Unable to replicate the partition ", factor,
                         " time(s): The target replication factor of ", factor,
                         " cannot be reached because only 1 broker(s) are registered or some "
                         "brokers have all their log directories cordoned."));
    return {};
  }

  Status check_name(const std::string& name) const {
    if (name == "__cluster_metadata")
      return fail(ErrorCode::invalid_request,
                  "Creation of internal topic __cluster_metadata is prohibited.");
    if (!storage::topic_name_problem(name).empty())
      return fail(ErrorCode::invalid_topic_exception, invalid_topic_name_text(name));
    if (image_.topic(name) != nullptr)
      return fail(ErrorCode::topic_already_exists, concat("Topic '", name, "' already exists."));
    if (const TopicImage* other = image_.colliding_topic(name))
      return fail(ErrorCode::invalid_topic_exception,
                  concat("Topic '", name, "' collides with existing topic: ", other->name));
    return {};
  }

  Status check_configs(const CreatableTopic& topic) const {
    std::vector<std::pair<std::string, std::optional<std::string>>> overrides;
    for (const auto& config : topic.configs) overrides.emplace_back(config.name, config.value);
    return validate_topic_configs(overrides, view_);
  }

  Status check_assignments(const CreatableTopic& topic) const {
    if (topic.replication_factor != -1)
      return fail(
          ErrorCode::invalid_request,
          "A manual partition assignment was specified, but replication factor was not set to -1.");
    if (topic.num_partitions != -1)
      return fail(
          ErrorCode::invalid_request,
          "A manual partition assignment was specified, but numPartitions was not set to -1.");
    std::set<int32_t> numbers;
    for (const auto& assignment : topic.assignments) {
      if (!numbers.insert(assignment.partition_index).second)
        return fail(ErrorCode::invalid_replica_assignment,
                    concat("Found multiple manual partition assignments for partition ",
                           assignment.partition_index));
      TRY(check_replica_assignment(assignment.broker_ids, node_id_));
    }
    if (*numbers.begin() != 0 || *numbers.rbegin() != static_cast<int64_t>(numbers.size()) - 1)
      return fail(ErrorCode::invalid_replica_assignment,
                  "partitions should be a consecutive 0-based integer sequence");
    return {};
  }

  void fill(TopicPlan& plan, const ConfigMap& overrides) const {
    plan.answer.error_message = std::nullopt;
    plan.answer.num_partitions = plan.spec->partitions_count;
    plan.answer.replication_factor = 1;
    for (EffectiveConfig& entry : view_.describe_topic(overrides)) {
      auto& shown = plan.answer.configs->emplace_back();
      const auto given = overrides.find(entry.name);  // answered as it was written
      shown.value = given != overrides.end() ? given->second : std::move(entry.value);
      shown.name = std::move(entry.name);
      shown.config_source = static_cast<int8_t>(entry.source);
    }
  }

  const MetadataImage& image_;
  const BrokerConfig& config_;
  const ConfigView view_;
  const int32_t node_id_;
};

/// A topic is a record, and so are its partitions and configs. Too many of them in a request are 44
/// for every topic, whatever else was wrong with it.
void check_records_count(std::vector<TopicPlan>& plans) {
  int64_t records_count = 0;
  for (const TopicPlan& plan : plans)
    if (plan.spec)
      records_count +=
          1 + plan.spec->partitions_count + static_cast<int64_t>(plan.spec->configs.size());
  if (records_count <= kRecordsPerRequestMax) return;
  for (TopicPlan& plan : plans)
    plan = {
        refused(plan.answer.name, Error(ErrorCode::policy_violation,
                                        "Unable to perform excessively large batch operation.")),
        {}};
}

/// Takes the partitions of each topic from what its client may change (KIP-599).
void charge(const Request& request, std::vector<TopicPlan>& plans) {
  constexpr int16_t kStrictSince = 6;
  for (TopicPlan& plan : plans) {
    if (!plan.spec) continue;
    const Status charged =
        charge_mutation(request, plan.spec->partitions_count, request.version >= kStrictSince);
    if (!charged) plan = {refused(plan.answer.name, charged.error()), {}};
  }
}

/// Makes what was planned. Blocks for the metadata log.
void make(Services& services, std::vector<TopicPlan>& plans) {
  std::vector<TopicSpec> specs;
  std::vector<TopicPlan*> made;
  for (TopicPlan& plan : plans) {
    if (!plan.spec) continue;
    specs.push_back(std::move(*plan.spec));
    made.push_back(&plan);
  }
  if (specs.empty()) return;
  const std::vector<Result<Uuid>> ids = services.metadata.create_topics(std::move(specs));
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i])
      made[i]->answer.topic_id = *ids[i];
    else
      made[i]->answer = refused(made[i]->answer.name, ids[i].error());
  }
}

}  // namespace

std::vector<TopicPlan> plan_topics(const CreateTopicsRequest& request, const MetadataImage& image,
                                   const BrokerConfig& config, int32_t node_id) {
  const TopicPlanner planner(image, config, node_id);
  std::map<std::string_view, int> named;
  for (const CreatableTopic& topic : request.topics) ++named[topic.name];
  int64_t partitions_count = 0;
  for (const CreatableTopic& topic : request.topics)
    if (named[topic.name] == 1) partitions_count += planner.partitions_of(topic);

  std::vector<TopicPlan> plans;
  std::set<std::string_view> answered;
  for (const CreatableTopic& topic : request.topics) {
    if (!answered.insert(topic.name).second) continue;
    if (named[topic.name] > 1)
      plans.push_back(
          {refused(topic.name, Error(ErrorCode::invalid_request, "Duplicate topic name.")), {}});
    else if (partitions_count > kPartitionsPerRequestMax)
      plans.push_back(
          {refused(topic.name, Error(ErrorCode::policy_violation,
                                     "Excessively large number of partitions per request.")),
           {}});
    else
      plans.push_back(planner.plan(topic));
  }
  check_records_count(plans);
  return plans;
}

CreateTopicsResponse handle_create_topics(Services& services, const Request& request,
                                          const CreateTopicsRequest& message) {
  std::vector<TopicPlan> plans;
  {
    const auto image = services.metadata.read();
    plans = plan_topics(message, *image, services.config, services.node_id);
  }
  charge(request, plans);
  if (message.validate_only) {
    for (TopicPlan& plan : plans)
      if (plan.spec) plan.answer.topic_id = random_uuid();
  } else {
    make(services, plans);
  }
  CreateTopicsResponse response;
  for (TopicPlan& plan : plans) response.topics.push_back(std::move(plan.answer));
  return response;
}

}  // namespace spool::broker
