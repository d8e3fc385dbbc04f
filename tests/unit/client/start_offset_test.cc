#include "core/client/start_offset.h"

#include <doctest/doctest.h>

using namespace spool;
using namespace spool::client;
using Kind = StartOffset::Kind;

TEST_CASE("start offset: words and numbers") {
  CHECK(*parse_start_offset("beginning", 0) == StartOffset{Kind::beginning});
  CHECK(*parse_start_offset("earliest", 0) == StartOffset{Kind::beginning});
  CHECK(*parse_start_offset("end", 0) == StartOffset{Kind::end});
  CHECK(*parse_start_offset("42", 0) == StartOffset{Kind::offset, 42});
  CHECK(*parse_start_offset("0", 0) == StartOffset{Kind::offset, 0});
  CHECK(*parse_start_offset("-5", 0) == StartOffset{Kind::before_end, 5});
  CHECK(*parse_start_offset("-0", 0) == StartOffset{Kind::before_end, 0});
}

TEST_CASE("start offset: times") {
  CHECK(*parse_start_offset("@1700000000123", 0) == StartOffset{Kind::time, 1700000000123});
  CHECK(*parse_start_offset("s@17", 0) == StartOffset{Kind::time, 17});
  CHECK(*parse_start_offset("@2025-01-31Z", 0) == StartOffset{Kind::time, 1738281600000});
  CHECK(*parse_start_offset("@2025-01-31T12:30Z", 0) == StartOffset{Kind::time, 1738326600000});
  CHECK(*parse_start_offset("@2025-01-31T12:30:15.250Z", 0) ==
        StartOffset{Kind::time, 1738326615250});
  CHECK(*parse_start_offset("@-90s", 1'000'000) == StartOffset{Kind::time, 910'000});
  CHECK(*parse_start_offset("@-2h", 10'000'000) == StartOffset{Kind::time, 2'800'000});
}

TEST_CASE("start offset: everything else is refused") {
  for (const char* text :
       {"", "begin", "1x", "@", "@x", "@2025-02-30Z", "@2025-13-01", "@2025-01-31T25:00Z", "@-5",
        "@-5y", "--5", "9223372036854775808", "-9223372036854775808", "@2025-01-31Zx"}) {
    CAPTURE(text);
    const auto parsed = parse_start_offset(text, 0);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code() == ErrorCode::invalid_argument);
  }
}
