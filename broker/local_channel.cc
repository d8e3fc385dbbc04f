#include "broker/local_channel.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>
#include <mutex>

#include "broker/dispatch.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace spool::broker {

namespace {

constexpr size_t kAnswerPrefixBytes = 4;

/// Where answers wait for the client's thread. One mutex.
class Inbox {
 public:
  Inbox() : event_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { CHECK(event_fd_ >= 0); }
  ~Inbox() { ::close(event_fd_); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  int event_fd() const { return event_fd_; }

  void put(Buffer frame) {
    std::lock_guard lock(mutex_);
    frames_.push_back(std::move(frame));
    ring();
  }
  void close(std::string why) {
    std::lock_guard lock(mutex_);
    why_closed_ = std::move(why);
    ring();
  }
  Status take(std::vector<Buffer>& received) {
    std::lock_guard lock(mutex_);
    uint64_t count;
    [[maybe_unused]] const ssize_t ignored = ::read(event_fd_, &count, sizeof count);
    for (Buffer& frame : frames_) received.push_back(std::move(frame));
    frames_.clear();
    if (!why_closed_.empty()) return fail(ErrorCode::disconnected, why_closed_);
    return {};
  }

 private:
  void ring() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t ignored = ::write(event_fd_, &one, sizeof one);
  }

  const int event_fd_;
  std::mutex mutex_;
  std::vector<Buffer> frames_;  // guarded by mutex_
  std::string why_closed_;      // guarded by mutex_
};

/// The answer as one frame without its size prefix.
Result<Buffer> flatten(const Response& response) {
  if (response.files.empty()) return Buffer(response.bytes.begin() + kAnswerPrefixBytes, response.bytes.end());
  Buffer frame;
  frame.reserve(static_cast<size_t>(load_be<int32_t>(response.bytes.data())));
  size_t at = kAnswerPrefixBytes;
  for (const Response::FilePart& part : response.files) {
    append(frame, BytesView(response.bytes).subspan(at, part.at - at));
    at = part.at;
    const size_t begin = frame.size();
    frame.resize(begin + static_cast<size_t>(part.slice.size_bytes));
    TRY_ASSIGN(const size_t got, part.slice.file->read_at(part.slice.file_pos, MutableBytes(frame).subspan(begin)));
    if (got != static_cast<size_t>(part.slice.size_bytes))
      return fail(ErrorCode::io_error, concat(part.slice.file->path(), " became shorter while it was read"));
  }
  append(frame, BytesView(response.bytes).subspan(at));
  return frame;
}

/// The broker's end. Loop thread only.
class LocalConnection : public std::enable_shared_from_this<LocalConnection> {
 public:
  LocalConnection(Services& services, net::EventLoop& loop, std::shared_ptr<Inbox> inbox)
      : services_(services), inbox_(std::move(inbox)) {
    request_.client_host = "this process";
    request_.loop = &loop;
  }

  void receive(Buffer frame) {
    waiting_.push_back(std::move(frame));
    if (!is_answering_) answer_next();
  }

 private:
  void answer_next() {
    if (waiting_.empty() || is_closed_) return;
    is_answering_ = true;
    frame_ = std::move(waiting_.front());
    waiting_.pop_front();
    request_.frame = frame_;
    dispatch(services_, request_, [self = shared_from_this()](Response response) {
      self->deliver(response);
      self->is_answering_ = false;
      // By way of the loop, so that a long row of requests does not pile up on the stack.
      self->request_.loop->post([self] {
        if (!self->is_answering_) self->answer_next();
      });
    });
  }

  void deliver(const Response& response) {
    if (response.kind == Response::Kind::none) return;
    if (response.kind == Response::Kind::close) {
      is_closed_ = true;
      return inbox_->close(concat("the broker refused ", protocol::api_name(request_.api_key), " v", request_.version));
    }
    auto frame = flatten(response);
    if (frame) return inbox_->put(std::move(*frame));
    is_closed_ = true;
    inbox_->close(std::string(frame.error().text()));
  }

  Services& services_;
  const std::shared_ptr<Inbox> inbox_;
  Request request_;
  Buffer frame_;
  std::deque<Buffer> waiting_;
  bool is_answering_ = false;
  bool is_closed_ = false;
};

/// The client's end. The client's thread only.
class LocalTransport final : public net::Transport {
 public:
  LocalTransport(Services& services, net::EventLoop& loop)
      : loop_(loop),
        inbox_(std::make_shared<Inbox>()),
        connection_(std::make_shared<LocalConnection>(services, loop, inbox_)) {}

  int poll_fd() const override { return inbox_->event_fd(); }
  short poll_events() const override { return POLLIN; }

  Status send(std::vector<BytesView> pieces) override {
    Buffer frame;
    size_t bytes = 0;
    for (const BytesView piece : pieces) bytes += piece.size();
    frame.reserve(bytes);
    for (const BytesView piece : pieces) append(frame, piece);
    loop_.post([connection = connection_, frame = std::move(frame)]() mutable { connection->receive(std::move(frame)); });
    return {};
  }

  Status pump(std::vector<Buffer>& received) override { return inbox_->take(received); }

 private:
  net::EventLoop& loop_;
  const std::shared_ptr<Inbox> inbox_;
  const std::shared_ptr<LocalConnection> connection_;
};

}  // namespace

std::unique_ptr<net::Transport> connect_locally(Services& services, net::EventLoop& loop) {
  return std::make_unique<LocalTransport>(services, loop);
}

}  // namespace spool::broker
