#include "cli/cmd/consume_group.h"

#include <poll.h>

#include "cli/cmd/groups.h"
#include "cli/connection.h"
#include "cli/errors.h"

namespace spool::cli {

namespace {

using client::CommitPolicy;
using client::GroupProtocol;

/// What stdout has taken is done.
class GroupPositions final : public PrintedPositions {
 public:
  explicit GroupPositions(client::GroupReader& reader) : reader_(reader) {}
  void set(std::string_view topic, Partition partition, Offset next) override {
    reader_.set_done(topic, partition, next);
  }
  Status save(bool) override {
    reader_.commit();
    return {};
  }

 private:
  client::GroupReader& reader_;
};

}  // namespace

Result<client::GroupReaderOptions> group_reader_options(const Args& args) {
  TRY_ASSIGN(ClientProperties properties, read_client_properties(args));
  client::GroupReaderOptions options = std::move(properties.group);
  options.member.group = *args.value("group");
  if (const auto name = args.value("instance-id")) options.member.instance_id = *name;
  if (args.is_given("session-timeout")) {
    TRY_ASSIGN(const auto session_timeout, args.duration("session-timeout"));
    options.member.session_timeout = *session_timeout;
  }
  if (args.is_given("commit")) {
    const std::string_view commit = args.text("commit");
    options.commit = commit == "never"     ? CommitPolicy::never
                     : commit == "on-exit" ? CommitPolicy::on_exit
                                           : CommitPolicy::on_write;
  }
  if (args.is_given("protocol")) {
    const std::string_view protocol = args.text("protocol");
    options.protocol = protocol == "classic"    ? GroupProtocol::classic
                       : protocol == "consumer" ? GroupProtocol::consumer
                                                : GroupProtocol::offered;
  }
  return options;
}

Result<Exit> consume_group(Context& context, client::Client& client, StopSignals& signals,
                           GroupConsumption what) {
  client::GroupReaderOptions options = std::move(what.reader);
  // Kafka's rule of thumb: a third, so that a lost heartbeat or two do no harm.
  options.member.heartbeat_interval =
      std::min(options.member.heartbeat_interval, options.member.session_timeout / 3);
  std::optional<RecordPrinter> printing;
  bool has_refused = false;
  options.finish_work = [&] { return printing->flush(); };
  if (!options.on_assigned)
    options.on_assigned = [&](const std::vector<TopicPartition>& mine, const std::string&) {
      if (!mine.empty())
        context.note(concat("reading ", std::get<std::string>(partitions_cell(mine))));
    };
  options.on_commit_failed = [&](const Error& error) {
    context.complain(concat("consume: commit: ", explain(error.code(), "")));
    has_refused = true;
  };
  TRY_ASSIGN(const auto reader, client::GroupReader::make(client, std::move(options)));
  GroupPositions positions(*reader);
  printing.emplace(context, client, *reader, what.writer, what.filter, &positions, what.limits);
  // A reader of stdout that takes its time must not make the group think that we are dead.
  printing->set_wait([&] {
    // At least a moment each: one that has lost its partitions is due until next() takes note.
    constexpr std::chrono::milliseconds kStepMin{50}, kStepMax{1000};
    for (bool is_ready = false; !is_ready;) {
      const auto due = reader->serve(), now = client.now();
      const auto until = std::clamp(due, now + kStepMin, now + kStepMax);
      is_ready = client.poll(until, context.out().fd(), POLLOUT);
    }
  });
  auto outcome = printing->run(signals, what.is_bounded);
  if (const Status flushed = printing->flush(); outcome && !flushed) return fail(flushed.error());
  if (!outcome) return outcome;
  TRY(reader->leave());
  return has_refused && *outcome == Exit::done ? Exit::failed : *outcome;
}

}  // namespace spool::cli
