#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/client/admin.h"
#include "core/client/producer.h"

namespace spool::cli {

/// What librdkafka's properties mean to us.
struct KcatProperties {
  std::optional<std::string> brokers;
  client::ProducerOptions producer;
  client::Isolation isolation = client::Isolation::read_committed;
};

/// Reads the file of -F (else $KCAT_CONFIG, else ~/.config/kcat.conf, when it is there) and then
/// -X. A property that would change what happens and that we do not know is an error; those that
/// only tune are passed over.
Result<KcatProperties> read_kcat_properties(const std::optional<std::string>& file,
                                            const std::vector<std::string>& settings);

}  // namespace spool::cli
