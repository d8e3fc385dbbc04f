/// spool: one program, many commands. Finds the command, parses its options, runs it, and turns the
/// outcome into an exit code.

#include <fcntl.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/compat/personalities.h"
#include "cli/context.h"
#include "cli/errors.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/version.h"

namespace spool::cli {
namespace {

/// "spool: what went wrong", and after an error of usage where the help is.
Exit report(Out& err, const Error& error, std::string_view command_path) {
  // A broker's bare code is a word for programs; a person gets the sentence.
  std::string_view text = error.text();
  const std::string_view name = error_name(error.code());
  const bool is_bare = text.ends_with(name);
  if (is_bare) text.remove_suffix(name.size());
  err.line(concat("spool: ", text, is_bare ? explain(error.code(), "") : ""));
  if (exit_of(error) == Exit::usage)
    err.line(concat("Try 'spool ", command_path, command_path.empty() ? "" : " ", "--help'."));
  return exit_of(error);
}

Exit unknown_command(Out& err, const std::vector<std::string>& words) {
  const bool is_noun = !commands_of(words[0]).empty();
  if (is_noun && words.size() == 1)
    return report(err, Error(ErrorCode::invalid_argument, concat("'", words[0], "' needs a verb")),
                  words[0]);
  const std::string typed = is_noun ? concat(words[0], " ", words[1]) : words[0];
  std::vector<std::string_view> known;
  for (const Command* command : all_commands()) {
    const std::string_view noun = split(command->path, ' ')[0];
    if (is_noun)
      known.push_back(command->path);
    else if (std::ranges::find(known, noun) == known.end())
      known.push_back(noun);
  }
  std::string text = concat("there is no command '", typed, "'");
  const auto near = nearest(typed, known);
  for (size_t i = 0; i < near.size(); ++i)
    append_text(text, i == 0 ? "; did you mean '" : " or '", near[i], "'");
  return report(err, Error(ErrorCode::invalid_argument, text + (near.empty() ? "" : "?")),
                is_noun ? words[0] : "");
}

Exit print(Out& out, Out& err, std::string_view text) {
  out.write(text);
  const Status written = out.flush();
  return written ? Exit::done : report(err, written.error(), "");
}

/// What a person may want longer, when something took too long.
void name_timeouts(Out& err, const Args& args) {
  std::string text;
  for (const std::string_view name : {"timeout", "connect-timeout"})
    if (find_option(args.command(), name) != nullptr)
      append_text(text, text.empty() ? "  waited as long as " : ", ", "--", name, " ",
                  args.text(name));
  if (!text.empty()) err.line(concat(text, " allow"));
}

Exit run_command(const Command& command, const std::vector<std::string>& words, Out& out,
                 Out& err) {
  const auto args = parse_args(command, words);
  if (!args) return report(err, args.error(), command.path);
  if (args->flag("help")) return print(out, err, help_command(command, out.columns()));
  if (args->flag("help-json")) return print(out, err, help_json(command) + "\n");
  Context context(*args, out, err);
  Result<Exit> outcome = command.run(context, *args);
  if (const Status flushed = out.flush(); outcome && !flushed)
    outcome = std::unexpected(flushed.error());
  if (outcome) return *outcome;
  const Exit exit = report(err, outcome.error(), command.path);
  if (exit == Exit::timed_out) name_timeouts(err, *args);
  return exit;
}

/// Options that stand before any command.
Exit run_words(const std::vector<std::string>& words, Out& out, Out& err) {
  if (words.empty()) {
    err.write(help_overview(err.columns()));
    return Exit::usage;
  }
  const std::string& first = words[0];
  if (first == "--help" || first == "-h") return print(out, err, help_overview(out.columns()));
  if (first == "--help-json") return print(out, err, help_json_all() + "\n");
  if (first == "--version" || first == "-V")
    return print(out, err, concat("spool ", kVersion, "\n"));
  if (const Personality* const other = find_personality(first)) {
    auto outcome = other->run({words.begin() + 1, words.end()}, out, err);
    if (const Status flushed = out.flush(); outcome && !flushed) outcome = fail(flushed.error());
    return outcome ? *outcome : report(err, outcome.error(), other->name);
  }
  const Lookup found = find_command(words);
  if (found.command != nullptr)
    return run_command(*found.command,
                       {words.begin() + static_cast<ptrdiff_t>(found.word_count), words.end()}, out,
                       err);
  if (words.size() == 2 && (words[1] == "--help" || words[1] == "-h") &&
      !commands_of(first).empty())
    return print(out, err, help_noun(first, out.columns()));
  if (first.starts_with('-'))
    return report(err,
                  Error(ErrorCode::invalid_argument,
                        concat("'", first, "' stands where the command belongs")),
                  "");
  return unknown_command(err, words);
}

/// Descriptors that the caller has closed: a file or socket of ours would be opened as stdout, and
/// get what is printed. What is opened here cannot be read or written, so that who tries hears of
/// it.
void keep_standard_descriptors() {
  const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) != -1; };
  if (!is_open(STDIN_FILENO)) (void)::open("/dev/null", O_WRONLY);
  if (!is_open(STDOUT_FILENO)) (void)::open("/dev/null", O_RDONLY);
  if (!is_open(STDERR_FILENO)) (void)::open("/dev/null", O_WRONLY);
}

/// Called by another name (a link spool-topic or topic), that name is the first word.
std::vector<std::string> command_words(int argc, char** argv) {
  if (argc == 0) return {};
  std::vector<std::string> words(argv + 1, argv + argc);
  std::string_view name = argv[0];
  name = name.substr(name.find_last_of('/') + 1);
  if (name.starts_with("spool-")) name.remove_prefix(6);
  const bool is_command = std::ranges::any_of(
      all_commands(), [&](const Command* command) { return split(command->path, ' ')[0] == name; });
  if (is_command || find_personality(name) != nullptr)
    words.insert(words.begin(), std::string(name));
  return words;
}

}  // namespace
}  // namespace spool::cli

int main(int argc, char** argv) {
  using namespace spool::cli;
  // A reader that goes away is an error of write(), which ends us quietly and flushed, not a blow
  // from behind.
  std::signal(SIGPIPE, SIG_IGN);
  keep_standard_descriptors();
  Out out(STDOUT_FILENO);
  Out err(STDERR_FILENO);
  const Exit exit = run_words(command_words(argc, argv), out, err);
  if (out.is_broken_pipe()) return static_cast<int>(Exit::broken_pipe);
  (void)err.flush();
  return static_cast<int>(exit);
}
