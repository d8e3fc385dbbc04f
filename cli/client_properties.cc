#include "cli/client_properties.h"

#include <algorithm>

#include "cli/command.h"
#include "cli/io/file_text.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

using std::chrono::milliseconds;

/// Settings that tune what has no counterpart here, by their beginnings.
constexpr std::string_view kTuning[] = {
    "socket.", "fetch.", "queued.", "metadata.", "topic.metadata.", "reconnect.", "retry.",
    "retries", "api.version.", "broker.", "log", "statistics.", "queue.buffering.max.messages",
    "queue.buffering.max.kbytes", "debug", "connections.", "enable.partition.eof", "enable.auto",
    "auto.commit.", "check.crcs", "max.poll.records", "max.partition.fetch.bytes",
    "allow.auto.create.topics", "ssl.endpoint.identification.algorithm", "batch.num.messages",
    // Java's
    "key.", "value.", "metric", "interceptor", "client.dns", "client.rack", "send.buffer",
    "receive.buffer", "max.block", "partition.assignment", "exclude.internal", "enable.metrics",
    "buffer.memory", "bootstrap.controllers"};

std::unexpected<Error> bad_value(std::string_view name, std::string_view value) {
  return usage_error(concat(name, "=", value, ": no such value"));
}

Result<int64_t> number_of(std::string_view name, std::string_view value, int64_t min, int64_t max) {
  const auto number = parse_int<int64_t>(value);
  if (!number || *number < min) return bad_value(name, value);
  return std::min(*number, max);
}

Result<milliseconds> time_of(std::string_view name, std::string_view value) {
  constexpr int64_t kYear = 366LL * 24 * 3600 * 1000;
  TRY_ASSIGN(const int64_t number, number_of(name, value, 0, kYear));
  return milliseconds(number);
}

Result<client::Partitioner> parse_partitioner(std::string_view name, std::string_view value) {
  if (value == "consistent_random" || value == "consistent") return client::Partitioner::crc32;
  if (value == "murmur2_random" || value == "murmur2") return client::Partitioner::murmur2;
  if (value == "fnv1a_random" || value == "fnv1a") return client::Partitioner::fnv1a;
  if (value == "random") return client::Partitioner::random;
  if (value.ends_with(".RoundRobinPartitioner")) return client::Partitioner::round_robin;
  if (value.ends_with(".DefaultPartitioner") || value.empty()) return client::Partitioner::murmur2;
  return bad_value(name, value);
}

Status set_acks(client::ProducerOptions& producer, std::string_view name, std::string_view value) {
  if (value == "all" || value == "-1")
    producer.acks = -1;
  else if (value == "0" || value == "1")
    producer.acks = value == "1" ? 1 : 0;
  else
    return bad_value(name, value);
  producer.is_idempotent = producer.acks == -1;
  return {};
}

Status set_level(client::ProducerOptions& producer, std::string_view name, std::string_view value) {
  TRY_ASSIGN(const int64_t level, number_of(name, value, -131072, 22));
  // Java has a level for each codec, and compression.type, which may come later, says which counts.
  const bool is_of_other =
      producer.codec != compress::Codec::none && name != "compression.level" &&
      name != concat("compression.", compress::codec_name(producer.codec), ".level");
  if (!is_of_other) producer.level = static_cast<int>(level);
  return {};
}

/// false: not a setting of producers.
Result<bool> set_producer(client::ProducerOptions& producer, std::string_view name,
                          std::string_view value) {
  if (name == "acks" || name == "request.required.acks") {
    TRY(set_acks(producer, name, value));
  } else if (name == "partitioner" || name == "partitioner.class") {
    TRY_ASSIGN(producer.partitioner, parse_partitioner(name, value));
  } else if (name == "compression.codec" || name == "compression.type") {
    const auto codec = compress::parse_codec(value);
    if (!codec) return bad_value(name, value);
    producer.codec = *codec;
  } else if (name.starts_with("compression.") && name.ends_with("level")) {
    TRY(set_level(producer, name, value));
  } else if (name == "enable.idempotence") {
    if (value != "true" && value != "false") return bad_value(name, value);
    if (value == "true" && producer.acks != -1)
      return usage_error("enable.idempotence=true wants acks=all");
  } else if (name == "linger.ms" || name == "queue.buffering.max.ms") {
    TRY_ASSIGN(producer.linger, time_of(name, value));
  } else if (name == "message.timeout.ms" || name == "delivery.timeout.ms") {
    TRY_ASSIGN(const milliseconds time, time_of(name, value));
    if (time.count() > 0) producer.delivery_timeout = time;  // librdkafka's 0 is: for ever
  } else if (name == "batch.size") {
    TRY_ASSIGN(const int64_t bytes, number_of(name, value, 1, 64 << 20));
    producer.batch_bytes = static_cast<size_t>(bytes);
  } else if (name == "message.max.bytes" || name == "max.request.size") {
    TRY_ASSIGN(const int64_t bytes, number_of(name, value, 1, 1 << 30));
    producer.request_bytes_max = static_cast<size_t>(bytes);
  } else if (name == "max.in.flight" || name == "max.in.flight.requests.per.connection") {
    TRY_ASSIGN(const int64_t count, number_of(name, value, 1, 5));
    producer.in_flight_max = static_cast<int>(count);
  } else {
    return false;
  }
  return true;
}

