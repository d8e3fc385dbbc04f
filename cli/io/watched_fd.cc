#include "cli/io/watched_fd.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace spool::cli {

Result<WatchedFd> WatchedFd::open(int fd, uint32_t events, int signals_fd) {
  WatchedFd out(::epoll_create1(EPOLL_CLOEXEC));
  if (out.epoll_ < 0) return fail(errno_error(errno, "epoll_create1"));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = signals_fd;
  if (::epoll_ctl(out.epoll_, EPOLL_CTL_ADD, signals_fd, &event) < 0)
    return fail(errno_error(errno, "epoll_ctl"));
  event.events = events;
  out.fd_ = event.data.fd = fd;
  if (::epoll_ctl(out.epoll_, EPOLL_CTL_ADD, fd, &event) < 0) {
    if (errno != EPERM) return fail(errno_error(errno, "epoll_ctl"));
    out.is_file_ = true;
  }
  return out;
}

WatchedFd::WatchedFd(WatchedFd&& other) noexcept
    : epoll_(std::exchange(other.epoll_, -1)), fd_(other.fd_), is_file_(other.is_file_) {}

WatchedFd::~WatchedFd() {
  if (epoll_ >= 0) ::close(epoll_);
}

bool WatchedFd::is_ready() const {
  if (is_file_) return true;
  epoll_event events[2];
  const int count = ::epoll_wait(epoll_, events, 2, 0);
  for (int i = 0; i < count; ++i)
    if (events[i].data.fd == fd_) return true;
  return false;
}

}  // namespace spool::cli
