#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <unordered_set>
#include <vector>

#include "broker/handlers/handler.h"
#include "core/net/event_loop.h"

namespace spool::broker {

class Connection;

/// Bounds of what all connections together may take (Kafka's settings of the same names).
struct ServerLimits {
  int64_t request_bytes_max = 104'857'600;  ///< socket.request.max.bytes
  int64_t queued_request_bytes_max = -1;    ///< queued.max.request.bytes; negative: no limit
  int32_t connections_max = INT32_MAX;      ///< max.connections
  int32_t connections_per_ip_max = INT32_MAX;
  std::chrono::milliseconds idle_max{600'000};  ///< connections.max.idle.ms
  int send_buffer_bytes = -1;                   ///< socket.send.buffer.bytes; negative: the system's
};

/// What is counted over all loops. Any thread.
struct ServerCounters {
  std::atomic<int32_t> connections{0};
  std::atomic<int64_t> request_bytes{0};  ///< declared sizes of the frames being received that exceed kBufferBytes
};

/// The connections of one loop. Loop thread only, but for its construction and destruction.
class ConnectionHost {
 public:
  /// Receive buffers are lent to connections that read or have much in hand; one that idles holds none.
  static constexpr size_t kBufferBytes = 128 << 10;
  static constexpr size_t kSpareBuffersMax = 8;

  ConnectionHost(net::EventLoop& loop, Services& services, const ServerLimits& limits, ServerCounters& counters);
  ~ConnectionHost();

  /// Serves an accepted socket. `on_close` runs when it is done.
  /// descriptor  owned from now on; non-blocking
  void adopt(int descriptor, std::string client_host, size_t endpoint_index, net::EventLoop::Task on_close);
  /// Closes every connection; those in the middle of a request end when it is answered.
  void close_all();

  std::unique_ptr<uint8_t[]> take_buffer();
  void give_buffer(std::unique_ptr<uint8_t[]> buffer);

  net::EventLoop& loop() { return loop_; }
  Services& services() { return services_; }
  const ServerLimits& limits() const { return limits_; }
  ServerCounters& counters() { return counters_; }

 private:
  friend class Connection;
  void close_idle();

  net::EventLoop& loop_;
  Services& services_;
  const ServerLimits limits_;
  ServerCounters& counters_;
  std::vector<std::unique_ptr<uint8_t[]>> spare_buffers_;
  std::unordered_set<Connection*> connections_;
  net::EventLoop::Timer idle_timer_;
  bool is_idle_timer_set_ = false;
  bool is_closing_ = false;
};

}  // namespace spool::broker
