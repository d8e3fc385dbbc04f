#include "core/protocol/codec.h"

#include <doctest/doctest.h>

#include "core/base/text.h"
#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/header.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/produce.h"
#include "core/protocol/records/group.h"
#include "core/protocol/records/metadata.h"
#include "tests/unit/protocol/frames.h"

namespace spool::protocol {
namespace {

template <class M>
std::string encoded_hex(const M& message, int16_t version) {
  Buffer out;
  const Status done = encode(message, version, out);
  if (!done) return std::string(done.error().text());
  CHECK(encoded_size(message, version) == out.size());
  return hex(as_text(out));
}

template <class M>
std::string decode_error(std::string_view hex_text, int16_t version) {
  const Buffer bytes = from_hex(hex_text);
  const auto message = decode<M>(bytes, version);
  return message ? "decoded" : std::string(message.error().text());
}

TEST_CASE("codec: the request header keeps a classic client id in its flexible version") {
  const Buffer bytes = from_hex("00120003 00000001 0007 72646b61666b61 00");
  size_t consumed = 0;
  const auto header = decode<RequestHeader>(bytes, 2, &consumed);
  REQUIRE(header);
  CHECK(header->request_api_key == 18);
  CHECK(header->request_api_version == 3);
  CHECK(header->correlation_id == 1);
  CHECK(header->client_id == "rdkafka");
  CHECK(consumed == 18);
  CHECK(encoded_hex(*header, 2) ==
        "00120003000000010007"
        "72646b61666b61"
        "00");
  CHECK(encoded_hex(*header, 1) ==
        "00120003000000010007"
        "72646b61666b61");
}

TEST_CASE("codec: a null client id is length -1 in both header versions") {
  RequestHeader header{.request_api_key = 3,
                       .request_api_version = 9,
                       .correlation_id = -2,
                       .client_id = std::nullopt};
  CHECK(encoded_hex(header, 1) == "00030009fffffffeffff");
  CHECK(encoded_hex(header, 2) == "00030009fffffffeffff00");
}

TEST_CASE("codec: null, empty and present arrays are three things, classic and compact") {
  MetadataRequest request;
  request.allow_auto_topic_creation = true;
  request.topics = std::nullopt;
  CHECK(encoded_hex(request, 4) == "ffffffff01");
  CHECK(encoded_hex(request, 9) == "0001000000");
  request.topics.emplace();
  CHECK(encoded_hex(request, 4) == "0000000001");
  CHECK(encoded_hex(request, 9) == "0101000000");
  request.topics->emplace_back().name = "t";
  CHECK(encoded_hex(request, 4) == "0000000100017401");
  CHECK(encoded_hex(request, 9) == "0202740001000000");

  CHECK(decode<MetadataRequest>(from_hex("ffffffff01"), 4)->topics == std::nullopt);
  CHECK(decode<MetadataRequest>(from_hex("0000000001"), 4)->topics->empty());
  CHECK(decode<MetadataRequest>(from_hex("0202740001000000"), 9)->topics->at(0).name == "t");
}

TEST_CASE("codec: any negative count is null where null is allowed, and an error elsewhere") {
  CHECK(decode<MetadataRequest>(from_hex("80000000 01"), 4)->topics == std::nullopt);
  CHECK(decode_error<MetadataRequest>("ffffffff", 0) ==
        "MetadataRequest v0: Topics: null where it may not be at byte 4");
}

TEST_CASE(
    "codec: tagged fields are written ascending by tag and only when they differ from their "
    "default") {
  PartitionChangeRecord record;
  record.partition_id = 3;
  record.topic_id = kOneUuid;
  const std::string head =
      "00000003"
      "00000000000000000000000000000001";
  CHECK(encoded_hex(record, 0) == head + "00");
  record.leader = 1;
  record.isr = std::vector<int32_t>{1};
  CHECK(encoded_hex(record, 0) == head +
                                      "02"
                                      "0005"
                                      "0200000001"
                                      "0104"
                                      "00000001");
  // Directories (tag 8) stand before tags 6 and 7 in the table.
  record.directories = std::vector<Uuid>{};
  record.eligible_leader_replicas = std::vector<int32_t>{};
  CHECK(encoded_hex(record, 2) == head +
                                      "04"
                                      "0005"
                                      "0200000001"
                                      "0104"
                                      "00000001"
                                      "0601"
                                      "01"
                                      "0801"
                                      "01");
}

TEST_CASE(
    "codec: tagged fields that are absent have their defaults, also those that are not zero") {
  const auto record =
      decode<PartitionChangeRecord>(from_hex("00000003 00000000000000000000000000000001 00"), 0);
  REQUIRE(record);
  CHECK(record->leader == -2);
  CHECK(record->leader_recovery_state == -1);
  CHECK(record->isr == std::nullopt);
}

TEST_CASE("codec: unknown tagged fields are kept and written back between the known ones") {
  const std::string bytes =
      "00000003"
      "00000000000000000000000000000001"
      "03"
      "0104"
      "00000001"
      "0502"
      "abcd"
      "904e00";
  // Tag 5 is known with one byte; 0x0502 would be two: the size is checked.
  CHECK(decode_error<PartitionChangeRecord>(bytes, 0) ==
        "PartitionChangeRecord v0: LeaderRecoveryState: a tagged field is shorter than its size "
        "says at byte 30");

  const std::string good =
      "00000003"
      "00000000000000000000000000000001"
      "03"
      "0104"
      "00000001"
      "6402"
      "abcd"
      "904e00";
  const auto record = decode<PartitionChangeRecord>(from_hex(good), 0);
  REQUIRE(record);
  REQUIRE(record->unknown_tags.size() == 2);
  CHECK(record->unknown_tags[0] == UnknownTag{100, {0xab, 0xcd}});
  CHECK(record->unknown_tags[1] == UnknownTag{10000, {}});
  CHECK(encoded_hex(*record, 0) == good);
}

TEST_CASE("codec: a version without tagged fields refuses unknown ones") {
  FetchRequest request;
  request.unknown_tags.push_back({100, {}});
  CHECK(encoded_hex(request, 11) ==
        "FetchRequest v11: tagged fields: this version has no tagged fields");
}

TEST_CASE(
    "codec: a structure that may be null is announced by int8, in the tagged section by a "
    "uvarint") {
  ConsumerGroupHeartbeatResponse response;
  CHECK(encoded_hex(response, 0) ==
        "00000000"
        "0000"
        "00"
        "00"
        "00000000"
        "00000000"
        "ff"
        "00");
  response.assignment = ConsumerGroupHeartbeatResponse::Assignment{};
  CHECK(encoded_hex(response, 0) ==
        "00000000"
        "0000"
        "00"
        "00"
        "00000000"
        "00000000"
        "01"
        "01"
        "00"
        "00");

  const std::string head =
      "01"
      "01"
      "01"
      "01"
      "01"
      "01"
      "ffffffff"
      "01";
  ConsumerGroupMemberMetadataValue
      value;  // the default of the tagged structure is an empty one, not null
  CHECK(encoded_hex(value, 0) == head + "00");
  value.classic_member_metadata = std::nullopt;
  CHECK(encoded_hex(value, 0) == head +
                                     "01"
                                     "0001"
                                     "00");
  value.classic_member_metadata =
      ConsumerGroupMemberMetadataValue::ClassicMemberMetadata{.session_timeout_ms = 5};
  CHECK(encoded_hex(value, 0) == head +
                                     "01"
                                     "0007"
                                     "01"
                                     "00000005"
                                     "01"
                                     "00");
  CHECK(decode<ConsumerGroupMemberMetadataValue>(from_hex(head + "01000100"), 0)
            ->classic_member_metadata == std::nullopt);
}

TEST_CASE("codec: a value that a version lacks is dropped where ignorable, and refused elsewhere") {
  FetchRequest request;
  request.rack_id = "here";  // since version 11, ignorable
  CHECK(encoded_hex(request, 4).starts_with("ffffffff"));
  auto& partition = request.topics.emplace_back().partitions.emplace_back();
  partition.last_fetched_epoch = 5;  // since version 12, not ignorable
  CHECK(encoded_hex(request, 11) ==
        "FetchRequest v11: LastFetchedEpoch: has a value that this version cannot carry");
  CHECK(encode(request, 12, *std::make_unique<Buffer>()).has_value());
}

TEST_CASE("codec: null where a version allows none is an error, and leaves the output as it was") {
  MetadataRequest request;
  request.topics = std::nullopt;
  Buffer out{1, 2, 3};
  const Status done = encode(request, 0, out);
  REQUIRE(!done);
  CHECK(done.error().code() == ErrorCode::invalid_argument);
  CHECK(done.error().text() == "MetadataRequest v0: Topics: null where it may not be");
  CHECK(out == Buffer{1, 2, 3});
}

TEST_CASE("codec: a string has at most 32767 bytes, also where its length is compact") {
  MetadataRequest request;
  request.topics.emplace().emplace_back().name = std::string(32768, 'x');
  CHECK(encoded_hex(request, 9) == "MetadataRequest v9: Name: too long");
  request.topics->at(0).name = std::string(32767, 'x');
  Buffer out;
  CHECK(encode(request, 9, out).has_value());
  CHECK(decode<MetadataRequest>(out, 9)->topics->at(0).name->size() == 32767);
}

TEST_CASE("codec: an error message that is too long is cut between two characters") {
  FindCoordinatorResponse response;
  response.error_message = std::string(32766, 'x') + "\u00e9" + "more";
  for (const int16_t version : {int16_t{1}, int16_t{3}}) {
    Buffer out;
    REQUIRE(encode(response, version, out));
    CHECK(out.size() == encoded_size(response, version));
    CHECK(decode<FindCoordinatorResponse>(out, version)->error_message == std::string(32766, 'x'));
  }
}

TEST_CASE("codec: external record bytes are counted in the length and reported as a splice") {
  FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic = "t";
  const uint8_t inline_bytes[] = {0xaa, 0xbb};
  topic.partitions.push_back(
      {.partition_index = 0,
       .records = {.bytes = inline_bytes, .is_null = false, .external_bytes = 256}});
  topic.partitions.push_back({.partition_index = 1, .records = {.bytes = {}, .is_null = false}});

  Buffer out(10);
  std::vector<Splice> splices;
  REQUIRE(encode(response, 4, out, &splices));
  // 10 before, 4 throttle, 4 topics, 3 name, 4 partitions, then of the first: 4 + 2 + 8 + 8 + 4 (no
  // aborted transactions), 4 length, 2 inline.
  REQUIRE(splices.size() == 1);
  CHECK(splices[0].at == 10 + 4 + 4 + 3 + 4 + 26 + 4 + 2);
  CHECK(splices[0].external_bytes == 256);
  CHECK(load_be<int32_t>(&out[splices[0].at - 6]) == 258);
  CHECK(encoded_size(response, 4) == out.size() - 10);

  Buffer whole(out.begin() + 10, out.begin() + static_cast<std::ptrdiff_t>(splices[0].at));
  whole.resize(whole.size() + 256);
  append(whole, BytesView(out).subspan(splices[0].at));
  const auto decoded = decode<FetchResponse>(whole, 4);
  REQUIRE(decoded);
  CHECK(decoded->responses[0].partitions[0].records.bytes.size() == 258);
  CHECK(!decoded->responses[0].partitions[1].records.is_null);
  CHECK(decoded->responses[0].partitions[1].records.bytes.empty());

  Buffer refused;
  CHECK(!encode(response, 4, refused));
  CHECK(refused.empty());
}

TEST_CASE("codec: null records differ from no records") {
  ProduceRequest request;
  request.topic_data.emplace_back().partition_data.emplace_back();
  const std::string head =
      "ffff"
      "0000"
      "00000000"
      "00000001"
      "0000"
      "00000001"
      "00000000";
  CHECK(encoded_hex(request, 3) == head + "ffffffff");
  request.topic_data[0].partition_data[0].records.is_null = false;
  CHECK(encoded_hex(request, 3) == head + "00000000");
}

TEST_CASE("codec: decoded bytes borrow from the frame") {
  const Buffer frame = from_hex("ffff 0000 00000000 00000001 0000 00000001 00000000 00000002 beef");
  const auto request = decode<ProduceRequest>(frame, 3);
  REQUIRE(request);
  CHECK(request->topic_data[0].partition_data[0].records.bytes.data() ==
        frame.data() + frame.size() - 2);
}

TEST_CASE("codec: bytes left over are the caller's business") {
  size_t consumed = 0;
  REQUIRE(decode<MetadataRequest>(from_hex("ffffffff 01 deadbeef"), 4, &consumed));
  CHECK(consumed == 5);
}

TEST_CASE("codec: versions that do not exist are refused both ways") {
  for (const int16_t version : {-1, 3, 19, 32767}) {
    Buffer out;
    const Status encoded = encode(FetchRequest{}, version, out);
    REQUIRE(!encoded);
    CHECK(encoded.error().code() == ErrorCode::unsupported_version);
    CHECK(decode<FetchRequest>({}, version).error().code() == ErrorCode::unsupported_version);
    CHECK(encoded_size(FetchRequest{}, version) == 0);
  }
}

}  // namespace
}  // namespace spool::protocol
