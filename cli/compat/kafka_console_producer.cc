// kafka-console-producer: lines of stdin as records, with the properties of Kafka's line reader.

#include "cli/cmd/produce_feed.h"
#include "cli/compat/kafka_tool.h"
#include "cli/connection.h"
#include "cli/io/file_text.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr Option kKafkaConsoleProducerOptions[] = {
    {.name = "topic", .kind = OptionKind::value, .value = "TOPIC", .help = "The topic"},
    {.name = "reader-property",
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "parse.key, key.separator, parse.headers, headers.delimiter, headers.separator, "
             "headers.key.separator, null.marker, ignore.error; before Kafka 4.2 --property"},
    {.name = "reader-config",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Such properties, one a line"},
    {.name = "compression-codec",
     .kind = OptionKind::value,
     .value = "none|gzip|snappy|lz4|zstd",
     .help = "How batches are compressed"},
    {.name = "request-required-acks",
     .kind = OptionKind::value,
     .value = "all|-1|1|0",
     .fallback = "all",
     .help = "Whose acknowledgement counts"},
    {.name = "batch-size", .kind = OptionKind::value, .value = "BYTES", .help = "Of a full batch"},
    {.name = "linger-ms",
     .kind = OptionKind::value,
     .value = "MS",
     .help = "How long a record waits for others; the script calls it --timeout"},
    {.name = "request-timeout-ms",
     .kind = OptionKind::value,
     .value = "MS",
     .help = "Of a request"},
    {.name = "sync", .help = "Taken; a record is never given up silently anyway"},
    // What tunes a buffer, a back-off or a cache that we do not have is taken, too.
    {.name = "message-send-max-retries", .kind = OptionKind::value, .value = "N", .help = "Taken"},
    {.name = "retry-backoff-ms", .kind = OptionKind::value, .value = "MS", .help = "Taken"},
    {.name = "max-block-ms", .kind = OptionKind::value, .value = "MS", .help = "Taken"},
    {.name = "max-memory-bytes", .kind = OptionKind::value, .value = "N", .help = "Taken"},
    {.name = "max-partition-memory-bytes",
     .kind = OptionKind::value,
     .value = "N",
     .help = "Taken"},
    {.name = "metadata-expiry-ms", .kind = OptionKind::value, .value = "MS", .help = "Taken"},
    {.name = "socket-buffer-size", .kind = OptionKind::value, .value = "N", .help = "Taken"},
};
constexpr OptionRows kKafkaConsoleProducerRows[] = {kKafkaConsoleProducerOptions,
                                                    kConnectionOptions};
constexpr OptionName kKafkaConsoleProducerNames[] = {{"property", "reader-property"},
                                                     {"timeout", "linger-ms"}};

/// What the properties of Kafka's LineMessageReader say.
struct ReaderRules {
  bool has_key = false;
  std::string key_separator = "\t";
  bool has_headers = false;
  std::string headers_delimiter = "\t";
  std::string headers_separator = ",";
  std::string headers_key_separator = ":";
  std::optional<std::string> null_marker;
  bool ignores_error = false;

  Status set(std::string_view name, std::string_view value) {
    if (name == "parse.key") {
      TRY_ASSIGN(has_key, parse_bool(name, value));
    } else if (name == "parse.headers") {
      TRY_ASSIGN(has_headers, parse_bool(name, value));
    } else if (name == "ignore.error") {
      TRY_ASSIGN(ignores_error, parse_bool(name, value));
    } else if (name == "key.separator") {
      key_separator = value;
    } else if (name == "headers.delimiter") {
      headers_delimiter = value;
    } else if (name == "headers.separator") {
      headers_separator = value;
    } else if (name == "headers.key.separator") {
      headers_key_separator = value;
    } else if (name == "null.marker") {
      null_marker = value;
    } else {
      return usage_error(concat("--reader-property ", name, ": no such property"));
    }
    return {};
  }

  std::optional<BytesView> field(std::string_view text) const {
    if (null_marker && text == *null_marker) return std::nullopt;
    return as_bytes(text);
  }
};

Result<ReaderRules> read_reader_rules(const Args& args) {
  ReaderRules rules;
  std::vector<std::string> settings;
  if (const auto path = args.value("reader-config")) {
    TRY_ASSIGN(const std::string text, read_file(std::string(*path)));
    for (const std::string_view line : split(text, '\n'))
      if (!trim(line).empty() && !trim(line).starts_with('#')) settings.emplace_back(trim(line));
  }
  for (const std::string& setting : args.list("reader-property")) settings.push_back(setting);
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == setting.npos) return usage_error(concat("'", setting, "' is not NAME=VALUE"));
    TRY(rules.set(setting.substr(0, equals), std::string_view(setting).substr(equals + 1)));
  }
  return rules;
}

