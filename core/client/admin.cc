#include "core/client/admin.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/protocol/messages/create_partitions.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/delete_records.h"
#include "core/protocol/messages/delete_topics.h"
#include "core/protocol/messages/describe_cluster.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/incremental_alter_configs.h"
#include "core/protocol/messages/list_offsets.h"

namespace spool::client {

namespace {

/// The cluster looks different soon: asking again helps.
bool is_passing(ErrorCode code) {
  switch (code) {
    case ErrorCode::leader_not_available:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::request_timed_out:
    case ErrorCode::replica_not_available:
    case ErrorCode::network_exception:
    case ErrorCode::not_controller:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::fenced_leader_epoch:
    case ErrorCode::unknown_leader_epoch:
    case ErrorCode::offset_not_available:
    case ErrorCode::disconnected:
    case ErrorCode::broker_not_available:
      return true;
    default:
      return false;
  }
}

int32_t timeout_ms(const Client& client) {
  return static_cast<int32_t>(
      std::min<int64_t>(client.options().request_timeout.count(), INT32_MAX));
}

/// Any broker forwards to the controller in KRaft mode (KIP-590), so admin requests go anywhere.
template <class Response, class Request>
Result<Reply<Response>> call_any(Client& client, const Request& request) {
  const Client::Time deadline = client.now() + client.options().timeout;
  if (client.cluster().brokers.empty()) TRY(client.refresh_metadata(std::vector<std::string>{}));
  for (;;) {
    auto reply = client.call<Response>(Client::kAnyNode, request);
    // A request that changes something is sent once: after a broken connection nobody knows whether
    // it was done.
    if (reply || reply.error().code() != ErrorCode::broker_not_available ||
        !client.back_off(deadline))
      return reply;
  }
}

}  // namespace

Result<std::vector<TopicOutcome>> create_topics(Client& client, const std::vector<NewTopic>& topics,
                                                bool validate_only) {
  protocol::CreateTopicsRequest request;
  for (const NewTopic& topic : topics) {
    auto& out = request.topics.emplace_back();
    out.name = topic.name;
    out.num_partitions = topic.partitions_count;
    out.replication_factor = topic.replication_factor;
    for (const auto& brokers : topic.assignment) {
      const auto index = static_cast<int32_t>(out.assignments.size());
      out.assignments.push_back({.partition_index = index, .broker_ids = brokers});
    }
    for (const auto& [name, value] : topic.configs) {
      auto& config = out.configs.emplace_back();
      config.name = name;
      config.value = value;
    }
  }
  request.timeout_ms = timeout_ms(client);
  request.validate_only = validate_only;
  TRY_ASSIGN(auto reply, call_any<protocol::CreateTopicsResponse>(client, request));
  std::vector<TopicOutcome> out;
  for (const NewTopic& topic : topics) {
    TopicOutcome& outcome = out.emplace_back();
    outcome.name = topic.name;
    const auto found = std::ranges::find(
        reply->topics, topic.name, &protocol::CreateTopicsResponse::CreatableTopicResult::name);
    if (found == reply->topics.end()) {
      outcome.error = ErrorCode::unknown_server_error;
      outcome.message = "the broker's answer leaves this topic out";
      continue;
    }
    outcome.id = found->topic_id;
    outcome.error = static_cast<ErrorCode>(found->error_code);
    outcome.message = found->error_message.value_or("");
    outcome.partitions_count = found->num_partitions;
    outcome.replication_factor = found->replication_factor;
  }
  return out;
}

Result<std::vector<TopicOutcome>> delete_topics(Client& client,
                                                const std::vector<std::string>& names) {
  protocol::DeleteTopicsRequest request;
  request.topic_names = names;
  for (const std::string& name : names) request.topics.emplace_back().name = name;
  request.timeout_ms = timeout_ms(client);
  // Up to version 5 the names stand in one list, from 6 on in the other; neither may be filled for
  // the other's version.
  CallOptions options;
  TRY_ASSIGN(const auto offered, client.broker_versions(Client::kAnyNode));
  const auto found = offered.find(protocol::DeleteTopicsRequest::kInfo.api_key);
  if (found != offered.end() && found->second.max < 6) request.topics.clear();
  TRY_ASSIGN(auto reply, call_any<protocol::DeleteTopicsResponse>(client, request));
  std::vector<TopicOutcome> out;
  for (const std::string& name : names) {
    TopicOutcome& outcome = out.emplace_back();
    outcome.name = name;
    const auto result =
        std::ranges::find_if(reply->responses, [&](const auto& item) { return item.name == name; });
    if (result == reply->responses.end()) {
      outcome.error = ErrorCode::unknown_server_error;
      outcome.message = "the broker's answer leaves this topic out";
      continue;
    }
    outcome.id = result->topic_id;
    outcome.error = static_cast<ErrorCode>(result->error_code);
    outcome.message = result->error_message.value_or("");
  }
  return out;
}

Result<std::vector<TopicInfo>> list_topics(Client& client) {
  TRY(client.refresh_metadata(std::nullopt));
  std::vector<TopicInfo> out;
  for (const auto& [name, topic] : client.topics()) out.push_back(topic);
  return out;
}

Result<std::vector<TopicInfo>> describe_topics(Client& client,
                                               const std::vector<std::string>& names) {
  TRY(client.refresh_metadata(names));
  std::vector<TopicInfo> out;
  for (const std::string& name : names) {
    const auto found = client.topics().find(name);
    if (found != client.topics().end()) {
      out.push_back(found->second);
    } else {
      TopicInfo& missing = out.emplace_back();
      missing.name = name;
      missing.error = ErrorCode::unknown_topic_or_partition;
    }
  }
  return out;
}

Result<std::vector<ConfigEntry>> describe_topic_configs(Client& client, const std::string& topic) {
  return describe_configs(client, {ConfigResourceType::topic, topic});
}

namespace {

std::string resource_text(const ConfigResource& resource) {
  switch (resource.type) {
    case ConfigResourceType::topic:
      return concat("topic ", resource.name);
    case ConfigResourceType::broker:
      return resource.name.empty() ? "all brokers" : concat("broker ", resource.name);
    case ConfigResourceType::broker_logger:
      return concat("loggers of broker ", resource.name);
    case ConfigResourceType::client_metrics:
      return concat("client metrics ", resource.name);
    case ConfigResourceType::group:
      return concat("group ", resource.name);
  }
  return resource.name;
}

/// A broker's own settings are known to it alone; everything else any broker tells.
int32_t node_for(const ConfigResource& resource) {
  const bool is_broker = resource.type == ConfigResourceType::broker ||
                         resource.type == ConfigResourceType::broker_logger;
  return is_broker ? parse_int<int32_t>(resource.name).value_or(Client::kAnyNode)
                   : Client::kAnyNode;
}

Error refused(const ConfigResource& resource, int16_t code,
              const std::optional<std::string>& message) {
  const auto error = static_cast<ErrorCode>(code);
  const std::string text = message.value_or("");
  return Error(error, concat("configuration of ", resource_text(resource), ": ",
                             text.empty() ? error_name(error) : std::string_view(text)));
}

template <class Response, class Request>
Result<Reply<Response>> call_node(Client& client, int32_t node, const Request& request) {
  if (client.cluster().brokers.empty()) TRY(client.refresh_metadata(std::vector<std::string>{}));
  if (node == Client::kAnyNode) return call_any<Response>(client, request);
  return client.call<Response>(node, request);
}

}  // namespace

Result<std::vector<ConfigEntry>> describe_configs(Client& client, const ConfigResource& resource) {
  protocol::DescribeConfigsRequest request;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = static_cast<int8_t>(resource.type);
  asked.resource_name = resource.name;
  asked.configuration_keys.reset();
  request.include_synonyms = true;
  TRY_ASSIGN(auto reply,
             call_node<protocol::DescribeConfigsResponse>(client, node_for(resource), request));
  std::vector<ConfigEntry> out;
  for (const auto& result : reply->results) {
    if (result.error_code != 0)
      return fail(refused(resource, result.error_code, result.error_message));
    for (const auto& config : result.configs) {
      ConfigEntry& entry = out.emplace_back(ConfigEntry{config.name, config.value, config.read_only,
                                                        config.is_sensitive, config.config_source,
                                                        config.documentation});
      for (const auto& synonym : config.synonyms)
        entry.synonyms.push_back({synonym.name, synonym.value, synonym.source});
    }
  }
  std::ranges::sort(out, {}, &ConfigEntry::name);
  return out;
}

Status alter_configs(Client& client, const ConfigResource& resource,
                     const std::vector<ConfigChange>& changes, bool validate_only) {
  protocol::IncrementalAlterConfigsRequest request;
  request.validate_only = validate_only;
  auto& altered = request.resources.emplace_back();
  altered.resource_type = static_cast<int8_t>(resource.type);
  altered.resource_name = resource.name;
  for (const ConfigChange& change : changes) {
    auto& config = altered.configs.emplace_back();
    config.name = change.name;
    config.config_operation = static_cast<int8_t>(change.kind);
    config.value = change.value;
  }
  TRY_ASSIGN(auto reply, call_node<protocol::IncrementalAlterConfigsResponse>(
                             client, node_for(resource), request));
  for (const auto& response : reply->responses)
    if (response.error_code != 0)
      return fail(refused(resource, response.error_code, response.error_message));
  return {};
}

Result<TopicOutcome> create_partitions(Client& client, const std::string& topic, int32_t total,
                                       bool validate_only,
                                       const std::vector<std::vector<int32_t>>& assignment) {
  protocol::CreatePartitionsRequest request;
  auto& asked = request.topics.emplace_back();
  asked.name = topic;
  asked.count = total;
  asked.assignments.reset();
  if (!assignment.empty()) asked.assignments.emplace();
  for (const auto& brokers : assignment) asked.assignments->push_back({.broker_ids = brokers});
  request.timeout_ms = timeout_ms(client);
  request.validate_only = validate_only;
  TRY_ASSIGN(auto reply, call_any<protocol::CreatePartitionsResponse>(client, request));
  TopicOutcome outcome{.name = topic, .partitions_count = total};
  for (const auto& result : reply->results) {
    outcome.error = static_cast<ErrorCode>(result.error_code);
    outcome.message = result.error_message.value_or("");
  }
  return outcome;
}

Result<ClusterDescription> describe_cluster(Client& client) {
  TRY_ASSIGN(auto reply, call_any<protocol::DescribeClusterResponse>(
                             client, protocol::DescribeClusterRequest{}));
  if (reply->error_code != 0)
    return fail(static_cast<ErrorCode>(reply->error_code),
                reply->error_message.value_or("the broker refused DescribeCluster"));
  ClusterDescription out;
  out.cluster_id = reply->cluster_id;
  out.controller_id = reply->controller_id;
  for (const auto& broker : reply->brokers)
    out.brokers.push_back(
        {broker.broker_id, {broker.host, static_cast<uint16_t>(broker.port)}, broker.rack});
  std::ranges::sort(out.brokers, {}, &BrokerInfo::node_id);
  return out;
}

namespace {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

/// The requests for the queries still open, by leader. Partitions without a known leader are left
/// for the next round.
std::map<int32_t, ListOffsetsRequest> requests_by_leader(const Client& client,
                                                         const std::vector<OffsetQuery>& queries,
                                                         const std::vector<bool>& is_open,
                                                         Isolation isolation) {
  std::map<int32_t, ListOffsetsRequest> out;
  for (size_t i = 0; i < queries.size(); ++i) {
    const TopicPartition& at = queries[i].partition;
    const TopicInfo* const topic = client.topic(at.topic);
    const auto index = static_cast<size_t>(at.partition.value);
    if (!is_open[i] || topic == nullptr || index >= topic->partitions.size()) continue;
    const int32_t leader = topic->partitions[index].leader;
    if (leader < 0) continue;
    ListOffsetsRequest& request = out[leader];
    request.replica_id = -1;
    request.isolation_level = static_cast<int8_t>(isolation);
    request.timeout_ms = timeout_ms(client);
    auto topic_at =
        std::ranges::find(request.topics, at.topic, &ListOffsetsRequest::ListOffsetsTopic::name);
    if (topic_at == request.topics.end()) {
      request.topics.emplace_back().name = at.topic;
      topic_at = request.topics.end() - 1;
    }
    auto& partition = topic_at->partitions.emplace_back();
    partition.partition_index = at.partition.value;
    partition.current_leader_epoch = topic->partitions[index].leader_epoch.value;
    partition.timestamp = queries[i].timestamp;
  }
  return out;
}

void take_answers(const ListOffsetsResponse& response, const std::vector<OffsetQuery>& queries,
                  std::vector<bool>& is_open, std::vector<OffsetAnswer>& answers) {
  std::map<std::pair<std::string_view, int32_t>,
           const ListOffsetsResponse::ListOffsetsPartitionResponse*>
      by_name;
  for (const auto& topic : response.topics)
    for (const auto& partition : topic.partitions)
      by_name[{topic.name, partition.partition_index}] = &partition;
  for (size_t i = 0; i < queries.size(); ++i) {
    const auto found =
        by_name.find({queries[i].partition.topic, queries[i].partition.partition.value});
    if (!is_open[i] || found == by_name.end()) continue;
    const auto& from = *found->second;
    answers[i] = {static_cast<ErrorCode>(from.error_code), Offset(from.offset), from.timestamp,
                  LeaderEpoch(from.leader_epoch)};
    is_open[i] = is_passing(answers[i].error);
  }
}

/// What is asked of this broker gets no answer.
void give_up_leader(const Client& client, const std::vector<OffsetQuery>& queries, int32_t leader,
                    std::vector<bool>& is_open, std::vector<OffsetAnswer>& answers) {
  for (size_t i = 0; i < queries.size(); ++i) {
    const TopicInfo* const topic = client.topic(queries[i].partition.topic);
    const auto index = static_cast<size_t>(queries[i].partition.partition.value);
    if (!is_open[i] || topic == nullptr || index >= topic->partitions.size() ||
        topic->partitions[index].leader != leader)
      continue;
    answers[i].error = ErrorCode::broker_not_available;
    is_open[i] = false;
  }
}

std::vector<std::string> topics_of(const std::vector<OffsetQuery>& queries) {
  std::vector<std::string> out;
  for (const OffsetQuery& query : queries) out.push_back(query.partition.topic);
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

}  // namespace

Result<std::vector<OffsetAnswer>> list_offsets(Client& client,
                                               const std::vector<OffsetQuery>& queries,
                                               Isolation isolation) {
  const Client::Time deadline = client.now() + client.options().timeout;
  std::vector<OffsetAnswer> answers(queries.size());
  std::vector<bool> is_open(queries.size(), true);
  std::optional<Error> unreached;  // why some leader did not answer
  bool has_answer = false;
  for (const std::string& topic : topics_of(queries))
    if (client.topic(topic) == nullptr) TRY(client.refresh_metadata(topics_of(queries)));
  for (;;) {
    for (size_t i = 0; i < queries.size(); ++i)
      if (is_open[i]) answers[i].error = ErrorCode::leader_not_available;
    for (const auto& [leader, request] : requests_by_leader(client, queries, is_open, isolation)) {
      auto reply = client.call<ListOffsetsResponse>(leader, request);
      if (reply) {
        has_answer = true;
        take_answers(reply->body, queries, is_open, answers);
        continue;
      }
      const ErrorCode code = reply.error().code();
      unreached = std::move(reply.error());
      if (code == ErrorCode::not_found)  // its name does not resolve, and will not
        give_up_leader(client, queries, leader, is_open, answers);
      else if (!is_passing(code) && code != ErrorCode::timed_out)
        return fail(*unreached);
    }
    const bool is_over = std::ranges::count(is_open, true) == 0 || !client.back_off(deadline);
    // Without any answer, the reason says more than a code for each partition.
    if (is_over && unreached && !has_answer) return fail(*unreached);
    if (is_over) return answers;
    TRY(client.refresh_metadata(topics_of(queries)));
    for (size_t i = 0; i < queries.size(); ++i) {
      const TopicInfo* const topic = client.topic(queries[i].partition.topic);
      const auto index = static_cast<size_t>(queries[i].partition.partition.value);
      if (is_open[i] && (topic == nullptr || index >= topic->partitions.size())) {
        answers[i].error = ErrorCode::unknown_topic_or_partition;
        is_open[i] = false;
      }
    }
  }
}

namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;

std::map<int32_t, DeleteRecordsRequest> trims_by_leader(const Client& client,
                                                        const std::vector<TrimQuery>& queries,
                                                        const std::vector<TrimOutcome>& outcomes) {
  std::map<int32_t, DeleteRecordsRequest> out;
  for (size_t i = 0; i < queries.size(); ++i) {
    const TopicPartition& at = queries[i].partition;
    const TopicInfo* const topic = client.topic(at.topic);
    const auto index = static_cast<size_t>(at.partition.value);
    if (!is_passing(outcomes[i].error) || topic == nullptr || index >= topic->partitions.size() ||
        topic->partitions[index].leader < 0)
      continue;
    DeleteRecordsRequest& request = out[topic->partitions[index].leader];
    request.timeout_ms = timeout_ms(client);
    if (request.topics.empty() || request.topics.back().name != at.topic)
      request.topics.emplace_back().name = at.topic;
    auto& partition = request.topics.back().partitions.emplace_back();
    partition.partition_index = at.partition.value;
    partition.offset = queries[i].before.value;
  }
  return out;
}

}  // namespace

Result<std::vector<TrimOutcome>> delete_records(Client& client,
                                                const std::vector<TrimQuery>& queries) {
  const Client::Time deadline = client.now() + client.options().timeout;
  std::vector<TrimOutcome> outcomes(queries.size(), {.error = ErrorCode::leader_not_available});
  std::vector<std::string> topics;
  for (const TrimQuery& query : queries)
    if (std::ranges::find(topics, query.partition.topic) == topics.end())
      topics.push_back(query.partition.topic);
  for (;;) {
    TRY(client.refresh_metadata(topics));
    for (const auto& [leader, request] : trims_by_leader(client, queries, outcomes)) {
      TRY_ASSIGN(const auto reply, client.call<DeleteRecordsResponse>(leader, request));
      for (const auto& topic : reply->topics)
        for (const auto& partition : topic.partitions)
          for (size_t i = 0; i < queries.size(); ++i)
            if (queries[i].partition.topic == topic.name &&
                queries[i].partition.partition.value == partition.partition_index)
              outcomes[i] = {static_cast<ErrorCode>(partition.error_code),
                             Offset(partition.low_watermark)};
    }
    const bool has_open = std::ranges::any_of(
        outcomes, [](const TrimOutcome& outcome) { return is_passing(outcome.error); });
    if (!has_open || !client.back_off(deadline)) return outcomes;
  }
}

}  // namespace spool::client
