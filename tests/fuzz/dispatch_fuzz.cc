// One frame to a broker in this process, which has a few topics with something in them. Whatever
// the frame is, the broker closes the connection or answers: with the frame's correlation id, and
// with a message of that API and version that takes up the whole answer. Behind every frame goes an
// ApiVersions, so that Produce with acks=0, which has no answer, is not waited for.
//
// Where a frame says kTopicIdPlaceholder, the id of topic "t" is put in. The wait of a Fetch is set
// to nothing.

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

#include "broker/broker.h"
#include "core/protocol/codec.h"
#include "core/protocol/messages/api_versions.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/header.h"
#include "core/protocol/messages/produce.h"
#include "core/protocol/registry.h"
#include "core/record/batch_builder.h"
#include "tests/fuzz/require.h"

using namespace spool;
using namespace spool::broker;
using protocol::ApiKey;

namespace {

constexpr std::string_view kTopicIdPlaceholder = "topic-id-of-t---";
constexpr int32_t kFrameId = 0x01020304;
constexpr int32_t kSentinelId = 0x05060708;
/// A broker is thrown away after this many frames, with all the topics that they made.
constexpr int kFramesPerBroker = 2'000;
constexpr int kAnswerTimeoutMs = 20'000;

template <class Message>
Buffer frame_of(const Message& message, int16_t version, int32_t correlation_id) {
  protocol::RequestHeader header;
  header.request_api_key = Message::kInfo.api_key;
  header.request_api_version = version;
  header.correlation_id = correlation_id;
  header.client_id = "fuzz";
  const auto key = static_cast<ApiKey>(Message::kInfo.api_key);
  Buffer frame;
  REQUIRE(
      protocol::encode(header, protocol::request_header_version(key, version), frame).has_value());
  REQUIRE(protocol::encode(message, version, frame).has_value());
  return frame;
}

class Target {
 public:
  Target() {
    std::string name = (std::filesystem::temp_directory_path() / "spool-fuzz-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
    std::vector<std::string> warnings;
    auto config = BrokerConfig::load({"fuzz", "auto.create.topics.enable=false", {}, {}}, warnings);
    REQUIRE(config.has_value());
    Broker::Options options;
    options.access = Broker::Access::write;
    options.config = std::move(*config);
    options.data_dir = path_;
    auto started = Broker::start(fs_, clock_, logger_, std::move(options));
    REQUIRE(started.has_value());
    broker_ = std::move(*started);
    channel_ = broker_->connect();
    create_topics();
    for (const char* topic : {"t", "c", "a"}) produce_to(topic);
  }
  ~Target() {
    channel_.reset();
    REQUIRE(broker_->stop().has_value());
    std::filesystem::remove_all(path_);
  }

  void run(Buffer frame) {
    if (waits_for_others(frame)) return;
    put_topic_id(frame);
    if (frame.size() >= 8) store_be(frame.data() + 4, kFrameId);
    shorten_wait(frame);
    protocol::ApiVersionsRequest sentinel;
    REQUIRE(channel_->send({frame}).has_value());
    REQUIRE(channel_->send({frame_of(sentinel, 0, kSentinelId)}).has_value());
    bool is_answered = false;
    for (;;) {
      const auto answer = next_answer();
      if (!answer) {
        channel_ = broker_->connect();
        return;
      }
      REQUIRE(answer->size() >= 4);
      const auto id = load_be<int32_t>(answer->data());
      if (id == kSentinelId) break;
      REQUIRE(id == kFrameId && !is_answered);
      is_answered = true;
      check_answer(frame, *answer);
    }
    const bool may_be_silent =
        load_be<int16_t>(frame.data()) == static_cast<int16_t>(ApiKey::produce);
    REQUIRE(is_answered || may_be_silent);
  }

 private:
  void create_topics() {
    protocol::CreateTopicsRequest request;
    const auto add = [&](const char* name,
                         std::vector<std::pair<std::string, std::string>> configs) {
      auto& topic = request.topics.emplace_back();
      topic.name = name;
      topic.num_partitions = 2;
      topic.replication_factor = 1;
      for (auto& [key, value] : configs) topic.configs.push_back({key, value, {}});
    };
    add("t", {});
    add("c", {{"cleanup.policy", "compact"}});
    add("a", {{"message.timestamp.type", "LogAppendTime"}, {"compression.type", "gzip"}});
    const Buffer answer = ask(frame_of(request, 7, 1));
    const auto made =
        protocol::decode<protocol::CreateTopicsResponse>(BytesView(answer).subspan(5), 7);
    REQUIRE(made.has_value() && made->topics.size() == 3);
    topic_id_ = made->topics[0].topic_id;
  }

  void produce_to(const char* topic) {
    record::BatchBuilder builder;
    builder.append(1'700'000'000'000, as_bytes("key"), as_bytes("value"));
    compress::Compressor compressor;
    const auto batch = builder.finish(compressor);
    REQUIRE(batch.has_value());
    protocol::ProduceRequest request;
    request.acks = -1;
    auto& data = request.topic_data.emplace_back();
    data.name = topic;
    data.partition_data.push_back({0, {*batch, false, 0}, {}});
    ask(frame_of(request, 12, 1));
  }

  Buffer ask(BytesView frame) {
    REQUIRE(channel_->send({frame}).has_value());
    auto answer = next_answer();
    REQUIRE(answer.has_value());
    return std::move(*answer);
  }

  /// nullopt: the broker closed the connection.
  std::optional<Buffer> next_answer() {
    bool is_closed = false;
    while (received_.empty() && !is_closed) {
      pollfd waiting{channel_->poll_fd(), channel_->poll_events(), 0};
      REQUIRE(::poll(&waiting, 1, kAnswerTimeoutMs) > 0);  // a hang is a finding
      is_closed = !channel_->pump(received_).has_value();
    }
    if (received_.empty()) return std::nullopt;
    Buffer answer = std::move(received_.front());
    received_.erase(received_.begin());
    return answer;
  }

  void put_topic_id(Buffer& frame) const {
    const auto found = std::ranges::search(frame, as_bytes(kTopicIdPlaceholder));
    if (!found.empty()) std::ranges::copy(topic_id_.bytes, found.begin());
  }

  /// Members of a group wait for each other, as long as they say.
  static bool waits_for_others(BytesView frame) {
    if (frame.size() < 2) return false;
    const auto key = static_cast<ApiKey>(load_be<int16_t>(frame.data()));
    return key == ApiKey::join_group || key == ApiKey::sync_group;
  }

  static void shorten_wait(Buffer& frame) {
    if (frame.size() < 8 || load_be<int16_t>(frame.data()) != static_cast<int16_t>(ApiKey::fetch))
      return;
    const auto version = load_be<int16_t>(frame.data() + 2);
    if (version < 4 || version > protocol::FetchRequest::kInfo.versions.max) return;
    size_t header_bytes = 0;
    const int16_t header_version = protocol::request_header_version(ApiKey::fetch, version);
    if (!protocol::decode<protocol::RequestHeader>(frame, header_version, &header_bytes)) return;
    auto request =
        protocol::decode<protocol::FetchRequest>(BytesView(frame).subspan(header_bytes), version);
    if (!request) return;
    request->max_wait_ms = 0;
    Buffer changed(frame.begin(), frame.begin() + static_cast<ptrdiff_t>(header_bytes));
    REQUIRE(protocol::encode(*request, version, changed).has_value());
    frame = std::move(changed);
  }

  static void check_answer(BytesView frame, BytesView answer) {
    const auto key = static_cast<ApiKey>(load_be<int16_t>(frame.data()));
    auto version = load_be<int16_t>(frame.data() + 2);
    const protocol::MessageEntry* entry =
        protocol::find_message(key, protocol::MessageType::response);
    REQUIRE(entry != nullptr);
    const bool is_negotiation = key == ApiKey::api_versions;
    if (is_negotiation && (version < 0 || version > entry->info->versions.max))
      version = 0;  // KIP-511
    const size_t header_bytes = protocol::response_header_version(key, version) >= 1 ? 5 : 4;
    REQUIRE(answer.size() >= header_bytes);
    const protocol::Schema& schema = entry->schema();
    const std::unique_ptr<void, void (*)(void*)> message(schema.create(), schema.destroy);
    size_t consumed = 0;
    REQUIRE(decode_message(schema, message.get(), answer.subspan(header_bytes), version, &consumed)
                .has_value());
    REQUIRE(consumed == answer.size() - header_bytes);
  }

  storage::PosixFileSystem fs_;
  SystemClock clock_;
  NullLogger logger_;
  std::string path_;
  std::unique_ptr<Broker> broker_;
  std::unique_ptr<net::Transport> channel_;
  std::vector<Buffer> received_;
  Uuid topic_id_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static std::unique_ptr<Target> target;
  static int frames = 0;
  if (!target || ++frames % kFramesPerBroker == 0) target = std::make_unique<Target>();
  target->run(Buffer(data, data + size));
  return 0;
}
