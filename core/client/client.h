#pragma once

/// A client of a Kafka-compatible broker: connections by node, metadata, calls with a deadline.
///
/// One thread; nothing happens outside its calls. Blocking calls run the same poll loop that serves
/// the asynchronous ones, so answers of other requests are delivered meanwhile. Callbacks may
/// send(); they must not block.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/base/uuid.h"
#include "core/client/connection.h"
#include "core/client/endpoint.h"
#include "core/net/transport.h"
#include "core/protocol/codec.h"

namespace spool::client {

/// Starts a connection to a broker. It may still be connecting when it is returned.
using TransportFactory =
    std::function<Result<std::unique_ptr<net::Transport>>(const std::string& host, uint16_t port)>;

struct ClientOptions {
  std::vector<Endpoint> bootstrap{{"localhost", kDefaultPort}};
  std::string client_id = "spool";
  std::chrono::milliseconds connect_timeout{10'000};  ///< socket connected and versions exchanged
  std::chrono::milliseconds request_timeout{
      30'000};  ///< one request, as Kafka's request.timeout.ms
  std::chrono::milliseconds timeout{
      60'000};  ///< a blocking call with its retries, default.api.timeout.ms
  std::chrono::milliseconds retry_backoff{100};
  TransportFactory transport;  ///< empty: TCP
};

/// A decoded answer and the frame that its views point into.
template <class Response>
struct Reply {
  IncomingFrame frame;
  Response body;

  int16_t version() const { return frame.version; }
  const Response* operator->() const { return &body; }
  const Response& operator*() const { return body; }
};

struct CallOptions {
  std::optional<std::chrono::milliseconds> timeout;  ///< else the client's request_timeout
  std::optional<int16_t> version_max;                ///< not above this version
  bool is_answered = true;                           ///< false for Produce with acks=0
  std::vector<BytesView> external;  ///< bytes of the message's external records, alive until `done`
};

struct BrokerInfo {
  int32_t node_id = -1;
  Endpoint endpoint;
  std::optional<std::string> rack;
};

struct PartitionInfo {
  ErrorCode error = ErrorCode::none;
  int32_t leader = -1;  ///< node id; -1 while there is none
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::vector<int32_t> replicas;
  std::vector<int32_t> isr;
  std::vector<int32_t> offline;
};

struct TopicInfo {
  ErrorCode error = ErrorCode::none;
  std::string name;
  Uuid id;
  bool is_internal = false;
  std::vector<PartitionInfo> partitions;  ///< by partition number, without gaps
};

/// The cluster as the last Metadata answers told it.
struct ClusterInfo {
  std::string cluster_id;
  int32_t controller_id = -1;
  std::vector<BrokerInfo> brokers;
};

class Client {
 public:
  using Time = Clock::Monotonic;
  /// Any broker: a connected one when there is one, else the known and the bootstrap brokers in
  /// turn.
  static constexpr int32_t kAnyNode = -1;

  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends a request and waits for its answer. The highest version both sides speak is used.
  /// node     a broker's node id from metadata, or kAnyNode
  /// returns  the decoded answer; error codes inside it are the caller's business
  /// errors   timed_out, disconnected, unsupported_version, parse_error
  template <class Response, class Request>
  Result<Reply<Response>> call(int32_t node, const Request& request, CallOptions options = {});

  /// Sends a request without waiting; `done` is called from poll() or from any blocking call, or at
  /// once when it fails early. Requests to one node are answered in the order they are sent.
  template <class Response, class Request>
  void send(int32_t node, const Request& request, CallOptions options,
            std::function<void(Result<Reply<Response>>)> done);

  /// The same, with the answer's frame as it came.
  template <class Request>
  void send_for_frame(int32_t node, const Request& request, CallOptions options,
                      Connection::Done done);

  /// Sends what `request` encodes and waits for the frame that answers it; for tools that take any
  /// API. Its deadline is set here, and its callback is not used.
  Result<IncomingFrame> call_frame(int32_t node, Connection::Request request) {
    request.deadline = now() + options_.request_timeout;
    return wait_for(node, std::move(request));
  }

  /// Moves bytes and delivers answers once: returns after the first activity, or at `until`.
  /// extra_fd  a descriptor to wait for as well (for `extra_events`), -1 for none
  /// returns   whether extra_fd is ready
  bool poll(Time until, int extra_fd = -1, short extra_events = 1 /* POLLIN */);

  /// Asks for the topics named (all when nullopt) and remembers the answer.
  /// auto_create  let the broker create what is missing, where it allows that
  /// errors       of the request as a whole; a topic's own error is in its TopicInfo
  Status refresh_metadata(std::optional<std::vector<std::string>> topics, bool auto_create = false);

  /// Refreshes until the topic exists and every partition has a leader, within the client's
  /// timeout. returns  the topic; valid until the next refresh errors   unknown_topic_or_partition
  /// and what else Metadata says about the topic
  Result<const TopicInfo*> wait_for_topic(const std::string& name, bool auto_create = false);

  /// From the cache; nullptr when unknown or when the last answer had an error for it.
  const TopicInfo* topic(std::string_view name) const;
  const std::map<std::string, TopicInfo, std::less<>>& topics() const { return topics_; }
  const ClusterInfo& cluster() const { return cluster_; }

  /// What a broker offers, connecting to it when needed.
  Result<std::map<int16_t, VersionRange>> broker_versions(int32_t node);

  /// Whether a connection still has bytes to send that its socket did not take.
  bool has_unsent() const;

  const ClientOptions& options() const { return options_; }
  Time now() const { return clock_.monotonic(); }
  int64_t wall_ms() const { return clock_.wall_ms(); }
  /// Sleeps for the retry backoff, serving other answers meanwhile; false when `deadline` comes
  /// first.
  bool back_off(Time deadline);

 private:
  struct Node;
  struct DispatchScope;

  void send_raw(int32_t node, Connection::Request request);
  Result<Node*> open_node(int32_t node_id);
  Node* pick_any();
  void pump(Node& node);
  void flush_output(Node& node);
  void drop_closed();
  void store_brokers(std::vector<BrokerInfo> brokers);
  Result<IncomingFrame> wait_for(int32_t node, Connection::Request request);

  ClientOptions options_;
  SystemClock clock_;
  std::map<int32_t, std::unique_ptr<Node>>
      nodes_;  ///< bootstrap entries have ids from kFirstBootstrapId down
  std::map<std::string, TopicInfo, std::less<>> topics_;
  ClusterInfo cluster_;
  size_t next_candidate_ = 0;
  int dispatch_depth_ = 0;  ///< above 0 while a connection may be running callbacks
};

namespace client_detail {

template <class Response>
Result<Reply<Response>> decode_reply(Result<IncomingFrame> frame) {
  if (!frame) return fail(std::move(frame.error()));
  TRY_ASSIGN(Response body, protocol::decode<Response>(frame->body(), frame->version));
  // Moving the frame's vector keeps its heap bytes where they are, so the views stay good.
  return Reply<Response>{std::move(*frame), std::move(body)};
}

}  // namespace client_detail

}  // namespace spool::client

#include "core/client/client_inl.h"
