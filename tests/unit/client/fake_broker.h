#pragma once

/// A broker for tests of the client: answers requests in this process, by a function the test
/// gives, over transports without sockets. It answers ApiVersions and Metadata by itself.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/client/client.h"
#include "core/net/transport.h"
#include "core/protocol/api_key.h"
#include "core/protocol/codec.h"

namespace spool::client::testing {

class FakeTransport;

class FakeBroker {
 public:
  struct Request {
    protocol::ApiKey api_key{};
    int16_t version = 0;
    Buffer body;

    template <class M>
    M as() const {
      return *protocol::decode<M>(body, version);
    }
  };
  /// The body of the answer; nullopt: no answer.
  using Handler = std::function<std::optional<Buffer>(const Request&)>;

  explicit FakeBroker(Handler answers) : handler(std::move(answers)) {}

  ClientOptions client_options();

  template <class M>
  static Buffer encoded(const M& message, int16_t version) {
    Buffer out;
    if (!protocol::encode(message, version, out)) out.clear();
    return out;
  }

  /// What connections see next: everything in flight fails.
  void disconnect_all();
  size_t count(protocol::ApiKey api_key) const;

  Handler handler;
  std::map<int16_t, VersionRange> versions;         ///< offered; empty: what the client can
  std::map<std::string, int32_t> topics{{"t", 1}};  ///< and their partitions
  bool has_topic_ids = true;
  std::vector<Request> requests;  ///< all that came, ApiVersions and Metadata included
  int connections = 0;
  bool refuses_connections = false;

 private:
  friend class FakeTransport;
  std::optional<Buffer> answer(const Request& request);
  Buffer api_versions(int16_t version) const;
  Buffer metadata(const Request& request) const;

  std::vector<FakeTransport*> transports_;
};

/// The id the fake broker gives a topic.
Uuid topic_id_of(const std::string& name);

}  // namespace spool::client::testing
