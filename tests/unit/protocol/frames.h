#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/protocol/registry.h"

namespace spool::protocol {

/// Bytes of hexadecimal digits; blanks are skipped.
Buffer from_hex(std::string_view text);

/// A line of tests/golden/frames.
struct GoldenFrame {
  std::string name;
  std::string variant;
  int16_t version;
  Buffer bytes;
  std::string json;
};
std::vector<GoldenFrame> golden_frames();

}  // namespace spool::protocol
