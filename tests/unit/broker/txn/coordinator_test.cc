#include "broker/txn/coordinator.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/broker/coordinator/memory_journal.h"

namespace spool::broker::txn {
namespace {

using protocol::DescribeTransactionsResponse;
using protocol::EndTxnResponse;
using protocol::InitProducerIdResponse;

constexpr int16_t kOldEnd = 4;
constexpr int16_t kNewEnd = 5;

/// A coordinator on memory. The markers of a transaction are written when the test says so.
class Fixture {
 public:
  explicit Fixture(int16_t level = 2) : transaction_version(level) { restart(); }

  /// A new coordinator from what the journal holds, as after a crash.
  void restart() {
    under_way.clear();
    coordinator = std::make_unique<Coordinator>(Coordinator::Environment{
        journal, settings, logger,
        [this](const std::string& id, const Transaction& transaction) {
          under_way.emplace_back(id, transaction);
        },
        [this]() -> Result<ProducerId> { return ProducerId(next_producer_id++); },
        [this] { return transaction_version; }, "__transaction_state-0"});
    journal.replay_to(*coordinator);
    coordinator->loaded(now);
  }

  InitProducerIdResponse init(const std::string& id, int64_t producer_id = -1,
                              int16_t producer_epoch = -1, int32_t timeout_ms = 60'000) {
    protocol::InitProducerIdRequest request;
    request.transactional_id = id;
    request.transaction_timeout_ms = timeout_ms;
    request.producer_id = producer_id;
    request.producer_epoch = producer_epoch;
    return coordinator->init_producer_id(now, request);
  }
  /// A producer with this epoch.
  Producer producer(const std::string& id, int16_t epoch = 0) {
    InitProducerIdResponse answer;
    do answer = init(id);
    while (answer.producer_epoch < epoch);
    REQUIRE(answer.error_code == 0);
    return {ProducerId(answer.producer_id), ProducerEpoch(answer.producer_epoch)};
  }
  ErrorCode add(const std::string& id, Producer who, const Partitions& partitions = {{"t", {0}}},
                int16_t client_version = 0) {
    return coordinator->add_partitions(now, id, who, partitions, client_version);
  }

  /// An EndTxn; its answer, when it has come.
  std::shared_ptr<std::optional<EndTxnResponse>> end(const std::string& id, Producer who,
                                                     bool is_commit, int16_t version) {
    protocol::EndTxnRequest request;
    request.transactional_id = id;
    request.producer_id = who.id.value;
    request.producer_epoch = who.epoch.value;
    request.committed = is_commit;
    auto answer = std::make_shared<std::optional<EndTxnResponse>>();
    coordinator->end(now, request, version, [answer](const EndTxnResponse& response) {
      CHECK(!*answer);
      *answer = response;
    });
    return answer;
  }
  int16_t end_code(const std::string& id, Producer who, bool is_commit, int16_t version) {
    const auto answer = end(id, who, is_commit, version);
    write_markers();
    REQUIRE(answer->has_value());
    return (*answer)->error_code;
  }
  /// What came of the markers that are under way.
  void write_markers(bool are_all_written = true) {
    for (const auto& [id, transaction] : std::exchange(under_way, {}))
      coordinator->markers_written(now, id, {transaction.producer_id, transaction.producer_epoch},
                                   are_all_written);
  }

  State state(const std::string& id) const { return coordinator->find(id)->state; }
  int16_t epoch(const std::string& id) const { return coordinator->find(id)->producer_epoch.value; }
  void pass(int64_t ms) {
    now.wall_ms += ms;
    now.monotonic_ms += ms;
    coordinator->advance(now);
  }
  /// The states that the log tells of, in order.
  std::vector<int8_t> logged_states() const {
    std::vector<int8_t> states;
    for (const coordinator::Record& record : journal.records)
      states.push_back(coordinator::decode_value<protocol::TransactionLogValue>(*record.value)
                           ->transaction_status);
    return states;
  }

