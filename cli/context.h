#pragma once

/// What a running command works with: its streams, the broker or directory the command line names,
/// and the questions that mutations ask.

#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/io/out.h"
#include "cli/io/table.h"
#include "cli/options.h"
#include "core/base/error.h"

namespace spool::cli {

/// One command's surroundings. One thread.
class Context {
 public:
  Context(const Args& args, Out& out, Out& err) : args_(args), out_(out), err_(err) {}

  /// stdout: data only.
  Out& out() { return out_; }
  /// Where notes and complaints go.
  Out& err() { return err_; }
  /// Everything else goes to stderr. A note is prose about what was done; --quiet drops it.
  void note(std::string_view text);
  /// "spool: text"; never dropped. For the failure of one part while others go on; the command then
  /// returns Exit::failed.
  void complain(std::string_view text);
  /// Progress on a terminal: raw text to stderr, at once.
  void draw(std::string_view text);
  bool is_err_terminal() const { return err_.is_terminal(); }

  /// One line that the next one takes the place of, for progress; only on a terminal, and not when
  /// --quiet. An empty text takes it away.
  void show_status(std::string_view text);
  bool shows_status() const { return err_.is_terminal() && !args_.flag("quiet"); }

  /// Prints the table to stdout as --output, --columns and --no-header say.
  Status print(Table& table);

  /// The last step before a mutation: prints the plan (unless --quiet with --yes) and says whether
  /// to go on.
  /// --dry-run: the plan on stdout, Exit::done. --yes: go on. Terminal: asks; "no" is Exit::failed.
  /// Otherwise Exit::usage, with the plan and what to add. returns  nullopt to go on, else the exit
  /// code to return at once
  Result<std::optional<Exit>> confirm(Table& plan, std::string_view question);
  /// The same for what destroys nothing: no question, but --dry-run ends after the plan.
  Result<std::optional<Exit>> announce(Table& plan);

 private:
  void show_plan(const Table& plan);

  const Args& args_;
  Out& out_;
  Out& err_;
  bool has_status_ = false;  ///< a status line stands on the terminal
};

}  // namespace spool::cli
