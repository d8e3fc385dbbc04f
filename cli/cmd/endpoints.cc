#include "cli/cmd/endpoints.h"

#include <sys/stat.h>

#include <algorithm>

#include "cli/errors.h"
#include "core/base/text.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

std::unexpected<Error> no_endpoint(const std::string& text, std::string_view why) {
  return usage_error(concat("'", text, "': ", why,
                            "; an end is TOPIC, kafka://HOST:PORT/TOPIC, dir:PATH/TOPIC, file:PATH "
                            "or -"));
}

bool is_directory(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// "TOPIC" or "TOPIC/PARTITION".
Status read_topic(Endpoint& out, std::string_view text) {
  const size_t slash = text.find('/');
  out.topic = text.substr(0, slash);
  if (slash == text.npos) return {};
  const auto number = parse_int<int32_t>(text.substr(slash + 1));
  if (!number || *number < 0) return no_endpoint(out.text, "behind the topic stands a partition");
  out.partition = Partition(*number);
  return {};
}

/// PATH/TOPIC[/PARTITION]: the topic is what stands behind a directory that is there, or, for one
/// that is still to be made, behind the last slash.
Status read_directory(Endpoint& out, std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  std::string rest;
  while (!is_directory(path)) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) break;
    rest = rest.empty() ? path.substr(slash + 1) : concat(path.substr(slash + 1), "/", rest);
    path.resize(std::max<size_t>(slash, 1));
    const bool names_partition = parse_int<int32_t>(rest).has_value();
    if (!names_partition && !is_directory(path)) break;
  }
  out.target = Target{true, path};
  if (rest.empty()) return {};
  return read_topic(out, rest);
}

std::optional<std::string_view> part(const StreamedRecord& record, size_t at,
                                     const std::optional<size_t>& size) {
  if (!size) return std::nullopt;
  return std::string_view(record.bytes).substr(at, *size);
}

std::string difference_text(const StreamedRecord& left, const StreamedRecord& right) {
  std::string out;
  const auto add = [&](bool is_different, std::string_view what) {
    if (is_different) append_text(out, out.empty() ? "" : ", ", what);
  };
  const size_t left_value = left.key_bytes.value_or(0), right_value = right.key_bytes.value_or(0);
  add(left.timestamp_ms != right.timestamp_ms, "timestamp");
  add(part(left, 0, left.key_bytes) != part(right, 0, right.key_bytes), "key");
  add(part(left, left_value, left.value_bytes) != part(right, right_value, right.value_bytes),
      "value");
  if (out.empty()) add(true, "headers");
  return out;
}

}  // namespace

Result<Endpoint> parse_endpoint_text(const std::string& text) {
  Endpoint out;
  out.text = text;
  if (text == "-" || text.starts_with("file:")) {
    out.is_file = true;
    out.path = text == "-" ? text : text.substr(5);
    if (out.path.empty()) return no_endpoint(text, "which file?");
    return out;
  }
  if (text.starts_with("kafka://")) {
    const std::string_view rest = std::string_view(text).substr(8);
    const size_t slash = rest.find('/');
    if (slash == rest.npos || slash == 0) return no_endpoint(text, "which topic?");
    out.target = Target{false, std::string(rest.substr(0, slash))};
    TRY(read_topic(out, rest.substr(slash + 1)));
  } else if (text.starts_with("dir:")) {
    TRY(read_directory(out, text.substr(4)));
  } else {
    TRY(read_topic(out, text));
  }
  return out;
}

Result<Target> target_of(const Endpoint& endpoint, const Args& args) {
  if (endpoint.target) return *endpoint.target;
  return resolve_target(args);
}

bool StreamedRecord::is_same(const StreamedRecord& other) const {
  return timestamp_ms == other.timestamp_ms && key_bytes == other.key_bytes &&
         value_bytes == other.value_bytes && headers_count == other.headers_count &&
         bytes == other.bytes;
}

PartitionStream::PartitionStream(client::Client& client, const std::string& topic,
                                 Partition partition)
    : fetcher_(client, {.stop_at_end = true}) {
  fetcher_.add(topic, partition, {});
}

Status PartitionStream::start() { return fetcher_.start(); }

Result<std::optional<StreamedRecord>> PartitionStream::next() {
  while (next_ == ready_.size()) {
    ready_.clear();
    next_ = 0;
    if (fetcher_.is_done()) return std::nullopt;
    TRY_ASSIGN(const auto fetched, fetcher_.next(client::Client::Time::max()));
    if (!fetched) continue;
    TRY(fetched->for_each(reader_,
                          [&](const record::RecordView& record, const client::BatchInfo& batch) {
                            StreamedRecord& out = ready_.emplace_back();
                            out.offset = record.offset;
                            out.timestamp_ms = record.timestamp_ms;
                            out.timestamp_type = batch.timestamp_type;
                            if (record.key) out.key_bytes = record.key->size();
                            if (record.value) out.value_bytes = record.value->size();
                            out.headers_count = record.headers_count;
                            out.headers_bytes = record.headers.size();
                            if (record.key) out.bytes += as_text(*record.key);
                            if (record.value) out.bytes += as_text(*record.value);
                            out.bytes += as_text(record.headers);
                            return true;
                          }));
  }
  return std::move(ready_[next_++]);
}

namespace {

/// Adds the first difference of a partition, if there is one.
Status compare_partition(PartitionStream& left, PartitionStream& right, Partition partition,
                         Comparison& out) {
  TRY(left.start());
  TRY(right.start());
  for (;;) {
    TRY_ASSIGN(const auto ours, left.next());
    TRY_ASSIGN(const auto theirs, right.next());
    if (!ours && !theirs) return {};
    if (ours && theirs && ours->is_same(*theirs)) {
      ++out.records;
      continue;
    }
    Difference difference{.partition = partition};
    if (ours) difference.left = ours->offset;
    if (theirs) difference.right = theirs->offset;
    difference.what = ours && theirs
                          ? difference_text(*ours, *theirs)
                          : std::string(ours ? "missing on the right" : "missing on the left");
    out.differences.push_back(std::move(difference));
    return {};
  }
}

Result<size_t> partition_count(client::Client& client, const std::string& topic) {
  TRY_ASSIGN(const auto found, client::describe_topics(client, {topic}));
  if (found[0].error != ErrorCode::none && found[0].partitions.empty())
    return fail(found[0].error, concat("topic ", topic, ": ", explain(found[0].error, "")));
  return found[0].partitions.size();
}

}  // namespace

Result<Comparison> compare_topics(client::Client& left, const std::string& left_topic,
                                  client::Client& right, const std::string& right_topic,
                                  std::optional<Partition> partition) {
  TRY_ASSIGN(const size_t left_count, partition_count(left, left_topic));
  TRY_ASSIGN(const size_t right_count, partition_count(right, right_topic));
  Comparison out;
  for (size_t i = 0; i < std::max(left_count, right_count); ++i) {
    const Partition number(static_cast<int32_t>(i));
    if (partition && number != *partition) continue;
    if (i >= left_count || i >= right_count) {
      out.differences.push_back(
          {number, std::nullopt, std::nullopt,
           i >= left_count ? "no such partition on the left" : "no such partition on the right"});
      continue;
    }
    PartitionStream ours(left, left_topic, number), theirs(right, right_topic, number);
    TRY(compare_partition(ours, theirs, number, out));
  }
  return out;
}

}  // namespace spool::cli
