#pragma once

/// kcat's -s: a key or value read as packed numbers, printed as text.
///
///   < >      what follows is little-endian, big-endian (so it begins)
///   b B h H i I q Q   a number of 1, 2, 4, 8 bytes; capitals have no sign
///   c        one character
///   s        the rest as it is
///   $        nothing may be left; without it what is left is not looked at
///   blank    printed as it is

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace spool::cli {

class PackFormat {
 public:
  /// errors  invalid_argument: an unknown letter, nothing, or something behind $
  static Result<PackFormat> parse(std::string_view letters);

  /// Appends the bytes as the format reads them; what stands before a mistake is appended, too.
  /// errors  parse_error: too few bytes, or some left at $
  Status append(std::string& out, BytesView bytes) const;

 private:
  std::string letters_;
};

}  // namespace spool::cli
