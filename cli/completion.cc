#include "cli/completion.h"

#include <vector>

#include "cli/commands.h"
#include "cli/options.h"

namespace spool::cli {

namespace {

/// Calls `use` for every row of the command, the common ones last.
template <class Use>
void for_each_row(const Command& command, Use&& use) {
  for (const OptionRows rows : command.options)
    for (const Option& row : rows) use(row);
  for (const Option& row : kCommonOptions) use(row);
}

/// In single quotes for a POSIX shell and for fish.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) append_text(out, c == '\'' ? "'\\''" : std::string_view(&c, 1));
  return out + "'";
}

std::string words_of_choice(const Option& row) {
  std::string out;
  for (const std::string_view word : option_choices(row))
    append_text(out, out.empty() ? "" : " ", word);
  return out;
}

/// Words that may follow `path`: nouns and whole commands after "", verbs after a noun.
std::vector<std::string_view> next_words(std::string_view path) {
  std::vector<std::string_view> out;
  for (const Command* command : all_commands()) {
    const auto words = split(command->path, ' ');
    const bool is_here = path.empty() ? true : words.size() == 2 && words[0] == path;
    if (!is_here) continue;
    const std::string_view word = path.empty() ? words[0] : words[1];
    if (out.empty() || out.back() != word) out.push_back(word);
  }
  return out;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) append_text(out, out.empty() ? "" : " ", word);
  return out;
}

std::vector<std::string_view> nouns() {
  std::vector<std::string_view> out;
  for (const std::string_view word : next_words(""))
    if (!commands_of(word).empty()) out.push_back(word);
  return out;
}

/// "topic|cluster" as a case pattern.
std::string noun_pattern() {
  std::string out;
  for (const std::string_view noun : nouns()) append_text(out, out.empty() ? "" : "|", noun);
  return out;
}

/// "-b|--broker" as a case pattern after the command's path.
std::string case_pattern(const Command& command, const Option& row) {
  std::string out = quoted(concat(command.path, " --", row.name));
  if (row.letter != 0) append_text(out, "|", quoted(concat(command.path, " -", row.letter)));
  return out;
}

/// "topic" or "group" where live names of these complete an argument, by what the usage line or the
/// option row calls it.
std::string_view live_noun(std::string_view called) {
  const auto has = [&](std::string_view word) {
    return called.find(word) != std::string_view::npos;
  };
  if (has("GROUP")) return "group";
  return has("TOPIC") || has("FROM") || has("END") ? "topic" : "";
}

std::string_view live_noun(const Command& command) {
  const bool is_list = command.usage.find("PATTERN") != std::string_view::npos;
  return is_list ? split(command.path, ' ')[0] : live_noun(command.usage);
}

std::string_view live_noun(const Option& row) {
  return row.value == "TOPIC" || row.value == "GROUP" ? live_noun(row.value) : "";
}

/// How a shell asks for them: shortly, and where the command line says.
constexpr std::string_view kListNames =
    " list --columns $1 --no-header --timeout 1s --connect-timeout 500ms ";

/// What completes an option's value: a list of words, files, live names, or nothing.
std::string value_action(const Option& row) {
  const std::string words = words_of_choice(row);
  if (!words.empty()) return concat("COMPREPLY=($(compgen -W ", quoted(words), " -- \"$cur\"))");
  if (row.value == "DIR") return "COMPREPLY=($(compgen -d -- \"$cur\"))";
  if (row.value == "FILE") return "COMPREPLY=($(compgen -f -- \"$cur\"))";
  if (const auto noun = live_noun(row); !noun.empty()) return concat("_spool_names ", noun);
  return "COMPREPLY=()";
}

