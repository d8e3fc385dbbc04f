// kcat: produce, consume, list and query with kcat's options and kcat's stdout.

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "cli/client_properties.h"
#include "cli/cmd/consume_group.h"
#include "cli/cmd/print_records.h"
#include "cli/cmd/produce_feed.h"
#include "cli/cmd/read_topics.h"
#include "cli/commands.h"
#include "cli/compat/kafka_tool.h"
#include "cli/compat/personalities.h"
#include "cli/context.h"
#include "cli/io/escapes.h"
#include "cli/io/json_text.h"
#include "cli/io/record_lines.h"
#include "cli/io/signals.h"
#include "cli/io/unpack.h"
#include "cli/session.h"
#include "core/client/admin.h"
#include "core/client/fetcher.h"

namespace spool::cli {

namespace {

constexpr std::string_view kOptionLetters =
    "PCG:LQM:t:p:b:z:o:eED:K:k:H:Od:qvF:X:c:Tuf:ZlVhs:r:Jm:U";
constexpr OptionRows kKcatRows[] = {kConnectionOptions};
/// Not in the table of commands: it gives Session and Context what they ask of a command line.
constinit const Command kKcatCommand = {.path = "kcat",
                                        .usage = "[OPTION...]",
                                        .summary = "kcat",
                                        .description = "",
                                        .options = kKcatRows,
                                        .operands_max = 0,
                                        .run = nullptr};

constexpr std::string_view kUsage =
    "Usage: kcat <options> [file1 file2 .. | topic1 topic2 ..]\n"
    "  -C | -P | -L | -Q      Consume, produce, list metadata, query offsets by time\n"
    "  -M N                   Be a broker, for a test, until stdin ends\n"
    "  -G GROUP               Consume topics as a member of a group; ^ begins an expression\n"
    "  -b HOST:PORT,...       Brokers\n"
    "  -t TOPIC               Topic; with -Q TOPIC:PARTITION:TIME, may be repeated\n"
    "  -p N                   Partition\n"
    "  -o OFFSET              beginning, end, stored, N, -N, s@TIME, e@TIME\n"
    "  -e                     Leave at the end\n"
    "  -c N                   Stop after N messages\n"
    "  -D DELIM -K DELIM      Message and key delimiter\n"
    "  -k KEY -H NAME=VALUE   Fixed key; header, may be repeated\n"
    "  -f FORMAT              %s %S %R %k %K %T %h %t %p %o\n"
    "  -J                     JSON\n"
    "  -s [key=|value=]PACK   Read keys and values as packed numbers: < > b B h H i I q Q c s $\n"
    "  -Z                     Empty is NULL when producing; NULL is shown when consuming\n"
    "  -l                     Read the file as lines\n"
    "  -T                     Print what is sent\n"
    "  -z CODEC               none, gzip, snappy, lz4, zstd\n"
    "  -X NAME=VALUE          A property of librdkafka\n"
    "  -F FILE                Properties, one a line\n"
    "  -m SECONDS             Longest wait for metadata\n"
    "  -q -v -u -E -d -O -V -h\n";

/// The command line, as getopt takes it apart.
struct KcatArgs {
  std::map<char, std::vector<std::string>> given;
  std::vector<std::string> operands;

