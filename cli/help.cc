#include "cli/help.h"

#include <algorithm>
#include <vector>

#include "cli/commands.h"
#include "cli/io/json_text.h"
#include "cli/options.h"

namespace spool::cli {

namespace {

constexpr size_t kHelpColumn = 30;

/// "  left   right", right on the next line when left is too long.
void add_entry(std::string& out, std::string_view left, std::string_view right) {
  append_text(out, "  ", left);
  if (left.size() + 4 > kHelpColumn)
    append_text(out, "\n", std::string(kHelpColumn, ' '));
  else
    out.append(kHelpColumn - 2 - left.size(), ' ');
  append_text(out, right, "\n");
}

/// Breaks lines that are too long at their spaces. An entry goes on under its right side, other
/// text at the margin.
std::string wrapped(std::string_view text, size_t width) {
  std::string out;
  for (std::string_view line : split(text, '\n')) {
    const std::string indent(line.starts_with("  ") ? kHelpColumn : 0, ' ');
    size_t room = width, from = indent.size();  // what stands before `from` is never broken
    while (line.size() > room) {
      const size_t space = line.find_last_of(' ', room);
      if (space == std::string_view::npos || space <= from) break;
      append_text(out, line.substr(0, space), "\n", indent);
      line.remove_prefix(space + 1);
      room = width > indent.size() ? width - indent.size() : width;
      from = 0;
    }
    append_text(out, line, "\n");
  }
  out.pop_back();
  return out;
}

std::vector<const Option*> all_rows(const Command& command) {
  std::vector<const Option*> out;
  for (const OptionRows rows : command.options)
    for (const Option& row : rows) out.push_back(&row);
  for (const Option& row : kCommonOptions) out.push_back(&row);
  return out;
}

std::string row_help(const Option& row) {
  std::string out(row.help);
  if (!row.fallback.empty()) append_text(out, " [", row.fallback, "]");
  if (!row.variable.empty()) append_text(out, " ($", row.variable, ")");
  return out;
}

std::string_view kind_name(OptionKind kind) {
  switch (kind) {
    case OptionKind::flag:
      return "flag";
    case OptionKind::value:
      return "value";
    case OptionKind::list:
      return "list";
    case OptionKind::rest:
      return "rest";
  }
  return "";
}

void add_json_field(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  append_text(out, out.back() == '{' ? "" : ",");
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}

std::string option_json(const Option& row) {
  std::string out = "{";
  add_json_field(out, "name", row.name);
  if (row.letter != 0) add_json_field(out, "letter", std::string_view(&row.letter, 1));
  add_json_field(out, "kind", kind_name(row.kind));
  add_json_field(out, "value", row.value);
  add_json_field(out, "default", row.fallback);
  add_json_field(out, "variable", row.variable);
  add_json_field(out, "group", row.group);
  add_json_field(out, "help", row.help);
  return out + "}";
}

void add_commands(std::string& out, std::span<const Command* const> commands) {
  for (const Command* command : commands) add_entry(out, command->path, command->summary);
}

}  // namespace

std::string help_overview(size_t width) {
  std::string out =
      "Usage: spool COMMAND [OPTION...] [ARGUMENT...]\n\n"
      "A toolkit for Kafka and a local broker, in one file.\n\nCommands:\n";
  add_commands(out, all_commands());
  out += "\nOptions:\n";
  add_entry(out, "-h, --help", "Print this help; after a command, that command's");
  add_entry(out, "-V, --version", "Print the version");
  add_entry(out, "--help-json", "Print all commands and options as JSON");
  out +=
      "\nMost commands work on a broker (-b HOST:PORT) or, without any broker, on a data\n"
      "directory (--dir DIR). 'spool help COMMAND' says more, and so does 'man spool'.\n";
  return wrapped(out, width);
}

std::string help_noun(std::string_view noun, size_t width) {
  std::string out = concat("Usage: spool ", noun, " VERB [OPTION...] [ARGUMENT...]\n\nCommands:\n");
  add_commands(out, commands_of(noun));
  append_text(out, "\n'spool help ", noun, " VERB' says more.\n");
  return wrapped(out, width);
}

std::string help_command(const Command& command, size_t width) {
  std::string out =
      concat("Usage: spool ", command.path, " ", command.usage, "\n\n", command.summary, ".\n");
  if (!command.description.empty()) append_text(out, "\n", command.description, "\n");
  std::vector<const Option*> rows = all_rows(command);
  // Groups stand in the order of their first row, rows in the order of the table.
  while (!rows.empty()) {
    const std::string_view group = rows.front()->group;
    append_text(out, "\n", group, ":\n");
    std::erase_if(rows, [&](const Option* row) {
      if (row->group != group) return false;
      add_entry(out, row->letter == 0 ? "    " + option_text(*row) : option_text(*row),
                row_help(*row));
      return true;
    });
  }
  out = wrapped(out, width);
  if (command.examples.empty()) return out;
  out += "\nExamples:\n";  // to be copied, and so never broken
  for (const std::string_view line : split(command.examples, '\n'))
    append_text(out, "  ", line, "\n");
  return out;
}

std::string help_json(const Command& command) {
  std::string out = "{";
  add_json_field(out, "path", command.path);
  add_json_field(out, "usage", command.usage);
  add_json_field(out, "summary", command.summary);
  add_json_field(out, "examples", command.examples);
  out += ",\"options\":[";
  bool is_first = true;
  for (const Option* row : all_rows(command)) {
    append_text(out, is_first ? "\n    " : ",\n    ", option_json(*row));
    is_first = false;
  }
  return out + "]}";
}

std::string help_json_all() {
  std::string out = "[";
  for (const Command* command : all_commands())
    append_text(out, out.size() == 1 ? "\n  " : ",\n  ", help_json(*command));
  return out + "\n]";
}

}  // namespace spool::cli
