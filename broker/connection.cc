#include "broker/connection.h"

#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

#include "broker/dispatch.h"
#include "broker/loggers.h"
#include "core/base/text.h"

namespace spool::broker {

using asio::awaitable;

namespace {
constexpr size_t kSizePrefixBytes = 4;
/// Answers are gathered until this many bytes wait, or nothing more is in hand to answer.
constexpr size_t kGatherBytesMax = 64 << 10;
/// Up to this much in hand is kept in memory of its own size, so that a connection which idles, waits in a long poll or
/// has sent a part of a frame costs about what its peer has sent.
constexpr size_t kSmallBytesMax = 4 << 10;
/// How long a connection waits before it asks again for memory that others hold.
constexpr std::chrono::milliseconds kMemoryRetry{5};
}  // namespace

/// One client's socket. Loop thread only. Owned by its coroutine and by the Responder of the request at hand.
///
/// One request is worked on at a time; its frame stays in the receive buffer until it has been answered, so nothing of
/// it is copied. Answers of requests that arrived together leave together.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ConnectionHost& host, int descriptor, std::string client_host, size_t endpoint_index,
             net::EventLoop::Task on_close)
      : host_(host),
        socket_(host.loop().context(), asio::ip::tcp::v4(), descriptor),
        wake_(host.loop().context()),
        last_activity_(host.services().clock.monotonic()),
        on_close_(std::move(on_close)) {
    request_.client_host = std::move(client_host);
    asio::error_code ignored;
    request_.client_port = socket_.remote_endpoint(ignored).port();
    request_.endpoint_index = endpoint_index;
    request_.loop = &host.loop();
    host_.connections_.insert(this);
  }

  ~Connection() {
    drop_buffer();
  }

  void start() {
    asio::co_spawn(host_.loop().context(), [self = shared_from_this()] { return serve(self); }, asio::detached);
  }

  /// Ends the coroutine at its next step; what it waits for is interrupted.
  void close() {
    is_closing_ = true;
    ::shutdown(socket_.native_handle(), SHUT_RDWR);
    wake_.cancel();
  }

  /// Nothing came or went since `time`. Who waits for an answer is idle when its peer is gone.
  bool is_idle_since(Clock::Monotonic time) const {
    return last_activity_ < time && (!is_answering_ || is_peer_gone());
  }

 private:
  // Static, with the owner as a parameter: the coroutine frame keeps the connection alive.
  static awaitable<void> serve(std::shared_ptr<Connection> self) {
    while (!self->is_closing_) {
      const bool has_received = co_await self->receive();
      if (!has_received) break;
      const bool goes_on = co_await self->answer_frames();
      if (!goes_on) break;
      self->shrink_buffer();
    }
    self->finish();
  }

  void finish() {
    asio::error_code ignored;
    socket_.close(ignored);
    host_.connections_.erase(this);
    if (on_close_) on_close_();
  }

  // Waits for bytes and takes what is there. False: the peer closed, or failed.
  awaitable<bool> receive() {
    asio::error_code error;
    co_await socket_.async_wait(asio::ip::tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (error || is_closing_) co_return false;
    const bool has_room = co_await make_room();
    if (!has_room) co_return false;
    const ssize_t got = ::recv(socket_.native_handle(), buffer_.get() + end_, capacity_ - end_, MSG_DONTWAIT);
    if (got == 0) co_return false;
    if (got < 0 && errno != EAGAIN && errno != EINTR) co_return false;
    if (got > 0) {
      end_ += static_cast<size_t>(got);
      last_activity_ = host_.services().clock.monotonic();
    }
    shrink_buffer();
    co_return true;
  }

  // Makes sure that at least one byte fits behind end_. Grows by what has arrived, never by what a frame declares.
  awaitable<bool> make_room() {
    if (capacity_ < ConnectionHost::kBufferBytes) move_into(host_.take_buffer(), ConnectionHost::kBufferBytes);
    if (begin_ > 0 && end_ == capacity_) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ < capacity_) co_return true;
    const size_t wanted =
        std::min(capacity_ * 2, static_cast<size_t>(host_.limits().request_bytes_max) + kSizePrefixBytes);
    // The whole frame is taken at once and before any of it is held beyond the lent buffer: connections that hold a part
    // each and wait for each other's would wait for ever.
    const auto frame_bytes = static_cast<int64_t>(kSizePrefixBytes) + load_be<int32_t>(buffer_.get() + begin_);
    if (counted_bytes_ < frame_bytes) {
      uncount_bytes();
      const bool is_counted = co_await count_bytes(frame_bytes);
      if (!is_counted) co_return false;
    }
    move_into(std::make_unique_for_overwrite<uint8_t[]>(wanted), wanted);
    co_return true;
  }

  // Continues in another buffer, which has room for what is in hand.
  void move_into(std::unique_ptr<uint8_t[]> buffer, size_t capacity) {
    const size_t in_hand = end_ - begin_;
    if (in_hand > 0) std::memcpy(buffer.get(), buffer_.get() + begin_, in_hand);
    if (capacity_ == ConnectionHost::kBufferBytes) host_.give_buffer(std::move(buffer_));
    buffer_ = std::move(buffer);
    capacity_ = capacity;
    begin_ = 0;
    end_ = in_hand;
  }

  void drop_buffer() {
    if (capacity_ == ConnectionHost::kBufferBytes) host_.give_buffer(std::move(buffer_));
    buffer_.reset();
    capacity_ = begin_ = end_ = 0;
    uncount_bytes();
  }

  // Gives back what is larger than what is in hand needs. No request may be looking at the buffer.
  void shrink_buffer() {
    const size_t in_hand = end_ - begin_;
    if (in_hand == 0) return drop_buffer();
    if (in_hand <= kSmallBytesMax && capacity_ > kSmallBytesMax) {
      move_into(std::make_unique_for_overwrite<uint8_t[]>(in_hand), in_hand);
      uncount_bytes();
    } else if (in_hand < ConnectionHost::kBufferBytes && capacity_ > ConnectionHost::kBufferBytes) {
      move_into(host_.take_buffer(), ConnectionHost::kBufferBytes);
      uncount_bytes();
    }
  }

  void uncount_bytes() {
    host_.counters().request_bytes -= counted_bytes_;
    counted_bytes_ = 0;
  }

  bool is_peer_gone() const {
    pollfd peer{const_cast<asio::ip::tcp::socket&>(socket_).native_handle(), POLLRDHUP, 0};
    return ::poll(&peer, 1, 0) > 0;
  }

  // Takes `bytes` of queued.max.request.bytes, waiting while others hold too much (as Kafka, one request may overshoot).
  awaitable<bool> count_bytes(int64_t bytes) {
    const int64_t limit = host_.limits().queued_request_bytes_max;
    while (limit >= 0 && host_.counters().request_bytes >= limit) {
      wake_.expires_after(kMemoryRetry);
      asio::error_code ignored;
      co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      if (is_closing_) co_return false;
    }
    host_.counters().request_bytes += bytes;
    counted_bytes_ += bytes;
    co_return true;
  }

  // Answers every whole frame in hand. False: close.
  awaitable<bool> answer_frames() {
    while (end_ - begin_ >= kSizePrefixBytes) {
      const auto size = load_be<int32_t>(buffer_.get() + begin_);
      if (size < 0 || size > host_.limits().request_bytes_max) {
        host_.services()
            .loggers.of(Loggers::network)
            .warn(concat("closing the connection of ", request_.client_host, ": a frame of ", size,
                         " bytes; at most ", host_.limits().request_bytes_max,
                         " are allowed (socket.request.max.bytes)"));
        co_await flush();
        co_return false;
      }
      const size_t frame_bytes = kSizePrefixBytes + static_cast<size_t>(size);
      if (end_ - begin_ < frame_bytes) break;
      request_.frame = {buffer_.get() + begin_ + kSizePrefixBytes, static_cast<size_t>(size)};
      const bool goes_on = co_await answer();
      begin_ += frame_bytes;
      if (!goes_on) co_return false;
      if (answer_->mute.count() == 0) continue;
      const bool is_over = co_await hold(answer_->mute);
      if (!is_over) co_return false;
    }
    const bool is_sent = co_await flush();
    co_return is_sent;
  }

  // Has the frame at hand answered, and gathers or sends the answer.
  awaitable<bool> answer() {
    answer_.reset();
    is_answering_ = true;
    dispatch(host_.services(), request_, [self = shared_from_this()](Response response) {
      self->answer_ = std::move(response);
      self->wake_.cancel();
    });
    if (!answer_) {
      // Whoever waits for an earlier answer must not wait for this one.
      const bool is_sent = co_await flush();
      if (!is_sent) co_return false;
    }
    while (!answer_) {
      wake_.expires_at(asio::steady_timer::time_point::max());
      asio::error_code ignored;
      co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      if (is_closing_ && !answer_) co_return false;
    }
    is_answering_ = false;
    last_activity_ = host_.services().clock.monotonic();
    if (answer_->kind == Response::Kind::none) co_return true;
    if (answer_->kind == Response::Kind::close) {
      co_await flush();
      co_return false;
    }
    if (answer_->files.empty()) {
      append(out_, answer_->bytes);
      if (out_.size() < kGatherBytesMax) co_return true;
      const bool is_sent = co_await flush();
      co_return is_sent;
    }
    const bool is_sent = co_await send_with_files();
    co_return is_sent;
  }

  // Leaves what the client sends alone: it is over a limit. False: closing.
  awaitable<bool> hold(std::chrono::milliseconds time) {
    const bool is_sent = co_await flush();
    if (!is_sent) co_return false;
    wake_.expires_after(time);
    asio::error_code ignored;
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    last_activity_ = host_.services().clock.monotonic();
    co_return !is_closing_;
  }

  awaitable<bool> flush() {
    const bool is_sent = co_await send(out_, 0);
    out_.clear();
    if (out_.capacity() > 2 * kGatherBytesMax) out_.shrink_to_fit();
    co_return is_sent;
  }

  awaitable<bool> send_with_files() {
    const bool is_flushed = co_await flush();
    if (!is_flushed) co_return false;
    const Response& answer = *answer_;
    size_t at = 0;
    for (const Response::FilePart& part : answer.files) {
      const BytesView before = BytesView(answer.bytes).subspan(at, part.at - at);
      const bool is_head_sent = co_await send(before, MSG_MORE);
      if (!is_head_sent) co_return false;
      at = part.at;
      const bool is_file_sent = co_await send_file(part.slice);
      if (!is_file_sent) co_return false;
    }
    const BytesView rest = BytesView(answer.bytes).subspan(at);
    const bool is_rest_sent = co_await send(rest, 0);
    co_return is_rest_sent;
  }

  awaitable<bool> send(BytesView bytes, int flags) {
    while (!bytes.empty()) {
      const ssize_t sent =
          ::send(socket_.native_handle(), bytes.data(), bytes.size(), flags | MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        bytes = bytes.subspan(static_cast<size_t>(sent));
        last_activity_ = host_.services().clock.monotonic();
      } else if (errno == EAGAIN) {
        const bool is_writable = co_await wait_writable();
        if (!is_writable) co_return false;
      } else if (errno != EINTR) {
        co_return false;
      }
    }
    co_return true;
  }

  awaitable<bool> send_file(const storage::FileSlice& slice) {
    off_t file_pos = slice.file_pos;
    int64_t left = slice.size_bytes;
    while (left > 0) {
      const ssize_t sent =
          ::sendfile(socket_.native_handle(), slice.file->native_fd(), &file_pos, static_cast<size_t>(left));
      if (sent > 0) {
        left -= sent;
        last_activity_ = host_.services().clock.monotonic();
      } else if (sent == 0) {
        // The file is shorter than when the slice was made; the frame cannot be finished.
        co_return false;
      } else if (errno == EAGAIN) {
        const bool is_writable = co_await wait_writable();
        if (!is_writable) co_return false;
      } else if (errno != EINTR) {
        co_return false;
      }
    }
    co_return true;
  }

  awaitable<bool> wait_writable() {
    asio::error_code error;
    co_await socket_.async_wait(asio::ip::tcp::socket::wait_write, asio::redirect_error(asio::use_awaitable, error));
    co_return !error && !is_closing_;
  }

  ConnectionHost& host_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer wake_;
  Request request_;

  // Bytes [begin_, end_) of capacity_ are received and not yet answered. A buffer of kBufferBytes is the host's, lent.
  std::unique_ptr<uint8_t[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  int64_t counted_bytes_ = 0;

  std::optional<Response> answer_;
  Buffer out_;  // answers that wait for each other
  Clock::Monotonic last_activity_;
  net::EventLoop::Task on_close_;
  bool is_answering_ = false;
  bool is_closing_ = false;
};

