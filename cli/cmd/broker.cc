// broker: a broker on a data directory, until a signal ends it or the command it runs for is done.

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "broker/broker.h"
#include "cli/context.h"
#include "cli/io/log.h"
#include "cli/io/signals.h"
#include "core/base/clock.h"
#include "core/storage/file.h"

namespace spool::cli {

namespace {

constexpr Option kBrokerOptions[] = {
    {.name = "dir",
     .kind = OptionKind::value,
     .value = "DIR",
     .help = "Data directory; log.dirs when not given, else ~/.local/share/spool",
     .group = "Broker",
     .variable = "SPOOL_DIR"},
    {.name = "ephemeral",
     .help = "Use a new directory, and remove it in the end",
     .group = "Broker"},
    {.name = "config",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Read settings from a server.properties",
     .group = "Broker"},
    {.name = "override",
     .kind = OptionKind::list,
     .value = "NAME=VALUE",
     .help = "A setting, e.g. listeners=PLAINTEXT://0.0.0.0:9092; may be repeated",
     .group = "Broker"},
    {.name = "fsync",
     .help = "Acknowledge only what is on disk (log.flush.interval.messages=1)",
     .group = "Broker"},
    {.name = "until-stdin-ends",
     .help = "Stop when whoever has the other end of stdin closes it, or dies",
     .group = "Broker"},
    {.name = "exec",
     .kind = OptionKind::rest,
     .value = "CMD...",
     .help = "Run CMD with BROKERS in its environment; stop when it ends, with its status",
     .group = "Broker"},
};
constexpr OptionRows kBrokerRows[] = {kBrokerOptions};

Result<std::string> read_config_file(storage::FileSystem& fs, const std::string& path) {
  auto text = storage::read_small_file(fs, path);
  if (!text) return fail(text.error().with_context(concat("--config ", path)));
  return text;
}

Result<broker::BrokerConfig> read_config(storage::FileSystem& fs, const Args& args,
                                         Logger& logger) {
  broker::ConfigInputs inputs;
  if (const auto file = args.value("config")) {
    inputs.file_name = *file;
    TRY_ASSIGN(inputs.file_text, read_config_file(fs, inputs.file_name));
  }
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const size_t at = text.find('=');
    if (at != std::string_view::npos)
      inputs.environment.emplace_back(text.substr(0, at), text.substr(at + 1));
  }
  if (args.flag("fsync")) inputs.overrides.emplace_back("log.flush.interval.messages=1");
  const auto overrides = args.list("override");
  inputs.overrides.insert(inputs.overrides.end(), overrides.begin(), overrides.end());
  std::vector<std::string> warnings;
  auto config = broker::BrokerConfig::load(inputs, warnings);
  for (const std::string& warning : warnings) logger.warn(warning);
  return config;
}

Result<std::string> default_directory() {
  if (const char* data_home = std::getenv("XDG_DATA_HOME"); data_home != nullptr && *data_home != 0)
    return concat(data_home, "/spool");
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0)
    return concat(home, "/.local/share/spool");
  return fail(ErrorCode::invalid_argument, "neither --dir nor HOME says where the data belongs");
}

/// The directory to serve; a temporary one is removed with the object.
class DataHome {
 public:
  explicit DataHome(storage::FileSystem& fs) : fs_(fs) {}
  ~DataHome() {
    if (is_temporary_) (void)storage::remove_tree(fs_, path_);
  }
  DataHome(const DataHome&) = delete;
  DataHome& operator=(const DataHome&) = delete;

  /// --dir, --ephemeral, log.dirs, the default one; and all directories above it.
  Status choose(const Args& args, const broker::BrokerConfig& config) {
    if (args.flag("ephemeral")) return make_temporary(args);
    if (const auto given = args.value("dir")) {
      path_ = *given;
    } else if (config.has_log_dirs()) {
      const auto directories = config.log_dirs();
      if (directories.size() != 1)
        return fail(ErrorCode::unsupported,
                    concat("log.dirs names ", directories.size(), " directories; one is supported"));
      path_ = directories.front();
    } else {
      TRY_ASSIGN(path_, default_directory());
    }
    return make_parents();
  }

  const std::string& path() const { return path_; }

 private:
  Status make_temporary(const Args& args) {
    if (args.is_given("dir"))
      return fail(ErrorCode::invalid_argument, "--dir and --ephemeral exclude each other");
    const char* parent = std::getenv("TMPDIR");
    path_ = concat(parent != nullptr && *parent != 0 ? parent : "/tmp", "/spool-XXXXXX");
    if (::mkdtemp(path_.data()) == nullptr) return fail(errno_error(errno, path_));
    is_temporary_ = true;
    return {};
  }

  Status make_parents() {
    for (size_t at = path_.find('/', 1); at != std::string::npos; at = path_.find('/', at + 1)) {
      const std::string parent = path_.substr(0, at);
      if (fs_.info(parent)) continue;
      const Status made = fs_.make_directory(parent);
      if (!made && made.error().code() != ErrorCode::already_exists) return made;
    }
    return {};
  }