  bool has(char letter) const { return given.contains(letter); }
  const std::string& last(char letter) const { return given.at(letter).back(); }
  std::optional<std::string> value(char letter) const {
    const auto found = given.find(letter);
    return found == given.end() ? std::nullopt : std::optional(found->second.back());
  }
};

std::unexpected<Error> kcat_usage(std::string text) { return usage_error(std::move(text)); }

Result<KcatArgs> parse(const std::vector<std::string>& words) {
  KcatArgs out;
  bool is_rest = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (i == 0 && (word == "kcat" || word == "kafkacat")) continue;  // container entry points
    if (is_rest || word.size() < 2 || word[0] != '-') {
      out.operands.push_back(word);
      continue;
    }
    if (word == "--") {
      is_rest = true;
      continue;
    }
    for (size_t at = 1; at < word.size(); ++at) {
      const size_t known = word[at] == ':' ? kOptionLetters.npos : kOptionLetters.find(word[at]);
      if (known == kOptionLetters.npos) return kcat_usage(concat("kcat has no option -", word[at]));
      const bool takes_value =
          known + 1 < kOptionLetters.size() && kOptionLetters[known + 1] == ':';
      auto& values = out.given[word[at]];
      if (!takes_value) {
        values.emplace_back();
        continue;
      }
      if (at + 1 < word.size()) {
        values.push_back(word.substr(at + 1));
      } else if (i + 1 < words.size()) {
        values.push_back(words[++i]);
      } else {
        return kcat_usage(concat("-", word[at], " wants a value"));
      }
      break;
    }
  }
  return out;
}

constexpr std::string_view kNoRegistry =
    "Avro needs a schema registry, and this build speaks to none";

/// What every mode works with.
struct Kcat {
  KcatArgs args;
  ClientProperties properties;
  Args connection;  ///< for Session and Context
  Context context;
  Out& out;
  Out& err;
};

Result<Session> open_session(Kcat& kcat) {
  auto broker = kcat.args.value('b');
  if (!broker) broker = kcat.properties.brokers;
  if (!broker) return kcat_usage("-b <broker,..> missing");
  return Session::open(Target{false, *broker}, kcat.connection, Access::write);
}

Result<std::optional<Partition>> partition_of(const Kcat& kcat) {
  const auto text = kcat.args.value('p');
  if (!text) return std::optional<Partition>();
  const auto number = parse_int<int32_t>(*text);
  if (!number || *number < -1) return kcat_usage(concat("-p: '", *text, "' is no partition"));
  return *number < 0 ? std::optional<Partition>() : std::optional(Partition(*number));
}

Result<std::string> topic_of(const Kcat& kcat) {
  const auto topic = kcat.args.value('t');
  if (!topic) return kcat_usage("-t <topic> missing");
  return *topic;
}

Result<int64_t> count_of(const Kcat& kcat) {
  const auto text = kcat.args.value('c');
  if (!text) return INT64_MAX;
  const auto count = parse_int<int64_t>(*text);
  if (!count || *count < 0) return kcat_usage(concat("-c: '", *text, "' is no number"));
  return *count == 0 ? INT64_MAX : *count;
}

// Producing.

Result<Exit> produce(Kcat& kcat) {
  FeedOptions options;
  LineRules rules;
  rules.skips_empty = true;
  TRY_ASSIGN(rules.delimiter, unescape(kcat.args.value('D').value_or("\\n")));
  if (rules.delimiter.empty()) return kcat_usage("-D: empty delimiter");
  if (const auto given = kcat.args.value('K')) {
    TRY_ASSIGN(rules.key_delimiter, unescape(*given));
    // kcat turns an empty key to NULL, and with -Z an empty value too, only beside a delimiter.
    rules.is_empty_null = kcat.args.has('Z');
  }
  options.form = {"message", [rules] { return std::make_unique<LineCutter>(rules); }};
  TRY_ASSIGN(options.topic, topic_of(kcat));
  TRY_ASSIGN(options.partition, partition_of(kcat));
  TRY_ASSIGN(options.count_max, count_of(kcat));
  options.key = kcat.args.value('k');
  if (kcat.args.has('H'))
    for (const std::string& text : kcat.args.given.at('H')) {
      const size_t equals = text.find('=');
      options.headers.emplace_back(
          text.substr(0, equals),
          equals == text.npos ? std::nullopt : std::optional(text.substr(equals + 1)));
    }
  options.files = kcat.args.operands;
  options.takes_whole_files = !options.files.empty() && !kcat.args.has('l');
  options.skips_empty_files = true;
  if (options.files.empty()) options.files.push_back("-");
  if (kcat.args.has('T')) {
    TRY_ASSIGN(options.tee, RecordFormat::parse("%s", ""));
  }
  client::ProducerOptions producer = kcat.properties.producer;
  if (const auto codec = kcat.args.value('z')) {
    const auto parsed = compress::parse_codec(*codec);
    if (!parsed) return kcat_usage(concat("-z: no codec '", *codec, "'"));
    producer.codec = *parsed;
  }
  StopSignals signals;
  TRY_ASSIGN(Session session, open_session(kcat));
  TRY_ASSIGN(const auto feed, ProduceFeed::create(kcat.context, session.client(),
                                                  std::move(producer), std::move(options)));
  std::optional<Exit> stop;
  const Status fed = feed->run(signals, stop);
  const Status flushed = feed->flush(signals.poll_fd());
  const auto stats = feed->producer_stats();
  if (stats.records_failed > 0)
    kcat.context.complain(concat("Delivery failed for ", stats.records_failed,
                                 " messages: ", stats.first_error->text()));
  TRY(session.close());
  TRY(fed);
  TRY(flushed);
  return stats.records_failed + feed->refused() > 0 ? Exit::failed : Exit::done;
}

// Consuming.

/// kcat's format strings know no braces and no names behind tokens: what follows is literal.
Result<RecordFormat> kcat_format(std::string_view format, bool shows_null) {
  constexpr std::string_view kTokens = "sSRkKThtpo%";
  std::string out;
  for (size_t at = 0; at < format.size(); ++at) {
    out += format[at];
    if (format[at] == '\\' && at + 1 < format.size()) out += format[++at];
    if (format[at] != '%' || (at > 0 && format[at - 1] == '\\')) continue;
    const char token = ++at < format.size() ? format[at] : '\0';
    if (token == '\0' || !kTokens.contains(token))
      return kcat_usage(concat("Unsupported formatter: %", token));
    out += token;
    if (at + 1 < format.size() && (format[at + 1] == '{' || format[at + 1] == '['))
      out += format[++at] == '{' ? "\\x7b" : "\\x5b";
  }
  TRY_ASSIGN(RecordFormat parsed, RecordFormat::parse(out, shows_null ? "NULL" : ""));
  if (shows_null) parsed.show_empty_as_null();
  return parsed;
}

std::string escape_as_format(std::string_view text) {
  std::string out;
  for (const char c : text) append_text(out, "\\x", hex({&c, 1}));
  return out;
}

/// What -f, or -K, -O and -D, say how a record is printed.
Result<RecordFormat> read_format(const Kcat& kcat, const std::string& delimiter) {
  if (const auto format = kcat.args.value('f')) return kcat_format(*format, kcat.args.has('Z'));
  std::string format = "%s" + escape_as_format(delimiter);
  if (const auto given = kcat.args.value('K')) {
    TRY_ASSIGN(const std::string key_delimiter, unescape(*given));
    format = "%k" + escape_as_format(key_delimiter) + format;
    if (kcat.args.has('O')) format = "%o" + escape_as_format(key_delimiter) + format;
  }
  return kcat_format(format, kcat.args.has('Z'));
}

/// What -s makes of keys and values.
struct Serdes {
  std::optional<PackFormat> key;
  std::optional<PackFormat> value;
};

Result<Serdes> read_serdes(const Kcat& kcat) {
  Serdes out;
  if (!kcat.args.has('s')) return out;
  for (const std::string& text : kcat.args.given.at('s')) {
    const bool is_key = text.starts_with("key="), is_value = text.starts_with("value=");
    const std::string letters = text.substr(is_key ? 4 : is_value ? 6 : 0);
    if (letters == "avro") return kcat_usage(std::string(kNoRegistry));
    TRY_ASSIGN(const PackFormat parsed, PackFormat::parse(letters));
    if (!is_value) out.key = parsed;
    if (!is_key) out.value = parsed;
  }
  return out;
}

Status unpack(const std::optional<PackFormat>& format, std::optional<BytesView>& bytes,
              std::string& scratch) {
  if (!format || !bytes) return {};
  TRY(format->append(scratch, *bytes));
  bytes = as_bytes(scratch);
  return {};
}

Result<RecordWriter> kcat_writer(const Kcat& kcat) {
  TRY_ASSIGN(const std::string delimiter, unescape(kcat.args.value('D').value_or("\\n")));
  TRY_ASSIGN(Serdes serdes, read_serdes(kcat));
  // JSON has keys and values as they are, whatever -s says.
  if (kcat.args.has('J')) return RecordWriter::kcat_json(delimiter);
  TRY_ASSIGN(RecordFormat format, read_format(kcat, delimiter));
  if (!serdes.key && !serdes.value) return RecordWriter::of_format(std::move(format));
  return RecordWriter::of_function([serdes = std::move(serdes), format = std::move(format)](
                                       std::string& out, const ShownRecord& shown) -> Status {
    // Lengths are of what was stored.
    std::optional<BytesView> key = shown.record.key, value = shown.record.value;
    std::string key_text, value_text;
    Status unpacked = unpack(serdes.key, key, key_text);
    if (unpacked) unpacked = unpack(serdes.value, value, value_text);
    if (!unpacked)
      return fail(unpacked.error().code(),
                  concat("Failed to format message in ", shown.topic, " [", shown.partition.value,
                         "] at offset ", shown.record.offset.value, ": ", unpacked.error().text(),
                         ": terminating"));
    format.append(out, shown, 1, {key, value});
    return {};
  });
}

/// -o, which may be there twice: s@ and e@.
Result<client::OffsetRange> range_of(const Kcat& kcat) {
  client::OffsetRange out;
  if (!kcat.args.has('o')) return out;
  for (const std::string& text : kcat.args.given.at('o')) {
    const bool is_stop = text.starts_with("e@");
    const std::string_view time = text.size() > 2 ? std::string_view(text).substr(2) : "";
    if (is_stop || text.starts_with("s@")) {
      const auto ms = parse_int<int64_t>(time);
      if (!ms) return kcat_usage(concat("-o: '", text, "' is no time in milliseconds"));
      const client::StartOffset at{client::StartOffset::Kind::time, *ms};
      if (is_stop)
        out.stop = at;
      else
        out.start = at;
      continue;
    }
    if (text == "stored") return kcat_usage("-o stored is for groups");
    TRY_ASSIGN(out.start, client::parse_start_offset(text, 0));
  }
  return out;
}

client::FetcherOptions fetcher_options(Kcat& kcat, bool& has_lost) {
  client::FetcherOptions options;
  options.on_end = [&kcat](std::string_view topic, Partition partition, Offset end, bool is_last) {
    if (!kcat.args.has('q'))
      kcat.context.note(concat("% Reached end of topic ", topic, " [", partition.value,
                               "] at offset ", end.value, is_last ? ": exiting" : ""));
  };
  options.stop_at_live_end = kcat.args.has('e');
  options.isolation = kcat.properties.isolation.value_or(client::Isolation::read_committed);
  options.on_lost = [&](std::string_view, Partition, const Error& error) {
    kcat.context.complain(error.text());
    has_lost = true;
  };
  return options;
}

/// A signal is how kcat is ended.
Exit exit_of(Exit outcome, bool has_lost) {
  if (has_lost) return Exit::failed;
  const bool is_stopped = outcome == Exit::interrupted || outcome == Exit::terminated;
  return is_stopped ? Exit::done : outcome;
}

Result<Exit> consume(Kcat& kcat) {
  TRY_ASSIGN(RecordWriter writer, kcat_writer(kcat));
  TRY_ASSIGN(const client::OffsetRange range, range_of(kcat));
  TRY_ASSIGN(const auto partition, partition_of(kcat));
  TRY_ASSIGN(const std::string topic, topic_of(kcat));
  TRY_ASSIGN(const int64_t count, count_of(kcat));
  StopSignals signals;
  TRY_ASSIGN(Session session, open_session(kcat));
  client::Client& client = session.client();
  TRY_ASSIGN(const client::TopicInfo* const info, client.wait_for_topic(topic));
  bool has_lost = false;
  client::Fetcher fetcher(client, fetcher_options(kcat, has_lost));
  for (size_t i = 0; i < info->partitions.size(); ++i)
    if (!partition || partition->value == static_cast<int32_t>(i))
      fetcher.add(topic, Partition(static_cast<int32_t>(i)), range.start, range.stop);
  if (partition && static_cast<size_t>(partition->value) >= info->partitions.size())
    return fail(ErrorCode::unknown_topic_or_partition,
                concat("Topic ", topic, " [", partition->value, "]: unknown partition"));
  TRY(fetcher.start());
  TRY_ASSIGN(const RecordFilter everything, RecordFilter::make({}));
  RecordPrinter printer(kcat.context, client, fetcher, writer, everything, nullptr,
                        {.count = count});
  const auto outcome = printer.run(signals, true);
  const Status flushed = printer.flush();
  if (!outcome) return outcome;
  TRY(flushed);
  TRY(session.close());
  return exit_of(*outcome, has_lost);
}

// Consuming as a member of a group.

/// kcat's words for what the group gives and takes, as they stand on stderr.
class RebalanceNotes {
 public:
  RebalanceNotes(Kcat& kcat, std::string group) : kcat_(kcat), group_(std::move(group)) {
    if (!kcat_.args.has('q')) kcat_.context.note("% Waiting for group rebalance");
  }

