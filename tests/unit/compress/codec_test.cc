#include "core/compress/codec.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "core/base/text.h"
#include "core/compress/format.h"
#include "core/compress/xxhash32.h"

using namespace spool;
using namespace spool::compress;

namespace {

constexpr Codec kCodecs[] = {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

Buffer unhex(std::string_view text) {
  Buffer out;
  int digits = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    if (digits++ % 2 == 0)
      out.push_back(static_cast<uint8_t>(value << 4));
    else
      out.back() = static_cast<uint8_t>(out.back() | value);
  }
  return out;
}

std::string hex_of(BytesView bytes) { return hex(as_text(bytes)); }

Buffer text_like(size_t size) {
  std::mt19937 random(7);
  Buffer out;
  while (out.size() < size)
    append(out, as_bytes(concat("order-", random() % 1000, " amount ", random() % 50, "; ")));
  out.resize(size);
  return out;
}

Buffer noise(size_t size) {
  std::mt19937 random(9);
  Buffer out(size);
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(random());
  return out;
}

ErrorCode error_of(Codec codec, BytesView bytes, size_t bytes_max = 1 << 20) {
  const auto out = decompress(codec, bytes, bytes_max);
  return out ? ErrorCode::none : out.error().code();
}

}  // namespace

TEST_CASE("xxhash32: known values") {
  CHECK(xxhash32({}) == 0x02CC5D05u);
  CHECK(xxhash32(as_bytes("a")) == 0x550D7456u);
  CHECK(xxhash32(as_bytes("Nobody inspects the spammish repetition")) == 0xE2293B2Fu);
}

TEST_CASE("codec: names both ways") {
  for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd})
    CHECK(parse_codec(codec_name(codec)) == codec);
  CHECK(parse_codec("uncompressed") == Codec::none);
  CHECK_FALSE(parse_codec("brotli").has_value());
  CHECK(codec_name(static_cast<Codec>(6)) == "unknown");
}

TEST_CASE("codec: level ranges of storage-format 2.6") {
  CHECK(is_valid_level(Codec::gzip, -1));
  CHECK(is_valid_level(Codec::gzip, 9));
  CHECK_FALSE(is_valid_level(Codec::gzip, 0));
  CHECK_FALSE(is_valid_level(Codec::gzip, 10));
  CHECK(is_valid_level(Codec::lz4, 17));
  CHECK_FALSE(is_valid_level(Codec::lz4, 0));
  CHECK(is_valid_level(Codec::zstd, -131072));
  CHECK_FALSE(is_valid_level(Codec::zstd, 23));
  Buffer out;
  CHECK(Compressor().compress(Codec::gzip, 10, as_bytes("x"), out).error().code() ==
        ErrorCode::invalid_argument);
}

TEST_CASE("codec: sizes around every block boundary round-trip, with contexts reused") {
  Compressor compressor;
  Decompressor decompressor;
  for (const Codec codec : kCodecs)
    for (const size_t size : {0, 1, 2, 12, 100, 32767, 32768, 32769, 65535, 65536, 65537, 300000})
      for (const Buffer& bytes : {text_like(size), noise(size), Buffer(size, 0)}) {
        CAPTURE(codec_name(codec));
        CAPTURE(size);
        Buffer out = {1, 2, 3};
        REQUIRE(compressor.compress(codec, kDefaultLevel, bytes, out));
        CHECK(hex_of(BytesView(out).first(3)) == "010203");
        const auto back = decompressor.decompress(codec, BytesView(out).subspan(3), size);
        REQUIRE(back);
        CHECK(std::equal(back->begin(), back->end(), bytes.begin(), bytes.end()));
      }
}

TEST_CASE("codec: every level decodes") {
  const Buffer bytes = text_like(5000);
  for (const Codec codec : {Codec::gzip, Codec::lz4, Codec::zstd})
    for (const int level : {-131072, -7, -1, 1, 3, 6, 9, 12, 17, 19, 22}) {
      if (!is_valid_level(codec, level)) continue;
      CAPTURE(codec_name(codec));
      CAPTURE(level);
      const auto out = compress::compress(codec, level, bytes);
      REQUIRE(out);
      CHECK(decompress(codec, *out, bytes.size()) == bytes);
    }
}

TEST_CASE("codec: a result beyond the limit is an error, one at the limit is not") {
  for (const Codec codec : kCodecs)
    for (const Buffer& bytes : {text_like(100000), Buffer(1 << 20, 0), Buffer{}}) {
      CAPTURE(codec_name(codec));
      const auto out = compress::compress(codec, kDefaultLevel, bytes);
      REQUIRE(out);
      CHECK(error_of(codec, *out, bytes.size()) == ErrorCode::none);
      if (!bytes.empty()) {
        CHECK(error_of(codec, *out, bytes.size() - 1) == ErrorCode::message_too_large);
        CHECK(error_of(codec, *out, 0) == ErrorCode::message_too_large);
      }
    }
}

