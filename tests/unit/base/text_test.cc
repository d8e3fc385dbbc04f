#include "core/base/text.h"

#include <doctest/doctest.h>

#include <limits>

#include "core/base/uuid.h"

using namespace spool;

TEST_CASE("concat: texts, characters, numbers and booleans") {
  const std::string_view topic = "orders";
  CHECK(concat("fetch ", topic, '-', 3) == "fetch orders-3");
  CHECK(concat(int64_t{-1}, ' ', uint8_t{200}, ' ', int8_t{-7}) == "-1 200 -7");
  CHECK(concat(true, '/', false) == "true/false");
  CHECK(concat() == "");
}

TEST_CASE("parse_int: the whole text or nothing") {
  CHECK(parse_int<int32_t>("42") == 42);
  CHECK(parse_int<int32_t>("-2147483648") == std::numeric_limits<int32_t>::min());
  CHECK_FALSE(parse_int<int32_t>("2147483648").has_value());
  CHECK_FALSE(parse_int<int32_t>("").has_value());
  CHECK_FALSE(parse_int<int32_t>("4 ").has_value());
  CHECK_FALSE(parse_int<int32_t>("+4").has_value());
  CHECK_FALSE(parse_int<uint16_t>("-1").has_value());
}

TEST_CASE("trim, split, to_lower and hex") {
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim(" \n") == "");
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split("a,,b,", ',') == std::vector<std::string_view>{"a", "", "b", ""});
  CHECK(to_lower("LZ4 Zstd") == "lz4 zstd");
  CHECK(hex(std::string_view("\x00\xff\x1a", 3)) == "00ff1a");
}

TEST_CASE("base64: vectors of RFC 4648 section 10") {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64_encode(bytes) == text);
    CHECK(base64_decode(text) == std::string(bytes));
  }
}

TEST_CASE("base64: anything else is refused") {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Z===", "====", "Z g=", "Zm9v\n", "Zm9-"}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text).has_value());
  }
}

TEST_CASE("uuid: text form of storage-format 0.4") {
  CHECK(kZeroUuid.to_string() == "AAAAAAAAAAAAAAAAAAAAAA");
  CHECK(kOneUuid.to_string() == "AAAAAAAAAAAAAAAAAAAAAQ");
  const Uuid id = Uuid::from_halves(0xfbefbefbefbefbef, 0xffffffffffffffff);
  CHECK(id.to_string() == "----------___________w");
  CHECK(Uuid::parse(id.to_string()) == id);
  CHECK(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAQ") == kOneUuid);
}

TEST_CASE("uuid: what is no text form is refused") {
  for (const std::string_view text : {"", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA",
                                      "AAAAAAAAAAAAAAAAAAAA==", "AAAA+AAAAAAAAAAAAAAAAA"}) {
    CAPTURE(text);
    CHECK_FALSE(Uuid::parse(text).has_value());
  }
}

TEST_CASE("uuid: a random one is version 4 and never starts with a dash") {
  int calls = 0;
  const Uuid id =
      Uuid::random([&](std::array<uint8_t, 16>& bytes) { bytes.fill(calls++ == 0 ? 0xf8 : 0x11); });
  CHECK(calls == 2);
  CHECK(id.bytes[6] == 0x41);
  CHECK(id.bytes[8] == 0x91);
}
