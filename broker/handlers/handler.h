#pragma once

/// How a request becomes an answer.
///
/// A handler is a plain function in a file of its own. It gets what it may use (Services), the
/// request it answers and the decoded message, and returns the response message. Three wrappers
/// make an entry of the dispatch table from it:
///
///   on_loop<Req, handle>      on the connection's loop; must not block
///   on_worker<Req, handle>    on the worker pool; may block (fsync, directories, cold reads)
///   later<Req, handle>        gets the Responder and answers when it wants, on the connection's
///   loop
///
/// One request of a connection is worked on at a time, so answers leave in request order. A Request
/// and everything it refers to lives until its Responder has been called.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/quota/request_quota.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/net/event_loop.h"
#include "core/net/worker_pool.h"
#include "core/protocol/api_key.h"
#include "core/protocol/codec.h"
#include "core/protocol/messages/header.h"
#include "core/storage/log.h"

namespace spool::broker::group {
class Service;
}
namespace spool::broker::txn {
class Service;
}

namespace spool::broker {

class BrokerConfig;
class ClientTelemetry;
class FetchSessionCache;
class Loggers;
class MetadataStore;
class ProducerIdAllocator;
class Purgatory;
class TopicTable;
class ValidatorPool;
struct Api;

/// Where clients reach this node on one listener.
struct Endpoint {
  std::string listener_name;
  std::string host;
  int32_t port = 0;
  int16_t security_protocol = 0;  ///< 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL
};

/// What handlers may use. Made by the broker, outlives every request; the members say themselves
/// which threads may call.
struct Services {
  const Clock& clock;
  Logger& logger;  ///< the handlers'
  Loggers& loggers;
  const BrokerConfig& config;
  MetadataStore& metadata;
  TopicTable& topics;
  FetchSessionCache& fetch_sessions;
  Purgatory& purgatory;
  ValidatorPool& validators;
  ProducerIdAllocator& producer_ids;
  ClientQuotas& quotas;
  ClientTelemetry& telemetry;
  group::Service& groups;
  txn::Service& transactions;
  net::WorkerPool& workers;
  std::span<const Api> apis;  ///< what ApiVersions advertises and dispatch serves
  const std::vector<Endpoint>&
      endpoints;  ///< one a listener, in the order of the listeners setting
  int32_t node_id;
  std::string cluster_id;
  std::string log_dir;  ///< the data directory as it was given
  bool is_read_only;    ///< the directory was opened for reading: nothing is written
};

/// What a client said of itself in ApiVersions; Kafka's words when it did not.
struct ClientSoftware {
  std::string name = "unknown";
  std::string version = "unknown";
};

/// One request of a client.
struct Request {
  MutableBytes frame;  ///< without its size; changed in place by Produce
  protocol::RequestHeader header;
  protocol::ApiKey api_key{};
  int16_t version = 0;
  MutableBytes body;               ///< the part of the frame after the header
  std::string client_host;         ///< the peer's address, "" in process
  uint16_t client_port = 0;        ///< the peer's, 0 in process
  std::shared_ptr<ClientSoftware> software = std::make_shared<ClientSoftware>();  ///< the connection's
  size_t endpoint_index = 0;       ///< into Services::endpoints: the listener it came in by
  net::EventLoop* loop = nullptr;  ///< the connection's loop
  std::shared_ptr<RequestQuota> quota = nullptr;  ///< set while any client has a limit
};

/// How an answer leaves: bytes with parts of files between them, nothing at all (Produce with
/// acks=0), or by closing.
struct Response {
  enum class Kind { send, none, close };
  struct FilePart {
    size_t at;  ///< the slice goes in front of bytes[at]
    storage::FileSlice slice;
  };

  Kind kind = Kind::send;
  Buffer bytes;                       ///< size prefix, header, body
  std::vector<FilePart> files;        ///< ascending by `at`
  std::chrono::milliseconds mute{0};  ///< how long nothing more is read from the connection

