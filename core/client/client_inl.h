#pragma once

// Bodies of Client's templates; included by client.h only.

#include "core/client/client.h"

namespace spool::client {

namespace client_detail {

/// The request as the connection takes it, without deadline and callback. The message is borrowed
/// unless copied in by the caller.
template <class Request>
Connection::Request to_connection_request(std::shared_ptr<const Request> message,
                                          const CallOptions& options) {
  Connection::Request out;
  out.api_key = Request::kInfo.key();
  out.versions = {Request::kInfo.versions.min, Request::kInfo.versions.max};
  if (options.version_max && *options.version_max < out.versions.max)
    out.versions.max = *options.version_max;
  out.is_answered = options.is_answered;
  out.encode = [message = std::move(message), external = options.external](
                   int16_t version, OutgoingFrame& frame) -> Status {
    frame.external = external;
    return protocol::encode(*message, version, frame.bytes, &frame.splices);
  };
  return out;
}

}  // namespace client_detail

template <class Response, class Request>
Result<Reply<Response>> Client::call(int32_t node, const Request& request, CallOptions options) {
  // Borrowed: wait_for() returns only after the connection has let go of the request.
  std::shared_ptr<const Request> borrowed(std::shared_ptr<void>(), &request);
  Connection::Request raw = client_detail::to_connection_request(std::move(borrowed), options);
  raw.deadline = now() + options.timeout.value_or(options_.request_timeout);
  return client_detail::decode_reply<Response>(wait_for(node, std::move(raw)));
}

template <class Request>
void Client::send_for_frame(int32_t node, const Request& request, CallOptions options,
                            Connection::Done done) {
  Connection::Request raw =
      client_detail::to_connection_request(std::make_shared<const Request>(request), options);
  raw.deadline = now() + options.timeout.value_or(options_.request_timeout);
  raw.done = std::move(done);
  send_raw(node, std::move(raw));
}

template <class Response, class Request>
void Client::send(int32_t node, const Request& request, CallOptions options,
                  std::function<void(Result<Reply<Response>>)> done) {
  send_for_frame(node, request, std::move(options),
                 [done = std::move(done)](Result<IncomingFrame> frame) {
                   done(client_detail::decode_reply<Response>(std::move(frame)));
                 });
}

}  // namespace spool::client
