#include "cli/session.h"

#include <thread>

#include "broker/broker.h"
#include "cli/io/log.h"
#include "core/base/clock.h"
#include "core/client/endpoint.h"
#include "core/net/local_socket.h"
#include "core/storage/file.h"

namespace spool::cli {

namespace {

/// Nobody is there: says so with both ways on.
Error unreachable(const Target& target, const Error& error) {
  const bool is_absent = error.code() == ErrorCode::disconnected ||
                         error.code() == ErrorCode::timed_out ||
                         error.code() == ErrorCode::not_found;
  if (!is_absent) return error;
  const std::string named = concat("broker ", target.where);
  std::string why(error.text());
  why = why.starts_with(named) ? why.substr(named.size()) : concat(": ", why);
  return Error(error.code(),
               concat("no broker answers at ", target.where, why,
                      "\n  name one with -b HOST:PORT, or start one with 'spool broker';"
                      "\n  to work on a data directory without a broker, say --dir DIR"));
}

/// The directory cannot be opened: says which, and what to do where we know it.
Error unusable(const Target& target, const Error& error) {
  const bool is_named = error.text().find(target.where) != std::string_view::npos;
  const Error named = is_named ? error : error.with_context(target.where);
  std::string_view next;
  if (error.code() == ErrorCode::locked)
    next = "\n  speak to the broker that has it with -b HOST:PORT, or stop it first";
  if (error.code() == ErrorCode::not_found)
    next = "\n  name another with --dir DIR; 'spool topic create' and 'spool produce' make it";
  if (error.code() == ErrorCode::read_only)
    next = "\n  it cannot be written; commands that only read work on it all the same";
  return Error(error.code(), concat(named.text(), next));
}

}  // namespace

/// A directory: the broker of whoever has it, else our own, without listeners.
struct Session::Directory {
  using Opened = Result<std::unique_ptr<net::Transport>>;

  std::string path;
  broker::Broker::Access access;
  storage::PosixFileSystem fs;
  SystemClock clock;
  StderrLogger logger;
  std::unique_ptr<broker::Broker> broker;  ///< once nobody else had it

  /// A connection to the one or the other. Whoever had the directory may have gone since the last.
  Opened connect() {
    if (broker == nullptr) {
      if (auto attached = net::connect_in_directory(path, broker::kNeighbourSocket))
        return attached;
      TRY(start());
    }
    return broker->connect();
  }

  /// connect(), with patience for one who has the lock and does not listen yet, or no more.
  Opened connect_before(Clock::Monotonic deadline) {
    // Between the lock and the socket there are microseconds; Kafka has no such socket.
    const auto grace = clock.monotonic() + std::chrono::milliseconds(300);
    for (;;) {
      auto connected = connect();
      const bool is_locked = !connected && connected.error().code() == ErrorCode::locked;
      const bool has_socket = fs.info(concat(path, "/", broker::kNeighbourSocket)).has_value();
      if (!is_locked || clock.monotonic() > (has_socket ? deadline : grace)) return connected;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  Status start() {
    broker::Broker::Options options;
    options.access = access;
    options.data_dir = path;
    TRY_ASSIGN(broker, broker::Broker::start(fs, clock, logger, std::move(options)));
    return {};
  }
};

Session::Session(Target target) : target_(std::move(target)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Status Session::open_directory(client::ClientOptions& options, Access access) {
  directory_ = std::make_unique<Directory>();
  directory_->path = target_.where;
  directory_->access =
      access == Access::read ? broker::Broker::Access::read : broker::Broker::Access::write;
  // Opened here, so that a directory that cannot be is one error for all commands.
  auto first = directory_->connect_before(directory_->clock.monotonic() + options.connect_timeout);
  if (!first) return fail(unusable(target_, first.error()));
  options.transport = [directory = directory_.get()](const std::string&, uint16_t) {
    return directory->connect();
  };
  return {};
}

Result<Session> Session::open(const Args& args, Access access) {
  TRY_ASSIGN(Target target, resolve_target(args));
  return open(std::move(target), args, access);
}

Result<Session> Session::open(Target target, const Args& args, Access access) {
  TRY_ASSIGN(client::ClientOptions options, client_options(args));
  Session session(std::move(target));
  if (session.target_.is_directory) {
    TRY(session.open_directory(options, access));
  } else {
    TRY_ASSIGN(options.bootstrap, client::parse_bootstrap(session.target_.where));
  }
  session.client_ = std::make_unique<client::Client>(std::move(options));
  // The versions are asked for anyway; asked here, a missing broker is one error for all commands.
  const auto versions = session.client_->broker_versions(client::Client::kAnyNode);
  if (!versions && session.target_.is_directory) return fail(versions.error());
  if (!versions) return fail(unreachable(session.target_, versions.error()));
  return session;
}

Status Session::close() {
  client_.reset();
  if (directory_ == nullptr || directory_->broker == nullptr) return {};
  const Status stopped = directory_->broker->stop();
  directory_.reset();
  return stopped;
}

}  // namespace spool::cli
