#include "cli/cmd/produce_feed.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

#include "cli/errors.h"
#include "cli/io/file_text.h"
#include "cli/io/json_text.h"
#include "cli/io/record_json.h"
#include "cli/io/watched_fd.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

/// Complaints about single records; the rest are only counted.
constexpr int64_t kComplaintsMax = 20;

}  // namespace

/// Records that were not written, appended to a file as JSON lines with "error" and "message", so
/// that `produce --input jsonl` takes them again.
class ProduceFeed::DeadLetters {
 public:
  static Result<std::unique_ptr<DeadLetters>> open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) return fail(errno_error(errno, concat("--dead-letter: ", path)));
    return std::unique_ptr<DeadLetters>(new DeadLetters(fd));
  }
  ~DeadLetters() { ::close(fd_); }

  void add(const ShownRecord& shown, const Error& error) {
    std::string line;
    append_record_json(line, shown);
    line.pop_back();
    add_reason(line, error);
  }
  /// What was to be a record and is none.
  void add_bytes(std::string_view what, std::string_view bytes, const Error& error) {
    std::string line = "{\"input\":";
    append_json_bytes(line, as_bytes(bytes));
    line += ",\"where\":";
    append_json_string(line, what);
    add_reason(line, error);
  }
  Status flush() { return out_.flush(); }

 private:
  explicit DeadLetters(int fd) : fd_(fd), out_(fd) {}

  void add_reason(std::string& line, const Error& error) {
    line += ",\"error\":";
    append_json_string(line, error_name(error.code()));
    line += ",\"message\":";
    append_json_bytes(line, as_bytes(error.text()));
    line += "}";
    out_.line(line);
  }

  int fd_;
  Out out_;
};

ProduceFeed::ProduceFeed(Context& context, client::Client& client, FeedOptions options)
    : context_(context),
      client_(client),
      options_(std::move(options)),
      progress_(client.now(), std::nullopt),
      start_(client.now()) {
  for (const auto& [name, value] : options_.headers)
    fixed_headers_.push_back(
        {as_bytes(name), value ? std::optional(as_bytes(*value)) : std::nullopt});
}

ProduceFeed::~ProduceFeed() = default;

Result<std::unique_ptr<ProduceFeed>> ProduceFeed::create(Context& context, client::Client& client,
                                                         client::ProducerOptions producer_options,
                                                         FeedOptions options) {
  std::unique_ptr<ProduceFeed> feed(new ProduceFeed(context, client, std::move(options)));
  if (feed->options_.dead_letter) {
    TRY_ASSIGN(feed->dead_letters_, DeadLetters::open(*feed->options_.dead_letter));
  }
  if (feed->options_.ack_format || feed->dead_letters_)
    producer_options.on_delivery = [feed = feed.get()](const client::Delivery& delivery) {
      feed->on_delivery(delivery);
    };
  TRY_ASSIGN(feed->producer_, client::Producer::create(client, std::move(producer_options)));
  // A topic that cannot be written to is said before anything is read.
  if (feed->options_.topic) TRY(feed->topic_of({}));
  return feed;
}

Status ProduceFeed::run(StopSignals& signals, std::optional<Exit>& stop) {
  Status outcome;
  for (const std::string& path : options_.files) {
    if (taken_ >= options_.count_max || stop || !outcome) break;
    file_name_ = path == "-" ? "" : path;
    unit_ = 0;
    now_ms_ = client_.wall_ms();
    const Status fed = options_.takes_whole_files ? run_file(path) : run_input(path, signals, stop);
    if (fed) continue;
    outcome =
        fail(file_name_.empty() || fed.error().text().find(file_name_) != std::string_view::npos
                 ? fed.error()
                 : fed.error().with_context(file_name_));
  }
  return outcome;
}

Status ProduceFeed::flush(int signals_fd) {
  const Status flushed = producer_->flush(client_.now() + client_.options().timeout, signals_fd);
  context_.out().write(acks_);
  acks_.clear();
  TRY(context_.out().flush());
  if (dead_letters_) TRY(dead_letters_->flush());
  return flushed;
}

