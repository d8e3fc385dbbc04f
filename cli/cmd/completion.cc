// completion bash|zsh|fish: the shell's completion script on stdout.

#include "cli/completion.h"

#include "cli/context.h"

namespace spool::cli {

namespace {

Result<Exit> run_completion(Context& context, const Args& args) {
  const auto script = completion_script(args.operands()[0]);
  if (!script) return usage_error(concat("'", args.operands()[0], "' is not bash, zsh or fish"));
  context.out().write(*script);
  TRY(context.out().flush());
  return Exit::done;
}

}  // namespace

extern const Command kCompletionCommand;
constinit const Command kCompletionCommand = {
    .path = "completion",
    .usage = "bash|zsh|fish",
    .summary = "Print the completion script of a shell",
    .examples = "spool completion bash > ~/.local/share/bash-completion/completions/spool",
    .operands_min = 1,
    .operands_max = 1,
    .run = run_completion,
};

}  // namespace spool::cli
