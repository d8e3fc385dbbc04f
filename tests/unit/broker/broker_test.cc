/// Opening, stopping and opening again.

#include <random>

#include "core/protocol/messages/metadata.h"
#include "tests/support/fault_file_system.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker {
namespace {

Result<std::unique_ptr<Broker>> open(BrokerFixture& like, storage::FileSystem& fs,
                                     Broker::Access access, std::string file = "") {
  Broker::Options options;
  options.access = access;
  options.config = config_from(std::move(file));
  options.data_dir = like.path;
  return Broker::start(fs, like.clock, like.logger, std::move(options));
}

bool exists(const BrokerFixture& broker, const std::string& name) {
  return std::filesystem::exists(broker.path + "/" + name);
}

TEST_CASE("broker: a second one on the same directory is refused and says who has it") {
  BrokerFixture broker;
  create_topic(broker, "t");
  storage::PosixFileSystem fs;
  const auto second = open(broker, fs, Broker::Access::write);
  REQUIRE(!second.has_value());
  CHECK(second.error().code() == ErrorCode::locked);
  CHECK(second.error().text().find(broker.path) != std::string_view::npos);
  CHECK(produce(broker, "t", 0, batch_of("still fine")).error_code == 0);
}

TEST_CASE("broker: a reader works beside a writer, sees what it appends and writes nothing") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(produce(broker, "t", 0, batch_of("one")).error_code == 0);
  storage::PosixFileSystem fs;
  auto reader = open(broker, fs, Broker::Access::read);
  REQUIRE(reader.has_value());
  {
    Peer peer((*reader)->connect());
    const auto lines = [&](int64_t offset, int32_t wait_ms) {
      auto request = fetch_request("t", 0, offset);
      request.max_wait_ms = wait_ms;
      const auto answer = peer.call<protocol::FetchResponse>(request, 12);
      return shown(answer.responses[0].partitions[0].records.bytes);
    };
    CHECK(lines(0, 0) == Lines{"0 null=one"});
    CHECK(produce(broker, "t", 0, batch_of("two")).error_code == 0);
    CHECK(lines(1, 30'000) == Lines{"1 null=two"});
    protocol::MetadataRequest missing;
    missing.topics.emplace().push_back({Uuid{}, "new", {}});
    CHECK(peer.call<protocol::MetadataResponse>(missing, 12).topics[0].error_code == 3);
  }
  CHECK((*reader)->stop().has_value());
}

TEST_CASE("broker: with flush.messages=1 what was answered is there after a power cut") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    test::FaultFileSystem fs;
    TestClock clock;
    TestLogger logger;
    const auto start = [&] {
      Broker::Options options;
      options.access = Broker::Access::write;
      options.config = config_from("log.flush.interval.messages=1");
      options.data_dir = "/data";
      auto broker = Broker::start(fs, clock, logger, std::move(options));
      REQUIRE_MESSAGE(broker.has_value(), broker.error().text());
      return std::move(*broker);
    };
    REQUIRE(fs.make_directory("/data").has_value());
    {
      const auto broker = start();
      Peer peer(broker->connect());
      protocol::CreateTopicsRequest creation;
      auto& topic = creation.topics.emplace_back();
      topic.name = "t";
      topic.num_partitions = topic.replication_factor = 1;
      REQUIRE(peer.call<protocol::CreateTopicsResponse>(creation, 7).topics[0].error_code == 0);
      for (const char* value : {"a", "b", "c"}) {
        const Buffer batch = batch_of(value);
        const auto answer =
            peer.call<protocol::ProduceResponse>(produce_request("t", 0, batch), 12);
        REQUIRE(answer.responses[0].partition_responses[0].error_code == 0);
      }
      fs.cut_power(random);
    }
    const auto broker = start();
    Peer peer(broker->connect());
    const auto answer = peer.call<protocol::FetchResponse>(fetch_request("t", 0, 0), 12);
    const Lines kept = shown(answer.responses[0].partitions[0].records.bytes);
    const Lines expected{"0 null=a", "1 null=b", "2 null=c"};
    CHECK_MESSAGE(kept == expected, seed);
  }
}

TEST_CASE("broker: the partition's files lie where Kafka puts them") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  produce(broker, "t", 1, batch_of("v"));
  for (const char* name :
       {"meta.properties", ".lock", "__cluster_metadata-0/00000000000000000000.log",
        "t-1/00000000000000000000.log", "t-1/partition.metadata", "t-1/leader-epoch-checkpoint"})
    CHECK_MESSAGE(exists(broker, name), std::string(name));
  CHECK(!exists(broker, ".kafka_cleanshutdown"));
  broker.stop();
  for (const char* name : {".kafka_cleanshutdown", "recovery-point-offset-checkpoint",
                           "replication-offset-checkpoint"})
    CHECK_MESSAGE(exists(broker, name), std::string(name));
}

TEST_CASE("broker: the cluster id stays over restarts, another node id is refused") {
  BrokerFixture broker;
  const std::string cluster_id = broker.broker().cluster_id();
  CHECK(cluster_id.size() == 22);
  broker.restart();
  CHECK(broker.broker().cluster_id() == cluster_id);
  broker.stop();
  storage::PosixFileSystem fs;
  const auto other = open(broker, fs, Broker::Access::write, "node.id=7");
  REQUIRE(!other.has_value());
  CHECK(other.error().text().find("node id 7") != std::string_view::npos);
}

TEST_CASE("broker: a deleted topic's directory leaves with it and does not come back") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce(broker, "t", 0, batch_of("v"));
  CHECK(exists(broker, "t-0"));
  delete_topic(broker, "t");
  CHECK(!exists(broker, "t-0"));
  broker.restart();
  protocol::MetadataRequest all;
  all.topics.reset();
  CHECK(broker.call<protocol::MetadataResponse>(all, 12).topics.empty());
}

TEST_CASE("broker: two of them live in one process") {
  BrokerFixture first;
  BrokerFixture second;
  create_topic(first, "t");
  create_topic(second, "t");
  produce(first, "t", 0, batch_of("first"));
  produce(second, "t", 0, batch_of("second"));
  CHECK(lines_from(first, "t", 0) == Lines{"0 null=first"});
  CHECK(lines_from(second, "t", 0) == Lines{"0 null=second"});
}

TEST_CASE(
    "broker: a listener that cannot be, and one that is taken, are errors with their address") {
  BrokerFixture broker("listeners=PLAINTEXT://127.0.0.1:0", Broker::Access::serve);
  BrokerFixture other;
  other.stop();
  storage::PosixFileSystem fs;
  const auto taken = open(other, fs, Broker::Access::serve,
                          concat("listeners=PLAINTEXT://127.0.0.1:", broker.port()));
  REQUIRE(!taken.has_value());
  CHECK(taken.error().text().find(concat("127.0.0.1:", broker.port())) != std::string_view::npos);
  const auto foreign = open(other, fs, Broker::Access::serve, "listeners=PLAINTEXT://192.0.2.1:0");
  CHECK(!foreign.has_value());
}

}  // namespace
}  // namespace spool::broker
