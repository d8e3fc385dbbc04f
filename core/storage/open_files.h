#pragma once

/// A limit for the descriptors that logs keep between uses.
///
/// A log keeps the file it appends to and the one it read last open; with many partitions that is
/// many. Whoever opens one says so here, and when too many logs hold some, the one that was not
/// used for longest gives its own back (second chance: a round over the logs clears the marks of
/// use).

#include <atomic>
#include <cstddef>
#include <list>
#include <mutex>

namespace spool::storage {

/// Keeps descriptors between uses and can let go of them.
class FileHolder {
 public:
  virtual ~FileHolder() = default;
  /// Closes what is not in use, unless the holder is busy; never waits. False: busy.
  virtual bool try_release_files() = 0;
  /// Marks the holder as used; cheap.
  void mark_used() const { was_used_.store(true, std::memory_order_relaxed); }

 private:
  friend class OpenFiles;
  mutable std::atomic<bool> was_used_{true};
  // Guarded by the mutex of OpenFiles.
  bool is_listed_ = false;
  std::list<FileHolder*>::iterator place_;
};

/// Safe from any thread. Outlives its holders.
class OpenFiles {
 public:
  explicit OpenFiles(size_t holders_max) : holders_max_(holders_max) {}

  /// `holder` has opened a file. May be called with the holder's own lock held: no other holder is
  /// waited for.
  void add(FileHolder& holder);
  /// The holder has closed its files, or is about to go.
  void remove(FileHolder& holder);
  size_t count() const;

 private:
  void evict(const FileHolder& newcomer);

  const size_t holders_max_;
  mutable std::mutex mutex_;
  std::list<FileHolder*> holders_;  // next to be looked at first
};

}  // namespace spool::storage
