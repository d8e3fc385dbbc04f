/// Random members of both protocols, crashes of members and of the broker, jumps of the wall clock;
/// after every step the invariants are looked at. SPOOL_MODEL_STEPS and SPOOL_MODEL_SEED choose how
/// long and which; scripts/model_groups runs a million.

#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/unit/broker/group/consumer_fixture.h"

namespace spool::broker::group {

namespace {

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Model {
 public:
  explicit Model(uint64_t seed) : random_(seed) {
    f_.settings.offsets_retention_ms = INT64_MAX / 2;
    f_.settings.initial_rebalance_delay_ms = 500;
    f_.restart();
  }

  void step() {
    const uint64_t dice = below(100);
    if (dice < 2) return crash_broker();
    if (dice < 4) return jump_wall_clock();
    if (dice < 20) return f_.pass(static_cast<int64_t>(below(8) == 0 ? below(40'000) : below(900)));
    if (dice < 21) return grow_topic();
    if (dice < 24) return commit_from_outside();
    if (dice < 60) return act_classic();
    act_consumer();
  }

  void check() {
    check_epochs();
    check_owners();
    check_commits();
  }
  /// Everything that was ever answered as committed, against a coordinator made from the log.
  void check_log() {
    crash_broker();
    check();
  }

 private:
  static constexpr int kGroups = 3;
  static constexpr size_t kClientsMax = 6;

  struct ClassicClient {
    std::string group;
    std::string id;
    std::optional<std::string> instance;
    std::shared_ptr<JoinCall> joining;
    std::shared_ptr<SyncCall> syncing;
    int32_t generation = -1;
    bool is_leader = false;
    bool is_stable = false;
    std::vector<std::string> members;
  };
  struct ConsumerClient {
    std::string group;
    std::string id;
    int32_t epoch = 0;
    PartitionSet owned;
    PartitionSet to_keep;  // what the last answer leaves it of `owned`
    bool is_in = false;
  };

  uint64_t below(uint64_t bound) { return random_() % bound; }
  std::string any_group() { return "g" + std::to_string(below(kGroups)); }

  // A crash: what was parked is never answered, what is in the log is all there is.
  void crash_broker() {
    f_.restart();
    // As with Kafka a classic generation is in the log from its leader's SyncGroup on: one that
    // nobody has been given an assignment in may come again.
    epochs_ = logged_epochs_;
    for (ClassicClient& client : classics_) {
      client.joining.reset();
      client.syncing.reset();
    }
  }
  void jump_wall_clock() {
    f_.now.wall_ms += static_cast<int64_t>(below(172'800'000)) - 86'400'000;
  }
  void grow_topic() {
    const int32_t count = f_.catalog.find("orders")->partitions_count;
    if (count < 12) f_.catalog.add("orders", count + 1);
    f_.coordinator->topics_changed(f_.now);
  }

  void note_commit(const std::string& group, int32_t partition, int64_t offset, ErrorCode error) {
    if (error == ErrorCode::none) committed_[{group, partition}] = offset;
  }
  void commit_from_outside() {
    const std::string group = any_group();
    const auto partition = static_cast<int32_t>(below(4));
    const auto offset = static_cast<int64_t>(below(1'000'000));
    note_commit(group, partition, offset,
                f_.commit({.group = group, .partition = partition, .offset = offset}));
  }

  // Classic clients -----------------------------------------------------------------------------

  void act_classic() {
    if (classics_.size() < kClientsMax && below(4) == 0) {
      ClassicClient client;
      client.group = any_group();
      if (below(3) == 0) client.instance = "static-" + std::to_string(below(3));
      classics_.push_back(std::move(client));
    }
    if (classics_.empty()) return;
    const size_t index = below(classics_.size());
    ClassicClient& client = classics_[index];
    const uint64_t dice = below(20);
    if (dice == 0) {  // gone without a word
      classics_.erase(classics_.begin() + static_cast<std::ptrdiff_t>(index));
    } else if (dice == 1 && !client.id.empty()) {
      f_.leave({{client.id, client.instance, {}, {}}}, client.group);
      classics_.erase(classics_.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      advance(client);
    }
  }

  void advance(ClassicClient& client) {
    if (client.joining) return take_join(client);
    if (client.syncing) return take_sync(client);
    if (client.generation < 0) return join(client);
    if (!client.is_stable) return sync(client);
    if (below(3) == 0) {
      const auto partition = static_cast<int32_t>(below(4));
      const auto offset = static_cast<int64_t>(below(1'000'000));
      note_commit(client.group, partition, offset,
                  f_.commit({.group = client.group,
                             .member_id = client.id,
                             .generation = client.generation,
                             .partition = partition,
                             .offset = offset,
                             .instance_id = client.instance}));
      return;
    }
    react(client, f_.heartbeat(client.id, client.generation, client.group, client.instance));
  }

  void react(ClassicClient& client, ErrorCode error) {
    if (error == ErrorCode::none) return;
    client.is_stable = false;
    client.generation = -1;
    if (error != ErrorCode::rebalance_in_progress) client.id.clear();
  }

  void join(ClassicClient& client) {
    client.joining = f_.join({.group = client.group,
                              .member_id = client.id,
                              .instance_id = client.instance,
                              .session_ms = 10'000,
                              .rebalance_ms = 15'000});
    take_join(client);
  }

  void take_join(ClassicClient& client) {
    if (!client.joining->answer) return;
    const auto call = std::exchange(client.joining, nullptr);
    const auto error = static_cast<ErrorCode>(call->answer->error_code);
    if (error == ErrorCode::member_id_required) {
      client.id = call->answer->member_id;
      return;
    }
    if (error != ErrorCode::none) return react(client, error);
    client.id = call->answer->member_id;
    client.generation = call->answer->generation_id;
    client.is_leader = call->answer->leader == client.id && !call->answer->skip_assignment;
    client.members.clear();
    for (const auto& member : call->answer->members) client.members.push_back(member.member_id);
  }

  // The leader tells everybody who it is and in which generation it was given.
  void sync(ClassicClient& client) {
    std::map<std::string, std::string> assignments;
    if (client.is_leader)
      for (const std::string& member : client.members)
        assignments[member] = member + "@" + std::to_string(client.generation);
    client.syncing =
        f_.sync(client.id, client.generation, assignments, client.group, client.instance);
    take_sync(client);
  }

  void take_sync(ClassicClient& client) {
    if (!client.syncing->answer) return;
    const auto call = std::exchange(client.syncing, nullptr);
    const auto error = static_cast<ErrorCode>(call->answer->error_code);
    if (error != ErrorCode::none) return react(client, error);
    client.is_stable = true;
    // A static member's successor inherits; in a consumer group the coordinator assigns.
    const auto at = call->assignment.find('@');
    if (at != std::string::npos && !client.instance) {
      CHECK(call->assignment.substr(0, at) == client.id);
      CHECK(call->assignment.substr(at + 1) == std::to_string(client.generation));
    }
  }

  // Consumer clients ----------------------------------------------------------------------------

  void act_consumer() {
    if (consumers_.size() < kClientsMax && below(4) == 0) {
      ConsumerClient client;
      client.group = any_group();
      client.id = "consumer-" + std::to_string(++consumers_made_);
      consumers_.push_back(std::move(client));
    }
    if (consumers_.empty()) return;
    const size_t index = below(consumers_.size());
    ConsumerClient& client = consumers_[index];
    const uint64_t dice = below(25);
    if (dice == 0) {
      consumers_.erase(consumers_.begin() + static_cast<std::ptrdiff_t>(index));
    } else if (dice == 1 && client.is_in) {
      f_.beat({.group = client.group, .member = client.id, .epoch = -1});
      consumers_.erase(consumers_.begin() + static_cast<std::ptrdiff_t>(index));
    } else if (dice < 8 && client.is_in) {
      const auto partition = static_cast<int32_t>(below(4));
      const auto offset = static_cast<int64_t>(below(1'000'000));
      note_commit(client.group, partition, offset,
                  f_.commit({.group = client.group,
                             .member_id = client.id,
                             .generation = client.epoch,
                             .partition = partition,
                             .offset = offset}));
    } else {
      beat(client);
    }
  }

  void beat(ConsumerClient& client) {
    Beat beat{.group = client.group, .member = client.id, .epoch = client.is_in ? client.epoch : 0};
    if (client.is_in) {
      beat.rebalance_ms = -1;
      beat.topics.reset();
      // Giving up takes the client a while, sometimes.
      if (below(3) != 0) client.owned = client.to_keep;
      beat.owned = client.owned;
      if (below(3) == 0) beat.owned.reset();
    } else {
      client.owned.clear();
      beat.rebalance_ms = 20'000;
    }
    const auto answer = f_.beat(beat);
    if (below(12) == 0) return;  // the answer is lost
    if (answer.error_code != 0) {
      client.is_in = false;
      client.owned.clear();
      client.to_keep.clear();
      return;
    }
    client.is_in = true;
    client.epoch = answer.member_epoch;
    if (!answer.assignment) return;
    client.to_keep.clear();
    for (const auto& topic : answer.assignment->topic_partitions)
      client.to_keep[topic.topic_id].insert(topic.partitions.begin(), topic.partitions.end());
    for (const auto& [topic_id, partitions] : client.to_keep)
      client.owned[topic_id].insert(partitions.begin(), partitions.end());
  }

  // Invariants ----------------------------------------------------------------------------------

  void check_epochs() {
    for (int i = 0; i < kGroups; ++i) {
      const std::string id = "g" + std::to_string(i);
      const Group* group = f_.coordinator->find(id);
      if (group == nullptr || group->is_empty()) {
        // A group that somebody of the other protocol takes over begins anew.
        epochs_.erase(id);
        logged_epochs_.erase(id);
        continue;
      }
      const int32_t epoch = group->classic ? group->classic->generation() : group->consumer->epoch;
      REQUIRE_MESSAGE(epoch >= epochs_[id], id);
      epochs_[id] = epoch;
      if (group->consumer || group->classic->is(ClassicState::stable)) logged_epochs_[id] = epoch;
      if (group->consumer) REQUIRE(group->consumer->assignment_epoch <= group->consumer->epoch);
    }
  }

  void check_owners() {
    for (int i = 0; i < kGroups; ++i) {
      const std::string id = "g" + std::to_string(i);
      const Group* group = f_.coordinator->find(id);
      if (group == nullptr || !group->consumer) continue;
      std::set<std::pair<Uuid, int32_t>> held;
      for (const auto& [member_id, member] : group->consumer->members())
        for (const PartitionEpochs* part : {&member.assigned, &member.pending_revocation})
          for (const auto& [topic_id, partitions] : *part)
            for (const auto& [partition, epoch] : partitions)
              REQUIRE_MESSAGE(held.emplace(topic_id, partition).second, id);
      // And as the clients see it that the group still knows at the epoch they believe in.
      std::set<std::pair<Uuid, int32_t>> believed;
      for (const ConsumerClient& client : consumers_) {
        const ConsumerMember* member = group->consumer->member(client.id);
        if (client.group != id || !client.is_in || member == nullptr) continue;
        for (const auto& [topic_id, partitions] : client.owned)
          for (const int32_t partition : partitions)
            REQUIRE_MESSAGE(believed.emplace(topic_id, partition).second, id);
      }
    }
  }

  void check_commits() {
    for (const auto& [where, offset] : committed_) {
      const CommittedOffset* found =
          f_.coordinator->offsets().find(where.first, "orders", where.second);
      REQUIRE(found != nullptr);
      REQUIRE(found->offset == offset);
    }
  }

  ConsumerFixture f_;
  std::mt19937_64 random_;
  std::vector<ClassicClient> classics_;
  std::vector<ConsumerClient> consumers_;
  int consumers_made_ = 0;
  std::map<std::string, int32_t> epochs_;
  std::map<std::string, int32_t> logged_epochs_;
  std::map<std::pair<std::string, int32_t>, int64_t> committed_;
};

}  // namespace

TEST_CASE("model: random members, crashes, commits and clock jumps break no invariant") {
  const uint64_t steps = number_from("SPOOL_MODEL_STEPS", 6'000);
  const uint64_t first_seed = number_from("SPOOL_MODEL_SEED", 1);
  // A fresh world now and then: the log grows, and a crash replays it.
  constexpr uint64_t kStepsPerSeed = 1'000;
  for (uint64_t done = 0, seed = first_seed; done < steps; done += kStepsPerSeed, ++seed) {
    CAPTURE(seed);
    INFO("run again with SPOOL_MODEL_STEPS=1000 SPOOL_MODEL_SEED=" << seed);
    Model model(seed);
    for (uint64_t i = 0; i < std::min(kStepsPerSeed, steps - done); ++i) {
      model.step();
      model.check();
    }
    model.check_log();
  }
}

}  // namespace spool::broker::group
