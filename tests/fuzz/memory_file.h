#pragma once

/// A file system of one file in memory, for targets that read files.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/storage/file.h"

namespace spool::storage {

class MemoryFile final : public File {
 public:
  MemoryFile(std::string path, BytesView bytes) : path_(std::move(path)), bytes_(bytes) {}
  const std::string& path() const override { return path_; }
  Result<size_t> read_at(int64_t file_pos, MutableBytes into) const override {
    if (file_pos < 0 || file_pos >= static_cast<int64_t>(bytes_.size())) return size_t{0};
    const BytesView rest = bytes_.subspan(static_cast<size_t>(file_pos));
    const size_t count = std::min(rest.size(), into.size());
    std::copy_n(rest.begin(), count, into.begin());
    return count;
  }
  Result<int64_t> size() const override { return static_cast<int64_t>(bytes_.size()); }
  int native_fd() const override { return -1; }
  Status write_at(int64_t, BytesView) override { return fail(ErrorCode::read_only); }
  Status truncate(int64_t) override { return fail(ErrorCode::read_only); }
  Status sync_data() override { return {}; }
  Result<bool> try_lock() override { return true; }

 private:
  std::string path_;
  BytesView bytes_;
};

}  // namespace spool::storage
