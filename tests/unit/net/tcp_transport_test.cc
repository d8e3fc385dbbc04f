#include "core/net/tcp_transport.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <numeric>

#include "core/base/text.h"

using namespace spool;
using namespace spool::net;

namespace {

/// A listener on a free loopback port.
struct Listener {
  Listener() {
    fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd, 8) == 0);
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  ~Listener() { ::close(fd); }
  int fd;
  uint16_t port;
};

/// Pumps until `count` frames have come or the transport fails.
Status pump_until(Transport& transport, std::vector<Buffer>& frames, size_t count) {
  while (frames.size() < count) {
    pollfd ready{transport.poll_fd(), transport.poll_events(), 0};
    REQUIRE(::poll(&ready, 1, 20'000) == 1);
    TRY(transport.pump(frames));
  }
  return {};
}

void write_all(int fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::write(fd, bytes.data(), bytes.size());
    REQUIRE(sent > 0);
    bytes = bytes.subspan(static_cast<size_t>(sent));
  }
}

Buffer framed(BytesView body) {
  Buffer out;
  append_be(out, static_cast<int32_t>(body.size()));
  append(out, body);
  return out;
}

}  // namespace

TEST_CASE("tcp transport: frames of any size go both ways whole") {
  Listener listener;
  auto made = TcpTransport::connect("127.0.0.1", listener.port);
  REQUIRE(made);
  Transport& transport = **made;
  const int peer = ::accept(listener.fd, nullptr, nullptr);
  REQUIRE(peer >= 0);
  Buffer large(100'000);
  std::iota(large.begin(), large.end(), uint8_t{0});

  REQUIRE(transport.send({as_bytes("he"), {}, as_bytes("llo")}));
  std::vector<Buffer> frames;
  while (transport.poll_events() & POLLOUT) REQUIRE(transport.pump(frames));
  Buffer got(9);
  REQUIRE(::recv(peer, got.data(), got.size(), MSG_WAITALL) == 9);
  CHECK(got == framed(as_bytes("hello")));

  for (const Buffer& body : {to_buffer(as_bytes("a")), Buffer{}, large, to_buffer(as_bytes("z"))})
    write_all(peer, framed(body));
  REQUIRE(pump_until(transport, frames, 4));
  CHECK(as_text(frames[0]) == "a");
  CHECK(frames[1].empty());
  CHECK(frames[2] == large);
  CHECK(as_text(frames[3]) == "z");
  ::close(peer);
  const Status ended = pump_until(transport, frames, 5);
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code() == ErrorCode::disconnected);
}

TEST_CASE("tcp transport: more than the socket takes is queued and sent in order") {
  Listener listener;
  auto made = TcpTransport::connect("127.0.0.1", listener.port);
  REQUIRE(made);
  Transport& transport = **made;
  const int peer = ::accept(listener.fd, nullptr, nullptr);
  Buffer body(32 << 20);
  std::iota(body.begin(), body.end(), uint8_t{0});
  REQUIRE(transport.send({body}));
  REQUIRE(transport.send({as_bytes("end")}));
  std::vector<Buffer> frames;
  Buffer got;
  Buffer part(1 << 20);
  const size_t expected = body.size() + 4 + 7;
  while (got.size() < expected) {
    REQUIRE(transport.pump(frames));
    const ssize_t size = ::recv(peer, part.data(), part.size(), MSG_DONTWAIT);
    if (size > 0) append(got, BytesView(part).first(static_cast<size_t>(size)));
  }
  Buffer whole = framed(body);
  append(whole, framed(as_bytes("end")));
  CHECK(got == whole);
  CHECK((transport.poll_events() & POLLOUT) == 0);
  ::close(peer);
}

TEST_CASE("tcp transport: a size prefix that is no Kafka frame is refused, not allocated") {
  for (const int32_t size : {-1, INT32_MAX}) {
    Listener listener;
    auto made = TcpTransport::connect("127.0.0.1", listener.port);
    REQUIRE(made);
    const int peer = ::accept(listener.fd, nullptr, nullptr);
    Buffer prefix;
    append_be(prefix, size);
    write_all(peer, prefix);
    std::vector<Buffer> frames;
    const Status ended = pump_until(**made, frames, 1);
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code() == ErrorCode::parse_error);
    ::close(peer);
  }
}

TEST_CASE("tcp transport: nobody listens") {
  uint16_t port;
  {
    Listener listener;
    port = listener.port;
  }
  auto made = TcpTransport::connect("127.0.0.1", port);
  std::vector<Buffer> frames;
  const Status connected = made ? pump_until(**made, frames, 1) : Status(fail(made.error()));
  REQUIRE_FALSE(connected);
  CHECK(connected.error().code() == ErrorCode::disconnected);
  CHECK(connected.error().text() == concat("127.0.0.1:", port, ": Connection refused"));
}

TEST_CASE("tcp transport: localhost falls through to the address that listens") {
  Listener listener;  // on 127.0.0.1 only, while localhost may be ::1 first
  auto made = TcpTransport::connect("localhost", listener.port);
  REQUIRE(made);
  REQUIRE((*made)->send({as_bytes("x")}));
  std::vector<Buffer> frames;
  while ((*made)->poll_events() & POLLOUT) {
    pollfd ready{(*made)->poll_fd(), (*made)->poll_events(), 0};
    REQUIRE(::poll(&ready, 1, 20'000) == 1);
    REQUIRE((*made)->pump(frames));
  }
  const int peer = ::accept(listener.fd, nullptr, nullptr);
  Buffer got(5);
  CHECK(::recv(peer, got.data(), got.size(), MSG_WAITALL) == 5);
  ::close(peer);
}