/// headers, key and value of a line, in this order.
class ConsoleCutter final : public RecordCutter {
 public:
  explicit ConsoleCutter(ReaderRules rules) : finder_("\n"), rules_(std::move(rules)) {}

  Result<Cut> cut(std::string_view bytes, bool is_end, InputRecord& out) override {
    const size_t end = finder_.find(bytes);
    if (end == bytes.npos && !is_end) return more();
    std::string_view line = bytes.substr(0, end);
    const size_t taken = end == bytes.npos ? bytes.size() : end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (rules_.has_headers) {
      const auto headers = take_until(line, rules_.headers_delimiter);
      if (headers)
        add_headers(*headers, out);
      else if (!rules_.ignores_error)
        return bad(taken, Error(ErrorCode::parse_error, "No headers delimiter found"));
    }
    if (rules_.has_key) {
      const auto key = take_until(line, rules_.key_separator);
      if (!key && !rules_.ignores_error)
        return bad(taken, Error(ErrorCode::parse_error, "No key separator found"));
      if (key) out.key = rules_.field(*key);
      out.has_key = true;
    }
    out.value = rules_.field(line);
    return taken_record(taken);
  }

 private:
  static std::optional<std::string_view> take_until(std::string_view& line,
                                                    std::string_view separator) {
    const size_t at = line.find(separator);
    if (at == line.npos) return std::nullopt;
    const std::string_view front = line.substr(0, at);
    line.remove_prefix(at + separator.size());
    return front;
  }

  void add_headers(std::string_view text, InputRecord& out) const {
    if (rules_.null_marker && text == *rules_.null_marker) return;
    for (;;) {
      const auto one = take_until(text, rules_.headers_separator);
      const std::string_view header = one.value_or(text);
      const size_t at = header.find(rules_.headers_key_separator);
      const std::string_view value =
          at == header.npos ? "" : header.substr(at + rules_.headers_key_separator.size());
      out.headers.push_back({as_bytes(header.substr(0, at)), rules_.field(value)});
      if (!one) return;
    }
  }

  LineFinder finder_;
  ReaderRules rules_;
};

Result<client::ProducerOptions> producer_options(const Args& args) {
  TRY_ASSIGN(ClientProperties properties, read_client_properties(args));
  constexpr std::pair<std::string_view, std::string_view> kSettings[] = {
      {"compression-codec", "compression.type"},
      {"request-required-acks", "acks"},
      {"batch-size", "batch.size"},
      {"linger-ms", "linger.ms"}};
  for (const auto& [option, name] : kSettings)
    if (args.is_given(option)) TRY(set_property(properties, name, args.text(option)));
  return std::move(properties.producer);
}

Result<Exit> kafka_console_producer(Context& context, const Args& args) {
  const auto topic = args.value("topic");
  if (!topic) return usage_error("Missing required argument \"[topic]\"");
  TRY_ASSIGN(const ReaderRules rules, read_reader_rules(args));
  TRY_ASSIGN(client::ProducerOptions producer, producer_options(args));
  FeedOptions options;
  options.form = {"line", [rules] { return std::make_unique<ConsoleCutter>(rules); }};
  options.topic = std::string(*topic);
  options.files = {"-"};
  options.stops_on_error = true;  // as the script does
  StopSignals signals;
  TRY_ASSIGN(Session session, Session::open(args, Access::write));
  TRY_ASSIGN(const auto feed, ProduceFeed::create(context, session.client(), std::move(producer),
                                                  std::move(options)));
  std::optional<Exit> stop;
  const Status fed = feed->run(signals, stop);
  const Status flushed = feed->flush(signals.poll_fd());
  const auto stats = feed->producer_stats();
  if (stats.records_failed > 0)
    context.complain(
        concat(stats.records_failed, " records were not written: ", stats.first_error->text()));
  TRY(session.close());
  TRY(fed);
  TRY(flushed);
  return stats.records_failed + feed->refused() > 0 ? Exit::failed : Exit::done;
}

constinit const Command kKafkaConsoleProducerCommand = {
    .path = "kafka-console-producer",
    .usage = "--bootstrap-server HOST:PORT --topic TOPIC [OPTION...]",
    .summary = "Write lines as Kafka's kafka-console-producer does",
    .description = "",
    .options = kKafkaConsoleProducerRows,
    .run = kafka_console_producer,
};

/// --compression-codec may stand alone, and is gzip then.
std::vector<std::string> with_codec(std::vector<std::string> words) {
  for (size_t i = 0; i < words.size(); ++i)
    if (words[i] == "--compression-codec" &&
        (i + 1 == words.size() || words[i + 1].starts_with('-')))
      words[i] += "=gzip";
  return words;
}

}  // namespace

Result<Exit> run_kafka_console_producer(const std::vector<std::string>& words, Out& out, Out& err) {
  return run_tool(kKafkaConsoleProducerCommand, kKafkaConsoleProducerNames, with_codec(words), out,
                  err);
}

}  // namespace spool::cli