  Settings settings;
  NullLogger logger;
  coordinator::MemoryJournal journal;
  Now now{1'700'000'000'000, 5000};
  int16_t transaction_version;
  int64_t next_producer_id = 1000;
  std::vector<std::pair<std::string, Transaction>> under_way;
  std::unique_ptr<Coordinator> coordinator;
};

// ---------------------------------------------------------------------------------------------------------------------
// Identities

TEST_CASE("txn: a new id gets a producer id and epoch 0, the next producer of it the next epoch") {
  Fixture fixture;
  const auto first = fixture.init("x");
  CHECK(first.error_code == 0);
  CHECK(first.producer_id == 1000);
  CHECK(first.producer_epoch == 0);
  const auto second = fixture.init("x");
  CHECK(second.producer_id == 1000);
  CHECK(second.producer_epoch == 1);
  CHECK(fixture.init("y").producer_id == 1001);
}

TEST_CASE("txn: who goes on with what it has gets the next epoch, once") {
  Fixture fixture;
  fixture.producer("x", 1);
  CHECK(fixture.init("x", 1000, 1).producer_epoch == 2);
  CHECK(fixture.init("x", 1000, 1).producer_epoch == 2);  // the answer got lost
  CHECK(fixture.init("x", 1000, 0).error_code == 90);
  CHECK(fixture.init("x", 1500, 1).error_code == 90);
  CHECK(fixture.init("x", 1500, 1).producer_epoch == -1);
  // Somebody else has come: nothing is a retry any more.
  CHECK(fixture.init("x").producer_epoch == 3);
  CHECK(fixture.init("x", 1000, 2).error_code == 90);
}

TEST_CASE("txn: a producer id that comes with an unknown transactional id is forgotten") {
  Fixture fixture;
  const auto answer = fixture.init("x", 77, 5);
  CHECK(answer.error_code == 0);
  CHECK(answer.producer_id == 1000);
  CHECK(answer.producer_epoch == 0);
}

TEST_CASE("txn: a timeout that is none or too long is 50, an empty id 42") {
  Fixture fixture;
  CHECK(fixture.init("x", -1, -1, 0).error_code == 50);
  CHECK(fixture.init("x", -1, -1, -1).error_code == 50);
  CHECK(fixture.init("x", -1, -1, 900'001).error_code == 50);
  CHECK(fixture.init("x", -1, -1, 900'000).error_code == 0);
  CHECK(fixture.init("").error_code == 42);
}

TEST_CASE("txn: epoch 32766 is the last, a new producer id follows") {
  Fixture fixture;
  fixture.producer("x", 32'765);
  CHECK(fixture.init("x", 1000, 32'765).producer_epoch == 32'766);
  const auto rotated = fixture.init("x", 1000, 32'766);
  CHECK(rotated.producer_id == 1001);
  CHECK(rotated.producer_epoch == 0);
  const auto again = fixture.init("x", 1000, 32'766);  // the answer got lost
  CHECK(again.producer_id == 1001);
  CHECK(again.producer_epoch == 0);
}

TEST_CASE("txn: what cannot be written has not happened") {
  Fixture fixture;
  fixture.journal.fails_with = ErrorCode::kafka_storage_error;
  CHECK(fixture.init("x").error_code == 16);
  CHECK(fixture.coordinator->find("x") == nullptr);
  fixture.journal.fails_with.reset();
  const Producer who = fixture.producer("x");
  fixture.journal.fails_with = ErrorCode::unknown_topic_or_partition;
  CHECK(fixture.add("x", who) == ErrorCode::coordinator_not_available);
  CHECK(fixture.state("x") == State::empty);
  fixture.journal.fails_with.reset();
  fixture.add("x", who);
  fixture.journal.fails_with = ErrorCode::kafka_storage_error;
  CHECK(fixture.end_code("x", who, true, kNewEnd) == 16);
  CHECK(fixture.init("x").error_code == 16);
  CHECK(fixture.state("x") == State::ongoing);
  CHECK(fixture.epoch("x") == 0);
}

// ---------------------------------------------------------------------------------------------------------------------
// Partitions

TEST_CASE("txn: the first partition begins a transaction, one that is known is not written again") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  CHECK(fixture.add("x", who, {{"t", {0, 1}}}) == ErrorCode::none);
  CHECK(fixture.state("x") == State::ongoing);
  CHECK(fixture.coordinator->find("x")->start_ms == 1'700'000'000'000);
  fixture.pass(10);
  CHECK(fixture.journal.records.size() == 2);
  CHECK(fixture.add("x", who, {{"t", {1}}}) == ErrorCode::none);
  CHECK(fixture.journal.records.size() == 2);
  CHECK(fixture.add("x", who, {{"u", {7}}}) == ErrorCode::none);
  CHECK(fixture.journal.records.size() == 3);
  CHECK(fixture.coordinator->find("x")->partitions == Partitions{{"t", {0, 1}}, {"u", {7}}});
  CHECK(fixture.coordinator->find("x")->start_ms == 1'700'000'000'000);
  CHECK(fixture.coordinator->has_partition("x", "t", 1));
  CHECK(!fixture.coordinator->has_partition("x", "t", 2));
  CHECK(!fixture.coordinator->has_partition("y", "t", 1));
}

TEST_CASE("txn: adding wants the id 49, its producer 49 and its epoch 90, not while it ends 51") {
  Fixture fixture;
  const Producer who = fixture.producer("x", 1);
  CHECK(fixture.add("", who) == ErrorCode::invalid_request);
  CHECK(fixture.add("y", who) == ErrorCode::invalid_producer_id_mapping);
  CHECK(fixture.add("x", {ProducerId(5), who.epoch}) == ErrorCode::invalid_producer_id_mapping);
  CHECK(fixture.add("x", {who.id, ProducerEpoch(0)}) == ErrorCode::producer_fenced);
  CHECK(fixture.add("x", {who.id, ProducerEpoch(2)}) == ErrorCode::producer_fenced);
  CHECK(fixture.add("x", who) == ErrorCode::none);
  const auto answer = fixture.end("x", who, true, kOldEnd);
  CHECK(fixture.add("x", who) == ErrorCode::concurrent_transactions);
  CHECK(fixture.coordinator->check_ongoing("x", who) == ErrorCode::concurrent_transactions);
  CHECK(fixture.init("x").error_code == 51);
  fixture.write_markers();
  CHECK(fixture.add("x", who) == ErrorCode::none);
}

// ---------------------------------------------------------------------------------------------------------------------
// The end

TEST_CASE("txn: a commit is decided, then carried out, then answered") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who, {{"t", {0, 1}}, {"u", {0}}});
  const auto answer = fixture.end("x", who, true, kOldEnd);
  CHECK(fixture.state("x") == State::prepare_commit);
  CHECK(!*answer);
  REQUIRE(fixture.under_way.size() == 1);
  CHECK(fixture.under_way[0].second.partitions == Partitions{{"t", {0, 1}}, {"u", {0}}});
  CHECK(fixture.under_way[0].second.is_commit());
  CHECK(fixture.under_way[0].second.producer_epoch == ProducerEpoch(0));
  fixture.write_markers();
  REQUIRE(*answer);
  CHECK((*answer)->error_code == 0);
  CHECK((*answer)->producer_id == -1);
  CHECK((*answer)->producer_epoch == -1);
  CHECK(fixture.state("x") == State::complete_commit);
  CHECK(fixture.coordinator->find("x")->partitions.empty());
  CHECK(fixture.logged_states() == std::vector<int8_t>{0, 1, 2, 4});
}

TEST_CASE("txn: an abort goes the same way") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who);
  CHECK(fixture.end_code("x", who, false, kOldEnd) == 0);
  CHECK(fixture.logged_states() == std::vector<int8_t>{0, 1, 3, 5});
}

TEST_CASE("txn: older clients may ask for the same end again, and for nothing else") {
  Fixture fixture;
  const Producer who = fixture.producer("x", 1);
  CHECK(fixture.end_code("x", who, true, kOldEnd) == 48);
  CHECK(fixture.end_code("x", who, false, kOldEnd) == 48);
  CHECK(fixture.end_code("y", who, true, kOldEnd) == 49);
  CHECK(fixture.end_code("", who, true, kOldEnd) == 42);
  CHECK(fixture.end_code("x", {ProducerId(7), who.epoch}, true, kOldEnd) == 49);
  fixture.add("x", who);
  CHECK(fixture.end_code("x", {who.id, ProducerEpoch(0)}, true, kOldEnd) == 90);
  CHECK(fixture.end_code("x", {who.id, ProducerEpoch(2)}, true, kOldEnd) == 90);
  const auto answer = fixture.end("x", who, true, kOldEnd);
  const auto again = fixture.end("x", who, true, kOldEnd);
  CHECK((*again)->error_code == 51);
  const auto other = fixture.end("x", who, false, kOldEnd);
  CHECK((*other)->error_code == 48);
  fixture.write_markers();
  CHECK((*answer)->error_code == 0);
  CHECK(fixture.end_code("x", who, true, kOldEnd) == 0);
  CHECK(fixture.end_code("x", who, false, kOldEnd) == 48);
  CHECK(fixture.logged_states() == std::vector<int8_t>{0, 0, 1, 2, 4});
}

TEST_CASE("txn: newer clients get the next epoch with the end") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who, {{"t", {0}}}, kEpochBumps);
  const auto answer = fixture.end("x", who, true, kNewEnd);
  REQUIRE(fixture.under_way.size() == 1);
  CHECK(fixture.under_way[0].second.producer_epoch == ProducerEpoch(1));  // of the marker
  CHECK((*fixture.end("x", who, true, kNewEnd))->error_code == 51);
  CHECK((*fixture.end("x", {who.id, ProducerEpoch(1)}, true, kNewEnd))->error_code == 90);
  fixture.write_markers();
  CHECK((*answer)->error_code == 0);
  CHECK((*answer)->producer_id == 1000);
  CHECK((*answer)->producer_epoch == 1);
  const auto retry = fixture.end("x", who, true, kNewEnd);
  CHECK((*retry)->error_code == 0);
  CHECK((*retry)->producer_epoch == 1);
  CHECK(fixture.add("x", who) == ErrorCode::producer_fenced);
  CHECK(fixture.add("x", {who.id, ProducerEpoch(1)}) == ErrorCode::none);
}

TEST_CASE("txn: with epochs that go up, the epoch tells a retry from the next request") {
  const auto code = [](State from, bool is_commit, bool is_retry) {
    Fixture fixture;
    const Producer who = fixture.producer("x", 1);
    Producer next = who;
    if (from != State::empty) {
      fixture.add("x", who, {{"t", {0}}}, kEpochBumps);
      REQUIRE(fixture.end_code("x", who, from == State::complete_commit, kNewEnd) == 0);
      next.epoch = ProducerEpoch(2);
    }
    if (is_retry) next.epoch = ProducerEpoch(static_cast<int16_t>(next.epoch.value - 1));
    const int16_t before = fixture.epoch("x");
    const int16_t answered = fixture.end_code("x", next, is_commit, kNewEnd);
    const bool bumps = fixture.epoch("x") == before + 1;
    CHECK(bumps == (answered == 0 && !is_retry));
    if (bumps) CHECK(fixture.state("x") == State::complete_abort);
    return answered;
  };
  using enum State;
  CHECK(code(empty, false, true) == 90);
  CHECK(code(empty, false, false) == 0);
  CHECK(code(empty, true, true) == 90);
  CHECK(code(empty, true, false) == 48);
  CHECK(code(complete_abort, false, true) == 0);
  CHECK(code(complete_abort, false, false) == 0);
  CHECK(code(complete_abort, true, true) == 48);
  CHECK(code(complete_abort, true, false) == 48);
  CHECK(code(complete_commit, false, true) == 48);
  CHECK(code(complete_commit, false, false) == 0);
  CHECK(code(complete_commit, true, true) == 0);
  CHECK(code(complete_commit, true, false) == 48);
}

TEST_CASE("txn: the end of a transaction in the last epoch brings a new producer id") {
  Fixture fixture;
  const Producer who = fixture.producer("x", 32'766);
  fixture.add("x", who, {{"t", {0}}}, kEpochBumps);
  const auto answer = fixture.end("x", who, true, kNewEnd);
  REQUIRE(fixture.under_way.size() == 1);
  CHECK(fixture.under_way[0].second.producer_id == ProducerId(1000));  // of the marker
  CHECK(fixture.under_way[0].second.producer_epoch == ProducerEpoch(32'767));
  SUBCASE("at once") {
    fixture.write_markers();
    CHECK((*answer)->producer_id == 1001);
    CHECK((*answer)->producer_epoch == 0);
  }
  SUBCASE("after a crash") {
    fixture.restart();
    fixture.write_markers();
  }
  SUBCASE("also when a marker takes long") {
    fixture.write_markers(false);
    CHECK((*answer)->producer_id == 1001);
    CHECK((*answer)->producer_epoch == 0);
    fixture.pass(1000);
    fixture.write_markers();
  }
  CHECK(fixture.coordinator->find("x")->producer_id == ProducerId(1001));
  CHECK(fixture.epoch("x") == 0);
  const auto retry = fixture.end("x", who, true, kNewEnd);
  CHECK((*retry)->error_code == 0);
  CHECK((*retry)->producer_id == 1001);
  CHECK(fixture.end_code("x", who, false, kNewEnd) == 48);
}

TEST_CASE(
    "txn: a marker that cannot be written is tried again each second, the client does not wait") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who);
  const auto answer = fixture.end("x", who, true, kOldEnd);
  fixture.write_markers(false);
  CHECK((*answer)->error_code == 0);
  CHECK(fixture.state("x") == State::prepare_commit);
  CHECK(fixture.add("x", who) == ErrorCode::concurrent_transactions);
  CHECK(fixture.coordinator->next_deadline_ms() == 6000);
  fixture.pass(999);
  CHECK(fixture.under_way.empty());
  fixture.pass(1);
  CHECK(fixture.under_way.size() == 1);
  fixture.pass(5000);
  CHECK(fixture.under_way.size() == 1);  // one at a time
  fixture.write_markers();
  CHECK(fixture.state("x") == State::complete_commit);
}

TEST_CASE("txn: when the Complete record cannot be written the markers are written once more") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who);
  const auto answer = fixture.end("x", who, true, kNewEnd);
  fixture.journal.fails_with = ErrorCode::kafka_storage_error;
  fixture.write_markers();
  CHECK((*answer)->error_code == 0);
  CHECK((*answer)->producer_epoch == 1);
  CHECK(fixture.state("x") == State::prepare_commit);
  fixture.journal.fails_with.reset();
  fixture.pass(1000);
  fixture.write_markers();
  CHECK(fixture.state("x") == State::complete_commit);
  CHECK(fixture.epoch("x") == 1);
}

TEST_CASE("txn: what was decided before a crash is carried out after it") {
  for (const bool is_commit : {true, false}) {
    Fixture fixture;
    const Producer who = fixture.producer("x");
    fixture.add("x", who, {{"t", {0, 1}}}, kEpochBumps);
    fixture.end("x", who, is_commit, kNewEnd);
    fixture.restart();
    REQUIRE(fixture.under_way.size() == 1);
    CHECK(fixture.under_way[0].second.partitions == Partitions{{"t", {0, 1}}});
    CHECK(fixture.under_way[0].second.is_commit() == is_commit);
    CHECK(fixture.under_way[0].second.producer_epoch == ProducerEpoch(1));
    fixture.write_markers();
    CHECK(fixture.state("x") == (is_commit ? State::complete_commit : State::complete_abort));
    CHECK(fixture.end_code("x", who, is_commit, kNewEnd) == 0);  // the client asks again
  }
}

TEST_CASE("txn: an open transaction goes on after a crash") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who, {{"t", {0}}}, kEpochBumps);
  const Transaction before = *fixture.coordinator->find("x");
  fixture.restart();
  CHECK(*fixture.coordinator->find("x") == before);
  CHECK(fixture.under_way.empty());
  CHECK(fixture.end_code("x", who, true, kNewEnd) == 0);
}

