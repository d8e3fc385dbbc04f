/// The broker's sockets over loopback: frames, order, limits, and peers that do not behave.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <dirent.h>

#include <thread>

#include "core/protocol/messages/metadata.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker {
namespace {

/// A plain socket to the broker. Reading gives up after 30 s.
class Socket {
 public:
  Socket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    REQUIRE(descriptor_ >= 0);
    const timeval patience{30, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  explicit Socket(const BrokerFixture& broker) : Socket() { connect(broker); }
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

  void connect(const BrokerFixture& broker) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(broker.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  /// Closes with a reset instead of an end.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void end_output() { ::shutdown(descriptor_, SHUT_WR); }
  void set_receive_buffer(int bytes) {
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }

  /// False: the broker does not take it.
  bool write(BytesView bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes = bytes.subspan(static_cast<size_t>(sent));
    }
    return true;
  }
  /// What fits into the socket's buffers now.
  size_t write_some(BytesView bytes) {
    const ssize_t sent =
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent > 0 ? static_cast<size_t>(sent) : 0;
  }
  /// The next answer without its size; nullopt: the end of the connection.
  std::optional<Buffer> read_frame() {
    uint8_t size_bytes[4];
    if (!read_exactly(size_bytes)) return std::nullopt;
    Buffer frame(static_cast<size_t>(load_be<int32_t>(size_bytes)));
    REQUIRE(read_exactly(frame));
    return frame;
  }
  bool is_closed_by_broker() { return !read_frame().has_value(); }
  bool is_silent() {
    uint8_t byte;
    return ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

 private:
  bool read_exactly(MutableBytes into) {
    while (!into.empty()) {
      const ssize_t got = ::recv(descriptor_, into.data(), into.size(), 0);
      if (got <= 0) {
        REQUIRE_MESSAGE((got == 0 || errno != EAGAIN), "the broker says nothing");
        return false;
      }
      into = into.subspan(static_cast<size_t>(got));
    }
    return true;
  }
  int descriptor_;
};

/// A frame as it goes over a socket.
Buffer sized(BytesView frame) {
  Buffer bytes;
  append_be<int32_t>(bytes, static_cast<int32_t>(frame.size()));
  append(bytes, frame);
  return bytes;
}

Buffer metadata_frame(int32_t correlation_id) {
  protocol::MetadataRequest request;
  request.topics.reset();
  return sized(frame_of(request, 12, correlation_id));
}

/// Whether a client gets an answer now.
bool is_served(BrokerFixture& broker) {
  Socket socket(broker);
  return socket.write(metadata_frame(1)) && socket.read_frame().has_value();
}

constexpr auto kServe = Broker::Access::serve;
const char* const kLoopback = "listeners=PLAINTEXT://127.0.0.1:0\n";

TEST_CASE("server: frames may be split at every byte") {
  BrokerFixture broker(kLoopback, kServe);
  Socket socket(broker);
  Buffer two = metadata_frame(1);
  append(two, metadata_frame(2));
  for (size_t at = 0; at <= two.size(); ++at) {
    REQUIRE(socket.write(BytesView(two).first(at)));
    CHECK(is_served(broker));  // by now the first part has arrived alone
    REQUIRE(socket.write(BytesView(two).subspan(at)));
    for (int32_t id = 1; id <= 2; ++id) {
      const auto answer = socket.read_frame();
      REQUIRE(answer.has_value());
      CHECK(correlation_id_of(*answer) == id);
    }
  }
}

TEST_CASE("server: a client that sends byte by byte is served, and holds up nobody") {
  BrokerFixture broker(kLoopback, kServe);
  Socket slow(broker);
  const Buffer request = metadata_frame(7);
  for (const uint8_t byte : request) {
    REQUIRE(slow.write(BytesView(&byte, 1)));
    CHECK(is_served(broker));
  }
  const auto answer = slow.read_frame();
  REQUIRE(answer.has_value());
  CHECK(correlation_id_of(*answer) == 7);
}

TEST_CASE("server: thousands of requests behind each other are answered in order") {
  BrokerFixture broker(kLoopback, kServe);
  Socket socket(broker);
  Buffer all;
  for (int32_t id = 0; id < 3'000; ++id) append(all, metadata_frame(id));
  REQUIRE(socket.write(all));
  for (int32_t id = 0; id < 3'000; ++id) {
    const auto answer = socket.read_frame();
    REQUIRE(answer.has_value());
    REQUIRE(correlation_id_of(*answer) == id);
  }
}

TEST_CASE("server: what is behind a long poll waits for it; what came before it does not") {
  BrokerFixture broker(kLoopback, kServe);
  create_topic(broker, "t");
  Socket socket(broker);
  auto poll = fetch_request("t", 0, 0);
  poll.max_wait_ms = 3'600'000;
  Buffer all = metadata_frame(1);
  append(all, sized(frame_of(poll, 12, 2)));
  append(all, metadata_frame(3));
  REQUIRE(socket.write(all));
  CHECK(correlation_id_of(*socket.read_frame()) == 1);
  CHECK(is_served(broker));
  CHECK(socket.is_silent());
  CHECK(produce(broker, "t", 0, batch_of("v")).error_code == 0);
  CHECK(correlation_id_of(*socket.read_frame()) == 2);
  CHECK(correlation_id_of(*socket.read_frame()) == 3);
}

TEST_CASE("server: sizes of 0, below 0 and above socket.request.max.bytes close the connection") {
  BrokerFixture broker(std::string(kLoopback) + "socket.request.max.bytes=1000", kServe);
  for (const int32_t size : {0, -1, INT32_MIN, 1'001, INT32_MAX}) {
    Socket socket(broker);
    Buffer bytes;
    append_be(bytes, size);
    REQUIRE(socket.write(bytes));
    CHECK_MESSAGE(socket.is_closed_by_broker(), size);
  }
  CHECK(is_served(broker));
}

TEST_CASE("server: a frame of exactly socket.request.max.bytes is taken") {
  BrokerFixture broker(std::string(kLoopback) + "socket.request.max.bytes=1000", kServe);
  protocol::MetadataRequest request;
  request.topics.reset();
  Buffer frame = frame_of(request, 12, 9);
  frame.resize(1'000);  // bytes behind the body are tolerated
  Socket socket(broker);
  REQUIRE(socket.write(sized(frame)));
  CHECK(socket.read_frame().has_value());
}

TEST_CASE("server: answers to what came before a bad frame are sent before the close") {
  BrokerFixture broker(kLoopback, kServe);
  Socket socket(broker);
  Buffer bytes = metadata_frame(1);
  append(bytes, metadata_frame(2));
  append_be<int32_t>(bytes, -5);
  REQUIRE(socket.write(bytes));
  CHECK(correlation_id_of(*socket.read_frame()) == 1);
  CHECK(correlation_id_of(*socket.read_frame()) == 2);
  CHECK(socket.is_closed_by_broker());
}

TEST_CASE("server: HTTP, TLS and noise close the connection") {
  BrokerFixture broker(kLoopback, kServe);
  const std::string tls("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), tls, std::string(300, '\xff')}) {
    Socket socket(broker);
    REQUIRE(socket.write(as_bytes(bytes)));
    CHECK(socket.is_closed_by_broker());
  }
  CHECK(is_served(broker));
}

TEST_CASE("server: an error with acks=0 closes the connection, success is silent") {
  BrokerFixture broker(kLoopback, kServe);
  create_topic(broker, "t");
  const Buffer batch = batch_of("v");
  Socket socket(broker);
  Buffer bytes = sized(frame_of(produce_request("t", 0, batch, 0), 12, 1));
  append(bytes, metadata_frame(2));
  REQUIRE(socket.write(bytes));
  CHECK(correlation_id_of(*socket.read_frame()) == 2);
  REQUIRE(socket.write(sized(frame_of(produce_request("missing", 0, batch, 0), 12, 3))));
  CHECK(socket.is_closed_by_broker());
}

TEST_CASE("server: peers that vanish at any point leave nothing behind") {
  BrokerFixture broker(kLoopback, kServe);
  create_topic(broker, "t");
  auto poll = fetch_request("t", 0, 0);
  poll.max_wait_ms = 3'600'000;
  const Buffer request = sized(frame_of(poll, 12, 1));
  for (size_t size = 0; size <= request.size(); ++size) {
    Socket ended(broker);
    REQUIRE(ended.write(BytesView(request).first(size)));
    ended.close();
    Socket reset(broker);
    REQUIRE(reset.write(BytesView(request).first(size)));
    reset.reset();
  }
  CHECK(is_served(broker));
  broker.stop();  // waits for every connection
}

TEST_CASE("server: hundreds of connections with a part of a frame disturb nobody") {
  BrokerFixture broker(kLoopback, kServe);
  std::vector<Socket> hostile;
  const Buffer request = metadata_frame(1);
  for (size_t i = 0; i < 300; ++i) {
    hostile.emplace_back(broker);
    REQUIRE(hostile.back().write(BytesView(request).first(1 + i % (request.size() - 1))));
  }
  CHECK(is_served(broker));
  for (size_t i = 0; i < hostile.size(); ++i) {
    REQUIRE(hostile[i].write(BytesView(request).subspan(1 + i % (request.size() - 1))));
    CHECK(hostile[i].read_frame().has_value());
  }
}

TEST_CASE("server: a frame grows with what arrives, whatever the pieces") {
  BrokerFixture broker(kLoopback, kServe);
  create_topic(broker, "t", 1, {{"max.message.bytes", "10000000"}});
  for (const size_t value_bytes : {size_t{3'000}, size_t{5'000}, size_t{131'000}, size_t{131'072},
                                   size_t{600'000}, size_t{5'000'000}}) {
    const std::string value(value_bytes, 'x');
    const Buffer batch = batch_of(value);
    Buffer bytes = sized(frame_of(produce_request("t", 0, batch), 12, 1));
    append(bytes, metadata_frame(2));  // a second frame in the same pieces
    Socket socket(broker);
    const size_t piece = value_bytes / 7 + 1;
    for (size_t at = 0; at < bytes.size(); at += piece)
      REQUIRE(socket.write(BytesView(bytes).subspan(at, std::min(piece, bytes.size() - at))));
    const auto produced = socket.read_frame();
    REQUIRE(produced.has_value());
    CHECK(answer_in<protocol::ProduceResponse>(*produced, 12)
              .responses[0]
              .partition_responses[0]
              .error_code == 0);
    CHECK(correlation_id_of(*socket.read_frame()) == 2);
  }
  const auto fetched = fetch(broker, fetch_request("t", 0, 5, 10'000'000));
  CHECK(fetched.records.bytes.size() > 5'000'000);
}

TEST_CASE("server: who never reads holds up nobody, and does not keep the broker from stopping") {
  BrokerFixture broker(kLoopback, kServe);
  create_topic(broker, "t", 1, {{"max.message.bytes", "10000000"}});
  CHECK(produce(broker, "t", 0, batch_of(std::string(4'000'000, 'x'))).error_code == 0);
  std::vector<Socket> greedy;
  const Buffer request = sized(frame_of(fetch_request("t", 0, 0, 10'000'000), 12, 1));
  for (int i = 0; i < 20; ++i) {
    Socket socket;
    socket.set_receive_buffer(4'096);
    socket.connect(broker);
    for (int n = 0; n < 200; ++n) socket.write_some(request);
    greedy.push_back(std::move(socket));
  }
  for (int i = 0; i < 20; ++i) CHECK(is_served(broker));
  broker.stop();
}

TEST_CASE("server: fetched bytes come from the file as a batch in memory would") {
  BrokerFixture broker(kLoopback, kServe);
  create_topic(broker, "t", 2);
  for (int i = 0; i < 50; ++i)
    for (const int32_t partition : {0, 1})
      produce(broker, "t", partition,
              batch_of(std::string(1'000, static_cast<char>('a' + i % 26))));
  auto request = fetch_request("t", 0, 10);
  add_partition(request, 1, 20, 5'000);
  auto over_socket = broker.dial();
  const auto from_file = over_socket.ask(frame_of(request, 12));
  const auto in_memory = broker.ask(frame_of(request, 12));
  REQUIRE(from_file.has_value());
  CHECK(*from_file == *in_memory);
}

TEST_CASE("server: beyond max.connections clients wait until another leaves") {
  BrokerFixture broker(std::string(kLoopback) + "max.connections=2", kServe);
  Socket first(broker);
  Socket second(broker);
  REQUIRE(first.write(metadata_frame(1)));
  REQUIRE(second.write(metadata_frame(1)));
  CHECK(first.read_frame().has_value());
  CHECK(second.read_frame().has_value());
  Socket third(broker);  // the system accepts it, the broker does not yet
  REQUIRE(third.write(metadata_frame(3)));
  REQUIRE(second.write(metadata_frame(2)));
  CHECK(second.read_frame().has_value());
  CHECK(third.is_silent());
  first.close();
  const auto answer = third.read_frame();
  REQUIRE(answer.has_value());
  CHECK(correlation_id_of(*answer) == 3);
  CHECK(broker.logger.has("max.connections is 2"));
}

TEST_CASE("server: beyond max.connections.per.ip a connection is closed") {
  BrokerFixture broker(std::string(kLoopback) + "max.connections.per.ip=2", kServe);
  {
    Socket first(broker);
    Socket second(broker);
    REQUIRE(first.write(metadata_frame(1)));
    CHECK(first.read_frame().has_value());
    REQUIRE(second.write(metadata_frame(1)));
    CHECK(second.read_frame().has_value());
    Socket third(broker);
    CHECK(third.is_closed_by_broker());
  }
  // Those that left make room; they are counted until their end has been seen.
  bool was_served = false;
  for (int attempt = 0; attempt < 1'000 && !was_served; ++attempt) {
    Socket socket(broker);
    was_served = socket.write(metadata_frame(1)) && socket.read_frame().has_value();
  }
  CHECK(was_served);
}

TEST_CASE(
    "server: beyond queued.max.request.bytes large requests wait for each other, and each has its "
    "turn") {
  BrokerFixture broker(
      std::string(kLoopback) + "socket.request.max.bytes=1000000\nqueued.max.request.bytes=1000000",
      kServe);
  create_topic(broker, "t", 1, {{"max.message.bytes", "10000000"}});
  const Buffer batch = batch_of(std::string(900'000, 'x'));
  const Buffer bytes = sized(frame_of(produce_request("t", 0, batch), 12, 1));
  // Six clients have sent half a request; the memory is enough for two. Nobody may wait for what
  // the others hold.
  std::vector<Socket> clients;
  std::vector<size_t> sent;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back(broker);
    sent.push_back(clients.back().write_some(BytesView(bytes).first(450'000)));
  }
  CHECK(is_served(broker));  // small requests need none of it
  std::vector<std::jthread> writers;
  for (size_t i = 0; i < clients.size(); ++i)
    writers.emplace_back([&, i] { CHECK(clients[i].write(BytesView(bytes).subspan(sent[i]))); });
  for (Socket& client : clients) CHECK(client.read_frame().has_value());
  writers.clear();
  CHECK(fetch(broker, fetch_request("t", 0, 0)).high_watermark == 6);
}

TEST_CASE("server: connections that say nothing for connections.max.idle.ms are closed") {
  BrokerFixture broker(std::string(kLoopback) + "connections.max.idle.ms=100", kServe);
  Socket silent(broker);
  Socket partial(broker);
  REQUIRE(partial.write(BytesView(metadata_frame(1)).first(9)));
  CHECK(silent.is_closed_by_broker());
  CHECK(partial.is_closed_by_broker());
}

TEST_CASE("server: who waits for an answer is not idle, unless its peer is gone") {
  BrokerFixture broker(std::string(kLoopback) + "connections.max.idle.ms=60", kServe);
  create_topic(broker, "t");
  auto poll = fetch_request("t", 0, 0);
  poll.max_wait_ms = 400;
  Socket waiting(broker);
  REQUIRE(waiting.write(sized(frame_of(poll, 12, 5))));
  const auto answer = waiting.read_frame();
  REQUIRE(answer.has_value());
  CHECK(correlation_id_of(*answer) == 5);
  poll.max_wait_ms = 3'600'000;
  Socket gone(broker);
  REQUIRE(gone.write(sized(frame_of(poll, 12, 6))));
  gone.end_output();
  CHECK(gone.is_closed_by_broker());
}

TEST_CASE("server: stop answers or closes whatever waits") {
  BrokerFixture broker(kLoopback, kServe);
  create_topic(broker, "t");
  auto poll = fetch_request("t", 0, 0);
  poll.max_wait_ms = 3'600'000;
  std::vector<Socket> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.emplace_back(broker);
    REQUIRE(waiting.back().write(sized(frame_of(poll, 12, 1))));
  }
  Socket partial(broker);
  REQUIRE(partial.write(BytesView(metadata_frame(1)).first(5)));
  CHECK(is_served(broker));
  broker.stop();
  for (Socket& socket : waiting) {
    socket.read_frame();  // an answer or the end
    CHECK(socket.is_closed_by_broker());
  }
  CHECK(partial.is_closed_by_broker());
}

size_t open_descriptors() {
  size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  REQUIRE(directory != nullptr);
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

TEST_CASE(
    "server: out of descriptors, clients wait in the backlog and are served when there are some "
    "again") {
  BrokerFixture broker(kLoopback, kServe);
  Socket before(broker);
  REQUIRE(before.write(metadata_frame(1)));
  CHECK(before.read_frame().has_value());
  Socket socket;
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  rlimit none = limit;
  none.rlim_cur = 3;  // lower than anything open: nothing more can be opened
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  socket.connect(broker);
  const bool is_sent = socket.write(metadata_frame(2));
  const bool goes_on = before.write(metadata_frame(3)) && before.read_frame().has_value();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(is_sent);
  CHECK(goes_on);
  const auto answer = socket.read_frame();
  REQUIRE(answer.has_value());
  CHECK(correlation_id_of(*answer) == 2);
}

TEST_CASE("server: every descriptor is given back") {
  const size_t before = open_descriptors();
  {
    BrokerFixture broker(kLoopback, kServe);
    create_topic(broker, "t");
    for (int i = 0; i < 50; ++i) CHECK(is_served(broker));
    produce(broker, "t", 0, batch_of("v"));
  }
  CHECK(open_descriptors() == before);
}

}  // namespace
}  // namespace spool::broker
