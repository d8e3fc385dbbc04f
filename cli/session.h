#pragma once

#include <memory>

#include "cli/command.h"
#include "cli/connection.h"
#include "core/base/error.h"
#include "core/client/client.h"

namespace spool::cli {

/// Read opens a directory without writing anything at all; write takes its lock. While somebody has
/// the lock and listens on the directory's socket, either goes through them. A broker sees no
/// difference.
enum class Access { read, write };

/// A client of the broker, or of the directory, that the command line names. One thread.
class Session {
 public:
  /// Resolves --broker and --dir, reaches the broker (or opens the directory) and agrees on
  /// versions. errors  disconnected, timed_out: no broker there, with what to do next; locked: the
  /// directory is in use
  static Result<Session> open(const Args& args, Access access);
  /// The same for a target that is named otherwise; timeouts are the command line's.
  static Result<Session> open(Target target, const Args& args, Access access);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  client::Client& client() { return *client_; }
  const Target& target() const { return target_; }

  /// Ends the session; after writing to a directory this is what leaves it clean, so its error is
  /// the command's.
  Status close();

 private:
  struct Directory;

  explicit Session(Target target);
  Status open_directory(client::ClientOptions& options, Access access);

  Target target_;
  std::unique_ptr<Directory> directory_;  ///< before the client, whose connections end first
  std::unique_ptr<client::Client> client_;
};

}  // namespace spool::cli
