#include "broker/metrics/metrics_server.h"

#include <sys/socket.h>

#include <array>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <latch>
#include <set>

namespace spool::broker {

using asio::awaitable;
using asio::ip::tcp;

namespace {
/// Scrapers come one at a time; more than this are turned away.
constexpr size_t kConnectionsMax = 16;
/// From the first byte that is waited for to the last that is sent.
constexpr std::chrono::seconds kDeadline{10};
}  // namespace

/// Loop thread only, but for `workers` and `answer`. Held by its connections, so that the last one
/// may end after stop().
struct MetricsServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(net::EventLoop& on, net::WorkerPool& pool, int descriptor, Answer make)
      : loop(on),
        workers(pool),
        acceptor(on.context(), tcp::v4(), descriptor),
        answer(std::move(make)) {}

  struct Connection {
    explicit Connection(tcp::socket taken)
        : socket(std::move(taken)), timer(socket.get_executor()) {}
    void close() {
      asio::error_code ignored;
      socket.close(ignored);
      timer.cancel();
    }
    tcp::socket socket;
    asio::steady_timer timer;  // the deadline; also wakes who waits for an answer
    std::optional<HttpAnswer> made;
  };

  void accept();
  static awaitable<void> serve(std::shared_ptr<Impl> self, std::shared_ptr<Connection> connection);
  static awaitable<bool> read_head(Connection& connection, std::string& head);
  awaitable<bool> make_answer(std::shared_ptr<Connection> connection, HttpRequest request);

  net::EventLoop& loop;
  net::WorkerPool& workers;
  tcp::acceptor acceptor;
  const Answer answer;
  std::set<Connection*> open;
  bool is_stopping = false;
};

void MetricsServer::Impl::accept() {
  acceptor.async_accept(
      [self = shared_from_this()](const asio::error_code& error, tcp::socket socket) {
        if (self->is_stopping) return;
        if (!error && self->open.size() < kConnectionsMax) {
          auto connection = std::make_shared<Connection>(std::move(socket));
          self->open.insert(connection.get());
          connection->timer.expires_after(kDeadline);
          connection->timer.async_wait(
              [watched = std::weak_ptr(connection)](const asio::error_code& cancelled) {
                const auto late = watched.lock();
                if (!cancelled && late) late->close();
              });
          asio::co_spawn(
              self->loop.context(), [self, connection] { return serve(self, connection); },
              asio::detached);
        }
        self->accept();
      });
}

awaitable<bool> MetricsServer::Impl::read_head(Connection& connection, std::string& head) {
  constexpr size_t kChunkBytes = 2048;
  while (head.size() < kHttpHeadBytesMax) {
    const size_t had = head.size();
    head.resize(had + kChunkBytes);
    asio::error_code error;
    const size_t got = co_await connection.socket.async_read_some(
        asio::buffer(&head[had], kChunkBytes), asio::redirect_error(asio::use_awaitable, error));
    head.resize(had + got);
    if (error) co_return false;
    if (http_head_size(head)) co_return true;
  }
  co_return false;
}

awaitable<void> MetricsServer::Impl::serve(std::shared_ptr<Impl> self,
                                           std::shared_ptr<Connection> connection) {
  std::string head;
  const bool has_head = co_await read_head(*connection, head);
  if (has_head) {
    const auto request = parse_http_request(head);
    bool is_made = true;
    if (request)
      is_made = co_await self->make_answer(connection, *request);
    else
      connection->made = HttpAnswer{.status = 400, .body = "not a request\n"};
    if (is_made) {
      const std::string text = http_text(*connection->made, request ? request->method : "GET");
      asio::error_code ignored;
      co_await asio::async_write(connection->socket, asio::buffer(text),
                                 asio::redirect_error(asio::use_awaitable, ignored));
    }
  }
  connection->close();
  self->open.erase(connection.get());
}

awaitable<bool> MetricsServer::Impl::make_answer(std::shared_ptr<Connection> connection,
                                                 HttpRequest request) {
  asio::steady_timer ready(loop.context(), asio::steady_timer::time_point::max());
  asio::steady_timer* wake = &ready;
  workers.submit([self = shared_from_this(), connection, wake, request = std::move(request)] {
    HttpAnswer made = self->answer(request);
    self->loop.post([connection, wake, made = std::move(made)]() mutable {
      connection->made = std::move(made);
      wake->cancel();
    });
  });
  // The work always ends, and `ready` outlives it: this waits for nothing else.
  while (!connection->made) {
    asio::error_code ignored;
    co_await ready.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return connection->socket.is_open();
}

MetricsServer::MetricsServer(net::EventLoop& loop, net::WorkerPool& workers, int descriptor,
                             Answer answer)
    : impl_(std::make_shared<Impl>(loop, workers, descriptor, std::move(answer))) {}

MetricsServer::~MetricsServer() = default;

void MetricsServer::start() {
  impl_->loop.post([impl = impl_] { impl->accept(); });
}

void MetricsServer::stop() {
  std::latch stopped(1);
  impl_->loop.post([impl = impl_, &stopped] {
    impl->is_stopping = true;
    asio::error_code ignored;
    impl->acceptor.close(ignored);
    for (Impl::Connection* connection : impl->open) connection->close();
    stopped.count_down();
  });
  stopped.wait();
}

}  // namespace spool::broker