ConnectionHost::ConnectionHost(net::EventLoop& loop, Services& services, const ServerLimits& limits,
                               ServerCounters& counters)
    : loop_(loop), services_(services), limits_(limits), counters_(counters), idle_timer_(loop) {}

ConnectionHost::~ConnectionHost() = default;

void ConnectionHost::adopt(int descriptor, std::string client_host, size_t endpoint_index,
                           net::EventLoop::Task on_close) {
  auto connection =
      std::make_shared<Connection>(*this, descriptor, std::move(client_host), endpoint_index, std::move(on_close));
  connection->start();
  if (is_closing_) connection->close();
  if (!is_idle_timer_set_) close_idle();
}

void ConnectionHost::close_all() {
  is_closing_ = true;
  idle_timer_.cancel();
  const std::vector<Connection*> connections(connections_.begin(), connections_.end());
  for (Connection* connection : connections) connection->close();
}

// Runs while there are connections, so that an idle broker has no timer at all.
void ConnectionHost::close_idle() {
  is_idle_timer_set_ = false;
  if (limits_.idle_max.count() <= 0 || is_closing_) return;
  const auto idle_since = services_.clock.monotonic() - limits_.idle_max;
  const std::vector<Connection*> connections(connections_.begin(), connections_.end());
  for (Connection* connection : connections)
    if (connection->is_idle_since(idle_since)) connection->close();
  if (connections_.empty()) return;
  is_idle_timer_set_ = true;
  idle_timer_.set(std::max(limits_.idle_max / 4, std::chrono::milliseconds(10)), [this] { close_idle(); });
}

std::unique_ptr<uint8_t[]> ConnectionHost::take_buffer() {
  if (spare_buffers_.empty()) return std::make_unique_for_overwrite<uint8_t[]>(kBufferBytes);
  auto buffer = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return buffer;
}

void ConnectionHost::give_buffer(std::unique_ptr<uint8_t[]> buffer) {
  if (spare_buffers_.size() < kSpareBuffersMax) spare_buffers_.push_back(std::move(buffer));
}

}  // namespace spool::broker