  void assigned(const std::vector<TopicPartition>& mine, const std::string& member_id) {
    member_id_ = member_id;
    if (mine.empty()) return revoked();
    say("assigned: ", mine);
    mine_ = mine;
  }
  void revoked() {
    if (!mine_.empty()) say("revoked: ", mine_);
    mine_.clear();
  }

 private:
  void say(std::string_view what, const std::vector<TopicPartition>& partitions) {
    std::string text =
        concat("% Group ", group_, " rebalanced (memberid ", member_id_, "): ", what);
    for (const TopicPartition& at : partitions)
      append_text(text, &at == &partitions[0] ? "" : ", ", at.topic, " [", at.partition.value, "]");
    if (!kcat_.args.has('q')) kcat_.context.note(text);
  }

  Kcat& kcat_;
  std::string group_;
  std::string member_id_;
  std::vector<TopicPartition> mine_;
};

/// librdkafka's defaults, what properties and -G say; -o counts whatever is committed.
Result<client::GroupReaderOptions> member_options(const Kcat& kcat) {
  client::GroupReaderOptions options = kcat.properties.group;
  options.member.group = kcat.args.last('G');
  if (!kcat.args.has('o') || kcat.args.last('o') == "stored") return options;
  TRY_ASSIGN(const client::OffsetRange range, range_of(kcat));
  if (range.stop || range.start.kind == client::StartOffset::Kind::time)
    return kcat_usage("-o ..@ timestamps can't be used with -G mode");
  options.start = range.start;
  options.ignores_committed = true;
  return options;
}

Result<Exit> consume_in_group(Kcat& kcat) {
  if (kcat.args.operands.empty()) return kcat_usage("-G <group> wants topics behind the options");
  TRY_ASSIGN(RecordWriter writer, kcat_writer(kcat));
  TRY_ASSIGN(client::GroupReaderOptions options, member_options(kcat));
  TRY_ASSIGN(const int64_t count, count_of(kcat));
  StopSignals signals;
  TRY_ASSIGN(Session session, open_session(kcat));
  TRY(subscribe(kcat.args.operands, session.client(), options.member));
  bool has_lost = false;
  RebalanceNotes notes(kcat, options.member.group);
  options.fetch = fetcher_options(kcat, has_lost);
  options.on_assigned = [&](const auto& mine, const auto& id) { notes.assigned(mine, id); };
  TRY_ASSIGN(const RecordFilter everything, RecordFilter::make({}));
  const auto outcome = consume_group(
      kcat.context, session.client(), signals,
      {std::move(options), writer, everything, {.count = count}, /*is_bounded=*/true});
  if (!outcome) return outcome;
  notes.revoked();
  TRY(session.close());
  return exit_of(*outcome, has_lost);
}

// Metadata.

/// librdkafka's words for an error, as far as metadata has them.
std::string_view kafka_words(ErrorCode code) {
  switch (code) {
    case ErrorCode::unknown_topic_or_partition:
      return "Broker: Unknown topic or partition";
    case ErrorCode::leader_not_available:
      return "Broker: Leader not available";
    case ErrorCode::invalid_topic_exception:
      return "Broker: Invalid topic";
    case ErrorCode::replica_not_available:
      return "Broker: Replica not available";
    default:
      return error_name(code);
  }
}

void print_metadata_text(std::string& out, const client::ClusterInfo& cluster,
                         const std::vector<client::TopicInfo>& topics, std::string_view which,
                         const std::string& origin) {
  append_text(out, "Metadata for ", which, " (from broker ", origin, "):\n ",
              cluster.brokers.size(), " brokers:\n");
  for (const client::BrokerInfo& broker : cluster.brokers)
    append_text(out, "  broker ", broker.node_id, " at ", broker.endpoint.to_string(),
                broker.node_id == cluster.controller_id ? " (controller)" : "", "\n");
  append_text(out, " ", topics.size(), " topics:\n");
  for (const client::TopicInfo& topic : topics) {
    append_text(out, "  topic \"", topic.name, "\" with ", topic.partitions.size(), " partitions:");
    if (topic.error != ErrorCode::none) append_text(out, " ", kafka_words(topic.error));
    out += '\n';
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      const client::PartitionInfo& partition = topic.partitions[i];
      append_text(out, "    partition ", i, ", leader ", partition.leader,
                  ", replicas: ", joined(partition.replicas), ", isrs: ", joined(partition.isr));
      if (partition.error != ErrorCode::none) append_text(out, ", ", kafka_words(partition.error));
      out += '\n';
    }
  }
}

