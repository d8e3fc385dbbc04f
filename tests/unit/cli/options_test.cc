#include "cli/options.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/context.h"

namespace spool::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "partition", .letter = 'p', .kind = OptionKind::value, .value = "N"},
    {.name = "header", .letter = 'H', .kind = OptionKind::list, .value = "NAME=VALUE"},
    {.name = "exit", .letter = 'e'},
    {.name = "offset",
     .letter = 'o',
     .kind = OptionKind::value,
     .value = "WHERE",
     .fallback = "beginning"},
    {.name = "codec",
     .letter = 'z',
     .kind = OptionKind::value,
     .value = "none|zstd",
     .fallback = "none"},
    {.name = "exec", .kind = OptionKind::rest, .value = "CMD..."},
};
constexpr OptionRows kRows[] = {kOptions, kConnectionOptions};
constexpr Command kCommand = {.path = "try",
                              .usage = "[OPTION...] TOPIC",
                              .summary = "Try",
                              .options = kRows,
                              .operands_min = 1,
                              .operands_max = 2};

Args parsed(const std::vector<std::string>& words) {
  auto args = parse_args(kCommand, words);
  REQUIRE(args.has_value());
  return *std::move(args);
}

std::string complaint(const std::vector<std::string>& words) {
  const auto args = parse_args(kCommand, words);
  REQUIRE_FALSE(args.has_value());
  CHECK(exit_of(args.error()) == Exit::usage);
  return std::string(args.error().text());
}

TEST_CASE("options: values, lists, flags and operands in any order and spelling") {
  const Args args =
      parsed({"orders", "-p3", "-H", "a=1", "--header=b=", "-e", "payments", "--header", "c"});
  CHECK(args.operands() == std::vector<std::string>{"orders", "payments"});
  CHECK(args.value("partition") == "3");
  CHECK(std::vector<std::string>(args.list("header").begin(), args.list("header").end()) ==
        std::vector<std::string>{"a=1", "b=", "c"});
  CHECK(args.flag("exit"));
  CHECK_FALSE(args.flag("quiet"));
}

TEST_CASE("options: a default stands in for what is not given, and is not given") {
  const Args args = parsed({"orders"});
  CHECK(args.text("offset") == "beginning");
  CHECK_FALSE(args.is_given("offset"));
  CHECK_FALSE(args.value("partition").has_value());
  CHECK(args.list("header").empty());
}

TEST_CASE("options: a negative number is a value, not an option") {
  CHECK(parsed({"-o", "-5", "orders"}).text("offset") == "-5");
  CHECK(parsed({"-o-5", "orders"}).text("offset") == "-5");
  CHECK(parsed({"--offset=-5", "orders"}).text("offset") == "-5");
}

TEST_CASE("options: after -- everything is an operand") {
  CHECK(parsed({"--", "-e", "--exit"}).operands() == std::vector<std::string>{"-e", "--exit"});
}

TEST_CASE("options: an empty value is a value") {
  CHECK(parsed({"orders", "--offset", ""}).text("offset").empty());
  CHECK(parsed({"orders", "-H", ""}).list("header").size() == 1);
  CHECK(parsed({"orders", "--header="}).list("header").size() == 1);
  CHECK(parsed({"orders", "-H", "--exit"}).list("header")[0] == "--exit");
}

TEST_CASE("options: flags are counted, the last of several values counts") {
  CHECK(parsed({"-ee", "-e", "orders"}).flag_count("exit") == 3);
  CHECK(parsed({"-o", "1", "-o", "2", "orders"}).text("offset") == "2");
}

TEST_CASE("options: what follows --exec is not parsed") {
  const Args args = parsed({"orders", "--exec", "sh", "-c", "echo -e", "--exit"});
  CHECK(std::vector<std::string>(args.list("exec").begin(), args.list("exec").end()) ==
        std::vector<std::string>{"sh", "-c", "echo -e", "--exit"});
  CHECK_FALSE(args.flag("exit"));
  CHECK(complaint({"orders", "--exec"}) == "--exec: what to run is missing");
}

TEST_CASE("options: mistakes are named in the user's words") {
  CHECK(complaint({"orders", "--partitoin", "3"}) ==
        "there is no option --partitoin; did you mean --partition?");
  CHECK(complaint({"orders", "--frobnicate=3"}) == "there is no option --frobnicate");
  CHECK(complaint({"orders", "-z", "lzma"}) == "--codec: 'lzma' is not one of none|zstd");
  CHECK(complaint({}) == "an argument is missing; usage: spool try [OPTION...] TOPIC");
  CHECK(complaint({"a", "b", "c"}) ==
        "'c' is one argument too many; usage: spool try [OPTION...] TOPIC");
  CHECK(complaint({"orders", "-p"}).find("partition") != std::string::npos);
}

