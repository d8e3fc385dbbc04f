#include "cli/session.h"

#include <algorithm>

#include "broker/broker.h"
#include "cli/io/log.h"
#include "core/base/clock.h"
#include "core/client/endpoint.h"
#include "core/storage/file.h"

namespace spool::cli {

namespace {

/// Nobody is there: says so with both ways on.
Error unreachable(const Target& target, const Error& error) {
  if (error.code() != ErrorCode::disconnected && error.code() != ErrorCode::timed_out) return error;
  return Error(error.code(),
               concat("no broker answers at ", target.where, ": ", error.text(),
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
  return Error(error.code(), concat(named.text(), next));
}

}  // namespace

Result<client::ClientOptions> client_options(const Args& args) {
  client::ClientOptions options;
  TRY_ASSIGN(const auto timeout, args.duration("timeout"));
  TRY_ASSIGN(const auto connect_timeout, args.duration("connect-timeout"));
  options.timeout = timeout.value_or(options.timeout);
  options.request_timeout = options.timeout;
  options.connect_timeout =
      std::min(connect_timeout.value_or(options.connect_timeout), options.timeout);
  return options;
}

/// A directory's broker in this process, without listeners.
struct Session::LocalBroker {
  storage::PosixFileSystem fs;
  SystemClock clock;
  StderrLogger logger;
  std::unique_ptr<broker::Broker> broker;
};

Session::Session(Target target) : target_(std::move(target)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Status Session::open_directory(client::ClientOptions& options, Access access) {
  local_ = std::make_unique<LocalBroker>();
  broker::Broker::Options local;
  local.access =
      access == Access::read ? broker::Broker::Access::read : broker::Broker::Access::write;
  local.data_dir = target_.where;
  auto started = broker::Broker::start(local_->fs, local_->clock, local_->logger, std::move(local));
  if (!started) return fail(unusable(target_, started.error()));
  local_->broker = *std::move(started);
  options.transport = [local_broker = local_->broker.get()](const std::string&, uint16_t) {
    return Result<std::unique_ptr<net::Transport>>(local_broker->connect());
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
  if (local_ == nullptr) return {};
  const Status stopped = local_->broker->stop();
  local_.reset();
  return stopped;
}

}  // namespace spool::cli
