#pragma once

#include <cstdint>

#include "core/base/error.h"

namespace spool::cli {

/// A descriptor and the stop signals on one descriptor to wait for. A regular file is always ready,
/// and cannot be waited for.
class WatchedFd {
 public:
  /// events  EPOLLIN: until there is something to read; 0: until the reader of a pipe has gone
  static Result<WatchedFd> open(int fd, uint32_t events, int signals_fd);
  WatchedFd(WatchedFd&& other) noexcept;
  WatchedFd& operator=(WatchedFd&&) = delete;
  ~WatchedFd();

  int poll_fd() const { return epoll_; }
  /// Whether what is watched for is there.
  bool is_ready() const;

 private:
  explicit WatchedFd(int epoll) : epoll_(epoll) {}
  int epoll_;
  int fd_ = -1;
  bool is_file_ = false;
};

}  // namespace spool::cli
