#include <cmath>

#include "broker/handlers/client_quotas.h"

#include <algorithm>


#include "core/protocol/messages/create_partitions.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::client_quotas_test {
namespace {

using AlterRequest = protocol::AlterClientQuotasRequest;
using AlterResponse = protocol::AlterClientQuotasResponse;
using DescribeRequest = protocol::DescribeClientQuotasRequest;
using DescribeResponse = protocol::DescribeClientQuotasResponse;
using Name = std::optional<std::string>;
using Entity = std::vector<std::pair<std::string, Name>>;
using Answer = std::pair<int, std::optional<std::string>>;

struct Limit {
  std::string key;
  double value = 0;
  bool remove = false;
};

void add(AlterRequest& request, const Entity& entity, const std::vector<Limit>& limits) {
  auto& entry = request.entries.emplace_back();
  for (const auto& [type, name] : entity) entry.entity.push_back({type, name, {}});
  for (const Limit& limit : limits) entry.ops.push_back({limit.key, limit.value, limit.remove, {}});
}

Answer alter(BrokerFixture& broker, const Entity& entity, const std::vector<Limit>& limits,
             bool validate_only = false) {
  AlterRequest request;
  request.validate_only = validate_only;
  add(request, entity, limits);
  const auto answer = broker.call<AlterResponse>(request, 1);
  REQUIRE(answer.entries.size() == 1);
  return {answer.entries[0].error_code, answer.entries[0].error_message};
}

/// "type=name,...: key=value,..." an entity, sorted as answered.
std::vector<std::string> listed(const DescribeResponse& answer) {
  std::vector<std::string> lines;
  REQUIRE(answer.entries.has_value());
  for (const auto& entry : *answer.entries) {
    std::string line;
    for (const auto& part : entry.entity)
      append_text(line, part.entity_type, '=', part.entity_name.value_or("<default>"), ' ');
    for (const auto& value : entry.values)
      append_text(line, value.key, '=', static_cast<int64_t>(value.value), ' ');
    line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

DescribeRequest filter(const std::vector<std::tuple<std::string, int8_t, Name>>& components,
                       bool strict = false) {
  DescribeRequest request;
  request.strict = strict;
  for (const auto& [type, match_type, match] : components)
    request.components.push_back({type, match_type, match, {}});
  return request;
}

const Answer kDone{0, std::nullopt};
const Entity kClientA{{"client-id", "a"}};

TEST_CASE("client quotas: what is set is described, by type and name") {
  BrokerFixture broker;
  CHECK(alter(broker, kClientA, {{"producer_byte_rate", 1000}}) == kDone);
  CHECK(alter(broker, {{"client-id", std::nullopt}}, {{"consumer_byte_rate", 2000}}) == kDone);
  CHECK(alter(broker, {{"user", "bob"}, {"client-id", "a"}}, {{"producer_byte_rate", 3000}}) ==
        kDone);
  CHECK(alter(broker, {{"ip", "127.0.0.9"}}, {{"connection_creation_rate", 5}}) == kDone);
  const std::string client = "client-id=a producer_byte_rate=1000";
  const std::string all_clients = "client-id=<default> consumer_byte_rate=2000";
  const std::string both = "client-id=a user=bob producer_byte_rate=3000";
  const auto ask = [&](const DescribeRequest& request) {
    auto lines = listed(broker.call<DescribeResponse>(request, 1));
    std::ranges::sort(lines);
    return lines;
  };
  CHECK(ask(filter({})) == std::vector<std::string>{all_clients, client, both,
                                                    "ip=127.0.0.9 connection_creation_rate=5"});
  CHECK(ask(filter({}, true)).empty());
  CHECK(ask(filter({{"client-id", 0, "a"}})) == std::vector<std::string>{client, both});
  CHECK(ask(filter({{"client-id", 0, "a"}}, true)) == std::vector<std::string>{client});
  CHECK(ask(filter({{"client-id", 1, {}}}, true)) == std::vector<std::string>{all_clients});
  CHECK(ask(filter({{"client-id", 2, {}}})) == std::vector<std::string>{all_clients, client, both});
  CHECK(ask(filter({{"user", 2, {}}, {"client-id", 2, {}}}, true)) ==
        std::vector<std::string>{both});
  CHECK(alter(broker, kClientA, {{"producer_byte_rate", 0, true}}) == kDone);
  CHECK(ask(filter({{"client-id", 0, "a"}}, true)).empty());
}

TEST_CASE("client quotas: a filter that is none") {
  BrokerFixture broker;
  const auto refusal = [&](const DescribeRequest& request) {
    const auto answer = broker.call<DescribeResponse>(request, 0);
    CHECK(!answer.entries);
    return Answer{answer.error_code, answer.error_message};
  };
  CHECK(refusal(filter({{"client-id", 2, {}}, {"client-id", 0, "a"}})) ==
        Answer{42, "Entity type client-id cannot appear more than once in the filter."});
  CHECK(refusal(filter({{"bogus", 2, {}}})) == Answer{35, "Unsupported entity type bogus"});
  CHECK(refusal(filter({{"bogus", 7, "x"}})).first == 35);  // the type is looked at first
  CHECK(refusal(filter({{"", 2, {}}})) == Answer{42, "Invalid empty entity type."});
  CHECK(refusal(filter({{"user", 7, {}}})) == Answer{42, "Unknown match type 7"});
  CHECK(refusal(filter({{"user", 0, {}}})) ==
        Answer{42, "Request specified MATCH_TYPE_EXACT, but set match string to null."});
  CHECK(refusal(filter({{"user", 2, "x"}})) ==
        Answer{42, "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string."});
  CHECK(refusal(filter({{"ip", 2, {}}, {"user", 2, {}}})).first == 42);
}

TEST_CASE("client quotas: entities and values that cannot be are 42") {
  BrokerFixture broker;
  const auto refusal = [&](const Entity& entity, const std::vector<Limit>& limits) {
    const Answer answer = alter(broker, entity, limits);
    CHECK(answer.first == 42);
    return answer.second.value_or("");
  };
  const std::vector<Limit> fine{{"producer_byte_rate", 5}};
  CHECK(refusal(kClientA, {{"producer_byte_rate", 0}}) ==
        "Quota producer_byte_rate must be greater than 0");
  CHECK(refusal(kClientA, {{"request_percentage", -3}}) ==
        "Quota request_percentage must be greater than 0");
  CHECK(refusal(kClientA, {{"producer_byte_rate", 1.5}}) ==
        "producer_byte_rate cannot be a fractional value.");
  CHECK(refusal(kClientA, {{"producer_byte_rate", 1e30}}) ==
        "Proposed value for producer_byte_rate is too large for a LONG.");
  for (const double value : {HUGE_VAL, -HUGE_VAL, std::nan("")})
    for (const char* key : {"producer_byte_rate", "request_percentage"})
      CHECK(refusal(kClientA, {{key, value}}) == concat("Quota ", key, " must be a finite number"));
  CHECK(refusal(kClientA, {{"bogus", 5}}) == "Invalid configuration key bogus");
  CHECK(refusal(kClientA, {{"connection_creation_rate", 5}}) ==
        "Invalid configuration key connection_creation_rate");
  CHECK(refusal({{"ip", "1.2.3.4"}}, fine) == "Invalid configuration key producer_byte_rate");
  CHECK(refusal({{"ip", "not an ip"}}, {{"connection_creation_rate", 5}}) ==
        "not an ip is not a valid IP or resolvable host.");
  CHECK(refusal({{"ip", "1.2.3.4"}, {"user", "x"}}, fine) ==
        "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
  CHECK(refusal({{"bogus", "x"}}, fine) == "Unhandled client quota entity type: bogus");
  CHECK(refusal({}, fine) == "Invalid empty client quota entity");
  CHECK(refusal({{"user", ""}}, fine) == "Empty user not supported");
  CHECK(refusal({{"user", "x"}}, {{"producer_byte_rate", 5}, {"producer_byte_rate", 6}}) ==
        "Ignoring duplicate entity ClientQuotaEntity(entries={user=x})");
  CHECK(listed(broker.call<DescribeResponse>(filter({}), 1)).empty());
  CHECK(alter(broker, kClientA, {{"request_percentage", 0.5}}) == kDone);
  CHECK(alter(broker, kClientA, {{"producer_byte_rate", 2000.0000001}}, true) == kDone);
  CHECK(alter(broker, kClientA, {{"bogus", 5, true}}) == kDone);
}

TEST_CASE("client quotas: an entity named twice has one entry, 42, and keeps what it has") {
  BrokerFixture broker;
  AlterRequest request;
  add(request, {{"user", "x"}}, {{"producer_byte_rate", 5}});
  add(request, {{"user", "y"}}, {{"producer_byte_rate", 7}});
  add(request, {{"user", "x"}}, {{"consumer_byte_rate", 6}});
  const auto answer = broker.call<AlterResponse>(request, 0);
  REQUIRE(answer.entries.size() == 2);
  CHECK(answer.entries[0].error_code == 42);
  CHECK(answer.entries[1].error_code == 0);
  CHECK(listed(broker.call<DescribeResponse>(filter({}), 1)) ==
        std::vector<std::string>{"user=y producer_byte_rate=7"});
}

int32_t produce_throttle_ms(BrokerFixture& broker, size_t bytes) {
  const Buffer batch = batch_of(std::string(bytes, 'x'));
  const auto answer = broker.call<protocol::ProduceResponse>(produce_request("t", 0, batch), 12);
  CHECK(answer.responses[0].partition_responses[0].error_code == 0);
  return answer.throttle_time_ms;
}

TEST_CASE("client quotas: over its rate a producer is told to wait, and its records are kept") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(produce_throttle_ms(broker, 100'000) == 0);
  // "test" is the client id of the fixture; the whole user has a limit that is never reached.
  CHECK(alter(broker, {{"client-id", "test"}}, {{"producer_byte_rate", 1000}}) == kDone);
  CHECK(produce_throttle_ms(broker, 5'000) == 0);
  broker.clock.jump(std::chrono::days(365));  // no time passes: what was sent still counts
  const int32_t throttle_ms = produce_throttle_ms(broker, 15'000);
  CHECK(throttle_ms > 9'000);
  CHECK(throttle_ms < 13'000);
  CHECK(alter(broker, {{"user", "ANONYMOUS"}}, {{"producer_byte_rate", 1'000'000'000}}) == kDone);
  CHECK(produce_throttle_ms(broker, 15'000) == 0);
  CHECK(lines_from(broker, "t", 0, 3).size() == 1);
}

TEST_CASE("client quotas: a connection over its rate is not read for that long, others are") {
  BrokerFixture broker("listeners=PLAINTEXT://127.0.0.1:0", Broker::Access::serve);
  create_topic(broker, "t");
  CHECK(alter(broker, {{"client-id", "test"}}, {{"producer_byte_rate", 1000}}) == kDone);
  auto producer = broker.dial();
  auto other = broker.dial();
  const Buffer batch = batch_of(std::string(20'000, 'x'));
  const auto answer = producer.call<protocol::ProduceResponse>(produce_request("t", 0, batch), 12);
  CHECK(answer.responses[0].partition_responses[0].error_code == 0);
  CHECK(answer.throttle_time_ms > 9'000);
  const auto small = fetch_request("t", 0, 0, 1);
  REQUIRE(producer.send(frame_of(small, 12)));
  CHECK(other.call<protocol::FetchResponse>(small, 12).error_code == 0);
  CHECK(!producer.has_answer_within(50));
}

TEST_CASE("client quotas: over its rate a consumer is told to wait") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(produce_throttle_ms(broker, 20'000) == 0);
  CHECK(alter(broker, {{"client-id", "test"}}, {{"consumer_byte_rate", 1000}}) == kDone);
  const auto answer = broker.call<protocol::FetchResponse>(fetch_request("t", 0, 0), 12);
  CHECK(answer.throttle_time_ms > 9'000);
  CHECK(answer.throttle_time_ms < 13'000);
}

TEST_CASE("client quotas: partitions beyond the mutation rate are 89, in older versions a wait") {
  BrokerFixture broker;
  CHECK(alter(broker, {{"client-id", "test"}}, {{"controller_mutation_rate", 1}}) == kDone);
  create_topic(broker, "t", 20);  // eleven seconds' worth were left, so this one passes
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "u";
  topic.num_partitions = 1;
  topic.replication_factor = 1;
  const auto strict = broker.call<protocol::CreateTopicsResponse>(request, 6);
  CHECK(strict.topics[0].error_code == 89);
  CHECK(strict.topics[0].error_message == "The throttling quota has been exceeded.");
  CHECK(strict.throttle_time_ms > 5'000);
  CHECK(strict.throttle_time_ms <= 9'000);
  protocol::CreatePartitionsRequest grow;
  grow.topics.push_back({"t", 21, std::nullopt, {}});
  CHECK(broker.call<protocol::CreatePartitionsResponse>(grow, 3).results[0].error_code == 89);
  protocol::DeleteTopicsRequest drop;
  drop.topics.push_back({"t", {}, {}});
  CHECK(broker.call<protocol::DeleteTopicsResponse>(drop, 6).responses[0].error_code == 89);
  const auto permissive = broker.call<protocol::CreateTopicsResponse>(request, 5);
  CHECK(permissive.topics[0].error_code == 0);
  CHECK(permissive.throttle_time_ms > 5'000);
}

}  // namespace
}  // namespace spool::broker::client_quotas_test
