// tail TOPIC...: the newest records of topics, in the order of their timestamps.

#include <algorithm>
#include <tuple>
#include <vector>

#include "cli/cmd/print_records.h"
#include "cli/cmd/read_topics.h"
#include "cli/context.h"
#include "cli/io/record_filter.h"
#include "cli/io/record_writer.h"
#include "cli/io/signals.h"
#include "cli/session.h"
#include "core/client/fetcher.h"

namespace spool::cli {

namespace {

constexpr Option kTailOptions[] = {
    {.name = "lines",
     .letter = 'n',
     .kind = OptionKind::value,
     .value = "N",
     .fallback = "10",
     .help = "How many records, over all partitions",
     .group = "What"},
    {.name = "follow", .letter = 'F', .help = "Go on with what comes", .group = "What"},
};
constexpr OptionRows kTailRows[] = {kTailOptions,   kTopicOptions,        kIsolationOptions,
                                    kFilterOptions, kRecordOutputOptions, kConnectionOptions};

/// A record that outlives its batch.
struct Kept {
  TopicPartition at;
  record::RecordView record;  ///< views into bytes
  Buffer bytes;
  client::BatchInfo batch;

  Kept(TopicPartition where, const record::RecordView& from, const client::BatchInfo& info)
      : at(std::move(where)), record(from), batch(info) {
    const auto size = [](const std::optional<BytesView>& field) {
      return field ? field->size() : 0;
    };
    bytes.reserve(size(from.key) + size(from.value) + from.headers.size());
    const auto keep = [&](BytesView field) {
      const size_t begin = bytes.size();
      append(bytes, field);
      return BytesView(bytes.data() + begin, field.size());
    };
    if (from.key) record.key = keep(*from.key);
    if (from.value) record.value = keep(*from.value);
    record.headers = keep(from.headers);
  }
  // Moving keeps the bytes where they are; a copy would not.
  Kept(Kept&&) noexcept = default;
  Kept& operator=(Kept&&) noexcept = default;

  bool operator<(const Kept& other) const {
    return std::tie(record.timestamp_ms, at, record.offset) <
           std::tie(other.record.timestamp_ms, other.at, other.record.offset);
  }
};

/// The part of a partition that has not been looked at yet is below `from`.
struct Window {
  TopicPartition at;
  Offset log_start_offset;
  Offset from;
  Offset end;
  int64_t size = 0;
  int64_t found = 0;
};

class Newest {
 public:
  Newest(client::Client& client, const RecordFilter& filter, client::Isolation isolation,
         size_t count)
      : client_(client), filter_(filter), isolation_(isolation), count_(count) {}

  /// Finds the ends of the partitions.
  Status start(const std::vector<TopicPartition>& partitions) {
    client::Fetcher fetcher(client_, {.isolation = isolation_, .stop_at_end = true});
    for (const TopicPartition& at : partitions)
      fetcher.add(at.topic, at.partition, {client::StartOffset::Kind::end});
    TRY(fetcher.start());
    for (const auto& bounds : fetcher.bounds())
      windows_.push_back({.at = {std::string(bounds.topic), bounds.partition},
                          .log_start_offset = bounds.log_start_offset,
                          .from = bounds.end,
                          .end = bounds.end,
                          .size = static_cast<int64_t>(count_)});
    return {};
  }

  /// Reads backwards until each partition has given enough, or all it has: among offsets there are
  /// holes, markers, and records that the filter leaves out.
  Status read(StopSignals& signals, std::optional<Exit>& stop) {
    while (!stop) {
      client::Fetcher fetcher(client_, {.isolation = isolation_});
      bool has_more = false;
      for (Window& window : windows_) {
        const bool is_done =
            window.found >= static_cast<int64_t>(count_) || window.from <= window.log_start_offset;
        if (is_done) continue;
        has_more = true;
        const Offset stop_at = window.from;
        window.from = std::max(window.log_start_offset,
                               Offset(std::max<int64_t>(0, stop_at.value - window.size)));
        window.size *= 4;
        fetcher.add(window.at.topic, window.at.partition,
                    {client::StartOffset::Kind::offset, window.from.value},
                    client::StartOffset{client::StartOffset::Kind::offset, stop_at.value});
      }
      if (!has_more) return {};
      TRY(fetcher.start());
      while (!fetcher.is_done() && !stop) {
        TRY_ASSIGN(const auto fetched,
                   fetcher.next(client::Client::Time::max(), signals.poll_fd()));
        if (fetched) TRY(take(*fetched));
        stop = signals.take();
      }
    }
    return {};
  }

