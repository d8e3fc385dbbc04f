#include "cli/session.h"

#include "core/client/endpoint.h"

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

Result<Session> Session::open(const Args& args, Access) {
  TRY_ASSIGN(Target target, resolve_target(args));
  TRY_ASSIGN(client::ClientOptions options, client_options(args));
  Session session(std::move(target));
  if (session.target_.is_directory)
    return fail(ErrorCode::unsupported,
                "--dir: this build opens no directories; start 'spool broker' on it and use -b");
  TRY_ASSIGN(options.bootstrap, client::parse_bootstrap(session.target_.where));
  session.client_ = std::make_unique<client::Client>(std::move(options));
  // The versions are asked for anyway; asked here, a missing broker is one error for all commands.
  const auto versions = session.client_->broker_versions(client::Client::kAnyNode);
  if (!versions) return fail(unreachable(session.target_, versions.error()));
  return session;
}

Status Session::close() {
  client_.reset();
  return {};
}

}  // namespace spool::cli
