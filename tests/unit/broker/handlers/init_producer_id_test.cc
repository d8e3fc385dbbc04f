#include <set>

#include "core/protocol/messages/init_producer_id.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::init_producer_id_test {
namespace {

using Request = protocol::InitProducerIdRequest;
using Response = protocol::InitProducerIdResponse;

Request request_of(std::optional<std::string> transactional_id = std::nullopt) {
  Request request;
  request.transactional_id = std::move(transactional_id);
  request.transaction_timeout_ms = 60'000;
  return request;
}

TEST_CASE(
    "init producer id: without a transactional id every version gives a new id with epoch 0") {
  BrokerFixture broker;
  std::set<int64_t> given;
  for (int16_t version = 0; version <= 5; ++version) {
    const auto answer = broker.call<Response>(request_of(), version);
    CHECK(answer.error_code == 0);
    CHECK(answer.producer_epoch == 0);
    given.insert(answer.producer_id);
  }
  CHECK(given.size() == 6);
}

TEST_CASE("init producer id: the timeout is not looked at without a transactional id") {
  BrokerFixture broker;
  for (const int32_t timeout : {0, -1, INT32_MIN, INT32_MAX}) {
    Request request = request_of();
    request.transaction_timeout_ms = timeout;
    CHECK(broker.call<Response>(request, 5).error_code == 0);
  }
}

TEST_CASE("init producer id: a producer id without an epoch, or an epoch alone, is 42") {
  BrokerFixture broker;
  const auto error = [&](int64_t producer_id, int16_t producer_epoch) {
    Request request = request_of();
    request.producer_id = producer_id;
    request.producer_epoch = producer_epoch;
    return broker.call<Response>(request, 5).error_code;
  };
  CHECK(error(5, -1) == 42);
  CHECK(error(-1, 3) == 42);
  CHECK(error(5, 3) == 0);
}

TEST_CASE("init producer id: an empty transactional id is 42") {
  BrokerFixture broker;
  const auto answer = broker.call<Response>(request_of(""), 5);
  CHECK(answer.error_code == 42);
  CHECK(answer.producer_id == -1);
  CHECK(answer.producer_epoch == -1);
}

TEST_CASE("init producer id: every start takes a block of 1000 ids of its own") {
  BrokerFixture broker;
  const int64_t first = broker.call<Response>(request_of(), 5).producer_id;
  for (int i = 0; i < 5; ++i)
    CHECK(broker.call<Response>(request_of(), 5).producer_id == first + i + 1);
  broker.restart();
  CHECK(broker.call<Response>(request_of(), 5).producer_id == first + 1'000);
}

TEST_CASE("init producer id: goes on over the end of a block, and no id is given twice") {
  BrokerFixture broker;
  std::set<int64_t> given;
  for (int i = 0; i < 2'100; ++i) given.insert(broker.call<Response>(request_of(), 4).producer_id);
  CHECK(given.size() == 2'100);
}

}  // namespace
}  // namespace spool::broker::init_producer_id_test
