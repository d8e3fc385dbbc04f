/// AlterConfigs and IncrementalAlterConfigs: settings of topics, of this broker or all brokers (the
/// empty name), of groups and of client metrics subscriptions. AlterConfigs replaces all settings
/// of a resource, IncrementalAlterConfigs sets, deletes, or changes items of lists (KIP-339).
///
/// AlterConfigs             v2 flexible
/// IncrementalAlterConfigs  v1 flexible
///
/// The checks stand in Kafka's order, because the first that fails is the one that is answered: a
/// resource named twice, a setting named twice, null values (all 42), then what the broker knows of
/// itself (42), then what the controller knows (names 3, 17, values 40). Resources are independent
/// of each other. Every change is a ConfigRecord, and acts when the call returns: the topic table
/// configures open logs from the commit.
///
/// Levels of the broker's loggers (type 8) last as long as the process: no record is written.

#include "broker/handlers/alter_configs.h"

#include <algorithm>
#include <map>
#include <set>

#include "broker/config/dynamic.h"
#include "broker/config/value.h"
#include "broker/handlers/describe_configs.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/topic_name.h"
#include "broker/loggers.h"
#include "core/base/text.h"
#include "core/protocol/messages/alter_configs.h"
#include "core/protocol/messages/incremental_alter_configs.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

using config_detail::parse_list;

namespace {

/// Java's String.split: empty items at the end do not count, an empty text is one empty item.
std::vector<std::string> split_as_java(std::string_view text) {
  std::vector<std::string> items;
  for (const std::string_view item : split(text, ',')) items.emplace_back(item);
  while (!text.empty() && !items.empty() && items.back().empty()) items.pop_back();
  return items;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) append_text(out, out.empty() ? "" : ",", item);
  return out;
}

/// Names that stand more than once, and values that are missing.
Status check_edits(const ResourceEdit& resource, AlterationKind kind) {
  std::set<std::string_view> names;
  for (const ConfigEdit& edit : resource.edits)
    if (!names.insert(edit.name).second)
      return fail(ErrorCode::invalid_request, "Error due to duplicate config keys");
  std::vector<std::string> nulls;
  for (const ConfigEdit& edit : resource.edits)
    if (!edit.value && (kind == AlterationKind::replacing || edit.operation != ConfigEdit::remove))
      nulls.push_back(edit.name);
  if (nulls.empty()) return {};
  return fail(ErrorCode::invalid_request, concat("Null value not supported for : ", joined(nulls)));
}

Status check_node(const std::string& name, int32_t node_id, std::string_view unexpected) {
  const auto id = parse_int<int32_t>(name);
  if (!id)
    return fail(ErrorCode::invalid_request,
                concat("Node id must be an integer, but it is: ", name));
  if (*id != node_id)
    return fail(ErrorCode::invalid_request, concat(unexpected, node_id, ", but received ", name));
  return {};
}

/// One request against what is there.
class AlterationPlanner {
 public:
  AlterationPlanner(AlterationKind kind, const MetadataImage& image, const BrokerConfig& config,
                    int32_t node_id)
      : kind_(kind),
        image_(image),
        config_(config),
        view_(config, image.configs(ConfigResourceType::broker, std::to_string(node_id)),
              image.configs(ConfigResourceType::broker, "")),
        node_id_(node_id) {}

  AlterationPlan plan(const ResourceEdit& resource) const {
    AlterationPlan plan;
    plan.status = check_edits(resource, kind_);
    if (!plan.status) return plan;
    if (resource.type == kBrokerLogger && kind_ == AlterationKind::incremental) {
      plan.status = check_loggers(resource);
      return plan;
    }
    auto after = settings_after(resource);
    if (after) plan.status = check(resource, *after);
    if (!after) plan.status = fail(std::move(after.error()));
    if (plan.status) plan.change = change_to(resource, *after);
    return plan;
  }

 private:
  ConfigResource resource_of(const ResourceEdit& resource) const {
    return {static_cast<ConfigResourceType>(resource.type), resource.name};
  }
  const ConfigMap& before(const ResourceEdit& resource) const {
    return image_.configs(static_cast<ConfigResourceType>(resource.type), resource.name);
  }

