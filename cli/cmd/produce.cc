// produce [TOPIC [FILE...]]: what stdin or files hold becomes records.

#include <algorithm>

#include "cli/cmd/produce_feed.h"
#include "cli/context.h"
#include "cli/io/escapes.h"
#include "cli/io/record_csv.h"
#include "cli/io/record_frames.h"
#include "cli/io/record_json.h"
#include "cli/io/record_pattern.h"
#include "cli/io/signals.h"
#include "cli/session.h"
#include "core/client/start_offset.h"

namespace spool::cli {

namespace {

constexpr Option kProduceOptions[] = {
    {.name = "topic",
     .letter = 't',
     .kind = OptionKind::value,
     .value = "TOPIC",
     .help = "The topic; all arguments are files then",
     .group = "What"},
    {.name = "partition",
     .letter = 'p',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Write to this partition; else as the input says, else as the partitioner does",
     .group = "What"},
    {.name = "count",
     .letter = 'c',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Stop after N records",
     .group = "What"},
    {.name = "key",
     .letter = 'k',
     .kind = OptionKind::value,
     .value = "KEY",
     .help = "The key of records whose input says nothing of one",
     .group = "What"},
    {.name = "header",
     .letter = 'H',
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "A header of every record; NAME alone has a null value; may be repeated",
     .group = "What"},
    {.name = "timestamp",
     .kind = OptionKind::value,
     .value = "TIME",
     .help = "The time of every record: ms since 1970, 2025-01-31T12:30Z, -10m; else the input's, "
             "else now",
     .group = "What"},
    {.name = "repartition",
     .help = "Let the partitioner choose, whatever partition the input names",
     .group = "What"},
    {.name = "input",
     .kind = OptionKind::value,
     .value = "lines|jsonl|csv|tsv|frames|length",
     .fallback = "lines",
     .help =
         "What the input is: lines, what consume --output prints, or values behind their length "
         "as 4 bytes",
     .group = "Input"},
    {.name = "format",
     .letter = 'f',
     .kind = OptionKind::value,
     .value = "FORMAT",
     .help = "Read records as FORMAT says, in the language of consume -f, see the manual page",
     .group = "Input"},
    {.name = "key-delimiter",
     .letter = 'K',
     .kind = OptionKind::value,
     .value = "TEXT",
     .help = "What stands before the first TEXT of a line is the key",
     .group = "Input"},
    {.name = "delimiter",
     .letter = 'D',
     .kind = OptionKind::value,
     .value = "TEXT",
     .fallback = "\\n",
     .help = "What ends a record; \\n \\t \\0 \\xNN are understood",
     .group = "Input"},
    {.name = "null", .letter = 'Z', .help = "An empty key or value is null", .group = "Input"},
    {.name = "null-marker",
     .kind = OptionKind::value,
     .value = "TEXT",
     .help = "A key or value that reads TEXT is null",
     .group = "Input"},
    {.name = "columns",
     .kind = OptionKind::value,
     .value = "NAME,...",
     .help = "The columns of csv and tsv; else the first row names them",
     .group = "Input"},
    {.name = "file-as-record", .help = "Each file is one record", .group = "Input"},
    {.name = "partitioner",
     .kind = OptionKind::value,
     .value = "murmur2|crc32|fnv1a|random|round-robin",
     .fallback = "murmur2",
     .help =
         "How keys find their partition: as Java does, as librdkafka does (crc32), or not at all",
     .group = "How"},
    {.name = "compression",
     .letter = 'z',
     .kind = OptionKind::value,
     .value = "none|gzip|snappy|lz4|zstd",
     .fallback = "none",
     .help = "How batches are compressed",
     .group = "How"},
    {.name = "level",
     .kind = OptionKind::value,
     .value = "N",
     .help = "Compression level: gzip 1 to 9, lz4 1 to 17, zstd up to 22",
     .group = "How"},
    {.name = "acks",
     .kind = OptionKind::value,
     .value = "all|1|0",
     .fallback = "all",
     .help = "Whose acknowledgement counts; anything but all also gives up idempotence",
     .group = "How"},
    {.name = "linger",
     .kind = OptionKind::value,
     .value = "TIME",
     .fallback = "5ms",
     .help = "How long a record waits for others to share its batch",
     .group = "How"},
    {.name = "batch-bytes",
     .kind = OptionKind::value,
     .value = "N",
     .fallback = "262144",
     .help = "Size of a full batch before compression",
     .group = "How"},
    {.name = "request-bytes-max",
     .kind = OptionKind::value,
     .value = "N",
     .fallback = "1048576",
     .help = "Size of the largest request, and so of the largest record",
     .group = "How"},
    {.name = "in-flight",
     .kind = OptionKind::value,
     .value = "N",
     .fallback = "5",
     .help = "Requests on their way to a broker at a time",
     .group = "How"},
    {.name = "delivery-timeout",
     .kind = OptionKind::value,
     .value = "TIME",
     .fallback = "2m",
     .help = "How long a record is tried before it has failed",
     .group = "How"},
    {.name = "rate",
     .kind = OptionKind::value,
     .value = "N",
     .help = "At most N records a second",
     .group = "How"},
    {.name = "no-create", .help = "Do not let the broker create a missing topic", .group = "How"},
    {.name = "on-error",
     .kind = OptionKind::value,
     .value = "continue|stop",
     .fallback = "continue",
     .help = "What to do when a record is bad or refused; the exit code is 1 either way",
     .group = "Failure"},
    {.name = "dead-letter",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Append records that were not written to FILE as JSON lines, with the reason",
     .group = "Failure"},
    {.name = "ack-format",
     .kind = OptionKind::value,
     .value = "FORMAT",
     .help =
         "Print each record that was acknowledged, in the language of consume -f: '%t %p %o\\n'",
     .group = "Failure"},
};
constexpr OptionRows kProduceRows[] = {kProduceOptions, kConnectionOptions};

/// An option and the kinds of input it means something to.
struct Belongs {
  std::string_view option;
  std::string_view inputs;
};
constexpr Belongs kBelongs[] = {{"delimiter", "lines"},
                                {"key-delimiter", "lines"},
                                {"null", "lines format"},
                                {"null-marker", "lines format"},
                                {"columns", "csv tsv"}};

Status check_options(const Args& args, std::string_view input) {
  if (args.is_given("format") && args.is_given("input"))
    return usage_error("--format and --input both say what the input is");
  if (args.flag("file-as-record") && (args.is_given("format") || args.is_given("input")))
    return usage_error("--file-as-record takes files as they are, without --input or --format");
  for (const Belongs& row : kBelongs) {
    const auto inputs = split(row.inputs, ' ');
    if (args.is_given(row.option) && std::ranges::find(inputs, input) == inputs.end())
      return usage_error(concat("--", row.option, " does not go with --",
                                input == "format" ? "" : "input ", input));
  }
  return {};
}

Result<LineRules> read_line_rules(const Args& args) {
  LineRules rules;
  TRY_ASSIGN(rules.delimiter, unescape(args.text("delimiter")));
  if (rules.delimiter.empty()) return usage_error("--delimiter: nothing ends no record");
  if (const auto given = args.value("key-delimiter")) {
    TRY_ASSIGN(rules.key_delimiter, unescape(*given));
    if (rules.key_delimiter->empty())
      return usage_error("--key-delimiter: nothing separates nothing");
  }
  if (const auto given = args.value("null-marker")) rules.null_marker = *given;
  rules.is_empty_null = args.flag("null");
  return rules;
}

/// What cuts an input into records, and what it calls one in complaints.
Result<InputForm> read_input_form(const Args& args) {
  const auto format = args.value("format");
  const std::string_view input = format ? "format" : args.text("input");
  TRY(check_options(args, input));
  TRY_ASSIGN(LineRules rules, read_line_rules(args));
  if (format || input == "length") {
    const std::string pattern(format ? *format : "%R%s");
    // Tried here, so that a bad format is said before anything is done.
    TRY(PatternCutter::make(pattern, rules));
    return InputForm{"record", [pattern, rules] { return *PatternCutter::make(pattern, rules); }};
  }
  if (input == "jsonl") return InputForm{"line", [] { return std::make_unique<JsonLineCutter>(); }};
  if (input == "frames") return InputForm{"frame", [] { return std::make_unique<FrameCutter>(); }};
  if (input == "csv" || input == "tsv") {
    std::vector<RecordColumn> columns;
    if (const auto given = args.value("columns")) {
      auto parsed = parse_record_columns(*given);
      if (!parsed) return fail(parsed.error().with_context("--columns"));
      columns = std::move(*parsed);
    }
    return InputForm{"row", [separator = input == "csv" ? ',' : '\t', columns] {
                       return std::make_unique<RowCutter>(separator, columns);
                     }};
  }
  return InputForm{"line", [rules] { return std::make_unique<LineCutter>(rules); }};
}

Status read_headers(const Args& args, FeedOptions& options) {
  for (const std::string& text : args.list("header")) {
    const size_t equals = text.find('=');
    if (equals == 0) return usage_error(concat("--header: '", text, "' has no name"));
    if (equals == std::string::npos)
      options.headers.emplace_back(text, std::nullopt);
    else
      options.headers.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return {};
}

Result<FeedOptions> read_feed_options(const Args& args, int64_t now_ms) {
  FeedOptions options;
  TRY_ASSIGN(options.form, read_input_form(args));
  TRY(read_headers(args, options));
  options.files = args.operands();
  if (const auto topic = args.value("topic")) {
    options.topic = *topic;
  } else if (!options.files.empty()) {
    options.topic = options.files.front();
    options.files.erase(options.files.begin());
  }
  const bool names_topics = args.is_given("format") || args.text("input") != "lines";
  if (!options.topic && !names_topics) return usage_error("which topic?");
  options.takes_whole_files = args.flag("file-as-record");
  if (options.takes_whole_files && options.files.empty())
    return usage_error("--file-as-record: which files?");
  if (options.files.empty()) options.files.push_back("-");
  if (const auto key = args.value("key")) options.key = *key;
  TRY_ASSIGN(const auto partition, args.number<int32_t>("partition", 0));
  if (partition) options.partition = Partition(*partition);
  if (const auto text = args.value("timestamp")) {
    options.timestamp_ms = client::parse_time(*text, now_ms);
    if (!options.timestamp_ms) return usage_error(concat("--timestamp: '", *text, "' is no time"));
  }
  TRY_ASSIGN(const auto count, args.number<int64_t>("count", 1));
  options.count_max = count.value_or(options.count_max);
  TRY_ASSIGN(options.rate, args.number<int64_t>("rate", 1, 10'000'000));
  options.ignores_partitions = args.flag("repartition");
  options.may_create = !args.flag("no-create");
  options.stops_on_error = args.text("on-error") == "stop";
  if (const auto path = args.value("dead-letter")) options.dead_letter = std::string(*path);
  if (const auto format = args.value("ack-format")) {
    TRY_ASSIGN(options.ack_format, RecordFormat::parse(*format, "NULL"));
  }
  return options;
}

client::Partitioner read_partitioner(std::string_view word) {
  if (word == "crc32") return client::Partitioner::crc32;
  if (word == "fnv1a") return client::Partitioner::fnv1a;
  if (word == "random") return client::Partitioner::random;
  if (word == "round-robin") return client::Partitioner::round_robin;
  return client::Partitioner::murmur2;
}

/// The codec, and the level when it is one of that codec.
Status read_compression(const Args& args, client::ProducerOptions& options) {
  if (args.is_given("compression")) {
    const auto codec = compress::parse_codec(args.text("compression"));
    if (!codec) return usage_error("--compression: no such codec");
    options.codec = *codec;
  }
  TRY_ASSIGN(const auto level, args.number<int>("level"));
  if (level && !compress::is_valid_level(options.codec, *level))
    return usage_error(
        concat("--level: ", *level, " is no level of ", compress::codec_name(options.codec)));
  options.level = level.value_or(options.level);
  return {};
}

/// The settings of profile, --properties and -X, and above them the options that are given. The
/// defaults of both are the same.
Result<client::ProducerOptions> producer_options(const Args& args) {
  TRY_ASSIGN(ClientProperties properties, read_client_properties(args));
  client::ProducerOptions options = std::move(properties.producer);
  TRY(read_compression(args, options));
  if (args.is_given("acks")) {
    const std::string_view acks = args.text("acks");
    options.acks = acks == "all" ? int16_t{-1} : acks == "1" ? int16_t{1} : int16_t{0};
    options.is_idempotent = options.acks == -1;
  }
  if (args.is_given("partitioner"))
    options.partitioner = read_partitioner(args.text("partitioner"));
  TRY_ASSIGN(const auto linger, args.duration("linger"));
  if (args.is_given("linger")) options.linger = *linger;
  TRY_ASSIGN(const auto delivery, args.duration("delivery-timeout"));
  if (args.is_given("delivery-timeout")) options.delivery_timeout = *delivery;
  TRY_ASSIGN(const auto batch_bytes, args.number<size_t>("batch-bytes", 1, 64 << 20));
  if (args.is_given("batch-bytes")) options.batch_bytes = *batch_bytes;
  TRY_ASSIGN(const auto request_bytes, args.number<size_t>("request-bytes-max", 1024, 1 << 30));
  if (args.is_given("request-bytes-max")) options.request_bytes_max = *request_bytes;
  options.request_bytes_max = std::max(options.request_bytes_max, options.batch_bytes);
  options.buffer_bytes_max = std::max(options.buffer_bytes_max, 2 * options.batch_bytes);
  TRY_ASSIGN(const auto in_flight,
             args.number<int>("in-flight", 1, options.is_idempotent ? 5 : 1000));
  if (args.is_given("in-flight")) options.in_flight_max = *in_flight;
  return options;
}

/// What the shell is told, worst news first.
Result<Exit> outcome_of(Context& context, const ProduceFeed& feed, const Status& fed,
                        const Status& flushed, std::optional<Exit> stop) {
  const client::Producer::Stats stats = feed.producer_stats();
  if (stats.records_failed > 0) {
    const bool is_late = stats.first_error->code() == ErrorCode::timed_out;
    context.complain(concat(stats.records_failed,
                            stats.records_failed == 1 ? " record was" : " records were",
                            " not written: ", stats.first_error->text(),
                            is_late ? "; --delivery-timeout gives them longer" : ""));
  }
  const int64_t open = feed.taken() - stats.records_acked - stats.records_failed;
  if (stop && (open > 0 || !flushed))
    context.complain(concat("stopped with ", open, " records not acknowledged"));
  const bool is_clean = flushed && stats.records_failed == 0 && open == 0;
  if (stop && is_clean) return *stop;
  if (stop) return Exit::failed;
  TRY(fed);
  TRY(flushed);
  return stats.records_failed + feed.refused() > 0 ? Exit::failed : Exit::done;
}

Result<Exit> run_produce(Context& context, const Args& args) {
  TRY_ASSIGN(FeedOptions feed_options, read_feed_options(args, SystemClock().wall_ms()));
  TRY_ASSIGN(client::ProducerOptions options, producer_options(args));
  // Before the session: a directory's broker starts threads, and they must not take the signals.
  StopSignals signals;
  TRY_ASSIGN(Session session, Session::open(args, Access::write));
  client::Client& client = session.client();
  TRY_ASSIGN(const auto feed,
             ProduceFeed::create(context, client, std::move(options), std::move(feed_options)));
  std::optional<Exit> stop;
  const Status fed = feed->run(signals, stop);
  // What was read is written, also after a failure or a signal; a second signal ends the patience.
  const Status flushed = feed->flush(signals.poll_fd());
  if (const auto impatient = signals.take()) stop = impatient;
  context.show_status("");
  const auto outcome = outcome_of(context, *feed, fed, flushed, stop);
  const Status closed = session.close();
  if (!outcome) return outcome;
  TRY(closed);
  return outcome;
}

}  // namespace

extern const Command kProduceCommand;
constinit const Command kProduceCommand = {
    .path = "produce",
    .usage = "[OPTION...] [TOPIC [FILE...]]",
    .summary = "Write lines from stdin to a topic",
    .description =
        "Each line is a record's value. Records are written once and in order, and acknowledged by "
        "all replicas in sync. A missing topic is created where the broker allows that. Exit code "
        "1 "
        "when any record was not written.",
    .examples =
        "spool produce -K : orders < lines                key:value on each line\n"
        "spool produce --input jsonl orders < orders.jsonl\n"
        "spool produce -f '%k{json} %s\\n' -z zstd orders < lines\n"
        "echo key: | spool produce -K : -Z orders         a tombstone",
    .options = kProduceRows,
    .operands_max = -1,
    .run = run_produce,
};

}  // namespace spool::cli
