#include <algorithm>

#include "core/protocol/messages/metadata.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::metadata_test {
namespace {

using Request = protocol::MetadataRequest;
using Response = protocol::MetadataResponse;

Request named(std::vector<std::optional<std::string>> names, bool may_create = false) {
  Request request;
  auto& topics = request.topics.emplace();
  for (auto& name : names) topics.push_back({Uuid{}, std::move(name), {}});
  request.allow_auto_topic_creation = may_create;
  return request;
}

Request by_id(const Uuid& id, std::optional<std::string> name = std::nullopt) {
  Request request = named({std::move(name)});
  (*request.topics)[0].topic_id = id;
  return request;
}

Request everything() {
  Request request;
  request.topics.reset();
  return request;
}

TEST_CASE("metadata: every version answers this one broker and its topics") {
  BrokerFixture broker("broker.rack=r1");
  const Uuid id = create_topic(broker, "t", 2);
  for (int16_t version = 0; version <= 13; ++version) {
    const auto answer = broker.call<Response>(named({"t"}, version < 4), version);
    REQUIRE(answer.brokers.size() == 1);
    CHECK(answer.brokers[0].node_id == 1);
    CHECK(answer.brokers[0].host == "localhost");
    CHECK(answer.brokers[0].port == 9092);
    CHECK(answer.brokers[0].rack ==
          (version >= 1 ? std::optional<std::string>("r1") : std::nullopt));
    CHECK(answer.cluster_id ==
          (version >= 2 ? std::optional(broker.broker().cluster_id()) : std::nullopt));
    CHECK(answer.controller_id == (version >= 1 ? 1 : -1));
    CHECK(answer.error_code == 0);
    REQUIRE(answer.topics.size() == 1);
    const auto& topic = answer.topics[0];
    CHECK(topic.error_code == 0);
    CHECK(topic.name == "t");
    CHECK((topic.topic_id == id) == (version >= 10));
    CHECK(!topic.is_internal);
    REQUIRE(topic.partitions.size() == 2);
    for (int32_t number = 0; number < 2; ++number) {
      const auto& partition = topic.partitions[static_cast<size_t>(number)];
      CHECK(partition.error_code == 0);
      CHECK(partition.partition_index == number);
      CHECK(partition.leader_id == 1);
      CHECK(partition.leader_epoch == (version >= 7 ? 0 : -1));
      CHECK(partition.replica_nodes == std::vector<int32_t>{1});
      CHECK(partition.isr_nodes == std::vector<int32_t>{1});
      CHECK(partition.offline_replicas.empty());
    }
    CHECK(topic.topic_authorized_operations == INT32_MIN);
    CHECK(answer.cluster_authorized_operations == INT32_MIN);
  }
}

TEST_CASE("metadata: null is all topics and empty is none; in version 0 empty is all") {
  BrokerFixture broker;
  create_topic(broker, "a");
  create_topic(broker, "b");
  CHECK(broker.call<Response>(named({}, true), 0).topics.size() == 2);
  for (int16_t version = 1; version <= 13; ++version) {
    Request all = everything();
    all.allow_auto_topic_creation = true;
    CHECK(broker.call<Response>(all, version).topics.size() == 2);
    Request none = named({}, version < 4);
    CHECK(broker.call<Response>(none, version).topics.empty());
  }
}

TEST_CASE("metadata: authorized operations only when asked, of the cluster in versions 8 to 10") {
  BrokerFixture broker;
  create_topic(broker, "t");
  for (int16_t version = 8; version <= 13; ++version) {
    Request request = named({"t"});
    request.include_topic_authorized_operations = true;
    if (version <= 10) request.include_cluster_authorized_operations = true;
    const auto answer = broker.call<Response>(request, version);
    CHECK(answer.topics[0].topic_authorized_operations == 3576);
    CHECK(answer.cluster_authorized_operations == (version <= 10 ? 8096 : INT32_MIN));
  }
}

TEST_CASE("metadata: beside one that is asked for by its id topics without are not answered") {
  BrokerFixture broker;
  Request request = named({"nope"}, false);
  request.topics->emplace_back();
  request.topics->back().name.reset();
  request.topics->back().topic_id = Uuid::from_halves(1, 1);
  const auto topics = broker.call<Response>(request, 13).topics;
  REQUIRE(topics.size() == 1);
  CHECK(topics[0].error_code == 100);
}

TEST_CASE(
    "metadata: creates a missing topic when the request and the broker allow it; versions 0 to 3 "
    "always ask") {
  BrokerFixture broker("num.partitions=3");
  CHECK(broker.call<Response>(named({"t"}, false), 12).topics[0].error_code == 3);
  const auto made = broker.call<Response>(named({"t"}, true), 12).topics[0];
  CHECK(made.error_code == 0);
  CHECK(made.partitions.size() == 3);
  CHECK(!made.topic_id.is_zero());
  for (int16_t version = 0; version <= 3; ++version)
    CHECK(
        broker.call<Response>(named({concat("v", version)}, true), version).topics[0].error_code ==
        0);
  CHECK(produce(broker, "v0", 2, batch_of("x")).error_code == 0);

  broker.restart("auto.create.topics.enable=false");
  CHECK(broker.call<Response>(named({"u"}, true), 12).topics[0].error_code == 3);
  CHECK(broker.call<Response>(named({"t"}, true), 12).topics[0].topic_id == made.topic_id);
  CHECK(broker.call<Response>(named({"u"}, true), 0).topics[0].error_code == 3);
}

TEST_CASE("metadata: a topic just deleted is answered as gone once, and made anew meanwhile") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  delete_topic(broker, "t");
  const auto gone = broker.call<Response>(named({"t"}, true), 6).topics[0];
  CHECK(gone.error_code == 3);
  CHECK(gone.partitions.empty());
  const auto anew = broker.call<Response>(named({"t"}, true), 12).topics[0];
  CHECK(anew.error_code == 0);
  CHECK(anew.partitions.size() == 1);
  CHECK(anew.topic_id != id);
}

