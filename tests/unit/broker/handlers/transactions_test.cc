/// Transactions by requests, through a whole broker. Codes are those of Apache Kafka 4.4 where it
/// was asked the same.

#include "core/protocol/messages/add_offsets_to_txn.h"
#include "core/protocol/messages/add_partitions_to_txn.h"
#include "core/protocol/messages/delete_groups.h"
#include "core/protocol/messages/describe_producers.h"
#include "core/protocol/messages/describe_transactions.h"
#include "core/protocol/messages/end_txn.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/list_transactions.h"
#include "core/protocol/messages/offset_commit.h"
#include "core/protocol/messages/offset_fetch.h"
#include "core/protocol/messages/txn_offset_commit.h"
#include "core/protocol/messages/write_txn_markers.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::transactions_test {

using namespace protocol;

namespace {

struct Producer {
  int64_t id = -1;
  int16_t epoch = -1;
};

struct TransactionsFixture : BrokerFixture {
  explicit TransactionsFixture(std::string file = "", Broker::Access access = Broker::Access::write)
      : BrokerFixture(std::move(file), access) {
    create_topic(*this, "t", 3);
  }

  InitProducerIdResponse init(const std::string& id, Producer known = {}, int16_t version = 5,
                              int32_t timeout_ms = 60'000) {
    InitProducerIdRequest request;
    request.transactional_id = id;
    request.transaction_timeout_ms = timeout_ms;
    request.producer_id = known.id;
    request.producer_epoch = known.epoch;
    return call<InitProducerIdResponse>(request, version);
  }
  Producer producer(const std::string& id) {
    const auto answer = init(id);
    REQUIRE(answer.error_code == 0);
    return {answer.producer_id, answer.producer_epoch};
  }
  /// "0:0 9:3", the answers of an AddPartitionsToTxn.
  std::string add(const std::string& id, Producer who, std::vector<int32_t> partitions,
                  int16_t version = 3, const std::string& topic = "t") {
    AddPartitionsToTxnRequest request;
    request.v3_and_below_transactional_id = id;
    request.v3_and_below_producer_id = who.id;
    request.v3_and_below_producer_epoch = who.epoch;
    request.v3_and_below_topics.push_back({topic, std::move(partitions), {}});
    return codes(call<AddPartitionsToTxnResponse>(request, version).results_by_topic_v3_and_below);
  }
  static std::string codes(
      const std::vector<AddPartitionsToTxnResponse::AddPartitionsToTxnTopicResult>& topics) {
    std::string text;
    for (const auto& topic : topics)
      for (const auto& partition : topic.results_by_partition)
        text += concat(text.empty() ? "" : " ", partition.partition_index, ':',
                       partition.partition_error_code);
    return text;
  }
  EndTxnResponse end(const std::string& id, Producer who, bool is_commit, int16_t version = 5) {
    return call<EndTxnResponse>(EndTxnRequest{.transactional_id = id,
                                              .producer_id = who.id,
                                              .producer_epoch = who.epoch,
                                              .committed = is_commit},
                                version);
  }

  static Buffer batch(Producer who, int32_t sequence, const std::string& value = "v",
                      bool is_transactional = true) {
    record::BatchOptions options;
    options.producer_id = ProducerId(who.id);
    options.producer_epoch = ProducerEpoch(who.epoch);
    options.base_sequence = sequence;
    options.is_transactional = is_transactional;
    // The markers have the machine's time: a batch of another week would roll the segment.
    return batch_of({Rec{std::nullopt, value, SystemClock().wall_ms()}}, options);
  }
  Produced write(std::optional<std::string> id, int32_t partition, BytesView records,
                 int16_t version = 12) {
    auto request = produce_request("t", partition, records);
    request.transactional_id = std::move(id);
    const auto answer = call<ProduceResponse>(request, version);
    return answer.responses.at(0).partition_responses.at(0);
  }
  Fetched read(int32_t partition, bool is_committed, int64_t offset = 0) {
    auto request = fetch_request("t", partition, offset);
    request.isolation_level = is_committed ? 1 : 0;
    return fetch(*this, request);
  }
  int64_t end_offset(int32_t partition, bool is_committed) {
    ListOffsetsRequest request;
    request.replica_id = -1;
    request.isolation_level = is_committed ? 1 : 0;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.push_back({partition, -1, -1, {}});
    return call<ListOffsetsResponse>(request, 7).topics.at(0).partitions.at(0).offset;
  }
  DescribeTransactionsResponse::TransactionState describe(const std::string& id) {
    return call<DescribeTransactionsResponse>(
               DescribeTransactionsRequest{.transactional_ids = {id}}, 0)
        .transaction_states.at(0);
  }

