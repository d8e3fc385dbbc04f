#include "cli/cmd/record_times.h"

#include <algorithm>
#include <map>

#include "core/client/fetcher.h"

namespace spool::cli {

namespace {

using Times = std::vector<std::optional<int64_t>>;
using client::StartOffset;

/// Reads each span until `take` has seen enough of it.
/// take  (index of the span, timestamp) -> bool, false for "enough"
template <class F>
Status read_spans(client::Client& client, const std::vector<OffsetSpan>& spans, F&& take) {
  if (spans.empty()) return {};
  // A record or two of each partition: little is asked for, and a broker sends one batch at least.
  client::FetcherOptions options{.partition_bytes_max = 64 << 10};
  options.stop_at_end = true;
  options.on_lost = [](std::string_view, Partition, const Error&) {};
  client::Fetcher fetcher(client, std::move(options));
  std::map<std::pair<std::string_view, int32_t>, size_t> index;
  for (size_t i = 0; i < spans.size(); ++i) {
    const TopicPartition& at = spans[i].partition;
    index[{at.topic, at.partition.value}] = i;
    fetcher.add(at.topic, at.partition, {StartOffset::Kind::offset, spans[i].from.value},
                StartOffset{StartOffset::Kind::offset, spans[i].until.value});
  }
  TRY(fetcher.start());
  record::RecordReader reader;
  const auto deadline = client.now() + client.options().timeout;
  while (!fetcher.is_done() && client.now() < deadline) {
    TRY_ASSIGN(const auto fetched, fetcher.next(deadline));
    if (!fetched) continue;
    const size_t i = index.at({fetched->topic, fetched->partition.value});
    bool goes_on = true;
    TRY(fetched->for_each(reader, [&](const record::RecordView& record, const client::BatchInfo&) {
      goes_on = take(i, record.timestamp_ms);
      return goes_on;
    }));
    if (!goes_on) fetcher.finish(fetched->topic, fetched->partition);
  }
  return {};
}

}  // namespace

Result<Times> first_times(client::Client& client, const std::vector<OffsetSpan>& spans) {
  Times times(spans.size());
  TRY(read_spans(client, spans, [&](size_t i, int64_t timestamp) {
    times[i] = timestamp;
    return false;
  }));
  return times;
}

/// The last offset may be a marker's, or compaction may have taken it: what lies further and
/// further before the end is read until there is a record.
Result<Times> last_times(client::Client& client, const std::vector<OffsetSpan>& spans) {
  Times times(spans.size());
  for (int64_t step = 1;; step = step * 16) {
    std::vector<OffsetSpan> tails;
    std::vector<size_t> index;
    for (size_t i = 0; i < spans.size(); ++i) {
      const int64_t count = spans[i].until - spans[i].from;
      if (times[i] || count <= 0 || (step > 1 && step / 16 >= count)) continue;
      tails.push_back({spans[i].partition, spans[i].until - std::min(step, count), spans[i].until});
      index.push_back(i);
    }
    if (tails.empty()) return times;
    TRY(read_spans(client, tails, [&](size_t i, int64_t timestamp) {
      times[index[i]] = timestamp;
      return true;
    }));
  }
}

}  // namespace spool::cli
