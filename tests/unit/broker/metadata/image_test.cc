#include "broker/metadata/image.h"

#include "metadata_fixture.h"

namespace spool::broker {
namespace {

class ImageTest {
 public:
  void apply(const MetadataRecord& record) {
    const Status applied = image.apply(record, &delta);
    REQUIRE_MESSAGE(applied, (applied ? std::string() : std::string(applied.error().text())));
  }
  std::string refusal(const MetadataRecord& record) {
    const Status checked = image.check(record);
    const Status applied = image.apply(record, &delta);
    REQUIRE_FALSE(applied.has_value());
    CHECK(checked.error().text() == applied.error().text());
    return std::string(applied.error().text());
  }
  MetadataImage image;
  MetadataDelta delta;
};

TEST_CASE_FIXTURE(ImageTest, "image: a topic is found by name and by id, with its partitions") {
  apply(topic("orders"));
  apply(partition(0));
  apply(partition(1));
  REQUIRE(image.topic("orders") != nullptr);
  CHECK(image.topic(kTopicId) == image.topic("orders"));
  CHECK(image.topic("orders")->partitions.size() == 2);
  CHECK(image.partitions_count() == 2);
  CHECK(image.partition("orders", 1)->leader == 1);
  CHECK(image.partition("orders", 2) == nullptr);
  CHECK(image.partition("orders", -1) == nullptr);
  CHECK(delta.created_topics == std::vector<Uuid>{kTopicId});
  CHECK(delta.changed_partitions.empty());
}

TEST_CASE_FIXTURE(ImageTest, "image: removing a topic takes its partitions and configs with it") {
  apply(topic("orders"));
  apply(partition(0));
  apply(config("orders", "retention.ms", "1"));
  delta = {};
  apply(protocol::RemoveTopicRecord{.topic_id = kTopicId});
  CHECK(image.topic("orders") == nullptr);
  CHECK(image.topic(kTopicId) == nullptr);
  CHECK(image.configs(ConfigResourceType::topic, "orders").empty());
  CHECK(image.partitions_count() == 0);
  REQUIRE(delta.deleted_topics.size() == 1);
  CHECK(delta.deleted_topics[0].name == "orders");
  CHECK(delta.deleted_topics[0].partitions_count == 1);
}

TEST_CASE_FIXTURE(
    ImageTest,
    "image: setting the leader raises the leader epoch, any change the partition epoch") {
  apply(topic("t"));
  apply(partition(0));
  apply(protocol::PartitionChangeRecord{.partition_id = 0, .topic_id = kTopicId, .leader = 1});
  CHECK(image.partition("t", 0)->leader_epoch == LeaderEpoch(1));
  CHECK(image.partition("t", 0)->partition_epoch == 1);
  apply(protocol::PartitionChangeRecord{
      .partition_id = 0, .topic_id = kTopicId, .isr = std::vector<int32_t>{}});
  CHECK(image.partition("t", 0)->leader_epoch == LeaderEpoch(1));
  CHECK(image.partition("t", 0)->partition_epoch == 2);
  CHECK(image.partition("t", 0)->isr.empty());
  CHECK(image.partition("t", 0)->leader == 1);
}

TEST_CASE_FIXTURE(ImageTest, "image: directories follow their replicas, new ones are unassigned") {
  apply(topic("t"));
  protocol::PartitionRecord record = partition(0, {1, 2});
  record.directories = {kDirectoryId, kOtherId};
  apply(record);
  apply(protocol::PartitionChangeRecord{
      .partition_id = 0, .topic_id = kTopicId, .replicas = std::vector<int32_t>{2, 3}});
  CHECK(image.partition("t", 0)->directories == std::vector<Uuid>{kOtherId, kOneUuid});
}

TEST_CASE_FIXTURE(ImageTest, "image: a null config value deletes, others replace") {
  apply(config("t", "a", "1"));
  apply(config("t", "b", "2"));
  apply(config("t", "a", "3"));
  CHECK(image.configs(ConfigResourceType::topic, "t") == ConfigMap{{"a", "3"}, {"b", "2"}});
  apply(config("t", "a", std::nullopt));
  apply(config("t", "b", std::nullopt));
  CHECK(image.all_configs().empty());
}

TEST_CASE_FIXTURE(ImageTest, "image: records that do not fit are refused and change nothing") {
  apply(topic("t"));
  CHECK(refusal(topic("t", kOtherId)) == "topic t exists already");
  CHECK(refusal(topic("u")) == concat("topic id ", kTopicId.to_string(), " exists already"));
  CHECK(refusal(partition(0, {1}, kOtherId)) ==
        concat("partition of the unknown topic id ", kOtherId.to_string()));
  CHECK(refusal(partition(-1)) == "partition -1 of topic t is not possible");
  CHECK(refusal(partition(2'000'000'000)) == "partition 2000000000 of topic t is not possible");
  CHECK(refusal(protocol::PartitionChangeRecord{.partition_id = 0, .topic_id = kTopicId}) ==
        "change of the unknown partition t-0");
  CHECK(refusal(protocol::RemoveTopicRecord{.topic_id = kOtherId}) ==
        concat("removal of the unknown topic id ", kOtherId.to_string()));
  CHECK(refusal(protocol::RemoveAccessControlEntryRecord{.id = kOtherId}) ==
        concat("removal of the unknown ACL ", kOtherId.to_string()));
  CHECK(refusal(protocol::BrokerRegistrationChangeRecord{.broker_id = 4}) ==
        "broker 4 is not registered");
  CHECK(image.topics().size() == 1);
  CHECK(image.topic("t")->partitions.empty());
}

TEST_CASE_FIXTURE(ImageTest,
                  "image: metadata.version outside 7 to 33 is refused, level 0 of others removes") {
  CHECK(refusal(feature("metadata.version", 34))
            .starts_with("metadata.version 34 is not one that this release reads"));
  CHECK(refusal(feature("metadata.version", 6)).starts_with("metadata.version 6"));
  apply(feature("metadata.version", 33));
  apply(feature("group.version", 1));
  apply(feature("unheard.of", 9));
  CHECK(image.feature_level("unheard.of") == 9);
  apply(feature("group.version", 0));
  apply(feature("kraft.version", 1));
  CHECK(image.features().size() == 2);
  CHECK(image.metadata_version() == 33);
}

TEST_CASE_FIXTURE(ImageTest, "image: producer ids strictly increase") {
  apply(protocol::ProducerIdsRecord{.broker_id = 1, .next_producer_id = 1000});
  CHECK(refusal(protocol::ProducerIdsRecord{.broker_id = 1, .next_producer_id = 1000}) ==
        "the next producer id 1000 is not above 1000");
  apply(protocol::ProducerIdsRecord{.broker_id = 1, .next_producer_id = 2000});
  CHECK(image.producer_ids()->next_producer_id == 2000);
}

TEST_CASE_FIXTURE(ImageTest, "image: a change of registration needs the broker's epoch") {
  apply(protocol::RegisterBrokerRecord{.broker_id = 1, .broker_epoch = 5});
  CHECK(image.brokers().at(1).is_fenced);
  CHECK(refusal(protocol::BrokerRegistrationChangeRecord{
            .broker_id = 1, .broker_epoch = 4, .fenced = -1}) ==
        "broker 1 is registered at epoch 5, not 4");
  apply(protocol::BrokerRegistrationChangeRecord{.broker_id = 1, .broker_epoch = 5, .fenced = -1});
  CHECK_FALSE(image.brokers().at(1).is_fenced);
  apply(protocol::BrokerRegistrationChangeRecord{
      .broker_id = 1, .broker_epoch = 5, .in_controlled_shutdown = 1});
  CHECK(image.brokers().at(1).is_in_controlled_shutdown);
  apply(protocol::UnregisterBrokerRecord{.broker_id = 1, .broker_epoch = 5});
  CHECK(image.brokers().empty());
}

TEST_CASE_FIXTURE(ImageTest,
                  "image: quotas are keyed by the whole entity, whatever the order of its parts") {
  protocol::ClientQuotaRecord record{.key = "producer_byte_rate", .value = 5};
  record.entity = {{.entity_type = "user", .entity_name = "a"},
                   {.entity_type = "client-id", .entity_name = std::nullopt}};
  apply(record);
  std::swap(record.entity[0], record.entity[1]);
  record.value = 7;
  apply(record);
  REQUIRE(image.client_quotas().size() == 1);
  CHECK(image.client_quotas().begin()->second.at("producer_byte_rate") == 7);
  record.remove = true;
  apply(record);
  CHECK(image.client_quotas().empty());
}

TEST_CASE_FIXTURE(ImageTest,
                  "image: a removed SCRAM credential does not take those added later with it") {
  const Buffer salt{1, 2};
  apply(protocol::UserScramCredentialRecord{
      .name = "a", .mechanism = 1, .salt = salt, .iterations = 4096});
  apply(protocol::RemoveUserScramCredentialRecord{.name = "a", .mechanism = 1});
  apply(protocol::UserScramCredentialRecord{
      .name = "b", .mechanism = 1, .salt = salt, .iterations = 4096});
  REQUIRE(image.scram_credentials().size() == 1);
  CHECK(image.scram_credentials().begin()->first.user == "b");
  CHECK(image.scram_credentials().begin()->second.salt == Buffer{1, 2});
}

TEST_CASE_FIXTURE(ImageTest, "image: names that differ in '.' and '_' only are found to collide") {
  apply(topic("a.b_c"));
  REQUIRE(image.colliding_topic("a_b.c") != nullptr);
  CHECK(image.colliding_topic("a_b.c")->name == "a.b_c");
  CHECK(image.colliding_topic("a.b_c") == nullptr);
  CHECK(image.colliding_topic("abc") == nullptr);
  apply(protocol::RemoveTopicRecord{.topic_id = kTopicId});
  CHECK(image.colliding_topic("a_b.c") == nullptr);
}

TEST_CASE_FIXTURE(ImageTest, "image: ClearElr empties the lists of one topic or of all") {
  apply(topic("t"));
  protocol::PartitionRecord record = partition(0);
  record.eligible_leader_replicas = std::vector<int32_t>{1};
  record.last_known_elr = std::vector<int32_t>{1};
  apply(record);
  CHECK(image.partition("t", 0)->elr == std::vector<int32_t>{1});
  CHECK(refusal(protocol::ClearElrRecord{.topic_name = "u"}) ==
        "clearing the eligible leaders of the unknown topic u");
  apply(protocol::ClearElrRecord{});
  CHECK(image.partition("t", 0)->elr.empty());
  CHECK(image.partition("t", 0)->last_known_elr.empty());
}

TEST_CASE_FIXTURE(ImageTest, "image: its records replayed give the same image") {
  apply(feature("metadata.version", 25));
  apply(feature("group.version", 1));
  apply(protocol::RegisterBrokerRecord{
      .broker_id = 1,
      .incarnation_id = kOtherId,
      .broker_epoch = 5,
      .end_points = {{.name = "P", .host = "h", .port = 9092, .security_protocol = 0}},
      .features = {{.name = "metadata.version",
                    .min_supported_version = 7,
                    .max_supported_version = 33}},
      .rack = "r",
      .log_dirs = {kDirectoryId}});
  apply(protocol::RegisterControllerRecord{.controller_id = 1, .incarnation_id = kOtherId});
  apply(topic("t"));
  apply(partition(0));
  apply(partition(1));
  apply(config("t", "retention.ms", "1"));
  const Buffer salt{1};
  apply(protocol::UserScramCredentialRecord{
      .name = "a", .mechanism = 2, .salt = salt, .iterations = 4096});
  apply(
      protocol::AccessControlEntryRecord{.id = kOtherId, .resource_type = 2, .resource_name = "t"});
  apply(protocol::ProducerIdsRecord{.broker_id = 1, .broker_epoch = 5, .next_producer_id = 1000});
  apply(
      protocol::DelegationTokenRecord{.owner = "User:a", .renewers = {"User:b"}, .token_id = "x"});
  protocol::ClientQuotaRecord quota{.key = "request_percentage", .value = 0.5};
  quota.entity = {{.entity_type = "ip", .entity_name = "::1"}};
  apply(quota);

  ImageTest again;
  for (const MetadataRecord& record : image.to_records()) again.apply(record);
  CHECK(again.image.features() == image.features());
  CHECK(again.image.brokers() == image.brokers());
  CHECK(again.image.controllers() == image.controllers());
  CHECK(*again.image.topic("t") == *image.topic("t"));
  CHECK(again.image.all_configs() == image.all_configs());
  CHECK(again.image.scram_credentials() == image.scram_credentials());
  CHECK(again.image.acls() == image.acls());
  CHECK(again.image.producer_ids() == image.producer_ids());
  CHECK(again.image.delegation_tokens() == image.delegation_tokens());
  CHECK(again.image.client_quotas() == image.client_quotas());
}

}  // namespace
}  // namespace spool::broker
