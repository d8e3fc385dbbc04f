#pragma once

/// One client connection as a state machine without sockets or clocks.
///
///   start(): ApiVersions goes out; requests given to submit() wait
///   its answer: versions are known, the waiting requests are encoded and go out
///   on_frame(): the oldest request in flight is answered; a broker answers in request order
///   on_time(): an overdue request ends the connection, as in Kafka's client: what arrives later
///     cannot be trusted to belong to a request that is still wanted
///   close(): every request still open fails with the reason
///
/// Callbacks may call submit() and nothing else on the connection. One thread.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/protocol/api_key.h"
#include "core/protocol/codec.h"

namespace spool::client {

/// Versions of one API, both inclusive.
struct VersionRange {
  int16_t min = 0;
  int16_t max = 0;
};

/// A frame on its way out: header and body, and the bytes of its splices, which the requester keeps
/// alive until the frame is taken.
struct OutgoingFrame {
  Buffer bytes;
  std::vector<protocol::Splice> splices;
  std::vector<BytesView> external;  ///< one a splice
  /// Of a request without an answer: whoever takes the frame calls this once it is sent or cannot
  /// be.
  std::function<void(Status)> sent;

  /// The whole frame in order.
  std::vector<BytesView> pieces() const;
};

/// An answer as it came: the body begins at body_at and is in `version` of its API.
struct IncomingFrame {
  Buffer bytes;
  size_t body_at = 0;
  int16_t version = 0;

  BytesView body() const { return BytesView(bytes).subspan(body_at); }
};

class Connection {
 public:
  using Time = Clock::Monotonic;
  using Done = std::function<void(Result<IncomingFrame>)>;

  struct Request {
    protocol::ApiKey api_key{};
    VersionRange versions;  ///< what the caller can speak; the highest the broker shares is used
    bool is_forced = false;  ///< in versions.max, whatever the broker says it takes
    Time deadline{};
    bool is_answered =
        true;  ///< false for Produce with acks=0: done is called when the frame is sent
    /// Appends the body in the version chosen. Called once, inside submit() or when the versions
    /// become known.
    std::function<Status(int16_t version, OutgoingFrame& out)> encode;
    Done done;  ///< called exactly once
  };

  explicit Connection(std::string client_id) : client_id_(std::move(client_id)) {}

  /// Queues the ApiVersions request; `deadline` is also that of connecting.
  void start(Time deadline);
  void submit(Request request);
  /// Takes an answer. A frame that answers nothing, is out of order or malformed closes the
  /// connection.
  void on_frame(Buffer frame);
  void on_time(Time now);
  void close(const Error& reason);

  /// The next frame to send, oldest first.
  std::optional<OutgoingFrame> take_output();
  /// When on_time() has something to do.
  std::optional<Time> next_deadline() const;
  bool is_ready() const { return state_ == State::ready; }
  bool is_closed() const { return state_ == State::closed; }
  /// Of a closed connection.
  const Error& close_reason() const { return *close_reason_; }
  /// Requests waiting or unanswered.
  size_t open_requests() const { return waiting_.size() + in_flight_.size(); }
  /// What the broker offers for an API; nullopt when it has none or versions are not known yet.
  std::optional<VersionRange> broker_versions(protocol::ApiKey api_key) const;
  const std::map<int16_t, VersionRange>& all_broker_versions() const { return broker_versions_; }

 private:
  enum class State { idle, negotiating, ready, closed };
  struct InFlight {
    int32_t correlation_id;
    protocol::ApiKey api_key;
    int16_t version;
    Time deadline;
    Done done;
  };

  void send_api_versions(int16_t version, Time deadline);
  void on_api_versions(Result<IncomingFrame> answer, int16_t version, Time deadline);
  void encode_and_queue(Request request, int16_t version);
  Result<int16_t> choose_version(const Request& request) const;

  std::string client_id_;
  State state_ = State::idle;
  int32_t next_correlation_id_ = 0;
  std::map<int16_t, VersionRange> broker_versions_;
  std::deque<Request> waiting_;
  std::deque<InFlight> in_flight_;
  std::deque<OutgoingFrame> output_;
  std::optional<Error> close_reason_;
};

}  // namespace spool::client