TEST_CASE(
    "codec: cut anywhere or with a byte changed never crashes, and never passes as other bytes "
    "when cut") {
  const Buffer bytes = text_like(3000);
  for (const Codec codec : kCodecs) {
    CAPTURE(codec_name(codec));
    const auto out = compress::compress(codec, kDefaultLevel, bytes);
    REQUIRE(out);
    for (size_t size = 0; size < out->size(); ++size) {
      const auto back = decompress(codec, BytesView(*out).first(size), 1 << 20);
      if (!back) continue;
      // Only snappy has no end mark: whole chunks of the front pass, which the record count then
      // shows.
      CHECK(codec == Codec::snappy);
      CHECK(back->size() < bytes.size());
    }
    for (size_t i = 0; i < out->size(); ++i) {
      Buffer changed = *out;
      changed[i] ^= 0x55;
      (void)decompress(codec, changed, 1 << 20);
    }
  }
}

TEST_CASE("codec: no such codec, and nothing at all") {
  CHECK(error_of(static_cast<Codec>(5), as_bytes("x")) == ErrorCode::unsupported);
  for (const Codec codec : kCodecs) CHECK(error_of(codec, {}) == ErrorCode::parse_error);
  CHECK(error_of(Codec::none, {}) == ErrorCode::none);
  CHECK(error_of(Codec::none, as_bytes("ab"), 1) == ErrorCode::message_too_large);
}

TEST_CASE(
    "gzip: one member with the plain header; members follow each other; what is no member is not "
    "read") {
  auto one = compress::compress(Codec::gzip, -1, as_bytes("hello "));
  const auto two = compress::compress(Codec::gzip, 9, as_bytes("world"));
  REQUIRE(one);
  REQUIRE(two);
  CHECK(hex_of(BytesView(*one).first(4)) == "1f8b0800");
  append(*one, *two);
  append(*one, as_bytes("stray"));
  CHECK(as_text(*decompress(Codec::gzip, *one, 100)) == "hello world");
}

TEST_CASE("gzip: header with name, comment and extra field") {
  // printf hello | gzip -c, with FEXTRA, FNAME and FCOMMENT added.
  const Buffer bytes =
      unhex("1f8b081c000000000003 0200 aabb 6e00 6300 cb48cdc9c90700 86a61036 05000000");
  CHECK(as_text(*decompress(Codec::gzip, bytes, 100)) == "hello");
}

TEST_CASE("snappy: written with the xerial header and blocks of 32768 bytes") {
  const auto out = compress::compress(Codec::snappy, kDefaultLevel, noise(32769));
  REQUIRE(out);
  CHECK(hex_of(BytesView(*out).first(16)) ==
        "82534e4150505900"
        "00000001"
        "00000001");
  const auto first = load_be<int32_t>(out->data() + 16);
  CHECK(first > 32768);  // noise does not shrink
  CHECK(hex_of(BytesView(*out).subspan(20 + static_cast<size_t>(first), 4)) == "00000003");
}

TEST_CASE("snappy: reader rules of storage-format 2.6") {
  const std::string header = "82534e4150505900 00000001 00000001 ";
  const std::string chunk = "00000004 020461 62 ";  // "ab": length 2, literal of 2
  const auto text_of = [](const std::string& hex_text) {
    const auto out = decompress(Codec::snappy, unhex(hex_text), 100);
    return out ? std::string(as_text(*out)) : std::string(error_name(out.error().code()));
  };
  CHECK(text_of("02046162") == "ab");                                    // raw block
  CHECK(text_of(header) == "");                                          // no chunk
  CHECK(text_of(header + chunk + chunk) == "abab");                      // chunks
  CHECK(text_of(header + chunk + header + chunk) == "abab");             // concatenated streams
  CHECK(text_of(header + chunk + "000000") == "ab");                     // stray bytes
  CHECK(text_of("82534e4150505900 7fffffff 00000000" + chunk) == "ab");  // versions
  CHECK(text_of("82534e4150505900 00000000 00000001" + chunk) == "PARSE_ERROR");
  CHECK(text_of(header + chunk + "82534e41 00000000") == "PARSE_ERROR");
  CHECK(text_of(header + "ffffffff") == "PARSE_ERROR");           // negative length
  CHECK(text_of(header + "20000001 00") == "PARSE_ERROR");        // above 512 MiB
  CHECK(text_of(header + "00000005 02046162") == "PARSE_ERROR");  // cut short
  CHECK(text_of("ffffffff0f 00") == "PARSE_ERROR");               // declares 4 GiB
}

