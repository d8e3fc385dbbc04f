#include "cli/io/input_window.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/text.h"

namespace spool::cli {

namespace {

constexpr size_t kReadBytes = 256 << 10;
/// No record is near as large; a delimiter that never comes must not eat the machine.
constexpr size_t kWindowBytesMax = size_t{1} << 30;

}  // namespace

InputWindow::InputWindow(int fd, bool is_owned, std::string name)
    : fd_(fd), is_owned_(is_owned), name_(std::move(name)), buffer_(kReadBytes) {
  struct stat status{};
  if (::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode)) total_bytes_ = status.st_size;
}

InputWindow::InputWindow(InputWindow&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      is_owned_(other.is_owned_),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_),
      is_end_(other.is_end_),
      total_bytes_(other.total_bytes_),
      bytes_read_(other.bytes_read_) {}

InputWindow::~InputWindow() {
  if (is_owned_ && fd_ >= 0) ::close(fd_);
}

Result<InputWindow> InputWindow::open(const std::string& path) {
  if (path == "-") return InputWindow(STDIN_FILENO, false, "stdin");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(errno_error(errno, path));
  return InputWindow(fd, true, path);
}

Status InputWindow::make_room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ < buffer_.size() / 2) return {};
  if (buffer_.size() >= kWindowBytesMax)
    return fail(ErrorCode::message_too_large,
                concat(name_, ": a record of more than ", kWindowBytesMax, " bytes"));
  buffer_.resize(buffer_.size() * 2);
  return {};
}

Status InputWindow::read() {
  if (end_ == buffer_.size()) TRY(make_room());
  const ssize_t got = ::read(fd_, buffer_.data() + end_, buffer_.size() - end_);
  if (got < 0 && errno == EINTR) return {};
  if (got < 0) return fail(errno_error(errno, name_));
  is_end_ = got == 0;
  end_ += static_cast<size_t>(got);
  bytes_read_ += got;
  return {};
}

}  // namespace spool::cli
