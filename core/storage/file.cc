#include "core/storage/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/base/text.h"

namespace spool::storage {

namespace {

constexpr mode_t kFileMode = 0644;
constexpr mode_t kDirectoryMode = 0755;
// Linux takes page-cache folios as large as a write. Of single pages there are always some at hand
// that the caches and a virtual machine's host know; large ones are cold: 1 MB writes were six times
// slower than these on Linux 6.18.
constexpr size_t kWriteBytesMax = 64 << 10;

std::unexpected<Error> system_failure(std::string_view call, std::string_view path) {
  const int cause = errno;
  return fail(errno_error(cause, concat(call, ' ', path)));
}

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { ::close(fd_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  const std::string& path() const override { return path_; }
  int native_fd() const override { return fd_; }

  Result<size_t> read_at(int64_t file_pos, MutableBytes into) const override {
    size_t done = 0;
    while (done < into.size()) {
      const ssize_t n = ::pread(fd_, into.data() + done, into.size() - done,
                                static_cast<off_t>(file_pos + static_cast<int64_t>(done)));
      if (n == 0) break;
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_failure("read", path_);
      done += static_cast<size_t>(n);
    }
    return done;
  }

  Result<int64_t> size() const override {
    struct stat st;
    if (::fstat(fd_, &st) != 0) return system_failure("stat", path_);
    return static_cast<int64_t>(st.st_size);
  }

  Status write_at(int64_t file_pos, BytesView bytes) override {
    size_t done = 0;
    while (done < bytes.size()) {
      const size_t size_bytes = std::min(bytes.size() - done, kWriteBytesMax);
      const ssize_t n = ::pwrite(fd_, bytes.data() + done, size_bytes,
                                 static_cast<off_t>(file_pos + static_cast<int64_t>(done)));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_failure("write", path_);
      done += static_cast<size_t>(n);
    }
    return {};
  }

  Status truncate(int64_t size_bytes) override {
    if (::ftruncate(fd_, static_cast<off_t>(size_bytes)) != 0)
      return system_failure("truncate", path_);
    return {};
  }

  Status sync_data() override {
    if (::fdatasync(fd_) != 0) return system_failure("sync", path_);
    return {};
  }

  Result<bool> try_lock() override {
    struct flock whole_file = {};
    whole_file.l_type = F_WRLCK;
    whole_file.l_whence = SEEK_SET;
    if (::fcntl(fd_, F_OFD_SETLK, &whole_file) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    return system_failure("lock", path_);
  }

 private:
  const int fd_;
  const std::string path_;
};

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY;
    case OpenMode::read_write:
      return O_RDWR;
    case OpenMode::create:
      return O_RDWR | O_CREAT;
    case OpenMode::replace:
      return O_RDWR | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

// Some file systems do not tell in the directory entry what it names.
bool is_directory_entry(const std::string& directory, const dirent& entry) {
  if (entry.d_type == DT_DIR) return true;
  if (entry.d_type != DT_UNKNOWN && entry.d_type != DT_LNK) return false;
  struct stat st;
  return ::stat(concat(directory, '/', entry.d_name).c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

}  // namespace

Result<std::shared_ptr<File>> PosixFileSystem::open(const std::string& path, OpenMode mode) {
  int fd;
  do {
    fd = ::open(path.c_str(), open_flags(mode) | O_CLOEXEC, kFileMode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return system_failure("open", path);
  return std::make_shared<PosixFile>(fd, path);
}

Result<FileInfo> PosixFileSystem::info(const std::string& path) {
  struct stat st;
  if (::stat(path.c_str(), &st) != 0) return system_failure("stat", path);
  return FileInfo{.size_bytes = st.st_size,
                  .modified_ms = st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1'000'000,
                  .is_directory = S_ISDIR(st.st_mode)};
}

Result<std::vector<DirectoryEntry>> PosixFileSystem::list(const std::string& directory) {
  DIR* const stream = ::opendir(directory.c_str());
  if (stream == nullptr) return system_failure("list", directory);
  std::vector<DirectoryEntry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..")
      entries.push_back({std::string(name), is_directory_entry(directory, *entry)});
    errno = 0;
  }
  const int cause = errno;
  ::closedir(stream);
  if (cause != 0) return fail(errno_error(cause, concat("list ", directory)));
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return entries;
}

Status PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_failure("rename", from);
  return {};
}

Status PosixFileSystem::remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return system_failure("remove", path);
  return {};
}

Status PosixFileSystem::make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) != 0) return system_failure("mkdir", path);
  return {};
}

Status PosixFileSystem::remove_directory(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) return system_failure("remove", path);
  return {};
}

Status PosixFileSystem::sync_directory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_failure("open", path);
  const int result = ::fsync(fd);
  const int cause = errno;
  ::close(fd);
  // EINVAL: a file system that has no such operation (some network and FUSE mounts) has nothing to
  // wait for.
  if (result != 0 && cause != EINVAL) return fail(errno_error(cause, concat("sync ", path)));
  return {};
}

Status PosixFileSystem::set_modified_ms(const std::string& path, int64_t modified_ms) {
  const timespec modified = {.tv_sec = static_cast<time_t>(modified_ms / 1000),
                             .tv_nsec = static_cast<long>(modified_ms % 1000 * 1'000'000)};
  const timespec times[] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, modified};
  if (::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) return system_failure("touch", path);
  return {};
}

Result<std::string> read_small_file(FileSystem& fs, const std::string& path, size_t bytes_max) {
  TRY_ASSIGN(const auto file, fs.open(path, OpenMode::read));
  TRY_ASSIGN(const int64_t size, file->size());
  if (size > static_cast<int64_t>(bytes_max))
    return fail(ErrorCode::parse_error, concat(path, ": ", size, " bytes, expected a small file"));
  std::string text(static_cast<size_t>(size), '\0');
  TRY_ASSIGN(const size_t got,
             file->read_at(0, {reinterpret_cast<uint8_t*>(text.data()), text.size()}));
  text.resize(got);
  return text;
}

Status replace_small_file(FileSystem& fs, const std::string& directory, const std::string& name,
                          std::string_view content) {
  const std::string path = concat(directory, '/', name);
  const std::string temporary = path + ".tmp";
  {
    TRY_ASSIGN(const auto file, fs.open(temporary, OpenMode::replace));
    TRY(file->write_at(0, as_bytes(content)));
    TRY(file->sync_data());
  }
  TRY(fs.rename(temporary, path));
  return fs.sync_directory(directory);
}

Status remove_tree(FileSystem& fs, const std::string& path) {
  auto entries = fs.list(path);
  if (!entries && entries.error().code() == ErrorCode::not_found) return {};
  if (!entries) return fail(std::move(entries.error()));
  for (const DirectoryEntry& entry : *entries) {
    const std::string child = concat(path, '/', entry.name);
    TRY(entry.is_directory ? remove_tree(fs, child) : fs.remove_file(child));
  }
  return fs.remove_directory(path);
}

}  // namespace spool::storage
