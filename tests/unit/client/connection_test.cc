#include "core/client/connection.h"

#include <doctest/doctest.h>

#include "core/protocol/messages/api_versions.h"
#include "core/protocol/messages/metadata.h"

using namespace spool;
using namespace spool::client;
using protocol::ApiKey;

namespace {

constexpr Connection::Time at(int seconds) {
  return Connection::Time(std::chrono::seconds(seconds));
}

struct Outcome {
  std::optional<Result<IncomingFrame>> value;
};

Connection::Request metadata_request(Outcome& outcome, Connection::Time deadline = at(30)) {
  Connection::Request request;
  request.api_key = ApiKey::metadata;
  request.versions = {0, 13};
  request.deadline = deadline;
  request.encode = [](int16_t version, OutgoingFrame& out) {
    return protocol::encode(protocol::MetadataRequest{}, version, out.bytes);
  };
  request.done = [&outcome](Result<IncomingFrame> answer) {
    outcome.value.emplace(std::move(answer));
  };
  return request;
}

struct Header {
  int16_t api_key, version;
  int32_t correlation_id;
};
Header header_of(const OutgoingFrame& frame) {
  return {load_be<int16_t>(frame.bytes.data()), load_be<int16_t>(frame.bytes.data() + 2),
          load_be<int32_t>(frame.bytes.data() + 4)};
}

/// An ApiVersions answer that offers Metadata up to `metadata_max`.
Buffer api_versions_frame(int32_t correlation_id, int16_t version, ErrorCode error,
                          int16_t metadata_max = 9, int16_t api_versions_max = 3) {
  protocol::ApiVersionsResponse response;
  response.error_code = static_cast<int16_t>(error);
  for (const auto& [key, max] :
       {std::pair<int16_t, int16_t>{3, metadata_max}, {18, api_versions_max}}) {
    auto& api = response.api_keys.emplace_back();
    api.api_key = key;
    api.max_version = max;
  }
  Buffer frame;
  append_be(frame, correlation_id);
  CHECK(protocol::encode(response, version, frame));
  return frame;
}

Buffer answer_frame(int32_t correlation_id, bool is_flexible) {
  Buffer frame;
  append_be(frame, correlation_id);
  if (is_flexible) frame.push_back(0);
  frame.push_back(42);
  return frame;
}

void make_ready(Connection& connection) {
  connection.start(at(10));
  const auto frame = connection.take_output();
  REQUIRE(frame);
  connection.on_frame(api_versions_frame(0, header_of(*frame).version, ErrorCode::none));
  REQUIRE(connection.is_ready());
}

}  // namespace

TEST_CASE("connection: ApiVersions goes first, requests wait for its answer") {
  Connection connection("me");
  Outcome outcome;
  connection.start(at(10));
  connection.submit(metadata_request(outcome));
  const auto first = connection.take_output();
  REQUIRE(first);
  CHECK(header_of(*first).api_key == 18);
  CHECK(header_of(*first).version == 5);
  CHECK_FALSE(connection.take_output());
  CHECK(connection.open_requests() == 2);

  connection.on_frame(api_versions_frame(0, 5, ErrorCode::none, 9));
  const auto second = connection.take_output();
  REQUIRE(second);
  CHECK(header_of(*second).api_key == 3);
  CHECK(header_of(*second).version == 9);
  CHECK(header_of(*second).correlation_id == 1);

  connection.on_frame(answer_frame(1, true));
  REQUIRE(outcome.value);
  REQUIRE(*outcome.value);
  CHECK((*outcome.value)->version == 9);
  CHECK((*outcome.value)->body_at == 5);
  CHECK((*outcome.value)->body()[0] == 42);
  CHECK(connection.open_requests() == 0);
}

