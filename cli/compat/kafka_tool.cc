#include "cli/compat/kafka_tool.h"

#include <re2/re2.h>

#include <algorithm>

#include "cli/context.h"
#include "cli/errors.h"
#include "cli/help.h"
#include "cli/options.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

std::string renamed(std::string_view word, std::span<const OptionName> names) {
  if (!word.starts_with("--")) return std::string(word);
  const size_t end = std::min(word.find('='), word.size());
  const std::string_view name = word.substr(2, end - 2);
  for (const auto& list : {names, std::span<const OptionName>(kConnectionNames)}) {
    const auto found = std::ranges::find(list, name, &OptionName::theirs);
    if (found != list.end()) return concat("--", found->ours, word.substr(end));
  }
  return std::string(word);
}

}  // namespace

Result<Exit> run_tool(const Command& command, std::span<const OptionName> names,
                      const std::vector<std::string>& words, Out& out, Out& err) {
  std::vector<std::string> ours;
  for (const std::string& word : words) ours.push_back(renamed(word, names));
  TRY_ASSIGN(const Args args, parse_args(command, ours));
  if (args.flag("help")) {
    out.write(help_command(command, out.columns()));
    return Exit::done;
  }
  Context context(args, out, err);
  return command.run(context, args);
}

Result<std::vector<client::TopicInfo>> matching_topics(client::Client& client,
                                                       std::optional<std::string_view> expression,
                                                       bool with_internal) {
  // As Kafka's IncludeList reads it: commas are alternatives, blanks and quotes are nothing.
  std::string text;
  for (const char c : expression.value_or(".*"))
    if (c != ' ' && c != '"' && c != '\'') text += c == ',' ? '|' : c;
  const RE2 pattern(text, RE2::Quiet);
  if (!pattern.ok()) return usage_error(concat("'", text, "': ", pattern.error()));
  TRY_ASSIGN(auto topics, client::list_topics(client));
  std::erase_if(topics, [&](const client::TopicInfo& topic) {
    return (topic.is_internal && !with_internal) || !RE2::FullMatch(topic.name, pattern);
  });
  return topics;
}

Result<Exit> run_action(std::span<const ToolAction> actions, std::string_view usage,
                        Context& context, const Args& args) {
  const auto is_chosen = [&](const ToolAction& action) { return args.flag(action.option); };
  const auto chosen = std::ranges::find_if(actions, is_chosen);
  if (std::ranges::count_if(actions, is_chosen) != 1) return usage_error(std::string(usage));
  TRY_ASSIGN(Session session, Session::open(args, chosen->access));
  const auto exit = chosen->run(context, args, session.client());
  const Status closed = session.close();
  if (!exit) return exit;
  TRY(closed);
  return exit;
}

std::string joined(const std::vector<int32_t>& numbers) {
  std::string out;
  for (const int32_t number : numbers) append_text(out, out.empty() ? "" : ",", number);
  return out;
}

Result<bool> parse_bool(std::string_view name, std::string_view value) {
  if (value == "true" || value == "false") return value == "true";
  return usage_error(concat(name, ": '", value, "' is neither true nor false"));
}

}  // namespace spool::cli
