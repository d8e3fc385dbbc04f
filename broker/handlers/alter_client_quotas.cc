/// AlterClientQuotas: sets and removes limits of users, client ids, both together, and addresses
/// (KIP-546).
///
/// v1  flexible
///
/// Byte rates, and connections a second, are whole numbers; every limit is above 0 (42 else). What
/// is set acts when the call returns. An entity that is named twice, or one limit of it, has one
/// entry, 42, and keeps what it has (Kafka applies the first and answers 42 all the same).

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "broker/handlers/client_quotas.h"
#include "broker/handlers/handlers.h"
#include "broker/metadata/record_codec.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/records/metadata.h"

namespace spool::broker {

using protocol::AlterClientQuotasRequest;
using protocol::AlterClientQuotasResponse;
using EntryData = AlterClientQuotasRequest::EntryData;
using Op = AlterClientQuotasRequest::OpData;

namespace {

enum class ValueKind { whole, fractional };
struct QuotaKey {
  std::string_view name;
  ValueKind kind;
  bool is_of_ip;
};
constexpr QuotaKey kQuotaKeys[] = {
    {"connection_creation_rate", ValueKind::whole, true},
    {"consumer_byte_rate", ValueKind::whole, false},
    {"controller_mutation_rate", ValueKind::fractional, false},
    {"producer_byte_rate", ValueKind::whole, false},
    {"request_percentage", ValueKind::fractional, false},
};
/// How far from a whole number a byte rate may be: what a client's arithmetic leaves.
constexpr double kWholeTolerance = 1e-6;

std::unexpected<Error> refused(std::string text) {
  return fail(ErrorCode::invalid_request, std::move(text));
}

/// By type, as in the metadata image; of two of one type the later counts.
std::map<std::string, std::optional<std::string>> entity_of(const EntryData& entry) {
  std::map<std::string, std::optional<std::string>> entity;
  for (const auto& part : entry.entity) entity[part.entity_type] = part.entity_name;
  return entity;
}

bool is_address(const std::string& text) {
  in_addr v4{};
  in6_addr v6{};
  return ::inet_pton(AF_INET, text.c_str(), &v4) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 || text == "localhost";
}

Status check_entity(const std::map<std::string, std::optional<std::string>>& entity) {
  if (entity.empty()) return refused("Invalid empty client quota entity");
  for (const auto& [type, name] : entity) {
    if (type != "user" && type != "client-id" && type != "ip")
      return refused(concat("Unhandled client quota entity type: ", type));
    if (name && name->empty()) return refused(concat("Empty ", type, " not supported"));
  }
  if (!entity.contains("ip")) return {};
  if (entity.size() > 1)
    return refused(
        "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
  const std::optional<std::string>& address = entity.at("ip");
  if (address && !is_address(*address))
    return refused(concat(*address, " is not a valid IP or resolvable host."));
  return {};
}

Status check_value(const QuotaKey& key, double value) {
  if (!std::isfinite(value)) return refused(concat("Quota ", key.name, " must be a finite number"));
  if (!(value > 0)) return refused(concat("Quota ", key.name, " must be greater than 0"));
  if (key.kind == ValueKind::fractional) return {};
  constexpr double kLongMax = 9223372036854775807.0;
  const double whole = std::round(value);
  if (value > kLongMax)
    return refused(concat("Proposed value for ", key.name, " is too large for a LONG."));
  if (std::abs(whole - value) > kWholeTolerance)
    return refused(concat(key.name, " cannot be a fractional value."));
  return {};
}

Status check_op(const Op& op, bool is_ip) {
  if (op.remove) return {};
  const auto key = std::ranges::find(kQuotaKeys, op.key, &QuotaKey::name);
  if (key == std::end(kQuotaKeys) || key->is_of_ip != is_ip)
    return refused(concat("Invalid configuration key ", op.key));
  return check_value(*key, op.value);
}

/// As Kafka prints it in its answer.
std::string text_of(const std::map<std::string, std::optional<std::string>>& entity) {
  std::string text;
  for (const auto& [type, name] : entity)
    append_text(text, text.empty() ? "" : ", ", type, '=', name ? std::string_view(*name) : "null");
  return concat("ClientQuotaEntity(entries={", text, "})");
}

std::vector<MetadataRecord> records_of(const EntryData& entry, const MetadataImage& image) {
  const auto parts = entity_of(entry);
  const QuotaEntity entity(parts.begin(), parts.end());
  const auto known = image.client_quotas().find(entity);
  std::vector<MetadataRecord> records;
  for (const Op& op : entry.ops) {
    const bool is_set = known != image.client_quotas().end() && known->second.contains(op.key);
    if (op.remove && !is_set) continue;
    if (!op.remove && is_set && known->second.at(op.key) == op.value) continue;
    protocol::ClientQuotaRecord record;
    for (const auto& [type, name] : parts) record.entity.push_back({type, name, {}});
    record.key = op.key;
    record.value = op.remove ? 0 : op.value;
    record.remove = op.remove;
    records.emplace_back(std::move(record));
  }
  return records;
}

Status apply(Services& services, const EntryData& entry, bool validate_only) {
  TRY(check_quota_alteration(entry));
  if (validate_only) return {};
  std::vector<MetadataRecord> records;
  {
    const auto image = services.metadata.read();
    records = records_of(entry, *image);
  }
  if (records.empty()) return {};
  return services.metadata.append(std::move(records));
}

}  // namespace

Status check_quota_alteration(const EntryData& entry) {
  const auto entity = entity_of(entry);
  TRY(check_entity(entity));
  std::set<std::string_view> keys;
  for (const Op& op : entry.ops) {
    if (!keys.insert(op.key).second) return refused("Ignoring duplicate entity " + text_of(entity));
    TRY(check_op(op, entity.contains("ip")));
  }
  return {};
}

AlterClientQuotasResponse handle_alter_client_quotas(Services& services, const Request&,
                                                     const AlterClientQuotasRequest& message) {
  std::map<std::map<std::string, std::optional<std::string>>, int> named;
  for (const EntryData& entry : message.entries) ++named[entity_of(entry)];
  AlterClientQuotasResponse response;
  for (const EntryData& entry : message.entries) {
    const auto entity = entity_of(entry);
    int& times = named[entity];
    if (times == 0) continue;  // answered already
    const Status status = times > 1
                              ? Status(refused("Ignoring duplicate entity " + text_of(entity)))
                              : apply(services, entry, message.validate_only);
    times = 0;
    auto& answer = response.entries.emplace_back();
    answer.error_message = std::nullopt;
    for (const auto& [type, name] : entity) answer.entity.push_back({type, name, {}});
    if (status) continue;
    answer.error_code = wire_code(status.error().code());
    answer.error_message = std::string(status.error().text());
  }
  return response;
}

}  // namespace spool::broker
