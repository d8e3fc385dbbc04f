#pragma once

/// An input read in blocks: stdin or files, one after the other.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace spool::cli {

/// The bytes of one input that have been read and not yet taken.
class InputWindow {
 public:
  /// path  "-": stdin
  static Result<InputWindow> open(const std::string& path);
  InputWindow(InputWindow&& other) noexcept;
  InputWindow& operator=(InputWindow&&) = delete;
  ~InputWindow();

  /// Reads once; afterwards there are more bytes, or is_end() is true. Blocks when nothing is
  /// there.
  Status read();
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(buffer_.data()) + begin_, end_ - begin_};
  }
  void take(size_t bytes) { begin_ += bytes; }
  bool is_end() const { return is_end_; }
  int fd() const { return fd_; }
  bool is_stdin() const { return !is_owned_; }
  /// Size of a regular file.
  std::optional<int64_t> total_bytes() const { return total_bytes_; }
  int64_t bytes_read() const { return bytes_read_; }

 private:
  InputWindow(int fd, bool is_owned, std::string name);
  Status make_room();

  int fd_;
  bool is_owned_;
  std::string name_;
  Buffer buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool is_end_ = false;
  std::optional<int64_t> total_bytes_;
  int64_t bytes_read_ = 0;
};

}  // namespace spool::cli
