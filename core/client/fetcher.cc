#include "core/client/fetcher.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/protocol/messages/fetch.h"

namespace spool::client {

namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;

/// Answers waiting to be read; more are not asked for, so a slow reader costs memory for two.
constexpr size_t kReadyAnswersMax = 2;
constexpr int32_t kNoNode = -1;

/// The partition is served elsewhere, or soon.
bool is_worth_another_fetch(ErrorCode code) {
  switch (code) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::leader_not_available:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::replica_not_available:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::fenced_leader_epoch:
    case ErrorCode::unknown_leader_epoch:
    case ErrorCode::offset_not_available:
    case ErrorCode::unknown_topic_id:
    case ErrorCode::inconsistent_topic_id:
    case ErrorCode::unknown_server_error:
      return true;
    default:
      return false;
  }
}

bool is_session_error(ErrorCode code) {
  return code == ErrorCode::fetch_session_id_not_found ||
         code == ErrorCode::invalid_fetch_session_epoch ||
         code == ErrorCode::fetch_session_topic_id_error;
}

/// The position behind the last whole entry; `from` when there is none.
Result<Offset> position_behind(BytesView entries, Offset from) {
  record::EntryCursor cursor(entries);
  for (;;) {
    TRY_ASSIGN(const auto entry, cursor.next());
    if (!entry) return from;
    from = std::max(from, entry->last_offset() + 1);
  }
}

}  // namespace

struct Fetcher::PartitionState {
  std::string topic;
  Partition partition;
  StartOffset start;
  std::optional<StartOffset> stop;
  Offset log_start_offset = kNoOffset;
  Offset position = kNoOffset;     ///< the next to ask for
  Offset wanted_from = Offset(0);  ///< `-o N` shows nothing below N, wherever the log begins
  Offset end = Offset(INT64_MAX);
  Offset told_end = kNoOffset;
  int32_t in_flight_on = kNoNode;  ///< the node that has been asked: an answer of another is stale
  bool is_mentioned = false;       ///< by the answer being taken
  Time not_before{};
  std::optional<Time> failing_since;
  ErrorCode last_error = ErrorCode::none;

  bool is_finished() const { return position >= end; }
  std::string name() const { return concat(topic, '-', partition.value); }
};

struct Fetcher::NodeState {
  bool is_in_flight = false;
  Time not_before{};
  int32_t session_id = 0;
  int32_t session_epoch = 0;
  std::map<PartitionState*, Offset> in_session;  ///< and the offset last sent
  size_t rotation = 0;

  void forget_session() {
    session_id = 0;
    session_epoch = 0;
    in_session.clear();
  }
};

bool Fetched::admits(const record::BatchView& batch, size_t& next_aborted,
                     std::set<ProducerId>& aborted_now) const {
  if (is_committed_only && batch.has_producer_id()) {
    for (;
         next_aborted < aborted.size() && aborted[next_aborted].first_offset <= batch.last_offset();
         ++next_aborted)
      aborted_now.insert(aborted[next_aborted].producer_id);
    if (batch.is_control()) {
      record::RecordCursor cursor(batch, batch.payload());
      const auto marker = cursor.next();
      if (marker && *marker) {
        const auto type = record::control_type(**marker);
        if (type && *type == record::ControlType::abort) aborted_now.erase(batch.producer_id());
      }
    } else if (batch.is_transactional() && aborted_now.contains(batch.producer_id())) {
      return false;
    }
  }
  return !batch.is_control();
}

BatchInfo Fetched::info_of(const record::EntryView& entry) {
  if (entry.is_legacy())
    return {.timestamp_type = record::LegacyView(entry.bytes()).timestamp_type()};
  const record::BatchView batch(entry.bytes());
  return {batch.timestamp_type(), batch.leader_epoch(), batch.producer_id(),
          batch.producer_epoch()};
}

Error Fetched::broken_at(Offset offset, const Error& error) const {
  return error.with_context(concat(topic, '-', partition.value, " at offset ", offset.value));
}

