// topic list [PATTERN...]: names, partitions, replication factors.

#include "cli/cmd/read_topics.h"
#include "cli/cmd/topics.h"
#include "cli/context.h"
#include "cli/session.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

constexpr Option kTopicListOptions[] = {
    {.name = "internal",
     .help = "List internal topics too, such as __consumer_offsets",
     .group = "Topics"},
};
constexpr OptionRows kTopicListRows[] = {kTopicListOptions, kConnectionOptions, kOutputOptions};

constexpr Column kTopicListColumns[] = {
    {"topic"}, {"partitions", true}, {"replication_factor", true}, {"topic_id"}};

Result<Exit> run_topic_list(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(auto topics, client::list_topics(session.client()));
  TRY(session.close());
  Table table(kTopicListColumns);
  for (const client::TopicInfo& topic : topics) {
    if ((topic.is_internal && !args.flag("internal")) || !matches_a_pattern(args.operands(), topic.name))
      continue;
    const size_t copies = topic.partitions.empty() ? 0 : topic.partitions[0].replicas.size();
    table.add({topic.name, static_cast<int64_t>(topic.partitions.size()),
               static_cast<int64_t>(copies), id_cell(topic.id)});
  }
  const bool is_miss = !args.operands().empty() && table.row_count() == 0;
  TRY(context.print(table));
  return is_miss ? Exit::not_found : Exit::done;
}

}  // namespace

extern const Command kTopicListCommand;
constinit const Command kTopicListCommand = {
    .path = "topic list",
    .usage = "[OPTION...] [PATTERN...]",
    .summary = "List topics",
    .description =
        "A PATTERN is a name with the shell's *, ? and [...]. Exit code 3 when no topic matches.",
    .examples = "spool topic list 'order*'",
    .options = kTopicListRows,
    .operands_max = -1,
    .run = run_topic_list,
};

}  // namespace spool::cli
