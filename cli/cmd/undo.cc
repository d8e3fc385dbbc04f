// undo FILE: takes back what a mutation did, from the file it left behind.

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/context.h"
#include "cli/io/log_paths.h"
#include "cli/io/progress.h"
#include "cli/io/undo_file.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

constexpr OptionRows kUndoRows[] = {kPlanOptions, kOutputOptions};
constexpr Column kUndoColumns[] = {{"action"}, {"from"}, {"to"}};

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

/// Without the moves that are back already: of an undo that was interrupted, and of a crash between
/// a line of the file and its rename. Where a move goes back to must be free, or made free before.
std::vector<UndoMove> still_to_do(std::vector<UndoMove> moves) {
  std::set<std::string> freed;
  std::erase_if(moves, [&](const UndoMove& move) {
    const bool is_taken = exists(move.before) && !freed.contains(move.before);
    if (is_taken || !exists(move.now)) return true;
    freed.insert(move.now);
    return false;
  });
  return moves;
}

Result<Exit> run_undo(Context& context, const Args& args) {
  storage::PosixFileSystem fs;
  std::string path = args.operands()[0];
  if (const auto info = fs.info(path); info && info->is_directory) path += "/undo";
  TRY_ASSIGN(auto moves, read_undo_file(fs, path));
  moves = still_to_do(std::move(moves));
  if (moves.empty()) {
    context.note("everything is back already");
    return Exit::done;
  }
  Table plan(kUndoColumns);
  for (const UndoMove& move : moves) plan.add({std::string("move"), move.now, move.before});
  TRY_ASSIGN(const auto answer, context.confirm(plan, "Undo?"));
  if (answer) return *answer;
  for (const UndoMove& move : moves)
    for (const std::string& data : {directory_of(move.before), directory_of(move.now)})
      if (is_in_use(fs, data))
        return fail(ErrorCode::locked,
                    concat(data, " is in use by another process; stop it first"));
  for (const UndoMove& move : moves) {
    if (exists(move.before))
      return fail(ErrorCode::already_exists, concat(move.before, " is in the way of ", move.now));
    TRY(fs.rename(move.now, move.before));
    TRY(fs.sync_directory(directory_of(move.before)));
  }
  context.note(concat("undid ", counted(static_cast<int64_t>(moves.size()), "move")));
  return Exit::done;
}

}  // namespace

extern const Command kUndoCommand;
constinit const Command kUndoCommand = {
    .path = "undo",
    .usage = "[OPTION...] FILE",
    .summary = "Take back what repair did",
    .description = "FILE is the file that repair names when it is done, or the directory it is in.",
    .examples = "spool undo was/undo",
    .options = kUndoRows,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_undo,
};

}  // namespace spool::cli