  storage::FileSystem& fs_;
  std::string path_;
  bool is_temporary_ = false;
};

/// As many descriptors as we may have: each segment in use and each client takes one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string bootstrap_of(const broker::Broker& broker) {
  std::string out;
  for (const broker::Endpoint& endpoint : broker.endpoints()) {
    const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
    append_text(out, out.empty() ? "" : ",", is_ipv6 ? "[" : "", endpoint.host, is_ipv6 ? "]" : "",
                ":", endpoint.port);
  }
  return out;
}

/// The command of --exec.
class Child {
 public:
  ~Child() {
    if (pid_fd_ >= 0) ::close(pid_fd_);
  }

  /// Starts it with the signals as they were before us.
  Status start(std::span<const std::string> words, const std::string& bootstrap) {
    std::vector<std::string> environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view text = *variable;
      if (!text.starts_with("BROKERS=") && !text.starts_with("SPOOL_BROKER=") &&
          !text.starts_with("SPOOL_DIR="))
        environment.emplace_back(text);
    }
    environment.push_back(concat("BROKERS=", bootstrap));
    environment.push_back(concat("SPOOL_BROKER=", bootstrap));
    std::vector<std::string> arguments(words.begin(), words.end());

    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t pipe;
    sigemptyset(&none);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipe);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int why = ::posix_spawnp(&pid_, arguments[0].c_str(), nullptr, &attributes,
                                   pointers(arguments).data(), pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    if (why != 0) return fail(errno_error(why, concat("--exec ", arguments[0])));
    pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pid_fd_ < 0) return fail(errno_error(errno, "pidfd_open"));
    return {};
  }

  /// Readable (POLLIN) when it has ended; -1 when none was started.
  int poll_fd() const { return pid_fd_; }
  void terminate() { ::kill(pid_, SIGTERM); }

  /// Its exit code, as a shell gives it.
  Exit wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return static_cast<Exit>(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> out;
    for (std::string& string : strings) out.push_back(string.data());
    out.push_back(nullptr);
    return out;
  }

  pid_t pid_ = -1;
  int pid_fd_ = -1;
};

/// Serves until a signal comes, until the child ends, or until nothing more comes from the input.
Exit wait_for_end(StopSignals& signals, Child* child, int input) {
  for (;;) {
    pollfd waits[] = {{signals.poll_fd(), POLLIN, 0},
                      {child != nullptr ? child->poll_fd() : -1, POLLIN, 0},
                      {input, POLLIN, 0}};
    if (::poll(waits, 3, -1) < 0) continue;
    char passed_over[256];
    if (waits[2].revents != 0 && ::read(input, passed_over, sizeof passed_over) <= 0)
      return Exit::done;
    if (child != nullptr && waits[1].revents != 0) return child->wait();
    const auto signal = signals.take();
    if (!signal) continue;
    if (child == nullptr) return Exit::done;
    // A terminal sends SIGINT to the child itself; it may have things to put away.
    if (*signal == Exit::terminated) child->terminate();
  }
}

Result<Exit> serve(Context& context, const Args& args, broker::Broker& broker,
                   StopSignals& signals) {
  const std::string bootstrap = bootstrap_of(broker);
  if (!args.is_given("exec")) {
    context.out().line(concat("BROKERS=", bootstrap));
    TRY(context.out().flush());
    return wait_for_end(signals, nullptr, args.flag("until-stdin-ends") ? STDIN_FILENO : -1);
  }
  Child child;
  TRY(child.start(args.list("exec"), bootstrap));
  return wait_for_end(signals, &child, -1);
}

Result<Exit> run_broker(Context& context, const Args& args) {
  StopSignals signals;  // before any thread is made, so that none is struck
  StderrLogger logger(LogLevel::debug);  // the broker's loggers choose
  SystemClock clock;
  storage::PosixFileSystem fs;
  broker::Broker::Options options;
  TRY_ASSIGN(options.config, read_config(fs, args, logger));
  DataHome home(fs);
  TRY(home.choose(args, options.config));
  options.data_dir = home.path();
  options.log_threshold = broker::LogThreshold::warn;
  raise_descriptor_limit();
  auto broker = broker::Broker::start(fs, clock, logger, std::move(options));
  if (!broker) return fail(broker.error());
  const auto exit = serve(context, args, **broker, signals);
  TRY((*broker)->stop());
  return exit;
}

}  // namespace

extern const Command kBrokerCommand;
constinit const Command kBrokerCommand = {
    .path = "broker",
    .usage = "[OPTION...] [--exec CMD...]",
    .summary = "Run a broker",
    .description =
        "Serves a data directory on 127.0.0.1:9092, or where the settings say. Prints\n"
        "BROKERS=HOST:PORT when it is ready. SIGINT and SIGTERM stop it cleanly.",
    .examples =
        "spool broker --dir data --override listeners=PLAINTEXT://127.0.0.1:9092\n"
        "spool broker --ephemeral --exec sh -c 'seq 3 | spool produce -b $BROKERS t'",
    .options = kBrokerRows,
    .run = run_broker,
};

}  // namespace spool::cli
