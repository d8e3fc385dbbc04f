#include "broker/metadata/store.h"

#include <thread>

#include "broker/metadata/quorum_state.h"
#include "broker/metadata/snapshot.h"
#include "core/base/crc.h"
#include "core/storage/segment.h"
#include "metadata_fixture.h"

namespace spool::broker {
namespace {

class Listener final : public MetadataListener {
 public:
  void on_metadata_change(const MetadataDelta& delta) override { deltas.push_back(delta); }
  std::vector<MetadataDelta> deltas;
};

std::string text(const auto& result) {
  return result ? std::string("no error") : std::string(result.error().text());
}
bool contains(const std::string& whole, std::string_view part) {
  return whole.find(part) != std::string::npos;
}

// --- First start and restart
// ----------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: a first start writes voters, level and registration, and nothing else") {
  const auto store = start();
  const auto image = store->read();
  CHECK(image->metadata_version() == 25);
  CHECK(image->features().size() == 3);
  CHECK(image->feature_level("group.version") == 1);
  CHECK(image->feature_level("transaction.version") == 2);
  REQUIRE(image->brokers().contains(1));
  const BrokerImage& broker = image->brokers().at(1);
  CHECK_FALSE(broker.is_fenced);
  CHECK(broker.endpoints == std::vector<EndpointImage>{{"PLAINTEXT", "localhost", 9092, 0}});
  CHECK(broker.log_dirs == std::vector<Uuid>{kDirectoryId});
  // 0-2 LeaderChange, KRaftVersion, KRaftVoters; 3 to 5 the levels; 6 RegisterBroker; 7
  // unfenced.
  CHECK(broker.broker_epoch == 6);
  CHECK(store->broker_epoch() == 6);
  CHECK(image->end_offset() == Offset(8));
  CHECK(store->raft_epoch() == 1);
  CHECK(store->kraft_version() == 1);
}

TEST_CASE_FIXTURE(MetadataFixture, "store: the first bytes of a new log are what kraft 1.3 says") {
  start();
  const std::string log = read(log_path());
  const record::BatchView control(
      as_bytes(log).first(12 + load_be<uint32_t>(as_bytes(log).data() + 8)));
  CHECK(control.is_control());
  CHECK(control.leader_epoch() == LeaderEpoch(1));
  CHECK(control.records_count() == 3);
  CHECK(control.is_crc_valid());
  const std::string batch(as_text(control.payload()));
  // Key 0000 0002; 19 bytes: version 0, leader 1, voters [1], granting [1].
  CHECK(contains(hex(batch), "08000000022600000000000102000000010002000000010000"));
  // Key 0000 0006; 55 bytes: version 0, one voter: id 1, directory id, CONTROLLER localhost:9093,
  // 0..1.
  CHECK(
      contains(hex(batch),
               "08000000066e0000020000000111111111111141119111111111111111020b434f4e54524f4c4c4552"
               "0a6c6f63616c686f737423850000000001000000"));
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: a restart keeps everything and raises raft, broker and leader epochs") {
  Uuid id;
  {
    auto store = start();
    id = store
             ->create_topic(
                 {.name = "orders", .partitions_count = 2, .configs = {{"retention.ms", "5"}}})
             .value();
    CHECK(store->read()->partition("orders", 1)->leader_epoch == LeaderEpoch(0));
  }  // dropped without closing: a crash
  {
    const auto store = start();
    const auto image = store->read();
    REQUIRE(image->topic("orders") != nullptr);
    CHECK(image->topic("orders")->id == id);
    CHECK(image->configs(ConfigResourceType::topic, "orders") == ConfigMap{{"retention.ms", "5"}});
    CHECK(image->partition("orders", 1)->leader_epoch == LeaderEpoch(1));
    CHECK(image->partition("orders", 1)->leader == 1);
    CHECK(store->raft_epoch() == 2);
    CHECK(store->broker_epoch() > 4);
    CHECK(image->brokers().at(1).broker_epoch == store->broker_epoch());
  }
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: a clean stop resigns, so that the next start is two leader epochs on") {
  {
    const auto store = start();
    REQUIRE(store->create_topic({.name = "t"}).has_value());
    REQUIRE(store->close_cleanly().has_value());
    CHECK_FALSE(store->is_active());
  }
  CHECK(parse_quorum_state(read(metadata_path("quorum-state"))).value() ==
        QuorumState{.data_version = 1, .leader_id = 1, .leader_epoch = 1});
  CHECK(read(metadata_path("partition.metadata")) ==
        "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ");
  {
    auto o = options();
    o.is_read_only = true;
    const auto stopped = open(o).value();
    CHECK(stopped->read()->partition("t", 0)->leader == kNoLeader);
    CHECK(stopped->read()->partition("t", 0)->leader_epoch == LeaderEpoch(1));
    CHECK(stopped->read()->partition("t", 0)->isr == std::vector<int32_t>{1});
    CHECK(stopped->read()->brokers().at(1).is_fenced);
    CHECK(stopped->read()->brokers().at(1).is_in_controlled_shutdown);
  }
  const auto store = start();
  CHECK(store->read()->partition("t", 0)->leader == 1);
  CHECK(store->read()->partition("t", 0)->leader_epoch == LeaderEpoch(2));
}

TEST_CASE_FIXTURE(MetadataFixture, "store: an epoch is never used twice, whatever the log says") {
  start()->close_cleanly().value();
  write(metadata_path("quorum-state"),
        format_quorum_state({.data_version = 1, .leader_id = 1, .leader_epoch = 41}));
  CHECK(start()->raft_epoch() == 42);
  CHECK(start()->raft_epoch() == 43);
}

TEST_CASE_FIXTURE(MetadataFixture, "store: an interrupted first start is done again") {
  start();
  const std::string log = read(log_path());
  const size_t first_batch = 12 + load_be<uint32_t>(as_bytes(log).data() + 8);
  for (size_t size : {size_t{0}, size_t{30}, first_batch, first_batch + 20}) {
    CAPTURE(size);
    write(log_path(), log.substr(0, size));
    const auto store = start();
    CHECK(store->read()->metadata_version() == 25);
    CHECK(store->read()->brokers().contains(1));
    CHECK(store->create_topic({.name = "t"}).has_value());
  }
}

// --- Mutations
// ------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(MetadataFixture, "store: a new topic is led by this node from its directory") {
  const auto store = start();
  Listener listener;
  store->set_listener(&listener);
  const Uuid id = store->create_topic({.name = "orders", .partitions_count = 3}).value();
  const auto image = store->read();
  REQUIRE(image->topic(id) != nullptr);
  CHECK(image->topic(id)->partitions.size() == 3);
  const PartitionImage& partition = *image->partition("orders", 2);
  CHECK(partition.replicas == std::vector<int32_t>{1});
  CHECK(partition.isr == std::vector<int32_t>{1});
  CHECK(partition.leader == 1);
  CHECK(partition.leader_epoch == LeaderEpoch(0));
  CHECK(partition.partition_epoch == 0);
  CHECK(partition.directories == std::vector<Uuid>{kDirectoryId});
  REQUIRE(listener.deltas.size() == 1);
  CHECK(listener.deltas[0].created_topics == std::vector<Uuid>{id});
  CHECK(listener.deltas[0].changed_partitions.empty());
}

