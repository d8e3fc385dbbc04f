#pragma once

/// Reads the partitions that a consumer group gives this member, and commits how far the owner says
/// it has got. The I/O around MemberProtocol.
///
/// What concerns the group goes over a connection of its own: a broker answers in order, and a
/// heartbeat must not wait behind a Fetch that finds nothing.
///
/// One thread; nothing happens outside its calls. An owner that waits for something else calls
/// serve() meanwhile, or it is taken for dead.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/client/fetcher.h"
#include "core/client/group_member.h"

namespace spool::client {

enum class GroupProtocol : uint8_t {
  offered,  ///< KIP-848 where the broker has it, else classic
  classic,
  consumer,
};
enum class CommitPolicy : uint8_t {
  on_write,  ///< whenever commit() is called
  on_exit,   ///< when partitions are given up, and at the end
  never,
};

struct GroupReaderOptions {
  MemberOptions member;
  GroupProtocol protocol = GroupProtocol::offered;
  CommitPolicy commit = CommitPolicy::on_write;
  FetcherOptions fetch;
  StartOffset start;               ///< where nothing is committed
  bool ignores_committed = false;  ///< begins at `start` whatever is committed
  /// Called before partitions are given up: the owner is to finish what it has got of them, and to
  /// say so by set_done().
  std::function<Status()> finish_work;
  /// Told that the group has shared out anew, and that commits were refused.
  std::function<void(const std::vector<TopicPartition>& mine, const std::string& member_id)>
      on_assigned;
  std::function<void(const Error& error)> on_commit_failed;
};

class GroupReader final : public RecordSource {
 public:
  /// errors  unsupported_version: the broker does not have the protocol asked for
  static Result<std::unique_ptr<GroupReader>> make(Client& client, GroupReaderOptions options);
  ~GroupReader() override;

  Result<std::optional<Fetched>> next(Time until, int extra_fd = -1) override;
  bool has_ready() const override { return fetcher_ != nullptr && fetcher_->has_ready(); }
  /// Every partition of this member is read to its end. A member that has none waits for some.
  bool is_done() const override;
  void finish(std::string_view topic, Partition partition) override;

  /// The owner is done with everything below `next`. Partitions of others are ignored.
  void set_done(std::string_view topic, Partition partition, Offset next);
  /// Commits what is done, by the policy; does not wait.
  void commit();
  /// Keeps the membership alive: sends what is due. Failures are told by next().
  /// returns  when to call it again, should nothing come in before
  Time serve();
  /// Commits what is done, waits for that, and leaves the group.
  Status leave();

 private:
  struct Owned {
    Offset position = kNoOffset;   ///< the next to be handed out
    Offset done = kNoOffset;       ///< behind what the owner is done with
    Offset committed = kNoOffset;  ///< as far as is known
    bool is_finished = false;
  };

  GroupReader(Client& client, GroupReaderOptions options);
  void send(MemberRequest request);
  Status look_around(Time now);
  bool fall_back();
  Status find_group(Time now);
  Status take_change();
  Status give_up(const std::set<TopicPartition>& kept, bool is_lost);
  Status start_fetching();
  Status load_positions(const std::vector<TopicPartition>& added);
  std::vector<CommittedOffset> uncommitted() const;
  void send_commit(std::vector<CommittedOffset> offsets);
  Status commit_and_wait();

  Client& client_;
  GroupReaderOptions options_;
  std::shared_ptr<MemberProtocol> member_;  ///< requests on their way borrow its bytes
  bool is_classic_ = true;
  int32_t coordinator_ = -1;  ///< the connection to it
  std::optional<Time> failing_since_;
  bool has_news_ = false;  ///< an answer came
  std::map<TopicPartition, Owned> owned_;
  std::set<std::string, std::less<>> names_;  ///< topics, for as long as records are looked at
  std::unique_ptr<Fetcher> fetcher_;
  bool is_committing_ = false;
  std::optional<Error> failure_;
  /// Answers may come after the reader has gone: the client keeps the callbacks.
  std::shared_ptr<GroupReader*> self_;
};

}  // namespace spool::client
