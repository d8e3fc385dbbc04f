#include "core/net/tcp_transport.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "core/base/check.h"
#include "core/base/text.h"

namespace spool::net {

namespace {

/// Small frames share one read; the rest of a large one is read straight into its place.
constexpr size_t kReadBytes = 64 << 10;
/// A frame's buffer begins with at most this much, and doubles as bytes really arrive.
constexpr size_t kFrameStartBytes = 4 << 20;
/// One pump() hands control back after this much, so that a fast peer does not starve the others.
constexpr size_t kPumpBytes = 16 << 20;

bool would_block(int errno_value) { return errno_value == EAGAIN || errno_value == EWOULDBLOCK; }

}  // namespace

Result<std::unique_ptr<Transport>> TcpTransport::connect(const std::string& host, uint16_t port,
                                                         TcpOptions options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const std::string service = concat(port);
  int failed = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &found);
  if (failed != 0) {
    // A machine with only a loopback interface has no address that AI_ADDRCONFIG would count.
    hints.ai_flags = 0;
    failed = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &found);
  }
  const std::string name = concat(host, ':', port);
  // No name server answering passes; that nobody has the name does not.
  const bool is_unknown = failed == EAI_NONAME || failed == EAI_NODATA;
  if (failed != 0)
    return fail(is_unknown ? ErrorCode::not_found : ErrorCode::disconnected,
                concat(name, ": ", ::gai_strerror(failed)));
  std::vector<Address> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(at->ai_addr);
    addresses.push_back({Buffer(bytes, bytes + at->ai_addrlen), at->ai_family});
  }
  ::freeaddrinfo(found);
  std::unique_ptr<TcpTransport> transport(new TcpTransport(name, std::move(addresses), options));
  TRY(transport->connect_next());
  return transport;
}

Result<std::unique_ptr<Transport>> TcpTransport::connect_to(std::string name,
                                                            const sockaddr* address,
                                                            socklen_t address_bytes) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(address);
  std::vector<Address> addresses{{Buffer(bytes, bytes + address_bytes), address->sa_family}};
  std::unique_ptr<TcpTransport> transport(
      new TcpTransport(std::move(name), std::move(addresses), {}));
  TRY(transport->connect_next());
  return transport;
}

TcpTransport::TcpTransport(std::string name, std::vector<Address> addresses, TcpOptions options)
    : name_(std::move(name)), addresses_(std::move(addresses)), options_(options) {}

TcpTransport::~TcpTransport() {
  if (fd_ >= 0) ::close(fd_);
}

Error TcpTransport::broken(int errno_value) const {
  return Error(ErrorCode::disconnected, concat(name_, ": ", std::strerror(errno_value)));
}

Status TcpTransport::connect_next() {
  int last_errno = ECONNREFUSED;
  for (; next_address_ < addresses_.size();) {
    const Address& address = addresses_[next_address_++];
    if (fd_ >= 0) ::close(fd_);
    fd_ = ::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) {
      last_errno = errno;
      continue;
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto* to = reinterpret_cast<const sockaddr*>(address.bytes.data());
    is_connecting_ = true;
    if (::connect(fd_, to, static_cast<socklen_t>(address.bytes.size())) == 0 ||
        errno == EINPROGRESS)
      return {};
    last_errno = errno;
  }
  return fail(broken(last_errno));
}

Status TcpTransport::finish_connecting() {
  pollfd ready{fd_, POLLOUT, 0};
  if (::poll(&ready, 1, 0) <= 0) return {};
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &failed, &size);
  if (failed == 0) {
    is_connecting_ = false;
    return {};
  }
  if (next_address_ == addresses_.size()) return fail(broken(failed));
  return connect_next();
}

short TcpTransport::poll_events() const {
  const bool wants_out = is_connecting_ || unsent_at_ < unsent_.size();
  return static_cast<short>(POLLIN | (wants_out ? POLLOUT : 0));
}

Status TcpTransport::send(std::vector<BytesView> pieces) {
  size_t total = 0;
  for (BytesView piece : pieces) total += piece.size();
  CHECK(total <= INT32_MAX);
  uint8_t prefix[4];
  store_be(prefix, static_cast<int32_t>(total));
  pieces.insert(pieces.begin(), BytesView(prefix));
  size_t taken = 0;
  if (!is_connecting_ && unsent_at_ == unsent_.size()) {
    std::vector<iovec> parts;
    for (BytesView piece : pieces)
      if (!piece.empty()) parts.push_back({const_cast<uint8_t*>(piece.data()), piece.size()});
    // What writev does not take at once, an interrupted call included, is queued for pump().
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = std::min<size_t>(parts.size(), IOV_MAX);
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !would_block(errno) && errno != EINTR) return fail(broken(errno));
    if (sent > 0) taken = static_cast<size_t>(sent);
  }
  for (BytesView piece : pieces) {
    const size_t skipped = std::min(taken, piece.size());
    taken -= skipped;
    append(unsent_, piece.subspan(skipped));
  }
  return {};
}

