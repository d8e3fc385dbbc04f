#include "tests/unit/client/fake_broker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "core/protocol/messages/api_versions.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/produce.h"

namespace spool::client::testing {

using protocol::ApiKey;

class FakeTransport final : public net::Transport {
 public:
  explicit FakeTransport(FakeBroker& broker)
      : broker_(broker), fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    broker_.transports_.push_back(this);
  }
  ~FakeTransport() override {
    std::erase(broker_.transports_, this);
    ::close(fd_);
  }

  int poll_fd() const override { return fd_; }
  short poll_events() const override { return POLLIN; }

  Status send(std::vector<BytesView> pieces) override {
    Buffer frame;
    for (BytesView piece : pieces) append(frame, piece);
    FakeBroker::Request request;
    request.api_key = static_cast<ApiKey>(load_be<int16_t>(frame.data()));
    request.version = load_be<int16_t>(frame.data() + 2);
    size_t at = 10 + static_cast<size_t>(load_be<int16_t>(frame.data() + 8));
    if (protocol::request_header_version(request.api_key, request.version) >= 2) ++at;
    request.body = to_buffer(BytesView(frame).subspan(at));
    broker_.requests.push_back(request);
    const auto body = broker_.answer(request);
    if (!body) return {};
    Buffer answer(frame.begin() + 4, frame.begin() + 8);
    if (protocol::response_header_version(request.api_key, request.version) >= 1)
      answer.push_back(0);
    append(answer, *body);
    answers_.push_back(std::move(answer));
    wake();
    return {};
  }

  Status pump(std::vector<Buffer>& received) override {
    uint64_t ignored;
    (void)!::read(fd_, &ignored, sizeof ignored);
    if (is_broken_) return fail(ErrorCode::disconnected, "the fake broker hung up");
    for (Buffer& answer : answers_) received.push_back(std::move(answer));
    answers_.clear();
    return {};
  }

  void break_off() {
    is_broken_ = true;
    wake();
  }

 private:
  void wake() {
    const uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof one);
  }

  FakeBroker& broker_;
  int fd_;
  bool is_broken_ = false;
  std::vector<Buffer> answers_;
};

Uuid topic_id_of(const std::string& name) {
  return Uuid::from_halves(0x1234, name.empty() ? 1 : name[0]);
}

ClientOptions FakeBroker::client_options() {
  ClientOptions options;
  options.bootstrap = {{"fake", 9092}};
  options.retry_backoff = std::chrono::milliseconds(1);
  options.transport = [this](const std::string&,
                             uint16_t) -> Result<std::unique_ptr<net::Transport>> {
    ++connections;
    if (refuses_connections) return fail(ErrorCode::disconnected, "refused");
    return std::make_unique<FakeTransport>(*this);
  };
  return options;
}

void FakeBroker::disconnect_all() {
  for (FakeTransport* transport : transports_) transport->break_off();
}

size_t FakeBroker::count(ApiKey api_key) const {
  return static_cast<size_t>(std::ranges::count(requests, api_key, &Request::api_key));
}

std::optional<Buffer> FakeBroker::answer(const Request& request) {
  if (request.api_key == ApiKey::api_versions) return api_versions(request.version);
  if (request.api_key == ApiKey::metadata) return metadata(request);
  return handler ? handler(request) : std::nullopt;
}

Buffer FakeBroker::api_versions(int16_t version) const {
  std::map<int16_t, VersionRange> offered = versions;
  const auto offer = [&](const protocol::MessageInfo& info) {
    offered.try_emplace(info.api_key, VersionRange{info.versions.min, info.versions.max});
  };
  offer(protocol::ApiVersionsRequest::kInfo);
  offer(protocol::MetadataRequest::kInfo);
  offer(protocol::ProduceRequest::kInfo);
  offer(protocol::FetchRequest::kInfo);
  offer(protocol::ListOffsetsRequest::kInfo);
  offer(protocol::InitProducerIdRequest::kInfo);
  offer(protocol::CreateTopicsRequest::kInfo);
  protocol::ApiVersionsResponse response;
  for (const auto& [key, range] : offered) {
    auto& api = response.api_keys.emplace_back();
    api.api_key = key;
    api.min_version = range.min;
    api.max_version = range.max;
  }
  if (version > offered[protocol::ApiVersionsRequest::kInfo.api_key].max) {
    response.error_code = static_cast<int16_t>(ErrorCode::unsupported_version);
    version = 0;
  }
  return encoded(response, version);
}

Buffer FakeBroker::metadata(const Request& request) const {
  const auto wanted = request.as<protocol::MetadataRequest>();
  protocol::MetadataResponse response;
  auto& broker = response.brokers.emplace_back();
  broker.node_id = 1;
  broker.host = "fake";
  broker.port = 9092;
  response.cluster_id = "fake-cluster";
  response.controller_id = 1;
  std::vector<std::string> names;
  if (wanted.topics) {
    for (const auto& topic : *wanted.topics) names.push_back(topic.name.value_or(""));
  } else {
    for (const auto& [name, count] : topics) names.push_back(name);
  }
  for (const std::string& name : names) {
    auto& topic = response.topics.emplace_back();
    topic.name = name;
    const auto found = topics.find(name);
    if (found == topics.end()) {
      topic.error_code = static_cast<int16_t>(ErrorCode::unknown_topic_or_partition);
      continue;
    }
    if (has_topic_ids) topic.topic_id = topic_id_of(name);
    for (int32_t i = 0; i < found->second; ++i) {
      auto& partition = topic.partitions.emplace_back();
      partition.partition_index = i;
      partition.leader_id = 1;
      partition.leader_epoch = 0;
      partition.replica_nodes = {1};
      partition.isr_nodes = {1};
    }
  }
  return encoded(response, request.version);
}

}  // namespace spool::client::testing
