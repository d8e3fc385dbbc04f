// consume TOPIC...: records to stdout, from the beginning, following what comes.

#include "cli/cmd/consume_group.h"
#include "cli/cmd/print_records.h"
#include "cli/cmd/read_topics.h"
#include "cli/context.h"
#include "cli/io/positions.h"
#include "cli/io/record_filter.h"
#include "cli/io/record_writer.h"
#include "cli/io/signals.h"
#include "cli/session.h"
#include "core/client/fetcher.h"

namespace spool::cli {

namespace {

constexpr Option kConsumeOptions[] = {
    {.name = "offset",
     .letter = 'o',
     .kind = OptionKind::value,
     .value = "WHERE",
     .fallback = "beginning",
     .help = "Where to begin, and after a colon where to stop: beginning, end, N, -N (N before the "
             "end), start+N, end-N, @TIME (ms since 1970, 2025-01-31T12:30Z, -10m); 10:20, "
             "@-2h:@-1h",
     .group = "What"},
    {.name = "until",
     .kind = OptionKind::value,
     .value = "WHERE",
     .help = "Where to stop: this offset or time is not printed any more",
     .group = "What"},
    {.name = "exit-at-end",
     .letter = 'e',
     .help = "Stop where the log ended when reading began",
     .group = "What"},
    {.name = "live-end",
     .help = "Stop when each partition has been read to its end as it is then",
     .group = "What"},
    {.name = "count",
     .letter = 'c',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Stop after N records",
     .group = "What"},
    {.name = "per-partition",
     .kind = OptionKind::value,
     .value = "N",
     .help = "Stop after N records of each partition",
     .group = "What"},
    {.name = "idle-timeout",
     .kind = OptionKind::value,
     .value = "TIME",
     .help = "Stop when no record has come for so long",
     .group = "What"},
    {.name = "state",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Keep in FILE how far was printed, and go on from there the next time",
     .group = "What"},
};

constexpr OptionRows kConsumeRows[] = {kConsumeOptions,      kTopicOptions,  kIsolationOptions,
                                       kConsumeGroupOptions, kFilterOptions, kRecordOutputOptions,
                                       kConnectionOptions};

Result<PrintLimits> read_limits(const Args& args) {
  PrintLimits limits;
  TRY_ASSIGN(const auto count, args.number<int64_t>("count", 1));
  TRY_ASSIGN(const auto per_partition, args.number<int64_t>("per-partition", 1));
  TRY_ASSIGN(limits.idle, args.duration("idle-timeout"));
  limits.count = count.value_or(limits.count);
  limits.per_partition = per_partition.value_or(limits.per_partition);
  if (args.flag("exit-at-end") && args.flag("live-end"))
    return usage_error("--exit-at-end and --live-end are two different ends; choose one");
  return limits;
}

Result<client::OffsetRange> read_range(const Args& args, int64_t now_ms) {
  TRY_ASSIGN(client::OffsetRange range, client::parse_offset_range(args.text("offset"), now_ms));
  if (const auto until = args.value("until")) {
    if (range.stop) return usage_error("--offset says already where to stop, and so does --until");
    auto stop = client::parse_start_offset(*until, now_ms);
    if (!stop) return fail(stop.error().with_context("--until"));
    range.stop = *stop;
  }
  return range;
}

/// What went wrong with some partitions while others went on.
struct Trouble {
  bool has_gap = false;
  bool has_lost = false;

