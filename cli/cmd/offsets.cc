// offsets TOPIC...: where partitions begin and end, and where a time lies.

#include "cli/cmd/read_topics.h"
#include "cli/context.h"
#include "cli/errors.h"
#include "cli/session.h"
#include "core/client/admin.h"
#include "core/client/start_offset.h"

namespace spool::cli {

namespace {

constexpr Option kOffsetsOptions[] = {
    {.name = "at",
     .kind = OptionKind::list,
     .value = "WHEN",
     .help = "earliest, latest, max-timestamp, earliest-local, latest-tiered, or a time as behind "
             "the @ of consume -o; may be repeated, earliest and latest when not given",
     .group = "What"},
    {.name = "isolation",
     .kind = OptionKind::value,
     .value = "uncommitted|committed",
     .fallback = "uncommitted",
     .help = "committed: latest is where the first open transaction begins",
     .group = "What"},
};
constexpr OptionRows kOffsetsRows[] = {kOffsetsOptions, kTopicOptions, kConnectionOptions,
                                       kOutputOptions};

constexpr Column kOffsetsColumns[] = {{"topic"},        {"partition", true}, {"at"},
                                      {"offset", true}, {"timestamp", true}, {"leader_epoch", true},
                                      {"error"},        {"message"}};

struct When {
  std::string text;
  int64_t timestamp;
};

Result<When> parse_when(const std::string& text, int64_t now_ms) {
  constexpr std::pair<std::string_view, int64_t> kNames[] = {
      {"latest", client::kLatestTimestamp},
      {"earliest", client::kEarliestTimestamp},
      {"max-timestamp", client::kMaxTimestamp},
      {"earliest-local", -4},
      {"latest-tiered", -5}};
  for (const auto& [name, timestamp] : kNames)
    if (name == text) return When{text, timestamp};
  const auto time = client::parse_time(text.starts_with('@') ? text.substr(1) : text, now_ms);
  if (!time || *time < 0)
    return usage_error(
        concat("--at: '", text,
               "' is no time, nor earliest, latest, max-timestamp, earliest-local or "
               "latest-tiered"));
  return When{text, *time};
}

Result<Exit> run_offsets(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  client::Client& client = session.client();
  std::vector<When> whens;
  for (const std::string& text : args.list("at")) {
    TRY_ASSIGN(whens.emplace_back(), parse_when(text, client.wall_ms()));
  }
  if (whens.empty())
    whens = {{"earliest", client::kEarliestTimestamp}, {"latest", client::kLatestTimestamp}};
  const auto isolation = args.text("isolation") == "committed"
                             ? client::Isolation::read_committed
                             : client::Isolation::read_uncommitted;
  TRY_ASSIGN(const auto partitions, find_partitions(args, client));
  std::vector<std::vector<client::OffsetAnswer>> answers;
  for (const When& when : whens) {
    std::vector<client::OffsetQuery> queries;
    for (const TopicPartition& at : partitions) queries.push_back({at, when.timestamp});
    TRY_ASSIGN(answers.emplace_back(), client::list_offsets(client, queries, isolation));
  }
  TRY(session.close());
  Table table(kOffsetsColumns);
  Exit exit = Exit::done;
  for (size_t p = 0; p < partitions.size(); ++p)
    for (size_t w = 0; w < whens.size(); ++w) {
      const client::OffsetAnswer& answer = answers[w][p];
      const bool is_good = answer.error == ErrorCode::none;
      table.add({partitions[p].topic, int64_t{partitions[p].partition.value}, whens[w].text,
                 unless_negative(answer.offset.value), unless_negative(answer.timestamp),
                 unless_negative(answer.leader_epoch.value),
                 is_good ? Cell() : Cell(std::string(error_name(answer.error))),
                 is_good ? Cell() : Cell(explain(answer.error, ""))});
      if (is_good) continue;
      exit = Exit::failed;
      context.complain(concat("offsets: ", partitions[p].to_string(), " at ", whens[w].text, ": ",
                              explain(answer.error, "")));
    }
  TRY(context.print(table));
  return exit;
}

}  // namespace

extern const Command kOffsetsCommand;
constinit const Command kOffsetsCommand = {
    .path = "offsets",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Print the offsets where partitions begin and end, or where a time lies",
    .description =
        "A time gives the first record that is as late. A TOPIC that begins with ^ is a regular "
        "expression.",
    .examples = "spool offsets --at latest --at -1d orders",
    .options = kOffsetsRows,
    .operands_max = -1,
    .run = run_offsets,
};

}  // namespace spool::cli
