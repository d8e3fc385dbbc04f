#include "cli/io/table.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>

#include "cli/completion.h"
#include "cli/help.h"
#include "cli/io/json_text.h"

namespace spool::cli {
namespace {

constexpr Column kColumns[] = {{"topic"}, {"record_count", true}, {"is_internal"}, {"replicas"}};

/// What the table prints in a form.
std::string printed(const Table& table, OutputForm form, bool with_header = true) {
  FILE* file = std::tmpfile();
  Out out(::fileno(file));
  table.print(out, form, with_header);
  REQUIRE(out.flush().has_value());
  std::string text(static_cast<size_t>(::lseek(::fileno(file), 0, SEEK_END)), '\0');
  REQUIRE(::pread(::fileno(file), text.data(), text.size(), 0) ==
          static_cast<ssize_t>(text.size()));
  std::fclose(file);
  return text;
}

Table sample() {
  Table table(kColumns);
  table.add({std::string("orders"), int64_t{12}, false, std::vector<int64_t>{1, 2}});
  table.add({std::string(), Cell(), true, std::vector<int64_t>{}});
  return table;
}

TEST_CASE("table: text aligns columns and keeps null and empty apart") {
  CHECK(printed(sample(), OutputForm::text) ==
        "TOPIC   RECORD COUNT  IS INTERNAL  REPLICAS\n"
        "orders            12  no           1,2\n"
        "\"\"                 -  yes          -\n");
  CHECK(printed(Table(kColumns), OutputForm::text).empty());
}

TEST_CASE("table: json is one array, jsonl one object a line") {
  CHECK(printed(sample(), OutputForm::json) ==
        "[\n"
        "  {\"topic\":\"orders\",\"record_count\":12,\"is_internal\":false,\"replicas\":[1,2]},\n"
        "  {\"topic\":\"\",\"record_count\":null,\"is_internal\":true,\"replicas\":[]}\n"
        "]\n");
  CHECK(printed(sample(), OutputForm::jsonl) ==
        "{\"topic\":\"orders\",\"record_count\":12,\"is_internal\":false,\"replicas\":[1,2]}\n"
        "{\"topic\":\"\",\"record_count\":null,\"is_internal\":true,\"replicas\":[]}\n");
  CHECK(printed(Table(kColumns), OutputForm::json) == "[]\n");
  CHECK(printed(Table(kColumns), OutputForm::jsonl).empty());
}

TEST_CASE("table: tsv and csv keep null, empty and awkward texts apart") {
  Table table(std::span<const Column>(kColumns, 2));
  table.add({std::string("a\tb\nc\\\"d\","), Cell()});
  table.add({std::string(), int64_t{-1}});
  table.add({std::string("\xff\xfe"), int64_t{0}});
  CHECK(printed(table, OutputForm::tsv) ==
        "topic\trecord_count\n"
        "a\\tb\\nc\\\\\"d\",\t\\N\n"
        "\t-1\n"
        "\\xff\\xfe\t0\n");
  CHECK(printed(table, OutputForm::csv, false) ==
        "\"a\tb\nc\\\"\"d\"\",\",\n"
        "\"\",-1\n"
        "\\xff\\xfe,0\n");
}

TEST_CASE("table: a terminal sees no control characters of a topic's making") {
  Table table(std::span<const Column>(kColumns, 1));
  table.add({std::string("\x1b[2Jx")});
  CHECK(printed(table, OutputForm::text, false) == "\\x1b[2Jx\n");
}

TEST_CASE("table: columns are chosen by name, in the order named") {
  Table table = sample();
  REQUIRE(table.select("is_internal,topic").has_value());
  CHECK(printed(table, OutputForm::tsv) == "is_internal\ttopic\nfalse\torders\ntrue\t\n");
  Table other = sample();
  CHECK(
      other.select("topic,size").error().text() ==
      "--columns: there is no column 'size'; there are topic, record_count, is_internal, replicas");
}

TEST_CASE("json_text: strings are escaped, bytes are three-valued and lossless") {
  const auto json = [](std::optional<std::string_view> text) {
    std::string out;
    append_json_bytes(out, text ? std::optional(as_bytes(*text)) : std::nullopt);
    return out;
  };
  CHECK(json(std::nullopt) == "null");
  CHECK(json("") == "\"\"");
  CHECK(json("a\"b\\c\n\x01\x7f") == "\"a\\\"b\\\\c\\n\\u0001\\u007f\"");
  CHECK(json("h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") ==
        "\"h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
  CHECK(json("\xff") == "{\"b64\":\"/w==\"}");
}

TEST_CASE("json_text: what needs escaping is found wherever it lies") {
  for (size_t at = 0; at < 40; ++at)
    for (const char c : {'\0', '\x1f', '"', '\\', '\x7f'}) {
      std::string text(40, ' ');
      text[at] = c;
      CHECK(plain_json_prefix(text, true) == at);
    }
  const std::string high = std::string(20, '~') + "\xc3\xa9" + std::string(20, '!');
  CHECK(plain_json_prefix(high, true) == 20);
  CHECK(plain_json_prefix(high, false) == 42);
}

TEST_CASE("json_text: UTF-8 is what Unicode says it is") {
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x9f\x98"})
    CHECK_FALSE(is_utf8(bad));
  for (const char* good : {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xef\xbf\xbf",
                           "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    CHECK(is_utf8(good));
}

TEST_CASE("completion: three shells, each knowing every command and the words of a choice") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const auto script = completion_script(shell);
    REQUIRE(script.has_value());
    CHECK(script->find("describe") != std::string::npos);
    CHECK(script->find("text json jsonl tsv csv") != std::string::npos);
  }
  CHECK_FALSE(completion_script("tcsh").has_value());
}

}  // namespace
}  // namespace spool::cli
