#include "cli/io/file_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/base/text.h"

namespace spool::cli {

namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0 && errno == ENOENT)
    return fail(ErrorCode::not_found, concat(path, ": there is no such file"));
  if (file.fd < 0) return fail(errno_error(errno, path));
  std::string out;
  char block[16384];
  for (;;) {
    const ssize_t got = ::read(file.fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, path));
    if (got == 0) return out;
    out.append(block, static_cast<size_t>(got));
  }
}

Status replace_file(const std::string& path, std::string_view text, bool is_durable) {
  const std::string temporary = concat(path, ".tmp", ::getpid());
  {
    const Descriptor file{
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
    if (file.fd < 0) return fail(errno_error(errno, path));
    while (!text.empty()) {
      const ssize_t written = ::write(file.fd, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const Error error = errno_error(errno, path);
        ::unlink(temporary.c_str());
        return fail(error);
      }
      text.remove_prefix(static_cast<size_t>(written));
    }
    if (is_durable && ::fdatasync(file.fd) != 0) return fail(errno_error(errno, path));
  }
  if (::rename(temporary.c_str(), path.c_str()) == 0) return {};
  const Error error = errno_error(errno, path);
  ::unlink(temporary.c_str());
  return fail(error);
}

}  // namespace spool::cli
