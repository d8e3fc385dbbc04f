#pragma once

/// Checks parts of a large segment on several threads, ahead of the one that goes through it.
///
/// Positions out of the offset index cut the segment into chunks. A chunk is sound when whole v2
/// batches with nothing wrong inside fill it from its first byte to its last. A scan that arrives
/// at its beginning would find just these, so it takes over what is known of them and goes on
/// behind. A chunk that is not sound, be it for a wrong index, is left to the scan.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/bytes.h"
#include "core/storage/entry_reader.h"
#include "core/storage/file.h"

namespace spool::storage {

/// What is known of a sound chunk.
struct CheckedChunk {
  struct Entry {
    EntryHeader header;
    int64_t records_count = 0;
    size_t kept_pos = 0, kept_bytes = 0;
  };
  std::vector<Entry> entries;
  /// Of entries with a producer: of control batches everything, of others the header as that of a
  /// batch without records.
  Buffer kept;

  BytesView kept_of(const Entry& entry) const {
    return BytesView(kept).subspan(entry.kept_pos, entry.kept_bytes);
  }
};

/// One thread calls take() with positions that grow.
class CheckAhead {
 public:
  /// file     outlives this
  /// cuts     where chunks begin and end, increasing
  /// threads  that work besides the caller's
  CheckAhead(const File& file, std::vector<int64_t> cuts, bool checks_records, int threads);
  ~CheckAhead();

  /// The chunk that begins at file_pos when there is one and it is sound, else nullptr. While
  /// others check it the caller checks chunks behind it.
  std::unique_ptr<CheckedChunk> take(int64_t file_pos);

 private:
  struct Worker;
  struct Part {
    bool is_done = false;
    std::unique_ptr<CheckedChunk> sound;
  };

  bool claim(size_t& part);
  void check_part(Worker& worker, size_t part, std::unique_lock<std::mutex>& lock);
  void work();

  const File& file_;
  const std::vector<int64_t> cuts_;
  const bool checks_records_;
  const size_t parts_ahead_max_;
  std::unique_ptr<Worker> own_;
  std::vector<std::thread> threads_;

  std::mutex mutex_;  // everything below
  std::condition_variable changed_;
  std::vector<Part> parts_;
  size_t next_ = 0;     // that take() has not looked at
  size_t claimed_ = 0;  // somebody checks or has checked all before
  bool is_stopping_ = false;
};

}  // namespace spool::storage