/// false: not a setting of the connection or of a reader.
Result<bool> set_client(ClientProperties& out, std::string_view name, std::string_view value) {
  if (name == "bootstrap.servers" || name == "metadata.broker.list") {
    out.brokers = value;
  } else if (name == "client.id") {
    out.client_id = value;
  } else if (name == "isolation.level") {
    if (value != "read_committed" && value != "read_uncommitted") return bad_value(name, value);
    out.isolation = value == "read_committed" ? client::Isolation::read_committed
                                              : client::Isolation::read_uncommitted;
  } else if (name == "default.api.timeout.ms") {
    TRY_ASSIGN(out.timeout, time_of(name, value));
  } else if (name == "request.timeout.ms" || name == "socket.timeout.ms") {
    TRY_ASSIGN(out.request_timeout, time_of(name, value));
  } else if (name == "socket.connection.setup.timeout.ms") {
    TRY_ASSIGN(out.connect_timeout, time_of(name, value));
  } else if (name == "security.protocol") {
    if (to_lower(value) != "plaintext")
      return fail(ErrorCode::unsupported,
                  concat(name, "=", value, ": only PLAINTEXT is supported"));
  } else {
    return false;
  }
  return true;
}

/// false: not a setting of a group's member.
Result<bool> set_member(client::GroupReaderOptions& group, std::string_view name,
                        std::string_view value) {
  client::MemberOptions& member = group.member;
  const std::pair<std::string_view, milliseconds*> times[] = {
      {"session.timeout.ms", &member.session_timeout},
      {"heartbeat.interval.ms", &member.heartbeat_interval},
      {"max.poll.interval.ms", &member.rebalance_timeout},
      {"metadata.max.age.ms", &member.topics_interval}};
  for (const auto& [known, target] : times)
    if (known == name) {
      TRY_ASSIGN(*target, time_of(name, value));
      return true;
    }
  if (name == "group.id") {
    member.group = value;
  } else if (name == "group.instance.id") {
    member.instance_id = value;
  } else if (name == "group.protocol") {
    if (value != "classic" && value != "consumer") return bad_value(name, value);
    group.protocol =
        value == "classic" ? client::GroupProtocol::classic : client::GroupProtocol::consumer;
  } else if (name == "enable.auto.commit") {
    if (value != "true" && value != "false") return bad_value(name, value);
    if (value == "false") group.commit = client::CommitPolicy::never;
  } else if (name == "auto.offset.reset") {
    const auto start = client::parse_start_offset(value == "smallest"  ? "earliest"
                                                  : value == "largest" ? "latest"
                                                                       : value,
                                                  0);
    if (!start) return bad_value(name, value);
    group.start = *start;
  } else {
    return false;
  }
  return true;
}

}  // namespace

Status set_property(ClientProperties& out, std::string_view name, std::string_view value) {
  if (name.starts_with("topic.") && !name.starts_with("topic.metadata.")) name.remove_prefix(6);
  TRY_ASSIGN(const bool is_of_client, set_client(out, name, value));
  if (is_of_client) return {};
  TRY_ASSIGN(const bool is_of_producer, set_producer(out.producer, name, value));
  if (is_of_producer) return {};
  TRY_ASSIGN(const bool is_of_member, set_member(out.group, name, value));
  if (is_of_member) return {};
  const bool is_tuning =
      std::ranges::any_of(kTuning, [&](std::string_view known) { return name.starts_with(known); });
  if (is_tuning) return {};
  return usage_error(concat(name, ": not a property that means something here"));
}

Status set_property(ClientProperties& out, std::string_view setting) {
  const size_t equals = setting.find('=');
  if (equals == setting.npos) return usage_error(concat("-X ", setting, ": NAME=VALUE is wanted"));
  const Status set = set_property(out, setting.substr(0, equals), setting.substr(equals + 1));
  if (!set) return fail(set.error().with_context("-X"));
  return {};
}

Status read_properties_file(ClientProperties& out, const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path));
  int number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.empty() || line.starts_with('#') || line.starts_with('!')) continue;
    // Java ends a name at '=' or ':'; kcat.conf writes \: and \= for the characters themselves.
    const size_t end = line.find_first_of("=:");
    if (end == line.npos)
      return usage_error(concat(path, ":", number, ": '", line, "' is not NAME=VALUE"));
    std::string value;
    for (const char c : trim(line.substr(end + 1))) {
      if (!value.empty() && value.back() == '\\' && (c == ':' || c == '=')) value.pop_back();
      value += c;
    }
    const Status set = set_property(out, trim(line.substr(0, end)), value);
    if (!set) return fail(set.error().with_context(concat(path, ":", number)));
  }
  return {};
}

}  // namespace spool::cli