  std::vector<Kept>& sorted() {
    std::ranges::sort(kept_, [](const Kept& a, const Kept& b) { return a < b; });
    return kept_;
  }
  const std::vector<Window>& windows() const { return windows_; }

 private:
  Status take(const client::Fetched& fetched) {
    const TopicPartition at{std::string(fetched.topic), fetched.partition};
    Window& window = *std::ranges::find(windows_, at, &Window::at);
    return fetched.for_each(reader_,
                            [&](const record::RecordView& record, const client::BatchInfo& batch) {
                              if (!filter_.admits(record)) return true;
                              ++window.found;
                              add(Kept(at, record, batch));
                              return true;
                            });
  }

  /// A heap with the oldest on top, which goes when there are too many.
  void add(Kept record) {
    const auto is_newer = [](const Kept& a, const Kept& b) { return b < a; };
    kept_.push_back(std::move(record));
    std::ranges::push_heap(kept_, is_newer);
    if (kept_.size() <= count_) return;
    std::ranges::pop_heap(kept_, is_newer);
    kept_.pop_back();
  }

  client::Client& client_;
  const RecordFilter& filter_;
  client::Isolation isolation_;
  size_t count_;
  std::vector<Window> windows_;
  std::vector<Kept> kept_;
  record::RecordReader reader_;
};

Result<Exit> follow(Context& context, StopSignals& signals, client::Client& client,
                    RecordWriter& writer, const RecordFilter& filter, const Newest& newest,
                    client::Isolation isolation) {
  bool has_gap = false;
  client::FetcherOptions options{.isolation = isolation};
  options.on_gap = [&](std::string_view topic, Partition partition, Offset expected,
                       Offset resumed) {
    context.complain(concat(topic, '-', partition.value, ": offset ", expected.value,
                            " is gone; reading goes on at ", resumed.value));
    has_gap = true;
  };
  client::Fetcher fetcher(client, std::move(options));
  for (const Window& window : newest.windows())
    fetcher.add(window.at.topic, window.at.partition,
                {client::StartOffset::Kind::offset, window.end.value});
  TRY(fetcher.start());
  RecordPrinter printer(context, client, fetcher, writer, filter, nullptr, {});
  const auto outcome = printer.follow(signals);
  if (const Status flushed = printer.flush(); outcome && !flushed) return fail(flushed.error());
  return outcome && *outcome == Exit::done && has_gap ? Exit::failed : outcome;
}

Result<Exit> run_tail(Context& context, const Args& args) {
  TRY_ASSIGN(RecordWriter writer, RecordWriter::make(args));
  TRY_ASSIGN(const RecordFilter filter, make_record_filter(args));
  TRY_ASSIGN(const auto count, args.number<int64_t>("lines", 0, 100'000'000));
  const auto isolation = args.text("isolation") == "committed"
                             ? client::Isolation::read_committed
                             : client::Isolation::read_uncommitted;
  // Before the session: a directory's broker starts threads, and they must not take the signals.
  StopSignals signals;
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto partitions, find_partitions(args, session.client()));
  Newest newest(session.client(), filter, isolation, static_cast<size_t>(*count));
  TRY(newest.start(partitions));
  std::optional<Exit> stop;
  TRY(newest.read(signals, stop));
  if (stop) return *stop;
  std::string out;
  writer.begin(out);
  for (const Kept& kept : newest.sorted())
    writer.append(out, {kept.at.topic, kept.at.partition, kept.record, kept.batch.timestamp_type,
                        kept.batch.leader_epoch});
  context.out().write(out);
  TRY(context.out().flush());
  Result<Exit> outcome = Exit::done;
  if (args.flag("follow"))
    outcome = follow(context, signals, session.client(), writer, filter, newest, isolation);
  if (!outcome) return outcome;
  out.clear();
  if (*outcome != Exit::broken_pipe) writer.end(out);
  context.out().write(out);
  TRY(context.out().flush());
  TRY(session.close());
  return outcome;
}

}  // namespace

extern const Command kTailCommand;
constinit const Command kTailCommand = {
    .path = "tail",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Print the newest records of topics",
    .description = "The newest records over all partitions, in the order of their timestamps.",
    .examples =
        "spool tail -n 3 orders\n"
        "spool tail -F --value error logs",
    .options = kTailRows,
    .operands_max = -1,
    .run = run_tail,
};

}  // namespace spool::cli