  /// Records were lost to the reader: that is not success, whatever came after.
  Exit exit(Exit outcome) const {
    return (has_gap || has_lost) && outcome == Exit::done ? Exit::failed : outcome;
  }
};

Result<client::Isolation> read_isolation(const Args& args) {
  TRY_ASSIGN(const ClientProperties properties, read_client_properties(args));
  if (!args.is_given("isolation") && properties.isolation) return *properties.isolation;
  return args.text("isolation") == "committed" ? client::Isolation::read_committed
                                               : client::Isolation::read_uncommitted;
}

client::FetcherOptions fetcher_options(Context& context, const Args& args,
                                       client::Isolation isolation, Trouble& trouble) {
  client::FetcherOptions options;
  options.stop_at_end = args.flag("exit-at-end");
  options.stop_at_live_end = args.flag("live-end");
  options.isolation = isolation;
  options.on_gap = [&](std::string_view topic, Partition partition, Offset expected,
                       Offset resumed) {
    context.complain(concat(topic, '-', partition.value, ": offset ", expected.value,
                            " is gone; reading goes on at ", resumed.value));
    trouble.has_gap = true;
  };
  options.on_lost = [&](std::string_view, Partition, const Error& error) {
    context.complain(error.text());
    trouble.has_lost = true;
  };
  return options;
}

/// A group decides itself what is read, and remembers how far.
Status check_group_options(const Args& args) {
  for (const std::string_view name : {"partition", "until", "state"})
    if (args.is_given("group") && args.is_given(name))
      return usage_error(concat("--group and --", name, " do not go together"));
  for (const std::string_view name : {"commit", "protocol", "instance-id", "session-timeout"})
    if (!args.is_given("group") && args.is_given(name))
      return usage_error(concat("--", name, " goes with --group"));
  return {};
}

Result<Exit> run_consume(Context& context, const Args& args) {
  TRY(check_group_options(args));
  TRY_ASSIGN(RecordWriter writer, RecordWriter::make(args));
  TRY_ASSIGN(const RecordFilter filter, make_record_filter(args));
  TRY_ASSIGN(const PrintLimits limits, read_limits(args));
  TRY_ASSIGN(const client::Isolation isolation, read_isolation(args));
  std::optional<Positions> positions;
  if (const auto state = args.value("state")) {
    TRY_ASSIGN(positions, Positions::open(std::string(*state)));
  }
  // Before the session: a directory's broker starts threads, and they must not take the signals.
  StopSignals signals;
  const bool is_in_group = args.is_given("group");
  TRY_ASSIGN(Session session, Session::open(args, is_in_group ? Access::write : Access::read));
  client::Client& client = session.client();
  TRY_ASSIGN(const client::OffsetRange range, read_range(args, client.wall_ms()));

  const bool is_bounded = args.flag("exit-at-end") || args.flag("live-end") || range.stop ||
                          limits.count != INT64_MAX || limits.per_partition != INT64_MAX;
  Trouble trouble;
  if (is_in_group) {
    if (range.stop) return usage_error("--group reads on; --offset says only where to begin");
    TRY_ASSIGN(auto reader, group_reader_options(args));
    TRY(subscribe(names_of(args), client, reader.member));
    if (args.is_given("offset")) reader.start = range.start;
    reader.fetch = fetcher_options(context, args, isolation, trouble);
    auto outcome = consume_group(context, client, signals,
                                 {std::move(reader), writer, filter, limits, is_bounded});
    if (!outcome) return outcome;
    TRY(session.close());
    return trouble.exit(*outcome);
  }
  TRY_ASSIGN(const auto partitions, find_partitions(args, client));
  client::Fetcher fetcher(client, fetcher_options(context, args, isolation, trouble));
  for (const TopicPartition& at : partitions) {
    client::StartOffset start = range.start;
    if (const auto kept = positions ? positions->find(at.topic, at.partition) : std::nullopt)
      start = {client::StartOffset::Kind::offset, kept->value};
    fetcher.add(at.topic, at.partition, start, range.stop);
  }
  TRY(fetcher.start());
  RecordPrinter printing(context, client, fetcher, writer, filter,
                         positions ? &*positions : nullptr, limits);
  auto outcome = printing.run(signals, is_bounded);
  if (const Status flushed = printing.flush(); outcome && !flushed) return fail(flushed.error());
  if (positions && (!outcome || *outcome != Exit::broken_pipe)) TRY(positions->save(true));
  if (!outcome) return outcome;
  TRY(session.close());
  return trouble.exit(*outcome);
}

}  // namespace

extern const Command kConsumeCommand;
constinit const Command kConsumeCommand = {
    .path = "consume",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Print records of topics",
    .description =
        "Begins at the beginning and follows what comes; -e stops at the end. The default output "
        "is each record's value and a newline. A TOPIC that begins with ^ is a regular expression.",
    .examples =
        "spool consume -e orders                          all there is\n"
        "spool consume -o -10 -f '%T{iso} %k %s\\n' orders  the last ten of each partition, and "
        "what comes\n"
        "spool consume -e -o @-1h --key ^alice orders     of the last hour\n"
        "spool consume -e --output frames orders | ssh there spool produce --input frames",
    .options = kConsumeRows,
    .operands_max = -1,
    .run = run_consume,
};

}  // namespace spool::cli
