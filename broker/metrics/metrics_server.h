#pragma once

#include <functional>
#include <memory>

#include "broker/metrics/http.h"
#include "core/net/event_loop.h"
#include "core/net/worker_pool.h"

namespace spool::broker {

/// Answers HTTP on a port of its own. Sockets live on one loop, answers are made on the pool.
///
/// prometheus-cpp, which Debian has, would bring a web server with threads of its own, and curl:
/// more than all the rest of the broker, for two pages.
class MetricsServer {
 public:
  using Answer = std::function<HttpAnswer(const HttpRequest&)>;

  /// descriptor  bound and listening; owned from now on
  /// answer      called on the pool, several at a time
  MetricsServer(net::EventLoop& loop, net::WorkerPool& workers, int descriptor, Answer answer);
  ~MetricsServer();

  void start();
  /// Closes all sockets and waits for answers that are being made. Before the pool and the loop
  /// stop.
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace spool::broker
