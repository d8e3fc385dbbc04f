#pragma once

/// As much of HTTP/1.1 as a scraper needs: GET and HEAD, one request a connection. No I/O.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spool::broker {

/// Longest request head that is read.
inline constexpr size_t kHttpHeadBytesMax = 8 << 10;

struct HttpRequest {
  std::string method;
  std::string path;  ///< without the query
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// The end of the request head in `bytes`; nullopt while it has not all come.
std::optional<size_t> http_head_size(std::string_view bytes);
/// The first line of a request head; nullopt when it is none.
std::optional<HttpRequest> parse_http_request(std::string_view head);
/// The whole answer, after which the connection is closed. HEAD gets no body.
std::string http_text(const HttpAnswer& answer, std::string_view method);

}  // namespace spool::broker
