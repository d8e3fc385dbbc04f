#include "core/client/client.h"

#include <errno.h>
#include <poll.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/client/second_connection.h"
#include "core/net/tcp_transport.h"
#include "core/protocol/messages/metadata.h"

namespace spool::client {

namespace {

/// Bootstrap entries are not brokers yet: they have node ids of their own, downwards from here.
constexpr int32_t kFirstBootstrapId = -2;

}  // namespace

struct Client::Node {
  int32_t id = kAnyNode;
  Endpoint endpoint;
  std::unique_ptr<net::Transport> transport;
  std::unique_ptr<Connection> connection;

  bool is_open() const { return connection != nullptr && !connection->is_closed(); }
  Error named(const Error& error) const {
    const std::string address = endpoint.to_string();
    if (error.text().starts_with(address))
      return Error(error.code(), concat("broker ", error.text()));
    return error.with_context(concat("broker ", address));
  }
};

/// Alive while a connection may be running callbacks.
struct Client::DispatchScope {
  explicit DispatchScope(int& depth) : depth_(depth) { ++depth_; }
  ~DispatchScope() { --depth_; }
  DispatchScope(const DispatchScope&) = delete;
  int& depth_;
};

Client::Client(ClientOptions options) : options_(std::move(options)) {
  if (!options_.transport)
    options_.transport = [](const std::string& host, uint16_t port) {
      return net::TcpTransport::connect(host, port);
    };
  int32_t id = kFirstBootstrapId;
  for (const Endpoint& endpoint : options_.bootstrap) {
    auto node = std::make_unique<Node>();
    node->id = id;
    node->endpoint = endpoint;
    nodes_.emplace(id--, std::move(node));
  }
}

Client::~Client() {
  for (auto& [id, node] : nodes_)
    if (node->is_open())
      node->connection->close(Error(ErrorCode::cancelled, "the client is closing"));
}

Client::Node* Client::pick_any() {
  Node* best = nullptr;
  for (auto& [id, node] : nodes_)
    if (node->is_open() && node->connection->is_ready() &&
        (best == nullptr || node->connection->open_requests() < best->connection->open_requests()))
      best = node.get();
  if (best != nullptr) return best;
  // Brokers come before bootstrap entries because their ids are positive: walk downwards.
  std::vector<Node*> candidates;
  for (auto at = nodes_.rbegin(); at != nodes_.rend(); ++at) candidates.push_back(at->second.get());
  return candidates.empty() ? nullptr : candidates[next_candidate_++ % candidates.size()];
}

Result<Client::Node*> Client::open_node(int32_t node_id) {
  Node* node = nullptr;
  if (node_id == kAnyNode) {
    node = pick_any();
  } else if (const auto found = nodes_.find(node_id); found != nodes_.end()) {
    node = found->second.get();
  }
  if (const auto first = nodes_.find(first_connection(node_id)); first != nodes_.end()) {
    std::unique_ptr<Node>& second = nodes_[node_id];
    if (second == nullptr) second = std::make_unique<Node>();
    node = second.get();
    node->id = node_id;
    if (!node->is_open()) node->endpoint = first->second->endpoint;
  }
  if (node == nullptr)
    return fail(ErrorCode::broker_not_available, concat("broker ", node_id, " is not known"));
  if (node->is_open()) return node;
  // Here from a callback of this very connection: it cannot be replaced under its own feet.
  if (node->connection != nullptr && dispatch_depth_ > 0)
    return fail(node->named(Error(ErrorCode::disconnected, "the connection has just closed")));
  auto transport = options_.transport(node->endpoint.host, node->endpoint.port);
  if (!transport) {
    const Error why = node->named(transport.error());
    if (node->id < 0) return fail(why);
    const int32_t broker = node->id >= kSecondConnections ? first_connection(node->id) : node->id;
    return fail(why.code(), concat(why.text(), "; broker ", broker, " advertises this address"));
  }
  node->transport = std::move(*transport);
  node->connection = std::make_unique<Connection>(options_.client_id);
  node->connection->start(now() + options_.connect_timeout);
  return node;
}

void Client::send_raw(int32_t node_id, Connection::Request request) {
  auto node = open_node(node_id);
  if (!node) return request.done(fail(std::move(node.error())));
  const Node* const named = *node;
  request.done = [named, done = std::move(request.done)](Result<IncomingFrame> frame) {
    if (!frame) return done(fail(named->named(frame.error())));
    done(std::move(frame));
  };
  const DispatchScope scope(dispatch_depth_);
  (*node)->connection->submit(std::move(request));
  flush_output(**node);
}

Result<IncomingFrame> Client::wait_for(int32_t node, Connection::Request request) {
  std::optional<Result<IncomingFrame>> answer;
  request.done = [&answer](Result<IncomingFrame> frame) { answer.emplace(std::move(frame)); };
  const Time deadline = request.deadline;
  send_raw(node, std::move(request));
  // The connection ends every request by its own deadline, so this does too.
  while (!answer) poll(deadline + std::chrono::seconds(1));
  return std::move(*answer);
}

void Client::flush_output(Node& node) {
  const DispatchScope scope(dispatch_depth_);
  while (node.is_open()) {
    const auto frame = node.connection->take_output();
    if (!frame) return;
    Status sent = node.transport->send(frame->pieces());
    if (frame->sent) frame->sent(sent);
    if (!sent) node.connection->close(sent.error());
  }
}

void Client::pump(Node& node) {
  const DispatchScope scope(dispatch_depth_);
  std::vector<Buffer> frames;
  const Status moved = node.transport->pump(frames);
  for (Buffer& frame : frames) node.connection->on_frame(std::move(frame));
  if (!moved) node.connection->close(moved.error());
  flush_output(node);
}

void Client::drop_closed() {
  for (auto& [id, node] : nodes_) {
    if (node->connection == nullptr || !node->connection->is_closed()) continue;
    node->connection.reset();
    node->transport.reset();
  }
}

bool Client::poll(Time until, int extra_fd, short extra_events) {
  drop_closed();
  std::vector<pollfd> waits;
  std::vector<Node*> owners;
  for (auto& [id, node] : nodes_) {
    if (!node->is_open()) continue;
    waits.push_back({node->transport->poll_fd(), node->transport->poll_events(), 0});
    owners.push_back(node.get());
    if (const auto deadline = node->connection->next_deadline()) until = std::min(until, *deadline);
  }
  if (extra_fd >= 0) waits.push_back({extra_fd, extra_events, 0});
  // Rounded up: waking a moment before the deadline would only spin.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now()).count();
  const int ready =
      ::poll(waits.data(), waits.size(), static_cast<int>(std::clamp<int64_t>(left, 0, 60'000)));
  if (ready > 0)
    for (size_t i = 0; i < owners.size(); ++i)
      if (waits[i].revents != 0 && owners[i]->is_open()) pump(*owners[i]);
  const DispatchScope scope(dispatch_depth_);
  const Time after = now();
  for (Node* node : owners)
    if (node->is_open()) node->connection->on_time(after);
  return ready > 0 && extra_fd >= 0 && waits.back().revents != 0;
}

bool Client::has_unsent() const {
  return std::ranges::any_of(nodes_, [](const auto& entry) {
    return entry.second->is_open() && (entry.second->transport->poll_events() & POLLOUT) != 0;
  });
}

bool Client::back_off(Time deadline) {
  const Time until = now() + options_.retry_backoff;
  if (until >= deadline) return false;
  while (now() < until) poll(until);
  return true;
}

void Client::store_brokers(std::vector<BrokerInfo> brokers) {
  const DispatchScope scope(dispatch_depth_);
  for (const BrokerInfo& broker : brokers) {
    std::unique_ptr<Node>& node = nodes_[broker.node_id];
    if (node == nullptr) {
      node = std::make_unique<Node>();
      node->id = broker.node_id;
    } else if (node->endpoint != broker.endpoint && node->is_open()) {
      node->connection->close(
          Error(ErrorCode::disconnected, "the broker has moved to another address"));
    }
    node->endpoint = broker.endpoint;
  }
  cluster_.brokers = std::move(brokers);
}

namespace {

TopicInfo to_topic_info(const protocol::MetadataResponse::MetadataResponseTopic& topic) {
  TopicInfo out;
  out.error = static_cast<ErrorCode>(topic.error_code);
  out.name = topic.name.value_or("");
  out.id = topic.topic_id;
  out.is_internal = topic.is_internal;
  for (const auto& partition : topic.partitions) {
    // Bounded by the partitions that the answer really has: numbers beyond them are a broker's
    // nonsense.
    if (partition.partition_index < 0 ||
        static_cast<size_t>(partition.partition_index) >= topic.partitions.size())
      continue;
    out.partitions.resize(topic.partitions.size());
    PartitionInfo& to = out.partitions[static_cast<size_t>(partition.partition_index)];
    to.error = static_cast<ErrorCode>(partition.error_code);
    to.leader = partition.leader_id;
    to.leader_epoch = LeaderEpoch(partition.leader_epoch);
    to.replicas = partition.replica_nodes;
    to.isr = partition.isr_nodes;
    to.offline = partition.offline_replicas;
  }
  return out;
}

}  // namespace

Status Client::refresh_metadata(std::optional<std::vector<std::string>> topics, bool auto_create) {
  protocol::MetadataRequest request;
  if (topics) {
    request.topics.emplace();
    for (const std::string& name : *topics) request.topics->emplace_back().name = name;
  } else {
    request.topics.reset();
  }
  request.allow_auto_topic_creation = auto_create;
  // Every address gets its chance before this gives up: one broker down is not the cluster down.
  Result<Reply<protocol::MetadataResponse>> answer = fail(ErrorCode::disconnected);
  for (size_t attempt = 0; attempt < std::max<size_t>(nodes_.size(), 1); ++attempt) {
    answer = call<protocol::MetadataResponse>(kAnyNode, request);
    if (answer || answer.error().code() == ErrorCode::unsupported_version) break;
  }
  if (!answer) return fail(std::move(answer.error()));
  const protocol::MetadataResponse& body = answer->body;
  if (body.error_code != 0)
    return fail(static_cast<ErrorCode>(body.error_code), "the broker refused Metadata");
  std::vector<BrokerInfo> brokers;
  for (const auto& broker : body.brokers) {
    if (broker.node_id < 0 || broker.port <= 0 || broker.port > UINT16_MAX) continue;
    brokers.push_back(
        {broker.node_id, {broker.host, static_cast<uint16_t>(broker.port)}, broker.rack});
  }
  std::ranges::sort(brokers, {}, &BrokerInfo::node_id);
  store_brokers(std::move(brokers));
  cluster_.cluster_id = body.cluster_id.value_or("");
  cluster_.controller_id = body.controller_id;
  if (!topics) topics_.clear();
  for (const auto& topic : body.topics) {
    TopicInfo info = to_topic_info(topic);
    topics_.insert_or_assign(info.name, std::move(info));
  }
  return {};
}

const TopicInfo* Client::topic(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() || found->second.error != ErrorCode::none ? nullptr
                                                                          : &found->second;
}

Result<const TopicInfo*> Client::wait_for_topic(const std::string& name, bool auto_create) {
  const Time deadline = now() + options_.timeout;
  for (;;) {
    Error failure(ErrorCode::none);
    if (Status refreshed = refresh_metadata(std::vector{name}, auto_create); !refreshed)
      return fail(std::move(refreshed.error()));
    const auto found = topics_.find(name);
    const ErrorCode error =
        found == topics_.end() ? ErrorCode::unknown_topic_or_partition : found->second.error;
    if (error == ErrorCode::none) {
      const auto& partitions = found->second.partitions;
      if (!partitions.empty() &&
          std::ranges::all_of(partitions, [](const auto& p) { return p.leader >= 0; }))
        return &found->second;
      failure = Error(ErrorCode::leader_not_available,
                      concat("topic ", name, ": a partition has no leader"));
    } else {
      failure = Error(error, concat("topic ", name, ": ", error_name(error)));
      // Creation takes a moment, and only then is "unknown" a passing state.
      const bool passes = error == ErrorCode::leader_not_available ||
                          (auto_create && error == ErrorCode::unknown_topic_or_partition);
      if (!passes) return fail(std::move(failure));
    }
    if (!back_off(deadline)) return fail(std::move(failure));
  }
}

Result<std::map<int16_t, VersionRange>> Client::broker_versions(int32_t node_id) {
  // Any broker will do: each address gets its chance.
  const size_t attempts = node_id == kAnyNode ? std::max<size_t>(nodes_.size(), 1) : 1;
  std::optional<Error> failure;
  for (size_t i = 0; i < attempts; ++i) {
    auto opened = open_node(node_id);
    if (!opened) {
      failure = std::move(opened.error());
      continue;
    }
    Node& node = **opened;
    flush_output(node);
    while (node.is_open() && !node.connection->is_ready()) poll(now() + options_.connect_timeout);
    if (node.is_open()) return node.connection->all_broker_versions();
    failure = node.named(node.connection->close_reason());
  }
  return fail(std::move(*failure));
}

}  // namespace spool::client