  /// What the resource would be set to. Refuses resources that cannot be, and what is no list.
  Result<ConfigMap> settings_after(const ResourceEdit& resource) const {
    TRY(check_resource(resource));
    ConfigMap after;
    if (kind_ == AlterationKind::replacing) {
      for (const ConfigEdit& edit : resource.edits) after[edit.name] = *edit.value;
      return after;
    }
    after = before(resource);
    for (const ConfigEdit& edit : resource.edits) TRY(apply(resource, edit, after));
    return after;
  }

  Status check_resource(const ResourceEdit& resource) const {
    switch (resource.type) {
      case static_cast<int8_t>(ConfigResourceType::topic):
      case static_cast<int8_t>(ConfigResourceType::client_metrics):
      case static_cast<int8_t>(ConfigResourceType::group):
        return {};
      case static_cast<int8_t>(ConfigResourceType::broker):
        if (resource.name.empty()) return {};
        return check_node(resource.name, node_id_, "Unexpected broker id, expected ");
      default:
        return fail(ErrorCode::invalid_request,
                    concat("Unknown resource type ", static_cast<int>(resource.type)));
    }
  }

  Status check_loggers(const ResourceEdit& resource) const {
    TRY(check_node(resource.name, node_id_, "Unexpected node id. Expected "));
    for (const ConfigEdit& edit : resource.edits) TRY(check_logger(edit));
    return {};
  }

  static Status check_logger(const ConfigEdit& edit) {
    const auto refused_operation = [](std::string_view operation) {
      return fail(ErrorCode::invalid_request,
                  concat(operation, " is not allowed for the BROKER_LOGGER resource"));
    };
    switch (edit.operation) {
      case ConfigEdit::set:
      case ConfigEdit::remove:
        break;
      case ConfigEdit::append:
        return refused_operation("APPEND operation");
      case ConfigEdit::subtract:
        return refused_operation("SUBTRACT operation");
      default:
        return refused_operation(
            concat("Unknown operation type ", static_cast<int>(edit.operation)));
    }
    const auto logger = Loggers::find(edit.name);
    if (!logger)
      return fail(ErrorCode::invalid_config, concat("Logger ", edit.name, " does not exist!"));
    if (edit.operation == ConfigEdit::remove && *logger == Loggers::root)
      return fail(ErrorCode::invalid_request,
                  "Removing the log level of the root logger is not allowed");
    if (edit.operation == ConfigEdit::set && !parse_log_threshold(*edit.value))
      return fail(ErrorCode::invalid_config,
                  concat("Cannot set the log level of ", edit.name, " to ", *edit.value,
                         " as it is not a supported log level. Valid log levels are DEBUG, ERROR, "
                         "FATAL, INFO, TRACE, WARN"));
    return {};
  }

  Status apply(const ResourceEdit& resource, const ConfigEdit& edit, ConfigMap& after) const {
    switch (edit.operation) {
      case ConfigEdit::set:
        after[edit.name] = *edit.value;
        return {};
      case ConfigEdit::remove:
        after.erase(edit.name);
        return {};
      case ConfigEdit::append:
      case ConfigEdit::subtract:
        return change_list(resource, edit, after);
      default:
        return fail(Error(ErrorCode::unknown_server_error));
    }
  }

  /// Items are added to and taken from the value in force; the result becomes a setting of the
  /// resource even when it is the same.
  Status change_list(const ResourceEdit& resource, const ConfigEdit& edit, ConfigMap& after) const {
    const ConfigDef* def = find_config(list_table_of(resource.type), edit.name);
    if (def == nullptr && resource.type == static_cast<int8_t>(ConfigResourceType::broker))
      return fail(ErrorCode::invalid_config, concat("Unknown config name: ", edit.name));
    if (def == nullptr || def->type != ConfigType::list)
      return fail(ErrorCode::invalid_config,
                  concat("Can't ", edit.operation == ConfigEdit::append ? "APPEND" : "SUBTRACT",
                         " to key ", edit.name, " because its type is not LIST."));
    const auto own = after.find(edit.name);
    std::vector<std::string> items =
        parse_list(own != after.end() ? own->second : default_value(resource, *def));
    for (const std::string& item : split_as_java(*edit.value)) {
      const auto found = std::ranges::find(items, item);
      if (edit.operation == ConfigEdit::append && found == items.end()) items.push_back(item);
      if (edit.operation == ConfigEdit::subtract && found != items.end()) items.erase(found);
    }
    after[edit.name] = joined(items);
    return {};
  }

