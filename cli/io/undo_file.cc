#include "cli/io/undo_file.h"

#include <algorithm>
#include <filesystem>

#include "core/base/text.h"

namespace spool::cli {

namespace {

constexpr std::string_view kFirstLine = "spool-undo 1\n";

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return error ? path : whole.lexically_normal().string();
}

}  // namespace

Result<UndoFile> UndoFile::create(storage::FileSystem& fs, const std::string& directory) {
  UndoFile undo(fs, concat(directory, "/undo"));
  TRY_ASSIGN(undo.file_, fs.open(undo.path_, storage::OpenMode::replace));
  TRY(undo.file_->write_at(0, as_bytes(kFirstLine)));
  undo.end_ = static_cast<int64_t>(kFirstLine.size());
  TRY(undo.file_->sync_data());
  TRY(fs.sync_directory(directory));
  return undo;
}

Status UndoFile::move(const std::string& from, const std::string& to) {
  const std::string now = absolute(to), before = absolute(from);
  if (now.find_first_of("\t\n") != std::string::npos ||
      before.find_first_of("\t\n") != std::string::npos)
    return fail(ErrorCode::invalid_argument, concat(before, ": a name with a tab or a newline"));
  const std::string line = concat("move\t", now, '\t', before, '\n');
  TRY(file_->write_at(end_, as_bytes(line)));
  end_ += static_cast<int64_t>(line.size());
  TRY(file_->sync_data());
  return fs_->rename(from, to);
}

Status UndoFile::exchange(const std::string& path, const std::string& aside,
                          const std::string& replacement) {
  TRY(move(path, aside));
  return move(replacement, path);
}

Result<std::vector<UndoMove>> read_undo_file(storage::FileSystem& fs, const std::string& path) {
  TRY_ASSIGN(const std::string text, storage::read_small_file(fs, path));
  if (!text.starts_with(kFirstLine))
    return fail(ErrorCode::parse_error, concat(path, ": not a file to undo from"));
  std::vector<UndoMove> moves;
  for (const std::string_view line :
       split(std::string_view(text).substr(kFirstLine.size()), '\n')) {
    if (line.empty()) continue;
    const auto fields = split(line, '\t');
    if (fields.size() != 3 || fields[0] != "move")
      return fail(ErrorCode::parse_error, concat(path, ": '", line, "' is no move"));
    moves.push_back({std::string(fields[1]), std::string(fields[2])});
  }
  std::ranges::reverse(moves);
  return moves;
}

}  // namespace spool::cli
