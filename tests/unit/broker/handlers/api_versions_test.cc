#include <algorithm>

#include "broker/handlers/handler.h"
#include "core/protocol/messages/api_versions.h"
#include "core/protocol/messages/metadata.h"
#include "tests/unit/broker/handlers/broker_fixture.h"

namespace spool::broker::api_versions_test {
namespace {

using Request = protocol::ApiVersionsRequest;
using Response = protocol::ApiVersionsResponse;

Request request_of(std::string name = "kafka-tests", std::string version = "4.4.0") {
  Request request;
  request.client_software_name = std::move(name);
  request.client_software_version = std::move(version);
  return request;
}

TEST_CASE("api versions: every version answers the whole dispatch table, ascending by key") {
  BrokerFixture broker;
  for (int16_t version = 0; version <= 5; ++version) {
    const auto answer = broker.call<Response>(request_of(), version);
    CHECK(answer.error_code == 0);
    std::vector<Response::ApiVersion> expected;
    for (const Api& api : api_table())
      if (api.is_advertised)
        expected.push_back({static_cast<int16_t>(api.key), api.version_min, api.version_max, {}});
    REQUIRE(answer.api_keys.size() == expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      CHECK(answer.api_keys[i].api_key == expected[i].api_key);
      CHECK(answer.api_keys[i].min_version == expected[i].min_version);
      CHECK(answer.api_keys[i].max_version == expected[i].max_version);
    }
    CHECK(std::ranges::is_sorted(answer.api_keys, {}, &Response::ApiVersion::api_key));
  }
}

TEST_CASE("api versions: what is advertised has Kafka 4.4's versions") {
  struct Versions {
    int16_t key, min, max;
  };
  constexpr Versions kOfKafka[] = {
      {0, 0, 13}, {1, 4, 18}, {2, 1, 11}, {3, 0, 13}, {8, 2, 10}, {9, 1, 10}, {10, 0, 6},
      {11, 0, 9}, {12, 0, 4}, {13, 0, 5}, {14, 0, 5}, {15, 0, 6}, {16, 0, 5}, {17, 0, 1},
      {18, 0, 5}, {19, 2, 7}, {20, 1, 6}, {21, 0, 2}, {22, 0, 5}, {23, 2, 4}, {24, 0, 5},
      {25, 0, 4}, {26, 0, 5}, {27, 1, 2}, {28, 0, 6}, {29, 1, 3}, {30, 1, 3}, {31, 1, 3},
      {32, 1, 4}, {33, 0, 2}, {34, 1, 2}, {35, 1, 5}, {36, 0, 2}, {37, 0, 3}, {38, 1, 3},
      {39, 1, 2}, {40, 1, 2}, {41, 1, 3}, {42, 0, 3}, {43, 0, 2}, {44, 0, 1}, {45, 0, 1},
      {46, 0, 0}, {47, 0, 0}, {48, 0, 1}, {49, 0, 1}, {50, 0, 0}, {51, 0, 0}, {55, 0, 2},
      {57, 0, 2}, {60, 0, 2}, {61, 0, 0}, {64, 0, 0}, {65, 0, 0}, {66, 0, 2}, {68, 0, 1},
      {69, 0, 1}, {74, 0, 1}, {75, 0, 0}, {76, 1, 1}, {77, 1, 1}, {78, 1, 2}, {79, 1, 2},
      {80, 0, 1}, {81, 0, 0}, {83, 0, 0}, {84, 0, 0}, {85, 0, 1}, {86, 0, 0}, {87, 0, 1},
      {88, 0, 1}, {89, 0, 1}, {90, 0, 1}, {91, 0, 0}, {92, 0, 0}, {93, 0, 0}, {94, 0, 0},
  };
  BrokerFixture broker;
  const auto answer = broker.call<Response>(request_of(), 4);
  for (const auto& api : answer.api_keys) {
    const auto known = std::ranges::find(kOfKafka, api.api_key, &Versions::key);
    REQUIRE_MESSAGE(known != std::end(kOfKafka), api.api_key);
    CHECK_MESSAGE(api.min_version == known->min, api.api_key);
    CHECK_MESSAGE(api.max_version == known->max, api.api_key);
  }
}

TEST_CASE("api versions: the response header has no tagged section in any version") {
  BrokerFixture broker;
  for (int16_t version = 0; version <= 5; ++version) {
    const auto frame = broker.ask(frame_of(request_of(), version, 77));
    REQUIRE(frame.has_value());
    CHECK(correlation_id_of(*frame) == 77);
    CHECK(load_be<int16_t>(frame->data() + 4) == 0);  // the error code follows at once
  }
}

TEST_CASE(
    "api versions: a version nobody serves is answered 35 in version 0, with ApiVersions alone") {
  BrokerFixture broker;
  for (const int16_t version : {int16_t{6}, int16_t{99}, int16_t{-1}, int16_t{32767}}) {
    // The header is read in its oldest form, the body not at all.
    Buffer frame;
    append_be<int16_t>(frame, 18);
    append_be<int16_t>(frame, version);
    append_be<int32_t>(frame, -5);
    append_be<int16_t>(frame, -1);
    append(frame, as_bytes("no body that anybody knows"));
    const auto answer = broker.ask(frame);
    REQUIRE(answer.has_value());
    const Buffer expected{0xff, 0xff, 0xff, 0xfb, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 5};
    CHECK(*answer == expected);
  }
  CHECK(broker.call<Response>(request_of(), 5).error_code == 0);
}

TEST_CASE(
    "api versions: the client's software is named by letters, digits, dots and hyphens, or it is "
    "42") {
  BrokerFixture broker;
  auto peer = broker.connect();
  for (const char* wrong : {"", " ", "a b", "a_b", "a/b", "-a", "a-", ".a", "a.", "\xc3\xa9"}) {
    for (int16_t version = 3; version <= 5; ++version) {
      const auto by_name = peer.call<Response>(request_of(wrong), version);
      CHECK_MESSAGE(by_name.error_code == 42, std::string(wrong));
      CHECK(by_name.api_keys.empty());
      CHECK(by_name.supported_features.empty());
      CHECK(peer.call<Response>(request_of("a", wrong), version).error_code == 42);
    }
  }
  for (const char* right : {"a", "7", "apache-kafka-java", "a.b-c.9"})
    CHECK_MESSAGE(peer.call<Response>(request_of(right, right), 3).error_code == 0,
                  std::string(right));
  // Before version 3 nothing is said, so nothing is checked.
  CHECK(peer.call<Response>(request_of("", ""), 2).error_code == 0);
}

TEST_CASE("api versions: cluster id and node id come together and are ours, else 42 and 129") {
  BrokerFixture broker;
  auto peer = broker.connect();
  const auto code_of = [&](std::optional<std::string> cluster_id, int32_t node_id) {
    Request request = request_of();
    request.cluster_id = std::move(cluster_id);
    request.node_id = node_id;
    const auto answer = peer.call<Response>(request, 5);
    CHECK(answer.api_keys.empty() == (answer.error_code != 0));
    return answer.error_code;
  };
  const std::string ours = broker.broker().cluster_id();
  CHECK(code_of(ours, 1) == 0);
  CHECK(code_of(std::nullopt, -1) == 0);
  CHECK(code_of(ours, -1) == 42);
  CHECK(code_of(std::nullopt, 1) == 42);
  CHECK(code_of("another-cluster", 1) == 129);
  CHECK(code_of(ours, 2) == 129);
}

TEST_CASE("api versions: features with a minimum of 0 are listed from version 4 on") {
  BrokerFixture broker;
  const auto third = broker.call<Response>(request_of(), 3);
  REQUIRE(third.supported_features.size() == 1);
  CHECK(third.supported_features[0].name == "metadata.version");
  CHECK(third.supported_features[0].min_version == 7);
  CHECK(third.finalized_features_epoch > 0);
  REQUIRE(!third.finalized_features.empty());
  const auto fourth = broker.call<Response>(request_of(), 4);
  CHECK(fourth.supported_features.size() > 1);
  for (const auto& feature : fourth.supported_features)
    CHECK(feature.min_version <= feature.max_version);
}

TEST_CASE("api versions: the header's client id may be null, and unknown tags are not echoed") {
  BrokerFixture broker;
  const auto without_name = broker.ask(frame_of(request_of(), 3, 9, std::nullopt));
  REQUIRE(without_name.has_value());
  CHECK(correlation_id_of(*without_name) == 9);

  Request request = request_of();
  const auto plain = broker.ask(frame_of(request, 3));
  const Buffer value{1, 2, 3};
  request.unknown_tags.push_back({99, value});
  const auto tagged = broker.ask(frame_of(request, 3));
  REQUIRE(tagged.has_value());
  CHECK(*tagged == *plain);
}

}  // namespace
}  // namespace spool::broker::api_versions_test
