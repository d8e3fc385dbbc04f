#include "broker/topics/fetch_session.h"

#include "tests/unit/broker/handlers/broker_fixture.h"

namespace spool::broker {
namespace {

FetchKey key_of(int32_t partition) { return {"t", {}, partition}; }

FetchSpec spec_of(int32_t partition, int64_t offset = 0) {
  return {key_of(partition), offset, 1'000, -1, -1};
}

std::vector<int32_t> numbers_of(const FetchSession& session) {
  std::vector<int32_t> numbers;
  for (const FetchSpec& spec : session.partitions()) numbers.push_back(spec.key.partition);
  return numbers;
}

using Numbers = std::vector<int32_t>;

FetchOutcome outcome(int64_t high_watermark, bool has_records = false) {
  return {ErrorCode::none, high_watermark, 0, has_records, false};
}

TEST_CASE("fetch session: epochs go 1, 2, 3; another is refused and changes nothing") {
  FetchSession session(7, false);
  session.fill({spec_of(0), spec_of(1)});
  CHECK(session.update(1, {}, {}).has_value());
  const Status wrong = session.update(1, {spec_of(5)}, {key_of(0)});
  REQUIRE(!wrong.has_value());
  CHECK(wrong.error().code() == ErrorCode::invalid_fetch_session_epoch);
  CHECK(numbers_of(session) == Numbers{0, 1});
  CHECK(session.update(2, {}, {}).has_value());
  CHECK(session.update(3, {}, {}).has_value());
}

TEST_CASE("fetch session: partitions are added at the end, changed in place, forgotten") {
  FetchSession session(7, false);
  session.fill({spec_of(0), spec_of(1)});
  CHECK(session.update(1, {spec_of(2), spec_of(0, 99)}, {}).has_value());
  CHECK(numbers_of(session) == Numbers{0, 1, 2});
  CHECK(session.partitions()[0].fetch_offset == 99);
  CHECK(session.update(2, {}, {key_of(1), key_of(8)}).has_value());
  CHECK(numbers_of(session) == Numbers{0, 2});
  CHECK(session.size() == 2);
  CHECK(session.update(3, {}, {key_of(0), key_of(2)}).has_value());
  CHECK(session.is_empty());
}

TEST_CASE("fetch session: a partition is told of when it has records, an error, or moved bounds") {
  FetchSession session(7, false);
  session.fill({spec_of(0)});
  const FetchKey key = key_of(0);
  CHECK(session.record_outcome(key, outcome(5), true));    // the first answer has all
  CHECK(!session.record_outcome(key, outcome(5), false));  // nothing new
  CHECK(session.record_outcome(key, outcome(6), false));   // high watermark
  CHECK(!session.record_outcome(key, outcome(6), false));
  CHECK(session.record_outcome(key, outcome(6, true), false));                       // records
  CHECK(session.record_outcome(key, {ErrorCode::none, 6, 2, false, false}, false));  // log start
  CHECK(!session.record_outcome(key, {ErrorCode::none, 6, 2, false, false}, false));
  CHECK(
      session.record_outcome(key, {ErrorCode::none, 6, 2, false, true}, false));  // diverging epoch
  const FetchOutcome failed{ErrorCode::unknown_topic_or_partition, -1, -1, false, false};
  CHECK(session.record_outcome(key, failed, false));
  CHECK(session.record_outcome(key, failed, false));      // an error is always told
  CHECK(session.record_outcome(key, outcome(6), false));  // and so is its end
  CHECK(!session.record_outcome(key, outcome(6), false));
}

TEST_CASE("fetch session: what had records goes to the end") {
  FetchSession session(7, false);
  session.fill({spec_of(0), spec_of(1), spec_of(2)});
  CHECK(session.record_outcome(key_of(0), outcome(1, true), false));
  CHECK(numbers_of(session) == Numbers{1, 2, 0});
}

class Cache {
 public:
  explicit Cache(size_t slots) : cache(clock, slots, [this] { return ++next_id_; }) {}
  TestClock clock;
  FetchSessionCache cache;

 private:
  int32_t next_id_ = 0;
};

TEST_CASE("fetch session cache: ids are positive and new, also when the source repeats itself") {
  TestClock clock;
  std::vector<int32_t> source{0, 5, 5, 0, 6};
  size_t at = 0;
  FetchSessionCache cache(clock, 10, [&] { return source[at++]; });
  CHECK(cache.create(false)->id() == 5);
  CHECK(cache.create(false)->id() == 6);
}

TEST_CASE(
    "fetch session cache: full of sessions in use it gives none, then the longest unused goes") {
  Cache fixture(2);
  FetchSessionCache& cache = fixture.cache;
  CHECK(cache.create(false)->id() == 1);
  CHECK(cache.create(true)->id() == 2);
  CHECK(cache.create(false) == nullptr);
  fixture.clock.advance(std::chrono::seconds(90));
  CHECK(cache.find(1)->id() == 1);  // a use
  fixture.clock.advance(std::chrono::seconds(40));
  CHECK(cache.create(false)->id() == 3);
  CHECK(cache.find(2) == nullptr);
  CHECK(cache.find(1) != nullptr);
}

TEST_CASE(
    "fetch session cache: a session that was pushed out lives on for the request that holds it") {
  Cache fixture(1);
  const auto held = fixture.cache.create(false);
  held->fill({spec_of(0)});
  fixture.cache.remove(held->id());
  CHECK(fixture.cache.find(held->id()) == nullptr);
  CHECK(held->size() == 1);
  fixture.cache.remove(12345);  // unknown: nothing
  CHECK(fixture.cache.create(false) != nullptr);
}

TEST_CASE("fetch session cache: without slots there are no sessions") {
  Cache fixture(0);
  CHECK(fixture.cache.create(false) == nullptr);
}

}  // namespace
}  // namespace spool::broker
