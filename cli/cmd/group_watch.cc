// group watch [GROUP...]: the lag of groups, refreshed, and how it has gone.

#include <sys/ioctl.h>

#include <algorithm>
#include <deque>
#include <map>

#include "cli/cmd/groups.h"
#include "cli/errors.h"
#include "cli/io/signals.h"
#include "cli/session.h"

namespace spool::cli {

namespace {

constexpr Option kGroupWatchOptions[] = {
    {.name = "interval",
     .kind = OptionKind::value,
     .value = "TIME",
     .fallback = "2s",
     .help = "How often to look",
     .group = "What"},
    {.name = "count",
     .letter = 'c',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Stop after looking N times",
     .group = "What"},
};
constexpr OptionRows kGroupWatchRows[] = {kGroupWatchOptions, kConnectionOptions};

constexpr size_t kHistoryMax = 60;

/// What is remembered of a group from look to look.
struct Watched {
  client::GroupDescription group;
  int64_t lag = 0;
  int64_t lag_ms = 0;
  int64_t committed = 0;  ///< the sum of committed offsets
  std::deque<int64_t> lags;
  double per_second = 0;  ///< committed since the last look
};

/// Eight heights of block, over the largest value.
std::string sparkline(const std::deque<int64_t>& values) {
  constexpr std::string_view kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const int64_t top = std::max<int64_t>(1, *std::ranges::max_element(values));
  std::string out;
  for (const int64_t value : values)
    out += kBlocks[static_cast<size_t>(static_cast<double>(value) / static_cast<double>(top) * 7)];
  return out;
}

/// "850ms", "12s", "3m05s", "2h10m", "4d".
std::string short_time(int64_t ms) {
  const int64_t s = ms / 1000;
  if (ms < 1000) return concat(ms, "ms");
  if (s < 60) return concat(s, "s");
  if (s < 3600) return concat(s / 60, "m", s % 60 < 10 ? "0" : "", s % 60, "s");
  if (s < 48 * 3600) return concat(s / 3600, "h", s / 60 % 60 < 10 ? "0" : "", s / 60 % 60, "m");
  return concat(s / 86400, "d");
}

Status look(client::Client& client, const std::string& id, std::chrono::milliseconds since,
            Watched& watched) {
  TRY_ASSIGN(watched.group, client::describe_group(client, id));
  if (watched.group.error != ErrorCode::none) return {};
  TRY_ASSIGN(const auto positions, find_positions(client, watched.group, true));
  int64_t committed = 0;
  watched.lag = watched.lag_ms = 0;
  for (const GroupPosition& position : positions) {
    watched.lag += position.lag.value_or(0);
    watched.lag_ms = std::max(watched.lag_ms, position.lag_ms.value_or(0));
    committed += std::max<int64_t>(0, position.committed.offset.value);
  }
  if (!watched.lags.empty() && since.count() > 0)
    watched.per_second = static_cast<double>(committed - watched.committed) * 1000 /
                         static_cast<double>(since.count());
  watched.committed = committed;
  watched.lags.push_back(watched.lag);
  if (watched.lags.size() > kHistoryMax) watched.lags.pop_front();
  return {};
}

std::string padded(std::string text, size_t width, bool is_number) {
  if (text.size() >= width) return text;
  const std::string spaces(width - text.size(), ' ');
  return is_number ? spaces + text : text + spaces;
}

std::string screen_of(const std::map<std::string, Watched>& groups) {
  size_t width = 5;
  for (const auto& [id, watched] : groups) width = std::max(width, id.size());
  std::string out = concat(padded("GROUP", width, false),
                           "  STATE        MEMBERS        LAG      TIME   READ/S  LAG OVER TIME\n");
  for (const auto& [id, watched] : groups) {
    if (watched.group.error != ErrorCode::none) {
      append_text(out, padded(id, width, false), "  ",
                  explain(watched.group.error, watched.group.message), '\n');
      continue;
    }
    append_text(out, padded(id, width, false), "  ", padded(watched.group.state, 11, false), "  ",
                padded(concat(watched.group.members.size()), 7, true), "  ",
                padded(concat(watched.lag), 9, true), "  ",
                padded(short_time(watched.lag_ms), 8, true), "  ",
                padded(concat(static_cast<int64_t>(watched.per_second)), 7, true), "  ",
                sparkline(watched.lags), '\n');
  }
  return out;
}

/// On a terminal each screen takes the place of the last one; no more lines than there are.
void show(Out& out, std::string screen) {
  if (!out.is_terminal()) return out.write(screen);
  winsize size{};
  const bool is_known = ::ioctl(out.fd(), TIOCGWINSZ, &size) == 0 && size.ws_row > 1;
  size_t left = is_known ? size.ws_row - 1u : 24u;
  out.write("\x1b[H");
  for (const std::string_view line : split(screen, '\n'))
    if (left-- > 0)
      out.write(concat(line, "\x1b[K\n"));
    else
      break;
  out.write("\x1b[J");
}

Result<Exit> watch(Context& context, const Args& args, client::Client& client,
                   StopSignals& signals) {
  TRY_ASSIGN(const auto interval, args.duration("interval"));
  TRY_ASSIGN(const auto count, args.number<int64_t>("count", 1));
  Out& out = context.out();
  std::map<std::string, Watched> groups;
  if (out.is_terminal()) out.write("\x1b[2J");
  auto last = client.now();
  for (int64_t round = 0;; ++round) {
    TRY_ASSIGN(const auto ids, find_groups(client, args.operands(), true));
    std::erase_if(groups, [&](const auto& entry) {
      return std::ranges::find(ids, entry.first) == ids.end();
    });
    const auto now = client.now();
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - last);
    for (const std::string& id : ids) TRY(look(client, id, since, groups[id]));
    last = now;
    show(out, screen_of(groups));
    TRY(out.flush());
    if (count && round + 1 >= *count) return Exit::done;
    for (const auto until = now + *interval; client.now() < until;)
      if (client.poll(until, signals.poll_fd()))
        if (const auto stop = signals.take()) return *stop;
  }
}

Result<Exit> run_group_watch(Context& context, const Args& args) {
  StopSignals signals;
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  const auto outcome = watch(context, args, session.client(), signals);
  TRY(session.close());
  return outcome;
}

}  // namespace

extern const Command kGroupWatchCommand;
constinit const Command kGroupWatchCommand = {
    .path = "group watch",
    .usage = "[OPTION...] [GROUP...]",
    .summary = "Watch the lag of groups",
    .description =
        "Without GROUP: of all groups. A GROUP that begins with ^ is a regular expression. On a "
        "terminal the screen is refreshed until interrupted; elsewhere each look is printed below "
        "the last.",
    .examples = "spool group watch --interval 5s app",
    .options = kGroupWatchRows,
    .operands_max = -1,
    .run = run_group_watch,
};

}  // namespace spool::cli