Fetcher::Fetcher(Client& client, FetcherOptions options)
    : client_(client), options_(std::move(options)), self_(std::make_shared<Fetcher*>(this)) {}

Fetcher::~Fetcher() { *self_ = nullptr; }

void Fetcher::add(const std::string& topic, Partition partition, StartOffset start,
                  std::optional<StartOffset> stop) {
  auto state = std::make_unique<PartitionState>();
  state->topic = topic;
  state->partition = partition;
  state->start = start;
  state->stop = stop;
  by_name_[{topic, partition.value}] = state.get();
  partitions_.push_back(std::move(state));
}

namespace {

/// Both ends of a log, as far as its leader told them.
struct Ends {
  ErrorCode error = ErrorCode::none;
  Offset first = kNoOffset;
  Offset end = kNoOffset;
};

/// Where `what` lies; times are in `by_time`, an offset of -1 there means that no record is that
/// late.
Offset resolve(const StartOffset& what, const Ends& ends, const OffsetAnswer& by_time) {
  switch (what.kind) {
    case StartOffset::Kind::beginning:
      return ends.first;
    case StartOffset::Kind::end:
      return ends.end;
    case StartOffset::Kind::offset:
      return Offset(what.value);
    case StartOffset::Kind::before_end:
      return std::max(ends.first, Offset(std::max<int64_t>(0, ends.end.value - what.value)));
    case StartOffset::Kind::after_start:
      return Offset(what.value > INT64_MAX - ends.first.value ? INT64_MAX
                                                              : ends.first.value + what.value);
    case StartOffset::Kind::time:
      return by_time.offset == kNoOffset ? ends.end : std::max(ends.first, by_time.offset);
  }
  return ends.end;
}

bool is_time(const std::optional<StartOffset>& what) {
  return what && what->kind == StartOffset::Kind::time;
}

}  // namespace

Status Fetcher::start() {
  std::vector<OffsetQuery> earliest, latest, start_times, stop_times;
  for (const auto& state : partitions_) {
    const TopicPartition at{state->topic, state->partition};
    earliest.push_back({at, kEarliestTimestamp});
    latest.push_back({at, kLatestTimestamp});
    if (is_time(state->start)) start_times.push_back({at, state->start.value});
    if (is_time(state->stop)) stop_times.push_back({at, state->stop->value});
  }
  TRY_ASSIGN(const auto firsts, list_offsets(client_, earliest, options_.isolation));
  TRY_ASSIGN(const auto lasts, list_offsets(client_, latest, options_.isolation));
  std::vector<OffsetAnswer> starts, stops;
  if (!start_times.empty()) {
    TRY_ASSIGN(starts, list_offsets(client_, start_times, options_.isolation));
  }
  if (!stop_times.empty()) {
    TRY_ASSIGN(stops, list_offsets(client_, stop_times, options_.isolation));
  }
  size_t next_start = 0, next_stop = 0;
  for (size_t i = 0; i < partitions_.size(); ++i) {
    PartitionState& state = *partitions_[i];
    const OffsetAnswer none;
    const OffsetAnswer& start_at = is_time(state.start) ? starts[next_start++] : none;
    const OffsetAnswer& stop_at = is_time(state.stop) ? stops[next_stop++] : none;
    Ends ends{ErrorCode::none, firsts[i].offset, lasts[i].offset};
    for (const OffsetAnswer* answer : {&firsts[i], &lasts[i], &start_at, &stop_at})
      if (answer->error != ErrorCode::none) ends.error = answer->error;
    if (ends.error != ErrorCode::none) {
      const Error error(ends.error, concat(state.name(), ": offsets: ", error_name(ends.error)));
      TRY(give_up(state, error));
      continue;
    }
    state.log_start_offset = ends.first;
    state.position = resolve(state.start, ends, start_at);
    if (state.start.kind == StartOffset::Kind::offset) state.wanted_from = state.position;
    state.position = std::clamp(state.position, ends.first, std::max(ends.first, ends.end));
    const bool is_later =
        is_time(state.stop) && stop_at.offset == kNoOffset && state.stop->value > client_.wall_ms();
    if (state.stop && !is_later) {
      state.end = resolve(*state.stop, ends, stop_at);
      state.stop.reset();
    }
    if (options_.stop_at_end) state.end = std::min(state.end, ends.end);
  }
  return {};
}

