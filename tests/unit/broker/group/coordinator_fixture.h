#pragma once

/// A coordinator on memory: its journal is a list, its topics are what the test says, its clock
/// stands still until the test moves it.

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/group/coordinator.h"
#include "broker/group/embedded_protocol.h"
#include "tests/unit/broker/coordinator/memory_journal.h"

namespace spool::broker::group {

using coordinator::MemoryJournal;

class FakeCatalog final : public TopicCatalog {
 public:
  void add(const std::string& name, int32_t partitions_count) {
    Topic& topic = topics_[name];
    if (topic.name.empty()) topic.id = Uuid::from_halves(1, ++last_id_);
    topic.name = name;
    topic.partitions_count = partitions_count;
  }
  void remove(const std::string& name) { topics_.erase(name); }

  std::optional<Topic> find(std::string_view name) const override {
    const auto found = topics_.find(name);
    if (found == topics_.end()) return std::nullopt;
    return found->second;
  }
  std::optional<Topic> find(const Uuid& id) const override {
    for (const auto& [name, topic] : topics_)
      if (topic.id == id) return topic;
    return std::nullopt;
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& [name, topic] : topics_) names.push_back(name);
    return names;
  }

 private:
  std::map<std::string, Topic, std::less<>> topics_;
  uint64_t last_id_ = 0;
};

/// A join or sync, and its answer when it has come. Bytes are copied.
struct JoinCall {
  std::optional<protocol::JoinGroupResponse> answer;
  std::map<std::string, std::string> metadata_of;  // of the members, for the leader
};
struct SyncCall {
  std::optional<protocol::SyncGroupResponse> answer;
  std::string assignment;
};

inline int16_t code(ErrorCode error) { return static_cast<int16_t>(error); }

inline Buffer subscription(std::vector<std::string> topics) {
  protocol::ConsumerProtocolSubscription message;
  message.topics = std::move(topics);
  return serialize_subscription(message, 1);
}

struct Join {
  std::string group = "g";
  std::string member_id;
  std::optional<std::string> instance_id;
  int32_t session_ms = 10'000;
  int32_t rebalance_ms = 60'000;
  std::string protocol_type = "consumer";
  std::vector<std::pair<std::string, Buffer>> protocols = {{"range", subscription({"orders"})}};
  int16_t version = 9;
  std::string client_id = "client";
};

struct Commit {
  std::string group = "g";
  std::string member_id;
  int32_t generation = -1;
  std::string topic = "orders";
  int32_t partition = 0;
  int64_t offset = 0;
  std::optional<std::string> metadata = "";
  int32_t leader_epoch = -1;
  int64_t retention_ms = -1;
  int16_t version = 9;
  std::optional<std::string> instance_id;
};

class CoordinatorFixture {
 public:
  CoordinatorFixture() {
    settings.initial_rebalance_delay_ms = 0;
    catalog.add("orders", 4);
    catalog.add("payments", 2);
    restart();
  }

  /// A new coordinator from what the journal holds, as after a crash.
  void restart() {
    coordinator = std::make_unique<Coordinator>(environment());
    journal.replay_to(*coordinator);
    coordinator->loaded(now);
  }

  /// Moves both clocks and lets pass what becomes due.
  void pass(int64_t ms) {
    // Step by step, as a loop's timer would come.
    const int64_t end_ms = now.monotonic_ms + ms;
    for (;;) {
      const auto next_ms = coordinator->next_deadline_ms();
      if (!next_ms || *next_ms > end_ms) break;
      const int64_t step_ms = std::max<int64_t>(*next_ms - now.monotonic_ms, 0);
      now.monotonic_ms += step_ms;
      now.wall_ms += step_ms;
      coordinator->advance(now);
    }
    now.wall_ms += end_ms - now.monotonic_ms;
    now.monotonic_ms = end_ms;
  }

  std::shared_ptr<JoinCall> join(const Join& what) {
    protocol::JoinGroupRequest request;
    request.group_id = what.group;
    request.member_id = what.member_id;
    request.group_instance_id = what.instance_id;
    request.session_timeout_ms = what.session_ms;
    request.rebalance_timeout_ms = what.rebalance_ms;
    request.protocol_type = what.protocol_type;
    for (const auto& [name, metadata] : what.protocols)
      request.protocols.push_back({name, metadata, {}});
    auto call = std::make_shared<JoinCall>();
    coordinator->join(now, {what.client_id, "/127.0.0.1", what.version}, request,
                      [call](protocol::JoinGroupResponse answer) {
                        CHECK(!call->answer);
                        for (auto& member : answer.members)
                          call->metadata_of[member.member_id] =
                              std::string(as_text(member.metadata));
                        call->answer = std::move(answer);
                      });
    return call;
  }

