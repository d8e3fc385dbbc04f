// group list [PATTERN...]: groups of every kind, their state and, where asked for, their lag.

#include <algorithm>

#include "cli/cmd/groups.h"
#include "cli/cmd/read_topics.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr Option kGroupListOptions[] = {
    {.name = "state",
     .kind = OptionKind::list,
     .value = "STATE",
     .help = "Only groups in this state: Stable, Empty, Dead, ...; may be repeated",
     .group = "Groups"},
    {.name = "type",
     .kind = OptionKind::list,
     .value = "TYPE",
     .help = "Only groups of this type: Classic, Consumer, Share, Streams; may be repeated",
     .group = "Groups"},
    {.name = "lag", .help = "Count how many records each group has to read", .group = "Groups"},
    {.name = "lag-over",
     .kind = OptionKind::value,
     .value = "N",
     .help = "Only groups that have more than N records to read",
     .group = "Groups"},
};
constexpr OptionRows kGroupListRows[] = {kGroupListOptions, kConnectionOptions, kOutputOptions};
constexpr Column kGroupListColumns[] = {{"group"}, {"type"},      {"protocol_type"},
                                        {"state"}, {"lag", true}, {"coordinator", true}};

bool is_one_of(std::span<const std::string> words, const std::string& word) {
  return words.empty() || std::ranges::any_of(words, [&](const std::string& one) {
           return to_lower(one) == to_lower(word);
         });
}

/// Records to read in all partitions; null where none tells.
Result<Cell> total_lag(client::Client& client, const client::GroupListing& listed) {
  client::GroupDescription group;
  group.id = listed.id;
  TRY_ASSIGN(const auto positions, find_positions(client, group, false));
  Cell total;
  for (const GroupPosition& position : positions)
    if (position.lag)
      total =
          (std::holds_alternative<int64_t>(total) ? std::get<int64_t>(total) : 0) + *position.lag;
  return total;
}

Result<Exit> run_group_list(Context& context, const Args& args) {
  TRY_ASSIGN(const auto lag_over, args.number<int64_t>("lag-over", 0));
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto groups, client::list_groups(session.client()));
  Table table(kGroupListColumns);
  for (const client::GroupListing& group : groups) {
    if (!matches_a_pattern(args.operands(), group.id) ||
        !is_one_of(args.list("state"), group.state) || !is_one_of(args.list("type"), group.type))
      continue;
    Cell lag;
    if (args.flag("lag") || lag_over) {
      TRY_ASSIGN(lag, total_lag(session.client(), group));
    }
    const auto* const records = std::get_if<int64_t>(&lag);
    if (lag_over && (records == nullptr || *records <= *lag_over)) continue;
    const auto known = [](const std::string& text) { return text.empty() ? Cell() : Cell(text); };
    table.add({group.id, known(group.type), known(group.protocol_type), known(group.state), lag,
               int64_t{group.coordinator}});
  }
  TRY(session.close());
  const bool is_miss = !args.operands().empty() && table.row_count() == 0;
  TRY(context.print(table));
  return is_miss ? Exit::not_found : Exit::done;
}

}  // namespace

extern const Command kGroupListCommand;
constinit const Command kGroupListCommand = {
    .path = "group list",
    .usage = "[OPTION...] [PATTERN...]",
    .summary = "List groups",
    .description =
        "A PATTERN is a name with the shell's *, ? and [...]. Exit code 3 when no group matches.",
    .examples = "spool group list --lag-over 1000",
    .options = kGroupListRows,
    .operands_max = -1,
    .run = run_group_list,
};

}  // namespace spool::cli