void append_ids(std::string& out, const std::vector<int32_t>& list) {
  out += '[';
  for (size_t i = 0; i < list.size(); ++i)
    append_text(out, i == 0 ? "" : ",", "{\"id\":", list[i], "}");
  out += ']';
}

void print_metadata_json(std::string& out, const client::ClusterInfo& cluster,
                         const std::vector<client::TopicInfo>& topics,
                         const std::optional<std::string>& asked, int32_t origin_id,
                         const std::string& origin_name) {
  append_text(out, "{\"originating_broker\":{\"id\":", origin_id, ",\"name\":");
  append_json_string(out, origin_name);
  out += "},\"query\":{\"topic\":";
  append_json_string(out, asked.value_or("*"));
  append_text(out, "},\"controllerid\":", cluster.controller_id, ",\"brokers\":[");
  for (size_t i = 0; i < cluster.brokers.size(); ++i) {
    append_text(out, i == 0 ? "" : ",", "{\"id\":", cluster.brokers[i].node_id, ",\"name\":");
    append_json_string(out, cluster.brokers[i].endpoint.to_string());
    out += '}';
  }
  out += "],\"topics\":[";
  for (size_t t = 0; t < topics.size(); ++t) {
    out += t == 0 ? "{\"topic\":" : ",{\"topic\":";
    append_json_string(out, topics[t].name);
    if (topics[t].error != ErrorCode::none) {
      out += ",\"error\":";
      append_json_string(out, kafka_words(topics[t].error));
    }
    out += ",\"partitions\":[";
    for (size_t i = 0; i < topics[t].partitions.size(); ++i) {
      const client::PartitionInfo& partition = topics[t].partitions[i];
      append_text(out, i == 0 ? "" : ",", "{\"partition\":", i);
      if (partition.error != ErrorCode::none) {
        out += ",\"error\":";
        append_json_string(out, kafka_words(partition.error));
      }
      append_text(out, ",\"leader\":", partition.leader, ",\"replicas\":");
      append_ids(out, partition.replicas);
      out += ",\"isrs\":";
      append_ids(out, partition.isr);
      out += '}';
    }
    out += "]}";
  }
  out += "]}";
}