std::string bash_script() {
  std::string values, options, live;
  for (const Command* command : all_commands()) {
    std::string names;
    if (const auto noun = live_noun(*command); !noun.empty())
      append_text(live, "    ", quoted(command->path), ") _spool_names ", noun, "; return ;;\n");
    for_each_row(*command, [&](const Option& row) {
      append_text(names, names.empty() ? "" : " ", "--", row.name);
      if (row.kind == OptionKind::value || row.kind == OptionKind::list)
        append_text(values, "    ", case_pattern(*command, row), ") ", value_action(row),
                    "; return ;;\n");
    });
    append_text(options, "    ", quoted(command->path), ") words=", quoted(names), " ;;\n");
  }
  std::string nexts;
  for (const std::string_view noun : nouns())
    append_text(nexts, "    ", quoted(noun), ") words=", quoted(joined(next_words(noun))), " ;;\n");
  return concat(
      "# bash completion for spool; made by 'spool completion bash'\n"
      "_spool_names() {  # topic or group: those that are where the command line says\n"
      "  local words at=() i\n"
      "  read -ra words <<< \"${COMP_LINE:0:COMP_POINT}\"\n"
      "  for ((i = 1; i < ${#words[@]}; i++)); do\n"
      "    case ${words[i]} in\n"
      "      -b|--broker|--dir|--profile) at+=(\"${words[@]:i:2}\") ;;\n"
      "      --broker=*|--dir=*|--profile=*) at+=(\"${words[i]}\") ;;\n"
      "    esac\n"
      "  done\n"
      "  COMPREPLY=($(compgen -W \"$(spool $1",
      kListNames,
      "\"${at[@]}\" 2>/dev/null)\" -- \"$cur\"))\n"
      "}\n"
      "_spool() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
      "path=${COMP_WORDS[1]} words=''\n"
      "  if (( COMP_CWORD == 1 )); then\n"
      "    COMPREPLY=($(compgen -W ",
      quoted(joined(next_words("")) + " --help --version --help-json"),
      " -- \"$cur\"))\n    return\n  fi\n"
      "  case $path in ",
      noun_pattern(),
      ") (( COMP_CWORD > 2 )) && path=\"$path ${COMP_WORDS[2]}\" ;; esac\n"
      "  case \"$path $prev\" in\n",
      values,
      "  esac\n"
      "  case $path in\n",
      nexts, options,
      "  esac\n"
      "  [[ $cur == -* ]] || case $path in\n",
      live, "    ", noun_pattern(),
      ") ;;\n    *) return ;;\n  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
      "}\n"
      "complete -o default -F _spool spool\n");
}

/// One argument of zsh's _arguments: '(-b --broker)'{-b,--broker}'[help]:HOST:PORT:action'.
std::string zsh_argument(const Option& row) {
  std::string help;
  for (const char c : row.help) append_text(help, c == '[' || c == ']' || c == ':' ? "\\" : "", c);
  std::string value;
  if (row.kind == OptionKind::value || row.kind == OptionKind::list) {
    std::string name;
    for (const char c : row.value) append_text(name, c == ':' ? "\\:" : std::string_view(&c, 1));
    const std::string words = words_of_choice(row);
    const std::string action = !words.empty()            ? concat("(", words, ")")
                               : row.value == "DIR"      ? "_files -/"
                               : row.value == "FILE"     ? "_files"
                               : !live_noun(row).empty() ? concat("_spool_names ", live_noun(row))
                                                         : " ";
    value = concat(":", words.empty() ? name : std::string(row.name), ":", action);
  }
  const std::string_view repeat = row.kind == OptionKind::list ? "*" : "";
  const std::string tail = concat("[", help, "]", value);
  if (row.letter == 0) return quoted(concat(repeat, "--", row.name, tail));
  return concat(quoted(concat(repeat, "-", row.letter, tail)), " ",
                quoted(concat(repeat, "--", row.name, tail)));
}

std::string zsh_describe(const std::vector<std::string_view>& words) {
  std::string out = "_values command";
  for (const std::string_view word : words) append_text(out, " ", word);
  return out;
}

