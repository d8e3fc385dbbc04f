#include "broker/metadata/identity.h"

#include <array>

#include "core/base/text.h"

namespace spool::broker {
namespace {

constexpr int32_t kDefaultNodeId = 1;

Uuid random_id(const RandomBytes& random) {
  return Uuid::random([&](std::array<uint8_t, 16>& bytes) { random(bytes); });
}

Status check_stored(const storage::MetaProperties& meta, std::optional<int32_t> node_id,
                    const std::optional<std::string>& cluster_id, const std::string& path) {
  if (meta.version == 0)
    return fail(
        ErrorCode::unsupported,
        concat(
            path,
            "/meta.properties is of version 0: the directory was written under ZooKeeper. Start it "
            "once with Apache Kafka 4, or read it with inspect"));
  if (node_id && *node_id != meta.node_id)
    return fail(ErrorCode::invalid_argument,
                concat("Stored node id ", meta.node_id, " doesn't match previous node id ",
                       *node_id, " in ", path,
                       ". If you moved your data, make sure your configured node id matches."));
  if (cluster_id && *cluster_id != meta.cluster_id)
    return fail(ErrorCode::invalid_argument, concat("Stored cluster id ", meta.cluster_id, " in ",
                                                    path, " is not ", *cluster_id));
  return {};
}

Result<Identity> format(storage::DataDirectory& directory, int32_t node_id, std::string cluster_id,
                        const RandomBytes& random) {
  TRY_ASSIGN(const auto partitions, directory.list_partitions());
  if (!partitions.empty())
    return fail(ErrorCode::unsupported,
                concat(directory.path(), " has partitions (", partitions.front().name,
                       ") but no meta.properties; copy it from where the data came from"));
  const Uuid directory_id = random_id(random);
  TRY(directory.write_meta(
      {.version = 1, .node_id = node_id, .cluster_id = cluster_id, .directory_id = directory_id}));
  return Identity{node_id, std::move(cluster_id), directory_id, true};
}

}  // namespace

Result<Identity> ensure_identity(storage::DataDirectory& directory, std::optional<int32_t> node_id,
                                 const std::optional<std::string>& cluster_id,
                                 const RandomBytes& random) {
  if (!directory.meta()) {
    if (directory.is_read_only())
      return fail(ErrorCode::read_only,
                  concat(directory.path(), " has no meta.properties and is open for reading"));
    return format(directory, node_id.value_or(kDefaultNodeId),
                  cluster_id.value_or(random_id(random).to_string()), random);
  }
  storage::MetaProperties meta = *directory.meta();
  TRY(check_stored(meta, node_id, cluster_id, directory.path()));
  if (!meta.directory_id && directory.is_read_only()) meta.directory_id = kZeroUuid;
  if (!meta.directory_id) {
    meta.directory_id = random_id(random);  // as Kafka does
    TRY(directory.write_meta(meta));
  }
  return Identity{meta.node_id, meta.cluster_id, *meta.directory_id, false};
}

}  // namespace spool::broker