Result<Exit> list(Kcat& kcat) {
  TRY_ASSIGN(Session session, open_session(kcat));
  client::Client& client = session.client();
  const auto asked = kcat.args.value('t');
  std::vector<client::TopicInfo> topics;
  if (asked) {
    TRY_ASSIGN(topics, client::describe_topics(client, {*asked}));
  } else {
    TRY_ASSIGN(topics, client::list_topics(client));
  }
  const client::ClusterInfo& cluster = client.cluster();
  const std::string name = kcat.args.value('b').value_or(kcat.properties.brokers.value_or(""));
  const bool is_known = !cluster.brokers.empty();
  const int32_t origin = is_known ? cluster.brokers[0].node_id : -1;
  const std::string address = is_known ? cluster.brokers[0].endpoint.to_string() : name;
  const std::string full_name = concat(address, "/", origin);
  std::string out;
  if (kcat.args.has('J'))
    print_metadata_json(out, cluster, topics, asked, origin, full_name);
  else
    print_metadata_text(out, cluster, topics, asked ? *asked : "all topics",
                        concat(origin, ": ", full_name));
  kcat.out.write(out);
  TRY(session.close());
  TRY(kcat.out.flush());
  return Exit::done;
}

// Offsets by time.

Result<client::OffsetQuery> parse_query(const std::string& text) {
  const size_t last = text.rfind(':');
  const size_t first = last == text.npos || last == 0 ? text.npos : text.rfind(':', last - 1);
  if (first == text.npos || first == 0)
    return kcat_usage(concat("-t: '", text, "' is not TOPIC:PARTITION:TIMESTAMP"));
  const auto partition =
      parse_int<int32_t>(std::string_view(text).substr(first + 1, last - first - 1));
  const auto time = parse_int<int64_t>(std::string_view(text).substr(last + 1));
  if (!partition || *partition < 0 || !time)
    return kcat_usage(concat("-t: '", text, "' is not TOPIC:PARTITION:TIMESTAMP"));
  return client::OffsetQuery{{text.substr(0, first), Partition(*partition)}, *time};
}

