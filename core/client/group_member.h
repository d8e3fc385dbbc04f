#pragma once

/// A member of a consumer group as a state machine without sockets or clocks: what to ask the
/// coordinator next, and what its answers mean. Two protocols, one interface:
///
///   classic   JoinGroup, SyncGroup, Heartbeat; the leader shares the partitions out (range,
///             roundrobin), and everybody lets go of everything first
///   consumer  KIP-848: ConsumerGroupHeartbeat; the coordinator shares them out, and a member lets
///             go only of what it loses
///
/// The owner sends next_request() and hands in what comes back. When has_change() says so it stops
/// reading what is not in assignment() any more, commits it (unless is_lost()), begins to read what
/// is new, and calls settle(); until then the member stays as it is, and keeps beating.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/client/client.h"
#include "core/client/groups.h"
#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/heartbeat.h"
#include "core/protocol/messages/join_group.h"
#include "core/protocol/messages/leave_group.h"
#include "core/protocol/messages/sync_group.h"

namespace spool::client {

/// Topics beside those that are named, also such as are created later.
struct TopicPattern {
  std::string expression;  ///< RE2, of the whole name: for a coordinator that matches itself
  /// The same for one that does not. Internal topics are left out in any case.
  std::function<bool(const std::string& name)> matches;
};

struct MemberOptions {
  std::string group;
  std::vector<std::string> topics;
  std::optional<TopicPattern> pattern;
  std::optional<std::string> instance_id;
  std::string member_id;  ///< consumer protocol: made by the client (KIP-1082)
  std::chrono::milliseconds session_timeout{45'000};
  std::chrono::milliseconds heartbeat_interval{3'000};
  std::chrono::milliseconds rebalance_timeout{300'000};
  /// Classic: how often a leader looks whether topics have grown, and whether others match.
  std::chrono::milliseconds topics_interval{60'000};
};

/// Requests borrow bytes of the member: they are encoded before the next call of it.
using MemberRequest =
    std::variant<protocol::JoinGroupRequest, protocol::SyncGroupRequest, protocol::HeartbeatRequest,
                 protocol::ConsumerGroupHeartbeatRequest>;

/// Topics whose ids and partitions a member has to know before it can go on.
struct WantedTopics {
  bool is_all = false;
  std::vector<std::string> names;

  bool is_none() const { return !is_all && names.empty(); }
};

class MemberProtocol {
 public:
  using Time = Clock::Monotonic;
  using Topics = std::map<std::string, TopicInfo, std::less<>>;

  explicit MemberProtocol(MemberOptions options) : options_(std::move(options)) {}
  virtual ~MemberProtocol() = default;
  MemberProtocol(const MemberProtocol&) = delete;
  MemberProtocol& operator=(const MemberProtocol&) = delete;

  /// What is to be sent now. One request is open at a time.
  virtual std::optional<MemberRequest> next_request(Time now) = 0;
  /// When next_request() has something again, should nothing happen before.
  virtual Time next_due() const = 0;
  virtual void on_answer(const protocol::JoinGroupResponse&, Time) {}
  virtual void on_answer(const protocol::SyncGroupResponse&, Time) {}
  virtual void on_answer(const protocol::HeartbeatResponse&, Time) {}
  virtual void on_answer(const protocol::ConsumerGroupHeartbeatResponse&, Time) {}
  /// The request open was not answered, or answered by a coordinator that is none.
  virtual void on_no_answer(Time now) = 0;

  virtual WantedTopics wanted_topics() const = 0;
  /// Told of what wanted_topics() says, and maybe more.
  virtual void on_topics(const Topics& topics, Time now) = 0;

  bool has_change() const { return has_change_; }
  bool is_lost() const { return is_lost_; }
  const std::vector<TopicPartition>& assignment() const { return assignment_; }
  virtual void settle(Time now) = 0;

  /// Whether commits of this member are taken now.
  virtual bool may_commit() const = 0;
  /// A commit was refused. One whose instance id another has taken is no member any more, and hears
  /// it here or from its next heartbeat, whichever comes first.
  void on_commit_refused(ErrorCode code) {
    if (code == ErrorCode::fenced_instance_id) fail_with(code);
  }
  Committer committer() const { return {member_id_, epoch_, options_.instance_id}; }

  /// The coordinator has to be looked up again.
  bool needs_coordinator() const { return needs_coordinator_; }
  void on_coordinator() { needs_coordinator_ = false; }
  /// What ends the membership for good.
  const std::optional<Error>& failure() const { return failure_; }

 protected:
  static constexpr std::chrono::milliseconds kRetryBackoff{100};

  void change_to(std::vector<TopicPartition> assignment, bool is_lost);
  void fail_with(ErrorCode code, std::string_view message = "");
  void ask_coordinator_again(Time now);

  const MemberOptions options_;
  std::string member_id_;
  int32_t epoch_ = -1;
  std::vector<TopicPartition> assignment_;
  bool has_change_ = false;
  bool is_lost_ = false;
  bool is_open_ = false;  ///< a request is on its way
  bool needs_coordinator_ = false;
  Time not_before_{};
  std::optional<Error> failure_;
};

std::unique_ptr<MemberProtocol> make_classic_member(MemberOptions options);
std::unique_ptr<MemberProtocol> make_consumer_member(MemberOptions options);

/// A member as the leader of a classic group sees it.
struct Subscriber {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::vector<std::string> topics;
};
using Shares = std::map<std::string, std::vector<TopicPartition>>;  ///< by member id
/// Kafka's RangeAssignor: of each topic, neighbouring partitions for each subscriber.
Shares assign_range(std::vector<Subscriber> subscribers,
                    const std::map<std::string, int32_t>& counts);
/// Kafka's RoundRobinAssignor: all partitions in order, to each subscriber in turn.
Shares assign_round_robin(std::vector<Subscriber> subscribers,
                          const std::map<std::string, int32_t>& counts);

}  // namespace spool::client
