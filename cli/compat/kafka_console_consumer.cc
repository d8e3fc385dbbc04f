// kafka-console-consumer: records of topics, from the end on, as Kafka's default formatter prints
// them.

#include "cli/cmd/consume_group.h"
#include "cli/cmd/print_records.h"
#include "cli/cmd/read_topics.h"
#include "cli/compat/kafka_tool.h"
#include "cli/connection.h"
#include "cli/io/escapes.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr Option kKafkaConsoleConsumerOptions[] = {
    {.name = "topic", .kind = OptionKind::value, .value = "TOPIC", .help = "The topic"},
    {.name = "include",
     .kind = OptionKind::value,
     .value = "REGEX",
     .help = "All topics whose whole name matches"},
    {.name = "group",
     .kind = OptionKind::value,
     .value = "GROUP",
     .help = "Share the partitions with the others of this group, and go on where it has got to"},
    {.name = "partition", .kind = OptionKind::value, .value = "N", .help = "Only this partition"},
    {.name = "offset",
     .kind = OptionKind::value,
     .value = "earliest|latest|N",
     .help = "Where to begin in it"},
    {.name = "from-beginning", .help = "Begin at the beginning, not at the end"},
    {.name = "max-messages", .kind = OptionKind::value, .value = "N", .help = "Stop after so many"},
    {.name = "timeout-ms",
     .kind = OptionKind::value,
     .value = "MS",
     .help = "Stop when nothing has come for so long"},
    {.name = "isolation-level",
     .kind = OptionKind::value,
     .value = "read_uncommitted|read_committed",
     .fallback = "read_uncommitted",
     .help = "Whether records of open and aborted transactions are shown"},
    {.name = "formatter-property",
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "print.timestamp, .partition, .offset, .epoch, .headers, .key, .value; key.separator, "
             "line.separator, headers.separator, null.literal; before Kafka 4.2 --property"},
    {.name = "skip-message-on-error", .help = "Taken; nothing here fails on a single record"},
};
constexpr OptionRows kKafkaConsoleConsumerRows[] = {kKafkaConsoleConsumerOptions,
                                                    kConnectionOptions};
constexpr OptionName kKafkaConsoleConsumerNames[] = {{"property", "formatter-property"},
                                                     {"whitelist", "include"}};

/// What the properties of Kafka's DefaultMessageFormatter say.
struct FormatRules {
  bool timestamp = false, partition = false, offset = false, epoch = false, headers = false,
       key = false, value = true;
  std::string key_separator = "\t";
  std::string line_separator = "\n";
  std::string headers_separator = ",";
  std::string null_literal = "null";

  Status set(std::string_view name, std::string_view text) {
    const std::pair<std::string_view, bool*> switches[] = {
        {"print.timestamp", &timestamp}, {"print.partition", &partition}, {"print.offset", &offset},
        {"print.epoch", &epoch},         {"print.headers", &headers},     {"print.key", &key},
        {"print.value", &value}};
    for (const auto& [known, target] : switches)
      if (known == name) {
        TRY_ASSIGN(*target, parse_bool(name, text));
        return {};
      }
    const std::pair<std::string_view, std::string*> texts[] = {
        {"key.separator", &key_separator},
        {"line.separator", &line_separator},
        {"headers.separator", &headers_separator},
        {"null.literal", &null_literal}};
    for (const auto& [known, target] : texts)
      if (known == name) {
        *target = text;
        return {};
      }
    const bool is_text = name.ends_with(".deserializer") && text.ends_with(".StringDeserializer");
    if (is_text) return {};
    return usage_error(concat("--formatter-property ", name, "=", text, ": no such property"));
  }
};

/// One record as the rules want it: the parts, with the key's separator between them.
class ConsoleLine {
 public:
  ConsoleLine(const FormatRules& rules, std::string& out) : rules_(rules), out_(out) {}

