#include "core/client/endpoint.h"

#include <doctest/doctest.h>

using namespace spool;
using namespace spool::client;

TEST_CASE("endpoint: host, port, IPv6, listener name") {
  CHECK(*parse_endpoint("kafka") == Endpoint{"kafka", 9092});
  CHECK(*parse_endpoint("kafka:19092") == Endpoint{"kafka", 19092});
  CHECK(*parse_endpoint("PLAINTEXT://kafka:19092") == Endpoint{"kafka", 19092});
  CHECK(*parse_endpoint("[::1]:9093") == Endpoint{"::1", 9093});
  CHECK(*parse_endpoint("[::1]") == Endpoint{"::1", 9092});
  CHECK(*parse_endpoint("::1") == Endpoint{"::1", 9092});
  CHECK((Endpoint{"::1", 9093}).to_string() == "[::1]:9093");
}

TEST_CASE("endpoint: what is none") {
  for (const char* text :
       {"", ":9092", "kafka:", "kafka:0", "kafka:65536", "kafka:x", "[::1", "[::1]x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_endpoint(text));
  }
}

TEST_CASE("bootstrap: a list, with blanks") {
  const auto list = parse_bootstrap("a:1, b:2,,c");
  REQUIRE(list);
  CHECK(*list == std::vector<Endpoint>{{"a", 1}, {"b", 2}, {"c", 9092}});
  CHECK_FALSE(parse_bootstrap(" , "));
}
