#pragma once

/// A Unix socket in a directory, whatever the length of the directory's path: an address has room
/// for 107 bytes, so it goes through a descriptor of the directory.

#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/net/transport.h"

namespace spool::net {

/// Makes the socket, in the place of one that somebody left behind, and listens on it.
/// returns  a non-blocking descriptor, the caller's
Result<int> listen_in_directory(const std::string& directory, const std::string& name);

/// Connects to whoever listens on it.
/// errors  not_found: there is no such socket; disconnected: nobody listens (any more)
Result<std::unique_ptr<Transport>> connect_in_directory(const std::string& directory,
                                                        const std::string& name);

}  // namespace spool::net
