// produce TOPIC: lines from stdin become records.

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/context.h"
#include "cli/io/record_text.h"
#include "cli/io/signals.h"
#include "cli/session.h"
#include "core/client/producer.h"

namespace spool::cli {

namespace {

constexpr Option kOptions[] = {
    {.name = "topic",
     .letter = 't',
     .kind = OptionKind::value,
     .value = "TOPIC",
     .help = "The topic, as if given as an argument",
     .group = "What"},
    {.name = "partition",
     .letter = 'p',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Write to this partition; else by key, and without keys to all in turn",
     .group = "What"},
    {.name = "count",
     .letter = 'c',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Stop after N records",
     .group = "What"},
    {.name = "key-delimiter",
     .letter = 'K',
     .kind = OptionKind::value,
     .value = "TEXT",
     .help = "What stands before the first TEXT of a line is the key",
     .group = "What"},
    {.name = "key",
     .letter = 'k',
     .kind = OptionKind::value,
     .value = "KEY",
     .help = "The key of records whose line has none",
     .group = "What"},
    {.name = "header",
     .letter = 'H',
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "A header of every record; NAME alone has a null value; may be repeated",
     .group = "What"},
    {.name = "delimiter",
     .letter = 'D',
     .kind = OptionKind::value,
     .value = "TEXT",
     .fallback = "\\n",
     .help = "What ends a record; \\n \\t \\xNN are understood",
     .group = "What"},
    {.name = "null", .letter = 'Z', .help = "An empty key or value is null", .group = "What"},
    {.name = "null-marker",
     .kind = OptionKind::value,
     .value = "TEXT",
     .help = "A key or value that reads TEXT is null",
     .group = "What"},
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
    {.name = "no-create", .help = "Do not let the broker create a missing topic", .group = "How"},
};
constexpr OptionRows kRows[] = {kOptions, kConnectionOptions};

/// How lines become keys and values.
struct LineRules {
  std::string delimiter;
  std::optional<std::string> key_delimiter;
  std::optional<std::string> fixed_key;
  std::optional<std::string> null_marker;
  bool is_empty_null = false;
  std::vector<std::pair<std::string, std::optional<std::string>>> header_texts;
  std::vector<record::HeaderView> headers;  ///< views of header_texts
  std::optional<Partition> partition;
  int64_t count_max = INT64_MAX;

