#include "core/net/event_loop.h"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "core/base/check.h"

namespace spool::net {

struct EventLoop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
};

struct EventLoop::Timer::Impl {
  explicit Impl(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
};

EventLoop::Timer::Timer(EventLoop& loop) : impl_(std::make_unique<Impl>(loop.context())) {}
EventLoop::Timer::~Timer() = default;

void EventLoop::Timer::set(std::chrono::milliseconds delay, Task task) {
  impl_->timer.expires_after(delay);
  // A timer that has expired cannot be cancelled any more: its handler is queued. The caller's task must therefore
  // tolerate one run after cancel(), as a weak reference does.
  impl_->timer.async_wait([task = std::move(task)](const asio::error_code& error) mutable {
    if (!error) task();
  });
}

void EventLoop::Timer::cancel() { impl_->timer.cancel(); }

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}

EventLoop::~EventLoop() { CHECK(!thread_.joinable()); }

void EventLoop::start() {
  CHECK(!thread_.joinable());
  thread_ = std::thread([this] { impl_->context.run(); });
}

void EventLoop::stop() {
  if (!thread_.joinable()) return;
  CHECK(!is_loop_thread());
  asio::post(impl_->context, [this] { impl_->work.reset(); });
  asio::post(impl_->context, [this] { impl_->context.stop(); });
  thread_.join();
}

void EventLoop::post(Task task) { asio::post(impl_->context, std::move(task)); }

bool EventLoop::is_loop_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

asio::io_context& EventLoop::context() { return impl_->context; }

}  // namespace spool::net
