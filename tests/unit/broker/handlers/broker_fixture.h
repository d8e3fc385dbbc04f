#pragma once

/// A broker on a scratch directory and calls to it: over the in-process channel, or, when it
/// serves, over loopback.

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "core/net/tcp_transport.h"
#include "core/protocol/api_key.h"
#include "core/protocol/codec.h"
#include "core/protocol/messages/header.h"

// Last: doctest's CHECK then takes the place of ours.
#include <doctest/doctest.h>

namespace spool::broker {

inline BrokerConfig config_from(std::string file) {
  std::vector<std::string> warnings;
  auto config = BrokerConfig::load({"test", std::move(file), {}, {}}, warnings);
  REQUIRE_MESSAGE(config.has_value(), config.error().text());
  return std::move(*config);
}

/// The machine's clocks, put forward by as much as a test wants.
class TestClock final : public Clock {
 public:
  int64_t wall_ms() const override { return machine_.wall_ms() + ahead_ms_ + jumped_ms_; }
  Monotonic monotonic() const override {
    return machine_.monotonic() + std::chrono::milliseconds(ahead_ms_);
  }
  void advance(std::chrono::milliseconds by) { ahead_ms_ += by.count(); }
  /// Somebody sets the machine's clock; no time passes.
  void jump(std::chrono::milliseconds by) { jumped_ms_ += by.count(); }

 private:
  SystemClock machine_;
  std::atomic<int64_t> ahead_ms_{0};
  std::atomic<int64_t> jumped_ms_{0};
};

/// Keeps what the broker said.
class TestLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view line) override {
    std::lock_guard lock(mutex_);
    text_ += line;
    text_ += '\n';
  }
  bool has(std::string_view part) const {
    std::lock_guard lock(mutex_);
    return text_.find(part) != std::string::npos;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// A request as it goes over the wire, without its size.
template <class Question>
Buffer frame_of(const Question& question, int16_t version, int32_t correlation_id = 0,
                std::optional<std::string> client_id = "test") {
  protocol::RequestHeader header;
  header.request_api_key = Question::kInfo.api_key;
  header.request_api_version = version;
  header.correlation_id = correlation_id;
  header.client_id = std::move(client_id);
  const auto key = static_cast<protocol::ApiKey>(Question::kInfo.api_key);
  Buffer frame;
  REQUIRE(
      protocol::encode(header, protocol::request_header_version(key, version), frame).has_value());
  REQUIRE(protocol::encode(question, version, frame).has_value());
  return frame;
}

/// The message in an answer's frame; views into it.
template <class Answer>
Answer answer_in(BytesView frame, int16_t version) {
  const auto key = static_cast<protocol::ApiKey>(Answer::kInfo.api_key);
  const size_t header_bytes = protocol::response_header_version(key, version) >= 1 ? 5 : 4;
  REQUIRE(frame.size() >= header_bytes);
  size_t consumed = 0;
  auto answer = protocol::decode<Answer>(frame.subspan(header_bytes), version, &consumed);
  REQUIRE_MESSAGE(answer.has_value(), answer.error().text());
  CHECK(consumed == frame.size() - header_bytes);
  return std::move(*answer);
}

inline int32_t correlation_id_of(BytesView frame) { return load_be<int32_t>(frame.data()); }

/// One client, that sends frames and waits for frames.
class Peer {
 public:
  explicit Peer(std::unique_ptr<net::Transport> transport) : transport_(std::move(transport)) {}

  /// False: the broker closed the connection before.
  bool send(BytesView frame) { return !is_closed_ && transport_->send({frame}).has_value(); }

  /// The next answer; nullopt: the broker closed the connection.
  std::optional<Buffer> receive() {
    while (next_ == received_.size() && !is_closed_) {
      received_.clear();
      next_ = 0;
      pollfd waiting{transport_->poll_fd(), transport_->poll_events(), 0};
      REQUIRE(::poll(&waiting, 1, 30'000) > 0);
      is_closed_ = !transport_->pump(received_).has_value();
    }
    if (next_ == received_.size()) return std::nullopt;
    return std::move(received_[next_++]);
  }

  /// Whether an answer is there, or the end of the connection, within this time.
  bool has_answer_within(int timeout_ms) {
    if (next_ < received_.size() || is_closed_) return true;
    pollfd waiting{transport_->poll_fd(), POLLIN, 0};
    return ::poll(&waiting, 1, timeout_ms) > 0;
  }

  std::optional<Buffer> ask(BytesView frame) {
    if (!send(frame)) return std::nullopt;
    return receive();
  }

  template <class Answer, class Question>
  Answer call(const Question& question, int16_t version) {
    auto frame = ask(frame_of(question, version));
    REQUIRE_MESSAGE(frame.has_value(), "the broker closed the connection");
    last_ = std::move(*frame);
    return answer_in<Answer>(last_, version);
  }

 private:
  std::unique_ptr<net::Transport> transport_;
  std::vector<Buffer> received_;
  size_t next_ = 0;
  Buffer last_;  // the answer of the last call(); decoded messages view into it
  bool is_closed_ = false;
};

class BrokerFixture {
 public:
  /// file  server.properties
  explicit BrokerFixture(std::string file = "", Broker::Access access = Broker::Access::write)
      : access_(access) {
    std::string name = (std::filesystem::temp_directory_path() / "spool-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    start(std::move(file));
  }
  ~BrokerFixture() {
    stop();
    std::filesystem::remove_all(path);
  }
  BrokerFixture(const BrokerFixture&) = delete;
  BrokerFixture& operator=(const BrokerFixture&) = delete;

  /// Stops cleanly and opens the directory again.
  void restart(std::string file = "") {
    stop();
    start(std::move(file));
  }
  void stop() {
    peer_.reset();
    if (broker_) CHECK(broker_->stop().has_value());
    broker_.reset();
  }

  /// A client of its own within this process; it must be gone before the fixture.
  Peer connect() { return Peer(broker_->connect()); }
  /// A client over a socket; the broker must serve.
  Peer dial(size_t listener = 0) {
    auto transport = net::TcpTransport::connect("127.0.0.1", port(listener));
    REQUIRE_MESSAGE(transport.has_value(), transport.error().text());
    return Peer(std::move(*transport));
  }
  uint16_t port(size_t listener = 0) const {
    return static_cast<uint16_t>(broker_->endpoints()[listener].port);
  }
  Broker& broker() { return *broker_; }

  template <class Answer, class Question>
  Answer call(const Question& question, int16_t version) {
    return peer_->call<Answer>(question, version);
  }

  /// The answer to any bytes; nullopt: the broker closed the connection (the next call gets a new
  /// one).
  std::optional<Buffer> ask(BytesView frame) {
    auto answer = peer_->ask(frame);
    if (!answer) peer_ = std::make_unique<Peer>(broker_->connect());
    return answer;
  }

  std::string path;
  TestClock clock;
  TestLogger logger;

 private:
  void start(std::string file) {
    Broker::Options options;
    options.access = access_;
    options.config = config_from(std::move(file));
    options.data_dir = path;
    auto started = Broker::start(fs_, clock, logger, std::move(options));
    REQUIRE_MESSAGE(started.has_value(), started.error().text());
    broker_ = std::move(*started);
    peer_ = std::make_unique<Peer>(broker_->connect());
  }

  const Broker::Access access_;
  storage::PosixFileSystem fs_;
  std::unique_ptr<Broker> broker_;
  std::unique_ptr<Peer> peer_;
};

}  // namespace spool::broker
