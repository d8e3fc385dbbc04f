#include "cli/compat/kcat_properties.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "cli/command.h"
#include "cli/io/file_text.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

/// Properties that tune what has no counterpart here, by their beginnings.
constexpr std::string_view kTuning[] = {"socket.",
                                        "fetch.",
                                        "queued.",
                                        "message.max",
                                        "metadata.max",
                                        "topic.metadata.",
                                        "reconnect.",
                                        "retry.",
                                        "retries",
                                        "api.version.",
                                        "broker.",
                                        "log",
                                        "statistics.",
                                        "queue.buffering.max.messages",
                                        "queue.buffering.max.kbytes",
                                        "debug",
                                        "client.id",
                                        "connections.",
                                        "enable.partition.eof",
                                        "enable.auto",
                                        "auto.",
                                        "check.crcs",
                                        "max.poll",
                                        "session.",
                                        "heartbeat.",
                                        "allow.auto.create.topics",
                                        "ssl.endpoint.identification.algorithm"};

std::unexpected<Error> bad_value(std::string_view name, std::string_view value) {
  return usage_error(concat("-X ", name, "=", value, ": no such value"));
}

Result<client::Partitioner> parse_partitioner(std::string_view name, std::string_view value) {
  if (value == "consistent_random" || value == "consistent") return client::Partitioner::crc32;
  if (value == "murmur2_random" || value == "murmur2") return client::Partitioner::murmur2;
  if (value == "fnv1a_random" || value == "fnv1a") return client::Partitioner::fnv1a;
  if (value == "random") return client::Partitioner::random;
  return bad_value(name, value);
}

Status set_acks(client::ProducerOptions& producer, std::string_view name, std::string_view value) {
  if (value == "all" || value == "-1")
    producer.acks = -1;
  else if (value == "0" || value == "1")
    producer.acks = value == "1" ? 1 : 0;
  else
    return bad_value(name, value);
  if (producer.acks != -1) producer.is_idempotent = false;
  return {};
}

/// nullopt: not a property of ours.
Result<bool> set_producer(client::ProducerOptions& producer, std::string_view name,
                          std::string_view value) {
  if (name == "acks" || name == "request.required.acks") {
    TRY(set_acks(producer, name, value));
    return true;
  }
  if (name == "partitioner") {
    TRY_ASSIGN(producer.partitioner, parse_partitioner(name, value));
    return true;
  }
  if (name == "compression.codec" || name == "compression.type") {
    const auto codec = compress::parse_codec(value);
    if (!codec) return bad_value(name, value);
    producer.codec = *codec;
    return true;
  }
  if (name == "enable.idempotence") return true;  // it always is, where acks allow
  const auto number = parse_int<int64_t>(value);
  if (name == "linger.ms" || name == "queue.buffering.max.ms") {
    if (!number || *number < 0) return bad_value(name, value);
    producer.linger = std::chrono::milliseconds(*number);
    return true;
  }
  if (name == "message.timeout.ms" || name == "delivery.timeout.ms") {
    if (!number || *number < 0) return bad_value(name, value);
    if (*number > 0) producer.delivery_timeout = std::chrono::milliseconds(*number);
    return true;
  }
  if (name == "batch.size" || name == "batch.num.messages") {
    if (!number || *number < 1) return bad_value(name, value);
    if (name == "batch.size")
      producer.batch_bytes = static_cast<size_t>(std::min<int64_t>(*number, 64 << 20));
    return true;
  }
  if (name == "message.max.bytes") {
    if (!number || *number < 1) return bad_value(name, value);
    producer.request_bytes_max = static_cast<size_t>(std::min<int64_t>(*number, 1 << 30));
    return true;
  }
  return false;
}

Status set_property(KcatProperties& out, std::string_view name, std::string_view value) {
  if (name.starts_with("topic.") && !name.starts_with("topic.metadata.")) name.remove_prefix(6);
  if (name == "bootstrap.servers" || name == "metadata.broker.list") {
    out.brokers = value;
    return {};
  }
  if (name == "isolation.level") {
    if (value != "read_committed" && value != "read_uncommitted") return bad_value(name, value);
    out.isolation = value == "read_committed" ? client::Isolation::read_committed
                                              : client::Isolation::read_uncommitted;
    return {};
  }
  if (name == "security.protocol") {
    if (to_lower(value) != "plaintext")
      return fail(ErrorCode::unsupported, concat("-X ", name, "=", value, ": only plaintext"));
    return {};
  }
  TRY_ASSIGN(const bool is_taken, set_producer(out.producer, name, value));
  if (is_taken) return {};
  const bool is_tuning =
      std::ranges::any_of(kTuning, [&](std::string_view known) { return name.starts_with(known); });
  if (is_tuning) return {};
  return usage_error(concat("-X ", name, ": not a property that means something here"));
}

Status read_file_of(KcatProperties& out, const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path));
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    const size_t equals = line.find('=');
    if (equals == line.npos) return usage_error(concat(path, ": '", line, "' has no '='"));
    const Status set =
        set_property(out, trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
    if (!set) return fail(set.error().with_context(path));
  }
  return {};
}

std::optional<std::string> default_file() {
  for (const char* name : {"KCAT_CONFIG", "KAFKACAT_CONFIG"})
    if (const char* path = std::getenv(name); path != nullptr && *path != 0) return path;
  const char* home = std::getenv("HOME");
  if (home == nullptr) return std::nullopt;
  for (const char* name : {"kcat", "kafkacat"}) {
    const std::string path =
        concat(std::string_view(home), "/.config/", std::string_view(name), ".conf");
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  return std::nullopt;
}

}  // namespace

Result<KcatProperties> read_kcat_properties(const std::optional<std::string>& file,
                                            const std::vector<std::string>& settings) {
  KcatProperties out;
  out.producer.partitioner = client::Partitioner::crc32;
  const bool wants_none = file && (*file == "-" || *file == "none");
  const auto path = file ? file : default_file();
  if (path && !wants_none) TRY(read_file_of(out, *path));
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) return usage_error(concat("-X ", setting, ": NAME=VALUE"));
    TRY(set_property(out, setting.substr(0, equals), setting.substr(equals + 1)));
  }
  return out;
}

}  // namespace spool::cli
