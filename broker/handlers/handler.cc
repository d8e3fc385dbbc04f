#include "broker/handlers/handler.h"
#include "broker/loggers.h"

#include "core/base/text.h"

namespace spool::broker::detail {

void begin_response(const Request& request, Buffer& out) {
  out.reserve(512);
  append_be<int32_t>(out, 0);
  append_be<int32_t>(out, request.header.correlation_id);
  // Response header v1 ends with a tagged section that we never fill.
  if (protocol::response_header_version(request.api_key, request.version) >= 1) out.push_back(0);
}

Response finish_response(Buffer bytes, const std::vector<protocol::Splice>& splices,
                         std::vector<std::vector<storage::FileSlice>> slices) {
  CHECK(splices.size() == slices.size());
  Response response;
  int64_t total_bytes = static_cast<int64_t>(bytes.size()) - 4;
  for (size_t i = 0; i < splices.size(); ++i) {
    int64_t slice_bytes = 0;
    for (storage::FileSlice& slice : slices[i]) {
      slice_bytes += slice.size_bytes;
      response.files.push_back({splices[i].at, std::move(slice)});
    }
    CHECK(slice_bytes == splices[i].external_bytes);
    total_bytes += slice_bytes;
  }
  CHECK(total_bytes <= INT32_MAX);
  store_be(bytes.data(), static_cast<int32_t>(total_bytes));
  response.bytes = std::move(bytes);
  return response;
}

Response refuse(Services& services, const Request& request, const Error& error) {
  services.loggers.of(Loggers::network)
      .warn(concat("closing the connection of ", request.client_host, ": ",
                   protocol::api_name(request.api_key), " v", request.version, ": ", error.text()));
  return Response::close();
}

}  // namespace spool::broker::detail
