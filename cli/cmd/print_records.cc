#include "cli/cmd/print_records.h"

#include <poll.h>

#include <algorithm>
#include <climits>

#include "cli/io/watched_fd.h"

namespace spool::cli {

namespace {

constexpr size_t kBlockBytes = 64 << 10;
/// How often positions are saved while records keep coming.
constexpr std::chrono::milliseconds kStateInterval{200};

/// A pipe whose reader has gone says so without being written to.
bool has_reader(int fd) {
  pollfd reader{fd, 0, 0};
  return ::poll(&reader, 1, 0) <= 0 || (reader.revents & POLLERR) == 0;
}

}  // namespace

RecordPrinter::RecordPrinter(Context& context, client::Client& client, client::RecordSource& source,
                             RecordWriter& writer, const RecordFilter& filter,
                             PrintedPositions* positions, const PrintLimits& limits)
    : context_(context),
      client_(client),
      source_(source),
      writer_(writer),
      filter_(filter),
      positions_(positions),
      limits_(limits),
      left_(limits.count) {}

Result<Exit> RecordPrinter::run(StopSignals& signals, bool is_bounded) {
  writer_.begin(block_);
  TRY(flush());
  const auto outcome = follow(signals);
  if (!outcome) return outcome;
  // Someone who follows for ever is stopped by a signal: what was printed is whole then.
  const bool is_whole = *outcome == Exit::done || (!is_bounded && *outcome != Exit::broken_pipe);
  if (is_whole) writer_.end(block_);
  TRY(flush());
  return outcome;
}

Status RecordPrinter::flush() {
  write_block();
  TRY(context_.out().flush());
  if (positions_ == nullptr) return {};
  is_unsaved_ |= !read_to_.empty();
  for (const auto& [partition, next] : read_to_)
    positions_->set(partition.first, Partition(partition.second), next);
  read_to_.clear();
  const auto now = client_.now();
  if (now < next_save_) return {};
  next_save_ = now + kStateInterval;
  is_unsaved_ = false;
  return positions_->save(false);
}

Result<Exit> RecordPrinter::follow(StopSignals& signals) {
  TRY_ASSIGN(const WatchedFd reader, WatchedFd::open(context_.out().fd(), 0, signals.poll_fd()));
  last_record_ = client_.now();
  while (left_ > 0) {
    if (const auto stop = signals.take()) return *stop;
    auto until = client::Client::Time::max();
    if (is_unsaved_) until = std::min(until, next_save_);
    if (limits_.idle) until = std::min(until, last_record_ + *limits_.idle);
    auto fetched = source_.next(until, reader.poll_fd());
    if (!fetched) return fail(std::move(fetched.error()));
    if (!*fetched) {
      if (source_.is_done()) return Exit::done;
      if (!has_reader(context_.out().fd())) return Exit::broken_pipe;
      if (limits_.idle && client_.now() >= last_record_ + *limits_.idle) return Exit::done;
      TRY(flush());  // positions that were too fresh to be saved
      continue;
    }
    TRY(print(**fetched));
    // Nothing more at hand: what there is must not wait for a full block.
    const bool is_save_due = positions_ != nullptr && client_.now() >= next_save_;
    if (!source_.has_ready() || is_save_due) TRY(flush());
  }
  return Exit::done;
}

void RecordPrinter::write_block() {
  std::string_view left = block_;
  // What poll() calls writable takes so much without blocking.
  for (; wait_ && !left.empty(); left.remove_prefix(std::min<size_t>(left.size(), PIPE_BUF))) {
    wait_();
    context_.out().write(left.substr(0, PIPE_BUF));
    (void)context_.out().flush();
  }
  context_.out().write(left);
  block_.clear();
}

Status RecordPrinter::print(const client::Fetched& fetched) {
  int64_t& in_partition = printed_[{fetched.topic, fetched.partition.value}];
  Offset next = fetched.from;
  bool has_stopped = false;
  last_record_ = client_.now();
  const Status walked = fetched.for_each(
      reader_, [&](const record::RecordView& record, const client::BatchInfo& batch) {
        next = record.offset + 1;
        if (!filter_.is_trivial() && !filter_.admits(record)) return true;
        writer_.append(block_, {fetched.topic, fetched.partition, record, batch.timestamp_type,
                                batch.leader_epoch, fetched.node});
        if (block_.size() >= kBlockBytes) write_block();
        --left_;
        ++in_partition;
        has_stopped =
            left_ == 0 || in_partition == limits_.per_partition || writer_.failure().has_value();
        return !has_stopped;
      });
  if (writer_.failure()) return fail(*writer_.failure());
  if (walked && !has_stopped) next = std::max(next, std::min(fetched.next, fetched.until));
  read_to_[{fetched.topic, fetched.partition.value}] = next;
  if (in_partition >= limits_.per_partition) source_.finish(fetched.topic, fetched.partition);
  return walked;
}

}  // namespace spool::cli