Status Fetcher::give_up(PartitionState& state, const Error& error) {
  if (!options_.on_lost) return fail(error);
  state.position = state.end = Offset(0);
  options_.on_lost(state.topic, state.partition, error);
  return {};
}

/// A stop at a time that has come by now: where the log stands says where that is.
Status Fetcher::resolve_times() {
  for (const auto& state : partitions_) {
    if (state->is_finished() || !is_time(state->stop) || state->stop->value > client_.wall_ms())
      continue;
    const TopicPartition at{state->topic, state->partition};
    TRY_ASSIGN(const auto stop,
               list_offsets(client_, {{at, state->stop->value}}, options_.isolation));
    TRY_ASSIGN(const auto end, list_offsets(client_, {{at, kLatestTimestamp}}, options_.isolation));
    for (const OffsetAnswer& answer : {stop[0], end[0]})
      if (answer.error != ErrorCode::none)
        return fail(answer.error, concat(state->name(), ": offsets: ", error_name(answer.error)));
    state->end = stop[0].offset == kNoOffset ? end[0].offset : stop[0].offset;
    state->stop.reset();
  }
  return {};
}

std::vector<Fetcher::Bounds> Fetcher::bounds() const {
  std::vector<Bounds> out;
  for (const auto& state : partitions_)
    out.push_back(
        {state->topic, state->partition, state->log_start_offset, state->position, state->end});
  return out;
}

void Fetcher::finish(std::string_view topic, Partition partition) {
  const auto found = by_name_.find(std::pair(std::string(topic), partition.value));
  if (found == by_name_.end()) return;
  found->second->end = found->second->position;
  std::erase_if(ready_, [&](const Fetched& fetched) {
    return fetched.topic == topic && fetched.partition == partition;
  });
}

bool Fetcher::is_done() const {
  return ready_.empty() &&
         std::ranges::all_of(partitions_, [](const auto& state) { return state->is_finished(); });
}

Result<std::optional<Fetched>> Fetcher::next(Time until, int extra_fd) {
  for (;;) {
    TRY(refresh_if_due(client_.now()));
    TRY(resolve_times());
    if (needs_reset_) TRY(reset_out_of_range());
    const Time now = client_.now();
    send_due(now);
    if (!ready_.empty()) {
      Fetched out = std::move(ready_.front());
      ready_.pop_front();
      return out;
    }
    tell_ends();
    if (failure_) return fail(*failure_);
    if (is_done()) return std::nullopt;
    if (client_.poll(next_event(now, until), extra_fd)) return std::nullopt;
    if (ready_.empty() && options_.is_interrupted && options_.is_interrupted()) return std::nullopt;
    if (ready_.empty() && client_.now() >= until) return std::nullopt;
  }
}

/// now  what send_due() went by: what was not due then is waited for, also when it has become due
///      since
Fetcher::Time Fetcher::next_event(Time now, Time until) const {
  if (needs_metadata_) until = std::min(until, metadata_not_before_);
  for (const auto& state : partitions_) {
    if (state->is_finished()) continue;
    if (state->not_before > now) until = std::min(until, state->not_before);
    if (is_time(state->stop)) {
      const int64_t left_ms = std::max<int64_t>(1, state->stop->value - client_.wall_ms());
      until = std::min(until, now + std::chrono::milliseconds(left_ms));
    }
  }
  for (const auto& [id, node] : nodes_)
    if (node.not_before > now) until = std::min(until, node.not_before);
  return until;
}