TEST_CASE_FIXTURE(MetadataFixture, "store: topics that cannot be are refused one by one") {
  const auto store = start();
  const auto results = store->create_topics({{.name = "a"},
                                             {.name = "a"},
                                             {.name = "bad name"},
                                             {.name = "x.y"},
                                             {.name = "x_y"},
                                             {.name = "none", .partitions_count = 0},
                                             {.name = "__cluster_metadata"},
                                             {.name = "given", .topic_id = kTopicId},
                                             {.name = "taken", .topic_id = kTopicId}});
  REQUIRE(results.size() == 9);
  CHECK(results[0].has_value());
  CHECK(results[1].error().code() == ErrorCode::topic_already_exists);
  CHECK(results[1].error().text() == "Topic 'a' already exists.");
  CHECK(results[2].error().code() == ErrorCode::invalid_topic_exception);
  CHECK(results[3].has_value());
  CHECK(results[4].error().text() == "Topic 'x_y' collides with existing topic: x.y");
  CHECK(results[5].error().code() == ErrorCode::invalid_partitions);
  CHECK(results[6].error().code() == ErrorCode::invalid_topic_exception);
  CHECK(results[7].value() == kTopicId);
  CHECK(results[8].error().code() == ErrorCode::invalid_request);
  CHECK(store->read()->topics().size() == 3);
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: partitions are added, topics deleted and made again under another id") {
  const auto store = start();
  Listener listener;
  const Uuid id = store->create_topic({.name = "t", .configs = {{"a", "1"}}}).value();
  store->set_listener(&listener);
  CHECK(store->create_partitions(id, 1).error().code() == ErrorCode::invalid_partitions);
  REQUIRE(store->create_partitions(id, 3).has_value());
  REQUIRE(listener.deltas.size() == 1);
  REQUIRE(listener.deltas[0].changed_partitions.size() == 2);
  CHECK(listener.deltas[0].changed_partitions[1].partition == Partition(2));
  REQUIRE(store->delete_topic(id).has_value());
  CHECK(listener.deltas[1].deleted_topics[0].name == "t");
  CHECK(store->delete_topic(id).error().code() == ErrorCode::unknown_topic_id);
  CHECK(store->create_partitions(id, 4).error().code() == ErrorCode::unknown_topic_id);
  const Uuid again = store->create_topic({.name = "t"}).value();
  CHECK(again != id);
  CHECK(store->read()->configs(ConfigResourceType::topic, "t").empty());
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: configs are set and deleted; to delete what is not set writes nothing") {
  const auto store = start();
  REQUIRE(store->create_topic({.name = "t"}).has_value());
  REQUIRE(store
              ->set_configs({{{ConfigResourceType::topic, "t"}, {{"a", "1"}, {"b", "2"}}},
                             {{ConfigResourceType::broker, ""}, {{"log.retention.ms", "7"}}}})
              .has_value());
  CHECK(store->read()->configs(ConfigResourceType::broker, "") ==
        ConfigMap{{"log.retention.ms", "7"}});
  const Offset before = store->log_end_offset();
  REQUIRE(
      store->set_configs({{{ConfigResourceType::topic, "t"}, {{"c", std::nullopt}}}}).has_value());
  CHECK(store->log_end_offset() == before);
  REQUIRE(
      store->set_configs({{{ConfigResourceType::topic, "t"}, {{"a", std::nullopt}}}}).has_value());
  CHECK(store->read()->configs(ConfigResourceType::topic, "t") == ConfigMap{{"b", "2"}});
  CHECK(store->set_configs({{{ConfigResourceType::topic, "u"}, {{"a", "1"}}}}).error().code() ==
        ErrorCode::unknown_topic_or_partition);
}

