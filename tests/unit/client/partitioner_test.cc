#include "core/client/partitioner.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <string_view>

#include "core/base/text.h"
#include "tests/support/source_tree.h"

using namespace spool;
using namespace spool::client;

namespace {

Buffer unhexed(std::string_view digits) {
  Buffer out;
  for (size_t at = 0; at + 2 <= digits.size(); at += 2)
    out.push_back(static_cast<uint8_t>(std::stoi(std::string(digits.substr(at, 2)), nullptr, 16)));
  return out;
}

}  // namespace

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

// The table was made by the Java producer and by librdkafka: scripts/make_partitions.
TEST_CASE("partitioners: keys go where Java and librdkafka put them") {
  std::ifstream table(source_path("tests/golden/partitions.tsv"));
  std::string line;
  std::getline(table, line);
  REQUIRE(line == "partitions\tkey\tjava\tconsistent\tmurmur2\tfnv1a");
  int rows = 0;
  for (; std::getline(table, line); ++rows) {
    CAPTURE(line);
    const auto cells = split(line, '\t');
    REQUIRE(cells.size() == 6);
    const Buffer key = unhexed(cells[1]);
    const int32_t count = *parse_int<int32_t>(cells[0]);
    CHECK(concat(partition_of_key(key, count)) == cells[2]);
    CHECK(concat(partition_by_crc32(key, count)) == cells[3]);
    CHECK(concat(partition_of_key(key, count)) == cells[4]);
    CHECK(concat(partition_by_fnv1a(key, count)) == cells[5]);
  }
  CHECK(rows == 210);
}
