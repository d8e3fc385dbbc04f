#include "core/client/group_reader.h"


#include <algorithm>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/client/groups.h"
#include "core/client/second_connection.h"

namespace spool::client {

namespace {

using protocol::ConsumerGroupHeartbeatRequest;
using protocol::OffsetCommitResponse;

template <class Request>
struct AnswerOf;
template <>
struct AnswerOf<protocol::JoinGroupRequest> {
  using Type = protocol::JoinGroupResponse;
};
template <>
struct AnswerOf<protocol::SyncGroupRequest> {
  using Type = protocol::SyncGroupResponse;
};
template <>
struct AnswerOf<protocol::HeartbeatRequest> {
  using Type = protocol::HeartbeatResponse;
};
template <>
struct AnswerOf<ConsumerGroupHeartbeatRequest> {
  using Type = protocol::ConsumerGroupHeartbeatResponse;
};

/// An answer to a join comes when everybody has joined, and a little later.
constexpr std::chrono::seconds kJoinGrace{5};
/// A group that has gone on without us gets no second thought at the end.
constexpr std::chrono::seconds kLeaveTimeout{5};

/// A commit that the group has overtaken: the partition is, or will be, somebody else's.
bool is_overtaken(ErrorCode code) {
  return code == ErrorCode::rebalance_in_progress || code == ErrorCode::illegal_generation ||
         code == ErrorCode::unknown_member_id || code == ErrorCode::fenced_member_epoch ||
         code == ErrorCode::stale_member_epoch;
}

}  // namespace

GroupReader::GroupReader(Client& client, GroupReaderOptions options)
    : client_(client), options_(std::move(options)), self_(std::make_shared<GroupReader*>(this)) {
  options_.fetch.is_interrupted = [this] { return has_news_; };
}

GroupReader::~GroupReader() { *self_ = nullptr; }

Result<std::unique_ptr<GroupReader>> GroupReader::make(Client& client, GroupReaderOptions options) {
  TRY_ASSIGN(const auto versions, client.broker_versions(Client::kAnyNode));
  const auto heartbeat = versions.find(ConsumerGroupHeartbeatRequest::kInfo.api_key);
  const bool is_offered = heartbeat != versions.end();
  const bool can_match = is_offered && heartbeat->second.max >= 1;
  if (options.protocol == GroupProtocol::consumer && !is_offered)
    return fail(ErrorCode::unsupported_version,
                "the broker does not have the consumer group protocol of KIP-848");
  if (options.protocol == GroupProtocol::consumer && options.member.pattern && !can_match)
    return fail(ErrorCode::unsupported_version,
                "the broker's consumer group protocol does not have regular expressions yet");
  const bool is_classic = options.protocol == GroupProtocol::classic || !is_offered ||
                          (options.member.pattern && !can_match);
  // Before version 1 the coordinator gives the id.
  if (!is_classic && heartbeat->second.max >= 1)
    options.member.member_id = random_uuid().to_string();
  std::unique_ptr<GroupReader> out(new GroupReader(client, std::move(options)));
  out->is_classic_ = is_classic;
  out->member_ = is_classic ? make_classic_member(out->options_.member)
                            : make_consumer_member(out->options_.member);
  return out;
}

bool GroupReader::is_done() const {
  return !owned_.empty() && fetcher_ != nullptr && fetcher_->is_done();
}

void GroupReader::finish(std::string_view topic, Partition partition) {
  const auto at = owned_.find({std::string(topic), partition});
  if (at != owned_.end()) at->second.is_finished = true;
  if (fetcher_ != nullptr) fetcher_->finish(topic, partition);
}

void GroupReader::set_done(std::string_view topic, Partition partition, Offset next) {
  const auto at = owned_.find({std::string(topic), partition});
  if (at != owned_.end()) at->second.done = next;
}

// ---------------------------------------------------------------------------------------------------------------------
// The group

void GroupReader::send(MemberRequest request) {
  CallOptions call;
  if (std::holds_alternative<protocol::JoinGroupRequest>(request))
    call.timeout = options_.member.rebalance_timeout + kJoinGrace;
  std::visit(
      [&]<class Request>(const Request& message) {
        using Answer = typename AnswerOf<Request>::Type;
        client_.send<Answer>(coordinator_, message, call,
                             [self = self_, member = member_](Result<Reply<Answer>> reply) {
                               GroupReader* const reader = *self;
                               if (reader == nullptr) return;
                               reader->has_news_ = true;
                               const auto now = reader->client_.now();
                               if (reply) return member->on_answer(**reply, now);
                               const ErrorCode code = reply.error().code();
                               if (code == ErrorCode::unsupported_version ||
                                   code == ErrorCode::not_found)
                                 reader->failure_ = reply.error();
                               member->on_no_answer(now);
                             });
      },
      request);
}

Status GroupReader::find_group(Time now) {
  const auto node = find_coordinator(client_, options_.member.group);
  if (node) {
    coordinator_ = second_connection(*node);
    failing_since_.reset();
    member_->on_coordinator();
    return {};
  }
  if (!failing_since_) failing_since_ = now;
  const auto code = node.error().code();
  const bool passes = code == ErrorCode::disconnected || code == ErrorCode::timed_out ||
                      code == ErrorCode::io_error;
  if (!passes || now - *failing_since_ >= client_.options().timeout) return fail(node.error());
  (void)client_.back_off(now + client_.options().timeout);
  return {};
}

/// A broker that offers KIP-848 may have it switched off (3.9, or group.version 0): be a classic
/// member then, unless the owner wants none. False when there is nothing to fall back to.
bool GroupReader::fall_back() {
  const bool is_off = member_->failure()->code() == ErrorCode::unsupported_version;
  if (!is_off || is_classic_ || options_.protocol != GroupProtocol::offered) return false;
  is_classic_ = true;
  options_.member.member_id.clear();
  member_ = make_classic_member(options_.member);
  member_->on_coordinator();
  return true;
}

/// Brings the membership up to now, as far as that goes without the owner.
Status GroupReader::look_around(Time now) {
  has_news_ = false;
  if (failure_) return fail(*failure_);
  if (member_->failure() && !fall_back()) return fail(*member_->failure());
  if (coordinator_ < 0 || member_->needs_coordinator()) {
    TRY(find_group(now));
    if (coordinator_ < 0) return {};
  }
  if (auto topics = member_->wanted_topics(); !topics.is_none()) {
    std::optional<std::vector<std::string>> names;
    if (!topics.is_all) names = std::move(topics.names);
    TRY(client_.refresh_metadata(std::move(names)));
    member_->on_topics(client_.topics(), client_.now());
  }
  if (auto request = member_->next_request(client_.now())) send(*std::move(request));
  return {};
}

GroupReader::Time GroupReader::serve() {
  if (const Status status = look_around(client_.now()); !status) failure_ = status.error();
  return failure_ ? Time::max() : member_->next_due();
}

Status GroupReader::give_up(const std::set<TopicPartition>& kept, bool is_lost) {
  const bool is_less =
      std::ranges::any_of(owned_, [&](const auto& entry) { return !kept.contains(entry.first); });
  if (!is_less) return {};
  TRY(options_.finish_work());
  if (!is_lost) TRY(commit_and_wait());
  std::erase_if(owned_, [&](const auto& entry) { return is_lost || !kept.contains(entry.first); });
  return {};
}

Status GroupReader::take_change() {
  const std::vector<TopicPartition> mine = member_->assignment();
  const std::set<TopicPartition> kept(mine.begin(), mine.end());
  const size_t before = owned_.size();
  TRY(give_up(kept, member_->is_lost()));
  const bool is_less = owned_.size() < before;
  member_->settle(client_.now());
  std::vector<TopicPartition> added;
  for (const TopicPartition& at : mine)
    if (!owned_.contains(at)) added.push_back(at);
  if (!added.empty()) TRY(load_positions(added));
  if (is_less || !added.empty()) TRY(start_fetching());
  if (options_.on_assigned) options_.on_assigned(mine, member_->committer().member_id);
  return {};
}

Status GroupReader::load_positions(const std::vector<TopicPartition>& added) {
  TRY_ASSIGN(const auto offsets,
             fetch_offsets(client_, options_.member.group, added, /*stable=*/true));
  for (const CommittedOffset& offset : offsets) {
    if (offset.error != ErrorCode::none)
      return fail(offset.error, concat("committed offset of ", offset.partition.to_string(), ": ",
                                       error_name(offset.error)));
    Owned& owned = owned_[offset.partition];
    owned.committed = offset.offset;
    if (!options_.ignores_committed) owned.position = offset.offset;
  }
  return {};
}

Status GroupReader::start_fetching() {
  fetcher_.reset();
  if (owned_.empty()) return {};
  std::vector<std::string> topics;
  for (const auto& [at, owned] : owned_)
    if (topics.empty() || topics.back() != at.topic) topics.push_back(at.topic);
  TRY(client_.refresh_metadata(topics));
  fetcher_ = std::make_unique<Fetcher>(client_, options_.fetch);
  for (const auto& [at, owned] : owned_) {
    if (owned.is_finished) continue;
    names_.insert(at.topic);
    const StartOffset from{StartOffset::Kind::offset, owned.position.value};
    fetcher_->add(at.topic, at.partition, owned.position == kNoOffset ? options_.start : from);
  }
  TRY(fetcher_->start());
  // Where there was no commit: begun is begun, also when partitions change before the first record.
  for (const auto& bounds : fetcher_->bounds())
    owned_.at({std::string(bounds.topic), bounds.partition}).position = bounds.position;
  return {};
}

Result<std::optional<Fetched>> GroupReader::next(Time until, int extra_fd) {
  for (;;) {
    TRY(look_around(client_.now()));
    if (member_->has_change()) {
      TRY(take_change());
      continue;
    }
    const Time wake = std::min(until, member_->next_due());
    if (fetcher_ == nullptr || fetcher_->is_done()) {
      if (fetcher_ != nullptr) TRY(fetcher_->next(client_.now()));  // tells of the last end
      if (is_done()) return std::nullopt;
      if (client_.poll(wake, extra_fd) || client_.now() >= until) return std::nullopt;
      continue;
    }
    TRY_ASSIGN(auto fetched, fetcher_->next(wake, extra_fd));
    if (fetched) {
      fetched->topic = *names_.find(fetched->topic);
      owned_.at({std::string(fetched->topic), fetched->partition}).position = fetched->next;
      return fetched;
    }
    // Also when extra_fd is ready: the owner looks, and comes again.
    if (!has_news_) return std::nullopt;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Commits

std::vector<CommittedOffset> GroupReader::uncommitted() const {
  std::vector<CommittedOffset> out;
  for (const auto& [at, owned] : owned_)
    if (owned.done != kNoOffset && owned.done != owned.committed)
      out.push_back({.partition = at, .offset = owned.done});
  return out;
}

void GroupReader::send_commit(std::vector<CommittedOffset> offsets) {
  is_committing_ = true;
  const auto request = offset_commit_request(options_.member.group, member_->committer(), offsets);
  client_.send<OffsetCommitResponse>(
      coordinator_, request, {.version_max = kOffsetCommitVersionOfNames},
      [self = self_, offsets = std::move(offsets)](Result<Reply<OffsetCommitResponse>> reply) {
        GroupReader* const reader = *self;
        if (reader == nullptr) return;
        reader->is_committing_ = false;
        const auto codes = reply ? offset_commit_codes(**reply, offsets)
                                 : std::vector(offsets.size(), reply.error().code());
        ErrorCode refused = ErrorCode::none;
        for (size_t i = 0; i < offsets.size(); ++i) {
          const auto at = reader->owned_.find(offsets[i].partition);
          if (codes[i] == ErrorCode::none && at != reader->owned_.end())
            at->second.committed = offsets[i].offset;
          if (codes[i] != ErrorCode::none) refused = codes[i];
        }
        if (reply) reader->member_->on_commit_refused(refused);
        if (reader->member_->failure()) reader->has_news_ = true;
        // What passes is committed with the next one; what the group has overtaken is another's;
        // what ends the membership is told by next().
        const bool is_told = refused != ErrorCode::none && reply &&
                             !is_passing_group_error(refused) && !is_overtaken(refused) &&
                             !reader->member_->failure();
        if (is_told && reader->options_.on_commit_failed)
          reader->options_.on_commit_failed(Error(refused));
      });
}

void GroupReader::commit() {
  if (options_.commit != CommitPolicy::on_write || is_committing_ || !member_->may_commit()) return;
  if (auto offsets = uncommitted(); !offsets.empty()) send_commit(std::move(offsets));
}

/// Tries until everything that is done is committed, or the group goes on without us. Heartbeats go
/// on meanwhile: an epoch that has just moved on is learnt from them.
Status GroupReader::commit_and_wait() {
  if (options_.commit == CommitPolicy::never) return {};
  const Time deadline = client_.now() + client_.options().timeout;
  bool is_first = true;
  for (;;) {
    while (is_committing_ && client_.now() < deadline) client_.poll(deadline);
    auto offsets = uncommitted();
    const bool is_over = offsets.empty() || !member_->may_commit() || member_->is_lost();
    if (is_over) return {};
    if (!is_first && !client_.back_off(deadline))
      return fail(ErrorCode::timed_out, "what was printed could not be committed in time");
    if (!is_first) TRY(look_around(client_.now()));
    is_first = false;
    send_commit(std::move(offsets));
  }
}

Status GroupReader::leave() {
  TRY(commit_and_wait());
  if (coordinator_ < 0 || member_->committer().member_id.empty()) return {};
  const CallOptions call{
      .timeout = std::min<std::chrono::milliseconds>(kLeaveTimeout, client_.options().timeout)};
  const Committer me = member_->committer();
  // A member that is to come back under its instance id keeps its place for the session.
  if (is_classic_ && me.instance_id) return {};
  if (is_classic_) {
    protocol::LeaveGroupRequest request;
    request.group_id = options_.member.group;
    TRY_ASSIGN(const auto versions, client_.broker_versions(coordinator_));
    const auto offered = versions.find(protocol::LeaveGroupRequest::kInfo.api_key);
    constexpr int16_t kVersionOfManyMembers = 3;
    if (offered != versions.end() && offered->second.max >= kVersionOfManyMembers)
      request.members.emplace_back().member_id = me.member_id;
    else
      request.member_id = me.member_id;
    (void)client_.call<protocol::LeaveGroupResponse>(coordinator_, request, call);
    return {};
  }
  constexpr int32_t kLeaving = -1, kLeavingForAWhile = -2;
  ConsumerGroupHeartbeatRequest request;
  request.group_id = options_.member.group;
  request.member_id = me.member_id;
  request.member_epoch = me.instance_id ? kLeavingForAWhile : kLeaving;
  request.instance_id = me.instance_id;
  request.subscribed_topic_names.reset();
  request.topic_partitions.reset();
  (void)client_.call<protocol::ConsumerGroupHeartbeatResponse>(coordinator_, request, call);
  return {};
}

}  // namespace spool::client
