// doctor: walks the way to a broker step by step, and names the one that fails and what mends it.

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "cli/context.h"
#include "cli/session.h"
#include "core/base/clock.h"
#include "core/client/admin.h"
#include "core/client/fetcher.h"
#include "core/client/producer.h"

namespace spool::cli {

namespace {

constexpr Option kDoctorOptions[] = {
    {.name = "topic",
     .letter = 't',
     .kind = OptionKind::value,
     .value = "TOPIC",
     .help = "Also write a record to this topic and read it back",
     .group = "What"},
};
constexpr OptionRows kDoctorRows[] = {kDoctorOptions, kConnectionOptions, kOutputOptions};

constexpr Column kDoctorColumns[] = {{"step"}, {"state"}, {"detail"}, {"mend"}};

/// The rows so far; after a failure nothing more is tried.
class Steps {
 public:
  void good(std::string_view step, std::string detail) {
    table_.add({std::string(step), std::string("good"), std::move(detail), Cell()});
  }
  void bad(std::string_view step, std::string detail, std::string mend) {
    table_.add({std::string(step), std::string("bad"), std::move(detail), std::move(mend)});
    has_failed_ = true;
  }
  void skipped(std::string_view step, std::string why) {
    table_.add({std::string(step), std::string("skipped"), std::move(why), Cell()});
  }
  bool has_failed() const { return has_failed_; }
  Table& table() { return table_; }

