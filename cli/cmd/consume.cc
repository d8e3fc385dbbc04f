// consume TOPIC...: records to stdout, from the beginning, following what comes.

#include <poll.h>

#include <algorithm>

#include "cli/context.h"
#include "cli/io/record_text.h"
#include "cli/io/signals.h"
#include "cli/session.h"
#include "core/client/fetcher.h"

namespace spool::cli {

namespace {

constexpr Option kOptions[] = {
    {.name = "topic",
     .letter = 't',
     .kind = OptionKind::list,
     .value = "TOPIC",
     .help = "A topic to read, as if given as an argument",
     .group = "What"},
    {.name = "partition",
     .letter = 'p',
     .kind = OptionKind::list,
     .value = "N",
     .help = "Read this partition only; may be repeated",
     .group = "What"},
    {.name = "offset",
     .letter = 'o',
     .kind = OptionKind::value,
     .value = "WHERE",
     .fallback = "beginning",
     .help = "Where to begin: beginning, end, N, -N (N before the end), @TIME (ms since 1970, "
             "2025-01-31T12:30Z, -10m)",
     .group = "What"},
    {.name = "exit-at-end",
     .letter = 'e',
     .help = "Stop where the log ended when reading began",
     .group = "What"},
    {.name = "count",
     .letter = 'c',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Stop after N records",
     .group = "What"},
    {.name = "isolation",
     .kind = OptionKind::value,
     .value = "uncommitted|committed",
     .fallback = "uncommitted",
     .help = "Whether records of open and aborted transactions are shown",
     .group = "What"},
    {.name = "key-delimiter",
     .letter = 'K',
     .kind = OptionKind::value,
     .value = "TEXT",
     .help = "Print the key and TEXT before the value",
     .group = "How"},
    {.name = "delimiter",
     .letter = 'D',
     .kind = OptionKind::value,
     .value = "TEXT",
     .fallback = "\\n",
     .help = "Print TEXT after each record; \\n \\t \\xNN are understood",
     .group = "How"},
    {.name = "format",
     .letter = 'f',
     .kind = OptionKind::value,
     .value = "FORMAT",
     .help = "Print records as FORMAT says: %s value, %S its length, %R the length as 4 bytes, %k "
             "key, %K "
             "its length, %T timestamp, %h headers, %t topic, %p partition, %o offset",
     .group = "How"},
    {.name = "null", .letter = 'Z', .help = "Print null as NULL", .group = "How"},
    {.name = "null-marker",
     .kind = OptionKind::value,
     .value = "TEXT",
     .help = "Print null as TEXT",
     .group = "How"},
    {.name = "output",
     .kind = OptionKind::value,
     .value = "text|jsonl",
     .fallback = "text",
     .help = "Text, or one JSON object a line that keeps everything",
     .group = "How"},
};
constexpr OptionRows kRows[] = {kOptions, kConnectionOptions};

/// How often a quiet follower looks whether its reader is still there.
constexpr std::chrono::milliseconds kReaderCheck{1000};

std::vector<std::string> topics_of(const Args& args) {
  std::vector<std::string> out(args.operands().begin(), args.operands().end());
  for (const std::string& topic : args.list("topic")) out.push_back(topic);
  std::vector<std::string> unique;
  for (std::string& topic : out)
    if (std::ranges::find(unique, topic) == unique.end()) unique.push_back(std::move(topic));
  return unique;
}

struct Printer {
  std::optional<RecordFormat> format;  // none: JSON lines

  static Result<Printer> make(const Args& args) {
    if (args.text("output") == "jsonl") {
      for (const char* name : {"format", "key-delimiter", "delimiter", "null", "null-marker"})
        if (args.is_given(name))
          return usage_error(concat("--", name, " does not go with --output jsonl"));
      return Printer{};
    }
    std::string null_marker(args.value("null-marker").value_or(args.flag("null") ? "NULL" : ""));
    if (const auto format = args.value("format")) {
      TRY_ASSIGN(RecordFormat parsed, RecordFormat::parse(*format, std::move(null_marker)));
      return Printer{std::move(parsed)};
    }
    TRY_ASSIGN(std::string delimiter, unescape(args.text("delimiter")));
    std::optional<std::string> key_delimiter;
    if (const auto given = args.value("key-delimiter")) {
      TRY_ASSIGN(key_delimiter, unescape(*given));
    }
    return Printer{RecordFormat::delimited(std::move(key_delimiter), std::move(delimiter),
                                           std::move(null_marker))};
  }

