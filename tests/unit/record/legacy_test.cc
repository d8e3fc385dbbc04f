#include "core/record/legacy.h"

#include <doctest/doctest.h>

#include "core/base/crc.h"
#include "core/record/entry.h"
#include "core/record/record_reader.h"
#include "tests/unit/record/support.h"

using namespace spool;
using namespace spool::record;

namespace {

Buffer message(int8_t magic, int64_t offset, int8_t attributes, int64_t timestamp,
               std::optional<BytesView> key, std::optional<BytesView> value) {
  Buffer out(18);
  store_be(out.data(), offset);
  out[16] = static_cast<uint8_t>(magic);
  out[17] = static_cast<uint8_t>(attributes);
  if (magic == 1) append_be(out, timestamp);
  for (const auto& field : {key, value}) {
    append_be<int32_t>(out, field ? static_cast<int32_t>(field->size()) : -1);
    if (field) append(out, *field);
  }
  store_be(out.data() + 8, static_cast<int32_t>(out.size() - 12));
  store_be(out.data() + 12, crc32(BytesView(out).subspan(16)));
  return out;
}

Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const Buffer& part : parts) append(out, part);
  return out;
}

Buffer wrapper(int8_t magic, int64_t offset, int8_t attributes, int64_t timestamp,
               BytesView inner) {
  const auto value =
      compress::compress(static_cast<Codec>(attributes & 7), compress::kDefaultLevel, inner);
  REQUIRE(value);
  return message(magic, offset, attributes, timestamp, std::nullopt, *value);
}

std::string read(BytesView bytes, size_t bytes_max = 10000) {
  RecordReader reader(bytes_max);
  std::string out;
  const Status status = reader.for_each(EntryView(bytes), [&](const RecordView& record) {
    append_text(out, record.offset.value, '@', record.timestamp_ms, '=', shown(record.key), ':',
                shown(record.value), ' ');
  });
  return status ? out : std::string(error_name(status.error().code()));
}

}  // namespace

TEST_CASE("legacy: vectors of storage-format 10.1") {
  CHECK(hex_of(message(0, 0, 0, 0, as_bytes("k"), as_bytes("v"))) == hex_of(unhex(kLegacyV0)));
  CHECK(hex_of(message(1, 0, 0, kTime, as_bytes("k"), as_bytes("v"))) == hex_of(unhex(kLegacyV1)));
  CHECK(read(unhex(kLegacyV0)) == "0@-1=k:v ");
  CHECK(read(unhex(kLegacyV1)) == "0@1700000000000=k:v ");
}

TEST_CASE("legacy: wrapper of magic 0 has absolute inner offsets") {
  const Buffer inner = joined({message(0, 7, 0, 0, std::nullopt, as_bytes("a")),
                               message(0, 9, 0, 0, as_bytes("k"), std::nullopt)});
  CHECK(read(wrapper(0, 9, 1, 0, inner)) == "7@-1=null:a 9@-1=k:null ");
  CHECK(read(wrapper(0, 9, 2, 0, inner)) == "7@-1=null:a 9@-1=k:null ");
}

TEST_CASE("legacy: wrapper of magic 1 has relative inner offsets") {
  const Buffer inner = joined({message(1, 0, 0, 50, std::nullopt, as_bytes("a")),
                               message(1, 1, 0, 60, std::nullopt, as_bytes("b"))});
  CHECK(read(wrapper(1, 100, 1, 60, inner)) == "99@50=null:a 100@60=null:b ");
  CHECK(read(wrapper(1, 100, 3, 60, inner)) == "99@50=null:a 100@60=null:b ");
  CHECK(read(wrapper(1, 0, 1, 60, inner)) == "0@50=null:a 1@60=null:b ");  // sent by some producers
  CHECK(read(wrapper(1, 100, 1 | 8, 99, inner)) == "99@99=null:a 100@99=null:b ");  // LogAppendTime
  const Buffer gap = joined({message(1, 3, 0, 50, std::nullopt, as_bytes("a")),
                             message(1, 5, 0, 60, std::nullopt, as_bytes("b"))});
  CHECK(read(wrapper(1, 100, 1, 60, gap)) == "98@50=null:a 100@60=null:b ");
  CHECK(read(wrapper(1, 4, 1, 60, gap)) == "INVALID_RECORD");
}

TEST_CASE("legacy: inner magic may differ in very old files") {
  const Buffer inner = joined({message(0, 0, 0, 0, std::nullopt, as_bytes("a")),
                               message(1, 1, 0, 60, std::nullopt, as_bytes("b"))});
  CHECK(read(wrapper(1, 1, 1, 60, inner)) == "0@-1=null:a 1@60=null:b ");
}

TEST_CASE("legacy: broken wrappers") {
  const Buffer plain = message(1, 0, 0, 50, std::nullopt, as_bytes("a"));
  CHECK(read(wrapper(1, 0, 1, 0, {})) == "INVALID_RECORD");                          // empty
  CHECK(read(message(1, 0, 1, 0, std::nullopt, std::nullopt)) == "INVALID_RECORD");  // null value
  CHECK(read(wrapper(1, 0, 1, 0, wrapper(1, 0, 1, 0, plain))) ==
        "INVALID_RECORD");  // compressed twice
  CHECK(read(message(1, 0, 4, 0, std::nullopt, as_bytes("zstd"))) == "INVALID_RECORD");
  CHECK(read(message(1, 0, 7, 0, std::nullopt, as_bytes("?"))) == "INVALID_RECORD");
  CHECK(read(message(1, 0, 1, 0, std::nullopt, as_bytes("not gzip"))) == "PARSE_ERROR");
  CHECK(read(wrapper(1, 0, 1, 0, plain), 10) == "MESSAGE_TOO_LARGE");
  Buffer bad_crc = plain;
  bad_crc[14] ^= 1;
  CHECK(read(wrapper(1, 0, 1, 0, bad_crc)) == "CORRUPT_MESSAGE");
  Buffer bad_size = plain;
  bad_size[11] = 13;
  CHECK(read(wrapper(1, 0, 1, 0, bad_size)) == "CORRUPT_MESSAGE");
  Buffer two = joined({plain, plain});
  two.resize(two.size() - 1);
  CHECK(read(wrapper(1, 0, 1, 0, two)) == "0@50=null:a ");  // an incomplete one is the end
}

TEST_CASE("legacy: field lengths beyond the message, sizes below the minimum") {
  Buffer bytes = unhex(kLegacyV1);
  store_be<int32_t>(bytes.data() + 26, 2147483647);
  CHECK(read(bytes) == "INVALID_RECORD");
  Buffer small = unhex(kLegacyV0);
  small[16] = 1;  // magic 1 needs 22
  small.resize(33);
  store_be<int32_t>(small.data() + 8, 21);
  CHECK_FALSE(EntryView(small).is_valid());
  CHECK(read(small) == "INVALID_RECORD");
  Buffer changed = unhex(kLegacyV0);
  CHECK(EntryView(changed).is_valid());
  changed.back() ^= 1;
  CHECK_FALSE(EntryView(changed).is_valid());
}
