#pragma once

#include <cstdint>
#include <limits>

namespace spool::client {

/// Node ids from here on stand for another connection to a broker: it answers in order, and what
/// must not wait behind a long poll goes there. Kafka's own client does the same.
inline constexpr int32_t kSecondConnections = 1 << 30;

/// The id to send to.
constexpr int32_t second_connection(int32_t node) { return node + kSecondConnections; }
/// The broker that such an id stands for; of another id what no broker has.
constexpr int32_t first_connection(int32_t node) {
  return node >= kSecondConnections ? node - kSecondConnections
                                    : std::numeric_limits<int32_t>::min();
}

}  // namespace spool::client
