/// Many clients at once, over sockets and in process, on topics that come and go. The assertions
/// are few: this is what the thread sanitizer runs.

#include <random>
#include <thread>

#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/metadata.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker {
namespace {

constexpr int kRounds = 150;
const char* const kTopics[] = {"steady", "coming", "going"};

bool is_expected(int16_t code) {
  // None, out of range, unknown topic, storage error of a log that was deleted meanwhile, unknown
  // id.
  return code == 0 || code == 1 || code == 3 || code == 56 || code == 100;
}

void write_all_the_time(Peer& peer, unsigned seed, std::atomic<int>& failures) {
  std::mt19937 random(seed);
  for (int i = 0; i < kRounds; ++i) {
    const std::string topic = kTopics[random() % 3];
    const Buffer batch = batch_of(std::string(random() % 2'000, 'x'));
    const auto answer = peer.call<protocol::ProduceResponse>(
        produce_request(topic, static_cast<int32_t>(random() % 3), batch), 12);
    if (!is_expected(answer.responses[0].partition_responses[0].error_code)) ++failures;
  }
}

void read_all_the_time(Peer& peer, unsigned seed, std::atomic<int>& failures) {
  std::mt19937 random(seed);
  int32_t session_id = 0;
  int32_t session_epoch = 0;
  for (int i = 0; i < kRounds; ++i) {
    auto request = fetch_request(kTopics[random() % 3], 0, static_cast<int64_t>(random() % 50));
    add_partition(request, 1, 0, 10'000);
    request.max_wait_ms = static_cast<int32_t>(random() % 5);
    request.session_id = session_id;
    request.session_epoch = session_epoch;
    const auto answer = peer.call<protocol::FetchResponse>(request, 12);
    for (const auto& topic : answer.responses)
      for (const auto& partition : topic.partitions)
        if (!is_expected(partition.error_code)) ++failures;
    session_id = answer.session_id;
    session_epoch = answer.session_id == 0 ? 0 : session_epoch + 1;
  }
}

void look_all_the_time(Peer& peer, unsigned seed, std::atomic<int>& failures) {
  std::mt19937 random(seed);
  for (int i = 0; i < kRounds; ++i) {
    protocol::MetadataRequest all;
    all.topics.reset();
    if (peer.call<protocol::MetadataResponse>(all, 12).brokers.size() != 1) ++failures;
    protocol::ListOffsetsRequest ends;
    ends.replica_id = -1;
    for (const char* topic : kTopics)
      ends.topics.push_back({topic, {{0, -1, -1 - static_cast<int64_t>(random() % 3), {}}}, {}});
    for (const auto& topic : peer.call<protocol::ListOffsetsResponse>(ends, 11).topics)
      if (!is_expected(topic.partitions[0].error_code)) ++failures;
  }
}

void create_and_delete(Peer& peer, unsigned seed) {
  std::mt19937 random(seed);
  for (int i = 0; i < kRounds / 5; ++i) {
    const std::string topic = kTopics[1 + random() % 2];
    protocol::CreateTopicsRequest create;
    auto& made = create.topics.emplace_back();
    made.name = topic;
    made.num_partitions = 2;
    made.replication_factor = 1;
    peer.call<protocol::CreateTopicsResponse>(create, 7);
    protocol::DeleteTopicsRequest remove;
    remove.topics.push_back({topic, {}, {}});
    peer.call<protocol::DeleteTopicsResponse>(remove, 6);
  }
}

TEST_CASE("broker: parallel writers, readers and topics that come and go") {
  BrokerFixture broker(
      "listeners=PLAINTEXT://127.0.0.1:0\nnum.network.threads=3\nfile.delete.delay.ms=0\n"
      "log.retention.check.interval.ms=20\nlog.flush.offset.checkpoint.interval.ms=20\n"
      "log.flush.start.offset.checkpoint.interval.ms=20\nlog.initial.task.delay.ms=0\n",
      Broker::Access::serve);
  create_topic(broker, "steady", 3, {{"segment.bytes", "1048576"}, {"retention.bytes", "1048576"}});
  std::atomic<int> failures{0};
  std::vector<Peer> peers;
  for (int i = 0; i < 8; ++i) peers.push_back(i % 4 == 3 ? broker.connect() : broker.dial());
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        if (i == 0) return create_and_delete(peers[i], i);
        if (i == 1) return look_all_the_time(peers[i], i, failures);
        if (i % 2 == 0) return write_all_the_time(peers[i], i, failures);
        read_all_the_time(peers[i], i, failures);
      });
  }
  CHECK(failures == 0);
  peers.clear();
  broker.stop();
}

}  // namespace
}  // namespace spool::broker
