#include "tests/unit/protocol/frames.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "tests/support/source_tree.h"

namespace spool::protocol {
namespace {

uint8_t digit(char c) { return static_cast<uint8_t>(c >= 'a' ? c - 'a' + 10 : c - '0'); }

}  // namespace

Buffer from_hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  REQUIRE(digits.size() % 2 == 0);
  Buffer out;
  for (size_t i = 0; i < digits.size(); i += 2)
    out.push_back(static_cast<uint8_t>(digit(digits[i]) << 4 | digit(digits[i + 1])));
  return out;
}

std::vector<GoldenFrame> golden_frames() {
  std::vector<GoldenFrame> frames;
  for (const char* file : {"messages.jsonl", "records.jsonl"}) {
    std::ifstream in(source_path(concat("tests/golden/frames/", file)));
    for (std::string line; std::getline(in, line);) {
      const auto parsed = nlohmann::json::parse(line);
      frames.push_back({parsed.at("name"), parsed.at("variant"),
                        parsed.at("version").get<int16_t>(),
                        from_hex(parsed.at("hex").get<std::string>()), parsed.at("json").dump()});
    }
  }
  REQUIRE(frames.size() > 40);
  return frames;
}

}  // namespace spool::protocol
