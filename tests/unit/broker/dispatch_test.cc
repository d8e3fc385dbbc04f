/// What every API shares: which frames are answered, and which close the connection.

#include <algorithm>
#include <random>

#include "core/protocol/messages/api_versions.h"
#include "core/protocol/messages/describe_cluster.h"
#include "core/protocol/messages/metadata.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker {
namespace {

/// A header of version 1 and a body.
Buffer raw_frame(int16_t key, int16_t version, BytesView body = {}) {
  Buffer frame;
  append_be<int16_t>(frame, key);
  append_be<int16_t>(frame, version);
  append_be<int32_t>(frame, 1);
  append_be<int16_t>(frame, -1);
  append(frame, body);
  return frame;
}

protocol::MetadataRequest all_topics() {
  protocol::MetadataRequest request;
  request.topics.reset();
  return request;
}

TEST_CASE("dispatch: unknown, negative, removed and controller-only keys close the connection") {
  BrokerFixture broker;
  // 4-7 are gone from every 4.x; 52-54, 56, 58, 59, 62, 63, 67, 70, 73, 82 belong to controllers.
  for (const int16_t key :
       {-1, 4, 5, 6, 7, 52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73, 82, 95, 1000, 32767})
    CHECK_MESSAGE(!broker.ask(raw_frame(key, 0)).has_value(), key);
  CHECK(broker.logger.has("no API has the key -1"));
}

TEST_CASE("dispatch: a version outside the served range closes the connection, whatever the API") {
  BrokerFixture broker;
  for (const Api& api : api_table()) {
    if (api.key == protocol::ApiKey::api_versions) continue;
    const auto key = static_cast<int16_t>(api.key);
    CHECK_MESSAGE(
        !broker.ask(raw_frame(key, static_cast<int16_t>(api.version_max + 1))).has_value(), key);
    CHECK_MESSAGE(
        !broker.ask(raw_frame(key, static_cast<int16_t>(api.version_served_min - 1))).has_value(),
        key);
    CHECK_MESSAGE(!broker.ask(raw_frame(key, -1)).has_value(), key);
  }
}

TEST_CASE("dispatch: Produce 0 to 2 are advertised and close the connection") {
  BrokerFixture broker;
  for (int16_t version = 0; version <= 2; ++version)
    CHECK(!broker.ask(raw_frame(0, version, Buffer(64, 0))).has_value());
}

TEST_CASE("dispatch: a frame shorter than a header closes the connection") {
  BrokerFixture broker;
  const Buffer whole = frame_of(all_topics(), 12);
  // Up to the last byte of the client id nothing can be answered.
  for (size_t size = 0; size < 14; ++size)
    CHECK_MESSAGE(!broker.ask(BytesView(whole).first(size)).has_value(), size);
}

TEST_CASE("dispatch: a body cut anywhere closes the connection") {
  BrokerFixture broker;
  protocol::MetadataRequest request;
  request.topics.emplace().push_back({Uuid{}, "some-topic", {}});
  request.allow_auto_topic_creation = false;
  const Buffer whole = frame_of(request, 12);
  CHECK(broker.ask(whole).has_value());
  for (size_t size = 0; size < whole.size(); ++size)
    CHECK_MESSAGE(!broker.ask(BytesView(whole).first(size)).has_value(), size);
}

TEST_CASE("dispatch: bytes behind the body are tolerated") {
  BrokerFixture broker;
  Buffer frame = frame_of(all_topics(), 12);
  append(frame, as_bytes("and more"));
  CHECK(broker.ask(frame).has_value());
}

TEST_CASE("dispatch: the same unknown tag twice, and a negative count, are tolerated") {
  BrokerFixture broker;
  protocol::MetadataRequest request = all_topics();
  const Buffer value{1};
  Buffer tagged = frame_of(request, 12);
  // The body ends with its count of tags: two, both with number 7.
  tagged.back() = 2;
  append(tagged, Buffer{7, 1, 1, 7, 1, 1});
  CHECK(broker.ask(tagged).has_value());
  // A classic array with the count -2 reads as null.
  Buffer body;
  append_be<int32_t>(body, -2);
  body.push_back(0);
  CHECK(broker.ask(raw_frame(3, 4, body)).has_value());
}

TEST_CASE("dispatch: null for what may not be null closes the connection") {
  BrokerFixture broker;
  Buffer body;
  append_be<int32_t>(body, 1);
  append_be<int16_t>(body, -1);  // a topic's name in Metadata v1
  CHECK(!broker.ask(raw_frame(3, 1, body)).has_value());
}

TEST_CASE(
    "dispatch: declared counts and lengths beyond the frame close the connection and allocate "
    "nothing") {
  BrokerFixture broker;
  for (const int32_t count : {INT32_MAX, 1'000'001, 1'000'000, 100}) {
    Buffer body;
    append_be<int32_t>(body, count);
    CHECK_MESSAGE(!broker.ask(raw_frame(3, 1, body)).has_value(), count);
  }
  // A varint that never ends.
  Buffer flexible = raw_frame(3, 12, Buffer{0});
  append(flexible, Buffer(10, 0xff));
  CHECK(!broker.ask(flexible).has_value());
}

TEST_CASE("dispatch: 1000000 elements and 10000 tags are read, one more closes the connection") {
  BrokerFixture broker;
  // Metadata v1: topics with empty names, two bytes each.
  const auto names = [](int32_t count) {
    Buffer body;
    append_be<int32_t>(body, count);
    body.resize(body.size() + static_cast<size_t>(count) * 2);
    return body;
  };
  CHECK(broker.ask(raw_frame(3, 1, names(1'000'000))).has_value());
  CHECK(!broker.ask(raw_frame(3, 1, names(1'000'001))).has_value());
  // Tags of no bytes behind the body of Metadata v12.
  const auto tagged = [](uint32_t count) {
    Buffer frame = frame_of(all_topics(), 12);
    frame.back() = static_cast<uint8_t>(count | 0x80);
    frame.push_back(static_cast<uint8_t>(count >> 7));
    for (uint32_t tag = 0; tag < count; ++tag) append(frame, Buffer{0x7f, 0});
    return frame;
  };
  CHECK(broker.ask(tagged(10'000)).has_value());
  CHECK(!broker.ask(tagged(10'001)).has_value());
}

TEST_CASE("dispatch: correlation ids come back as they were, negative ones too") {
  BrokerFixture broker;
  for (const int32_t id : {0, 1, -1, INT32_MIN, INT32_MAX}) {
    const auto answer = broker.ask(frame_of(all_topics(), 12, id));
    REQUIRE(answer.has_value());
    CHECK(correlation_id_of(*answer) == id);
  }
}

TEST_CASE("dispatch: flexible answers have a tagged section in their header, others have none") {
  BrokerFixture broker;
  const auto flexible = broker.ask(frame_of(all_topics(), 9));
  REQUIRE(flexible.has_value());
  CHECK((*flexible)[4] == 0);                          // the empty section
  CHECK(load_be<int32_t>(flexible->data() + 5) == 0);  // then throttle_time_ms
  const auto classic = broker.ask(frame_of(all_topics(), 8));
  REQUIRE(classic.has_value());
  CHECK(load_be<int32_t>(classic->data() + 8) == 1);  // correlation id, throttle time, one broker
}

TEST_CASE("dispatch: an unknown tag in the request header is skipped and not echoed") {
  BrokerFixture broker;
  const Buffer plain = frame_of(all_topics(), 12);
  Buffer tagged(plain.begin(), plain.begin() + 14);  // key, version, correlation id, "test"
  append(tagged,
         Buffer{1, 5, 3, 'a', 'b', 'c'});  // where the section was empty: tag 5, three bytes
  append(tagged, BytesView(plain).subspan(15));
  const auto answer = broker.ask(tagged);
  REQUIRE(answer.has_value());
  CHECK(*answer == broker.ask(plain));
}

TEST_CASE("dispatch: requests that wait behind each other are answered in order") {
  BrokerFixture broker;
  create_topic(broker, "t");
  auto peer = broker.connect();
  // The first waits for its time, the others need none.
  auto poll = fetch_request("t", 0, 0);
  poll.max_wait_ms = 50;
  REQUIRE(peer.send(frame_of(poll, 12, 1)));
  for (int32_t id = 2; id <= 20; ++id) REQUIRE(peer.send(frame_of(all_topics(), 12, id)));
  for (int32_t id = 1; id <= 20; ++id) {
    const auto answer = peer.receive();
    REQUIRE(answer.has_value());
    CHECK(correlation_id_of(*answer) == id);
  }
}

TEST_CASE("dispatch: a long poll of one connection holds up no other") {
  BrokerFixture broker;
  create_topic(broker, "t");
  auto waiting = broker.connect();
  auto poll = fetch_request("t", 0, 0);
  poll.max_wait_ms = 30'000;
  REQUIRE(waiting.send(frame_of(poll, 12, 1)));
  auto other = broker.connect();
  CHECK(other.ask(frame_of(all_topics(), 12)).has_value());
  CHECK(!waiting.has_answer_within(0));
  CHECK(produce(broker, "t", 0, batch_of("x")).error_code == 0);
  CHECK(waiting.receive().has_value());
}

TEST_CASE("dispatch: random bytes are answered or close the connection, and the broker goes on") {
  BrokerFixture broker;
  std::mt19937 random(20260101);
  for (int i = 0; i < 3'000; ++i) {
    Buffer frame(random() % 200);
    for (uint8_t& byte : frame) byte = static_cast<uint8_t>(random());
    if (frame.size() >= 4 && random() % 4 != 0) {
      const auto& api = api_table()[random() % api_table().size()];
      store_be(frame.data(), static_cast<int16_t>(api.key));
      store_be(frame.data() + 2,
               static_cast<int16_t>(random() % static_cast<unsigned>(api.version_max + 1)));
    }
    // Produce with acks=0 has no answer; who joins a group waits for others.
    const auto key = frame.size() >= 2 ? load_be<int16_t>(frame.data()) : int16_t{-1};
    if (key == 0 || key == 11 || key == 14) continue;
    (void)broker.ask(frame);
  }
  CHECK(broker.ask(frame_of(all_topics(), 12)).has_value());
}

}  // namespace
}  // namespace spool::broker
