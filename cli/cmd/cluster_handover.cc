// cluster handover DIR: what it takes to go on with Apache Kafka on a data directory, and back.

#include <climits>
#include <cstdlib>

#include "broker/metadata/handover.h"
#include "cli/context.h"
#include "core/base/text.h"
#include "core/storage/file.h"

namespace spool::cli {

namespace {

constexpr Option kClusterHandoverOptions[] = {
    {.name = "listener",
     .kind = OptionKind::value,
     .value = "HOST:PORT",
     .fallback = "localhost:9092",
     .help = "Address that Kafka is to have for clients"},
    {.name = "controller",
     .kind = OptionKind::value,
     .value = "HOST:PORT",
     .fallback = "localhost:9093",
     .help = "Address that Kafka is to have for its controller"},
};
constexpr OptionRows kClusterHandoverRows[] = {kClusterHandoverOptions};

Result<std::string> absolute(const std::string& path) {
  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved) == nullptr)
    return fail(errno_error(errno, concat("open ", path)));
  return std::string(resolved);
}

// Of java.util.Properties: a backslash begins an escape.
std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string explanation(const broker::Handover& handover, const std::string& path) {
  return concat(
      "# Apache Kafka ", handover.kafka_version_min, " or newer on ", path, ":\n", "# cluster ",
      handover.cluster_id, ", node ", handover.node_id, ", ", handover.topics_count, " topics, ",
      handover.partitions_count, " partitions, metadata.version ", handover.metadata_version, ".\n",
      "#\n",
      "# With this file as handover.properties, and nothing else running on the directory:\n",
      "#   bin/kafka-server-start.sh handover.properties\n",
      "# The directory is formatted already: kafka-storage.sh has nothing to do.\n", "#\n",
      "# The way back, as long as this node stays alone and nobody raises metadata.version"
      " above 33:\n",
      "#   bin/kafka-server-stop.sh\n", "#   spool broker --dir ", path, "\n");
}

Result<Exit> run_cluster_handover(Context& context, const Args& args) {
  storage::PosixFileSystem fs;
  NullLogger logger;  // what the loader has to say comes back as a problem
  TRY_ASSIGN(const std::string path, absolute(args.operands().front()));
  TRY_ASSIGN(const auto handover, broker::plan_handover(fs, logger, path));
  for (const std::string& problem : handover.problems) context.complain(problem);
  if (!handover.problems.empty()) return Exit::findings;
  for (const std::string& note : handover.notes) context.note(note);
  std::string text = explanation(handover, path);
  const auto properties =
      broker::handover_properties(handover, path,
                                  {.client = std::string(args.text("listener")),
                                   .controller = std::string(args.text("controller"))});
  for (const auto& [name, value] : properties) append_text(text, name, "=", escaped(value), "\n");
  context.out().write(text);
  return Exit::done;
}

}  // namespace

extern const Command kClusterHandoverCommand;
constinit const Command kClusterHandoverCommand = {
    .path = "cluster handover",
    .usage = "[OPTION...] DIR",
    .summary = "Print what Apache Kafka needs to go on with a data directory",
    .description =
        "Checks that nothing stands in Kafka's way and prints the server.properties with which it "
        "boots on the directory, with the commands to go there and back. Nothing is written.",
    .examples = "spool cluster handover data > server.properties",
    .options = kClusterHandoverRows,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_cluster_handover,
};

}  // namespace spool::cli
