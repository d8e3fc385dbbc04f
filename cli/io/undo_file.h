#pragma once

/// Renames that can be taken back: spool undo.
///
///   undo           text, in the backup's directory
///   line 1         "spool-undo 1"
///   further lines  "move" TAB now TAB before: what is now at the first path was at the second;
///                  taken back from the last line to the first
///
/// A line is durable before its rename happens, so that a crash leaves none without one.

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/storage/file.h"

namespace spool::cli {

class UndoFile {
 public:
  /// Makes `directory`/undo. Paths are written as absolute ones.
  static Result<UndoFile> create(storage::FileSystem& fs, const std::string& directory);

  const std::string& path() const { return path_; }
  /// Moves `from` to `to`.
  Status move(const std::string& from, const std::string& to);
  /// Moves `path` to `aside`, and `replacement` to `path`.
  Status exchange(const std::string& path, const std::string& aside,
                  const std::string& replacement);

 private:
  UndoFile(storage::FileSystem& fs, std::string path) : fs_(&fs), path_(std::move(path)) {}
  storage::FileSystem* fs_;
  std::string path_;
  std::shared_ptr<storage::File> file_;
  int64_t end_ = 0;
};

struct UndoMove {
  std::string now, before;
};
/// The moves in the order in which they are taken back.
/// errors  parse_error: not such a file
Result<std::vector<UndoMove>> read_undo_file(storage::FileSystem& fs, const std::string& path);

}  // namespace spool::cli