  // Offsets of group "g", topic "t", partition 0.
  int16_t add_offsets(const std::string& id, Producer who, int16_t version = 3) {
    return call<AddOffsetsToTxnResponse>(AddOffsetsToTxnRequest{.transactional_id = id,
                                                                .producer_id = who.id,
                                                                .producer_epoch = who.epoch,
                                                                .group_id = "g"},
                                         version)
        .error_code;
  }
  TxnOffsetCommitRequest commit_request(const std::string& id, Producer who, int64_t offset) {
    TxnOffsetCommitRequest request;
    request.transactional_id = id;
    request.group_id = "g";
    request.producer_id = who.id;
    request.producer_epoch = who.epoch;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.push_back({0, offset, -1, "m", {}});
    return request;
  }
  int16_t commit(const TxnOffsetCommitRequest& request, int16_t version) {
    return call<TxnOffsetCommitResponse>(request, version).topics.at(0).partitions.at(0).error_code;
  }
  /// The offset, or the error as a negative number.
  int64_t committed(bool requires_stable) {
    OffsetFetchRequest request;
    request.require_stable = requires_stable;
    auto& asked = request.groups.emplace_back();
    asked.group_id = "g";
    asked.topics.emplace().push_back({"t", {}, {0}, {}});
    const auto partition =
        call<OffsetFetchResponse>(request, 8).groups.at(0).topics.at(0).partitions.at(0);
    return partition.error_code != 0 ? -partition.error_code : partition.committed_offset;
  }
};

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// From the beginning to the end

TEST_CASE("transactions: a committed one is read, an aborted one not, an open one waits") {
  TransactionsFixture f;
  Producer who = f.producer("x");
  const auto write = [&](const std::string& value, bool is_commit) {
    CHECK(f.write("x", 0, TransactionsFixture::batch(who, 0, value)).error_code == 0);
    const auto ended = f.end("x", who, is_commit);
    CHECK(ended.error_code == 0);
    CHECK(ended.producer_id == who.id);
    CHECK(ended.producer_epoch == who.epoch + 1);
    who.epoch = ended.producer_epoch;
  };
  write("a", true);
  write("b", false);
  write("c", true);
  CHECK(f.write("x", 0, TransactionsFixture::batch(who, 0, "d")).base_offset == 6);
  const Fetched committed = f.read(0, true);
  CHECK(committed.high_watermark == 7);
  CHECK(committed.last_stable_offset == 6);
  REQUIRE(committed.aborted_transactions);
  REQUIRE(committed.aborted_transactions->size() == 1);
  CHECK(committed.aborted_transactions->at(0).producer_id == who.id);
  CHECK(committed.aborted_transactions->at(0).first_offset == 2);
  CHECK(shown(committed.records.bytes).size() == 6);
  const Fetched all = f.read(0, false);
  CHECK(shown(all.records.bytes).size() == 7);
  CHECK(!all.aborted_transactions);
  CHECK(f.end_offset(0, true) == 6);
  CHECK(f.end_offset(0, false) == 7);
}

TEST_CASE("transactions: a marker is a batch of 78 bytes with the raised epoch") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  f.write("x", 0, TransactionsFixture::batch(who, 0));
  f.end("x", who, true);
  const Fetched read = f.read(0, false, 1);
  REQUIRE(read.records.bytes.size() == 78);
  const record::BatchView marker{read.records.bytes};
  CHECK(marker.base_offset() == Offset(1));
  CHECK(marker.is_control());
  CHECK(marker.is_transactional());
  CHECK(marker.producer_id() == ProducerId(who.id));
  CHECK(marker.producer_epoch() == ProducerEpoch(1));
  CHECK(marker.base_sequence() == -1);
  CHECK(marker.records_count() == 1);
}

