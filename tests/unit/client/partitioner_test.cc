#include "core/client/partitioner.h"

#include <doctest/doctest.h>

#include <string_view>

using namespace spool;
using namespace spool::client;

TEST_CASE("murmur2: the values of Kafka's own test") {
  const auto hash = [](std::string_view key) {
    return static_cast<int32_t>(murmur2(as_bytes(key)));
  };
  CHECK(hash("21") == -973932308);
  CHECK(hash("foobar") == -790332482);
  CHECK(hash("a-little-bit-long-string") == -985981536);
  CHECK(hash("a-little-bit-longer-string") == -1486304829);
  CHECK(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8") == -58897971);
  CHECK(hash("abc") == 479470107);
}

TEST_CASE(
    "partition_of_key: the hash without its sign, modulo the partitions; an empty key is a key") {
  CHECK(partition_of_key(as_bytes("foobar"), 1) == 0);
  CHECK(partition_of_key(as_bytes("foobar"), 10) ==
        static_cast<int32_t>((-790332482 & 0x7fffffff) % 10));
  CHECK(murmur2({}) == 275646681u);
  CHECK(partition_of_key({}, 100) == 81);
}