std::string zsh_script() {
  std::string cases;
  for (const std::string_view noun : nouns())
    append_text(cases, "    ", noun, ") ", zsh_describe(next_words(noun)), " ;;\n");
  for (const Command* command : all_commands()) {
    append_text(cases, "    ", quoted(command->path), ")\n      _arguments -S");
    for_each_row(*command, [&](const Option& row) {
      append_text(cases, " \\\n        ", zsh_argument(row));
    });
    const std::string_view noun = live_noun(*command);
    append_text(cases, " \\\n        '*:",
                noun.empty() ? "argument:_files" : concat(noun, ":_spool_names ", noun), "' ;;\n");
  }
  return concat(
      "#compdef spool\n# zsh completion for spool; made by 'spool completion zsh'\n"
      "_spool_names() {  # topic or group: those that are where the command line says\n"
      "  local -a at names\n"
      "  local i\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    case $words[i] in\n"
      "      (-b|--broker|--dir|--profile) at+=(\"$words[i]\" \"$words[i+1]\") ;;\n"
      "      (--broker=*|--dir=*|--profile=*) at+=(\"$words[i]\") ;;\n"
      "    esac\n"
      "  done\n"
      "  names=(${(f)\"$(spool $1",
      kListNames,
      "$at 2>/dev/null)\"})\n"
      "  compadd -a names\n"
      "}\n"
      "_spool() {\n"
      "  if (( CURRENT == 2 )); then\n    ",
      zsh_describe(next_words("")),
      "\n    return\n  fi\n"
      "  local path_words=$words[2] taken=1\n"
      "  case $path_words in (",
      noun_pattern(),
      ") (( CURRENT > 3 )) && path_words=\"$words[2] $words[3]\" taken=2 ;; esac\n"
      "  words=(spool ${words[taken+2,-1]})\n"
      "  (( CURRENT -= taken ))\n"
      "  case $path_words in\n",
      cases,
      "  esac\n"
      "}\n"
      "if [[ $funcstack[1] == _spool ]]; then _spool \"$@\"; else compdef _spool spool; fi\n");
}

/// fish's condition for a command: its first words were typed.
std::string fish_condition(const Command& command) {
  std::string out = "__fish_seen_subcommand_from";
  const auto words = split(command.path, ' ');
  append_text(out, " ", words[0]);
  if (words.size() == 2) append_text(out, "; and __fish_seen_subcommand_from ", words[1]);
  return quoted(out);
}

std::string fish_option(const Command& command, const Option& row) {
  std::string out = concat("complete -c spool -n ", fish_condition(command), " -l ", row.name);
  if (row.letter != 0) append_text(out, " -s ", row.letter);
  if (row.kind == OptionKind::value || row.kind == OptionKind::list) {
    const std::string words = words_of_choice(row);
    if (!words.empty())
      append_text(out, " -x -a ", quoted(words));
    else if (row.value == "DIR")
      out += " -x -a '(__fish_complete_directories)'";
    else
      out += row.value == "FILE" ? " -r" : " -x";
    if (const auto noun = live_noun(row); !noun.empty())
      append_text(out, " -a '(__spool_names ", noun, ")'");
  }
  return concat(out, " -d ", quoted(row.help), "\n");
}

std::string fish_script() {
  std::string out =
      "# fish completion for spool; made by 'spool completion fish'\n"
      "function __spool_names  # topic or group: those that are where the command line says\n"
      "  set -l words (commandline -opc)\n"
      "  set -l at\n"
      "  for i in (seq (count $words))\n"
      "    switch $words[$i]\n"
      "      case -b --broker --dir --profile\n"
      "        set -a at $words[$i] $words[(math $i + 1)]\n"
      "      case '--broker=*' '--dir=*' '--profile=*'\n"
      "        set -a at $words[$i]\n"
      "    end\n"
      "  end\n"
      "  set -l noun $argv[1]\n"
      "  spool $noun list --columns $noun --no-header --timeout 1s --connect-timeout 500ms $at "
      "2>/dev/null\n"
      "end\n";
  for (const std::string_view word : next_words(""))
    append_text(out, "complete -c spool -n __fish_use_subcommand -f -a ", word, "\n");
  for (const std::string_view noun : nouns())
    append_text(out, "complete -c spool -n '__fish_seen_subcommand_from ", noun,
                "; and not __fish_seen_subcommand_from ", joined(next_words(noun)), "' -f -a ",
                quoted(joined(next_words(noun))), "\n");
  for (const Command* command : all_commands()) {
    if (const auto noun = live_noun(*command); !noun.empty())
      append_text(out, "complete -c spool -n ", fish_condition(*command), " -f -a '(__spool_names ",
                  noun, ")'\n");
    for_each_row(*command, [&](const Option& row) { out += fish_option(*command, row); });
  }
  return out;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return std::nullopt;
}

}  // namespace spool::cli