TEST_CASE("transactions: a commit is there for readers when it is answered, in every partition") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  for (const int32_t partition : {0, 1, 2})
    f.write("x", partition, TransactionsFixture::batch(who, 0));
  CHECK(f.describe("x").topics.at(0).partitions == std::vector<int32_t>{0, 1, 2});
  f.end("x", who, true);
  for (const int32_t partition : {0, 1, 2}) CHECK(f.end_offset(partition, true) == 2);
  CHECK(f.describe("x").transaction_state == "CompleteCommit");
  CHECK(f.describe("x").topics.empty());
}

TEST_CASE("transactions: the end wakes a read_committed fetch that waits") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  f.write("x", 0, TransactionsFixture::batch(who, 0));
  auto request = fetch_request("t", 0, 0);
  request.isolation_level = 1;
  request.max_wait_ms = 60'000;
  Peer reader = f.connect();
  REQUIRE(reader.send(frame_of(request, 12)));
  // Bytes of the open transaction satisfy nobody.
  f.write("x", 0, TransactionsFixture::batch(who, 1));
  CHECK(!reader.has_answer_within(0));
  f.end("x", who, true);
  const auto frame = reader.receive();
  REQUIRE(frame);
  const auto answer = answer_in<FetchResponse>(*frame, 12);
  CHECK(shown(answer.responses.at(0).partitions.at(0).records.bytes).size() == 3);
}

TEST_CASE("transactions: older producers add partitions by themselves and keep their epoch") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  CHECK(f.add("x", who, {0, 1}) == "0:0 1:0");
  CHECK(f.write("x", 0, TransactionsFixture::batch(who, 0), 11).error_code == 0);
  CHECK(f.write("x", 1, TransactionsFixture::batch(who, 0), 11).error_code == 0);
  CHECK(f.end("x", who, true, 3).error_code == 0);
  CHECK(f.end("x", who, true, 3).error_code == 0);
  CHECK(f.end("x", who, false, 3).error_code == 48);
  CHECK(f.describe("x").producer_epoch == 0);
  CHECK(f.add("x", who, {0}) == "0:0");
  CHECK(f.write("x", 0, TransactionsFixture::batch(who, 1), 11).error_code == 0);
  CHECK(f.end("x", who, false, 4).error_code == 0);
  CHECK(f.end_offset(0, true) == 4);
}

// ---------------------------------------------------------------------------------------------------------------------
// What is refused

TEST_CASE("transactions: a batch outside of a transaction is refused, by version of Produce") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  f.add("x", who, {0});
  const auto code = [&](std::optional<std::string> id, Producer from, int32_t partition,
                        int16_t version) {
    return f.write(std::move(id), partition, TransactionsFixture::batch(from, 0), version)
        .error_code;
  };
  CHECK(code("x", who, 1, 10) == 48);
  CHECK(code("x", who, 1, 11) == 120);
  CHECK(code(std::nullopt, who, 0, 11) == 53);
  CHECK(code("nope", who, 0, 11) == 49);
  CHECK(code("nope", who, 0, 12) == 49);
  CHECK(code("x", {who.id + 7, 0}, 0, 11) == 49);
  CHECK(code("x", {who.id, 1}, 0, 11) == 47);
  CHECK(code("x", who, 0, 11) == 0);
  // Of the same producer, but not of its transaction.
  const auto plain = TransactionsFixture::batch(who, 1, "v", false);
  CHECK(f.write(std::nullopt, 0, plain, 11).error_code == 48);
  CHECK(f.end_offset(1, false) == 0);
}

