#include "core/protocol/registry.h"

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>

#include "core/base/text.h"
#include "core/protocol/field_access.h"

namespace spool::protocol {
namespace {

/// Checks that every member has the value that its row calls the default, also inside structures,
/// optionals and elements. `structure` is changed.
void check_defaults(const StructInfo& info, void* structure) {
  CHECK(unknown_tags(info, structure).empty());
  for (const Field& field : info) {
    CAPTURE(field.name);
    void* at = member(field, structure);
    CHECK(is_default(field, at));
    if (field.info == nullptr) continue;
    void* inner = field.is_optional ? field.optional->emplace(at) : at;
    if (field.kind == Kind::array) inner = field.array->append(inner);
    check_defaults(*field.info, inner);
  }
}

/// Rows that contradict themselves or each other.
void check_rows(const MessageInfo& message, const StructInfo& info) {
  std::set<std::string_view> names;
  std::set<int> tags;
  for (const Field& field : info) {
    CAPTURE(field.name);
    CHECK(names.insert(field.name).second);
    if (field.tag >= 0) CHECK(tags.insert(field.tag).second);
    // Tagged fields exist only where there is a tagged section.
    if (field.tag >= 0) CHECK(field.versions.min >= message.flexible.min);
    if (field.kind != Kind::records) CHECK(field.is_optional == !field.nullable.is_empty());
    if (field.default_value.is_null) CHECK((field.is_optional || field.kind == Kind::records));
    if (field.info != nullptr) check_rows(message, *field.info);
  }
}

TEST_CASE("registry: a fresh struct has the defaults of its table") {
  for (const MessageEntry& entry : all_messages()) {
    CAPTURE(entry.info->name);
    const Schema& schema = entry.schema();
    const std::unique_ptr<void, void (*)(void*)> message(schema.create(), schema.destroy);
    check_defaults(*schema.root, message.get());
  }
}

TEST_CASE("registry: rows are consistent") {
  for (const MessageEntry& entry : all_messages()) {
    CAPTURE(entry.info->name);
    CHECK(entry.schema().message == entry.info);
    CHECK(!entry.info->versions.is_empty());
    check_rows(*entry.info, *entry.schema().root);
  }
}

TEST_CASE(
    "registry: every API has a request and a response with the same key, versions and "
    "flexibility") {
  int apis = 0;
  for (const MessageEntry& entry : all_messages()) {
    if (entry.info->type != MessageType::request) continue;
    ++apis;
    CAPTURE(entry.info->name);
    const MessageEntry* response = find_message(entry.info->key(), MessageType::response);
    REQUIRE(response != nullptr);
    CHECK(response->info->versions == entry.info->versions);
    CHECK(response->info->flexible == entry.info->flexible);
    CHECK(response->info->name == concat(api_name(entry.info->key()), "Response"));
    CHECK(find_message(entry.info->name) == &entry);
    CHECK(entry.info->listeners != kNoListener);
  }
  CHECK(apis == 91);
}

TEST_CASE(
    "registry: the stable versions that a broker listener serves are those a Kafka 4.4.0 broker "
    "offers") {
  int offered = 0;
  for (const MessageEntry& entry : all_messages())
    if (entry.info->type == MessageType::request && (entry.info->listeners & kBrokerListener))
      ++offered;
  // 77 in its answer, and the two telemetry APIs that need a plugin.
  CHECK(offered == 79);
  CHECK(find_message("InitProducerIdRequest")->info->is_newest_unstable);
}

TEST_CASE("api_key: names and keys") {
  CHECK(api_name(ApiKey::produce) == "Produce");
  CHECK(api_name(ApiKey::api_versions) == "ApiVersions");
  CHECK(api_name(ApiKey::unregister_controller) == "UnregisterController");
  CHECK(api_name(static_cast<ApiKey>(4)).empty());
  CHECK(api_name(static_cast<ApiKey>(-1)).empty());
  CHECK(api_name(static_cast<ApiKey>(95)).empty());
  CHECK(api_key_of("StreamsGroupDescribe") == 89);
  CHECK(api_key_of("produce") == kNoApiKey);
}

TEST_CASE(
    "api_key: header versions follow flexibility, but the ApiVersions response has header 0 "
    "always") {
  CHECK(request_header_version(ApiKey::fetch, 11) == 1);
  CHECK(request_header_version(ApiKey::fetch, 12) == 2);
  CHECK(response_header_version(ApiKey::fetch, 11) == 0);
  CHECK(response_header_version(ApiKey::fetch, 12) == 1);
  CHECK(request_header_version(ApiKey::api_versions, 2) == 1);
  CHECK(request_header_version(ApiKey::api_versions, 3) == 2);
  for (int16_t version = 0; version <= 5; ++version)
    CHECK(response_header_version(ApiKey::api_versions, version) == 0);
  CHECK(request_header_version(ApiKey::sasl_handshake, 1) == 1);
  CHECK(response_header_version(ApiKey::sasl_handshake, 1) == 0);
  CHECK(request_header_version(static_cast<ApiKey>(1000), 0) == 1);
  CHECK(response_header_version(static_cast<ApiKey>(-5), 0) == 0);
}

TEST_CASE("registry: a record type means different records in different topics") {
  const auto name = [](std::string_view topic, MessageType type, int16_t record_type) {
    const MessageEntry* entry = find_record(topic, type, record_type);
    return entry != nullptr ? entry->info->name : "";
  };
  CHECK(name("__cluster_metadata", MessageType::metadata, 5) == "PartitionChangeRecord");
  CHECK(name("__consumer_offsets", MessageType::coordinator_key, 1) == "OffsetCommitKey");
  CHECK(name("__consumer_offsets", MessageType::coordinator_value, 1) == "OffsetCommitValue");
  CHECK(name("__transaction_state", MessageType::coordinator_value, 0) == "TransactionLogValue");
  CHECK(name("__share_group_state", MessageType::coordinator_key, 0) == "ShareSnapshotKey");
  CHECK(name("__share_group_state", MessageType::coordinator_key, 2) == "");
  CHECK(name("", MessageType::data, -1) == "");
}

}  // namespace
}  // namespace spool::protocol
