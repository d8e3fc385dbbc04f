// topic diff A B: whether two topics hold the same records.

#include "cli/cmd/endpoints.h"
#include "cli/context.h"

namespace spool::cli {

namespace {

constexpr OptionRows kTopicDiffRows[] = {kConnectionOptions, kOutputOptions};

constexpr Column kTopicDiffColumns[] = {
    {"partition", true}, {"left_offset", true}, {"right_offset", true}, {"difference"}};

Cell offset_cell(const std::optional<Offset>& offset) {
  return offset ? Cell(offset->value) : Cell();
}

Result<Exit> run_topic_diff(Context& context, const Args& args) {
  TRY_ASSIGN(const Endpoint left, parse_endpoint_text(args.operands()[0]));
  TRY_ASSIGN(const Endpoint right, parse_endpoint_text(args.operands()[1]));
  for (const Endpoint* end : {&left, &right})
    if (end->is_file || end->topic.empty())
      return usage_error(concat("'", end->text, "' names no topic"));
  TRY_ASSIGN(Target left_target, target_of(left, args));
  TRY_ASSIGN(Target right_target, target_of(right, args));
  const bool is_one_place = left_target.is_directory == right_target.is_directory &&
                            left_target.where == right_target.where;
  TRY_ASSIGN(Session ours, Session::open(std::move(left_target), args, Access::read));
  std::optional<Session> theirs;
  if (!is_one_place) {
    TRY_ASSIGN(theirs, Session::open(std::move(right_target), args, Access::read));
  }
  client::Client& right_client = theirs ? theirs->client() : ours.client();
  TRY_ASSIGN(const Comparison comparison,
             compare_topics(ours.client(), left.topic, right_client, right.topic, left.partition));
  Table table(kTopicDiffColumns);
  for (const Difference& difference : comparison.differences)
    table.add({int64_t{difference.partition.value}, offset_cell(difference.left),
               offset_cell(difference.right), difference.what});
  TRY(ours.close());
  if (theirs) TRY(theirs->close());
  context.note(concat(comparison.records, " records are the same"));
  TRY(context.print(table));
  return comparison.differences.empty() ? Exit::done : Exit::findings;
}

}  // namespace

extern const Command kTopicDiffCommand;
constinit const Command kTopicDiffCommand = {
    .path = "topic diff",
    .usage = "[OPTION...] END END",
    .summary = "Compare the records of two topics",
    .description =
        "An END is TOPIC, kafka://HOST:PORT/TOPIC or dir:PATH/TOPIC, and may go on with "
        "/PARTITION. Keys, values, headers and times are compared, partition by partition and in "
        "order; the first difference of each is printed. Exit code 5 when there is one.",
    .examples = "spool topic diff orders kafka://other:9092/orders",
    .options = kTopicDiffRows,
    .operands_min = 2,
    .operands_max = 2,
    .run = run_topic_diff,
};

}  // namespace spool::cli
