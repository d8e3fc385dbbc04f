// What a broken or malicious peer can send: always an error value, never more memory than the bytes
// justify.

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "core/protocol/codec.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/produce.h"
#include "core/protocol/records/metadata.h"
#include "tests/unit/protocol/frames.h"

namespace spool::protocol {
namespace {

template <class M>
std::string problem(BytesView bytes, int16_t version) {
  const auto message = decode<M>(bytes, version);
  if (message) return "decoded";
  CHECK(message.error().code() == ErrorCode::parse_error);
  return std::string(message.error().text());
}

using ErasedMessage = std::unique_ptr<void, void (*)(void*)>;

Status decode_any(const Schema& schema, BytesView bytes, int16_t version) {
  const ErasedMessage message(schema.create(), schema.destroy);
  return decode_message(schema, message.get(), bytes, version, nullptr);
}

TEST_CASE("hostile: a frame that is cut at any byte is an error") {
  for (const GoldenFrame& frame : golden_frames()) {
    CAPTURE(frame.name);
    CAPTURE(frame.version);
    const Schema& schema = find_message(frame.name)->schema();
    REQUIRE(decode_any(schema, frame.bytes, frame.version));
    for (size_t size = 0; size < frame.bytes.size(); ++size) {
      // A copy of exactly this size, so that the sanitizer sees a read behind it.
      const Buffer cut(frame.bytes.begin(),
                       frame.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      const Status done = decode_any(schema, cut, frame.version);
      REQUIRE(!done);
      CHECK(done.error().code() == ErrorCode::parse_error);
    }
  }
}

TEST_CASE(
    "hostile: a frame with any byte changed decodes to something that encodes, or is an error") {
  for (const GoldenFrame& frame : golden_frames()) {
    CAPTURE(frame.name);
    const Schema& schema = find_message(frame.name)->schema();
    for (size_t at = 0; at < frame.bytes.size(); ++at) {
      for (const uint8_t mask : {0x01, 0x80, 0xff}) {
        Buffer changed = frame.bytes;
        changed[at] ^= mask;
        const ErasedMessage message(schema.create(), schema.destroy);
        if (!decode_message(schema, message.get(), changed, frame.version, nullptr)) continue;
        Buffer encoded;
        const Status done = encode_message(schema, message.get(), frame.version, encoded, nullptr);
        CHECK(done.has_value());
      }
    }
  }
}

TEST_CASE("hostile: counts and lengths beyond the frame are refused before anything is reserved") {
  CHECK(problem<MetadataRequest>(from_hex("7fffffff 01"), 4) ==
        "MetadataRequest v4: Topics: a length exceeds the bytes left at byte 4");
  CHECK(problem<MetadataRequest>(from_hex("ffffffff07 01000000"), 9) ==
        "MetadataRequest v9: Topics: a length exceeds the bytes left at byte 5");
  CHECK(problem<MetadataRequest>(from_hex("00000001 7fff 74"), 4) ==
        "MetadataRequest v4: Name: a length exceeds the bytes left at byte 6");
  // int32 elements: the count fits the bytes left, four times the count does not.
  CHECK(problem<CreateTopicsRequest>(
            from_hex("00000001 0001 74 ffffffff ffff 00000001 00000000 00000004 00000001 0000"),
            2) == "CreateTopicsRequest v2: BrokerIds: a length exceeds the bytes left at byte 25");
  CHECK(problem<ProduceRequest>(
            from_hex("ffff 0000 00000000 00000001 0000 00000001 00000000 7fffffff beef"), 3) ==
        "ProduceRequest v3: Records: a length exceeds the bytes left at byte 26");
}

TEST_CASE("hostile: a tagged field larger than the frame is an error") {
  const Buffer bytes = from_hex("00000003 00000000000000000000000000000001 01 64 ffffffff0f");
  CHECK(problem<PartitionChangeRecord>(bytes, 0) ==
        "PartitionChangeRecord v0: tagged fields: a length exceeds the bytes left at byte 27");
}

TEST_CASE("hostile: a varint of more than five bytes is an error") {
  CHECK(problem<MetadataRequest>(from_hex("808080808001 00000000"), 9) ==
        "MetadataRequest v9: Topics: a varint is cut off or too long at byte 5");
  CHECK(problem<MetadataRequest>(from_hex("8080"), 9) ==
        "MetadataRequest v9: Topics: a varint is cut off or too long at byte 2");
}

TEST_CASE("hostile: an array has at most 1000000 elements, even when the bytes are there") {
  Buffer bytes = from_hex("000f4241");  // 1000001 topics, each an empty name
  bytes.resize(bytes.size() + 2 * 1'000'001);
  CHECK(problem<MetadataRequest>(bytes, 0) ==
        "MetadataRequest v0: Topics: an array has more than 1000000 elements at byte 4");
  bytes[3] = 0x40;
  CHECK(decode<MetadataRequest>(bytes, 0)->topics->size() == 1'000'000);
}

TEST_CASE("hostile: a tagged section has at most 10000 fields") {
  Buffer bytes = from_hex("00000003 00000000000000000000000000000001 914e");  // 10001
  for (int i = 0; i < 10'001; ++i) append(bytes, from_hex("6400"));
  CHECK(problem<PartitionChangeRecord>(bytes, 0) ==
        "PartitionChangeRecord v0: tagged fields: there are more than 10000 tagged fields at byte "
        "22");
  bytes[20] = 0x90;
  CHECK(decode<PartitionChangeRecord>(bytes, 0)->unknown_tags.size() == 10'000);
}

TEST_CASE("hostile: tags out of order are read, as Kafka reads them, and written in order") {
  const std::string head =
      "00000003"
      "00000000000000000000000000000001";
  const auto record = decode<PartitionChangeRecord>(from_hex(head + "03"
                                                                    "6401aa"
                                                                    "0104"
                                                                    "00000007"
                                                                    "0005"
                                                                    "0200000001"),
                                                    0);
  REQUIRE(record);
  CHECK(record->leader == 7);
  Buffer out;
  REQUIRE(encode(*record, 0, out));
  CHECK(out == from_hex(head + "03"
                               "0005"
                               "0200000001"
                               "0104"
                               "00000007"
                               "6401aa"));
}

TEST_CASE("hostile: of a tag that comes twice the last counts, and nothing of the first stays") {
  const std::string head =
      "00000003"
      "00000000000000000000000000000001";
  const auto record = decode<PartitionChangeRecord>(from_hex(head + "02"
                                                                    "0009"
                                                                    "030000000100000002"
                                                                    "0005"
                                                                    "0200000005"),
                                                    0);
  REQUIRE(record);
  CHECK(record->isr == std::vector<int32_t>{5});

  // The same with a structure: cluster id, then twice the replica state (tag 1) with unknown tags
  // in the first.
  FetchRequest request;
  request.replica_state = {.replica_id = 7, .replica_epoch = 9, .unknown_tags = {{100, {1}}}};
  Buffer bytes;
  REQUIRE(encode(request, 15, bytes));
  const Buffer state = from_hex("00000008 000000000000000a 00");
  bytes[bytes.size() - 19] = 2;  // count of tagged fields
  CHECK(bytes[bytes.size() - 18] == 1);
  append(bytes, from_hex("010d"));
  append(bytes, state);
  const auto decoded = decode<FetchRequest>(bytes, 15);
  REQUIRE(decoded);
  CHECK(decoded->replica_state.replica_id == 8);
  CHECK(decoded->replica_state.unknown_tags.empty());
}

TEST_CASE("hostile: a tag that a later version defines is not skipped in an earlier one") {
  // Directories, tag 8, exists from version 1 on. Kafka refuses it too.
  const Buffer bytes = from_hex("00000003 00000000000000000000000000000001 01 08 01 01");
  CHECK(problem<PartitionChangeRecord>(bytes, 0) ==
        "PartitionChangeRecord v0: Directories: not a field of this version at byte 23");
  CHECK(decode<PartitionChangeRecord>(bytes, 1)->directories->empty());
}

TEST_CASE("hostile: the deepest message nests far less than the interpreter allows") {
  const auto depth = [](const auto& self, const StructInfo& info) -> int {
    int deepest = 0;
    for (const Field& field : info)
      if (field.info != nullptr) deepest = std::max(deepest, self(self, *field.info));
    return deepest + 1;
  };
  int deepest = 0;
  for (const MessageEntry& entry : all_messages())
    deepest = std::max(deepest, depth(depth, *entry.schema().root));
  CHECK(deepest == 6);
  CHECK(deepest < kNestingMax);
}

}  // namespace
}  // namespace spool::protocol
