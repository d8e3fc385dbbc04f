#include "core/protocol/json.h"

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "core/protocol/codec.h"
#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/sasl_authenticate.h"
#include "core/protocol/records/metadata.h"
#include "core/protocol/records/raft.h"
#include "tests/unit/protocol/frames.h"

namespace spool::protocol {
namespace {

template <class M>
std::string problem(std::string_view json, int16_t version) {
  Arena arena;
  const auto message = from_json<M>(json, version, arena);
  return message ? "read" : std::string(message.error().text());
}

TEST_CASE("json: members stand in wire order under their names with a small first letter") {
  QuorumStateData state;
  state.leader_id = 1;
  state.leader_epoch = 3;
  state.voted_id = -1;
  CHECK(
      to_json(state, 1) ==
      R"({"leaderId":1,"leaderEpoch":3,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA"})");
}

TEST_CASE("json: what a version lacks and tagged defaults are left out, null is written") {
  PartitionChangeRecord record;
  record.partition_id = 2;
  CHECK(to_json(record, 0) == R"({"partitionId":2,"topicId":"AAAAAAAAAAAAAAAAAAAAAA"})");
  record.leader = 4;
  CHECK(to_json(record, 0) == R"({"partitionId":2,"topicId":"AAAAAAAAAAAAAAAAAAAAAA","leader":4})");
  MetadataRequest request;
  request.topics = std::nullopt;
  CHECK(to_json(request, 1) == R"({"topics":null})");
}

TEST_CASE("json: text is escaped, and what is not UTF-8 is replaced") {
  MetadataRequest request;
  request.topics.emplace().emplace_back().name = "a\"\n\x01\xc3\xa9";
  CHECK(to_json(request, 1) == "{\"topics\":[{\"name\":\"a\\\"\\n\\u0001\xc3\xa9\"}]}");
  request.topics->at(0).name = "\xff";
  CHECK(to_json(request, 1) == "{\"topics\":[{\"name\":\"\xef\xbf\xbd\"}]}");
}

TEST_CASE("json: bytes are Base64 and live in the arena") {
  Arena arena;
  const auto request = from_json<SaslAuthenticateRequest>(R"({"authBytes":"AAEC/w=="})", 0, arena);
  REQUIRE(request);
  CHECK(to_buffer(request->auth_bytes) == Buffer{0, 1, 2, 255});
  CHECK(to_json(*request, 0) == R"({"authBytes":"AAEC/w=="})");
}

TEST_CASE("json: fractions read back to the same number, and the three that JSON lacks are text") {
  AlterClientQuotasRequest request;
  auto& entry = request.entries.emplace_back();
  entry.ops = {{.key = "a", .value = 0.1},
               {.key = "b", .value = 1e300},
               {.key = "c", .value = 5},
               {.key = "d", .value = -std::numeric_limits<double>::infinity()}};
  const auto text = to_json(request, 0);
  REQUIRE(text);
  CHECK(*text ==
        R"({"entries":[{"entity":[],"ops":[{"key":"a","value":0.1,"remove":false},)"
        R"({"key":"b","value":1e+300,"remove":false},{"key":"c","value":5.0,"remove":false},)"
        R"({"key":"d","value":"-Infinity","remove":false}]}],"validateOnly":false})");
  Arena arena;
  const auto again = from_json<AlterClientQuotasRequest>(*text, 0, arena);
  REQUIRE(again);
  CHECK(again->entries[0].ops[0].value == 0.1);
  CHECK(again->entries[0].ops[3].value == -std::numeric_limits<double>::infinity());
}

TEST_CASE("json: what cannot be read is an error that names the member") {
  CHECK(problem<MetadataRequest>("{", 1) == "MetadataRequest: not JSON");
  CHECK(problem<MetadataRequest>("[]", 1) ==
        "MetadataRequest v1: the message: should be an object");
  CHECK(problem<MetadataRequest>("{}", 1) == "MetadataRequest v1: Topics: is missing");
  CHECK(problem<MetadataRequest>(R"({"topics":null})", 0) ==
        "MetadataRequest v0: Topics: may not be null");
  CHECK(problem<MetadataRequest>(R"({"topics":[null]})", 1) ==
        "MetadataRequest v1: Topics: has a null element");
  CHECK(problem<MetadataRequest>(R"({"topics":[{"name":1}]})", 1) ==
        "MetadataRequest v1: Name: should be text");
  CHECK(problem<MetadataRequest>(R"({"topics":[],"allowAutoTopicCreation":1})", 4) ==
        "MetadataRequest v4: AllowAutoTopicCreation: should be true or false");
  CHECK(problem<QuorumStateData>(R"({"leaderId":2147483648})", 1) ==
        "QuorumStateData v1: LeaderId: is out of range");
  CHECK(problem<QuorumStateData>(R"({"leaderId":1.5})", 1) ==
        "QuorumStateData v1: LeaderId: should be a whole number");
  CHECK(problem<SaslAuthenticateRequest>(R"({"authBytes":"***"})", 0) ==
        "SaslAuthenticateRequest v0: AuthBytes: should be Base64 text");
  CHECK(problem<PartitionChangeRecord>(R"({"partitionId":1,"topicId":"x"})", 0) ==
        "PartitionChangeRecord v0: TopicId: should be a uuid of 22 characters");
  CHECK(problem<MetadataRequest>(R"({"topics":[]})", 99) == "MetadataRequest has no version 99");
}

TEST_CASE("json: a hundred thousand open brackets are an error, not a crash") {
  CHECK(problem<MetadataRequest>(std::string(100'000, '['), 1) == "MetadataRequest: not JSON");
}

TEST_CASE("json: members that the version does not have are ignored") {
  CHECK(problem<MetadataRequest>(R"({"topics":[],"allowAutoTopicCreation":true,"other":{}})", 1) ==
        "read");
}

TEST_CASE("json: a value that the version cannot carry is an error") {
  FetchRequest request;
  request.topics.emplace_back().partitions.emplace_back().last_fetched_epoch = 5;
  const auto text = to_json(request, 11);
  REQUIRE(!text);
  CHECK(text.error().code() == ErrorCode::unsupported_version);
}

TEST_CASE("json: frames made by Kafka give its JSON, and their JSON its bytes") {
  for (const GoldenFrame& frame : golden_frames()) {
    CAPTURE(frame.name);
    CAPTURE(frame.version);
    CAPTURE(frame.variant);
    const Schema& schema = find_message(frame.name)->schema();
    const std::unique_ptr<void, void (*)(void*)> message(schema.create(), schema.destroy);
    REQUIRE(decode_message(schema, message.get(), frame.bytes, frame.version, nullptr));
    Buffer encoded;
    REQUIRE(encode_message(schema, message.get(), frame.version, encoded, nullptr));
    CHECK(encoded == frame.bytes);
    std::string text;
    REQUIRE(message_to_json(schema, message.get(), frame.version, text));
    CHECK(nlohmann::json::parse(text) == nlohmann::json::parse(frame.json));
    if (frame.variant == "unknownTags") continue;  // JSON has no place for them

    Arena arena;
    const std::unique_ptr<void, void (*)(void*)> again(schema.create(), schema.destroy);
    REQUIRE(message_from_json(schema, again.get(), frame.json, frame.version, arena));
    Buffer from_json_bytes;
    REQUIRE(encode_message(schema, again.get(), frame.version, from_json_bytes, nullptr));
    CHECK(from_json_bytes == frame.bytes);
  }
}

}  // namespace
}  // namespace spool::protocol
