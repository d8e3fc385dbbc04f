#include "broker/metrics/http.h"

#include "core/base/text.h"

namespace spool::broker {

namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

}  // namespace

std::optional<size_t> http_head_size(std::string_view bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  return end + 4;
}

std::optional<HttpRequest> parse_http_request(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const auto words = split(line, ' ');
  if (words.size() != 3 || !words[2].starts_with("HTTP/1.") || !words[1].starts_with('/'))
    return std::nullopt;
  return HttpRequest{std::string(words[0]), std::string(words[1].substr(0, words[1].find('?')))};
}

std::string http_text(const HttpAnswer& answer, std::string_view method) {
  std::string text =
      concat("HTTP/1.1 ", answer.status, ' ', reason_of(answer.status),
             "\r\nContent-Type: ", answer.content_type, "\r\nContent-Length: ", answer.body.size(),
             "\r\nConnection: close\r\n\r\n");
  if (method != "HEAD") text += answer.body;
  return text;
}

}  // namespace spool::broker
