#pragma once

/// A broker on a scratch directory, without sockets, and calls to it over the in-process channel.

#include <poll.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "broker/broker.h"
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

class BrokerFixture {
 public:
  explicit BrokerFixture(std::string file = "") {
    std::string name = (std::filesystem::temp_directory_path() / "spool-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    Broker::Options options;
    options.access = Broker::Access::write;
    options.config = config_from(std::move(file));
    options.data_dir = path;
    auto started = Broker::start(fs_, clock_, logger_, std::move(options));
    REQUIRE_MESSAGE(started.has_value(), started.error().text());
    broker_ = std::move(*started);
    channel_ = broker_->connect();
  }
  ~BrokerFixture() {
    channel_.reset();
    if (broker_) CHECK(broker_->stop().has_value());
    broker_.reset();
    std::filesystem::remove_all(path);
  }
  BrokerFixture(const BrokerFixture&) = delete;
  BrokerFixture& operator=(const BrokerFixture&) = delete;

  template <class Answer, class Question>
  Answer call(const Question& question, int16_t version) {
    const auto key = static_cast<protocol::ApiKey>(Question::kInfo.api_key);
    protocol::RequestHeader header;
    header.request_api_key = Question::kInfo.api_key;
    header.request_api_version = version;
    header.client_id = "test";
    Buffer frame;
    REQUIRE(protocol::encode(header, protocol::request_header_version(key, version), frame)
                .has_value());
    REQUIRE(protocol::encode(question, version, frame).has_value());
    const BytesView body =
        exchange(frame).subspan(protocol::response_header_version(key, version) >= 1 ? 5 : 4);
    auto answer = protocol::decode<Answer>(body, version);
    REQUIRE_MESSAGE(answer.has_value(), answer.error().text());
    return std::move(*answer);
  }

  std::string path;

 private:
  BytesView exchange(BytesView frame) {
    REQUIRE(channel_->send({frame}).has_value());
    received_.clear();
    while (received_.empty()) {
      pollfd waiting{channel_->poll_fd(), channel_->poll_events(), 0};
      REQUIRE(::poll(&waiting, 1, 30'000) > 0);
      const Status pumped = channel_->pump(received_);
      REQUIRE_MESSAGE(pumped.has_value(), pumped.error().text());
    }
    return received_.front();
  }

  storage::PosixFileSystem fs_;
  SystemClock clock_;
  NullLogger logger_;
  std::unique_ptr<Broker> broker_;
  std::unique_ptr<net::Transport> channel_;
  std::vector<Buffer> received_;  // the last answer; decoded messages view into it
};

}  // namespace spool::broker
