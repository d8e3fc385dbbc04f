/// Client telemetry: what was asked for, when, and which pushes are taken. The codes are those of
/// Kafka 4.4.

#include "core/protocol/messages/api_versions.h"
#include "core/protocol/messages/get_telemetry_subscriptions.h"
#include "core/protocol/messages/push_telemetry.h"
#include "tests/unit/broker/handlers/admin_calls.h"

namespace spool::broker::client_telemetry_test {
namespace {

using Get = protocol::GetTelemetrySubscriptionsResponse;
constexpr int8_t kClientMetrics = 16;
constexpr int8_t kGzip = 1;
constexpr Uuid kInstance{{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}};

template <class Client>
Get get(Client& client, Uuid instance) {
  protocol::GetTelemetrySubscriptionsRequest request;
  request.client_instance_id = instance;
  return client.template call<Get>(request, 0);
}

struct Pushed {
  int32_t subscription_id = 0;
  bool is_terminating = false;
  int8_t compression_type = 0;
  std::string metrics = "abc";
};

int push(BrokerFixture& broker, Uuid instance, const Pushed& pushed) {
  protocol::PushTelemetryRequest request;
  request.client_instance_id = instance;
  request.subscription_id = pushed.subscription_id;
  request.terminating = pushed.is_terminating;
  request.compression_type = pushed.compression_type;
  request.metrics = as_bytes(pushed.metrics);
  return broker.call<protocol::PushTelemetryResponse>(request, 0).error_code;
}

TEST_CASE("telemetry: without a subscription nothing is asked for, every five minutes") {
  BrokerFixture broker;
  const Get answer = get(broker, kZeroUuid);
  CHECK(answer.error_code == 0);
  CHECK(!answer.client_instance_id.is_zero());
  CHECK(answer.accepted_compression_types == std::vector<int8_t>{4, 3, 1, 2});
  CHECK(answer.push_interval_ms == 300'000);
  CHECK(answer.telemetry_max_bytes == 1'048'576);
  CHECK(answer.delta_temporality);
  CHECK(answer.requested_metrics.empty());
  CHECK(get(broker, answer.client_instance_id).error_code == 89);
  CHECK(get(broker, kZeroUuid).client_instance_id != answer.client_instance_id);
  // As Kafka computes it: the CRC-32C of "[]300000" and the id's hash code.
  CHECK(get(broker, kOneUuid).subscription_id == -725132321);
}

TEST_CASE("telemetry: the two requests are not advertised") {
  BrokerFixture broker;
  protocol::ApiVersionsRequest request;
  request.client_software_name = request.client_software_version = "x";
  for (const auto& api : broker.call<protocol::ApiVersionsResponse>(request, 4).api_keys)
    CHECK((api.api_key != 71 && api.api_key != 72));
}

TEST_CASE("telemetry: all subscriptions that match are one") {
  BrokerFixture broker;
  REQUIRE(alter(broker, kClientMetrics, "a", {{"metrics", 0, "y,x"}, {"interval.ms", 0, "2000"}})
              .first == 0);
  REQUIRE(alter(broker, kClientMetrics, "b",
                {{"metrics", 0, "z"},
                 {"interval.ms", 0, "1000"},
                 {"match", 0, "client_id=te.*,client_source_port=0"}})
              .first == 0);
  REQUIRE(alter(broker, kClientMetrics, "c",
                {{"metrics", 0, "*"},
                 {"interval.ms", 0, "500"},
                 {"match", 0, "client_software_name=apache.*"}})
              .first == 0);
  const Get answer = get(broker, kInstance);
  CHECK(answer.requested_metrics == std::vector<std::string>{"x", "y", "z"});
  CHECK(answer.push_interval_ms == 1000);

  protocol::ApiVersionsRequest versions;
  versions.client_software_name = "apache-kafka-java";
  versions.client_software_version = "4.4.0";
  Peer java = broker.connect();
  REQUIRE(java.call<protocol::ApiVersionsResponse>(versions, 4).error_code == 0);
  const Get all = get(java, kZeroUuid);
  CHECK(all.requested_metrics == std::vector<std::string>{"*"});
  CHECK(all.push_interval_ms == 500);
}

TEST_CASE("telemetry: one push an interval, and the last one at any time") {
  BrokerFixture broker;
  const int32_t id = get(broker, kInstance).subscription_id;
  CHECK(push(broker, kInstance, {id}) == 0);
  CHECK(push(broker, kInstance, {id}) == 89);
  broker.clock.advance(std::chrono::minutes(5));
  CHECK(push(broker, kInstance, {id}) == 0);
  CHECK(push(broker, kInstance, {.subscription_id = id, .is_terminating = true}) == 0);
  CHECK(push(broker, kInstance, {.subscription_id = id, .is_terminating = true}) == 42);
  CHECK(push(broker, kInstance, {id}) == 42);
}

TEST_CASE("telemetry: a push that is refused, and the answer that mends it") {
  BrokerFixture broker;
  const int32_t id = get(broker, kInstance).subscription_id;
  CHECK(push(broker, kInstance, {id + 1}) == 117);
  CHECK(get(broker, kInstance).error_code == 0);
  CHECK(get(broker, kInstance).error_code == 89);
  const auto push_later = [&](const Pushed& pushed) {
    broker.clock.advance(std::chrono::minutes(5));
    return push(broker, kInstance, pushed);
  };
  CHECK(push_later({.subscription_id = id, .compression_type = 9}) == 76);
  CHECK(push_later({.subscription_id = id, .compression_type = -1}) == 76);
  CHECK(push_later({.subscription_id = id, .compression_type = kGzip}) == 87);
  CHECK(push_later({.subscription_id = id, .metrics = std::string(1'048'577, 'x')}) == 118);
  CHECK(push_later({.subscription_id = id, .metrics = ""}) == 0);
  REQUIRE(alter(broker, kClientMetrics, "new", {{"metrics", 0, "x"}}).first == 0);
  CHECK(push_later({id}) == 117);
  CHECK(push(broker, kZeroUuid, {id}) == 42);
  CHECK(push(broker, kOneUuid, {id}) == 42);
}

TEST_CASE("telemetry: metrics in a codec, and a bomb") {
  BrokerFixture broker;
  compress::Compressor compressor;
  Buffer packed;
  Buffer bomb;
  REQUIRE(compressor.compress(compress::Codec::gzip, -1, as_bytes("abc"), packed).has_value());
  const std::string zeros(3'000'000, '\0');
  REQUIRE(compressor.compress(compress::Codec::gzip, -1, as_bytes(zeros), bomb).has_value());
  const int32_t id = get(broker, kInstance).subscription_id;
  CHECK(push(broker, kInstance, {id, false, kGzip, std::string(packed.begin(), packed.end())}) ==
        0);
  broker.clock.advance(std::chrono::minutes(5));
  CHECK(push(broker, kInstance, {id, false, kGzip, std::string(bomb.begin(), bomb.end())}) == 87);
}

}  // namespace
}  // namespace spool::broker::client_telemetry_test