TEST_CASE_FIXTURE(MetadataFixture, "store: producer id blocks never repeat, also over a restart") {
  {
    const auto store = start();
    CHECK(store->next_producer_id_block()->first == ProducerId(0));
    CHECK(store->next_producer_id_block()->first == ProducerId(1000));
  }
  CHECK(start()->next_producer_id_block()->first == ProducerId(2000));
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: other records are appended whole or refused before they are written") {
  const auto store = start();
  const Buffer salt{1, 2, 3};
  REQUIRE(
      store
          ->append({protocol::UserScramCredentialRecord{.name = "a", .mechanism = 1, .salt = salt},
                    protocol::AccessControlEntryRecord{.id = kOtherId, .resource_type = 2}})
          .has_value());
  CHECK(store->read()->scram_credentials().size() == 1);
  CHECK(store->read()->acls().size() == 1);
  const Offset before = store->log_end_offset();
  const protocol::RemoveAccessControlEntryRecord remove{.id = kOtherId};
  CHECK(store->append({remove, remove}).error().code() == ErrorCode::invalid_request);
  CHECK(store->append({protocol::RemoveAccessControlEntryRecord{.id = kTopicId}}).error().code() ==
        ErrorCode::invalid_request);
  CHECK(store->append({protocol::UnregisterBrokerRecord{.broker_id = 1, .broker_epoch = 4}})
            .error()
            .code() == ErrorCode::invalid_request);
  CHECK(store->append({protocol::BeginTransactionRecord{}}).error().code() ==
        ErrorCode::invalid_request);
  CHECK(store->append({feature("metadata.version", 34)}).error().code() ==
        ErrorCode::invalid_request);
  CHECK(store->log_end_offset() == before);
  REQUIRE(store->append({remove}).has_value());
  CHECK(store->read()->acls().empty());
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: a group larger than a batch is a transaction, visible whole") {
  auto o = options();
  o.batch_bytes_max = 1000;
  {
    const auto store = start(o);
    const Offset before = store->log_end_offset();
    REQUIRE(store->create_topic({.name = "wide", .partitions_count = 100}).has_value());
    CHECK(store->log_end_offset() == before + 1 + 100 + 2);  // topic, partitions, begin and end
    CHECK(store->read()->topic("wide")->partitions.size() == 100);
  }
  CHECK(start(o)->read()->topic("wide")->partitions.size() == 100);
  // Cut before its end, it has never been.
  const std::string log = read(log_path());
  const size_t topic_at = log.find("wide");
  write(log_path(), log.substr(0, topic_at + 3000));
  const auto store = start(o);
  CHECK(store->read()->topic("wide") == nullptr);
  CHECK(store->create_topic({.name = "wide", .partitions_count = 2}).has_value());
  CHECK(start(o)->read()->topic("wide")->partitions.size() == 2);
}