TEST_CASE("transactions: verification can be switched off for older producers") {
  TransactionsFixture f("transaction.partition.verification.enable=false\n");
  const Producer who = f.producer("x");
  CHECK(f.write("x", 1, TransactionsFixture::batch(who, 0), 11).error_code == 0);
  CHECK(f.write("x", 2, TransactionsFixture::batch(who, 0), 12).error_code == 0);
  CHECK(f.describe("x").topics.at(0).partitions == std::vector<int32_t>{2});
}

TEST_CASE("transactions: an unknown producer begins with sequence 0 from v12 on") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  CHECK(f.write("x", 0, TransactionsFixture::batch(who, 3)).error_code == 45);
  CHECK(f.write("x", 0, TransactionsFixture::batch(who, 0)).error_code == 0);
}

TEST_CASE("transactions: batches of two producers in one request are 49, all of them") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  const Buffer one = TransactionsFixture::batch(who, 0);
  const Buffer two = TransactionsFixture::batch({who.id, 5}, 0);
  auto request = produce_request("t", 0, one);
  request.topic_data[0].partition_data.push_back({1, {two, false, 0}, {}});
  request.transactional_id = "x";
  const auto answer = f.call<ProduceResponse>(request, 12);
  CHECK(answer.responses.at(0).partition_responses.at(0).error_code == 49);
  CHECK(answer.responses.at(0).partition_responses.at(1).error_code == 49);
}

TEST_CASE("transactions: one partition that is not there keeps the others out") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  CHECK(f.add("x", who, {0, 9, 1}) == "0:55 9:3 1:55");
  CHECK(f.add("x", who, {0}, 3, "nope") == "0:3");
  CHECK(f.describe("x").transaction_state == "Empty");
}

TEST_CASE("transactions: versions before producer_fenced are told invalid_producer_epoch") {
  TransactionsFixture f;
  f.producer("x");
  const Producer who = f.producer("x");
  const Producer old{who.id, 0};
  CHECK(f.init("x", old, 3).error_code == 47);
  CHECK(f.init("x", old, 4).error_code == 90);
  CHECK(f.add("x", old, {0}, 1) == "0:47");
  CHECK(f.add("x", old, {0}, 2) == "0:90");
  CHECK(f.end("x", old, true, 1).error_code == 47);
  CHECK(f.end("x", old, true, 2).error_code == 90);
  CHECK(f.add_offsets("x", old, 1) == 47);
  CHECK(f.add_offsets("x", old, 2) == 90);
}

TEST_CASE("transactions: leaders of partitions ask for several transactions at once") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  f.add("x", who, {0});
  AddPartitionsToTxnRequest request;
  request.transactions.push_back({"x", who.id, who.epoch, true, {{"t", {0, 1}, {}}}, {}});
  request.transactions.push_back({"nope", who.id, who.epoch, false, {{"t", {1}, {}}}, {}});
  request.transactions.push_back({"x", who.id, who.epoch, true, {{"t", {9, 0}, {}}}, {}});
  request.transactions.push_back({"x", who.id, who.epoch, false, {{"t", {2}, {}}}, {}});
  const auto answer = f.call<AddPartitionsToTxnResponse>(request, 5);
  CHECK(answer.error_code == 0);
  REQUIRE(answer.results_by_transaction.size() == 4);
  const auto codes = [&](size_t i) {
    return TransactionsFixture::codes(answer.results_by_transaction[i].topic_results);
  };
  CHECK(answer.results_by_transaction[1].transactional_id == "nope");
  CHECK(codes(0) == "0:0 1:120");
  CHECK(codes(1) == "1:49");
  CHECK(codes(2) == "9:3 0:55");
  CHECK(codes(3) == "2:0");
  CHECK(f.call<AddPartitionsToTxnResponse>(AddPartitionsToTxnRequest{}, 5)
            .results_by_transaction.empty());
}

// ---------------------------------------------------------------------------------------------------------------------
// Offsets

