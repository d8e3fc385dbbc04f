#include "cli/cmd/topics.h"

#include "cli/errors.h"
#include "core/base/uuid.h"

namespace spool::cli {

namespace {

constexpr Column kTopicsColumns[] = {
    {"topic"}, {"topic_id"}, {"partitions", true}, {"replication_factor", true},
    {"error"}, {"message"}};

Cell unless(bool is_missing, Cell cell) { return is_missing ? Cell() : cell; }

std::string done_text(const TopicReport& report, const client::TopicOutcome& outcome) {
  std::string text = concat(report.done_word, " ", outcome.name);
  if (outcome.partitions_count > 0)
    append_text(text, ": ", outcome.partitions_count,
                outcome.partitions_count == 1 ? " partition" : " partitions");
  return text;
}

}  // namespace

Result<Exit> report_topics(Context& context, const Args& args, const TopicReport& report,
                           const std::vector<client::TopicOutcome>& outcomes) {
  Exit exit = Exit::done;
  Table table(kTopicsColumns);
  for (const client::TopicOutcome& outcome : outcomes) {
    const bool is_accepted = outcome.error != ErrorCode::none && outcome.error == report.accepted;
    const bool is_failed = outcome.error != ErrorCode::none && !is_accepted;
    const std::string why = is_failed ? explain(outcome.error, outcome.message) : "";
    table.add({outcome.name, id_cell(outcome.id),
               unless(outcome.partitions_count < 0, int64_t{outcome.partitions_count}),
               unless(outcome.replication_factor < 0, int64_t{outcome.replication_factor}),
               unless(!is_failed, std::string(error_name(outcome.error))),
               unless(!is_failed, why)});
    if (is_failed) {
      context.complain(concat(report.command, ": ", outcome.name, ": ", why));
      exit = Exit::failed;
    } else {
      context.note(is_accepted ? concat(outcome.name, ": ", report.accepted_text)
                               : done_text(report, outcome));
    }
  }
  if (args.text("output") != "text") TRY(context.print(table));
  return exit;
}

Result<TopicEnds> find_ends(client::Client& client, const client::TopicInfo& topic) {
  // Two requests: a broker refuses one that names a partition twice.
  std::vector<client::OffsetQuery> queries;
  for (size_t i = 0; i < topic.partitions.size(); ++i)
    queries.push_back(
        {{topic.name, Partition(static_cast<int32_t>(i))}, client::kEarliestTimestamp});
  TopicEnds ends;
  TRY_ASSIGN(ends.log_start_offsets, client::list_offsets(client, queries));
  for (client::OffsetQuery& query : queries) query.timestamp = client::kLatestTimestamp;
  TRY_ASSIGN(ends.high_watermarks, client::list_offsets(client, queries));
  return ends;
}

Cell id_cell(const Uuid& id) { return id.is_zero() ? Cell() : Cell(id.to_string()); }

}  // namespace spool::cli
