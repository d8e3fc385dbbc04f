/// Prints the metadata of a data directory as one JSON object, read without writing anything: for
/// scripts/check_golden_metadata and for looking. Usage: metadata_dump DIRECTORY

#include <cstdio>
#include <nlohmann/json.hpp>

#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/storage/file.h"

namespace spool::broker {
namespace {

using Json = nlohmann::ordered_json;

class ErrorOutput final : public Logger {
 public:
  void write(LogLevel, std::string_view line) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
};

Json partition_json(const PartitionImage& partition) {
  Json directories = Json::array();
  for (const Uuid& id : partition.directories) directories.push_back(id.to_string());
  return {{"leader", partition.leader},
          {"leaderEpoch", partition.leader_epoch.value},
          {"partitionEpoch", partition.partition_epoch},
          {"replicas", partition.replicas},
          {"isr", partition.isr},
          {"elr", partition.elr},
          {"lastKnownElr", partition.last_known_elr},
          {"directories", std::move(directories)}};
}

Json topics_json(const MetadataImage& image) {
  Json topics = Json::object();
  for (const auto& [name, topic] : image.topics()) {
    Json partitions = Json::array();
    for (const PartitionImage& partition : topic->partitions)
      partitions.push_back(partition_json(partition));
    topics[name] = {{"topicId", topic->id.to_string()},
                    {"configs", image.configs(ConfigResourceType::topic, name)},
                    {"partitions", std::move(partitions)}};
  }
  return topics;
}

Json configs_json(const MetadataImage& image) {
  Json configs = Json::array();
  for (const auto& [resource, values] : image.all_configs())
    if (resource.type != ConfigResourceType::topic)
      configs.push_back(
          {{"type", static_cast<int>(resource.type)}, {"name", resource.name}, {"values", values}});
  return configs;
}

Json scram_json(const MetadataImage& image) {
  Json users = Json::array();
  for (const auto& [key, credential] : image.scram_credentials())
    users.push_back({{"user", key.user},
                     {"mechanism", static_cast<int>(key.mechanism)},
                     {"iterations", credential.iterations}});
  return users;
}

Json acls_json(const MetadataImage& image) {
  Json acls = Json::array();
  for (const auto& [id, acl] : image.acls())
    acls.push_back({{"id", id.to_string()},
                    {"resourceType", acl.resource_type},
                    {"resourceName", acl.resource_name},
                    {"patternType", acl.pattern_type},
                    {"principal", acl.principal},
                    {"host", acl.host},
                    {"operation", acl.operation},
                    {"permissionType", acl.permission_type}});
  return acls;
}

Json quotas_json(const MetadataImage& image) {
  Json quotas = Json::array();
  for (const auto& [entity, values] : image.client_quotas()) {
    Json parts = Json::object();
    for (const auto& [type, name] : entity) parts[type] = name ? Json(*name) : Json(nullptr);
    quotas.push_back({{"entity", std::move(parts)}, {"values", values}});
  }
  return quotas;
}

Json image_json(const MetadataImage& image) {
  Json nodes = Json::array();
  for (const auto& [id, broker] : image.brokers())
    nodes.push_back(
        {{"id", id}, {"brokerEpoch", broker.broker_epoch}, {"isFenced", broker.is_fenced}});
  return {{"endOffset", image.end_offset().value},
          {"raftEpoch", image.raft_epoch()},
          {"features", image.features()},
          {"brokers", std::move(nodes)},
          {"topics", topics_json(image)},
          {"configs", configs_json(image)},
          {"nextProducerId", image.producer_ids() ? image.producer_ids()->next_producer_id : 0},
          {"scramUsers", scram_json(image)},
          {"acls", acls_json(image)},
          {"clientQuotas", quotas_json(image)}};
}

int dump(const char* directory) {
  storage::PosixFileSystem fs;
  SystemClock clock;
  ErrorOutput logger;
  MetadataStoreOptions options;
  options.path = directory;
  options.is_read_only = true;
  const auto store = MetadataStore::open(fs, clock, logger, [](MutableBytes) {}, options);
  if (!store) {
    logger.error(concat("metadata_dump: ", directory, ": ", store.error().text()));
    return 1;
  }
  const std::string text =
      image_json(*(*store)->read()).dump(1, ' ', false, Json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
  return 0;
}

}  // namespace
}  // namespace spool::broker

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: metadata_dump DIRECTORY\n");
    return 2;
  }
  return spool::broker::dump(argv[1]);
}
