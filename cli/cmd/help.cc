// help [COMMAND...]: the same text as COMMAND --help.

#include "cli/help.h"

#include "cli/commands.h"
#include "cli/context.h"

namespace spool::cli {

namespace {

Result<Exit> run_help(Context& context, const Args& args) {
  const auto& words = args.operands();
  std::string path;
  for (const std::string& word : words) append_text(path, path.empty() ? "" : " ", word);

  if (words.empty())
    context.out().write(help_overview(context.out().columns()));
  else if (const Lookup found = find_command(words); found.word_count == words.size())
    context.out().write(help_command(*found.command, context.out().columns()));
  else if (words.size() == 1 && !commands_of(words[0]).empty())
    context.out().write(help_noun(words[0], context.out().columns()));
  else
    return usage_error(concat("there is no command '", path, "'; 'spool help' lists them"));
  TRY(context.out().flush());
  return Exit::done;
}

}  // namespace

extern const Command kHelpCommand;
constinit const Command kHelpCommand = {
    .path = "help",
    .usage = "[COMMAND...]",
    .summary = "Print the help of a command",
    .examples = "spool help topic create",
    .operands_max = 2,
    .run = run_help,
};

}  // namespace spool::cli