TEST_CASE("txn: a stopped coordinator sends who waits elsewhere") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who);
  const auto answer = fixture.end("x", who, true, kNewEnd);
  fixture.coordinator->stop(ErrorCode::not_coordinator);
  CHECK((*answer)->error_code == 16);
}

// ---------------------------------------------------------------------------------------------------------------------
// Fencing

TEST_CASE("txn: a new producer aborts the transaction of its predecessor and comes again") {
  for (const int16_t level : {int16_t{0}, int16_t{1}, int16_t{2}}) {
    Fixture fixture(level);
    const Producer who = fixture.producer("x");
    fixture.add("x", who);
    CHECK(fixture.init("x").error_code == 51);
    CHECK(fixture.state("x") == State::prepare_abort);
    CHECK(fixture.epoch("x") == 1);
    CHECK(fixture.init("x").error_code == 51);
    fixture.write_markers();
    CHECK(fixture.state("x") == State::complete_abort);
    const auto answer = fixture.init("x");
    CHECK(answer.error_code == 0);
    CHECK(answer.producer_epoch == 2);
    CHECK(fixture.add("x", who) == ErrorCode::producer_fenced);
    CHECK(fixture.end_code("x", who, true, kOldEnd) == 90);
  }
}

TEST_CASE("txn: a transaction that is open for longer than its timeout is aborted") {
  Fixture fixture;
  const auto given = fixture.init("x", -1, -1, 15'000);
  const Producer who{ProducerId(given.producer_id), ProducerEpoch(given.producer_epoch)};
  fixture.add("x", who, {{"t", {0}}}, kEpochBumps);
  CHECK(fixture.coordinator->next_deadline_ms() == 15'000);  // a look each 10 s
  fixture.pass(10'000);
  CHECK(fixture.state("x") == State::ongoing);
  fixture.pass(10'000);
  CHECK(fixture.state("x") == State::prepare_abort);
  fixture.write_markers();
  CHECK(fixture.epoch("x") == 1);
  CHECK(fixture.add("x", who) == ErrorCode::producer_fenced);
  CHECK(fixture.end_code("x", who, true, kNewEnd) == 48);
  CHECK(fixture.end_code("x", who, true, kOldEnd) == 90);
  // Its own abort is done already.
  CHECK(fixture.end_code("x", who, false, kNewEnd) == 0);
  CHECK(fixture.init("x", given.producer_id, 0).producer_epoch == 1);
}

TEST_CASE("txn: the timeout counts from before a crash") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who);
  fixture.now.wall_ms += 61'000;
  fixture.restart();
  fixture.pass(10'000);
  CHECK(fixture.state("x") == State::prepare_abort);
}

TEST_CASE("txn: nothing is looked for when no transaction is open") {
  Fixture fixture;
  CHECK(!fixture.coordinator->next_deadline_ms());
  const Producer who = fixture.producer("x");
  CHECK(fixture.coordinator->next_deadline_ms() == 3'605'000);  // ids that expire
  fixture.add("x", who);
  fixture.end_code("x", who, true, kOldEnd);
  fixture.pass(10'000);
  CHECK(fixture.coordinator->next_deadline_ms() == 3'605'000);
}

TEST_CASE("txn: fencing in the last epoch brings a new producer id") {
  Fixture fixture;
  const Producer who = fixture.producer("x", 32'766);
  fixture.add("x", who);
  CHECK(fixture.init("x").error_code == 51);
  CHECK(fixture.epoch("x") == 32'767);
  fixture.write_markers();
  CHECK(fixture.coordinator->find("x")->producer_id == ProducerId(1001));
  CHECK(fixture.init("x").producer_epoch == 1);
}

TEST_CASE("txn: what is on its way into a partition keeps the transaction from ending") {
  Fixture fixture;
  const Producer who = fixture.producer("x");
  fixture.add("x", who);
  fixture.coordinator->pin("x");
  CHECK(fixture.end_code("x", who, true, kNewEnd) == 51);
  CHECK(fixture.init("x").error_code == 51);
  fixture.pass(100'000);
  CHECK(fixture.state("x") == State::ongoing);
  fixture.coordinator->unpin("x");
  CHECK(fixture.end_code("x", who, true, kNewEnd) == 0);
}

// ---------------------------------------------------------------------------------------------------------------------
// Records, expiry, reports

TEST_CASE("txn: below transaction.version 1 the log has values of version 0") {
  for (const int16_t level : {int16_t{0}, int16_t{1}}) {
    Fixture fixture(level);
    const Producer who = fixture.producer("x");
    fixture.add("x", who);
    for (const coordinator::Record& record : fixture.journal.records)
      CHECK(load_be<int16_t>(record.value->data()) == level);
    fixture.restart();
    CHECK(fixture.state("x") == State::ongoing);
  }
}

TEST_CASE("txn: an id that nobody used for a week is forgotten") {
  Fixture fixture;
  fixture.producer("idle");
  const Producer who = fixture.producer("busy");
  fixture.pass(3'600'000);
  CHECK(fixture.coordinator->size() == 2);
  fixture.now.wall_ms += 604'800'000 - 2 * 3'600'000;
  fixture.add("busy", who);
  fixture.pass(3'600'000);
  CHECK(fixture.coordinator->find("idle") == nullptr);
  CHECK(fixture.coordinator->find("busy") != nullptr);
  CHECK(!fixture.journal.records.back().value);
  CHECK(fixture.add("idle", who) == ErrorCode::invalid_producer_id_mapping);
  fixture.restart();
  CHECK(fixture.coordinator->find("idle") == nullptr);
}

TEST_CASE("txn: a record that cannot be read is an error, one of another type is left alone") {
  Fixture fixture;
  const Buffer key = {0, 0, 0, 1, 'x'};
  const Buffer other_key = {0, 9, 0, 1, 'x'};
  Buffer value = {0, 0};
  CHECK(!fixture.coordinator->replay({.offset = 3, .key = std::nullopt}).has_value());
  CHECK(!fixture.coordinator->replay({.offset = 3, .key = key, .value = value}).has_value());
  CHECK(fixture.coordinator->replay({.offset = 3, .key = other_key, .value = value}).has_value());
  CHECK(fixture.coordinator->unknown_records_count() == 1);
  protocol::TransactionLogValue dead;
  dead.transaction_status = 6;
  CHECK(!from_record(dead).has_value());
}

TEST_CASE("txn: describe tells everything of an id, 105 of an unknown one, 42 of an empty one") {
  Fixture fixture;
  const Producer who = fixture.producer("x", 1);
  fixture.add("x", who, {{"t", {0, 2}}, {"u", {1}}});
  const auto described = fixture.coordinator->describe("x");
  CHECK(described.error_code == 0);
  CHECK(described.transactional_id == "x");
  CHECK(described.transaction_state == "Ongoing");
  CHECK(described.transaction_timeout_ms == 60'000);
  CHECK(described.transaction_start_time_ms == 1'700'000'000'000);
  CHECK(described.producer_id == 1000);
  CHECK(described.producer_epoch == 1);
  REQUIRE(described.topics.size() == 2);
  CHECK(described.topics[0].topic == "t");
  CHECK(described.topics[0].partitions == std::vector<int32_t>{0, 2});
  CHECK(fixture.coordinator->describe("nope").error_code == 105);
  CHECK(fixture.coordinator->describe("").error_code == 42);
}

TEST_CASE("txn: the list is filtered by state, producer, time and id") {
  Fixture fixture;
  fixture.producer("a");
  const Producer b = fixture.producer("b");
  fixture.add("b", b);
  fixture.pass(5000);
  const auto ids = [&](const protocol::ListTransactionsRequest& request,
                       const std::function<bool(const std::string&)>& matches = {}) {
    std::string all;
    for (const auto& listed : fixture.coordinator->list(fixture.now, request, matches))
      all += listed.transactional_id + "=" + listed.transaction_state + " ";
    return all;
  };
  CHECK(ids({}) == "a=Empty b=Ongoing ");
  CHECK(ids({.state_filters = {"Ongoing", "Nope"}}) == "b=Ongoing ");
  CHECK(ids({.state_filters = {"ongoing"}}) == "");
  CHECK(ids({.producer_id_filters = {1000}}) == "a=Empty ");
  CHECK(ids({.duration_filter = 4999}) == "a=Empty b=Ongoing ");
  CHECK(ids({.duration_filter = 5000}) == "a=Empty ");
  CHECK(ids({}, [](const std::string& id) { return id == "b"; }) == "b=Ongoing ");
  CHECK(is_state_name("PrepareEpochFence"));
  CHECK(!is_state_name("prepareabort"));
}

}  // namespace
}  // namespace spool::broker::txn
