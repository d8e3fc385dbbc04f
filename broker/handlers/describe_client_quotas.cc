/// DescribeClientQuotas: limits of users, client ids and addresses (KIP-546).
///
/// v1  flexible
///
/// A filter names types of entities; each matches a name (0), the default (1) or both (2). An
/// entity matches when it has all the types named, and with `strict` no others. The whole answer is
/// an error when the filter is none: 42, or 35 for a type of entity that does not exist.

#include <set>

#include "broker/handlers/client_quotas.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/protocol/messages/describe_client_quotas.h"

namespace spool::broker {

using protocol::DescribeClientQuotasRequest;
using protocol::DescribeClientQuotasResponse;
using Component = DescribeClientQuotasRequest::ComponentData;

namespace {

enum MatchType : int8_t { kExact = 0, kDefault = 1, kSpecified = 2 };

Status check_component(const Component& component) {
  const auto refused = [](std::string text) {
    return fail(ErrorCode::invalid_request, std::move(text));
  };
  const std::string& type = component.entity_type;
  if (type.empty()) return refused("Invalid empty entity type.");
  if (type != "user" && type != "client-id" && type != "ip")
    return fail(ErrorCode::unsupported_version, concat("Unsupported entity type ", type));
  switch (component.match_type) {
    case kExact:
      if (!component.match)
        return refused("Request specified MATCH_TYPE_EXACT, but set match string to null.");
      break;
    case kDefault:
      if (component.match)
        return refused("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.");
      break;
    case kSpecified:
      if (component.match)
        return refused(
            "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.");
      break;
    default:
      return refused(concat("Unknown match type ", static_cast<int>(component.match_type)));
  }
  return {};
}

Status check_filter(const std::vector<Component>& components) {
  std::set<std::string_view> types;
  for (const Component& component : components) {
    TRY(check_component(component));
    if (!types.insert(component.entity_type).second)
      return fail(ErrorCode::invalid_request,
                  concat("Entity type ", component.entity_type,
                         " cannot appear more than once in the filter."));
  }
  if (types.contains("ip") && types.size() > 1)
    return fail(ErrorCode::invalid_request,
                "Invalid entity filter component combination. IP filter component should not be "
                "used with user or clientId filter component.");
  return {};
}

bool matches(const Component& component, const QuotaEntity& entity) {
  for (const auto& [type, name] : entity) {
    if (type != component.entity_type) continue;
    if (component.match_type == kExact) return name == component.match;
    return component.match_type == kSpecified || !name;
  }
  return false;
}

bool matches(const DescribeClientQuotasRequest& request, const QuotaEntity& entity) {
  for (const Component& component : request.components)
    if (!matches(component, entity)) return false;
  return !request.strict || entity.size() == request.components.size();
}

}  // namespace

DescribeClientQuotasResponse describe_client_quotas(const DescribeClientQuotasRequest& request,
                                                    const MetadataImage& image) {
  DescribeClientQuotasResponse response;
  if (const Status valid = check_filter(request.components); !valid) {
    response.error_code = wire_code(valid.error().code());
    response.error_message = std::string(valid.error().text());
    response.entries = std::nullopt;
    return response;
  }
  for (const auto& [entity, values] : image.client_quotas()) {
    if (values.empty() || !matches(request, entity)) continue;
    auto& entry = response.entries->emplace_back();
    for (const auto& [type, name] : entity) entry.entity.push_back({type, name, {}});
    for (const auto& [key, value] : values) entry.values.push_back({key, value, {}});
  }
  return response;
}

DescribeClientQuotasResponse handle_describe_client_quotas(
    Services& services, const Request&, const DescribeClientQuotasRequest& message) {
  return describe_client_quotas(message, *services.metadata.read());
}

}  // namespace spool::broker
