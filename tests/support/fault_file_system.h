#pragma once

/// A file system in memory that can do what disks do to those who trust them.
///
/// Two states of everything: what a process sees, and what is on stable storage. sync_data() makes a file's bytes
/// stable, sync_directory() the names in a directory, nothing else does: a file that was synced but whose name was not
/// is gone after a power cut. What was not made stable may survive all the same, in part, in another order:
///
///   names  the changes of each directory survive up to some point, in order
///   bytes  all; none; the first so many writes, the last of them torn; or some pages of 4096 bytes and others not, with
///          zeros where there was nothing before
///
/// A rename is one change: the old or the new name, never both or none. Calls can be made to fail, from the Nth on or
/// in some directory only, and the disk can be full.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "core/storage/file.h"

namespace spool::test {

class FaultFileSystem final : public storage::FileSystem {
 public:
  /// A call that may be made to fail.
  enum class Call { open, read, write, truncate, sync, rename, remove, make };

  struct Node;  // a file or a directory: inode, not name

  FaultFileSystem();
  ~FaultFileSystem() override;

  /// Asked before every call that changes or reads something; an answer but none is what the call fails with. A write
  /// that fails for want of space has written a part.
  using Fault = std::function<ErrorCode(Call call, const std::string& path)>;
  void set_fault(Fault fault);
  /// Bytes that all files together may have; writes beyond that find no room.
  void set_capacity(int64_t bytes);
  int64_t used_bytes() const;
  /// Calls so far, as many as set_fault's function was or would have been asked.
  int64_t call_count() const;

  /// The machine loses power: what is not on stable storage is lost, or partly so, as `random` has it. Open files are
  /// dead afterwards: every call on them fails.
  void cut_power(std::mt19937_64& random);
  /// All processes die, nothing else: locks are gone, open files are dead.
  void kill_processes();

  /// Everything as a process sees it: path and content, for comparing.
  std::map<std::string, std::string> files() const;

  Result<std::shared_ptr<storage::File>> open(const std::string& path, storage::OpenMode mode) override;
  Result<storage::FileInfo> info(const std::string& path) override;
  Result<std::vector<storage::DirectoryEntry>> list(const std::string& directory) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove_file(const std::string& path) override;
  Status make_directory(const std::string& path) override;
  Status remove_directory(const std::string& path) override;
  Status sync_directory(const std::string& path) override;

 private:
  class OpenFile;
  using NodePtr = std::shared_ptr<Node>;

  Status enter(Call call, const std::string& path);
  Result<NodePtr> find(const std::string& path) const;
  Result<NodePtr> parent_of(const std::string& path, std::string& name) const;
  Status remove(const std::string& path, bool is_directory);
  void cut_names(Node& directory, std::mt19937_64& random);
  static void cut_bytes(Node& file, std::mt19937_64& random);
  static int64_t bytes_under(const Node& node);

  mutable std::mutex mutex_;  // guards everything
  NodePtr root_;
  Fault fault_;
  int64_t capacity_bytes_ = INT64_MAX;
  int64_t call_count_ = 0;
  uint64_t generation_ = 0;  // of open files; a crash begins a new one
};

}  // namespace spool::test