Result<Exit> query(Kcat& kcat) {
  if (!kcat.args.has('t')) return kcat_usage("-t <topic>:<partition>:<timestamp> missing");
  std::vector<client::OffsetQuery> queries;
  for (const std::string& text : kcat.args.given.at('t')) {
    TRY_ASSIGN(queries.emplace_back(), parse_query(text));
  }
  // As librdkafka prints its sorted list.
  std::ranges::stable_sort(queries, {}, &client::OffsetQuery::partition);
  TRY_ASSIGN(Session session, open_session(kcat));
  // One by one: a broker refuses a request that names a partition twice.
  std::vector<client::OffsetAnswer> answers;
  for (const client::OffsetQuery& one : queries) {
    TRY_ASSIGN(const auto answer, client::list_offsets(session.client(), {one}));
    answers.push_back(answer[0]);
  }
  TRY(session.close());
  std::string out;
  bool has_failed = false;
  const bool is_json = kcat.args.has('J');
  for (size_t i = 0; i < queries.size(); ++i) {
    const TopicPartition& at = queries[i].partition;
    const bool is_bad = answers[i].error != ErrorCode::none;
    has_failed = has_failed || is_bad;
    if (!is_json) {
      append_text(out, at.topic, " [", at.partition.value, "] ");
      if (is_bad)
        append_text(out, "error: ", kafka_words(answers[i].error), "\n");
      else
        append_text(out, "offset ", answers[i].offset.value, "\n");
      continue;
    }
    const bool is_new_topic = i == 0 || queries[i - 1].partition.topic != at.topic;
    if (is_new_topic) {
      out += i == 0 ? "{" : "},";
      append_json_string(out, at.topic);
      out += ":{\"topic\":";
      append_json_string(out, at.topic);
    }
    append_text(out, ",\"", at.partition.value, "\":{\"partition\":", at.partition.value,
                ",\"offset\":", answers[i].offset.value);
    if (is_bad) {
      out += ",\"error\":";
      append_json_string(out, kafka_words(answers[i].error));
    }
    out += '}';
  }
  if (is_json) out += "}}";
  kcat.out.write(out);
  TRY(kcat.out.flush());
  return has_failed ? Exit::failed : Exit::done;
}

