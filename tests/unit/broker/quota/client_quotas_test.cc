#include "broker/quota/client_quotas.h"

#include <doctest/doctest.h>

namespace spool::broker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Clock::Monotonic kStart{std::chrono::hours(1)};
const QuotaWindows kWindows{11, seconds(1)};
const std::optional<std::string> kDefaultName;

QuotaEntity entity(std::optional<std::optional<std::string>> user,
                   std::optional<std::optional<std::string>> client_id) {
  QuotaEntity made;
  if (client_id) made.emplace_back("client-id", *client_id);
  if (user) made.emplace_back("user", *user);
  return made;
}

struct Fixture {
  explicit Fixture(const std::map<QuotaEntity, QuotaMap>& limits) { quotas.replace(limits); }
  ClientQuotas quotas{kWindows, kWindows};
};

TEST_CASE("windowed rate: time that has not passed yet counts as passed") {
  WindowedRate rate;
  rate.record(1000, kStart, kWindows);
  CHECK(rate.span(kStart, kWindows) == seconds(10));
  CHECK(rate.per_second(kStart, kWindows) == 100);
  // 300 ms on, ten windows are still to come.
  CHECK(rate.span(kStart + milliseconds(300), kWindows) == milliseconds(10'300));
  CHECK(rate.span(kStart + milliseconds(1'300), kWindows) == milliseconds(10'300));
  CHECK(rate.span(kStart + milliseconds(10'300), kWindows) == milliseconds(10'300));
}

TEST_CASE("windowed rate: a window that is over is forgotten after eleven") {
  WindowedRate rate;
  rate.record(1000, kStart, kWindows);
  rate.record(500, kStart + seconds(5), kWindows);
  CHECK(rate.per_second(kStart + seconds(10), kWindows) == 150);
  CHECK(rate.per_second(kStart + seconds(11), kWindows) == doctest::Approx(500.0 / 10));
  CHECK(!rate.is_idle(kStart + milliseconds(15'999), kWindows));
  CHECK(rate.is_idle(kStart + seconds(16), kWindows));
}

TEST_CASE("token bucket: full at first, refilled up to eleven seconds' worth") {
  TokenBucket bucket;
  CHECK(bucket.tokens(2, kStart, kWindows) == 22);
  bucket.take(30, 2, kStart, kWindows);
  CHECK(bucket.tokens(2, kStart, kWindows) == -8);
  CHECK(bucket.tokens(2, kStart + seconds(3), kWindows) == -2);
  CHECK(bucket.tokens(2, kStart + seconds(60), kWindows) == 22);
}

TEST_CASE("client quotas: without limits nothing is remembered") {
  ClientQuotas quotas(kWindows, kWindows);
  CHECK(!quotas.is_any_set());
  CHECK(quotas.record(QuotaType::produce, {"u", "c"}, 1e12, kStart) == milliseconds(0));
  CHECK(quotas.clients_count() == 0);
}

TEST_CASE("client quotas: a client waits until its rate is back at the limit") {
  Fixture f({{entity({}, "c"), {{"producer_byte_rate", 100}}}});
  CHECK(f.quotas.is_any_set());
  // 1000 bytes in ten seconds is the limit itself; 1000 more are ten seconds' worth.
  CHECK(f.quotas.record(QuotaType::produce, {"u", "c"}, 1000, kStart) == milliseconds(0));
  CHECK(f.quotas.record(QuotaType::produce, {"u", "c"}, 1000, kStart) == seconds(10));
  CHECK(f.quotas.record(QuotaType::fetch, {"u", "c"}, 1e9, kStart) == milliseconds(0));
  CHECK(f.quotas.record(QuotaType::produce, {"u", "other"}, 1e9, kStart) == milliseconds(0));
  // Eleven seconds later all is forgotten.
  CHECK(f.quotas.record(QuotaType::produce, {"u", "c"}, 1000, kStart + seconds(11)) ==
        milliseconds(0));
}

TEST_CASE("client quotas: the request rate never holds a client for more than a window") {
  Fixture f({{entity({}, "c"), {{"request_percentage", 10}}}});
  CHECK(f.quotas.record(QuotaType::request, {"u", "c"}, 110, kStart) == seconds(1));
  CHECK(f.quotas.record(QuotaType::request, {"u", "c"}, 0, kStart + seconds(11)) ==
        milliseconds(0));
}

TEST_CASE("client quotas: the most specific limit is the one") {
  std::map<QuotaEntity, QuotaMap> limits = {
      {entity("u", "c"), {{"producer_byte_rate", 1}}},
      {entity("u", kDefaultName), {{"producer_byte_rate", 2}}},
      {entity("u", {}), {{"producer_byte_rate", 3}}},
      {entity(kDefaultName, "c"), {{"producer_byte_rate", 4}}},
      {entity(kDefaultName, kDefaultName), {{"producer_byte_rate", 5}}},
      {entity(kDefaultName, {}), {{"producer_byte_rate", 6}}},
      {entity({}, "c"), {{"producer_byte_rate", 7}}},
      {entity({}, kDefaultName), {{"producer_byte_rate", 8}}},
  };
  const QuotaClient client{"u", "c"};
  Fixture f(limits);
  for (const auto& form : {entity("u", "c"), entity("u", kDefaultName), entity("u", {}),
                           entity(kDefaultName, "c"), entity(kDefaultName, kDefaultName),
                           entity(kDefaultName, {}), entity({}, "c"), entity({}, kDefaultName)}) {
    CHECK(f.quotas.limit(QuotaType::produce, client) == limits[form]["producer_byte_rate"]);
    limits.erase(form);
    f.quotas.replace(limits);
  }
  CHECK(f.quotas.limit(QuotaType::produce, client) == std::nullopt);
  CHECK(!f.quotas.is_any_set());
}

TEST_CASE("client quotas: who shares an allowance") {
  Fixture f({{entity("shared", {}), {{"producer_byte_rate", 100}}},
             {entity({}, kDefaultName), {{"producer_byte_rate", 100}}}});
  // All clients of the user together.
  CHECK(f.quotas.record(QuotaType::produce, {"shared", "a"}, 1000, kStart) == milliseconds(0));
  CHECK(f.quotas.record(QuotaType::produce, {"shared", "b"}, 1000, kStart) == seconds(10));
  // Each client id for itself, whoever uses it.
  CHECK(f.quotas.record(QuotaType::produce, {"x", "a"}, 1000, kStart) == milliseconds(0));
  CHECK(f.quotas.record(QuotaType::produce, {"x", "b"}, 1000, kStart) == milliseconds(0));
  CHECK(f.quotas.record(QuotaType::produce, {"y", "b"}, 1000, kStart) == seconds(10));
}

TEST_CASE("client quotas: a changed limit counts what was used under the old one") {
  Fixture f({{entity({}, "c"), {{"producer_byte_rate", 100}}}});
  CHECK(f.quotas.record(QuotaType::produce, {"u", "c"}, 1000, kStart) == milliseconds(0));
  f.quotas.replace({{entity({}, "c"), {{"producer_byte_rate", 50}}}});
  CHECK(f.quotas.record(QuotaType::produce, {"u", "c"}, 0, kStart) == seconds(10));
}

TEST_CASE("client quotas: limits of addresses are not of clients") {
  Fixture f({{{{"ip", "127.0.0.1"}}, {{"connection_creation_rate", 5}}}});
  CHECK(!f.quotas.is_any_set());
}

TEST_CASE("client quotas: strict mutations are refused once nothing is left, others wait") {
  Fixture f({{entity({}, "c"), {{"controller_mutation_rate", 2}}}});
  const QuotaClient client{"u", "c"};
  CHECK(f.quotas.mutate(client, 30, true, kStart).is_accepted);  // 22 were left
  const auto refused = f.quotas.mutate(client, 1, true, kStart);
  CHECK(!refused.is_accepted);
  CHECK(refused.wait == seconds(4));
  CHECK(f.quotas.mutate(client, 1, true, kStart + seconds(4)).is_accepted);
  const auto waiting = f.quotas.mutate(client, 5, false, kStart + seconds(4));
  CHECK(waiting.is_accepted);
  CHECK(waiting.wait == seconds(3));
  CHECK(f.quotas.mutate({"u", "other"}, 1'000'000, true, kStart).is_accepted);
}

TEST_CASE("client quotas: made-up client ids do not fill the memory") {
  Fixture f({{entity({}, kDefaultName), {{"producer_byte_rate", 100}}}});
  for (int i = 0; i < 12'000; ++i)
    f.quotas.record(QuotaType::produce, {"u", std::to_string(i)}, 1, kStart);
  CHECK(f.quotas.clients_count() == 10'001);
  f.quotas.record(QuotaType::produce, {"u", "late"}, 1, kStart + seconds(12));
  CHECK(f.quotas.clients_count() == 1);
}

}  // namespace
}  // namespace spool::broker
