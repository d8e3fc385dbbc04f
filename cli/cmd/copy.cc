// copy FROM TO: records from a topic, directory or file to another.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/cmd/configs.h"
#include "cli/cmd/copy_topic.h"
#include "cli/cmd/endpoints.h"
#include "cli/cmd/print_records.h"
#include "cli/cmd/produce_feed.h"
#include "cli/context.h"
#include "cli/errors.h"
#include "cli/io/record_csv.h"
#include "cli/io/record_frames.h"
#include "cli/io/record_json.h"
#include "cli/io/signals.h"

namespace spool::cli {

namespace {

constexpr Option kCopyOptions[] = {
    {.name = "offset",
     .letter = 'o',
     .kind = OptionKind::value,
     .value = "WHERE",
     .fallback = "beginning",
     .help = "Where to begin, and after a colon where to stop, as in consume -o",
     .group = "What"},
    {.name = "follow", .letter = 'F', .help = "Go on with what comes", .group = "What"},
    {.name = "isolation",
     .kind = OptionKind::value,
     .value = "uncommitted|committed",
     .fallback = "committed",
     .help = "Whether records of open and aborted transactions are copied",
     .group = "What"},
    {.name = "resume",
     .help = "Go on behind the records that the target has already",
     .group = "How"},
    {.name = "keep-offsets",
     .help = "Stop where a record would not get the offset that it has",
     .group = "How"},
    {.name = "repartition",
     .help = "Let keys choose the partition anew instead of keeping it",
     .group = "How"},
    {.name = "check",
     .help = "Compare all records afterwards; exit code 5 when they differ",
     .group = "How"},
    {.name = "no-create", .help = "Do not create a missing topic", .group = "How"},
    {.name = "form",
     .kind = OptionKind::value,
     .value = "frames|jsonl|csv|tsv",
     .help = "Form of a file; else as its name ends, else frames",
     .group = "How"},
};
constexpr OptionRows kCopyRows[] = {kCopyOptions, kConnectionOptions};

/// The form of a file: said, or by the end of its name.
std::string form_of(const Args& args, const std::string& path) {
  if (const auto form = args.value("form")) return std::string(*form);
  for (const std::string_view form : {"jsonl", "csv", "tsv"})
    if (path.ends_with(concat('.', form))) return std::string(form);
  return "frames";
}

/// Both ends open.
struct OpenEnds {
  Endpoint from, to;
  std::optional<Session> source;
  std::optional<Session> target;  ///< none: the source's session serves both