Status Fetcher::refresh_if_due(Time now) {
  if (!needs_metadata_ || now < metadata_not_before_) return {};
  metadata_not_before_ = now + client_.options().retry_backoff;
  std::set<std::string> names;
  for (const auto& state : partitions_)
    if (!state->is_finished()) names.insert(state->topic);
  const Status refreshed =
      client_.refresh_metadata(std::vector<std::string>(names.begin(), names.end()));
  if (refreshed) needs_metadata_ = false;
  for (const auto& state : partitions_) {
    if (!state->failing_since || now - *state->failing_since < client_.options().timeout) continue;
    if (state->is_finished()) continue;
    if (!refreshed) {
      TRY(give_up(*state, refreshed.error().with_context(state->name())));
      continue;
    }
    const Error error(state->last_error,
                      concat(state->name(), ": ", error_name(state->last_error), " for ",
                             client_.options().timeout.count() / 1000, " s"));
    TRY(give_up(*state, error));
  }
  return {};
}

void Fetcher::send_due(Time now) {
  if (ready_.size() >= kReadyAnswersMax * std::max<size_t>(1, partitions_.size())) return;
  std::map<int32_t, std::vector<PartitionState*>> by_node;
  for (const auto& state : partitions_) {
    if (state->is_finished() || now < state->not_before || state->in_flight_on != kNoNode) continue;
    const TopicInfo* const topic = client_.topic(state->topic);
    const auto index = static_cast<size_t>(state->partition.value);
    if (topic == nullptr || index >= topic->partitions.size() ||
        topic->partitions[index].leader < 0) {
      note_failure(*state, ErrorCode::unknown_topic_or_partition);
      needs_metadata_ = true;
      continue;
    }
    by_node[topic->partitions[index].leader].push_back(state.get());
  }
  for (const auto& [node, wanted] : by_node) send_to(node, wanted);
}

void Fetcher::send_to(int32_t node_id, const std::vector<PartitionState*>& wanted) {
  NodeState& node = nodes_[node_id];
  if (node.is_in_flight || client_.now() < node.not_before) return;
  const bool has_session = node.session_id != 0;
  CallOptions call{.timeout = client_.options().request_timeout + options_.wait_max};
  FetchRequest request;
  request.max_wait_ms = static_cast<int32_t>(options_.wait_max.count());
  request.min_bytes = options_.bytes_min;
  request.max_bytes = options_.bytes_max;
  request.isolation_level = static_cast<int8_t>(options_.isolation);
  // One partition alone gains nothing from a session, and would take one of the broker's slots.
  request.session_id = node.session_id;
  request.session_epoch = has_session || wanted.size() > 1 ? node.session_epoch : -1;
  const auto topic_of = [&](auto& topics, const PartitionState& state) -> auto& {
    if (topics.empty() || topics.back().topic != state.topic) {
      topics.emplace_back().topic = state.topic;
      const TopicInfo* const info = client_.topic(state.topic);
      topics.back().topic_id = info == nullptr ? kZeroUuid : info->id;
      // A broker that told no id takes names only.
      if (topics.back().topic_id.is_zero()) call.version_max = 12;
      topic_names_[topics.back().topic_id] = state.topic;
    }
    return topics.back();
  };
  for (size_t i = 0; i < wanted.size(); ++i) {
    // Without a session the broker fills the answer in our order: every partition gets its turn to
    // be first.
    PartitionState& state = *wanted[has_session ? i : (i + node.rotation) % wanted.size()];
    state.in_flight_on = node_id;
    if (has_session) {
      const auto sent = node.in_session.find(&state);
      if (sent != node.in_session.end() && sent->second == state.position) continue;
    }
    node.in_session[&state] = state.position;
    auto& partition = topic_of(request.topics, state).partitions.emplace_back();
    partition.partition = state.partition.value;
    partition.fetch_offset = state.position.value;
    partition.partition_max_bytes = options_.partition_bytes_max;
    const TopicInfo* const info = client_.topic(state.topic);
    partition.current_leader_epoch =
        info->partitions[static_cast<size_t>(state.partition.value)].leader_epoch.value;
  }
  ++node.rotation;
  for (auto at = node.in_session.begin(); at != node.in_session.end();) {
    if (std::ranges::find(wanted, at->first) != wanted.end()) {
      ++at;
      continue;
    }
    if (has_session)
      topic_of(request.forgotten_topics_data, *at->first)
          .partitions.push_back(at->first->partition.value);
    at = node.in_session.erase(at);
  }
  node.is_in_flight = true;
  client_.send_for_frame(node_id, request, std::move(call),
                         [self = self_, node_id](Result<IncomingFrame> answer) {
                           if (*self != nullptr) (*self)->on_answer(node_id, std::move(answer));
                         });
}