  void append(std::string& out, const ShownRecord& shown) const {
    if (format)
      format->append(out, shown);
    else
      append_json_line(out, shown);
  }
};

/// The partitions of -p that the topic has, or all of them.
Result<std::vector<Partition>> partitions_of(const Args& args, const client::TopicInfo& topic) {
  std::vector<Partition> out;
  for (const std::string& text : args.list("partition")) {
    const auto number = parse_int<int32_t>(text);
    if (!number || *number < 0)
      return usage_error(concat("--partition: '", text, "' is not a partition number"));
    if (static_cast<size_t>(*number) >= topic.partitions.size())
      return fail(ErrorCode::unknown_topic_or_partition,
                  concat("topic ", topic.name, " has ", topic.partitions.size(),
                         " partitions, none is number ", *number));
    out.push_back(Partition(*number));
  }
  if (out.empty())
    for (size_t i = 0; i < topic.partitions.size(); ++i)
      out.push_back(Partition(static_cast<int32_t>(i)));
  return out;
}

/// A pipe whose reader has gone says so without being written to.
bool has_reader(int fd) {
  pollfd reader{fd, 0, 0};
  return ::poll(&reader, 1, 0) <= 0 || (reader.revents & POLLERR) == 0;
}

/// Prints what has been fetched; returns the records printed.
Result<int64_t> print_fetched(const client::Fetched& fetched, record::RecordReader& reader,
                              const Printer& printer, int64_t count_left, Out& out) {
  constexpr size_t kBlockBytes = 64 << 10;
  std::string block;
  block.reserve(kBlockBytes * 2);
  int64_t printed = 0;
  const Status walked =
      fetched.for_each(reader, [&](const record::RecordView& record, record::TimestampType type) {
        printer.append(block, {fetched.topic, fetched.partition, record, type});
        if (block.size() >= kBlockBytes) {
          out.write(block);
          block.clear();
        }
        return ++printed < count_left;
      });
  out.write(block);
  TRY(walked);
  return printed;
}

Result<Exit> follow(Context& context, StopSignals& signals, client::Client& client,
                    client::Fetcher& fetcher, const Printer& printer, int64_t count_left) {
  record::RecordReader reader;
  while (count_left > 0) {
    if (const auto stop = signals.take()) return *stop;
    auto fetched = fetcher.next(client.now() + kReaderCheck, signals.poll_fd());
    if (!fetched) return fail(std::move(fetched.error()));
    if (!*fetched) {
      if (fetcher.is_done()) return Exit::done;
      if (!has_reader(context.out().fd())) return Exit::broken_pipe;
      continue;
    }
    TRY_ASSIGN(const int64_t printed,
               print_fetched(**fetched, reader, printer, count_left, context.out()));
    count_left -= printed;
    // Nothing more at hand: what there is must not wait for a full block.
    if (!fetcher.has_ready()) TRY(context.out().flush());
  }
  return Exit::done;
}

Result<Exit> run(Context& context, const Args& args) {
  const std::vector<std::string> topics = topics_of(args);
  if (topics.empty()) return usage_error("which topic?");
  TRY_ASSIGN(const Printer printer, Printer::make(args));
  TRY_ASSIGN(const auto count, args.number<int64_t>("count", 1));
  // Before the session: a directory's broker starts threads, and they must not take the signals.
  StopSignals signals;
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  client::Client& client = session.client();
  TRY_ASSIGN(const auto start, client::parse_start_offset(args.text("offset"), client.wall_ms()));

  client::FetcherOptions options;
  options.stop_at_end = args.flag("exit-at-end");
  if (args.text("isolation") == "committed") options.isolation = client::Isolation::read_committed;
  bool has_gap = false;
  options.on_gap = [&](std::string_view topic, Partition partition, Offset expected,
                       Offset resumed) {
    context.complain(concat(topic, '-', partition.value, ": offset ", expected.value,
                            " is gone; reading goes on at ", resumed.value));
    has_gap = true;
  };
  client::Fetcher fetcher(client, std::move(options));
  for (const std::string& name : topics) {
    TRY_ASSIGN(const client::TopicInfo* topic, client.wait_for_topic(name));
    TRY_ASSIGN(const auto partitions, partitions_of(args, *topic));
    for (const Partition partition : partitions) fetcher.add(name, partition, start);
  }
  TRY(fetcher.start());
  auto outcome = follow(context, signals, client, fetcher, printer, count.value_or(INT64_MAX));
  const Status flushed = context.out().flush();
  if (!outcome) return outcome;
  TRY(flushed);
  TRY(session.close());
  // Records were lost to the reader: that is not success, whatever came after.
  return has_gap && *outcome == Exit::done ? Exit::failed : *outcome;
}

}  // namespace

extern const Command kConsumeCommand;
constinit const Command kConsumeCommand = {
    .path = "consume",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Print records of topics",
    .description =
        "Begins at the beginning and follows what comes; -e stops at the end. The default output "
        "is each record's "
        "value and a newline.",
    .options = kRows,
    .operands_max = -1,
    .run = run,
};

}  // namespace spool::cli
