#include "cli/io/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/check.h"

namespace spool::cli {

StopSignals::StopSignals() {
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGINT);
  sigaddset(&watched, SIGTERM);
  CHECK(pthread_sigmask(SIG_BLOCK, &watched, &before_) == 0);
  fd_ = ::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  CHECK(fd_ >= 0);
}

StopSignals::~StopSignals() {
  ::close(fd_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<Exit> StopSignals::take() {
  signalfd_siginfo signal;
  if (::read(fd_, &signal, sizeof signal) != sizeof signal) return std::nullopt;
  return signal.ssi_signo == SIGINT ? Exit::interrupted : Exit::terminated;
}

}  // namespace spool::cli
