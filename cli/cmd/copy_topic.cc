#include "cli/cmd/copy_topic.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

/// Large enough for any batch that a source may hold.
constexpr size_t kRequestBytesMax = 64 << 20;
constexpr std::chrono::milliseconds kWake{500};

/// Whether all of the batch is wanted, and the target takes it as it is.
bool can_pass(const client::Fetched& fetched, const record::EntryView& entry) {
  const auto batch = entry.batch();
  return batch && batch->base_offset() >= fetched.from && batch->last_offset() < fetched.until &&
         cli::can_pass(*batch);
}

}  // namespace

bool can_pass(const record::BatchView& batch) {
  return !batch.is_control() && batch.records_count() > 0 &&
         batch.last_offset_delta() + 1 == batch.records_count() && !batch.has_delete_horizon() &&
         batch.timestamp_type() == record::TimestampType::create_time;
}

TopicCopy::TopicCopy(Context& context, client::Client& source, client::Client& target,
                     CopyOptions options)
    : context_(context),
      source_(source),
      target_(target),
      options_(std::move(options)),
      progress_(source.now(), std::nullopt) {}

Status TopicCopy::start(size_t partition_count) {
  client::ProducerOptions producer;
  producer.request_bytes_max = kRequestBytesMax;
  producer.on_delivery = [this](const client::Delivery& delivery) { on_delivery(delivery); };
  TRY_ASSIGN(producer_, client::Producer::create(target_, std::move(producer)));
  TRY_ASSIGN(topic_, producer_->open_topic(options_.target_topic, false));
  client::FetcherOptions fetch;
  if (options_.is_committed_only) fetch.isolation = client::Isolation::read_committed;
  fetch.stop_at_end = !options_.follows;
  fetch.on_gap = [this](std::string_view topic, Partition partition, Offset expected,
                        Offset resumed) {
    failure_ = Error(ErrorCode::offset_out_of_range,
                     concat(topic, '-', partition.value, ": offset ", expected.value,
                            " is gone before it was copied; the source begins at ", resumed.value));
  };
  fetcher_ = std::make_unique<client::Fetcher>(source_, std::move(fetch));
  for (size_t i = 0; i < partition_count; ++i) {
    const Partition partition(static_cast<int32_t>(i));
    if (options_.source_partition && partition != *options_.source_partition) continue;
    fetcher_->add(options_.source_topic, partition, options_.range.start, options_.range.stop);
  }
  TRY(fetcher_->start());
  return skip_what_is_there(partition_count);
}

/// What the target's partitions hold already, by their ends: a copy writes no markers and loses
/// nothing to compaction while it is made.
Status TopicCopy::skip_what_is_there(size_t partition_count) {
  if (!options_.resumes && !options_.keeps_offsets) return {};
  for (size_t i = 0; i < partition_count; ++i) {
    const Partition partition(static_cast<int32_t>(i));
    const Partition into = options_.target_partition.value_or(partition);
    const TopicPartition at{options_.target_topic, into};
    TRY_ASSIGN(const auto first, client::list_offsets(target_, {{at, client::kEarliestTimestamp}}));
    TRY_ASSIGN(const auto end, client::list_offsets(target_, {{at, client::kLatestTimestamp}}));
    for (const auto& answer : {first[0], end[0]})
      if (answer.error != ErrorCode::none)
        return fail(answer.error, concat(at.to_string(), ": ", error_name(answer.error)));
    next_offset_[into.value] = end[0].offset;
    if (options_.resumes) skip_[partition.value] = end[0].offset - first[0].offset;
  }
  return {};
}

Result<Exit> TopicCopy::run(StopSignals& signals, size_t partition_count) {
  TRY(start(partition_count));
  std::optional<Exit> stop;
  while (!fetcher_->is_done() && !(stop = signals.take())) {
    if (progress_.is_due(source_.now()))
      context_.show_status(progress_.line(source_.now(), stats_.records, stats_.bytes));
    auto fetched = fetcher_->next(source_.now() + kWake, signals.poll_fd());
    if (failure_) return fail(*failure_);
    if (!fetched) return fail(std::move(fetched.error()));
    if (*fetched) TRY(copy(**fetched));
    // With nothing to read, what has been written wants its answers.
    producer_->poll(target_.now());
    if (failure_) return fail(*failure_);
  }
  const Status flushed =
      producer_->flush(target_.now() + target_.options().timeout, signals.poll_fd());
  if (failure_) return fail(*failure_);
  if (producer_->stats().first_error) return fail(*producer_->stats().first_error);
  TRY(flushed);
  return stop.value_or(Exit::done);
}

Status TopicCopy::copy(const client::Fetched& fetched) {
  int64_t& skip = skip_[fetched.partition.value];
  return fetched.for_each_entry([&](const record::EntryView& entry) -> Result<bool> {
    TRY(copy_entry(fetched, entry, skip));
    return true;
  });
}

Status TopicCopy::expect_offset(Partition partition, Offset offset) {
  if (!options_.keeps_offsets) return {};
  Offset& next = next_offset_[partition.value];
  if (next != offset)
    return fail(ErrorCode::invalid_record,
                concat("--keep-offsets: offset ", offset.value, " of the source would become ",
                       next.value, " in ", options_.target_topic, '-', partition.value));
  next = next + 1;
  return {};
}

Status TopicCopy::copy_entry(const client::Fetched& fetched, const record::EntryView& entry,
                             int64_t& skip) {
  const Partition into = options_.target_partition.value_or(fetched.partition);
  const auto batch = entry.batch();
  if (can_pass(fetched, entry) && !options_.repartitions && skip < batch->records_count()) {
    if (skip == 0) {
      if (options_.keeps_offsets) {
        TRY(expect_offset(into, batch->base_offset()));
        next_offset_[into.value] = batch->last_offset() + 1;
      }
      ++stats_.batches_passed;
      stats_.records += batch->records_count();
      stats_.bytes += static_cast<int64_t>(entry.bytes().size());
      return producer_->append_batch(*topic_, into, entry.bytes());
    }
  } else if (can_pass(fetched, entry) && skip >= batch->records_count()) {
    skip -= batch->records_count();
    return {};
  }
  ++stats_.batches_rebuilt;
  stats_.bytes += static_cast<int64_t>(entry.bytes().size());
  Status written;
  const Status walked = reader_.for_each(entry, [&](const record::RecordView& record) {
    if (record.offset < fetched.from) return true;
    if (record.offset >= fetched.until) return false;
    if (skip > 0) {
      --skip;
      return true;
    }
    headers_.clear();
    record::HeaderCursor cursor(record);
    while (const auto header = cursor.next()) headers_.push_back(*header);
    client::ProducerRecord out{.key = record.key,
                               .value = record.value,
                               .headers = headers_,
                               .timestamp_ms = record.timestamp_ms};
    if (!options_.repartitions) out.partition = into;
    written = expect_offset(into, record.offset);
    if (written) written = producer_->append(*topic_, out);
    if (written) ++stats_.records;
    return written.has_value();
  });
  TRY(written);
  return walked;
}

void TopicCopy::on_delivery(const client::Delivery& delivery) {
  if (delivery.error != nullptr && !failure_) failure_ = *delivery.error;
}

}  // namespace spool::cli