TEST_CASE("metadata: asking for all topics creates none") {
  BrokerFixture broker;
  Request request = everything();
  request.allow_auto_topic_creation = true;
  CHECK(broker.call<Response>(request, 12).topics.empty());
}

TEST_CASE("metadata: impossible names are 17 and not created, names that collide are 3 for ever") {
  BrokerFixture broker;
  create_topic(broker, "a.b");
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a b"),
        std::string("../up"), std::string("a/b"), std::string(250, 'x')}) {
    const auto topic = broker.call<Response>(named({name}, true), 12).topics[0];
    CHECK_MESSAGE(topic.error_code == 17, name);
    CHECK(topic.name == name);
    CHECK(topic.partitions.empty());
  }
  for (int i = 0; i < 2; ++i)
    CHECK(broker.call<Response>(named({"a_b"}, true), 12).topics[0].error_code == 3);
  CHECK(broker.call<Response>(named({std::string(249, 'x')}, true), 12).topics[0].error_code == 0);
  CHECK(broker.call<Response>(everything(), 12).topics.size() == 2);
}

TEST_CASE("metadata: ids and null names are 42 in versions 10 and 11, for the whole request") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  Request both = named({"t", "t"});
  both.topics->back().topic_id = id;
  const auto refused = broker.call<Response>(both, 11);
  CHECK(refused.brokers.empty());
  CHECK(refused.cluster_id == std::nullopt);
  CHECK(refused.controller_id == -1);
  REQUIRE(refused.topics.size() == 2);
  for (const auto& topic : refused.topics) {
    CHECK(topic.error_code == 42);
    CHECK(topic.name == "t");
    CHECK(topic.partitions.empty());
  }
  for (const int16_t version : {int16_t{10}, int16_t{11}}) {
    CHECK(broker.call<Response>(by_id(id, "t"), version).topics[0].error_code == 42);
    CHECK(broker.call<Response>(by_id(id), version).topics[0].error_code == 42);
    CHECK(broker.call<Response>(by_id(Uuid{}), version).topics[0].error_code == 42);
  }
}