  void append(const ShownRecord& shown) {
    const record::RecordView& record = shown.record;
    if (rules_.timestamp) part(concat(timestamp_word(shown), ":", record.timestamp_ms));
    if (rules_.partition) part(concat("Partition:", shown.partition.value));
    if (rules_.offset) part(concat("Offset:", record.offset.value));
    if (rules_.epoch)
      part(shown.leader_epoch.value < 0 ? std::string("Epoch:NOT_PRESENT")
                                        : concat("Epoch:", shown.leader_epoch.value));
    if (rules_.headers) part(headers_text(record));
    if (rules_.key) part(text_of(record.key));
    if (rules_.value) part(text_of(record.value));
    out_ += rules_.line_separator;
  }

 private:
  void part(std::string_view text) {
    if (!is_first_) out_ += rules_.key_separator;
    is_first_ = false;
    out_ += text;
  }

  std::string_view text_of(const std::optional<BytesView>& bytes) const {
    return bytes ? as_text(*bytes) : std::string_view(rules_.null_literal);
  }

  static std::string_view timestamp_word(const ShownRecord& shown) {
    switch (shown.timestamp_type) {
      case record::TimestampType::create_time:
        return "CreateTime";
      case record::TimestampType::log_append_time:
        return "LogAppendTime";
      default:
        return "NO_TIMESTAMP";
    }
  }

  std::string headers_text(const record::RecordView& record) const {
    if (record.headers_count == 0) return "NO_HEADERS";
    std::string out;
    record::HeaderCursor headers(record);
    while (const auto header = headers.next())
      append_text(out,
                  out.empty() ? std::string_view() : std::string_view(rules_.headers_separator),
                  as_text(header->key), ":", text_of(header->value));
    return out;
  }

  const FormatRules& rules_;
  std::string& out_;
  bool is_first_ = true;
};

Result<FormatRules> read_format_rules(const Args& args) {
  FormatRules rules;
  for (const std::string& setting : args.list("formatter-property")) {
    const size_t equals = setting.find('=');
    if (equals == setting.npos) return usage_error(concat("'", setting, "' is not NAME=VALUE"));
    TRY(rules.set(setting.substr(0, equals), std::string_view(setting).substr(equals + 1)));
  }
  return rules;
}

Result<client::StartOffset> read_start(const Args& args) {
  const auto offset = args.value("offset");
  if (offset && !args.is_given("partition"))
    return usage_error("The partition is required when offset is specified.");
  if (offset && args.flag("from-beginning"))
    return usage_error("Options from-beginning and offset cannot be specified together.");
  if (offset) return client::parse_start_offset(*offset, 0);
  const auto kind = args.flag("from-beginning") ? client::StartOffset::Kind::beginning
                                                : client::StartOffset::Kind::end;
  return client::StartOffset{kind, 0};
}

Result<std::vector<TopicPartition>> read_partitions(const Args& args, client::Client& client) {
  const auto topic = args.value("topic");
  const auto include = args.value("include");
  if (topic.has_value() == include.has_value())
    return usage_error("Exactly one of --include/--topic is required.");
  std::vector<client::TopicInfo> topics;
  if (topic) {
    TRY_ASSIGN(const client::TopicInfo* const info, client.wait_for_topic(std::string(*topic)));
    topics.push_back(*info);
  } else {
    TRY_ASSIGN(topics, matching_topics(client, include, true));
  }
  TRY_ASSIGN(const auto partition, args.number<int32_t>("partition", 0));
  std::vector<TopicPartition> out;
  for (const client::TopicInfo& info : topics)
    for (size_t i = 0; i < info.partitions.size(); ++i)
      if (!partition || *partition == static_cast<int32_t>(i))
        out.push_back({info.name, Partition(static_cast<int32_t>(i))});
  if (out.empty()) return fail(ErrorCode::unknown_topic_or_partition, "there is no such partition");
  return out;
}

