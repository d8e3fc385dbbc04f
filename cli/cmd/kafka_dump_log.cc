// kafka-dump-log --files FILE,...: what Kafka's tool of that name prints (4.3.1), to the byte.
//
// Unlike it, this writes nothing: the tool makes a missing .index and cuts one of odd length. The
// exit code is honest: 5 where something is wrong, 1 where the tool would die of an exception.

#include <algorithm>

#include "cli/context.h"
#include "cli/io/dump_log.h"
#include "cli/io/log_paths.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

constexpr std::string_view kStringDecoder = "org.apache.kafka.tools.api.StringDecoder";

constexpr Option kKafkaDumpLogOptions[] = {
    {.name = "files",
     .kind = OptionKind::value,
     .value = "FILE,...",
     .help = "Files to dump: .log .index .timeindex .txnindex .snapshot .checkpoint",
     .group = "What"},
    {.name = "print-data-log", .help = "Print keys and values too", .group = "What"},
    {.name = "deep-iteration", .help = "Print a line a record too", .group = "What"},
    {.name = "skip-record-metadata",
     .help = "Print keys and values alone, without what surrounds them",
     .group = "What"},
    {.name = "verify-index-only",
     .help = "Check indexes without printing their entries",
     .group = "What"},
    {.name = "index-sanity-check",
     .help = "Check of indexes only what a broker checks on starting",
     .group = "What"},
    {.name = "max-message-size",
     .kind = OptionKind::value,
     .value = "BYTES",
     .fallback = "5242880",
     .help = "Largest batch that an index entry may point at",
     .group = "What"},
    {.name = "max-bytes",
     .kind = OptionKind::value,
     .value = "BYTES",
     .fallback = "2147483647",
     .help = "Read only so much of a .log",
     .group = "What"},
    {.name = "offsets-decoder",
     .help = "Decode records of __consumer_offsets",
     .group = "Decoders"},
    {.name = "transaction-log-decoder",
     .help = "Decode records of __transaction_state",
     .group = "Decoders"},
    {.name = "cluster-metadata-decoder",
     .help = "Decode records of __cluster_metadata",
     .group = "Decoders"},
    {.name = "share-group-state-decoder",
     .help = "Decode records of __share_group_state",
     .group = "Decoders"},
    {.name = "key-decoder-class",
     .kind = OptionKind::value,
     .value = "CLASS",
     .help = "Only Kafka's StringDecoder, which is what keys are printed with anyway",
     .group = "Decoders"},
    {.name = "value-decoder-class",
     .kind = OptionKind::value,
     .value = "CLASS",
     .help = "Only Kafka's StringDecoder, which is what values are printed with anyway",
     .group = "Decoders"},
};
constexpr OptionRows kKafkaDumpLogRows[] = {kKafkaDumpLogOptions};

Result<DumpOptions> options_of(const Args& args) {
  for (const char* name : {"key-decoder-class", "value-decoder-class"})
    if (const auto given = args.value(name); given && *given != kStringDecoder)
      return usage_error(concat("--", name, " ", *given, ": only ", kStringDecoder,
                                " is there; classes of Java cannot be run"));
  DumpOptions out;
  if (args.flag("offsets-decoder"))
    out.decoder = DumpDecoder::offsets;
  else if (args.flag("transaction-log-decoder"))
    out.decoder = DumpDecoder::transactions;
  else if (args.flag("cluster-metadata-decoder"))
    out.decoder = DumpDecoder::metadata;
  else if (args.flag("share-group-state-decoder"))
    out.decoder = DumpDecoder::share;
  out.prints_contents = args.flag("print-data-log") || out.decoder != DumpDecoder::text ||
                        args.is_given("key-decoder-class") || args.is_given("value-decoder-class");
  out.is_deep = args.flag("deep-iteration") || out.prints_contents;
  out.skips_metadata = args.flag("skip-record-metadata");
  out.verifies_index_only = args.flag("verify-index-only");
  out.checks_sanity_only = args.flag("index-sanity-check");
  TRY_ASSIGN(const auto max_bytes, args.number<int32_t>("max-bytes", 0));
  out.max_bytes = *max_bytes;
  TRY_ASSIGN(const auto max_message, args.number<int32_t>("max-message-size", 0));
  out.max_message_bytes = *max_message;
  return out;
}

Result<Exit> run_kafka_dump_log(Context& context, const Args& args) {
  const auto files = args.value("files");
  if (!files) return usage_error("--files is missing");
  TRY_ASSIGN(const DumpOptions options, options_of(args));
  storage::PosixFileSystem fs;
  LogDumper dumper(fs, options, context.out());
  Status dumped;
  for (const std::string_view file : split(*files, ',')) {
    dumped = dumper.dump(std::string(file));
    if (!dumped) break;
    if (context.out().is_broken_pipe()) return Exit::broken_pipe;
  }
  TRY(context.out().flush());
  for (const std::string& line : dumper.complaints()) context.draw(line + "\n");
  if (!dumped) return fail(std::move(dumped.error()));
  return dumper.has_findings() ? Exit::findings : Exit::done;
}

}  // namespace

extern const Command kKafkaDumpLogCommand;
constinit const Command kKafkaDumpLogCommand = {
    .path = "kafka-dump-log",
    .usage = "--files FILE,... [OPTION...]",
    .summary = "Print what Kafka's kafka-dump-log prints",
    .description =
        "The options and the output of kafka-dump-log.sh of Kafka 4.3.1, without its writes and "
        "with honest exit codes. spool inspect tells more.",
    .examples =
        "spool kafka-dump-log --print-data-log --files data/orders-0/00000000000000000000.log",
    .options = kKafkaDumpLogRows,
    .run = run_kafka_dump_log,
};

}  // namespace spool::cli