TEST_CASE("connection: a broker that lacks our ApiVersions is asked again in its version") {
  Connection connection("me");
  connection.start(at(10));
  connection.take_output();
  connection.on_frame(api_versions_frame(0, 0, ErrorCode::unsupported_version, 9, 3));
  const auto again = connection.take_output();
  REQUIRE(again);
  CHECK(header_of(*again).api_key == 18);
  CHECK(header_of(*again).version == 3);
  CHECK(header_of(*again).correlation_id == 1);
  connection.on_frame(api_versions_frame(1, 3, ErrorCode::none));
  CHECK(connection.is_ready());
}

TEST_CASE("connection: an answer out of order closes it, and every open request fails") {
  Connection connection("me");
  make_ready(connection);
  Outcome first, second;
  connection.submit(metadata_request(first));
  connection.submit(metadata_request(second));
  connection.on_frame(answer_frame(2, true));
  CHECK(connection.is_closed());
  REQUIRE(first.value);
  CHECK(first.value->error().code() == ErrorCode::parse_error);
  REQUIRE(second.value);
  CHECK_FALSE(*second.value);

  Outcome late;
  connection.submit(metadata_request(late));
  REQUIRE(late.value);
  CHECK(late.value->error().code() == ErrorCode::parse_error);
}

TEST_CASE("connection: an overdue request closes it") {
  Connection connection("me");
  make_ready(connection);
  Outcome first, second;
  connection.submit(metadata_request(first, at(20)));
  connection.submit(metadata_request(second, at(40)));
  CHECK(connection.next_deadline() == at(20));
  connection.on_time(at(19));
  CHECK_FALSE(first.value);
  connection.on_time(at(20));
  REQUIRE(first.value);
  CHECK(first.value->error().code() == ErrorCode::timed_out);
  REQUIRE(second.value);
  CHECK(second.value->error().code() == ErrorCode::timed_out);
}

TEST_CASE("connection: an API the broker has not, or in no common version, fails alone") {
  Connection connection("me");
  make_ready(connection);
  Outcome missing, old;
  Connection::Request request = metadata_request(missing);
  request.api_key = ApiKey::describe_cluster;
  connection.submit(std::move(request));
  REQUIRE(missing.value);
  CHECK(missing.value->error().code() == ErrorCode::unsupported_version);
  request = metadata_request(old);
  request.versions = {10, 13};
  connection.submit(std::move(request));
  REQUIRE(old.value);
  CHECK(old.value->error().code() == ErrorCode::unsupported_version);
  CHECK(connection.is_ready());
  CHECK(connection.open_requests() == 0);
}

TEST_CASE("connection: frames too short for their header close it") {
  for (const Buffer& frame :
       {Buffer{}, Buffer{0, 0, 0}, Buffer{0, 0, 0, 1}, Buffer{0, 0, 0, 1, 1, 0, 9}}) {
    Connection connection("me");
    make_ready(connection);
    Outcome outcome;
    connection.submit(metadata_request(outcome));
    connection.on_frame(frame);
    CHECK(connection.is_closed());
    REQUIRE(outcome.value);
    CHECK(outcome.value->error().code() == ErrorCode::parse_error);
  }
}

TEST_CASE("connection: a request without an answer is done when its frame is sent") {
  Connection connection("me");
  make_ready(connection);
  Outcome outcome;
  Connection::Request request = metadata_request(outcome);
  request.is_answered = false;
  connection.submit(std::move(request));
  CHECK_FALSE(outcome.value);
  const auto frame = connection.take_output();
  REQUIRE(frame);
  frame->sent({});
  REQUIRE(outcome.value);
  CHECK(*outcome.value);
  CHECK(connection.open_requests() == 0);
}

TEST_CASE("outgoing frame: external bytes stand where the encoder left room") {
  const Buffer outside{7, 8};
  OutgoingFrame frame;
  frame.bytes = {1, 2, 3};
  frame.splices = {{.at = 2, .external_bytes = 2}};
  frame.external = {outside};
  Buffer whole;
  for (BytesView piece : frame.pieces()) append(whole, piece);
  CHECK(whole == Buffer{1, 2, 7, 8, 3});
}