  std::optional<BytesView> field(std::string_view text) const {
    if ((is_empty_null && text.empty()) || (null_marker && text == *null_marker))
      return std::nullopt;
    return as_bytes(text);
  }
};

Status read_headers(const Args& args, LineRules& rules) {
  for (const std::string& text : args.list("header")) {
    const size_t equals = text.find('=');
    if (equals == 0) return usage_error(concat("--header: '", text, "' has no name"));
    if (equals == std::string::npos)
      rules.header_texts.emplace_back(text, std::nullopt);
    else
      rules.header_texts.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : rules.header_texts)
    rules.headers.push_back(
        {as_bytes(name), value ? std::optional(as_bytes(*value)) : std::nullopt});
  return {};
}

/// The rules refer to themselves (headers): filled in place.
Status read_rules(const Args& args, LineRules& rules) {
  TRY_ASSIGN(rules.delimiter, unescape(args.text("delimiter")));
  if (rules.delimiter.empty()) return usage_error("--delimiter: nothing ends no record");
  if (const auto given = args.value("key-delimiter")) {
    TRY_ASSIGN(rules.key_delimiter, unescape(*given));
    if (rules.key_delimiter->empty())
      return usage_error("--key-delimiter: nothing separates nothing");
  }
  if (const auto given = args.value("key")) rules.fixed_key = *given;
  if (const auto given = args.value("null-marker")) rules.null_marker = *given;
  rules.is_empty_null = args.flag("null");
  TRY_ASSIGN(const auto partition, args.number<int32_t>("partition", 0));
  if (partition) rules.partition = Partition(*partition);
  TRY_ASSIGN(const auto count, args.number<int64_t>("count", 1));
  rules.count_max = count.value_or(INT64_MAX);
  return read_headers(args, rules);
}

Result<client::ProducerOptions> producer_options(const Args& args) {
  client::ProducerOptions options;
  const auto codec = compress::parse_codec(args.text("compression"));
  if (!codec) return usage_error("--compression: no such codec");
  options.codec = *codec;
  TRY_ASSIGN(const auto level, args.number<int>("level"));
  if (level) {
    if (!compress::is_valid_level(*codec, *level))
      return usage_error(
          concat("--level: ", *level, " is no level of ", compress::codec_name(*codec)));
    options.level = *level;
  }
  const std::string_view acks = args.text("acks");
  options.acks = acks == "all" ? int16_t{-1} : acks == "1" ? int16_t{1} : int16_t{0};
  options.is_idempotent = options.acks == -1;
  TRY_ASSIGN(const auto linger, args.duration("linger"));
  options.linger = linger.value_or(options.linger);
  TRY_ASSIGN(const auto batch_bytes, args.number<size_t>("batch-bytes", 1, 64 << 20));
  options.batch_bytes = batch_bytes.value_or(options.batch_bytes);
  options.request_bytes_max = std::max(options.request_bytes_max, options.batch_bytes);
  return options;
}

/// stdin and the stop signals on one descriptor. A file is always ready to be read, and cannot be
/// waited for.
class Input {
 public:
  static Result<Input> open(const StopSignals& signals) {
    Input input;
    input.epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (input.epoll_ < 0) return fail(errno_error(errno, "epoll_create1"));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = signals.poll_fd();
    if (::epoll_ctl(input.epoll_, EPOLL_CTL_ADD, signals.poll_fd(), &event) < 0)
      return fail(errno_error(errno, "epoll_ctl"));
    event.data.fd = STDIN_FILENO;
    if (::epoll_ctl(input.epoll_, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0) {
      if (errno != EPERM) return fail(errno_error(errno, "stdin"));
      input.is_file_ = true;
    }
    return input;
  }
  Input(Input&& other) noexcept
      : epoll_(std::exchange(other.epoll_, -1)), is_file_(other.is_file_) {}
  Input& operator=(Input&&) = delete;
  ~Input() {
    if (epoll_ >= 0) ::close(epoll_);
  }

  int poll_fd() const { return epoll_; }
  /// Whether stdin can be read at once.
  bool is_ready() const {
    if (is_file_) return true;
    epoll_event events[2];
    const int count = ::epoll_wait(epoll_, events, 2, 0);
    for (int i = 0; i < count; ++i)
      if (events[i].data.fd == STDIN_FILENO) return true;
    return false;
  }

 private:
  Input() = default;
  int epoll_ = -1;
  bool is_file_ = false;
};

/// Cuts stdin into records and hands them to the producer.
class Lines {
 public:
  Lines(Context& context, client::Producer& producer, client::Producer::Topic& topic,
        const LineRules& rules)
      : context_(context),
        producer_(producer),
        topic_(topic),
        rules_(rules),
        buffer_(kBlockBytes) {}

  /// Reads once and produces the whole lines; false at the end of the input or when there are
  /// enough.
  Result<bool> read_block(int64_t now_ms) {
    if (end_ == buffer_.size()) TRY(make_room());
    const ssize_t got = ::read(STDIN_FILENO, buffer_.data() + end_, buffer_.size() - end_);
    if (got < 0 && errno == EINTR) return true;
    if (got < 0) return fail(errno_error(errno, "stdin"));
    if (got == 0) {
      // The last line needs no newline.
      if (begin_ < end_ && produced_ < rules_.count_max) TRY(produce(text(begin_, end_), now_ms));
      return false;
    }
    end_ += static_cast<size_t>(got);
    TRY(produce_lines(now_ms));
    return produced_ < rules_.count_max;
  }

  /// Lines that could not be taken.
  int64_t refused() const { return refused_; }

 private:
  static constexpr size_t kBlockBytes = 256 << 10;
  /// No record is near as large; a delimiter that never comes must not eat the machine.
  static constexpr size_t kLineBytesMax = size_t{1} << 30;

  std::string_view text(size_t begin, size_t end) const {
    return {reinterpret_cast<const char*>(buffer_.data()) + begin, end - begin};
  }

  Status make_room() {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      searched_ -= begin_;
      begin_ = 0;
    }
    if (end_ < buffer_.size() / 2) return {};
    if (buffer_.size() >= kLineBytesMax)
      return fail(ErrorCode::message_too_large,
                  concat("line ", produced_ + refused_ + 1, " does not end"));
    buffer_.resize(buffer_.size() * 2);
    return {};
  }