TEST_CASE(
    "metadata: by id from version 12 on; an id wins over a name, unknown ids are 100, nothing at "
    "all is -1") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  create_topic(broker, "other");
  CHECK(broker.call<Response>(by_id(id), 12).topics[0].name == "t");
  CHECK(broker.call<Response>(by_id(id, "other"), 12).topics[0].name == "t");
  Uuid unknown = id;
  unknown.bytes[5] ^= 1;
  const auto refused = broker.call<Response>(by_id(unknown), 12).topics[0];
  CHECK(refused.error_code == 100);
  CHECK(refused.name == std::nullopt);
  CHECK(refused.topic_id == unknown);
  for (const int16_t version : {int16_t{12}, int16_t{13}}) {
    const auto nothing = broker.call<Response>(by_id(Uuid{}), version);
    CHECK(nothing.topics[0].error_code == -1);
    CHECK(nothing.topics[0].name == "");
    CHECK(nothing.error_code == (version >= 13 ? -1 : 0));
    CHECK(nothing.brokers.empty());
  }
}

TEST_CASE("metadata: a topic asked for twice is answered once") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(broker.call<Response>(named({"t", "t", "missing", "missing"}), 12).topics.size() == 2);
  CHECK(broker.call<Response>(named({"made", "made"}, true), 12).topics.size() == 1);
}

TEST_CASE(
    "metadata: a topic id stays over a restart and differs after deleting and creating again") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  const auto epoch_of = [&] {
    return broker.call<Response>(named({"t"}), 12).topics[0].partitions[0].leader_epoch;
  };
  CHECK(epoch_of() == 0);
  broker.restart();
  CHECK(broker.call<Response>(named({"t"}), 12).topics[0].topic_id == id);
  CHECK(epoch_of() == 2);  // Kafka moves it by 2 too: shrunk on the way down, elected on the way up
  delete_topic(broker, "t");
  CHECK(broker.call<Response>(named({"t"}), 12).topics[0].error_code == 3);
  CHECK(create_topic(broker, "t") != id);
  CHECK(epoch_of() == 0);
}

TEST_CASE("metadata: a listener on all addresses is advertised under a name that can be dialled") {
  BrokerFixture broker("listeners=PLAINTEXT://:0", Broker::Access::serve);
  auto peer = broker.dial();
  const auto answer = peer.call<Response>(everything(), 12);
  const auto& advertised = answer.brokers[0];
  CHECK(advertised.host != "");
  CHECK(advertised.host != "0.0.0.0");
  auto transport =
      net::TcpTransport::connect(advertised.host, static_cast<uint16_t>(advertised.port));
  REQUIRE_MESSAGE(transport.has_value(), advertised.host);
  Peer again(std::move(*transport));
  CHECK(again.call<Response>(everything(), 12).brokers[0].host == advertised.host);
}

TEST_CASE("metadata: each listener answers with the address clients reach it by") {
  BrokerFixture broker(
      "listeners=INSIDE://127.0.0.1:0,OUTSIDE://127.0.0.1:0,ANY://127.0.0.1:0\n"
      "listener.security.protocol.map=INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,ANY:PLAINTEXT\n"
      "inter.broker.listener.name=INSIDE\n"
      "advertised.listeners=INSIDE://inside.example:1234,OUTSIDE://outside.example:5678,ANY://"
      "127.0.0.1:0",
      Broker::Access::serve);
  const auto& endpoints = broker.broker().endpoints();
  REQUIRE(endpoints.size() == 3);
  CHECK(endpoints[0].host == "inside.example");
  CHECK(endpoints[0].port == 1234);
  CHECK(endpoints[1].host == "outside.example");
  CHECK(endpoints[1].port == 5678);
  CHECK(endpoints[2].host == "127.0.0.1");
  CHECK(endpoints[2].port > 0);  // the port that was bound
  auto peer = broker.dial(2);
  const auto answer = peer.call<Response>(everything(), 12);
  CHECK(answer.brokers[0].host == "127.0.0.1");
  CHECK(answer.brokers[0].port == endpoints[2].port);
}

}  // namespace
}  // namespace spool::broker::metadata_test
