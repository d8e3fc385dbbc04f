/// DescribeConfigs: settings of topics, of this broker, the cluster's defaults, groups and client
/// metrics subscriptions, each with its source.
///
/// v1  sources and synonyms     v3  types, and documentation when asked     v4  flexible
///
/// Null or no keys mean all. A secret's value is null. The broker's loggers (type 8) and their
/// levels are described like settings.

#include "broker/handlers/describe_configs.h"

#include <algorithm>

#include "broker/handlers/handlers.h"
#include "broker/handlers/topic_name.h"
#include "broker/metadata/store.h"
#include "broker/topics/topic_table.h"
#include "core/base/text.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using Resource = DescribeConfigsRequest::DescribeConfigsResource;
using DescribeConfigsResult = DescribeConfigsResponse::DescribeConfigsResult;
using DescribeConfigsResourceResult = DescribeConfigsResponse::DescribeConfigsResourceResult;

namespace {

using Entries = std::vector<EffectiveConfig>;

class Describer {
 public:
  Describer(const MetadataImage& image, const BrokerConfig& config, const Loggers& loggers,
            int32_t node_id, const std::function<bool(const std::string&)>& has_topic)
      : image_(image),
        loggers_(loggers),
        has_topic_(has_topic),
        view_(config, image.configs(ConfigResourceType::broker, std::to_string(node_id)),
              image.configs(ConfigResourceType::broker, "")),
        node_id_(node_id) {}

  Result<Entries> describe(const Resource& resource) const {
    switch (static_cast<ConfigResourceType>(resource.resource_type)) {
      case ConfigResourceType::topic:
        return describe_topic(resource.resource_name);
      case ConfigResourceType::broker:
        return describe_broker(resource.resource_name);
      case ConfigResourceType::group:
        if (resource.resource_name.empty())
          return fail(ErrorCode::invalid_request, "Group name must not be empty");
        return view_.describe_group(
            image_.configs(ConfigResourceType::group, resource.resource_name));
      case ConfigResourceType::client_metrics:
        if (resource.resource_name.empty())
          return fail(ErrorCode::invalid_request,
                      "Client metrics subscription name must not be empty");
        return view_.describe_client_metrics(
            image_.configs(ConfigResourceType::client_metrics, resource.resource_name));
    }
    return describe_loggers(resource.resource_name);
  }

 private:
  Result<Entries> describe_topic(const std::string& name) const {
    if (!storage::topic_name_problem(name).empty())
      return fail(ErrorCode::invalid_topic_exception, invalid_topic_name_text(name));
    if (!has_topic_(name)) return fail(ErrorCode::unknown_topic_or_partition, "");
    return view_.describe_topic(image_.configs(ConfigResourceType::topic, name));
  }

  Result<Entries> describe_broker(const std::string& name) const {
    if (name.empty()) return view_.describe_cluster_defaults();
    TRY(check_broker_id(name, " or empty string, but received "));
    return view_.describe_broker();
  }

  Status check_broker_id(const std::string& name, std::string_view but_received) const {
    const auto id = parse_int<int32_t>(name);
    if (!id)
      return fail(ErrorCode::invalid_request,
                  concat("Broker id must be an integer, but it is: ", name));
    if (*id != node_id_)
      return fail(ErrorCode::invalid_request,
                  concat("Unexpected broker id, expected ", node_id_, but_received, name));
    return {};
  }

  Result<Entries> describe_loggers(const std::string& name) const {
    if (name.empty()) return fail(ErrorCode::invalid_request, "Broker id must not be empty");
    TRY(check_broker_id(name, " but received "));
    Entries entries;
    for (size_t i = 0; i < Loggers::kPartsCount; ++i) {
      const auto part = static_cast<Loggers::Part>(i);
      auto& entry = entries.emplace_back();
      entry.name = Loggers::name_of(part);
      entry.value = std::string(broker::name_of(loggers_.threshold(part)));
      entry.source = ConfigSource::broker_logger;
      entry.type = ConfigType::unknown;
    }
    return entries;
  }

  const MetadataImage& image_;
  const Loggers& loggers_;
  const std::function<bool(const std::string&)>& has_topic_;
  const ConfigView view_;
  const int32_t node_id_;
};

bool is_known_type(const Resource& resource) {
  switch (static_cast<ConfigResourceType>(resource.resource_type)) {
    case ConfigResourceType::topic:
    case ConfigResourceType::broker:
    case ConfigResourceType::group:
    case ConfigResourceType::client_metrics:
      return true;
  }
  return resource.resource_type == kBrokerLogger;
}

/// One resource of a type that does not exist spoils the request.
DescribeConfigsResponse refuse_all(const DescribeConfigsRequest& request) {
  DescribeConfigsResponse response;
  for (const Resource& resource : request.resources) {
    DescribeConfigsResult& answer = response.results.emplace_back();
    answer.error_code = static_cast<int16_t>(ErrorCode::invalid_request);
    answer.error_message =
        "This most likely occurs because of a request being malformed by the client library or the "
        "message was sent to an incompatible broker. See the broker logs for more details.";
    answer.resource_type = resource.resource_type;
    answer.resource_name = resource.resource_name;
  }
  return response;
}

bool is_wanted(const std::string& name, const std::optional<std::vector<std::string>>& keys) {
  return !keys || keys->empty() || std::ranges::find(*keys, name) != keys->end();
}

DescribeConfigsResourceResult entry_of(EffectiveConfig& config, bool with_synonyms, bool with_doc) {
  DescribeConfigsResourceResult entry;
  entry.name = std::move(config.name);
  entry.value = std::move(config.value);
  entry.read_only = config.is_read_only;
  entry.config_source = static_cast<int8_t>(config.source);
  entry.is_sensitive = config.is_sensitive;
  entry.config_type = static_cast<int8_t>(config.type);
  entry.documentation = std::nullopt;
  if (with_doc) entry.documentation = std::string(config.doc);
  if (!with_synonyms) return entry;
  for (ConfigSynonym& synonym : config.synonyms)
    entry.synonyms.push_back({std::move(synonym.name),
                              std::move(synonym.value),
                              static_cast<int8_t>(synonym.source),
                              {}});
  return entry;
}

}  // namespace

DescribeConfigsResponse describe_configs(const DescribeConfigsRequest& request,
                                         const MetadataImage& image, const BrokerConfig& config,
                                         const Loggers& loggers, int32_t node_id,
                                         const std::function<bool(const std::string&)>& has_topic) {
  if (!std::ranges::all_of(request.resources, is_known_type)) return refuse_all(request);
  const Describer describer(image, config, loggers, node_id, has_topic);
  DescribeConfigsResponse response;
  for (const Resource& resource : request.resources) {
    DescribeConfigsResult& answer = response.results.emplace_back();
    answer.resource_type = resource.resource_type;
    answer.resource_name = resource.resource_name;
    auto entries = describer.describe(resource);
    if (!entries) {
      answer.error_code = wire_code(entries.error().code());
      answer.error_message = std::string(entries.error().text());
      continue;
    }
    for (EffectiveConfig& entry : *entries)
      if (is_wanted(entry.name, resource.configuration_keys))
        answer.configs.push_back(
            entry_of(entry, request.include_synonyms, request.include_documentation));
  }
  return response;
}

DescribeConfigsResponse handle_describe_configs(Services& services, const Request&,
                                                const DescribeConfigsRequest& message) {
  const auto image = services.metadata.read();
  return describe_configs(
      message, *image, services.config, services.loggers, services.node_id,
      [&](const std::string& name) { return services.topics.find(name) != nullptr; });
}

}  // namespace spool::broker