  Status produce_lines(int64_t now_ms) {
    const size_t width = rules_.delimiter.size();
    while (produced_ < rules_.count_max) {
      const uint8_t* const from = buffer_.data() + searched_;
      const void* const found =
          width == 1 ? std::memchr(from, rules_.delimiter[0], end_ - searched_)
                     : ::memmem(from, end_ - searched_, rules_.delimiter.data(), width);
      if (found == nullptr) break;
      const auto at = static_cast<size_t>(static_cast<const uint8_t*>(found) - buffer_.data());
      TRY(produce(text(begin_, at), now_ms));
      begin_ = searched_ = at + width;
    }
    // A delimiter of several bytes may be half here.
    searched_ = std::max(begin_, end_ - std::min(end_, width - 1));
    return {};
  }

  Status produce(std::string_view line, int64_t now_ms) {
    client::ProducerRecord record{
        .headers = rules_.headers, .timestamp_ms = now_ms, .partition = rules_.partition};
    if (rules_.fixed_key) record.key = as_bytes(*rules_.fixed_key);
    if (rules_.key_delimiter) {
      const size_t at = line.find(*rules_.key_delimiter);
      if (at != line.npos) {
        record.key = rules_.field(line.substr(0, at));
        line.remove_prefix(at + rules_.key_delimiter->size());
      }
    }
    record.value = rules_.field(line);
    const Status taken = producer_.append(topic_, record);
    if (taken) {
      ++produced_;
      return {};
    }
    if (taken.error().code() != ErrorCode::message_too_large) return taken;
    // One record that cannot be is no reason to lose the others, but it is a failure.
    ++refused_;
    context_.complain(concat("line ", produced_ + refused_, ": ", taken.error().text()));
    return {};
  }

  Context& context_;
  client::Producer& producer_;
  client::Producer::Topic& topic_;
  const LineRules& rules_;
  Buffer buffer_;
  size_t begin_ = 0;     ///< of the line that is not whole yet
  size_t searched_ = 0;  ///< no delimiter begins before
  size_t end_ = 0;
  int64_t produced_ = 0;
  int64_t refused_ = 0;
};

Result<Exit> run(Context& context, const Args& args) {
  LineRules rules;
  TRY(read_rules(args, rules));
  TRY_ASSIGN(client::ProducerOptions options, producer_options(args));
  if (args.operands().size() + (args.is_given("topic") ? 1 : 0) != 1)
    return usage_error("name one topic");
  const std::string name(args.is_given("topic") ? *args.value("topic")
                                                : std::string_view(args.operands()[0]));

  // Before the session: a directory's broker starts threads, and they must not take the signals.
  StopSignals signals;
  TRY_ASSIGN(Session session, Session::open(args, Access::write));
  client::Client& client = session.client();
  TRY_ASSIGN(const Input input, Input::open(signals));
  TRY_ASSIGN(const auto producer, client::Producer::create(client, std::move(options)));
  TRY_ASSIGN(client::Producer::Topic * topic, producer->open_topic(name, !args.flag("no-create")));
  Lines lines(context, *producer, *topic, rules);
  std::optional<Exit> stop;
  Status read;
  for (bool has_more = true; has_more && read && !(stop = signals.take());) {
    if (!input.is_ready()) {
      producer->poll(client::Client::Time::max(), input.poll_fd());
      continue;
    }
    const auto more = lines.read_block(client.wall_ms());
    if (!more) read = fail(more.error());
    has_more = more && *more;
  }
  // What was read is written, also after a failure or a signal; a second signal ends the patience.
  const Status flushed =
      producer->flush(client.now() + client.options().timeout, signals.poll_fd());
  const client::Producer::Stats stats = producer->stats();
  if (stats.records_failed > 0)
    context.complain(
        concat(stats.records_failed, " records were not written: ", stats.first_error->text()));
  if (const auto impatient = signals.take()) stop = impatient;
  const Status closed = session.close();
  if (stop && flushed && closed && stats.records_failed == 0) return *stop;
  TRY(read);
  TRY(flushed);
  TRY(closed);
  return stats.records_failed + lines.refused() > 0 ? Exit::failed : Exit::done;
}

}  // namespace

extern const Command kProduceCommand;
constinit const Command kProduceCommand = {
    .path = "produce",
    .usage = "[OPTION...] TOPIC",
    .summary = "Write lines from stdin to a topic",
    .description =
        "Each line is a record's value. Records are written once and in order, and acknowledged by "
        "all replicas "
        "in sync. A missing topic is created where the broker allows that. Exit code 1 when any "
        "record was not "
        "written.",
    .options = kRows,
    .operands_max = 1,
    .run = run,
};

}  // namespace spool::cli
