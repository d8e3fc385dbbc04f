#include "cli/io/input_record.h"

#include <algorithm>
#include <cstring>

namespace spool::cli {

size_t LineFinder::find(std::string_view bytes) {
  const size_t width = delimiter_.size();
  const size_t from = std::min(searched_, bytes.size());
  const char* const begin = bytes.data() + from;
  const void* const found = width == 1
                                ? std::memchr(begin, delimiter_[0], bytes.size() - from)
                                : ::memmem(begin, bytes.size() - from, delimiter_.data(), width);
  if (found == nullptr) {
    // A delimiter of several bytes may be half here.
    searched_ = bytes.size() - std::min(bytes.size(), width - 1);
    return std::string_view::npos;
  }
  searched_ = 0;
  return static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
}

}  // namespace spool::cli