/// As a member of --group; where it has begun already, --from-beginning says nothing.
Result<Exit> consume_as_member(Context& context, const Args& args, client::Client& client,
                               GroupConsumption what) {
  TRY_ASSIGN(ClientProperties properties, read_client_properties(args));
  client::GroupReaderOptions options = std::move(properties.group);
  options.member.group = args.text("group");
  options.start = what.reader.start;
  options.fetch = std::move(what.reader.fetch);
  options.on_assigned = [](const auto&, const auto&) {};  // the script does not tell
  const auto topic = args.value("topic"), include = args.value("include");
  if (topic.has_value() == include.has_value())
    return usage_error("Exactly one of --include/--topic is required.");
  if (args.is_given("partition"))
    return usage_error("Options group and partition cannot be specified together.");
  const std::string given = topic ? std::string(*topic) : concat("^(?:", *include, ")$");
  TRY(subscribe({given}, client, options.member));
  what.reader = std::move(options);
  StopSignals signals;
  return consume_group(context, client, signals, std::move(what));
}

/// The partitions that the command line names.
Result<Exit> consume_partitions(Context& context, const Args& args, client::Client& client,
                                GroupConsumption what) {
  StopSignals signals;
  TRY_ASSIGN(const auto partitions, read_partitions(args, client));
  client::Fetcher fetcher(client, std::move(what.reader.fetch));
  for (const TopicPartition& at : partitions)
    fetcher.add(at.topic, at.partition, what.reader.start);
  TRY(fetcher.start());
  RecordPrinter printer(context, client, fetcher, what.writer, what.filter, nullptr, what.limits);
  const auto outcome = printer.run(signals, what.is_bounded);
  TRY(printer.flush());
  return outcome;
}

Result<Exit> kafka_console_consumer(Context& context, const Args& args) {
  TRY_ASSIGN(const FormatRules rules, read_format_rules(args));
  TRY_ASSIGN(const client::StartOffset start, read_start(args));
  PrintLimits limits;
  TRY_ASSIGN(const auto count, args.number<int64_t>("max-messages", 0));
  TRY_ASSIGN(const auto idle_ms, args.number<int64_t>("timeout-ms", 0));
  limits.count = count.value_or(limits.count);
  if (idle_ms) limits.idle = std::chrono::milliseconds(*idle_ms);
  TRY_ASSIGN(Session session,
             Session::open(args, args.is_given("group") ? Access::write : Access::read));
  client::GroupReaderOptions reader;
  reader.start = start;
  if (args.text("isolation-level") == "read_committed")
    reader.fetch.isolation = client::Isolation::read_committed;
  RecordWriter writer =
      RecordWriter::of_function([&](std::string& out, const ShownRecord& shown) -> Status {
        ConsoleLine(rules, out).append(shown);
        return {};
      });
  TRY_ASSIGN(const RecordFilter everything, RecordFilter::make({}));
  GroupConsumption what{std::move(reader), writer, everything, limits, /*is_bounded=*/true};
  const auto consume = args.is_given("group") ? consume_as_member : consume_partitions;
  const auto outcome = consume(context, args, session.client(), std::move(what));
  if (!outcome) return outcome;
  context.note(concat("Processed a total of ", writer.count(), " messages"));
  TRY(session.close());
  // A signal is how the script is ended.
  const bool is_stopped = *outcome == Exit::interrupted || *outcome == Exit::terminated;
  return is_stopped ? Exit::done : *outcome;
}

constinit const Command kKafkaConsoleConsumerCommand = {
    .path = "kafka-console-consumer",
    .usage = "--bootstrap-server HOST:PORT --topic TOPIC [OPTION...]",
    .summary = "Print records as Kafka's kafka-console-consumer does",
    .description = "",
    .options = kKafkaConsoleConsumerRows,
    .run = kafka_console_consumer,
};

}  // namespace

Result<Exit> run_kafka_console_consumer(const std::vector<std::string>& words, Out& out, Out& err) {
  return run_tool(kKafkaConsoleConsumerCommand, kKafkaConsoleConsumerNames, words, out, err);
}

}  // namespace spool::cli
