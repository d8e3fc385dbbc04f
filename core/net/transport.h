#pragma once

/// A two-way stream of size-delimited Kafka frames, as the client sees it: a TCP connection, or the in-process channel
/// to a broker that lives in this process.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace spool::net {

/// Non-blocking; one thread. The owner polls poll_fd() for poll_events() and then calls pump().
class Transport {
 public:
  virtual ~Transport() = default;

  /// File descriptor to wait on, and the poll(2) events wanted now (POLLIN, and POLLOUT while output is queued).
  virtual int poll_fd() const = 0;
  virtual short poll_events() const = 0;

  /// Queues one frame, without its size prefix, given as pieces that are sent one after the other. The bytes are
  /// copied or sent before the call returns.
  virtual Status send(std::vector<BytesView> pieces) = 0;

  /// Moves bytes: writes what is queued, reads what is there, appends whole frames (without size prefix) to `received`.
  /// errors  disconnected, with what was seen; parse_error: the peer's size prefix is negative or above the limit
  virtual Status pump(std::vector<Buffer>& received) = 0;
};

}  // namespace spool::net