  static Response none() { return {Kind::none, {}, {}, {}}; }
  static Response close() { return {Kind::close, {}, {}, {}}; }
};

/// Called once, on the loop of the request.
using Responder = std::move_only_function<void(Response)>;

/// One row of the dispatch table; ApiVersions advertises the same rows.
struct Api {
  protocol::ApiKey key;
  int16_t version_min;         ///< advertised
  int16_t version_max;         ///< advertised
  int16_t version_served_min;  ///< below it a request closes the connection (Produce v0-2)
  bool is_advertised;
  void (*handle)(Services&, const Request&, Responder);
};

/// The whole dispatch table, ascending by key.
std::span<const Api> api_table();

/// Puts size, response header and body together. `slices` fill the gaps that the message's records
/// fields declare with external_bytes, in order.
template <class Message>
Response encode_response(const Request& request, const Message& message,
                         std::vector<std::vector<storage::FileSlice>> slices = {});

namespace detail {
/// Size prefix (to be patched) and response header.
void begin_response(const Request& request, Buffer& out);
/// Patches the size and attaches the slices.
Response finish_response(Buffer bytes, const std::vector<protocol::Splice>& splices,
                         std::vector<std::vector<storage::FileSlice>> slices);
/// Logs that a request could not be parsed or its answer not be encoded; the connection is closed.
Response refuse(Services& services, const Request& request, const Error& error);
}  // namespace detail

namespace detail {

template <class Message>
Response encode_plain(const Request& request, const Message& message,
                      std::vector<std::vector<storage::FileSlice>> slices) {
  Buffer bytes;
  detail::begin_response(request, bytes);
  std::vector<protocol::Splice> splices;
  // An answer that quotes a text of the request can be longer than the wire's strings: nothing that came from a socket
  // ends the process.
  if (!protocol::encode(message, request.version, bytes, &splices)) return Response::close();
  return detail::finish_response(std::move(bytes), splices, std::move(slices));
}

/// Charges the request's client, and tells and makes it wait when it is over a limit.
template <class Message>
Response encode_limited(const Request& request, const Message& message,
                        std::vector<std::vector<storage::FileSlice>> slices) {
  auto answer_bytes = static_cast<int64_t>(protocol::encoded_size(message, request.version));
  for (const auto& part : slices)
    for (const storage::FileSlice& slice : part) answer_bytes += slice.size_bytes;
  const std::chrono::milliseconds wait = request.quota->settle(request, answer_bytes);
  if constexpr (requires(Message told) { told.throttle_time_ms; }) {
    if (wait.count() > 0) {
      Message told = message;
      told.throttle_time_ms = static_cast<int32_t>(wait.count());
      Response response = encode_plain(request, told, std::move(slices));
      response.mute = wait;
      return response;
    }
  }
  return encode_plain(request, message, std::move(slices));
}

}  // namespace detail

template <class Message>
Response encode_response(const Request& request, const Message& message,
                         std::vector<std::vector<storage::FileSlice>> slices) {
  if (request.quota) [[unlikely]]
    return detail::encode_limited(request, message, std::move(slices));
  return detail::encode_plain(request, message, std::move(slices));
}

template <class Req, auto handle>
void on_loop(Services& services, const Request& request, Responder respond) {
  auto message = protocol::decode<Req>(request.body, request.version);
  if (!message) return respond(detail::refuse(services, request, message.error()));
  respond(encode_response(request, handle(services, request, *message)));
}

template <class Req, auto handle>
void on_worker(Services& services, const Request& request, Responder respond) {
  auto message = protocol::decode<Req>(request.body, request.version);
  if (!message) return respond(detail::refuse(services, request, message.error()));
  services.workers.submit([&services, &request, message = std::move(*message),
                           respond = std::move(respond)]() mutable {
    const QuotaTimer timer(request.quota);
    Response response = encode_response(request, handle(services, request, message));
    request.loop->post([respond = std::move(respond), response = std::move(response)]() mutable {
      respond(std::move(response));
    });
  });
}

template <class Req, auto handle>
void later(Services& services, const Request& request, Responder respond) {
  auto message = protocol::decode<Req>(request.body, request.version);
  if (!message) return respond(detail::refuse(services, request, message.error()));
  handle(services, request, std::move(*message), std::move(respond));
}

}  // namespace spool::broker