Status TcpTransport::write_queued() {
  while (unsent_at_ < unsent_.size()) {
    const ssize_t sent = ::send(fd_, unsent_.data() + unsent_at_, unsent_.size() - unsent_at_,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (would_block(errno)) return {};
      return fail(broken(errno));
    }
    unsent_at_ += static_cast<size_t>(sent);
  }
  unsent_.clear();
  unsent_at_ = 0;
  return {};
}

Status TcpTransport::pump(std::vector<Buffer>& received) {
  if (is_connecting_) {
    TRY(finish_connecting());
    if (is_connecting_) return {};
  }
  TRY(write_queued());
  return read_available(received);
}

Status TcpTransport::read_available(std::vector<Buffer>& received) {
  if (read_buffer_.empty()) read_buffer_.resize(kReadBytes);
  for (size_t total = 0; total < kPumpBytes;) {
    // A large frame's body goes where it belongs, anything else through the small buffer.
    const bool is_direct = is_in_frame_ && frame_size_ - frame_have_ >= kReadBytes;
    if (is_direct && frame_have_ == frame_.size())
      frame_.resize(std::min(frame_size_, frame_.size() * 2));
    uint8_t* const to = is_direct ? frame_.data() + frame_have_ : read_buffer_.data();
    const size_t room = is_direct ? frame_.size() - frame_have_ : read_buffer_.size();
    const ssize_t got = ::recv(fd_, to, room, MSG_DONTWAIT);
    if (got == 0)
      return fail(ErrorCode::disconnected, concat(name_, ": the broker closed the connection"));
    if (got < 0) {
      if (errno == EINTR) continue;
      if (would_block(errno)) return {};
      return fail(broken(errno));
    }
    total += static_cast<size_t>(got);
    if (is_direct) {
      frame_have_ += static_cast<size_t>(got);
      deliver_if_whole(received);
    } else {
      TRY(consume(BytesView(to, static_cast<size_t>(got)), received));
    }
    // The socket had less than was asked for: it is empty, and another call would only say so.
    if (static_cast<size_t>(got) < room) return {};
  }
  return {};
}

Status TcpTransport::consume(BytesView bytes, std::vector<Buffer>& received) {
  while (!bytes.empty()) {
    if (!is_in_frame_) {
      size_prefix_[size_prefix_have_++] = bytes[0];
      bytes = bytes.subspan(1);
      if (size_prefix_have_ == sizeof size_prefix_) {
        TRY(begin_frame(load_be<int32_t>(size_prefix_)));
      }
    } else {
      const size_t part = std::min(bytes.size(), frame_size_ - frame_have_);
      if (frame_.size() < frame_have_ + part)
        frame_.resize(std::min(frame_size_, (frame_have_ + part) * 2));
      std::memcpy(frame_.data() + frame_have_, bytes.data(), part);
      frame_have_ += part;
      bytes = bytes.subspan(part);
    }
    deliver_if_whole(received);
  }
  return {};
}

void TcpTransport::deliver_if_whole(std::vector<Buffer>& received) {
  if (!is_in_frame_ || frame_have_ < frame_size_) return;
  frame_.resize(frame_size_);
  received.push_back(std::move(frame_));
  frame_ = Buffer();
  is_in_frame_ = false;
  size_prefix_have_ = 0;
}

Status TcpTransport::begin_frame(int32_t size) {
  // Who speaks something else shows it in the first bytes, which are no length then.
  constexpr int32_t kHttp = 0x48545450, kTlsAlert = 0x1503;
  if (size == kHttp)
    return fail(ErrorCode::parse_error, concat(name_, " speaks HTTP; this is no Kafka listener"));
  if (size >> 16 == kTlsAlert) return fail(ErrorCode::parse_error, concat(name_, " wants TLS"));
  if (size < 0 || static_cast<size_t>(size) > options_.frame_bytes_max)
    return fail(ErrorCode::parse_error, concat(name_, ": a frame of ", size,
                                               " bytes; is this a Kafka listener without TLS?"));
  is_in_frame_ = true;
  frame_size_ = static_cast<size_t>(size);
  frame_have_ = 0;
  frame_.resize(std::min(frame_size_, kFrameStartBytes));
  return {};
}

}  // namespace spool::net