TEST_CASE("options: numbers are checked against their bounds") {
  CHECK(parsed({"orders", "-p", "7"}).number<int32_t>("partition", 0, 7)->value() == 7);
  CHECK_FALSE(parsed({"orders"}).number<int32_t>("partition")->has_value());
  for (const char* bad : {"8", "-1", "7x", "", " 7", "99999999999"}) {
    const Args args = parsed({"orders", concat("--partition=", bad)});
    const auto number = args.number<int32_t>("partition", 0, 7);
    REQUIRE_FALSE(number.has_value());
    CHECK(number.error().text() ==
          concat("--partition: '", bad, "' is not a whole number from 0 to 7"));
  }
}

TEST_CASE("options: spans of time have a unit, seconds without") {
  using std::chrono::milliseconds;
  CHECK(parse_duration("250ms") == milliseconds(250));
  CHECK(parse_duration("5") == milliseconds(5000));
  CHECK(parse_duration("5s") == milliseconds(5000));
  CHECK(parse_duration("2m") == milliseconds(120'000));
  CHECK(parse_duration("1h") == milliseconds(3'600'000));
  for (const char* bad :
       {"", "s", "-1s", "1.5s", "5 s", "5x", "9223372036854775807", "9999999999999h"})
    CHECK_FALSE(parse_duration(bad).has_value());
}

/// Sets an environment variable for one scope.
struct Variable {
  Variable(const char* variable, const char* value) : name(variable) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name); }
  const char* name;
};

TEST_CASE("target: the command line goes before the environment, and there is no guessing") {
  ::unsetenv("SPOOL_BROKER");
  ::unsetenv("SPOOL_DIR");
  CHECK(resolve_target(parsed({"x"}))->where == "localhost:9092");
  CHECK(resolve_target(parsed({"x", "--dir", "d"}))->is_directory);
  CHECK_FALSE(resolve_target(parsed({"x", "--dir", "d", "-b", "h:1"})).has_value());
  const Variable directory("SPOOL_DIR", "from-variable");
  CHECK(resolve_target(parsed({"x"}))->where == "from-variable");
  CHECK(resolve_target(parsed({"x"}))->is_directory);
  CHECK(resolve_target(parsed({"x", "-b", "h:1"}))->where == "h:1");
  const Variable broker("SPOOL_BROKER", "other:1");
  CHECK_FALSE(resolve_target(parsed({"x"})).has_value());
  CHECK(resolve_target(parsed({"x", "--dir", "d"}))->where == "d");
  CHECK(resolve_target(parsed({"x", "-b", "h:1"}))->where == "h:1");
}

TEST_CASE("commands: every row can be found, and no command has a name or a letter twice") {
  for (const Command* command : all_commands()) {
    std::string letters;
    std::vector<std::string_view> names;
    const auto note = [&](const Option& row) {
      CAPTURE(row.name);
      CHECK(std::ranges::find(names, row.name) == names.end());
      CHECK((row.letter == 0 || letters.find(row.letter) == std::string::npos));
      CHECK_FALSE(row.help.empty());
      CHECK_FALSE(row.help.ends_with('.'));
      CHECK((row.kind == OptionKind::flag) == row.value.empty());
      names.push_back(row.name);
      if (row.letter != 0) letters += row.letter;
    };
    CAPTURE(command->path);
    for (const OptionRows rows : command->options) std::ranges::for_each(rows, note);
    std::ranges::for_each(kCommonOptions, note);
    std::vector<std::string> words;
    for (const std::string_view word : split(command->path, ' ')) words.emplace_back(word);
    words.push_back("--help");
    CHECK(find_command(words).command == command);
    CHECK(parse_args(*command, {"--help"}).has_value());
  }
}

TEST_CASE("commands: the nearest words are found, far ones are not") {
  CHECK(nearest("consum", {"produce", "consume"}) == std::vector<std::string_view>{"consume"});
  CHECK(nearest("hlep", {"help", "topic"}) == std::vector<std::string_view>{"help"});
  CHECK(nearest("xyzzy", {"help", "topic"}).empty());
}

}  // namespace
}  // namespace spool::cli