TEST_CASE("lz4: frame header, stored blocks and end mark") {
  const auto empty = compress::compress(Codec::lz4, kDefaultLevel, {});
  REQUIRE(empty);
  CHECK(hex_of(*empty) == "04224d1860408200000000");
  const auto one = compress::compress(Codec::lz4, kDefaultLevel, as_bytes("k"));
  REQUIRE(one);
  CHECK(hex_of(*one) ==
        "04224d186040820100008"
        "06b00000000");
}

TEST_CASE("lz4: the broken header checksum of magic 0 is written and read") {
  Compressor compressor;
  Decompressor decompressor;
  Buffer out;
  REQUIRE(compressor.compress(Codec::lz4, kDefaultLevel, as_bytes("k"), out, Lz4Checksum::legacy));
  CHECK(out[6] == 0x1a);
  CHECK(decompressor.decompress(Codec::lz4, out, 10).error().code() == ErrorCode::parse_error);
  CHECK(as_text(*decompressor.decompress(Codec::lz4, out, 10, Lz4Checksum::legacy)) == "k");
}

TEST_CASE("lz4: reader rules of storage-format 2.6") {
  const auto frame = [](uint8_t flg, uint8_t bd, const std::string& rest) {
    Buffer out = {0x04, 0x22, 0x4d, 0x18, flg, bd};
    const Buffer tail = unhex(rest);
    const size_t content_size = flg & 8 ? 8 : 0;
    append(out, BytesView(tail).first(content_size));
    out.push_back(static_cast<uint8_t>(xxhash32(BytesView(out).subspan(4)) >> 8));
    append(out, BytesView(tail).subspan(content_size));
    const auto text = decompress(Codec::lz4, out, 100);
    return text ? std::string(as_text(*text)) : std::string(error_name(text.error().code()));
  };
  const std::string block = "02000080 6162 ";
  CHECK(frame(0x60, 0x40, block + "00000000") == "ab");
  CHECK(frame(0x60, 0x70, block + block + "00000000 ffffff") ==
        "abab");  // bytes after the end mark
  CHECK(frame(0x68, 0x40, "ffffffffffffffff" + block + "00000000") ==
        "ab");  // content size is skipped
  CHECK(frame(0x64, 0x40, block + "00000000 00000000") ==
        "ab");  // content checksum is not verified
  const auto check = xxhash32(as_bytes("ab"));
  Buffer little(4);
  store_le32(little.data(), check);
  CHECK(frame(0x70, 0x40, block + hex_of(little) + "00000000") == "ab");  // block checksum
  CHECK(frame(0x70, 0x40, block + "00000000 00000000") == "PARSE_ERROR");
  CHECK(frame(0x40, 0x40, block + "00000000") == "PARSE_ERROR");  // dependent blocks
  CHECK(frame(0xa0, 0x40, block + "00000000") == "PARSE_ERROR");  // version 10
  CHECK(frame(0x62, 0x40, block + "00000000") == "PARSE_ERROR");  // reserved bit
  CHECK(frame(0x60, 0x30, block + "00000000") == "PARSE_ERROR");  // block size code 3
  CHECK(frame(0x60, 0xc0, block + "00000000") == "PARSE_ERROR");
  CHECK(frame(0x60, 0x40, "01000180") == "PARSE_ERROR");  // larger than 64 KiB
  CHECK(frame(0x60, 0x40, block) == "PARSE_ERROR");       // no end mark
}

TEST_CASE("lz4: a block with its last match near the end passes at the exact limit") {
  // One literal 'a', a match of 4 at distance 1, five literals. The decoder takes a match within 12
  // bytes of the end only where it has more room; Kafka too decodes into the frame's whole block
  // size.
  const Buffer bytes = unhex("04224d18604082 0a000000 10610100506263646566 00000000");
  CHECK(decompress(Codec::lz4, bytes, 1000).value_or(Buffer{}) ==
        to_buffer(as_bytes("aaaaabcdef")));
  CHECK(decompress(Codec::lz4, bytes, 10).value_or(Buffer{}) == to_buffer(as_bytes("aaaaabcdef")));
  CHECK(error_of(Codec::lz4, bytes, 9) == ErrorCode::message_too_large);
}

TEST_CASE("zstd: streaming form without content size and checksum; frames follow each other") {
  auto one = compress::compress(Codec::zstd, 3, as_bytes("hello "));
  const auto two = compress::compress(Codec::zstd, 3, as_bytes("world"));
  REQUIRE(one);
  REQUIRE(two);
  CHECK(hex_of(BytesView(*one).first(5)) == "28b52ffd00");
  append(*one, *two);
  CHECK(as_text(*decompress(Codec::zstd, *one, 100)) == "hello world");
}

TEST_CASE("zstd: a window of gigabytes in the header allocates nothing") {
  // Window descriptor 0xa8 is 2 GiB; one raw block of two bytes.
  CHECK(as_text(*decompress(Codec::zstd, unhex("28b52ffd 00a8 110000 6162"), 100)) == "ab");
}