// A cluster to test with.

/// -M N: a broker that begins with nothing and ends with stdin. It is one, whatever N is.
Result<Exit> mock_cluster(Kcat& kcat) {
  const auto count = parse_int<int32_t>(kcat.args.last('M'));
  if (!count || *count < 1)
    return kcat_usage(concat("-M: '", kcat.args.last('M'), "' is no number of brokers"));
  if (*count > 1 && !kcat.args.has('q')) kcat.context.note("% One broker stands for all of them");
  const Command& command = *find_command({"broker"}).command;
  std::vector<std::string> words = {"--ephemeral"};
  // Where nothing listens already, and topics of as many partitions as librdkafka's mocks have.
  for (const char* setting : {"listeners=PLAINTEXT://127.0.0.1:0", "num.partitions=4"}) {
    words.push_back("--override");
    words.push_back(setting);
  }
  words.push_back("--until-stdin-ends");
  TRY_ASSIGN(const Args args, parse_args(command, words));
  Context context(args, kcat.out, kcat.err);
  return command.run(context, args);
}

Result<Exit> run_mode(Kcat& kcat) {
  std::string modes;
  for (const char mode : std::string_view("PCLQGM"))
    if (kcat.args.has(mode)) modes += mode;
  if (modes.size() > 1)
    return kcat_usage(concat("-", modes[0], " and -", modes[1], " are two modes; choose one"));
  const char mode = !modes.empty() ? modes[0] : ::isatty(STDIN_FILENO) == 1 ? 'C' : 'P';
  if (modes.empty() && !kcat.args.has('q'))
    kcat.context.note(concat("% Auto-selecting ", mode == 'C' ? "Consumer" : "Producer",
                             " mode (use -P or -C to override)"));
  if (kcat.args.has('r')) return kcat_usage(concat("-r: ", kNoRegistry));
  if (kcat.args.has('s') && mode != 'C' && mode != 'G')
    return kcat_usage("-s serdes only available in the consumer");
  switch (mode) {
    case 'P':
      return produce(kcat);
    case 'C':
      return consume(kcat);
    case 'G':
      return consume_in_group(kcat);
    case 'L':
      return list(kcat);
    case 'Q':
      return query(kcat);
    default:
      return mock_cluster(kcat);
  }
}

