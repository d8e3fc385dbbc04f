#include "broker/topics/purgatory.h"

#include "tests/unit/broker/handlers/broker_fixture.h"

namespace spool::broker {
namespace {

class Waiter final : public ReplicaWaiter {
 public:
  void wake() override { ++wakes; }
  int wakes = 0;
};

TEST_CASE("purgatory: keeps what waits alive, and no longer") {
  Purgatory purgatory;
  auto waiter = std::make_shared<Waiter>();
  const std::weak_ptr<Waiter> watched = waiter;
  purgatory.add(waiter);
  waiter.reset();
  REQUIRE(!watched.expired());
  purgatory.remove(watched.lock());
  CHECK(watched.expired());
}

TEST_CASE("purgatory: closing wakes everything once and says so from then on") {
  Purgatory purgatory;
  const auto first = std::make_shared<Waiter>();
  const auto second = std::make_shared<Waiter>();
  purgatory.add(first);
  purgatory.add(second);
  purgatory.add(second);
  CHECK(!purgatory.is_closed());
  purgatory.close();
  CHECK(purgatory.is_closed());
  CHECK(first->wakes == 1);
  CHECK(second->wakes == 1);
}

}  // namespace
}  // namespace spool::broker
