#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "core/compress/codec.h"
#include "core/record/batch_builder.h"
#include "tests/support/source_tree.h"

namespace spool::record {

inline Buffer unhex(std::string_view text) {
  Buffer out;
  int digits = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    if (digits++ % 2 == 0)
      out.push_back(static_cast<uint8_t>(value << 4));
    else
      out.back() = static_cast<uint8_t>(out.back() | value);
  }
  return out;
}

inline std::string hex_of(BytesView bytes) { return hex(as_text(bytes)); }

inline Buffer golden(const std::string& name) {
  std::ifstream file(source_path("tests/golden/records/" + name), std::ios::binary);
  REQUIRE(file.good());
  return Buffer(std::istreambuf_iterator<char>(file), {});
}

inline Buffer finished(BatchBuilder& builder) {
  compress::Compressor compressor;
  auto batch = builder.finish(compressor);
  REQUIRE(batch);
  return std::move(*batch);
}

/// "null" or the text.
inline std::string shown(const std::optional<BytesView>& bytes) {
  return bytes ? std::string(as_text(*bytes)) : "null";
}

// Test vectors of storage-format 10.1.
inline constexpr int64_t kTime = 1700000000000;
inline constexpr std::string_view kOneRecord =
    "00 00 00 00 00 00 00 00  00 00 00 3a  00 00 00 00  02  e9 9b 8d d8"
    "00 00  00 00 00 00  00 00 01 8b cf e5 68 00  00 00 01 8b cf e5 68 00"
    "ff ff ff ff ff ff ff ff  ff ff  ff ff ff ff  00 00 00 01"
    "10 00 00 00 02 6b 02 76 00";
inline constexpr std::string_view kIdempotent =
    "00 00 00 00 00 00 00 64  00 00 00 46  00 00 00 03  02  58 ca d6 2a"
    "00 00  00 00 00 01  00 00 01 8b cf e5 68 00  00 00 01 8b cf e5 68 05"
    "00 00 00 00 00 00 03 e8  00 00  00 00 00 07  00 00 00 02"
    "16 00 00 00 01 02 61 02 02 68 02 78"
    "10 00 0a 02 04 6b 32 01 00";
inline constexpr std::string_view kEmptied =
    "00 00 00 00 00 00 00 64  00 00 00 31  00 00 00 03  02  9f d0 1f fe"
    "00 00  00 00 00 01  ff ff ff ff ff ff ff ff  00 00 01 8b cf e5 68 05"
    "00 00 00 00 00 00 03 e8  00 00  00 00 00 07  00 00 00 00";
inline constexpr std::string_view kCommit =
    "00 00 00 00 00 00 00 66  00 00 00 42  00 00 00 03  02  4e 07 46 d7"
    "00 30  00 00 00 00  00 00 01 8b cf e5 68 64  00 00 01 8b cf e5 68 64"
    "00 00 00 00 00 00 03 e8  00 00  ff ff ff ff  00 00 00 01"
    "20 00 00 00 08 00 00 00 01 0c 00 00 00 00 00 05 00";
inline constexpr std::string_view kLegacyV0 =
    "00 00 00 00 00 00 00 00  00 00 00 10  1f ec d7 0a  00  00"
    "00 00 00 01 6b  00 00 00 01 76";
inline constexpr std::string_view kLegacyV1 =
    "00 00 00 00 00 00 00 00  00 00 00 18  39 26 8c 33  01  00"
    "00 00 01 8b cf e5 68 00  00 00 00 01 6b  00 00 00 01 76";

}  // namespace spool::record
