// raw API [JSON]: any request as JSON, its answer as JSON.

#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "cli/context.h"
#include "cli/session.h"
#include "core/protocol/codec.h"
#include "core/protocol/json.h"
#include "core/protocol/registry.h"

namespace spool::cli {

namespace {

constexpr Option kRawOptions[] = {
    {.name = "api-version",
     .kind = OptionKind::value,
     .value = "N",
     .help = "Version of the request, sent whatever the broker says it takes; the newest that both "
             "sides speak when not given",
     .group = "Request"},
    {.name = "node",
     .kind = OptionKind::value,
     .value = "ID",
     .help = "Broker to ask; any when not given",
     .group = "Request"},
    {.name = "write",
     .help = "The request changes something: with --dir, take the directory's lock",
     .group = "Request"},
    {.name = "list", .help = "Print the requests there are", .group = "Request"},
};
constexpr OptionRows kRawRows[] = {kRawOptions, kConnectionOptions, kOutputOptions};

constexpr Column kListColumns[] = {
    {"api_key", true}, {"api"}, {"min_version", true}, {"max_version", true}};

using protocol::MessageEntry;
using protocol::MessageType;

std::string_view api_name(const MessageEntry& entry) {
  std::string_view name = entry.info->name;
  if (name.ends_with("Request")) name.remove_suffix(7);
  return name;
}

/// By name, in any case, or by number.
Result<const MessageEntry*> find_api(std::string_view text) {
  const auto number = parse_int<int16_t>(text);
  for (const MessageEntry& entry : protocol::all_messages()) {
    if (entry.info->type != MessageType::request) continue;
    const bool is_it = number ? entry.info->api_key == *number
                              : to_lower(api_name(entry)) == to_lower(text) ||
                                    to_lower(entry.info->name) == to_lower(text);
    if (is_it) return &entry;
  }
  return usage_error(concat("there is no request '", text, "'; 'spool raw --list' shows them"));
}

/// A message of a type that is known only while running.
class Message {
 public:
  explicit Message(const protocol::Schema& schema) : schema_(schema), data_(schema.create()) {}
  ~Message() { schema_.destroy(data_); }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  const protocol::Schema& schema() const { return schema_; }
  void* data() { return data_; }

 private:
  const protocol::Schema& schema_;
  void* data_;
};

Result<std::string> read_stdin() {
  std::string out;
  char block[16384];
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, "stdin"));
    if (got == 0) return out;
    out.append(block, static_cast<size_t>(got));
  }
}

/// The message's defaults with what the user gave in their place: nobody wants to name every
/// member.
Status fill(Message& message, std::string_view json, int16_t version, protocol::Arena& arena) {
  std::string defaults;
  TRY(protocol::message_to_json(message.schema(), message.data(), version, defaults));
  const auto given = nlohmann::json::parse(json, nullptr, false);
  auto merged = nlohmann::json::parse(defaults, nullptr, false);
  if (given.is_discarded() || !given.is_object())
    return fail(ErrorCode::parse_error, "the request is not a JSON object");
  for (const auto& [name, value] : given.items())
    if (!merged.contains(name))
      return fail(ErrorCode::parse_error,
                  concat("version ", version, " of the request has no member '", name,
                         "'; its members are ", defaults));
  merged.update(given);
  return protocol::message_from_json(message.schema(), message.data(), merged.dump(), version,
                                     arena);
}

Result<int16_t> choose_version(client::Client& client, int32_t node, const MessageEntry& api,
                               std::optional<int16_t> asked) {
  const auto known = api.info->versions;
  if (asked && *asked >= known.min && *asked <= known.max) return *asked;
  if (asked)
    return usage_error(concat("--api-version: ", api_name(api), " is known in versions ", known.min,
                              " to ", known.max));
  TRY_ASSIGN(const auto offered, client.broker_versions(node));
  const auto found = offered.find(api.info->api_key);
  if (found == offered.end())
    return fail(ErrorCode::unsupported_version,
                concat("the broker takes no ", api_name(api), "; --api-version N sends it anyway"));
  const int16_t newest = std::min(found->second.max, known.max);
  if (newest < found->second.min || newest < known.min)
    return fail(ErrorCode::unsupported_version,
                concat("the broker takes ", api_name(api), " in versions ", found->second.min,
                       " to ", found->second.max, ", known are ", known.min, " to ", known.max));
  return newest;
}

