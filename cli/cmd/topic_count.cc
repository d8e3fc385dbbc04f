// topic count TOPIC...: how many offsets topics span, and how many records they hold.

#include <map>

#include "cli/cmd/read_topics.h"
#include "cli/context.h"
#include "cli/session.h"
#include "core/client/fetcher.h"

namespace spool::cli {

namespace {

constexpr Option kTopicCountOptions[] = {
    {.name = "exact",
     .help = "Read everything and count the records, which compaction, markers and transactions "
             "make fewer than offsets",
     .group = "What"},
    {.name = "by-partition", .help = "A row for each partition", .group = "What"},
    {.name = "offset",
     .letter = 'o',
     .kind = OptionKind::value,
     .value = "WHERE",
     .fallback = "beginning",
     .help = "Count from here, and after a colon up to where, as in consume -o: @-1h:, 10:20",
     .group = "What"},
};
constexpr OptionRows kTopicCountRows[] = {kTopicCountOptions, kTopicOptions, kIsolationOptions,
                                          kConnectionOptions, kOutputOptions};

constexpr Column kTopicCountColumns[] = {
    {"topic"}, {"partition", true}, {"offsets", true}, {"records", true}};

struct Count {
  int64_t offsets = 0;
  int64_t records = 0;
};
using Counts = std::map<std::pair<std::string, int32_t>, Count>;

Status count_records(client::Fetcher& fetcher, Counts& counts) {
  record::RecordReader reader;
  while (!fetcher.is_done()) {
    TRY_ASSIGN(const auto fetched, fetcher.next(client::Client::Time::max()));
    if (!fetched) continue;
    Count& count = counts[{std::string(fetched->topic), fetched->partition.value}];
    TRY(fetched->for_each(reader, [&](const record::RecordView&, const client::BatchInfo&) {
      ++count.records;
      return true;
    }));
  }
  return {};
}

/// Rows, all partitions of a topic as one unless they are wanted one by one.
void add_rows(const Args& args, const Counts& counts, Table& table) {
  const bool is_exact = args.flag("exact");
  const auto records = [&](const Count& count) { return is_exact ? Cell(count.records) : Cell(); };
  std::map<std::string, Count> by_topic;
  for (const auto& [at, count] : counts) {
    if (args.flag("by-partition"))
      table.add({at.first, int64_t{at.second}, count.offsets, records(count)});
    by_topic[at.first].offsets += count.offsets;
    by_topic[at.first].records += count.records;
  }
  if (args.flag("by-partition")) return;
  for (const auto& [topic, count] : by_topic)
    table.add({topic, Cell(), count.offsets, records(count)});
}

Result<Exit> run_topic_count(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  client::Client& client = session.client();
  TRY_ASSIGN(const auto range, client::parse_offset_range(args.text("offset"), client.wall_ms()));
  TRY_ASSIGN(const auto partitions, find_partitions(args, client));
  const bool is_committed = args.text("isolation") == "committed";
  client::Fetcher fetcher(client, {.isolation = is_committed ? client::Isolation::read_committed
                                                             : client::Isolation::read_uncommitted,
                                   .stop_at_end = true});
  for (const TopicPartition& at : partitions)
    fetcher.add(at.topic, at.partition, range.start, range.stop);
  TRY(fetcher.start());
  Counts counts;
  for (const auto& bounds : fetcher.bounds())
    counts[{std::string(bounds.topic), bounds.partition.value}].offsets =
        std::max<int64_t>(0, bounds.end - bounds.position);
  if (args.flag("exact")) TRY(count_records(fetcher, counts));
  TRY(session.close());
  Table table(kTopicCountColumns);
  add_rows(args, counts, table);
  TRY(context.print(table));
  return Exit::done;
}

}  // namespace

extern const Command kTopicCountCommand;
constinit const Command kTopicCountCommand = {
    .path = "topic count",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Count the offsets or records of topics",
    .description =
        "Offsets are counted at once, by the ends of the partitions; records by reading them "
        "(--exact).",
    .examples = "spool topic count -o @-1h: orders",
    .options = kTopicCountRows,
    .operands_max = -1,
    .run = run_topic_count,
};

}  // namespace spool::cli
