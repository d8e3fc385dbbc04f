// group delete-offsets GROUP TOPIC[:N,...]...: what a group has committed for some partitions.

#include <algorithm>

#include "cli/cmd/group_changes.h"

namespace spool::cli {

namespace {

constexpr OptionRows kGroupDeleteOffsetsRows[] = {kPlanOptions, kOffsetChangeOptions,
                                                  kConnectionOptions, kOutputOptions};

/// The group's partitions that were named. A name without any is a failure: nothing is there to
/// delete.
Result<std::vector<OffsetChange>> make_changes(client::Client& client, const std::string& group,
                                               const std::vector<TopicChoice>& choices) {
  TRY_ASSIGN(const auto offsets, load_offsets(client, group));
  std::vector<OffsetChange> out;
  for (const TopicChoice& choice : choices) {
    const size_t before = out.size();
    for (const GroupOffset& one : offsets)
      if (choice.has(one.partition))
        out.push_back({.after = {group, one.partition}, .before = one});
    const size_t wanted = std::max<size_t>(1, choice.partitions.size());
    if (out.size() - before < wanted)
      return fail(ErrorCode::not_found,
                  concat("group ", group, " has not committed all that was named of topic ",
                         choice.topic, "; 'spool group describe ", group, "' shows what it has"));
  }
  return out;
}

Result<Exit> run_group_delete_offsets(Context& context, const Args& args) {
  const std::string& group = args.operands()[0];
  TRY_ASSIGN(const auto choices, parse_topic_choices(std::span(args.operands()).subspan(1)));
  TRY_ASSIGN(Session session,
             Session::open(args, args.flag("dry-run") ? Access::read : Access::write));
  TRY(describe_existing(session.client(), group));
  TRY_ASSIGN(const auto changes, make_changes(session.client(), group, choices));
  TRY_ASSIGN(const Exit exit,
             change_offsets(context, args, session.client(), changes, "Delete these offsets?"));
  TRY(session.close());
  return exit;
}

}  // namespace

extern const Command kGroupDeleteOffsetsCommand;
constinit const Command kGroupDeleteOffsetsCommand = {
    .path = "group delete-offsets",
    .usage = "[OPTION...] GROUP TOPIC[:N,...]...",
    .summary = "Delete what a group has committed for topics",
    .description =
        "Where nothing is committed, a member begins where its own settings say. A group whose "
        "members read the topic is refused. Prints what would go and asks on a terminal; a script "
        "says --yes.",
    .examples = "spool group delete-offsets app orders:0,1",
    .options = kGroupDeleteOffsetsRows,
    .operands_min = 2,
    .operands_max = -1,
    .run = run_group_delete_offsets,
};

}  // namespace spool::cli