/// $KCAT_CONFIG, else ~/.config/kcat.conf when it is there.
std::optional<std::string> default_properties_file() {
  for (const char* name : {"KCAT_CONFIG", "KAFKACAT_CONFIG"})
    if (const char* path = std::getenv(name); path != nullptr && *path != 0) return path;
  const char* home = std::getenv("HOME");
  if (home == nullptr) return std::nullopt;
  for (const std::string_view name : {"kcat", "kafkacat"}) {
    const std::string path = concat(std::string_view(home), "/.config/", name, ".conf");
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  return std::nullopt;
}

/// librdkafka's defaults, then the file, then -X.
Result<ClientProperties> read_properties(const KcatArgs& args) {
  ClientProperties out;
  out.producer.partitioner = client::Partitioner::crc32;
  out.group.start.kind = client::StartOffset::Kind::end;
  out.group.protocol = client::GroupProtocol::classic;
  const auto named = args.value('F');
  const bool wants_none = named && (*named == "-" || *named == "none");
  const auto path = named ? named : default_properties_file();
  if (path && !wants_none) TRY(read_properties_file(out, *path));
  if (args.has('X'))
    for (const std::string& setting : args.given.at('X')) TRY(set_property(out, setting));
  return out;
}

Result<Exit> run_words(const std::vector<std::string>& words, Out& out, Out& err) {
  TRY_ASSIGN(KcatArgs args, parse(words));
  if (args.has('h') || args.has('V')) {
    out.write(args.has('h') ? kUsage : "kcat - as spool does it\n");
    TRY(out.flush());
    return Exit::done;
  }
  TRY_ASSIGN(ClientProperties properties, read_properties(args));
  std::vector<std::string> connection_words = {"--connect-timeout", "5s"};
  if (const auto seconds = args.value('m'))
    connection_words = {"--timeout", *seconds + "s", "--connect-timeout", *seconds + "s"};
  if (args.has('q')) connection_words.push_back("--quiet");
  TRY_ASSIGN(Args connection, parse_args(kKcatCommand, connection_words));
  Kcat kcat{std::move(args),
            std::move(properties),
            std::move(connection),
            Context(kcat.connection, out, err),
            out,
            err};
  return run_mode(kcat);
}

}  // namespace

/// kcat knows 0 and 1.
Result<Exit> run_kcat(const std::vector<std::string>& words, Out& out, Out& err) {
  auto outcome = run_words(words, out, err);
  if (outcome) return outcome;
  err.line(concat("% ERROR: ", outcome.error().text()));
  (void)err.flush();
  return Exit::failed;
}

}  // namespace spool::cli
