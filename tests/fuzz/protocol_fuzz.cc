// The body of any message in any version: bytes 0 and 1 choose the message, byte 2 the version.
// Properties: no crash; what decodes encodes, in as many bytes as counted, to bytes that decode and
// encode to themselves; it has JSON, and the JSON can be read.

#include <memory>

#include "core/protocol/codec.h"
#include "core/protocol/json.h"
#include "core/protocol/registry.h"
#include "tests/fuzz/require.h"

using namespace spool;
using namespace spool::protocol;

namespace {

using Message = std::unique_ptr<void, void (*)(void*)>;

Message make(const Schema& schema) { return {schema.create(), schema.destroy}; }

Buffer encoded(const Schema& schema, const Message& message, int16_t version) {
  Buffer out;
  REQUIRE(encode_message(schema, message.get(), version, out, nullptr).has_value());
  REQUIRE(encoded_size_of(schema, message.get(), version).value_or(0) == out.size());
  return out;
}

void check(const Schema& schema, int16_t version, BytesView body) {
  const Message message = make(schema);
  size_t consumed = 0;
  if (!decode_message(schema, message.get(), body, version, &consumed)) return;
  REQUIRE(consumed <= body.size());
  const Buffer bytes = encoded(schema, message, version);

  const Message again = make(schema);
  REQUIRE(decode_message(schema, again.get(), bytes, version, &consumed).has_value());
  REQUIRE(consumed == bytes.size());
  REQUIRE(encoded(schema, again, version) == bytes);

  std::string json;
  REQUIRE(message_to_json(schema, message.get(), version, json).has_value());
  Arena arena;
  const Message from_json = make(schema);
  REQUIRE(message_from_json(schema, from_json.get(), json, version, arena).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const auto messages = all_messages();
  const Schema& schema = messages[load_be<uint16_t>(data) % messages.size()].schema();
  const Versions versions = schema.message->versions;
  const int count = versions.max - versions.min + 1;
  check(schema, static_cast<int16_t>(versions.min + data[2] % count),
        BytesView(data + 3, size - 3));
  return 0;
}