  std::string default_value(const ResourceEdit& resource, const ConfigDef& def) const {
    if (resource.type == static_cast<int8_t>(ConfigResourceType::topic))
      return view_.topic_value(def.name, {}).value_or("");
    if (resource.type == static_cast<int8_t>(ConfigResourceType::broker))
      return std::string(config_.value(def.name).value_or(""));
    return def.default_value != nullptr ? def.default_value : "";
  }

  /// Kafka's controller knows the types of these only: no other setting is a list to it.
  static std::span<const ConfigDef> list_table_of(int8_t type) {
    if (type == static_cast<int8_t>(ConfigResourceType::topic)) return topic_configs();
    if (type == static_cast<int8_t>(ConfigResourceType::broker)) return broker_configs();
    return {};
  }

  Status check(const ResourceEdit& resource, const ConfigMap& after) const {
    switch (static_cast<ConfigResourceType>(resource.type)) {
      case ConfigResourceType::topic:
        return check_topic(resource.name, after);
      case ConfigResourceType::broker:
        return check_broker(resource, after);
      case ConfigResourceType::client_metrics:
        if (resource.name.empty())
          return fail(ErrorCode::invalid_request, "Subscription name can't be empty");
        return validate_client_metrics_configs(after);
      case ConfigResourceType::group:
        if (resource.name.empty())
          return fail(ErrorCode::invalid_request, "Default group resources are not allowed.");
        return validate_group_configs(after, view_);
    }
    return {};
  }

  Status check_topic(const std::string& name, const ConfigMap& after) const {
    if (name.empty())
      return fail(ErrorCode::invalid_request, "Default topic resources are not allowed.");
    if (!storage::topic_name_problem(name).empty())
      return fail(ErrorCode::invalid_topic_exception, invalid_topic_name_text(name));
    TRY(validate_topic_configs({after.begin(), after.end()}, view_));
    if (image_.topic(name) == nullptr)
      return fail(ErrorCode::unknown_topic_or_partition,
                  concat("The topic '", name, "' does not exist."));
    return {};
  }

  Status check_broker(const ResourceEdit& resource, const ConfigMap& after) const {
    const auto scope = resource.name.empty() ? BrokerScope::all_brokers : BrokerScope::this_broker;
    if (Status valid = validate_dynamic_broker_configs(before(resource), after, scope, view_);
        !valid)
      return fail(ErrorCode::invalid_request, std::string(valid.error().text()));
    TRY(check_cordoned(after));
    return check_elr(resource, after);
  }

  Status check_cordoned(const ConfigMap& after) const {
    constexpr int16_t kMetadataVersionSince = 30;
    if (!after.contains("cordoned.log.dirs") || image_.metadata_version() >= kMetadataVersionSince)
      return {};
    return fail(ErrorCode::invalid_config,
                "The cordoned.log.dirs configuration value cannot be set because it requires "
                "metadata.version >= 4.3-IV0");
  }

