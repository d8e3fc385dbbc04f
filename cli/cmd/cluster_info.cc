// cluster info: the brokers, and which of them is the controller.

#include "cli/context.h"
#include "cli/session.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

constexpr OptionRows kClusterInfoRows[] = {kConnectionOptions, kOutputOptions};

constexpr Column kClusterInfoColumns[] = {{"cluster_id"}, {"node_id", true}, {"host"},
                                          {"port", true}, {"rack"},          {"is_controller"}};

Result<Exit> run_cluster_info(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  TRY_ASSIGN(const auto cluster, client::describe_cluster(session.client()));
  TRY(session.close());
  Table table(kClusterInfoColumns);
  for (const client::BrokerInfo& broker : cluster.brokers)
    table.add({cluster.cluster_id, int64_t{broker.node_id}, broker.endpoint.host,
               int64_t{broker.endpoint.port}, broker.rack ? Cell(*broker.rack) : Cell(),
               broker.node_id == cluster.controller_id});
  TRY(context.print(table));
  return Exit::done;
}

}  // namespace

extern const Command kClusterInfoCommand;
constinit const Command kClusterInfoCommand = {
    .path = "cluster info",
    .usage = "[OPTION...]",
    .summary = "Print the cluster's id and its brokers",
    .examples = "spool cluster info -b broker:9092",
    .options = kClusterInfoRows,
    .run = run_cluster_info,
};

}  // namespace spool::cli
