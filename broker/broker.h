#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/config/config.h"
#include "broker/handlers/handler.h"
#include "broker/loggers.h"
#include "core/net/transport.h"
#include "core/storage/file.h"

namespace spool::broker {

/// The socket by which other processes work on a directory that somebody has locked. It is there from
/// the moment the lock is taken until just before it is given back.
inline constexpr char kNeighbourSocket[] = ".spool.sock";

/// A broker: a data directory and the handlers that answer for it; sockets only when it serves.
class Broker {
 public:
  enum class Access {
    serve,  ///< the lock, listeners, background work
    write,  ///< the lock, but neither listeners nor background work: a command that opened the directory
    read,   ///< writes nothing at all; works beside a running broker, on copies and on read-only media
  };

  struct Options {
    Access access = Access::serve;
    BrokerConfig config;
    std::string data_dir;
    /// What is logged at first; see Loggers.
    LogThreshold log_threshold = LogThreshold::info;
  };

  /// Opens the directory, formats it when it is new, recovers, and serves.
  /// fs, clock, logger  outlive the broker
  /// errors   locked: another process has the directory; invalid_config; parse_error and unsupported for directories
  ///          that cannot be taken over, with what to do; io_error and friends
  static Result<std::unique_ptr<Broker>> start(storage::FileSystem& fs, const Clock& clock, Logger& logger,
                                               Options options);
  /// Stops when stop() was not called.
  virtual ~Broker() = default;

  /// One a listener, with the ports that were bound.
  virtual const std::vector<Endpoint>& endpoints() const = 0;
  virtual const std::string& cluster_id() const = 0;

  /// A connection from within this process; it must be gone before stop().
  virtual std::unique_ptr<net::Transport> connect() = 0;

  /// Answers what waits, closes connections and logs, writes checkpoints and the clean-shutdown marker.
  /// errors  what kept the shutdown from being clean; the marker is then not written
  virtual Status stop() = 0;
};

}  // namespace spool::broker
