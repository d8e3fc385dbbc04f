// What works on a broker while scripts/crash kills it, and what looks afterwards. One line a fact on stdout:
//
//   load BROKER produce TOPIC NAME CODEC idempotent|plain RECORDS_AHEAD
//       records NAME:PARTITION:SEQUENCE:padding to every partition, until stdin ends
//       A TOPIC PARTITION BASE_OFFSET COUNT SEQUENCE NAME   acknowledged, from this sequence on
//       E ACKNOWLEDGED FAILED                          at the end, when nothing is open any more
//   load BROKER churn PREFIX PARTITIONS
//       topics PREFIXn are made and deleted again, until stdin ends
//       c NAME, C NAME, d NAME, D NAME                 create and delete: about to, acknowledged
//   load BROKER read TOPIC:PARTITION:FROM...
//       P TOPIC PARTITION LOG_START END                where each partition stands
//       R TOPIC PARTITION OFFSET COUNT NAME SEQUENCE   records of one producer whose sequences and offsets go up by one
//       X ...                                          a record that no producer wrote

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/client/admin.h"
#include "core/client/fetcher.h"
#include "core/client/producer.h"

namespace spool {
namespace {

constexpr size_t kBatchBytes = 8 << 10;
constexpr auto kPatience = std::chrono::minutes(2);
constexpr size_t kStandingTopicsMax = 10;
constexpr auto kProducePause = std::chrono::milliseconds(4);
constexpr auto kChurnPause = std::chrono::milliseconds(20);

void say(const std::string& line) {
  const std::string text = line + '\n';
  // One write a line: what has been said is in the pipe, whatever happens next.
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(3);
}

int complain(const Error& error) {
  std::fprintf(stderr, "load: %s\n", std::string(error.text()).c_str());
  return 1;
}

bool is_stdin_open() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 0) == 0;
}

// The same for the same record, of any length, and not to be compressed to nothing.
std::string make_value(std::string_view name, int32_t partition, int64_t sequence) {
  std::string value = concat(name, ':', partition, ':', sequence, ':');
  uint64_t state = static_cast<uint64_t>(sequence) * 0x9e3779b97f4a7c15 + static_cast<uint64_t>(partition) + 1;
  const size_t padding = state % 397;
  for (size_t i = 0; i < padding; ++i) {
    if (i % 12 == 0) state = state * 6364136223846793005 + 1442695040888963407;
    value += static_cast<char>('a' + (state >> (i % 12 * 5)) % 16);
  }
  return value;
}

struct Sent {
  int64_t next_sequence = 0;   // of the next record
  int64_t next_answered = 0;   // of the next delivery: they come in order
};

int produce(client::Client& client, const std::vector<std::string>& words) {
  const std::string& topic_name = words[0];
  const std::string& name = words[1];
  const bool is_idempotent = words[3] == "idempotent";
  const int64_t ahead_max = parse_int<int64_t>(words[4]).value_or(1000);
  const auto codec = compress::parse_codec(words[2]);
  if (!codec) return complain(Error(ErrorCode::invalid_argument, "no such codec"));
  std::deque<Sent> sent;
  int64_t open_records = 0;
  client::ProducerOptions options;
  options.codec = *codec;
  options.is_idempotent = is_idempotent;
  options.linger = std::chrono::milliseconds(1);
  options.batch_bytes = kBatchBytes;
  options.delivery_timeout = kPatience;
  options.request_timeout = std::chrono::seconds(10);
  // Without sequences only one request in flight keeps the order.
  if (!is_idempotent) options.in_flight_max = 1;
  options.on_delivery = [&](const client::Delivery& delivery) {
    Sent& partition = sent[static_cast<size_t>(delivery.partition.value)];
    open_records -= delivery.records_count;
    if (delivery.error != nullptr)
      say(concat("F ", delivery.topic, ' ', delivery.partition.value, ' ', delivery.records_count, ' ',
                 delivery.error->text()));
    else
      say(concat("A ", delivery.topic, ' ', delivery.partition.value, ' ', delivery.base_offset.value, ' ',
                 delivery.records_count, ' ', partition.next_answered, ' ', name));
    partition.next_answered += delivery.records_count;
  };
  auto producer = client::Producer::create(client, options);
  if (!producer) return complain(producer.error());
  const auto topic = (*producer)->open_topic(topic_name, false);
  if (!topic) return complain(topic.error());
  sent.resize(client.topic(topic_name)->partitions.size());
  uint32_t turn = 0;
  while (is_stdin_open()) {
    while (open_records >= ahead_max) (*producer)->poll(client.now() + std::chrono::milliseconds(100));
    for (int i = 0; i < 20; ++i) {
      const auto partition = static_cast<int32_t>(turn++ / 7 % sent.size());
      Sent& state = sent[static_cast<size_t>(partition)];
      const std::string value = make_value(name, partition, state.next_sequence++);
      client::ProducerRecord record;
      record.value = as_bytes(value);
      record.timestamp_ms = client.wall_ms();
      record.partition = Partition(partition);
      if (const Status taken = (*producer)->append(**topic, record); !taken) return complain(taken.error());
      ++open_records;
    }
    // A steady load: what is read after each kill must not grow without bounds.
    const auto pause_end = client.now() + kProducePause;
    while (client.now() < pause_end) (*producer)->poll(pause_end);
  }
  if (const Status flushed = (*producer)->flush(client.now() + kPatience); !flushed) return complain(flushed.error());
  say(concat("E ", (*producer)->stats().records_acked, ' ', (*producer)->stats().records_failed));
  return 0;
}