Status ProduceFeed::run_file(const std::string& path) {
  const auto bytes = read_file(path);
  if (!bytes) return refuse(path, bytes.error(), "");
  if (bytes->empty() && options_.skips_empty_files) return {};
  input_.clear();
  input_.value = as_bytes(*bytes);
  return produce(input_, "");
}

Status ProduceFeed::run_input(const std::string& path, StopSignals& signals,
                              std::optional<Exit>& stop) {
  TRY_ASSIGN(InputWindow window, InputWindow::open(path));
  TRY_ASSIGN(const WatchedFd ready, WatchedFd::open(window.fd(), EPOLLIN, signals.poll_fd()));
  const auto cutter = options_.form.make_cutter();
  progress_ = Progress(start_, window.total_bytes());
  // A person who types wants no line in between.
  const bool shows_progress = context_.shows_status() && ::isatty(window.fd()) != 1;
  bool wants_input = true;
  while (!(stop = signals.take())) {
    TRY(check_failures());
    if (shows_progress && progress_.is_due(client_.now())) show_progress(window.bytes_read());
    if (is_too_early() || (wants_input && !ready.is_ready())) {
      const bool is_early = is_too_early();
      const auto until = next_wake(shows_progress);
      if (!acks_.empty()) {
        context_.out().write(std::exchange(acks_, {}));
        TRY(context_.out().flush());
      }
      producer_->poll(until, is_early ? signals.poll_fd() : ready.poll_fd());
      continue;
    }
    if (wants_input) {
      TRY(window.read());
      now_ms_ = client_.wall_ms();
    }
    TRY_ASSIGN(const bool has_stopped_early, take_records(window, *cutter));
    if (taken_ >= options_.count_max) return {};
    wants_input = !has_stopped_early;
    if (wants_input && window.is_end()) return cutter->finish();
  }
  return {};
}

/// Until the window needs more (false), or the rate or the count says stop (true).
Result<bool> ProduceFeed::take_records(InputWindow& window, RecordCutter& cutter) {
  while (!window.bytes().empty()) {
    if (taken_ >= options_.count_max || is_too_early()) return true;
    input_.clear();
    auto cut = cutter.cut(window.bytes(), window.is_end(), input_);
    if (!cut) return fail(cut.error().with_context(concat(options_.form.unit, ' ', unit_ + 1)));
    if (cut->kind == RecordCutter::Cut::Kind::more) return false;
    // Header frames and names of topics are no records to count; blank lines are lines.
    if (cut->kind != RecordCutter::Cut::Kind::nothing || options_.form.unit != "frame") ++unit_;
    if (cut->kind == RecordCutter::Cut::Kind::record)
      TRY(produce(input_, window.bytes().substr(0, cut->taken)));
    else if (cut->kind == RecordCutter::Cut::Kind::bad)
      TRY(refuse(where(), cut->problem, window.bytes().substr(0, cut->taken)));
    window.take(cut->taken);
  }
  return false;
}

std::string ProduceFeed::where() const {
  const std::string unit = concat(options_.form.unit, ' ', unit_);
  if (options_.takes_whole_files) return file_name_;
  return file_name_.empty() ? unit : concat(file_name_, ", ", unit);
}

Status ProduceFeed::refuse(std::string_view what, const Error& error, std::string_view bytes) {
  ++refused_;
  if (dead_letters_ && !bytes.empty()) dead_letters_->add_bytes(what, bytes, error);
  const Error named = error.text().starts_with(what) ? error : error.with_context(what);
  // Not a mistake in the command line, whatever code it has: the input is at fault.
  if (options_.stops_on_error) return fail(ErrorCode::invalid_record, std::string(named.text()));
  // One record that cannot be is no reason to lose the others, but it is a failure.
  if (refused_ <= kComplaintsMax) context_.complain(named.text());
  if (refused_ == kComplaintsMax) context_.complain("more like this are only counted");
  return {};
}

