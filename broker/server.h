#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/connection.h"
#include "core/net/event_loop.h"

namespace spool::broker {

/// The sockets of a broker: listeners, and connections spread over the I/O loops. Started and stopped by one thread.
class Server {
 public:
  /// loops  started; they and `services` outlive the server
  Server(std::vector<net::EventLoop*> loops, Services& services, ServerLimits limits);
  ~Server();

  /// Binds and listens; does not accept yet. Port 0 takes a free one.
  /// host  empty: every address
  /// returns  the port that was bound
  static Result<int> bind(const std::string& host, uint16_t port, int backlog, uint16_t* bound_port);

  /// Accepts on a bound descriptor, which it owns from now on.
  void listen(int descriptor, size_t endpoint_index);

  /// Stops accepting, closes every connection and waits until the last one is gone.
  void stop();

 private:
  struct Listener;

  void accept_ready(Listener& listener);
  void wait_for_client(Listener& listener);
  bool is_full();
  void pause(Listener& listener);
  void resume_all();
  bool admit(int descriptor, std::string& client_host);
  void forget(const std::string& client_host);

  const std::vector<net::EventLoop*> loops_;
  Services& services_;
  const ServerLimits limits_;
  ServerCounters counters_;
  std::vector<std::unique_ptr<ConnectionHost>> hosts_;     // one a loop
  std::vector<std::unique_ptr<Listener>> listeners_;       // on loops_[0]
  size_t next_host_ = 0;                                   // of the accepting loop

  std::mutex mutex_;
  std::condition_variable all_gone_;
  std::unordered_map<std::string, int32_t> by_ip_;  // guarded by mutex_
  int32_t open_count_ = 0;                          // guarded by mutex_
  bool is_held_back_ = false;                       // guarded by mutex_: clients wait in the backlog
  bool is_stopping_ = false;                        // guarded by mutex_
};

}  // namespace spool::broker