void Fetcher::on_answer(int32_t node_id, Result<IncomingFrame> answer) {
  NodeState& node = nodes_[node_id];
  node.is_in_flight = false;
  std::vector<PartitionState*> asked;
  for (const auto& state : partitions_) {
    if (state->in_flight_on != node_id) continue;
    state->in_flight_on = kNoNode;
    state->is_mentioned = false;
    asked.push_back(state.get());
  }
  if (!answer) {
    // The connection is gone and the session with it.
    node.forget_session();
    node.not_before = client_.now() + client_.options().retry_backoff;
    needs_metadata_ = true;
    if (answer.error().code() == ErrorCode::unsupported_version) failure_ = answer.error();
    for (PartitionState* state : asked) note_failure(*state, answer.error().code());
    return;
  }
  const auto frame = std::make_shared<const IncomingFrame>(std::move(*answer));
  const auto body = protocol::decode<FetchResponse>(frame->body(), frame->version);
  if (!body) {
    failure_ = body.error();
    return;
  }
  if (const auto code = static_cast<ErrorCode>(body->error_code); code != ErrorCode::none)
    return on_request_error(node, asked, code);
  if (body->session_id == 0) {
    node.forget_session();
  } else {
    node.session_id = body->session_id;
    node.session_epoch = node.session_epoch == INT32_MAX ? 1 : node.session_epoch + 1;
  }
  for (const auto& topic : body->responses)
    for (const auto& partition : topic.partitions) {
      PartitionState* const state =
          find(topic.topic, topic.topic_id, partition.partition_index, frame->version);
      if (state == nullptr || std::ranges::find(asked, state) == asked.end()) continue;
      state->is_mentioned = true;
      on_partition(*state, node_id, &partition, frame);
    }
  // What a session's answer leaves out has no news, and no error.
  for (PartitionState* state : asked)
    if (!state->is_mentioned) state->failing_since.reset();
}

void Fetcher::on_request_error(NodeState& node, const std::vector<PartitionState*>& asked,
                               ErrorCode code) {
  node.forget_session();
  if (is_session_error(code)) return;  // the next request opens another
  node.not_before = client_.now() + client_.options().retry_backoff;
  needs_metadata_ = true;
  for (PartitionState* state : asked) note_failure(*state, code);
  if (!is_worth_another_fetch(code)) failure_ = Error(code, concat("fetch: ", error_name(code)));
}

void Fetcher::note_failure(PartitionState& state, ErrorCode code) {
  if (!state.failing_since) state.failing_since = client_.now();
  state.last_error = code;
}

Fetcher::PartitionState* Fetcher::find(std::string_view topic, const Uuid& id, int32_t partition,
                                       int16_t version) {
  std::string name(topic);
  if (version >= 13) {
    const auto found = topic_names_.find(id);
    if (found == topic_names_.end()) return nullptr;
    name = found->second;
  }
  const auto found = by_name_.find(std::pair(std::move(name), partition));
  return found == by_name_.end() ? nullptr : found->second;
}