Result<client::Producer::Topic*> ProduceFeed::topic_of(const InputRecord& input) {
  const std::string_view name =
      options_.topic ? std::string_view(*options_.topic) : input.topic.value_or(std::string_view());
  if (name.empty())
    return fail(ErrorCode::invalid_record, "no topic: the record names none, nor the command line");
  if (last_topic_ != nullptr && name == last_topic_name_) return last_topic_;
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    auto opened = producer_->open_topic(std::string(name), options_.may_create);
    if (!opened) return fail(opened.error());
    found = topics_.emplace(std::string(name), *opened).first;
  }
  last_topic_name_ = name;
  last_topic_ = found->second;
  return last_topic_;
}

Status ProduceFeed::produce(const InputRecord& input, std::string_view bytes) {
  client::ProducerRecord record;
  record.key = input.key;
  if (!input.has_key && options_.key) record.key = as_bytes(*options_.key);
  record.value = input.value;
  record.timestamp_ms = options_.timestamp_ms.value_or(input.timestamp_ms.value_or(now_ms_));
  if (options_.partition)
    record.partition = options_.partition;
  else if (!options_.ignores_partitions)
    record.partition = input.partition;
  record.headers = fixed_headers_;
  if (!input.headers.empty()) {
    headers_ = input.headers;
    headers_.insert(headers_.end(), fixed_headers_.begin(), fixed_headers_.end());
    record.headers = headers_;
  }
  const auto topic = topic_of(input);
  Status taken;
  if (topic)
    taken = producer_->append(**topic, record);
  else
    taken = fail(topic.error());
  if (taken) {
    ++taken_;
    if (options_.tee && record.value) tee(record);
    return {};
  }
  const ErrorCode code = taken.error().code();
  const bool is_records_fault =
      code == ErrorCode::message_too_large || code == ErrorCode::invalid_record ||
      (!options_.partition && code == ErrorCode::invalid_argument) ||
      (!options_.topic && code != ErrorCode::timed_out && code != ErrorCode::disconnected);
  if (!is_records_fault) return taken;
  return refuse(where(), taken.error(), bytes);
}

void ProduceFeed::tee(const client::ProducerRecord& record) {
  record::RecordView view;
  view.key = record.key;
  view.value = record.value;
  view.timestamp_ms = record.timestamp_ms;
  std::string out;
  options_.tee->append(out, {last_topic_name_, record.partition.value_or(Partition(-1)), view,
                             record::TimestampType::create_time});
  context_.out().write(out);
}

void ProduceFeed::on_delivery(const client::Delivery& delivery) {
  if (delivery.batch.empty()) return;
  const record::BatchView batch(delivery.batch);
  int64_t index = 0;
  (void)reader_.for_each(record::EntryView(delivery.batch), [&](record::RecordView record) {
    record.offset = delivery.base_offset == kNoOffset ? kNoOffset : delivery.base_offset + index;
    ++index;
    const ShownRecord shown{delivery.topic, delivery.partition, record, batch.timestamp_type()};
    if (delivery.error == nullptr && options_.ack_format)
      options_.ack_format->append(
          acks_, shown, producer_->stats().records_acked - delivery.records_count + index);
    if (delivery.error != nullptr && dead_letters_) dead_letters_->add(shown, *delivery.error);
  });
  constexpr size_t kBlockBytes = 64 << 10;
  if (acks_.size() >= kBlockBytes) context_.out().write(std::exchange(acks_, {}));
}

Status ProduceFeed::check_failures() const {
  if (!options_.stops_on_error || producer_->stats().records_failed == 0) return {};
  return fail(*producer_->stats().first_error);
}

bool ProduceFeed::is_too_early() const {
  if (!options_.rate) return false;
  const auto passed =
      std::chrono::duration_cast<std::chrono::microseconds>(client_.now() - start_).count();
  // The first record is due at once, the next after 1/rate seconds.
  return taken_ > passed * *options_.rate / 1'000'000;
}

client::Client::Time ProduceFeed::next_wake(bool shows_progress) const {
  auto until = client::Client::Time::max();
  if (shows_progress) until = progress_.next();
  if (is_too_early()) {
    const auto due = start_ + std::chrono::microseconds(taken_ * 1'000'000 / *options_.rate + 1);
    until = std::min(until, due);
  }
  return until;
}

void ProduceFeed::show_progress(int64_t bytes) {
  context_.show_status(progress_.line(client_.now(), taken_, bytes));
}

}  // namespace spool::cli