// An outcome that was lost with the connection is looked up: the call is made again, and finds what it left behind.
template <class Call>
int persist(client::Client& client, ErrorCode done_before, Call&& call) {
  const auto deadline = client.now() + kPatience;
  for (;;) {
    const auto outcomes = call();
    const ErrorCode error = outcomes ? outcomes->at(0).error : outcomes.error().code();
    if (error == ErrorCode::none || error == done_before) return 0;
    if (client.now() >= deadline)
      return complain(Error(error, std::string(outcomes ? outcomes->at(0).message : outcomes.error().text())));
    (void)client.back_off(deadline);
  }
}

int churn(client::Client& client, const std::vector<std::string>& words) {
  const auto partitions = parse_int<int32_t>(words[1]).value_or(1);
  std::deque<std::string> standing;
  for (int64_t number = 0; is_stdin_open(); ++number) {
    const std::string name = concat(words[0], number);
    say("c " + name);
    if (persist(client, ErrorCode::topic_already_exists,
                [&] { return client::create_topics(client, {{name, partitions, 1, {}}}); }) != 0)
      return 1;
    say("C " + name);
    standing.push_back(name);
    if (number % 3 == 0 && standing.size() < kStandingTopicsMax) continue;
    const std::string oldest = standing.front();
    standing.pop_front();
    say("d " + oldest);
    if (persist(client, ErrorCode::unknown_topic_or_partition,
                [&] { return client::delete_topics(client, {oldest}); }) != 0)
      return 1;
    say("D " + oldest);
    client.poll(client.now() + kChurnPause);
  }
  say("E 0 0");
  return 0;
}

/// Records of one producer that follow one another.
struct Run {
  std::string topic;
  int32_t partition = -1;
  int64_t offset = 0;
  int64_t count = 0;
  std::string name;
  int64_t sequence = 0;

  void end() {
    if (count > 0) say(concat("R ", topic, ' ', partition, ' ', offset, ' ', count, ' ', name, ' ', sequence));
    count = 0;
  }
  bool is_followed_by(std::string_view next_topic, int32_t next_partition, int64_t next_offset,
                      std::string_view next_name, int64_t next_sequence) const {
    return count > 0 && topic == next_topic && partition == next_partition && offset + count == next_offset &&
           name == next_name && sequence + count == next_sequence;
  }
};

void look_at(const client::Fetched& fetched, const record::RecordView& record, Run& run) {
  const std::string_view value =
      record.value ? std::string_view(reinterpret_cast<const char*>(record.value->data()), record.value->size())
                   : std::string_view();
  const auto words = split(value, ':');
  const int32_t partition = fetched.partition.value;
  const int64_t sequence = words.size() == 4 ? parse_int<int64_t>(words[2]).value_or(-1) : -1;
  // A peer's producer pads otherwise; its name says so.
  const bool is_ours = words.size() == 4 && !words[0].starts_with("peer");
  if (sequence < 0 || words[1] != concat(partition) ||
      (is_ours && make_value(words[0], partition, sequence) != value))
    return say(concat("X ", fetched.topic, ' ', partition, ' ', record.offset.value, ' ', value));
  if (!run.is_followed_by(fetched.topic, partition, record.offset.value, words[0], sequence)) {
    run.end();
    run = {std::string(fetched.topic), partition, record.offset.value, 0, std::string(words[0]), sequence};
  }
  ++run.count;
}

int read(client::Client& client, const std::vector<std::string>& words) {
  client::FetcherOptions options;
  options.stop_at_end = true;
  client::Fetcher fetcher(client, options);
  for (const std::string& word : words) {
    const auto parts = split(word, ':');
    const std::string topic(parts[0]);
    if (const auto known = client.wait_for_topic(topic); !known) return complain(known.error());
    const auto from = parse_int<int64_t>(parts[2]).value_or(0);
    const auto kind = from > 0 ? client::StartOffset::Kind::offset : client::StartOffset::Kind::beginning;
    fetcher.add(topic, Partition(parse_int<int32_t>(parts[1]).value_or(0)), {kind, from});
  }
  if (const Status started = fetcher.start(); !started) return complain(started.error());
  for (const auto& bounds : fetcher.bounds())
    say(concat("P ", bounds.topic, ' ', bounds.partition.value, ' ', bounds.log_start_offset.value, ' ',
               bounds.end.value));
  record::RecordReader reader;
  Run run;
  while (!fetcher.is_done()) {
    auto fetched = fetcher.next(client.now() + kPatience);
    if (!fetched) return complain(fetched.error());
    if (!*fetched) continue;
    const Status walked = (*fetched)->for_each(reader, [&](const record::RecordView& record, const client::BatchInfo&) {
      look_at(**fetched, record, run);
      return true;
    });
    if (!walked) return complain(walked.error());
  }
  run.end();
  return 0;
}

int run(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 3) return complain(Error(ErrorCode::invalid_argument, "see the head of load.cc"));
  client::ClientOptions options;
  const auto bootstrap = client::parse_bootstrap(words[0]);
  if (!bootstrap) return complain(bootstrap.error());
  options.bootstrap = *bootstrap;
  options.connect_timeout = std::chrono::seconds(5);
  options.timeout = kPatience;
  options.retry_backoff = std::chrono::milliseconds(5);
  client::Client client(options);
  const std::vector<std::string> rest(words.begin() + 2, words.end());
  if (words[1] == "produce" && rest.size() == 5) return produce(client, rest);
  if (words[1] == "churn" && rest.size() == 2) return churn(client, rest);
  if (words[1] == "read") return read(client, rest);
  return complain(Error(ErrorCode::invalid_argument, "see the head of load.cc"));
}

}  // namespace
}  // namespace spool

int main(int argc, char** argv) { return spool::run(argc, argv); }
