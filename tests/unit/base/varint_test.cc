#include "core/base/varint.h"

#include <doctest/doctest.h>

#include <limits>

using namespace spool;

TEST_CASE("varint: examples of storage-format 0.2") {
  struct Example {
    int32_t value;
    Buffer bytes;
  };
  const Example examples[] = {
      {0, {0x00}},
      {-1, {0x01}},
      {1, {0x02}},
      {63, {0x7e}},
      {-64, {0x7f}},
      {64, {0x80, 0x01}},
      {150, {0xac, 0x02}},
      {2147483647, {0xfe, 0xff, 0xff, 0xff, 0x0f}},
      {std::numeric_limits<int32_t>::min(), {0xff, 0xff, 0xff, 0xff, 0x0f}},
  };
  for (const Example& example : examples) {
    CAPTURE(example.value);
    Buffer out;
    append_varint(out, example.value);
    CHECK(out == example.bytes);
    const uint8_t* at = out.data();
    int32_t value = 0;
    CHECK(read_varint(at, out.data() + out.size(), value));
    CHECK(value == example.value);
    CHECK(at == out.data() + out.size());
  }
}

TEST_CASE("varlong: the extremes take ten bytes") {
  for (const int64_t value :
       {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
    Buffer out;
    append_varlong(out, value);
    CHECK(out.size() == 10);
    const uint8_t* at = out.data();
    int64_t read = 0;
    CHECK(read_varlong(at, out.data() + out.size(), read));
    CHECK(read == value);
  }
}

TEST_CASE("varint: too long or cut short is refused") {
  const Buffer six = {0x80, 0x80, 0x80, 0x80, 0x80, 0x00};
  const Buffer cut = {0x80, 0x80};
  const Buffer eleven(11, 0x80);
  uint32_t value;
  uint64_t long_value;
  const uint8_t* at = six.data();
  CHECK_FALSE(read_uvarint(at, six.data() + six.size(), value));
  at = cut.data();
  CHECK_FALSE(read_uvarint(at, cut.data() + cut.size(), value));
  at = eleven.data();
  CHECK_FALSE(read_uvarlong(at, eleven.data() + eleven.size(), long_value));
  at = cut.data();
  CHECK_FALSE(read_uvarlong(at, cut.data(), long_value));
}

TEST_CASE("uvarint_size: agrees with what is written") {
  for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{16383},
                               uint64_t{16384}, uint64_t{0xffffffff}, ~uint64_t{0}}) {
    Buffer out;
    append_uvarint(out, value);
    CHECK(static_cast<int>(out.size()) == uvarint_size(value));
  }
}
