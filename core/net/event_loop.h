#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace asio {
class io_context;
}

namespace spool::net {

/// One thread that waits for sockets, timers and posted work, and runs their handlers one after the other. State that
/// belongs to a loop is touched on its thread only, and needs no lock.
class EventLoop {
 public:
  using Task = std::move_only_function<void()>;

  /// Runs a task once, later, on the loop. Loop thread only. Destroying it before that cancels it.
  class Timer {
   public:
    explicit Timer(EventLoop& loop);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    /// Replaces what was set before.
    void set(std::chrono::milliseconds delay, Task task);
    void cancel();

   private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };

  EventLoop();
  /// CHECKs that stop() was called when the loop was started.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void start();
  /// Lets posted work finish, drops what still waits, and joins the thread. Any thread but the loop's own.
  void stop();

  /// Queues a task; any thread. Tasks of one caller run in order.
  void post(Task task);
  bool is_loop_thread() const;

  /// For the files that own sockets; nothing else includes Asio.
  asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::thread thread_;
};

}  // namespace spool::net