  /// Eligible leader replicas rest on one min.insync.replicas for all brokers (KIP-966).
  Status check_elr(const ResourceEdit& resource, const ConfigMap& after) const {
    constexpr std::string_view kMinIsr = "min.insync.replicas";
    if (image_.feature_level(kElrFeature) < 1) return {};
    const ConfigMap& old = before(resource);
    if (resource.name.empty() && old.contains(kMinIsr) && !after.contains(kMinIsr))
      return fail(ErrorCode::invalid_config,
                  "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
    if (!resource.name.empty() && after.contains(kMinIsr))
      return fail(ErrorCode::invalid_config,
                  "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    return {};
  }

  ConfigChange change_to(const ResourceEdit& resource, const ConfigMap& after) const {
    ConfigChange change{resource_of(resource), {}};
    const ConfigMap& old = before(resource);
    for (const auto& [name, value] : old)
      if (!after.contains(name)) change.values.emplace_back(name, std::nullopt);
    for (const auto& [name, value] : after) {
      const auto known = old.find(name);
      if (known == old.end() || known->second != value) change.values.emplace_back(name, value);
    }
    return change;
  }

  const AlterationKind kind_;
  const MetadataImage& image_;
  const BrokerConfig& config_;
  const ConfigView view_;
  const int32_t node_id_;
};

/// What goes on the wire: a code, and its text when it has one of its own.
template <class Answer>
Answer answer_of(const ResourceEdit& resource, const Status& status) {
  Answer answer;
  answer.error_message = std::nullopt;
  answer.resource_type = resource.type;
  answer.resource_name = resource.name;
  if (status) return answer;
  answer.error_code = wire_code(status.error().code());
  if (status.error().code() != ErrorCode::unknown_server_error)
    answer.error_message = std::string(status.error().text());
  return answer;
}

/// Edits of loggers that passed the checks.
void alter_loggers(const ResourceEdit& resource, Loggers& loggers) {
  for (const ConfigEdit& edit : resource.edits) {
    const Loggers::Part logger = *Loggers::find(edit.name);
    if (edit.operation == ConfigEdit::set)
      loggers.set(logger, *parse_log_threshold(*edit.value));
    else
      loggers.unset(logger);
  }
}

template <class Response>
Response respond(Services& services, const std::vector<ResourceEdit>& resources,
                 AlterationKind kind, bool validate_only) {
  const std::vector<Status> outcomes =
      alter_configs(resources, kind, validate_only, services.metadata, services.config);
  Response response;
  for (size_t i = 0; i < resources.size(); ++i) {
    if (resources[i].type == kBrokerLogger && outcomes[i] && !validate_only)
      alter_loggers(resources[i], services.loggers);
    response.responses.push_back(
        answer_of<typename Response::AlterConfigsResourceResponse>(resources[i], outcomes[i]));
  }
  return response;
}

}  // namespace

std::vector<AlterationPlan> plan_alterations(std::span<const ResourceEdit> resources,
                                             AlterationKind kind, const MetadataImage& image,
                                             const BrokerConfig& config, int32_t node_id) {
  const AlterationPlanner planner(kind, image, config, node_id);
  std::map<std::pair<int8_t, std::string_view>, int> named;
  for (const ResourceEdit& resource : resources) ++named[{resource.type, resource.name}];
  std::vector<AlterationPlan> plans;
  for (const ResourceEdit& resource : resources) {
    if (named[{resource.type, resource.name}] > 1)
      plans.push_back(
          {fail(ErrorCode::invalid_request, "Each resource must appear at most once."), {}});
    else
      plans.push_back(planner.plan(resource));
  }
  return plans;
}

std::vector<Status> alter_configs(std::span<const ResourceEdit> resources, AlterationKind kind,
                                  bool validate_only, MetadataStore& metadata,
                                  const BrokerConfig& config) {
  std::vector<AlterationPlan> plans;
  {
    const auto image = metadata.read();
    plans = plan_alterations(resources, kind, *image, config, metadata.node_id());
  }
  std::vector<Status> outcomes;
  for (AlterationPlan& plan : plans) {
    if (plan.status && !validate_only && !plan.change.values.empty()) {
      std::vector<ConfigChange> changes;
      changes.push_back(std::move(plan.change));
      plan.status = metadata.set_configs(std::move(changes));
    }
    outcomes.push_back(std::move(plan.status));
  }
  return outcomes;
}

protocol::AlterConfigsResponse handle_alter_configs(Services& services, const Request&,
                                                    const protocol::AlterConfigsRequest& message) {
  std::vector<ResourceEdit> resources;
  for (const auto& asked : message.resources) {
    ResourceEdit& resource = resources.emplace_back(asked.resource_type, asked.resource_name);
    for (const auto& config : asked.configs)
      resource.edits.push_back({config.name, ConfigEdit::set, config.value});
  }
  return respond<protocol::AlterConfigsResponse>(services, resources, AlterationKind::replacing,
                                                 message.validate_only);
}

protocol::IncrementalAlterConfigsResponse handle_incremental_alter_configs(
    Services& services, const Request&, const protocol::IncrementalAlterConfigsRequest& message) {
  std::vector<ResourceEdit> resources;
  for (const auto& asked : message.resources) {
    ResourceEdit& resource = resources.emplace_back(asked.resource_type, asked.resource_name);
    for (const auto& config : asked.configs)
      resource.edits.push_back({config.name, config.config_operation, config.value});
  }
  return respond<protocol::IncrementalAlterConfigsResponse>(
      services, resources, AlterationKind::incremental, message.validate_only);
}

}  // namespace spool::broker