  std::shared_ptr<SyncCall> sync(const std::string& member_id, int32_t generation,
                                 std::map<std::string, std::string> assignments = {},
                                 const std::string& group = "g",
                                 std::optional<std::string> instance_id = {}) {
    protocol::SyncGroupRequest request;
    request.group_id = group;
    request.member_id = member_id;
    request.generation_id = generation;
    request.group_instance_id = std::move(instance_id);
    for (const auto& [id, assignment] : assignments)
      request.assignments.push_back({id, as_bytes(assignment), {}});
    return sync(request);
  }
  std::shared_ptr<SyncCall> sync(const protocol::SyncGroupRequest& request) {
    auto call = std::make_shared<SyncCall>();
    coordinator->sync(now, {"client", "/127.0.0.1", 5}, request,
                      [call](protocol::SyncGroupResponse answer) {
                        CHECK(!call->answer);
                        call->assignment = std::string(as_text(answer.assignment));
                        call->answer = std::move(answer);
                      });
    return call;
  }

  ErrorCode heartbeat(const std::string& member_id, int32_t generation,
                      const std::string& group = "g", std::optional<std::string> instance_id = {}) {
    protocol::HeartbeatRequest request;
    request.group_id = group;
    request.member_id = member_id;
    request.generation_id = generation;
    request.group_instance_id = std::move(instance_id);
    return static_cast<ErrorCode>(
        coordinator->heartbeat(now, {"client", "/127.0.0.1", 4}, request).error_code);
  }

  protocol::LeaveGroupResponse leave(std::vector<protocol::LeaveGroupRequest::MemberIdentity> who,
                                     const std::string& group = "g", int16_t version = 5) {
    protocol::LeaveGroupRequest request;
    request.group_id = group;
    if (version < 3)
      request.member_id = who.front().member_id;
    else
      request.members = std::move(who);
    return coordinator->leave(now, {"client", "/127.0.0.1", version}, request);
  }

  ErrorCode commit(const Commit& what) {
    protocol::OffsetCommitRequest request;
    request.group_id = what.group;
    request.member_id = what.member_id;
    request.group_instance_id = what.instance_id;
    request.generation_id_or_member_epoch = what.generation;
    request.retention_time_ms = what.retention_ms;
    auto& topic = request.topics.emplace_back();
    topic.name = what.topic;
    if (what.version >= 10)
      if (const auto known = catalog.find(what.topic)) topic.topic_id = known->id;
    topic.partitions.push_back({what.partition, what.offset, what.leader_epoch, what.metadata, {}});
    const auto response = coordinator->commit(now, {"client", "/127.0.0.1", what.version}, request);
    return static_cast<ErrorCode>(response.topics.at(0).partitions.at(0).error_code);
  }

  protocol::OffsetFetchResponse::OffsetFetchResponsePartitions fetch(const std::string& topic,
                                                                     int32_t partition,
                                                                     const std::string& group = "g",
                                                                     bool requires_stable = false) {
    protocol::OffsetFetchRequest::OffsetFetchRequestGroup request;
    request.group_id = group;
    request.topics.emplace().push_back({topic, {}, {partition}, {}});
    const auto answer = coordinator->fetch(now, request, requires_stable);
    return answer.topics.at(0).partitions.at(0);
  }
  int64_t committed(const std::string& topic, int32_t partition, const std::string& group = "g") {
    return fetch(topic, partition, group).committed_offset;
  }

  /// A dynamic member's two joins; the second may stay open.
  std::pair<std::string, std::shared_ptr<JoinCall>> enter(Join what = {}) {
    const auto first = join(what);
    REQUIRE(first->answer);
    REQUIRE(first->answer->error_code == code(ErrorCode::member_id_required));
    what.member_id = first->answer->member_id;
    return {what.member_id, join(what)};
  }

  /// A stable group of one member.
  std::string settle_alone(const Join& what = {}) {
    const auto [id, joined] = enter(what);
    REQUIRE(joined->answer);
    REQUIRE(joined->answer->error_code == 0);
    const auto synced = sync(id, joined->answer->generation_id, {{id, "all of it"}}, what.group);
    REQUIRE(synced->answer);
    REQUIRE(synced->answer->error_code == 0);
    return id;
  }

  std::string state(const std::string& group = "g") const {
    return std::string(coordinator->describe(group, 6).group_state);
  }

  Settings settings;
  ConsumerConfig consumer_config;
  MemoryJournal journal;
  FakeCatalog catalog;
  NullLogger logger;
  Now now{1'700'000'000'000, 5'000'000};
  std::unique_ptr<Coordinator> coordinator;

  Coordinator::Environment environment() {
    return {journal,
            catalog,
            settings,
            logger,
            [this] { return Uuid::from_halves(0x4000, ++uuids_given_); },
            [this](const std::string&) { return consumer_config; },
            "__consumer_offsets-0"};
  }

 private:
  uint64_t uuids_given_ = 0;
};

}  // namespace spool::broker::group