Result<Exit> print_list(Context& context) {
  Table table(kListColumns);
  for (const MessageEntry& entry : protocol::all_messages())
    if (entry.info->type == MessageType::request)
      table.add({int64_t{entry.info->api_key}, std::string(api_name(entry)),
                 int64_t{entry.info->versions.min}, int64_t{entry.info->versions.max}});
  TRY(context.print(table));
  return Exit::done;
}

/// Sends the request and gives the answer as JSON.
Result<std::string> exchange(client::Client& client, int32_t node, const MessageEntry& api,
                             Message& request, int16_t version) {
  const MessageEntry* const answer = protocol::find_message(api.info->key(), MessageType::response);
  if (answer == nullptr)
    return fail(ErrorCode::unsupported, concat("the answer of ", api_name(api), " is not known"));
  client::Connection::Request raw;
  raw.api_key = api.info->key();
  raw.versions = {version, version};
  raw.is_forced = true;
  raw.encode = [&](int16_t chosen, client::OutgoingFrame& frame) {
    return protocol::encode_message(request.schema(), request.data(), chosen, frame.bytes,
                                    &frame.splices);
  };
  TRY_ASSIGN(const auto frame, client.call_frame(node, std::move(raw)));
  Message response(answer->schema());
  size_t consumed = 0;
  TRY(protocol::decode_message(response.schema(), response.data(), frame.body(), frame.version,
                               &consumed));
  std::string out;
  TRY(protocol::message_to_json(response.schema(), response.data(), frame.version, out));
  return out;
}

Result<Exit> run_raw(Context& context, const Args& args) {
  if (args.flag("list")) return print_list(context);
  if (args.operands().empty()) return usage_error("which request? 'spool raw --list' shows them");
  TRY_ASSIGN(const MessageEntry* const api, find_api(args.operands()[0]));
  std::string json = args.operands().size() > 1 ? args.operands()[1] : "{}";
  if (json == "-") {
    TRY_ASSIGN(json, read_stdin());
  }
  TRY_ASSIGN(const auto node, args.number<int32_t>("node", 0));
  TRY_ASSIGN(Session session,
             Session::open(args, args.flag("write") ? Access::write : Access::read));
  client::Client& client = session.client();
  if (node) TRY(client.refresh_metadata(std::vector<std::string>{}));
  const int32_t node_id = node.value_or(client::Client::kAnyNode);
  TRY_ASSIGN(const auto asked, args.number<int16_t>("api-version", 0));
  TRY_ASSIGN(const int16_t version, choose_version(client, node_id, *api, asked));
  Message request(api->schema());
  protocol::Arena arena;
  TRY(fill(request, json, version, arena));
  TRY_ASSIGN(const std::string answer, exchange(client, node_id, *api, request, version));
  TRY(session.close());
  context.out().line(answer);
  TRY(context.out().flush());
  return Exit::done;
}

}  // namespace

extern const Command kRawCommand;
constinit const Command kRawCommand = {
    .path = "raw",
    .usage = "[OPTION...] API [JSON]",
    .summary = "Send any request as JSON and print its answer as JSON",
    .description =
        "API is a name or a number. JSON has the members to set, as Kafka names them; the others "
        "have their defaults; - reads it from stdin. The answer's error codes are in the answer: "
        "exit code 0 says that there was one.",
    .examples =
        "spool raw Metadata '{\"topics\":[]}'\n"
        "spool raw --list",
    .options = kRawRows,
    .operands_max = 2,
    .run = run_raw,
};

}  // namespace spool::cli