  client::Client& source_client() { return source->client(); }
  client::Client& target_client() { return target ? target->client() : source->client(); }
  Status close() {
    if (target) TRY(target->close());
    return source ? source->close() : Status();
  }
};

Result<OpenEnds> open_ends(const Args& args, Endpoint from, Endpoint to) {
  OpenEnds ends{std::move(from), std::move(to), std::nullopt, std::nullopt};
  TRY_ASSIGN(Target source, target_of(ends.from, args));
  TRY_ASSIGN(Target target, target_of(ends.to, args));
  const bool is_one_place =
      source.is_directory == target.is_directory && source.where == target.where;
  if (is_one_place && ends.from.topic == ends.to.topic)
    return usage_error("both ends are the same topic");
  // One directory is opened once, for writing.
  TRY_ASSIGN(ends.source,
             Session::open(std::move(source), args, is_one_place ? Access::write : Access::read));
  if (!is_one_place) {
    TRY_ASSIGN(ends.target, Session::open(std::move(target), args, Access::write));
  }
  return ends;
}

/// The target topic, made like the source where it is missing: partitions and settings.
Status prepare_target(Context& context, const Args& args, OpenEnds& ends,
                      const client::TopicInfo& source) {
  client::Client& client = ends.target_client();
  TRY_ASSIGN(const auto found, client::describe_topics(client, {ends.to.topic}));
  const bool is_missing = found[0].error == ErrorCode::unknown_topic_or_partition;
  if (is_missing && args.flag("no-create"))
    return fail(found[0].error, concat("topic ", ends.to.topic, ": there is no such topic"));
  if (!is_missing) {
    const bool is_too_small = found[0].partitions.size() < source.partitions.size() &&
                              !args.flag("repartition") && !ends.to.partition;
    if (is_too_small)
      return fail(ErrorCode::invalid_argument,
                  concat("topic ", ends.to.topic, " has ", found[0].partitions.size(),
                         " partitions, and ", source.name, " has ", source.partitions.size(),
                         "; --repartition lets keys choose anew"));
    return {};
  }
  client::NewTopic topic{.name = ends.to.topic,
                         .partitions_count = static_cast<int32_t>(source.partitions.size())};
  const auto entries = client::describe_topic_configs(ends.source_client(), source.name);
  // A dead node's directory may have no settings to tell.
  const client::ConfigResource resource{client::ConfigResourceType::topic, source.name};
  for (const client::ConfigEntry& entry : entries.value_or(std::vector<client::ConfigEntry>()))
    if (is_set_here(resource, entry) && entry.value)
      topic.configs.emplace_back(entry.name, entry.value);
  TRY_ASSIGN(const auto created, client::create_topics(client, {topic}));
  if (created[0].error != ErrorCode::none)
    return fail(created[0].error,
                concat("topic ", topic.name, ": ", explain(created[0].error, created[0].message)));
  context.note(concat("created ", topic.name, ": ", topic.partitions_count, " partitions"));
  return {};
}

Result<CopyOptions> read_copy_options(const Args& args, const OpenEnds& ends, int64_t now_ms) {
  CopyOptions options;
  options.source_topic = ends.from.topic;
  options.target_topic = ends.to.topic;
  options.source_partition = ends.from.partition;
  options.target_partition = ends.to.partition;
  TRY_ASSIGN(options.range, client::parse_offset_range(args.text("offset"), now_ms));
  options.follows = args.flag("follow");
  options.is_committed_only = args.text("isolation") == "committed";
  options.resumes = args.flag("resume");
  options.keeps_offsets = args.flag("keep-offsets");
  options.repartitions = args.flag("repartition");
  if (options.resumes && options.repartitions)
    return usage_error("--resume counts the records of each partition; --repartition mixes them");
  return options;
}

Result<Exit> check_copy(Context& context, OpenEnds& ends) {
  TRY_ASSIGN(const Comparison comparison,
             compare_topics(ends.source_client(), ends.from.topic, ends.target_client(),
                            ends.to.topic, ends.from.partition));
  for (const Difference& difference : comparison.differences)
    context.complain(
        concat("partition ", difference.partition.value, ": ", difference.what,
               difference.left ? concat(" at source offset ", difference.left->value) : ""));
  if (!comparison.differences.empty()) return Exit::findings;
  context.note(concat("checked ", comparison.records, " records: all the same"));
  return Exit::done;
}

Result<Exit> copy_topic(Context& context, const Args& args, Endpoint from, Endpoint to) {
  if (from.topic.empty()) return usage_error(concat("'", from.text, "' names no topic"));
  if (to.topic.empty()) to.topic = from.topic;
  StopSignals signals;
  TRY_ASSIGN(OpenEnds ends, open_ends(args, std::move(from), std::move(to)));
  TRY_ASSIGN(const auto found, client::describe_topics(ends.source_client(), {ends.from.topic}));
  if (found[0].error != ErrorCode::none && found[0].partitions.empty())
    return fail(found[0].error,
                concat("topic ", ends.from.topic, ": ", explain(found[0].error, "")));
  TRY(prepare_target(context, args, ends, found[0]));
  TRY_ASSIGN(CopyOptions options, read_copy_options(args, ends, ends.source_client().wall_ms()));
  TopicCopy copy(context, ends.source_client(), ends.target_client(), std::move(options));
  auto outcome = copy.run(signals, found[0].partitions.size());
  context.show_status("");
  if (outcome) {
    const CopyStats& stats = copy.stats();
    context.note(concat("copied ", stats.records, " records: ", stats.batches_passed,
                        " batches as they are, ", stats.batches_rebuilt, " rebuilt"));
  }
  if (outcome && *outcome == Exit::done && args.flag("check")) outcome = check_copy(context, ends);
  const Status closed = ends.close();
  if (!outcome) return outcome;
  TRY(closed);
  return outcome;
}

InputForm input_form(const std::string& form) {
  if (form == "jsonl") return {"line", [] { return std::make_unique<JsonLineCutter>(); }};
  if (form == "frames") return {"frame", [] { return std::make_unique<FrameCutter>(); }};
  return {"row", [separator = form == "csv" ? ',' : '\t'] {
            return std::make_unique<RowCutter>(separator, std::vector<RecordColumn>());
          }};
}

Result<Exit> copy_from_file(Context& context, const Args& args, const Endpoint& from,
                            const Endpoint& to) {
  TRY_ASSIGN(Target target, target_of(to, args));
  StopSignals signals;
  TRY_ASSIGN(Session session, Session::open(std::move(target), args, Access::write));
  FeedOptions options;
  options.form = input_form(form_of(args, from.path));
  options.files = {from.path};
  if (!to.topic.empty()) options.topic = to.topic;
  options.partition = to.partition;
  options.ignores_partitions = args.flag("repartition");
  options.may_create = !args.flag("no-create");
  options.stops_on_error = true;
  TRY_ASSIGN(const auto feed,
             ProduceFeed::create(context, session.client(), {}, std::move(options)));
  std::optional<Exit> stop;
  const Status fed = feed->run(signals, stop);
  const Status flushed = feed->flush(signals.poll_fd());
  context.show_status("");
  const auto stats = feed->producer_stats();
  const Status closed = session.close();
  TRY(fed);
  TRY(flushed);
  TRY(closed);
  if (stats.first_error) return fail(*stats.first_error);
  context.note(concat("copied ", stats.records_acked, " records"));
  return stop.value_or(Exit::done);
}

Result<Exit> copy_to_file(Context& context, const Args& args, const Endpoint& from,
                          const Endpoint& to) {
  if (from.topic.empty()) return usage_error(concat("'", from.text, "' names no topic"));
  TRY_ASSIGN(Target source, target_of(from, args));
  StopSignals signals;
  TRY_ASSIGN(Session session, Session::open(std::move(source), args, Access::read));
  client::Client& client = session.client();
  TRY_ASSIGN(const auto range, client::parse_offset_range(args.text("offset"), client.wall_ms()));
  TRY_ASSIGN(const auto found, client::describe_topics(client, {from.topic}));
  if (found[0].error != ErrorCode::none && found[0].partitions.empty())
    return fail(found[0].error, concat("topic ", from.topic, ": ", explain(found[0].error, "")));
  client::Fetcher fetcher(client, {.isolation = args.text("isolation") == "committed"
                                                    ? client::Isolation::read_committed
                                                    : client::Isolation::read_uncommitted,
                                   .stop_at_end = !args.flag("follow")});
  for (size_t i = 0; i < found[0].partitions.size(); ++i)
    if (!from.partition || from.partition->value == static_cast<int32_t>(i))
      fetcher.add(from.topic, Partition(static_cast<int32_t>(i)), range.start, range.stop);
  TRY(fetcher.start());
  int fd = STDOUT_FILENO;
  if (to.path != "-") {
    fd = ::open(to.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return fail(errno_error(errno, to.path));
  }
  Out file(fd);
  Context into(args, file, context.err());
  RecordWriter writer = RecordWriter::of_form(form_of(args, to.path));
  TRY_ASSIGN(const RecordFilter everything, RecordFilter::make({}));
  RecordPrinter printer(into, client, fetcher, writer, everything, nullptr, {});
  const auto outcome = printer.run(signals, !args.flag("follow"));
  const Status flushed = printer.flush();
  if (fd != STDOUT_FILENO && ::close(fd) != 0 && flushed) return fail(errno_error(errno, to.path));
  if (!outcome) return outcome;
  TRY(flushed);
  TRY(session.close());
  context.note(concat("copied ", writer.count(), " records"));
  return outcome;
}

Result<Exit> run_copy(Context& context, const Args& args) {
  TRY_ASSIGN(Endpoint from, parse_endpoint_text(args.operands()[0]));
  TRY_ASSIGN(Endpoint to, parse_endpoint_text(args.operands()[1]));
  if (from.is_file && to.is_file) return usage_error("one end is a topic");
  if (args.is_given("form") && !from.is_file && !to.is_file)
    return usage_error("--form is for files");
  const bool is_topics = !from.is_file && !to.is_file;
  for (const char* name : {"check", "resume", "keep-offsets"})
    if (args.is_given(name) && !is_topics)
      return usage_error(concat("--", name, " is for copies from topic to topic"));
  if (is_topics) return copy_topic(context, args, std::move(from), std::move(to));
  return from.is_file ? copy_from_file(context, args, from, to)
                      : copy_to_file(context, args, from, to);
}

}  // namespace

extern const Command kCopyCommand;
constinit const Command kCopyCommand = {
    .path = "copy",
    .usage = "[OPTION...] FROM TO",
    .summary = "Copy records between topics, clusters, directories and files",
    .description =
        "FROM and TO are TOPIC (on --broker or --dir), kafka://HOST:PORT/TOPIC, dir:PATH/TOPIC, "
        "file:PATH or -; /PARTITION may follow a topic. Batches are passed on as they are where "
        "nothing about them changes. A missing target topic is created with the partitions and "
        "settings of the source.",
    .examples =
        "spool copy --check orders kafka://other:9092/orders\n"
        "spool copy dir:/mnt/dead/kafka-logs/orders orders\n"
        "spool copy orders file:orders.jsonl",
    .options = kCopyRows,
    .operands_min = 2,
    .operands_max = 2,
    .run = run_copy,
};

}  // namespace spool::cli
