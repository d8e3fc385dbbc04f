// The only file that includes CLI11: it costs 8 to 30 seconds to compile, and only the chosen
// command's rows are registered, because registering everything costs 10 ms at every start.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <list>

#include "cli/commands.h"
#include "cli/options.h"

namespace spool::cli {

namespace {

/// What CLI11 fills in for one row; in a list, because CLI11 keeps the addresses.
struct Slot {
  const Option* row;
  std::vector<std::string> values;
  CLI::Option* option = nullptr;
};

void add_row(CLI::App& app, Slot& slot) {
  const Option& row = *slot.row;
  const std::string names =
      row.letter != 0 ? concat("-", row.letter, ",--", row.name) : concat("--", row.name);
  if (row.kind == OptionKind::flag) {
    slot.option = app.add_flag(names);
    slot.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  } else {
    slot.option = app.add_option(names, slot.values);
    slot.option->expected(1)->allow_extra_args(false);
    slot.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
}

/// Splits at the row whose kind is rest: what follows it is not ours to parse. Empty when the row
/// is not there.
std::vector<std::string> take_rest(const Command& command, std::vector<std::string>& words,
                                   const Option*& rest) {
  for (const OptionRows rows : command.options) {
    const auto row = std::ranges::find(rows, OptionKind::rest, &Option::kind);
    if (row == rows.end()) continue;
    const auto at = std::ranges::find(words, concat("--", row->name));
    if (at == words.end()) continue;
    rest = &*row;
    std::vector<std::string> out(at + 1, words.end());
    words.erase(at, words.end());
    return out;
  }
  return {};
}

/// "--name=" as two words: CLI11 takes it for a missing value, but an empty one is a value.
std::vector<std::string> split_empty_values(const Command& command,
                                            const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word == "--") {
      out.insert(out.end(), words.begin() + static_cast<ptrdiff_t>(i), words.end());
      break;
    }
    const bool is_empty = word.starts_with("--") && word.find('=') == word.size() - 1;
    if (is_empty) word.remove_suffix(1);
    const Option* row = is_empty ? find_option(command, word.substr(2)) : nullptr;
    if (row == nullptr || row->kind == OptionKind::flag) {
      out.push_back(words[i]);
    } else {
      out.emplace_back(word);
      out.emplace_back();
    }
  }
  return out;
}

std::unexpected<Error> unknown_option(const Command& command, std::string word) {
  word = word.substr(0, word.find('='));
  std::vector<std::string_view> known;
  for (const OptionRows rows : command.options)
    for (const Option& row : rows) known.push_back(row.name);
  for (const Option& row : kCommonOptions) known.push_back(row.name);
  const size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  const auto near = nearest(std::string_view(word).substr(dashes), known);
  return usage_error(
      near.empty() ? concat("there is no option ", word)
                   : concat("there is no option ", word, "; did you mean --", near.front(), "?"));
}

Status check_values(const Args::Given& given) {
  const auto allowed = option_choices(*given.row);
  for (const std::string& value : given.values)
    if (!allowed.empty() && std::ranges::find(allowed, value) == allowed.end())
      return usage_error(
          concat("--", given.row->name, ": '", value, "' is not one of ", given.row->value));
  return {};
}

Status check_operand_count(const Command& command, const std::vector<std::string>& operands) {
  const auto count = static_cast<int>(operands.size());
  if (count < command.operands_min)
    return usage_error(
        concat("an argument is missing; usage: spool ", command.path, " ", command.usage));
  if (command.operands_max >= 0 && count > command.operands_max)
    return usage_error(concat("'", operands[static_cast<size_t>(command.operands_max)],
                              "' is one argument too many; usage: spool ", command.path, " ",
                              command.usage));
  return {};
}

/// CLI11's complaint in our words.
std::unexpected<Error> complaint(const Command& command, const CLI::App& app,
                                 const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto extras = app.remaining();
    return unknown_option(command, extras.empty() ? error.what() : extras.front());
  }
  const std::string_view what = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return usage_error(concat(what.substr(0, what.find(':')), ": a value is missing"));
  return usage_error(std::string(what));
}

}  // namespace

Result<Args> parse_args(const Command& command, const std::vector<std::string>& all_words) {
  std::vector<std::string> words = all_words;
  const Option* rest = nullptr;
  std::vector<std::string> rest_words = take_rest(command, words, rest);
  if (rest != nullptr && rest_words.empty())
    return usage_error(concat("--", rest->name, ": what to run is missing"));

  CLI::App app;
  app.set_help_flag();
  std::list<Slot> slots;
  std::vector<std::string> operands;
  try {
    for (const OptionRows rows : command.options)
      for (const Option& row : rows)
        if (row.kind != OptionKind::rest) add_row(app, slots.emplace_back(Slot{.row = &row}));
    for (const Option& row : kCommonOptions) add_row(app, slots.emplace_back(Slot{.row = &row}));
    app.add_option("operands", operands);
    words = split_empty_values(command, words);
    // CLI11 takes the words from the back.
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return complaint(command, app, error);
  }

  std::vector<Args::Given> given;
  bool is_help = false;
  for (Slot& slot : slots) {
    if (slot.option->count() == 0) continue;
    if (slot.row->kind == OptionKind::flag) slot.values.resize(slot.option->count());
    is_help = is_help || slot.row->name == "help" || slot.row->name == "help-json";
    given.push_back({slot.row, std::move(slot.values)});
    TRY(check_values(given.back()));
  }
  if (rest != nullptr) given.push_back({rest, std::move(rest_words)});
  if (!is_help) TRY(check_operand_count(command, operands));
  return Args(command, std::move(given), std::move(operands));
}

}  // namespace spool::cli