TEST_CASE("transactions: offsets count with the commit and are dropped with the abort") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  CHECK(f.add_offsets("x", who) == 0);
  CHECK(f.commit(f.commit_request("x", who, 5), 3) == 0);
  CHECK(f.committed(true) == -88);
  CHECK(f.committed(false) == -1);
  CHECK(f.end("x", who, true, 3).error_code == 0);
  CHECK(f.committed(true) == 5);
  f.add_offsets("x", who);
  f.commit(f.commit_request("x", who, 9), 3);
  CHECK(f.committed(true) == -88);
  CHECK(f.end("x", who, false, 3).error_code == 0);
  CHECK(f.committed(true) == 5);
}

TEST_CASE("transactions: a plain commit that came later stays") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  CHECK(f.commit(f.commit_request("x", who, 9), 5) == 0);
  OffsetCommitRequest plain;
  plain.group_id = "g";
  auto& topic = plain.topics.emplace_back();
  topic.name = "t";
  topic.partitions.push_back({0, 20, -1, "", {}});
  CHECK(f.call<OffsetCommitResponse>(plain, 8).topics.at(0).partitions.at(0).error_code == 0);
  CHECK(f.committed(false) == 20);
  f.end("x", who, true);
  CHECK(f.committed(true) == 20);
  // And one that came before is overtaken.
  CHECK(f.commit(f.commit_request("x", {who.id, 1}, 30), 5) == 0);
  f.end("x", {who.id, 1}, true);
  CHECK(f.committed(true) == 30);
}

TEST_CASE("transactions: offsets of a group that is not part of the transaction, and other codes") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  const auto request = f.commit_request("x", who, 5);
  CHECK(f.commit(request, 3) == 48);
  CHECK(f.commit(request, 4) == 120);
  CHECK(f.commit(f.commit_request("nope", who, 5), 5) == 49);
  CHECK(f.commit(f.commit_request("x", {who.id, 3}, 5), 5) == 47);
  CHECK(f.commit(f.commit_request("", who, 5), 5) == 42);
  const auto code = [&](auto change) {
    auto changed = request;
    change(changed);
    return f.commit(changed, 5);
  };
  CHECK(code([](auto& r) { r.group_id = ""; }) == 24);
  CHECK(code([](auto& r) { r.generation_id_or_member_epoch = 3; }) == 22);
  CHECK(code([](auto& r) { r.topics[0].name = "nope"; }) == 3);
  CHECK(code([](auto& r) { r.topics[0].partitions[0].partition_index = 9; }) == 3);
  CHECK(code([](auto& r) {
          r.topics[0].partitions[0].committed_metadata = std::string(4097, 'm');
        }) == 12);
  auto by_id = request;
  by_id.topics[0].topic_id = Uuid::from_halves(1, 7);
  CHECK(f.commit(by_id, 6) == 100);
  CHECK(f.commit(request, 5) == 0);
}

TEST_CASE("transactions: deleting a group drops what is pending for it") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  f.commit(f.commit_request("x", who, 5), 5);
  DeleteGroupsRequest request;
  request.groups_names = {"g"};
  CHECK(f.call<DeleteGroupsResponse>(request, 2).results.at(0).error_code == 0);
  f.end("x", who, true);
  CHECK(f.committed(true) == -1);
}

// ---------------------------------------------------------------------------------------------------------------------
// Markers, reports

TEST_CASE("transactions: an administrator ends one that hangs") {
  TransactionsFixture f("transaction.partition.verification.enable=false\n");
  const Producer who = f.producer("x");
  f.write("x", 1, TransactionsFixture::batch(who, 0), 11);
  CHECK(f.end_offset(1, true) == 0);
  const auto codes = [&](int16_t epoch, int32_t coordinator_epoch, std::vector<int32_t> partitions,
                         const std::string& topic = "t") {
    WriteTxnMarkersRequest request;
    request.markers.push_back(
        {who.id, epoch, false, {{topic, std::move(partitions), {}}}, coordinator_epoch, 0, {}});
    const auto answer = f.call<WriteTxnMarkersResponse>(request, 1);
    CHECK(answer.markers.at(0).producer_id == who.id);
    std::vector<int16_t> all;
    for (const auto& partition : answer.markers.at(0).topics.at(0).partitions)
      all.push_back(partition.error_code);
    return all;
  };
  CHECK(codes(0, 5, {1, 9}) == std::vector<int16_t>{0, 3});
  CHECK(codes(0, 5, {0}, "nope") == std::vector<int16_t>{3});
  CHECK(f.end_offset(1, true) == 2);
  CHECK(codes(0, 4, {1}) == std::vector<int16_t>{52});
  CHECK(codes(0, 5, {1, 1}) == std::vector<int16_t>{0, 0});
  CHECK(f.call<WriteTxnMarkersResponse>(WriteTxnMarkersRequest{}, 1).markers.empty());
}

