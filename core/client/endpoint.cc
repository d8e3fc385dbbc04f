#include "core/client/endpoint.h"

#include "core/base/text.h"

namespace spool::client {

std::string Endpoint::to_string() const {
  return host.contains(':') ? concat('[', host, "]:", port) : concat(host, ':', port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  std::string_view rest = trim(text);
  if (const size_t scheme = rest.find("://"); scheme != rest.npos) rest.remove_prefix(scheme + 3);
  std::string_view host = rest;
  std::optional<std::string_view> port;
  if (rest.starts_with('[')) {
    const size_t close = rest.find(']');
    if (close == rest.npos)
      return fail(ErrorCode::invalid_argument, concat("broker '", text, "': no closing ]"));
    host = rest.substr(1, close - 1);
    if (rest.size() > close + 1) {
      if (rest[close + 1] != ':')
        return fail(ErrorCode::invalid_argument,
                    concat("broker '", text, "': expected :PORT after ]"));
      port = rest.substr(close + 2);
    }
  } else if (const size_t colon = rest.rfind(':'); colon != rest.npos && rest.find(':') == colon) {
    host = rest.substr(0, colon);
    port = rest.substr(colon + 1);
  }
  if (host.empty())
    return fail(ErrorCode::invalid_argument, concat("broker '", text, "': no host"));
  const auto number = port ? parse_int<uint16_t>(*port) : kDefaultPort;
  if (!number || *number == 0)
    return fail(ErrorCode::invalid_argument,
                concat("broker '", text, "': the port is a number from 1 to 65535"));
  return Endpoint{std::string(host), *number};
}

Result<std::vector<Endpoint>> parse_bootstrap(std::string_view text) {
  std::vector<Endpoint> out;
  for (std::string_view part : split(text, ',')) {
    if (trim(part).empty()) continue;
    TRY_ASSIGN(Endpoint endpoint, parse_endpoint(part));
    out.push_back(std::move(endpoint));
  }
  if (out.empty()) return fail(ErrorCode::invalid_argument, "the list of brokers is empty");
  return out;
}

}  // namespace spool::client
