#pragma once

/// Whether Apache Kafka can take a data directory over as it is, and with which settings (kraft A).
/// Writes nothing.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/storage/file.h"

namespace spool::broker {

struct Handover {
  /// What stands in the way, each with what to do; Kafka would refuse the directory or lose data.
  std::vector<std::string> problems;
  /// What is worth knowing.
  std::vector<std::string> notes;

  int32_t node_id = -1;
  std::string cluster_id;
  bool has_static_voters = false;
  bool has_acls = false;
  int64_t topics_count = 0;
  int64_t partitions_count = 0;
  int16_t metadata_version = 0;
  std::string_view kafka_version_min;  ///< "4.0"
};

/// Looks at every file that Kafka reads at its start but for the segments: those are verify's.
/// errors  not_found: no such directory; io_error and friends
Result<Handover> plan_handover(storage::FileSystem& fs, Logger& logger,
                               const std::string& data_directory);

/// Host and port, "localhost:9092".
struct HandoverListeners {
  std::string client;
  std::string controller;
};

/// The settings of a node that is broker and controller, in the order of a file; the broker's own
/// defaults where they differ from Kafka's.
std::vector<std::pair<std::string, std::string>> handover_properties(
    const Handover& handover, const std::string& data_directory,
    const HandoverListeners& listeners);

}  // namespace spool::broker