TEST_CASE(
    "transactions: the list is filtered, a bad pattern is 128, an unknown state is told back") {
  TransactionsFixture f;
  f.producer("a");
  f.add("b", f.producer("b"), {0});
  const auto list = [&](const ListTransactionsRequest& request) {
    const auto answer = f.call<ListTransactionsResponse>(request, 2);
    std::string text = concat(answer.error_code, ":");
    for (const auto& listed : answer.transaction_states) text += " " + listed.transactional_id;
    for (const auto& word : answer.unknown_state_filters) text += " ?" + word;
    return text;
  };
  CHECK(list({}) == "0: a b");
  CHECK(list({.state_filters = {"Ongoing", "Nope"}}) == "0: b ?Nope");
  CHECK(list({.transactional_id_pattern = "[a]"}) == "0: a");
  CHECK(list({.transactional_id_pattern = ""}) == "0: a b");
  CHECK(list({.transactional_id_pattern = "("}) == "128:");
}

TEST_CASE("transactions: every request for an id that nobody knows, in a new directory") {
  TransactionsFixture f;
  CHECK(f.describe("x").error_code == 105);
  CHECK(f.end("x", {5, 0}, true).error_code == 49);
  CHECK(f.add("x", {5, 0}, {0}) == "0:49");
  CHECK(f.call<ListTransactionsResponse>(ListTransactionsRequest{}, 2).transaction_states.empty());
  FindCoordinatorRequest find;
  find.key_type = 1;
  find.coordinator_keys = {"x"};
  CHECK(f.call<FindCoordinatorResponse>(find, 4).coordinators.at(0).error_code == 0);
}

// ---------------------------------------------------------------------------------------------------------------------
// Restarts

TEST_CASE("transactions: an open one goes on after a restart, with its pending offsets") {
  TransactionsFixture f;
  const Producer who = f.producer("x");
  f.write("x", 0, TransactionsFixture::batch(who, 0, "a"));
  f.commit(f.commit_request("x", who, 7), 5);
  f.restart();
  CHECK(f.describe("x").transaction_state == "Ongoing");
  CHECK(f.end_offset(0, true) == 0);
  CHECK(f.committed(true) == -88);
  CHECK(f.write("x", 0, TransactionsFixture::batch(who, 1, "b")).base_offset == 1);
  CHECK(f.write("x", 0, TransactionsFixture::batch(who, 1, "b")).base_offset == 1);  // again
  CHECK(f.end("x", who, true).error_code == 0);
  CHECK(f.end_offset(0, true) == 3);
  CHECK(f.committed(true) == 7);
  f.restart();
  CHECK(f.end("x", who, true).producer_epoch == 1);  // the answer got lost
  CHECK(f.committed(true) == 7);
}

TEST_CASE("transactions: one that takes too long is aborted") {
  TransactionsFixture f("", Broker::Access::serve);
  const auto given = f.init("x", {}, 5, 20'000);
  const Producer who{given.producer_id, given.producer_epoch};
  f.write("x", 0, TransactionsFixture::batch(who, 0));
  f.clock.advance(std::chrono::seconds(40));
  f.describe("x");  // any request lets pass what is due
  CHECK(f.describe("x").transaction_state == "CompleteAbort");
  CHECK(f.describe("x").producer_epoch == 1);
  CHECK(f.end_offset(0, true) == 2);
  CHECK(f.add("x", who, {0}) == "0:90");
  CHECK(f.write("x", 0, TransactionsFixture::batch(who, 1)).error_code == 47);
}

}  // namespace spool::broker::transactions_test
