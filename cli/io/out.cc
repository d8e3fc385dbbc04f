#include "cli/io/out.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "core/base/text.h"

namespace spool::cli {

namespace {

/// Large enough that system calls do not show in a profile, small enough to stay in the
/// second-level cache.
constexpr size_t kBlockBytes = 64 * 1024;

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != 0) return false;
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

Out::Out(int fd)
    : fd_(fd), is_terminal_(::isatty(fd) == 1), has_colour_(is_terminal_ && wants_colour()) {}

size_t Out::columns() const {
  constexpr size_t kDefault = 80, kLeast = 40;  // below which words hardly fit
  const char* const given = std::getenv("COLUMNS");
  if (const auto columns = parse_int<size_t>(given == nullptr ? "" : given);
      columns && *columns > 0)
    return std::max(*columns, kLeast);
  winsize size{};
  if (!is_terminal_ || ::ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefault;
  return std::max<size_t>(size.ws_col, kLeast);
}

void Out::write(std::string_view text) {
  if (!status_) return;
  buffered_ += text;
  if (buffered_.size() >= kBlockBytes) (void)flush();
}

Status Out::flush() {
  std::string_view left = buffered_;
  while (status_ && !left.empty()) {
    const ssize_t written = ::write(fd_, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      is_broken_pipe_ = errno == EPIPE;
      status_ = std::unexpected(errno_error(errno, fd_ == STDOUT_FILENO ? "stdout" : "output"));
    }
  }
  buffered_.clear();
  return status_;
}

}  // namespace spool::cli
