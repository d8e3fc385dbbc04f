#pragma once

/// Who a data directory belongs to: meta.properties, written by the first start (kraft A.1).

#include <optional>
#include <string>

#include "broker/metadata/store.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

struct Identity {
  int32_t node_id = 1;
  std::string cluster_id;
  Uuid directory_id;
  bool is_new = false;  ///< meta.properties was written by this call
};

/// Reads meta.properties; a directory without one gets it, unless it holds partitions or metadata
/// already. Comes before MetadataStore::open: when a first start is interrupted behind this, the
/// next finds the ids and an empty log, and goes on. node_id     nullopt: whatever the directory
/// says, 1 for a new one cluster_id  of a new directory; nullopt: random errors   invalid_argument:
/// another node id or cluster id is stored; unsupported: version 0 (ZooKeeper), or data
///          without meta.properties; read_only: nothing stored and not to be written
Result<Identity> ensure_identity(storage::DataDirectory& directory, std::optional<int32_t> node_id,
                                 const std::optional<std::string>& cluster_id,
                                 const RandomBytes& random);

}  // namespace spool::broker