void Fetcher::on_partition(PartitionState& state, int32_t node, const void* data,
                           std::shared_ptr<const IncomingFrame> frame) {
  const auto& partition = *static_cast<const FetchResponse::PartitionData*>(data);
  if (const auto code = static_cast<ErrorCode>(partition.error_code); code != ErrorCode::none)
    return on_partition_error(state, code);
  state.failing_since.reset();
  if (state.is_finished()) return;
  const bool is_committed_only = options_.isolation == Isolation::read_committed;
  const Offset live_end(is_committed_only ? partition.last_stable_offset
                                          : partition.high_watermark);
  if (partition.records.bytes.empty()) {
    if (options_.stop_at_live_end && state.position >= live_end) state.end = state.position;
    return note_end(state, live_end);
  }
  const auto behind = position_behind(partition.records.bytes, state.position);
  if (!behind) {
    failure_ =
        behind.error().with_context(concat(state.name(), " at offset ", state.position.value));
    return;
  }
  if (*behind == state.position)
    return;  // only the beginning of an entry: it comes first another time
  Fetched out;
  out.topic = state.topic;
  out.partition = state.partition;
  out.entries = partition.records.bytes;
  out.from = std::max(state.position, state.wanted_from);
  out.until = state.end;
  out.high_watermark = Offset(partition.high_watermark);
  out.is_committed_only = is_committed_only;
  out.next = *behind;
  out.node = node;
  if (partition.aborted_transactions)
    for (const auto& aborted : *partition.aborted_transactions)
      out.aborted.push_back({ProducerId(aborted.producer_id), Offset(aborted.first_offset)});
  std::ranges::sort(out.aborted, {}, &Fetched::Aborted::first_offset);
  out.frame = std::move(frame);
  state.position = *behind;
  if (options_.stop_at_live_end && state.position >= live_end)
    state.end = std::min(state.end, state.position);
  ready_.push_back(std::move(out));
  note_end(state, live_end);
}

void Fetcher::note_end(PartitionState& state, Offset live_end) {
  if (!options_.on_end || state.position < live_end || state.told_end == state.position) return;
  state.told_end = state.position;
  ended_.push_back(&state);
}

void Fetcher::tell_ends() {
  const auto ended = std::exchange(ended_, {});
  for (const PartitionState* state : ended)
    options_.on_end(state->topic, state->partition, state->told_end,
                    state == ended.back() && is_done());
}

void Fetcher::on_partition_error(PartitionState& state, ErrorCode code) {
  state.not_before = client_.now() + client_.options().retry_backoff;
  if (code == ErrorCode::offset_out_of_range) {
    needs_reset_ = true;
    state.start = {StartOffset::Kind::offset, state.position.value};
    state.not_before = Time::max();  // until the reset
    return;
  }
  if (!is_worth_another_fetch(code)) {
    failure_ = Error(code, concat(state.name(), ": ", error_name(code)));
    return;
  }
  note_failure(state, code);
  needs_metadata_ = true;
}

Status Fetcher::reset_out_of_range() {
  needs_reset_ = false;
  for (const auto& state : partitions_) {
    if (state->not_before != Time::max()) continue;
    const TopicPartition at{state->topic, state->partition};
    TRY_ASSIGN(const auto first,
               list_offsets(client_, {{at, kEarliestTimestamp}}, options_.isolation));
    TRY_ASSIGN(const auto end, list_offsets(client_, {{at, kLatestTimestamp}}, options_.isolation));
    for (const auto& answer : {first[0], end[0]})
      if (answer.error != ErrorCode::none)
        return fail(answer.error, concat(state->name(), ": offsets: ", error_name(answer.error)));
    const Offset expected = state->position;
    state->position =
        std::clamp(expected, first[0].offset, std::max(first[0].offset, end[0].offset));
    state->not_before = Time();
    if (state->position < expected) {
      // The log is shorter than what has been read of it: what comes next is new, and an end beyond
      // it is never reached.
      if (options_.stop_at_end) state->end = std::min(state->end, state->position);
    }
    if (state->position != expected && options_.on_gap)
      options_.on_gap(state->topic, state->partition, expected, state->position);
  }
  return {};
}

}  // namespace spool::client
