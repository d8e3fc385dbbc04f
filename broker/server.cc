#include "broker/server.h"
#include "broker/loggers.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <asio/ip/tcp.hpp>
#include <cerrno>
#include <latch>

#include "core/base/text.h"

namespace spool::broker {

namespace {

/// How long nobody is accepted after the machine had no descriptor or memory left.
constexpr std::chrono::milliseconds kAcceptRetry{200};

std::string address_text(const sockaddr_storage& address, socklen_t length) {
  if (address.ss_family == AF_UNIX) return "127.0.0.1";
  char host[NI_MAXHOST];
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host, sizeof host, nullptr, 0,
                    NI_NUMERICHOST) != 0)
    return "?";
  return host;
}

uint16_t local_port(int descriptor) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                             : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

int try_bind(const addrinfo& address, int backlog) {
  const int descriptor = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -1;
  const int on = 1;
  const int off = 0;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // The wildcard address takes IPv4 clients too.
  if (address.ai_family == AF_INET6) ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 && ::listen(descriptor, backlog) == 0)
    return descriptor;
  const int why = errno;
  ::close(descriptor);
  errno = why;
  return -1;
}

}  // namespace

struct Server::Listener {
  Listener(net::EventLoop& loop, int descriptor, size_t index)
      : acceptor(loop.context(), asio::ip::tcp::v4(), descriptor), endpoint_index(index), retry(loop) {}
  asio::ip::tcp::acceptor acceptor;
  size_t endpoint_index;
  net::EventLoop::Timer retry;
  bool is_paused = false;  // until a connection leaves, or `retry` is due
};

Server::Server(std::vector<net::EventLoop*> loops, Services& services, ServerLimits limits)
    : loops_(std::move(loops)), services_(services), limits_(limits) {
  for (net::EventLoop* loop : loops_)
    hosts_.push_back(std::make_unique<ConnectionHost>(*loop, services_, limits_, counters_));
}

Server::~Server() = default;

Result<int> Server::bind(const std::string& host, uint16_t port, int backlog, uint16_t* bound_port) {
  addrinfo hints{};
  hints.ai_family = host.empty() ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* addresses = nullptr;
  const std::string service = std::to_string(port);
  int lookup = ::getaddrinfo(host.empty() ? nullptr : host.c_str(), service.c_str(), &hints, &addresses);
  if (lookup != 0)
    return fail(ErrorCode::invalid_argument, concat("listener address ", host, ": ", ::gai_strerror(lookup)));
  int descriptor = -1;
  int why = 0;
  for (const addrinfo* address = addresses; address != nullptr && descriptor < 0; address = address->ai_next) {
    descriptor = try_bind(*address, backlog);
    if (descriptor < 0) why = errno;
  }
  ::freeaddrinfo(addresses);
  if (descriptor < 0 && host.empty() && why == EAFNOSUPPORT) return bind("0.0.0.0", port, backlog, bound_port);
  if (descriptor < 0) return fail(errno_error(why, concat("cannot listen on ", host, ":", port)));
  *bound_port = local_port(descriptor);
  return descriptor;
}

void Server::listen(int descriptor, size_t endpoint_index) {
  listeners_.push_back(std::make_unique<Listener>(*loops_[0], descriptor, endpoint_index));
  Listener& listener = *listeners_.back();
  loops_[0]->post([this, &listener] { wait_for_client(listener); });
}

void Server::wait_for_client(Listener& listener) {
  listener.acceptor.async_wait(asio::ip::tcp::acceptor::wait_read, [this, &listener](const asio::error_code& error) {
    if (!error) accept_ready(listener);
  });
}

// Full, the broker leaves clients in the backlog until others leave, as Kafka does.
bool Server::is_full() {
  std::lock_guard lock(mutex_);
  if (open_count_ < limits_.connections_max) return false;
  if (!is_held_back_)
    services_.loggers.of(Loggers::network)
        .warn(concat("new connections wait until others leave: max.connections is ",
                     limits_.connections_max));
  is_held_back_ = true;
  return true;
}

void Server::pause(Listener& listener) {
  listener.is_paused = true;
  // Whoever left between the look and the pause has resumed nobody; descriptors may be freed by others than connections.
  listener.retry.set(kAcceptRetry, [this, &listener] {
    listener.is_paused = false;
    accept_ready(listener);
  });
}

void Server::resume_all() {
  for (const auto& listener : listeners_)
    if (listener->is_paused) {
      listener->retry.cancel();
      listener->is_paused = false;
      accept_ready(*listener);
    }
}

void Server::accept_ready(Listener& listener) {
  for (;;) {
    if (is_full()) return pause(listener);
    const int descriptor =
        ::accept4(listener.acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN) break;
      // Out of descriptors or memory: the backlog holds the clients for a while.
      services_.loggers.of(Loggers::network)
          .error(errno_error(errno, "cannot accept a connection").text());
      return pause(listener);
    }
    std::string client_host;
    if (!admit(descriptor, client_host)) {
      ::close(descriptor);
      continue;
    }
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // The system's own lets megabytes wait, which leave the processor's caches before they are sent.
    if (const int bytes = limits_.send_buffer_bytes; bytes >= 0)
      ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    ConnectionHost& host = *hosts_[next_host_++ % hosts_.size()];
    host.loop().post([this, &host, descriptor, client_host, index = listener.endpoint_index] {
      host.adopt(descriptor, client_host, index, [this, client_host] { forget(client_host); });
    });
  }
  wait_for_client(listener);
}

bool Server::admit(int descriptor, std::string& client_host) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return false;
  client_host = address_text(address, length);
  std::lock_guard lock(mutex_);
  if (is_stopping_) return false;
  int32_t& of_this_ip = by_ip_[client_host];
  if (of_this_ip >= limits_.connections_per_ip_max) {
    services_.loggers.of(Loggers::network)
        .warn(concat("refused a connection of ", client_host, ": max.connections.per.ip is ",
                     limits_.connections_per_ip_max));
    return false;
  }
  ++of_this_ip;
  ++open_count_;
  return true;
}

void Server::forget(const std::string& client_host) {
  std::lock_guard lock(mutex_);
  const auto found = by_ip_.find(client_host);
  if (--found->second == 0) by_ip_.erase(found);
  if (--open_count_ == 0) all_gone_.notify_all();
  if (!is_held_back_ || is_stopping_) return;
  is_held_back_ = false;
  loops_[0]->post([this] { resume_all(); });
}

void Server::stop() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  std::latch acceptors_closed(1);
  loops_[0]->post([this, &acceptors_closed] {
    listeners_.clear();
    acceptors_closed.count_down();
  });
  acceptors_closed.wait();
  std::latch hosts_closed(static_cast<std::ptrdiff_t>(hosts_.size()));
  for (const auto& host : hosts_)
    host->loop().post([&] {
      host->close_all();
      hosts_closed.count_down();
    });
  hosts_closed.wait();
  std::unique_lock lock(mutex_);
  all_gone_.wait(lock, [this] { return open_count_ == 0; });
}

}  // namespace spool::broker