 private:
  Table table_{kDoctorColumns};
  bool has_failed_ = false;
};

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string address_text(const addrinfo& address) {
  char host[NI_MAXHOST];
  const int failed = ::getnameinfo(address.ai_addr, address.ai_addrlen, host, sizeof host, nullptr,
                                   0, NI_NUMERICHOST);
  return failed == 0 ? host : "?";
}

Addresses resolve(Steps& steps, const client::Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(endpoint.host.c_str(), concat(endpoint.port).c_str(), &hints, &found);
  Addresses addresses(failed == 0 ? found : nullptr);
  if (failed != 0) {
    steps.bad("name", concat(endpoint.host, ": ", ::gai_strerror(failed)),
              "check the spelling, /etc/hosts and the name server");
    return addresses;
  }
  std::string text;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next)
    append_text(text, text.empty() ? "" : " ", address_text(*at));
  steps.good("name", concat(endpoint.host, " is ", text));
  return addresses;
}

/// 0 when the address takes a connection in time, else the errno.
int try_address(const addrinfo& address, int timeout_ms) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  int failed = ::connect(fd, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (failed == EINPROGRESS) {
    pollfd wait{fd, POLLOUT, 0};
    socklen_t size = sizeof failed;
    if (::poll(&wait, 1, timeout_ms) <= 0)
      failed = ETIMEDOUT;
    else if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
      failed = errno;
  }
  ::close(fd);
  return failed;
}

void connect(Steps& steps, const client::Endpoint& endpoint, const addrinfo* addresses,
             int timeout_ms) {
  int failed = ETIMEDOUT;
  for (; addresses != nullptr; addresses = addresses->ai_next) {
    failed = try_address(*addresses, timeout_ms);
    if (failed == 0)
      return steps.good(
          "tcp", concat(address_text(*addresses), " takes connections on port ", endpoint.port));
  }
  const std::string_view mend =
      failed == ECONNREFUSED
          ? "no program listens on this port: start the broker, or correct the port"
      : failed == ETIMEDOUT ? "a firewall drops it, or the machine is down"
                            : "check the route to the machine";
  steps.bad("tcp", std::string(errno_error(failed, endpoint.to_string()).text()),
            std::string(mend));
}

void speak(Steps& steps, client::Client& client) {
  const auto versions = client.broker_versions(client::Client::kAnyNode);
  if (!versions)
    return steps.bad(
        "protocol", std::string(versions.error().text()),
        "this port is not a PLAINTEXT listener of Kafka; look at the broker's listeners");
  steps.good("protocol", concat(versions->size(), " kinds of requests"));
}

/// A broker tells clients where to go: the address that traps most.
void visit_advertised(Steps& steps, client::Client& client) {
  const Status asked = client.refresh_metadata(std::nullopt);
  if (!asked)
    return steps.bad("metadata", std::string(asked.error().text()), "look at the broker's log");
  const auto brokers = client.cluster().brokers;
  steps.good("metadata", concat(brokers.size(), " brokers, ", client.topics().size(),
                                " topics, cluster ", client.cluster().cluster_id));
  for (const client::BrokerInfo& broker : brokers) {
    const std::string name = concat("broker ", broker.node_id);
    const auto versions = client.broker_versions(broker.node_id);
    if (versions) {
      steps.good(name, concat("answers at ", broker.endpoint.to_string()));
      continue;
    }
    steps.bad(name, std::string(versions.error().text()),
              concat("the broker says that clients find it at ", broker.endpoint.to_string(),
                     ": set its advertised.listeners to what this machine reaches"));
  }
}

Result<Offset> write_one(client::Client& client, const std::string& name, Partition& partition) {
  Offset written = kNoOffset;
  client::ProducerOptions options;
  options.on_delivery = [&](const client::Delivery& delivery) {
    written = delivery.base_offset;
    partition = delivery.partition;
  };
  TRY_ASSIGN(const auto producer, client::Producer::create(client, std::move(options)));
  TRY_ASSIGN(client::Producer::Topic * topic, producer->open_topic(name, false));
  TRY(producer->append(*topic,
                       {.value = as_bytes("spool doctor"), .timestamp_ms = client.wall_ms()}));
  TRY(producer->flush(client.now() + client.options().timeout));
  if (producer->stats().first_error) return fail(*producer->stats().first_error);
  return written;
}

Status read_one(client::Client& client, const std::string& name, Partition partition,
                Offset offset) {
  client::Fetcher fetcher(client, {.stop_at_end = true});
  fetcher.add(name, partition, {client::StartOffset::Kind::offset, offset.value});
  TRY(fetcher.start());
  TRY_ASSIGN(const auto fetched, fetcher.next(client.now() + client.options().timeout));
  if (!fetched) return fail(ErrorCode::timed_out, "nothing came back");
  return {};
}

void write_and_read(Steps& steps, client::Client& client, const std::string& topic) {
  Partition partition;
  const auto written = write_one(client, topic, partition);
  if (!written)
    return steps.bad("produce", std::string(written.error().text()),
                     "look at min.insync.replicas, the topic's leader and the broker's disk");
  steps.good("produce", concat(topic, '-', partition.value, " offset ", written->value));
  const Status read = read_one(client, topic, partition, *written);
  if (!read)
    return steps.bad("fetch", std::string(read.error().text()), "look at the broker's log");
  steps.good("fetch", "the record came back");
}

void walk(Steps& steps, const Args& args, Session& session) {
  speak(steps, session.client());
  if (!steps.has_failed()) visit_advertised(steps, session.client());
  const auto topic = args.value("topic");
  if (steps.has_failed()) return;
  if (topic)
    write_and_read(steps, session.client(), std::string(*topic));
  else
    steps.skipped("produce", "name a topic with --topic");
}

Result<Exit> run_doctor(Context& context, const Args& args) {
  TRY_ASSIGN(const Target target, resolve_target(args));
  TRY_ASSIGN(const auto timeout, args.duration("connect-timeout"));
  Steps steps;
  if (!target.is_directory) {
    TRY_ASSIGN(const auto endpoints, client::parse_bootstrap(target.where));
    const Addresses addresses = resolve(steps, endpoints[0]);
    if (!steps.has_failed())
      connect(steps, endpoints[0], addresses.get(), static_cast<int>(timeout->count()));
  }
  if (!steps.has_failed()) {
    auto session = Session::open(args, args.is_given("topic") ? Access::write : Access::read);
    if (session) {
      walk(steps, args, *session);
      TRY(session->close());
    } else {
      const std::string_view text = session.error().text();
      steps.bad(
          target.is_directory ? "directory" : "protocol",
          std::string(text.substr(0, text.find('\n'))),
          target.is_directory
              ? "name a data directory that nothing else has locked"
              : "this port is not a PLAINTEXT listener of Kafka; look at the broker's listeners");
    }
  }
  TRY(context.print(steps.table()));
  return steps.has_failed() ? Exit::failed : Exit::done;
}

}  // namespace

extern const Command kDoctorCommand;
constinit const Command kDoctorCommand = {
    .path = "doctor",
    .usage = "[OPTION...]",
    .summary = "Find out why a broker cannot be worked with",
    .description =
        "Goes the way of a client: name, connection, protocol, the addresses that brokers "
        "advertise, and with --topic a record there and back. Names the step that fails and what "
        "mends it; exit code 1 then.",
    .examples = "spool doctor -b broker:9092 -t orders",
    .options = kDoctorRows,
    .run = run_doctor,
};

}  // namespace spool::cli
