#include "broker/metrics/http.h"

#include <doctest/doctest.h>

namespace spool::broker {
namespace {

TEST_CASE("http: a head ends with an empty line") {
  CHECK(http_head_size("GET / HTTP/1.1\r\nHost: x\r\n") == std::nullopt);
  CHECK(http_head_size("GET / HTTP/1.1\r\nHost: x\r\n\r\nrest") == 27);
  CHECK(http_head_size("") == std::nullopt);
}

TEST_CASE("http: the request line") {
  const auto request = parse_http_request("GET /metrics?name[]=a HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(request.has_value());
  CHECK(request->method == "GET");
  CHECK(request->path == "/metrics");
  CHECK(!parse_http_request("GET /metrics\r\n\r\n"));
  CHECK(!parse_http_request("GET metrics HTTP/1.1\r\n\r\n"));
  CHECK(!parse_http_request("GET /a b HTTP/1.1\r\n\r\n"));
  CHECK(!parse_http_request("GET / SPDY/3\r\n\r\n"));
  CHECK(!parse_http_request(""));
}

TEST_CASE("http: an answer says how long it is and closes; HEAD gets no body") {
  const HttpAnswer answer{.status = 503, .body = "down\n"};
  const std::string head =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Length: 5\r\nConnection: close\r\n\r\n";
  CHECK(http_text(answer, "GET") == head + "down\n");
  CHECK(http_text(answer, "HEAD") == head);
}

}  // namespace
}  // namespace spool::broker
