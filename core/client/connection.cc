#include "core/client/connection.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/base/varint.h"
#include "core/protocol/messages/api_versions.h"

namespace spool::client {

namespace {

using protocol::ApiKey;

constexpr std::string_view kSoftwareName = "spool";
constexpr std::string_view kSoftwareVersion = "0.1.0";

/// Request header versions 1 and 2: key, version, correlation id, client id (never compact), and
/// from 2 on tags.
void append_header(Buffer& out, ApiKey api_key, int16_t version, int32_t correlation_id,
                   std::string_view client_id) {
  append_be(out, static_cast<int16_t>(api_key));
  append_be(out, version);
  append_be(out, correlation_id);
  append_be(out, static_cast<int16_t>(client_id.size()));
  append(out, as_bytes(client_id));
  if (protocol::request_header_version(api_key, version) >= 2) out.push_back(0);
}

/// Where the body begins behind a response header of version 0 (correlation id) or 1 (and tagged
/// fields).
std::optional<size_t> body_start(BytesView frame, int16_t header_version) {
  if (header_version == 0) return 4;
  const uint8_t* at = frame.data() + 4;
  const uint8_t* const end = frame.data() + frame.size();
  uint32_t tags_count;
  if (!read_uvarint(at, end, tags_count)) return std::nullopt;
  for (; tags_count > 0; --tags_count) {
    uint32_t tag, size;
    if (!read_uvarint(at, end, tag) || !read_uvarint(at, end, size)) return std::nullopt;
    if (size > static_cast<size_t>(end - at)) return std::nullopt;
    at += size;
  }
  return static_cast<size_t>(at - frame.data());
}

}  // namespace

std::vector<BytesView> OutgoingFrame::pieces() const {
  CHECK(splices.size() == external.size());
  std::vector<BytesView> out;
  size_t at = 0;
  for (size_t i = 0; i < splices.size(); ++i) {
    CHECK(splices[i].external_bytes == static_cast<int64_t>(external[i].size()));
    out.push_back(BytesView(bytes).subspan(at, splices[i].at - at));
    out.push_back(external[i]);
    at = splices[i].at;
  }
  if (at < bytes.size()) out.push_back(BytesView(bytes).subspan(at));
  return out;
}

void Connection::start(Time deadline) {
  CHECK(state_ == State::idle);
  state_ = State::negotiating;
  send_api_versions(protocol::ApiVersionsRequest::kInfo.versions.max, deadline);
}

void Connection::send_api_versions(int16_t version, Time deadline) {
  Request request;
  request.api_key = ApiKey::api_versions;
  request.deadline = deadline;
  request.encode = [](int16_t v, OutgoingFrame& out) {
    protocol::ApiVersionsRequest body;
    body.client_software_name = kSoftwareName;
    body.client_software_version = kSoftwareVersion;
    return protocol::encode(body, v, out.bytes);
  };
  request.done = [this, version, deadline](Result<IncomingFrame> answer) {
    on_api_versions(std::move(answer), version, deadline);
  };
  encode_and_queue(std::move(request), version);
}

void Connection::on_api_versions(Result<IncomingFrame> answer, int16_t version, Time deadline) {
  if (!answer || state_ == State::closed)
    return;  // close() has failed the waiting requests already
  const BytesView body = answer->body();
  const bool is_refused =
      body.size() >= 2 &&
      load_be<int16_t>(body.data()) == static_cast<int16_t>(ErrorCode::unsupported_version);
  // A broker that lacks our version answers in version 0 and says what it has (KIP-511).
  auto versions =
      protocol::decode<protocol::ApiVersionsResponse>(body, is_refused ? int16_t{0} : version);
  if (!versions) return close(versions.error().with_context("ApiVersions"));
  if (is_refused && version > 0) {
    int16_t offered = 0;
    for (const auto& api : versions->api_keys)
      if (api.api_key == static_cast<int16_t>(ApiKey::api_versions)) offered = api.max_version;
    return send_api_versions(std::clamp<int16_t>(offered, 0, static_cast<int16_t>(version - 1)),
                             deadline);
  }
  if (versions->error_code != 0)
    return close(Error(static_cast<ErrorCode>(versions->error_code), "ApiVersions was refused"));
  for (const auto& api : versions->api_keys)
    broker_versions_[api.api_key] = {api.min_version, api.max_version};
  state_ = State::ready;
  std::deque<Request> waiting = std::move(waiting_);
  waiting_.clear();
  for (Request& request : waiting) submit(std::move(request));
}

void Connection::submit(Request request) {
  if (state_ == State::closed) return request.done(fail(*close_reason_));
  if (state_ != State::ready) return waiting_.push_back(std::move(request));
  auto version = choose_version(request);
  if (!version) return request.done(fail(std::move(version.error())));
  encode_and_queue(std::move(request), *version);
}

Result<int16_t> Connection::choose_version(const Request& request) const {
  if (request.is_forced) return request.versions.max;
  const auto api = static_cast<int16_t>(request.api_key);
  const auto found = broker_versions_.find(api);
  if (found == broker_versions_.end())
    return fail(ErrorCode::unsupported_version, concat("the broker does not offer API ", api));
  const int16_t version = std::min(request.versions.max, found->second.max);
  if (version < request.versions.min || version < found->second.min)
    return fail(ErrorCode::unsupported_version,
                concat("API ", api, ": the broker has versions ", found->second.min, " to ",
                       found->second.max, ", needed are ", request.versions.min, " to ",
                       request.versions.max));
  return version;
}

void Connection::encode_and_queue(Request request, int16_t version) {
  OutgoingFrame frame;
  const int32_t correlation_id = next_correlation_id_;
  append_header(frame.bytes, request.api_key, version, correlation_id, client_id_);
  if (Status encoded = request.encode(version, frame); !encoded)
    return request.done(fail(std::move(encoded.error())));
  next_correlation_id_ = next_correlation_id_ == INT32_MAX ? 0 : next_correlation_id_ + 1;
  if (!request.is_answered) {
    frame.sent = [version, done = std::move(request.done)](Status outcome) {
      if (!outcome) return done(fail(std::move(outcome.error())));
      done(IncomingFrame{{}, 0, version});
    };
    return output_.push_back(std::move(frame));
  }
  output_.push_back(std::move(frame));
  in_flight_.push_back(
      {correlation_id, request.api_key, version, request.deadline, std::move(request.done)});
}

void Connection::on_frame(Buffer frame) {
  if (state_ == State::closed) return;
  if (frame.size() < 4)
    return close(Error(ErrorCode::parse_error, "a frame without a correlation id"));
  const auto correlation_id = load_be<int32_t>(frame.data());
  if (in_flight_.empty() || in_flight_.front().correlation_id != correlation_id)
    return close(Error(ErrorCode::parse_error,
                       concat("correlation id ", correlation_id, " was not expected")));
  InFlight request = std::move(in_flight_.front());
  in_flight_.pop_front();
  const auto start =
      body_start(frame, protocol::response_header_version(request.api_key, request.version));
  if (!start) {
    const Error broken(ErrorCode::parse_error, "a response header that runs out of its frame");
    request.done(fail(broken));
    return close(broken);
  }
  request.done(IncomingFrame{std::move(frame), *start, request.version});
}

void Connection::on_time(Time now) {
  const auto overdue = [now](const auto& request) { return request.deadline <= now; };
  if (std::ranges::any_of(in_flight_, overdue) || std::ranges::any_of(waiting_, overdue))
    close(Error(ErrorCode::timed_out,
                state_ == State::ready
                    ? "no answer in time"
                    : "no Kafka broker answered in time; the port may be filtered, or want TLS or "
                      "another protocol"));
}

void Connection::close(const Error& why) {
  if (state_ == State::closed) return;
  // Hung up on at the first word: that is how those part who speak different languages.
  const bool is_hung_up = state_ == State::negotiating && why.code() == ErrorCode::disconnected &&
                          why.text().ends_with("closed the connection");
  const std::string_view hint =
      is_hung_up ? " before it said anything; it may want TLS, or be no Kafka broker" : "";
  const Error reason = is_hung_up ? Error(why.code(), concat(why.text(), hint)) : why;
  state_ = State::closed;
  close_reason_ = reason;
  std::deque<OutgoingFrame> output = std::move(output_);
  std::deque<InFlight> in_flight = std::move(in_flight_);
  std::deque<Request> waiting = std::move(waiting_);
  output_.clear();
  in_flight_.clear();
  waiting_.clear();
  for (OutgoingFrame& frame : output)
    if (frame.sent) frame.sent(fail(reason));
  for (InFlight& request : in_flight) request.done(fail(reason));
  for (Request& request : waiting) request.done(fail(reason));
}

std::optional<OutgoingFrame> Connection::take_output() {
  if (output_.empty()) return std::nullopt;
  OutgoingFrame out = std::move(output_.front());
  output_.pop_front();
  return out;
}

std::optional<Connection::Time> Connection::next_deadline() const {
  std::optional<Time> out;
  for (const InFlight& request : in_flight_)
    if (!out || request.deadline < *out) out = request.deadline;
  for (const Request& request : waiting_)
    if (!out || request.deadline < *out) out = request.deadline;
  return out;
}

std::optional<VersionRange> Connection::broker_versions(ApiKey api_key) const {
  const auto found = broker_versions_.find(static_cast<int16_t>(api_key));
  if (found == broker_versions_.end()) return std::nullopt;
  return found->second;
}

}  // namespace spool::client
