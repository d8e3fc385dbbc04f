#include "core/net/local_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/text.h"
#include "core/net/tcp_transport.h"

namespace spool::net {

namespace {

/// The directory stays open for as long as its address is used.
class DirectoryAddress {
 public:
  DirectoryAddress(const std::string& directory, const std::string& name)
      : descriptor_(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    address_.sun_family = AF_UNIX;
    const std::string path = concat("/proc/self/fd/", descriptor_, "/", name);
    std::memcpy(address_.sun_path, path.c_str(),
                std::min(path.size(), sizeof address_.sun_path - 1));
  }
  ~DirectoryAddress() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  DirectoryAddress(const DirectoryAddress&) = delete;
  DirectoryAddress& operator=(const DirectoryAddress&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t kSize = sizeof(sockaddr_un);
  const char* path() const { return address_.sun_path; }

 private:
  int descriptor_;
  sockaddr_un address_{};
};

}  // namespace

Result<int> listen_in_directory(const std::string& directory, const std::string& name) {
  const DirectoryAddress address(directory, name);
  if (!address.is_open()) return fail(errno_error(errno, directory));
  ::unlink(address.path());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor >= 0 && ::bind(descriptor, address.get(), DirectoryAddress::kSize) == 0 &&
      ::listen(descriptor, SOMAXCONN) == 0)
    return descriptor;
  const int why = errno;
  if (descriptor >= 0) ::close(descriptor);
  return fail(errno_error(why, concat(directory, "/", name)));
}

Result<std::unique_ptr<Transport>> connect_in_directory(const std::string& directory,
                                                        const std::string& name) {
  const DirectoryAddress address(directory, name);
  if (!address.is_open() || ::access(address.path(), F_OK) != 0)
    return fail(ErrorCode::not_found, concat(directory, "/", name, " is not there"));
  return TcpTransport::connect_to(concat(directory, "/", name), address.get(),
                                  DirectoryAddress::kSize);
}

}  // namespace spool::net
