#pragma once

/// Files as the log sees them. A seam for tests: a file system that fails or loses unsynced bytes
/// can stand in.
///
/// Three words for "it is on disk": write_at() puts bytes into the page cache (a killed process
/// loses nothing), sync_data() makes a file's bytes survive a power cut, sync_directory() does so
/// for creations, renames and removals.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace spool::storage {

/// An open file. read_at and size may be called from any thread; the writing calls by one thread at
/// a time. errors of every call  io_error, out_of_space, read_only; the text has the path and the
/// cause
class File {
 public:
  virtual ~File() = default;

  virtual const std::string& path() const = 0;
  /// Fills `into` from `file_pos`; fewer bytes only where the file ends. Returns how many.
  virtual Result<size_t> read_at(int64_t file_pos, MutableBytes into) const = 0;
  virtual Result<int64_t> size() const = 0;
  /// Descriptor for sendfile and friends; -1 when there is none. Valid as long as the File lives.
  virtual int native_fd() const = 0;

  /// Writes all bytes or fails (some may then be in the file: truncate them away).
  virtual Status write_at(int64_t file_pos, BytesView bytes) = 0;
  virtual Status truncate(int64_t size_bytes) = 0;
  virtual Status sync_data() = 0;
  /// Takes an exclusive OFD lock on the whole file; false when somebody else has it. Dropped with
  /// the last descriptor.
  virtual Result<bool> try_lock() = 0;
};

enum class OpenMode {
  read,        ///< must exist; never written
  read_write,  ///< must exist
  create,      ///< read_write, made when missing
  replace,     ///< read_write, made when missing, emptied when not
};

struct FileInfo {
  int64_t size_bytes = 0;
  int64_t modified_ms = 0;  ///< since 1970-01-01 UTC
  bool is_directory = false;
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

/// Paths and directories. Safe from any thread. errors: not_found, already_exists, io_error,
/// out_of_space, read_only
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<FileInfo> info(const std::string& path) = 0;
  /// Entries without "." and "..", sorted by name.
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& directory) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove_file(const std::string& path) = 0;
  virtual Status make_directory(const std::string& path) = 0;
  virtual Status remove_directory(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
  /// Sets a file's modification time, by which retention and compaction judge records that carry no
  /// timestamp. A file system that keeps none need not.
  virtual Status set_modified_ms(const std::string& path, int64_t modified_ms) {
    (void)path, (void)modified_ms;
    return {};
  }
};

/// The machine's files.
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<FileInfo> info(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove_file(const std::string& path) override;
  Status make_directory(const std::string& path) override;
  Status remove_directory(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Status set_modified_ms(const std::string& path, int64_t modified_ms) override;
};

/// The whole of a small file. errors: not_found; parse_error when it is larger than `bytes_max`
Result<std::string> read_small_file(FileSystem& fs, const std::string& path,
                                    size_t bytes_max = 64 << 20);

/// Replaces `directory`/`name` in one step (storage-format 1.3): `name`.tmp, fsync, rename, fsync
/// of the directory. A crash leaves the old or the new content, never a mixture.
Status replace_small_file(FileSystem& fs, const std::string& directory, const std::string& name,
                          std::string_view content);

/// Removes a directory and everything in it. Nothing there is success.
Status remove_tree(FileSystem& fs, const std::string& path);

}  // namespace spool::storage
