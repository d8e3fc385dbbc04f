#include "cli/cmd/consume_group.h"

#include <poll.h>

#include "cli/cmd/groups.h"
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

Result<client::GroupReaderOptions> reader_options(const Args& args) {
  client::GroupReaderOptions options;
  options.member.group = *args.value("group");
  if (const auto name = args.value("instance-id")) options.member.instance_id = *name;
  TRY_ASSIGN(const auto session_timeout, args.duration("session-timeout"));
  options.member.session_timeout = *session_timeout;
  // Kafka's rule of thumb: a third, so that a lost heartbeat or two do no harm.
  options.member.heartbeat_interval =
      std::min(options.member.heartbeat_interval, *session_timeout / 3);
  const std::string_view commit = args.text("commit"), protocol = args.text("protocol");
  options.commit = commit == "never"     ? CommitPolicy::never
                   : commit == "on-exit" ? CommitPolicy::on_exit
                                         : CommitPolicy::on_write;
  options.protocol = protocol == "classic"    ? GroupProtocol::classic
                     : protocol == "consumer" ? GroupProtocol::consumer
                                              : GroupProtocol::offered;
  return options;
}

}  // namespace

Result<Exit> consume_group(Context& context, const Args& args, client::Client& client,
                           StopSignals& signals, GroupConsumption what) {
  TRY_ASSIGN(auto options, reader_options(args));
  std::optional<RecordPrinter> printing;
  bool has_refused = false;
  options.member.topics = std::move(what.topics);
  options.start = what.start;
  options.fetch = std::move(what.fetch);
  options.finish_work = [&] { return printing->flush(); };
  options.on_assigned = [&](const std::vector<TopicPartition>& mine) {
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
    constexpr std::chrono::seconds kStep{1};
    while (!client.poll(client.now() + kStep, context.out().fd(), POLLOUT)) reader->serve();
  });
  auto outcome = printing->run(signals, what.is_bounded);
  if (const Status flushed = printing->flush(); outcome && !flushed) return fail(flushed.error());
  if (!outcome) return outcome;
  TRY(reader->leave());
  return has_refused && *outcome == Exit::done ? Exit::failed : *outcome;
}

}  // namespace spool::cli