TEST_CASE_FIXTURE(MetadataFixture, "store: ten thousand partitions fit one batch") {
  const auto store = start();
  const Offset before = store->log_end_offset();
  REQUIRE(store->create_topic({.name = "wide", .partitions_count = 10'000}).has_value());
  CHECK(store->log_end_offset() == before + 10'001);
  CHECK(store->read()->partitions_count() == 10'000);
}

TEST_CASE_FIXTURE(MetadataFixture, "store: callers from many threads all get what they asked for") {
  const auto store = start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&store, t] {
      for (int i = 0; i < 20; ++i) {
        CHECK(store->create_topic({.name = concat("t-", t, '-', i)}).has_value());
        CHECK(store->next_producer_id_block().has_value());
        (void)store->create_topic({.name = concat("shared-", i)});
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(store->read()->topics().size() == 4 * 20 + 20);
  CHECK(store->next_producer_id_block()->first == ProducerId(80'000));
  const auto again = start();
  CHECK(again->read()->topics().size() == 100);
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: a log that somebody else appended to is not written any more") {
  const auto store = start();
  std::ofstream(log_path(), std::ios::binary | std::ios::app) << "x";
  const auto refused = store->create_topic({.name = "t"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(contains(text(refused), "metadata log"));
  CHECK(store->read()->topics().empty());
  CHECK_FALSE(store->next_producer_id_block().has_value());
  CHECK_FALSE(store->close_cleanly().has_value());
}

// --- Opening what others wrote
// --------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: partitions that Kafka left leaderless are elected, ELR lists emptied") {
  protocol::PartitionRecord left = partition(0);
  left.isr = {};
  left.leader = kNoLeader;
  left.leader_epoch = 7;
  left.eligible_leader_replicas = std::vector<int32_t>{1};
  left.last_known_elr = std::vector<int32_t>{1};
  left.leader_recovery_state = 1;
  left.directories = {kOneUuid};
  const QuorumImage quorum = quorum_of({1});
  LogWriter log;
  log.control(&quorum).data(
      {feature("metadata.version", 27), feature("eligible.leader.replicas.version", 1)}, 27);
  log.data({topic("t"), left}, 27);
  write(log_path(), log.bytes);
  const auto store = start();
  const auto image = store->read();
  const PartitionImage& partition = *image->partition("t", 0);
  CHECK(partition.leader == 1);
  CHECK(partition.leader_epoch == LeaderEpoch(8));
  CHECK(partition.isr == std::vector<int32_t>{1});
  CHECK(partition.elr.empty());
  CHECK(partition.last_known_elr.empty());
  CHECK(partition.recovery_state == LeaderRecoveryState::recovered);
  CHECK(partition.directories == std::vector<Uuid>{kDirectoryId});
  CHECK(image->metadata_version() == 27);
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: a clean stop with ELR on leaves the lists as Kafka does") {
  const QuorumImage quorum = quorum_of({1});
  LogWriter log;
  log.control(&quorum).data(
      {feature("metadata.version", 27), feature("eligible.leader.replicas.version", 1)}, 27);
  log.data({topic("t"), partition(0)}, 27);
  write(log_path(), log.bytes);
  start()->close_cleanly().value();
  auto o = options();
  o.is_read_only = true;
  const auto store = open(o).value();
  const auto image = store->read();
  CHECK(image->partition("t", 0)->isr.empty());
  CHECK(image->partition("t", 0)->elr == std::vector<int32_t>{1});
  CHECK(image->partition("t", 0)->last_known_elr == std::vector<int32_t>{1});
}

TEST_CASE_FIXTURE(MetadataFixture, "store: static voters stay static") {
  LogWriter log;
  log.control(nullptr)
      .data({feature("metadata.version", 21)}, 21)
      .data({topic("t"), partition(0)}, 21);
  write(log_path(), log.bytes);
  write(metadata_path("quorum-state"),
        format_quorum_state(
            {.data_version = 0, .leader_id = 1, .leader_epoch = 1, .current_voters = {1}}));
  {
    const auto store = start();
    CHECK(store->kraft_version() == 0);
    CHECK(store->read()->partition("t", 0)->leader_epoch == LeaderEpoch(1));
    REQUIRE(store->close_cleanly().has_value());
  }
  CHECK(
      read(metadata_path("quorum-state")) ==
      R"({"clusterId":"","leaderId":1,"leaderEpoch":2,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0})");
  CHECK(start()->read()->metadata_version() == 21);
}

TEST_CASE_FIXTURE(
    MetadataFixture,
    "store: what a formatter left is used once, from 0-0.checkpoint or bootstrap.checkpoint") {
  const auto snapshot = [](const QuorumImage* quorum, const std::vector<MetadataRecord>& records) {
    LogWriter file;
    file.settings.raft_epoch = 0;
    file.add(make_snapshot_header(0, quorum ? *quorum : QuorumImage{}, file.settings).value());
    if (!records.empty()) file.data(records, 25);
    file.add(make_snapshot_footer(file.settings).value());
    return file.bytes;
  };
  const QuorumImage quorum = quorum_of({1});
  const Buffer salt{1};
  const std::vector<MetadataRecord> records{
      feature("metadata.version", 26), feature("group.version", 1),
      protocol::UserScramCredentialRecord{
          .name = "boot", .mechanism = 1, .salt = salt, .iterations = 4096}};
  const std::string zero = metadata_path("00000000000000000000-0000000000.checkpoint");
  SUBCASE("voters and records in 0-0.checkpoint, as 4.4") {
    write(zero, snapshot(&quorum, records));
  }
  SUBCASE("voters in 0-0.checkpoint, records in bootstrap.checkpoint, as 4.0") {
    write(zero, snapshot(&quorum, {}));
    write(path + "/bootstrap.checkpoint", snapshot(nullptr, records));
  }
  {
    const auto store = start();
    CHECK(store->read()->metadata_version() == 26);
    CHECK(store->read()->feature_level("group.version") == 1);
    CHECK(store->read()->scram_credentials().size() == 1);
    CHECK(store->kraft_version() == 1);
    REQUIRE(store->append({feature("group.version", 0)}).has_value());
  }
  const auto store = start();
  CHECK(store->read()->feature_level("group.version") == 0);
  // The voters went into the log with the first epoch.
  std::filesystem::remove(zero);
  CHECK(start()->kraft_version() == 1);
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: records of an open transaction are not seen and get aborted") {
  const QuorumImage quorum = quorum_of({1});
  LogWriter log;
  log.control(&quorum).data({feature("metadata.version", 25)});
  log.data({protocol::BeginTransactionRecord{}, topic("t")}).data({partition(0)});
  write(log_path(), log.bytes);
  const auto store = start();
  CHECK(store->read()->topics().empty());
  CHECK(store->create_topic({.name = "t"}).has_value());
  CHECK(start()->read()->topics().size() == 1);
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: a torn tail is cut when writing and passed over when reading") {
  const QuorumImage quorum = quorum_of({1});
  LogWriter log;
  log.control(&quorum).data({feature("metadata.version", 25)}).data({topic("t"), partition(0)});
  const std::string torn = log.bytes.substr(0, log.bytes.size() - 5);
  write(log_path(), torn);
  auto o = options();
  o.is_read_only = true;
  CHECK(open(o).value()->read()->topics().empty());
  CHECK(read(log_path()) == torn);
  write(log_path(), log.bytes + std::string(100, '\0'));
  CHECK(open(o).value()->read()->topics().size() == 1);
  CHECK(start()->read()->topics().size() == 1);
  CHECK(start()->read()->topics().size() == 1);
}

TEST_CASE_FIXTURE(MetadataFixture, "store: reading writes nothing and cannot be written through") {
  start()->close_cleanly().value();
  const std::string before = read(log_path());
  auto o = options();
  o.is_read_only = true;
  const auto store = open(o).value();
  CHECK(store->activate(registration()).error().code() == ErrorCode::read_only);
  CHECK(store->create_topic({.name = "t"}).error().code() == ErrorCode::read_only);
  CHECK(store->close_cleanly().has_value());
  CHECK(read(log_path()) == before);
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: reading a directory without metadata gives an empty image") {
  auto o = options();
  o.is_read_only = true;
  CHECK(open(o).value()->read()->topics().empty());
  CHECK_FALSE(std::filesystem::exists(metadata_path()));
}

class Refusals : public MetadataFixture {
 public:
  Refusals() { log.control(&quorum).data({feature("metadata.version", 25)}); }
  std::string refusal() {
    write(log_path(), log.bytes);
    const auto store = open();
    REQUIRE_FALSE(store.has_value());
    CHECK(read(log_path()) == log.bytes);
    return text(store);
  }
  std::string read_refusal() {
    write(log_path(), log.bytes);
    auto o = options();
    o.is_read_only = true;
    return text(open(o));
  }
  QuorumImage quorum = quorum_of({1});
  LogWriter log;
};

TEST_CASE_FIXTURE(Refusals, "store: a damaged batch that valid ones follow is refused, not cut") {
  log.data({topic("a"), partition(0)}).data({topic("b", kOtherId)});
  log.bytes[log.positions[2] + 70] ^= 1;
  CHECK(contains(refusal(), concat("00000000000000000000.log: the batch at byte ", log.positions[2],
                                   " (offset 4) is damaged and valid batches follow it")));
  CHECK(contains(read_refusal(), "is damaged"));
  // Also when its length is what is damaged.
  log.bytes[log.positions[2] + 70] ^= 1;
  log.bytes[log.positions[2] + 8] = 0x7f;
  CHECK(contains(refusal(), "is damaged and valid batches follow it"));
  log.bytes[log.positions[2] + 8] = 0;
  log.bytes[log.positions[2] + 10] = 0;
  log.bytes[log.positions[2] + 11] = 0;
  CHECK(contains(refusal(), "is damaged and valid batches follow it"));
}

TEST_CASE_FIXTURE(Refusals, "store: an unknown record type or version is refused with its offset") {
  log.raw(Buffer{1, 99, 0, 0});
  CHECK(contains(refusal(), "offset 4: unknown metadata record type 99 version 0"));
}

TEST_CASE_FIXTURE(Refusals,
                  "store: a newer metadata.version is refused and the way back is named") {
  log.data({feature("metadata.version", 34)});
  const std::string refused = refusal();
  CHECK(contains(refused, "offset 4: FeatureLevelRecord: metadata.version 34"));
  CHECK(contains(refused, "7 to 33"));
}

TEST_CASE_FIXTURE(Refusals, "store: records that do not fit are refused with their offset") {
  log.data({protocol::RemoveTopicRecord{.topic_id = kTopicId}});
  CHECK(contains(refusal(), "offset 4: RemoveTopicRecord: removal of the unknown topic id"));
}

TEST_CASE_FIXTURE(Refusals, "store: a quorum of several voters is refused for writing and read") {
  quorum = quorum_of({1, 2, 3});
  log.control(&quorum);
  CHECK(contains(refusal(), "belongs to a quorum with voter 2"));
  CHECK(read_refusal() == "no error");
}

TEST_CASE_FIXTURE(Refusals, "store: static voters other than this node are refused") {
  log = LogWriter();
  log.control(nullptr, 3).data({feature("metadata.version", 25)});
  CHECK(contains(refusal(), "belongs to a quorum with voter 3"));
}

TEST_CASE_FIXTURE(Refusals, "store: a voter of another directory id is refused") {
  quorum = quorum_of({1}, kOtherId);
  log.control(&quorum);
  CHECK(contains(refusal(), "was meta.properties copied from elsewhere?"));
}

TEST_CASE_FIXTURE(Refusals, "store: replicas on other nodes are refused for writing and read") {
  log.data({topic("t"), partition(0), partition(1, {1, 2})});
  CHECK(contains(refusal(), "partition t-1 has replicas on other nodes than 1"));
  CHECK(read_refusal() == "no error");
}

TEST_CASE_FIXTURE(Refusals, "store: a partition that is never defined is refused") {
  log.data({topic("t"), partition(1)});
  CHECK(contains(refusal(), "never defines partition t-0"));
}

TEST_CASE_FIXTURE(Refusals, "store: a log without metadata.version is refused") {
  log = LogWriter();
  log.control(&quorum).data({topic("t"), partition(0)});
  CHECK(contains(refusal(), "no metadata.version"));
}

TEST_CASE_FIXTURE(Refusals, "store: nested and dangling transactions are refused") {
  log.data({protocol::EndTransactionRecord{}});
  CHECK(contains(refusal(), "offset 4: EndTransactionRecord outside a metadata transaction"));
}

TEST_CASE_FIXTURE(Refusals, "store: a gap in the offsets and a falling epoch are refused") {
  LogWriter gap = log;
  gap.settings.base_offset = gap.settings.base_offset + 1;
  gap.data({topic("t")});
  std::swap(gap, log);
  CHECK(contains(refusal(), "offset 5 follows offset 3"));
  std::swap(gap, log);
  log.settings.raft_epoch = 0;
  log.data({topic("t")});
  CHECK(contains(refusal(), "offset 4: epoch 0 follows epoch 1"));
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "store: partitions without a metadata log are not set aside but refused") {
  std::filesystem::create_directories(path + "/orders-0");
  const auto store = open();
  REQUIRE_FALSE(store.has_value());
  CHECK(contains(text(store), "has partitions (orders-0) but no metadata log"));
  CHECK_FALSE(std::filesystem::exists(metadata_path()));
}

TEST_CASE_FIXTURE(MetadataFixture, "store: a log of random bytes never does worse than an error") {
  const QuorumImage quorum = quorum_of({1});
  LogWriter log;
  log.control(&quorum)
      .data({feature("metadata.version", 25)})
      .data({topic("t"), partition(0), config("t", "a", "b")});
  auto o = options();
  o.is_read_only = true;
  uint32_t state = 7;
  for (int round = 0; round < 500; ++round) {
    std::string bytes = log.bytes;
    for (int flips = 0; flips < 3; ++flips) {
      state = state * 1664525u + 1013904223u;
      bytes[(state >> 8) % bytes.size()] = static_cast<char>(state >> 3);
    }
    // With a CRC that fits, so that the damage reaches the records.
    for (size_t at : log.positions) {
      const size_t size = 12 + load_be<uint32_t>(as_bytes(bytes).data() + at + 8);
      if (at + size > bytes.size() || size < 61) continue;
      store_be(reinterpret_cast<uint8_t*>(bytes.data()) + at + 17,
               crc32c(as_bytes(bytes).subspan(at + 21, size - 21)));
    }
    write(log_path(), bytes);
    const auto store = open(o);
    if (!store) CHECK_FALSE(store.error().text().empty());
  }
}

// --- Snapshots
// ------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(MetadataFixture, "snapshot: it replaces the log, also when the log is gone") {
  Offset end;
  {
    const auto store = start();
    REQUIRE(store->create_topics({{.name = "a"}, {.name = "b", .configs = {{"k", "v"}}}})[1]
                .has_value());
    REQUIRE(store->write_snapshot().has_value());
    end = store->log_end_offset();
    REQUIRE(store->create_topic({.name = "c"}).has_value());
  }
  CHECK(std::filesystem::exists(metadata_path(snapshot_name({end, 1}))));
  CHECK(start()->read()->topics().size() == 3);
  for (const auto& entry : std::filesystem::directory_iterator(metadata_path()))
    if (!entry.path().string().ends_with(".checkpoint")) std::filesystem::remove(entry.path());
  {
    const auto store = start();
    CHECK(store->read()->topics().size() == 2);
    CHECK(store->read()->configs(ConfigResourceType::topic, "b") == ConfigMap{{"k", "v"}});
    CHECK(store->kraft_version() == 1);
    CHECK(store->raft_epoch() == 2);
    CHECK(store->create_topic({.name = "d"}).has_value());
  }
  CHECK(start()->read()->topics().size() == 3);
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "snapshot: written when the log has grown, old ones and their segments go") {
  auto o = options();
  o.snapshot_interval_bytes = 2000;
  o.retention_bytes = 9000;
  const auto store = start(o);
  for (int i = 0; i < 200; ++i)
    REQUIRE(store->create_topic({.name = concat("topic-", i % 3)}).has_value() == (i < 3));
  const Uuid id = store->read()->topic("topic-0")->id;
  for (int i = 0; i < 300; ++i)
    REQUIRE(
        store->set_configs({{{ConfigResourceType::topic, "topic-0"}, {{"k", std::to_string(i)}}}})
            .has_value());
  int snapshots = 0, segments = 0;
  int64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(metadata_path())) {
    snapshots += entry.path().extension() == ".checkpoint";
    segments += entry.path().extension() == ".log";
    bytes += static_cast<int64_t>(entry.file_size());
  }
  CHECK(snapshots >= 1);
  CHECK(snapshots <= 4);
  CHECK(segments <= 5);
  CHECK(bytes < 20'000);
  const auto again = start(o);
  CHECK(again->read()->topic("topic-0")->id == id);
  CHECK(again->read()->configs(ConfigResourceType::topic, "topic-0") == ConfigMap{{"k", "299"}});
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "snapshot: one that is cut short is passed over while the log reaches back") {
  SnapshotId id;
  {
    const auto store = start();
    REQUIRE(store->create_topic({.name = "a"}).has_value());
    REQUIRE(store->write_snapshot().has_value());
    id = {store->log_end_offset(), 1};
  }
  const std::string file = metadata_path(snapshot_name(id));
  const std::string bytes = read(file);
  for (size_t cut : {size_t{1}, size_t{80}, bytes.size() / 2, bytes.size()}) {
    std::filesystem::remove(file);
    write(file, bytes.substr(0, bytes.size() - cut));
    auto o = options();
    o.is_read_only = true;
    CHECK(open(o).value()->read()->topics().size() == 1);
  }
  std::filesystem::remove(log_path());
  const auto store = open();
  CHECK_FALSE(store.has_value());
}

TEST_CASE_FIXTURE(MetadataFixture,
                  "snapshot: a segment that is missing below it does no harm, above it is an error") {
  std::vector<Offset> bases;
  {
    const auto store = start();
    for (const char* name : {"a", "b", "c"}) {
      REQUIRE(store->create_topic({.name = name}).has_value());
      REQUIRE(store->write_snapshot().has_value());
      bases.push_back(store->log_end_offset());
    }
    REQUIRE(store->create_topic({.name = "d"}).has_value());
  }
  std::filesystem::remove(storage::offset_path(metadata_path(), bases[0], ".log"));
  CHECK(start()->read()->topics().size() == 4);
  CHECK(start()->read()->topics().size() == 4);
  std::filesystem::remove(metadata_path(snapshot_name({bases[2], 1})));
  std::filesystem::remove(storage::offset_path(metadata_path(), bases[1], ".log"));
  const auto store = open();
  REQUIRE_FALSE(store.has_value());
  CHECK(contains(text(store), concat("offset ", bases[2].value, " follows offset ")));
}

}  // namespace
}  // namespace spool::broker
