#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/config/config.h"
#include "broker/metadata/image.h"
#include "broker/metadata/store.h"

namespace spool::broker {

/// One setting that somebody wants changed. The operations are IncrementalAlterConfigs' numbers.
struct ConfigEdit {
  enum Operation : int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

  std::string name;
  int8_t operation = set;  ///< as it was sent: may be none of the above
  std::optional<std::string> value;
};

/// One resource of AlterConfigs or IncrementalAlterConfigs.
struct ResourceEdit {
  int8_t type = 0;
  std::string name;
  std::vector<ConfigEdit> edits;
};

/// What becomes of one resource.
struct AlterationPlan {
  Status status;
  ConfigChange change;  ///< what to write; empty when refused or when nothing changes
};

enum class AlterationKind {
  incremental,  ///< only the settings named change
  replacing,    ///< settings not named go back to their defaults (AlterConfigs)
};

/// Checks every resource as Kafka's broker and then its controller do; changes nothing. One plan a
/// resource, in the order of the request.
std::vector<AlterationPlan> plan_alterations(std::span<const ResourceEdit> resources,
                                             AlterationKind kind, const MetadataImage& image,
                                             const BrokerConfig& config, int32_t node_id);

/// Plans, and writes each plan as a group of records of its own. Blocks for the metadata log.
std::vector<Status> alter_configs(std::span<const ResourceEdit> resources, AlterationKind kind,
                                  bool validate_only, MetadataStore& metadata,
                                  const BrokerConfig& config);

}  // namespace spool::broker
