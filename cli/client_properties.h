#pragma once

/// Settings of a client by the names that Kafka's Java clients and librdkafka have for them.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/client/admin.h"
#include "core/client/group_reader.h"
#include "core/client/producer.h"

namespace spool::cli {

/// What such settings mean to us.
struct ClientProperties {
  std::optional<std::string> brokers;
  std::optional<std::string> client_id;
  std::optional<std::chrono::milliseconds> timeout;          ///< default.api.timeout.ms
  std::optional<std::chrono::milliseconds> request_timeout;  ///< request.timeout.ms
  std::optional<std::chrono::milliseconds> connect_timeout;
  std::optional<client::Isolation> isolation;
  client::ProducerOptions producer;
  client::GroupReaderOptions group;
};

/// Takes one setting. Those that only tune what has no counterpart here are passed over.
/// errors  invalid_argument: a value that cannot be, or a setting that would change what happens
///         and that we do not know; unsupported: TLS and SASL
Status set_property(ClientProperties& out, std::string_view name, std::string_view value);

/// "NAME=VALUE", as -X gives it.
Status set_property(ClientProperties& out, std::string_view setting);

/// Takes the settings of a file: client.properties of Java, or kcat.conf.
/// errors  as above, with path and line; not_found, io_error
Status read_properties_file(ClientProperties& out, const std::string& path);

}  // namespace spool::cli
